#include "role/seal.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/tap.h"
#include "base/wipe.h"

struct world {
	char path[64];
	int dir_fd;
	struct clock_fake clock;
	struct rng_fake rng;
	struct keyring *ring;
	struct sealer *sealer;
	struct age_identity desk, campaign, standing, mailer;
};

static void own_line(struct world *w, enum compartment compartment,
	struct age_identity *identity)
{
	struct age_recipient r;

	age_identity_generate(&w->rng.rng, identity);
	age_recipient_of(identity, &r);
	CHECK(sealer_recipients(w->sealer, compartment, &r, 1) == OK);
}

static void world_make(struct world *w)
{
	struct secret_key credential = { { 7 } };

	memset(w, 0, sizeof(*w));
	(void)snprintf(w->path, sizeof(w->path), "seal_test.XXXXXX");
	CHECK(mkdtemp(w->path) != NULL);
	w->dir_fd = open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clock_fake_init(&w->clock, 1795459200000);
	rng_fake_init(&w->rng, 1);
	CHECK(keyring_open(w->dir_fd, "k1", &credential, &w->rng.rng,
		      &w->ring) == OK);
	CHECK(sealer_new(&w->clock.clock, &w->rng.rng, w->ring, &w->sealer) ==
		OK);
	own_line(w, COMPARTMENT_IDENTITY, &w->desk);
	own_line(w, COMPARTMENT_CONTACT, &w->campaign);
	own_line(w, COMPARTMENT_STANDING, &w->standing);
}

static void world_end(struct world *w)
{
	sealer_free(w->sealer);
	keyring_close(w->ring);
	(void)unlinkat(w->dir_fd, "k1", 0);
	(void)close(w->dir_fd);
	CHECK(rmdir(w->path) == 0);
}

static struct sealer_form a_form(uint64_t slot)
{
	return (struct sealer_form){ .petition = 42,
		.slot = slot,
		.hour = 498738,
		.name = STR("Zo\xc3\xab Example"),
		.email_mailed = STR("Zoe.E+x@Example.org"),
		.email_lower = STR("zoe.e+x@example.org"),
		.email_canonical = STR("zoe.e@example.org"),
		.name_slug = STR("zoeexample"),
		.postcode = STR("SW1A1AA"),
		.country = STR("GB"),
		.ip_text = STR("192.0.2.7"),
		.ip = { 192, 0, 2, 7 },
		.ip_len = 4,
		.wants_updates = true,
		.part = STANDING_SPONSOR };
}

static enum err open_record(struct world *w, const struct age_identity *who,
	const struct psr1_record *record, const struct lock *lock,
	struct buf *ret_body)
{
	struct psr1_head head;
	struct opener *o;
	struct str bytes = part_of(record->byte, record->len);
	enum err e = psr1_parse(bytes, &head);

	if (e == OK)
		e = opener_of_header(who, sealer_header(w->sealer, record),
			head.compartment, &o);
	if (e != OK)
		return e;
	e = psr1_open(o, bytes, lock, ret_body);
	opener_free(o);
	return e;
}

static void test_records(
	struct world *w, const struct sealer_form *f, const struct sealed *s)
{
	struct body_identity identity;
	struct body_contact contact;
	struct body_standing standing;
	struct buf body;

	buf_init(&body, 4096);
	CHECK(open_record(w, &w->desk, &s->record[0], &s->secret.lock[0],
		      &body) == OK);
	CHECK(body_identity_read(buf_view(&body), &identity) == OK);
	CHECK_STR(identity.name, f->name);
	CHECK_STR(identity.email, f->email_mailed);
	CHECK_STR(identity.postcode, f->postcode);
	CHECK_STR(identity.country, f->country);
	CHECK_STR(identity.ip, f->ip_text);
	CHECK(identity.wants_updates);
	CHECK(same_bytes(&identity.o, &s->secret.o, sizeof(identity.o)));
	buf_clear(&body);
	CHECK(open_record(w, &w->campaign, &s->record[1], &s->secret.lock[1],
		      &body) == OK);
	CHECK(body_contact_read(buf_view(&body), &contact) == OK);
	CHECK_STR(contact.email, f->email_mailed);
	buf_clear(&body);
	CHECK(open_record(w, &w->standing, &s->record[2], &s->secret.lock[2],
		      &body) == OK);
	CHECK(body_standing_read(buf_view(&body), &standing) == OK);
	CHECK(standing.part == STANDING_SPONSOR);
	CHECK(body_contact_read(buf_view(&body), &contact) == ERR_INVALID);
	buf_clear(&body);
	CHECK(open_record(w, &w->campaign, &s->record[0], &s->secret.lock[0],
		      &body) == ERR_NOT_FOUND);
	CHECK(open_record(w, &w->desk, &s->record[0], &s->secret.lock[1],
		      &body) == ERR_CRYPTO);
	buf_release(&body);
}

static void test_job(
	struct world *w, const struct sealer_form *f, const struct sealed *s)
{
	static struct psr1_record job[3];
	struct body_mail mail;
	struct buf body;

	CHECK(seal_job(w->sealer, f, s, JOB_CONFIRM, &job[0]) == ERR_BUSY);
	own_line(w, COMPARTMENT_MAIL, &w->mailer);
	for (int v = 0; v < 3; v++)
		CHECK(seal_job(w->sealer, f, s, (enum job_verdict)v, &job[v]) ==
			OK);
	CHECK(job[0].len == job[1].len && job[1].len == job[2].len);
	CHECK_INT(job[0].len, 88 + 1024 + 16);
	buf_init(&body, 4096);
	CHECK(open_record(w, &w->mailer, &job[1], NULL, &body) == OK);
	CHECK(body_mail_read(buf_view(&body), &mail) == OK);
	CHECK(mail.verdict == JOB_ALREADY);
	CHECK_STR(mail.email, f->email_mailed);
	CHECK_STR(mail.name, f->name);
	CHECK(mail.petition == f->petition && mail.slot == f->slot);
	CHECK(same_bytes(&mail.token, &s->secret.token, sizeof(mail.token)));
	CHECK(same_bytes(&mail.o, &s->secret.o, sizeof(mail.o)));
	CHECK(same_bytes(&mail.identity_record, &s->identity_hash,
		sizeof(mail.identity_record)));
	buf_release(&body);
}

/* What keeper gets is what the formats say of the same values. */
static void test_values(
	struct world *w, const struct sealer_form *f, const struct sealed *s)
{
	static const struct {
		uint32_t purpose;
		struct str value;
	} want[TAG_PURPOSES] = {
		{ 1, STR_INIT("zoe.e+x@example.org") },
		{ 2, STR_INIT("zoe.e@example.org") },
		{ 3, STR_INIT("zoe.e@example.org\0zoeexample") },
		{ 4, STR_INIT("zoe.e@example.org\0SW1A1AA") },
		{ 5, STR_INIT("SW1A1AA") },
		{ 6, STR_INIT("example.org") },
		{ 16, STR_INIT("\xc0\x00\x02\x07") },
		{ 17, STR_INIT("\xc0\x00\x02\x00") },
		{ 18, STR_INIT("\xc0\x00\x00\x00") },
	};
	struct commitment c;
	struct sha256 h;

	for (size_t i = 0; i < TAG_PURPOSES; i++) {
		uint64_t petition = want[i].purpose < 16 ? 42 : 498738 / 168;
		const struct hmac_key *k1 =
			keyring_get(w->ring, petition, want[i].purpose);
		struct half_tag t;

		CHECK(tag_purposes[i] == want[i].purpose && k1 != NULL);
		half_tag(k1, &want[i].value, 1, &t);
		CHECK(same_bytes(&t, &s->secret.half[i], sizeof(t)));
	}
	sha256(s->record[0].byte, s->record[0].len, &h);
	commit(&s->secret.o, 42, f->email_mailed, f->name, &h, &c);
	CHECK(same_bytes(&c, &s->c, sizeof(c)));
	CHECK(token_hash_ok(&s->token_hash, f->slot, &s->secret.token));
}

static void test_refusals(struct world *w)
{
	static struct sealed s[4];
	static char name[JOB_TEXT_MAX + 1];
	struct sealer_form f[4] = { a_form(5), a_form(6), a_form(7),
		a_form(0) };

	memset(name, 'n', sizeof(name));
	f[0].ip_len = 5;
	f[1].name = part_of(name, sizeof(name) - f[1].email_mailed.len);
	f[2].name = part_of(name, sizeof(name) - 1 - f[2].email_mailed.len);
	CHECK(seal_forms(w->sealer, f, 4, s) == OK);
	CHECK(s[0].err == ERR_INVALID);
	CHECK(s[1].err == ERR_TOO_LARGE);
	CHECK(s[2].err == OK && s[2].record[0].len == 88 + 1024 + 16);
	CHECK(s[3].err == ERR_INVALID);
	{
		static struct psr1_record job;

		CHECK(seal_job(w->sealer, &f[2], &s[2], JOB_CONFIRM, &job) ==
			OK);
		CHECK_INT(job.len, 88 + 1024 + 16);
	}
}

/* keeper says which weeks are over; our own clock has to agree. */
static void test_forget_weeks(struct world *w)
{
	uint64_t week = week_of_hour(clock_hour(&w->clock.clock));
	const uint32_t purpose[] = { PURPOSE_IP, PURPOSE_IP_NARROW,
		PURPOSE_IP_WIDE };

	for (uint64_t i = 0; i < 4; i++)
		CHECK(keyring_need(w->ring, week - i, purpose, 3) == OK);
	CHECK(sealer_forget_weeks(w->sealer, week - 2) == OK);
	for (size_t p = 0; p < 3; p++) {
		CHECK(keyring_get(w->ring, week - 3, purpose[p]) == NULL);
		CHECK(keyring_get(w->ring, week - 2, purpose[p]) != NULL);
	}
	CHECK(sealer_forget_weeks(w->sealer, UINT64_MAX) == OK);
	for (size_t p = 0; p < 3; p++) {
		CHECK(keyring_get(w->ring, week - 2, purpose[p]) == NULL);
		CHECK(keyring_get(w->ring, week - 1, purpose[p]) != NULL);
		CHECK(keyring_get(w->ring, week, purpose[p]) != NULL);
	}
	CHECK(keyring_get(w->ring, 42, PURPOSE_NAME) != NULL);
}

static struct epoch_id epoch_of(const struct sealed *s, int which)
{
	struct psr1_head h = { .class = 0 };

	CHECK(psr1_parse(part_of(s->record[which].byte, s->record[which].len),
		      &h) == OK);
	return h.epoch;
}

/* Epochs roll by time and by count, and old headers are still there. */
static void test_epochs(struct world *w)
{
	static struct sealed s[SEAL_BATCH_MAX];
	static struct sealer_form f[SEAL_BATCH_MAX];
	static struct sealed first;
	struct epoch_id a, b;
	struct buf body;

	for (size_t i = 0; i < SEAL_BATCH_MAX; i++) {
		f[i] = a_form(1000 + i);
		f[i].wants_updates = false;
		f[i].part = STANDING_NONE;
	}
	CHECK(seal_forms(w->sealer, f, 1, &first) == OK);
	CHECK(!first.has[1] && !first.has[2]);
	a = epoch_of(&first, 0);
	clock_fake_advance(&w->clock, 59999);
	CHECK(seal_forms(w->sealer, f, 1, s) == OK);
	b = epoch_of(s, 0);
	CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	clock_fake_advance(&w->clock, 1);
	CHECK(seal_forms(w->sealer, f, 1, s) == OK);
	a = epoch_of(s, 0);
	CHECK(memcmp(&a, &b, sizeof(a)) != 0);
	for (int i = 0; i < 4; i++)
		CHECK(seal_forms(w->sealer, f, SEAL_BATCH_MAX, s) == OK);
	b = epoch_of(&s[SEAL_BATCH_MAX - 2], 0);
	CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	b = epoch_of(&s[SEAL_BATCH_MAX - 1], 0);
	CHECK(memcmp(&a, &b, sizeof(a)) != 0);
	buf_init(&body, 4096);
	CHECK(open_record(w, &w->desk, &first.record[0], &first.secret.lock[0],
		      &body) == OK);
	sealed_wipe(&first);
	CHECK(open_record(w, &w->desk, &first.record[0], &first.secret.lock[0],
		      &body) == ERR_CRYPTO);
	buf_release(&body);
}

int main(void)
{
	static struct sealed s;
	struct sealer_form f = a_form(9);
	struct world w;

	CHECK(crypto_init() == OK);
	world_make(&w);
	CHECK(seal_forms(w.sealer, &f, 1, &s) == OK && s.err == OK);
	CHECK(s.has[0] && s.has[1] && s.has[2]);
	test_records(&w, &f, &s);
	test_job(&w, &f, &s);
	test_values(&w, &f, &s);
	test_refusals(&w);
	test_forget_weeks(&w);
	test_epochs(&w);
	world_end(&w);
	return tap_done();
}
