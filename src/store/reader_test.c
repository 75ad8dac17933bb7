/*
 * The conformance suite: who can open what, by time.  Like the first part it
 * knows domain/store.h only.
 */

#include "domain/store.h"

#include <unistd.h>

#include "base/tap.h"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void check_times(struct store *s, struct arena *a)
{
	struct store_reader now[3] = {
		{ .compartment = 1,
			.recipient = STR("age1a"),
			.who = STR("desk") },
		{ .compartment = 2,
			.recipient = STR("age1a"),
			.who = STR("campaign") },
		{ .compartment = 4,
			.recipient = STR("age1m"),
			.who = STR("mailer") },
	};
	struct store_reader *r;
	size_t n = 0;

	CHECK_INT(store_begin(s), OK);
	CHECK_INT(store_readers_set(s, now, 3, 1000), OK);
	CHECK_INT(store_readers_set(s, now, 3, 2000), OK);
	CHECK_INT(store_readers(a, s, &r, &n), OK);
	CHECK_INT(n, 3);
	CHECK(r[0].compartment == 1 && r[0].since_ms == 1000 &&
		r[0].until_ms == WHEN_NONE);
	CHECK_STR(r[0].who, STR("desk"));
	/* The desk goes, a new key of mailer comes. */
	now[0] = now[1];
	now[2].recipient = STR("age1n");
	CHECK_INT(store_readers_set(s, now + 1, 2, 3000), OK);
	CHECK_INT(store_readers(a, s, &r, &n), OK);
	CHECK_INT(n, 3); /* mailer's old key is not listed */
	CHECK(r[0].compartment == 2 && r[1].compartment == 4);
	CHECK_STR(r[1].recipient, STR("age1n"));
	CHECK(r[2].compartment == 1 && r[2].since_ms == 1000 &&
		r[2].until_ms == 3000);
	/* It comes back: a time of its own. */
	now[0] = (struct store_reader){ .compartment = 1,
		.recipient = STR("age1a"),
		.who = STR("desk again") };
	CHECK_INT(store_readers_set(s, now, 3, 4000), OK);
	CHECK_INT(store_readers(a, s, &r, &n), OK);
	CHECK_INT(n, 4);
	CHECK(r[0].since_ms == 4000 && r[0].until_ms == WHEN_NONE);
	CHECK(r[3].since_ms == 1000 && r[3].until_ms == 3000);
	CHECK_INT(store_commit(s), OK);
}

static void check_epochs(struct store *s)
{
	struct store_epoch epoch = { .compartment = 1,
		.hour = 5,
		.header = bytes_of("age-encryption.org/v1\n-> X25519 a\nb\n"
				   "-> X25519 c\nd\n--- e\n") };
	struct store_sealed row = { .slot = 1,
		.petition = 1,
		.hour = 5,
		.country = STR("GB"),
		.area = STR(""),
		.epochs = &epoch,
		.epochs_count = 1,
		.identity = bytes_of("i"),
		.contact = BYTES_NONE,
		.mail_job = bytes_of("j") };
	struct petition p = { .id = 1,
		.state = PETITION_OPEN,
		.lang = STR("en"),
		.action = STR("Plant a tree"),
		.updated_ms = 0,
		.rejected_ms = WHEN_NONE,
		.opened_ms = 0,
		.closed_ms = WHEN_NONE,
		.deadline_ms = 1000000 };
	struct store_epochs n;
	enum store_insert outcome;
	enum store_put put;
	uint64_t slot;

	CHECK_INT(store_epochs_count(s, 1, &n), OK);
	CHECK(n.count == 0 && n.most_recipients == 0);
	CHECK_INT(store_begin(s), OK);
	CHECK_INT(store_petition_put(s, &p, false, &put), OK);
	CHECK_INT(store_insert(s, &row, 10, &outcome, &slot), OK);
	CHECK_INT(outcome, STORE_INSERTED);
	CHECK_INT(store_commit(s), OK);
	CHECK_INT(store_epochs_count(s, 1, &n), OK);
	CHECK_INT(n.count, 1);
	CHECK(n.least_recipients == 2 && n.most_recipients == 2);
	CHECK_INT(store_epochs_count(s, 2, &n), OK);
	CHECK_INT(n.count, 0);
}

int main(void)
{
	char folder[] = "reader-test-XXXXXX";
	char path[64];
	struct store *s;
	struct arena a;

	CHECK(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/web.db", folder);
	arena_init(&a, 1 << 24);
	CHECK_INT(store_open(path, STORE_WRITER, &s), OK);
	check_times(s, &a);
	check_epochs(s);
	store_close(s);
	arena_release(&a);
	(void)unlink(path);
	CHECK_INT(rmdir(folder), 0);
	return tap_done();
}
