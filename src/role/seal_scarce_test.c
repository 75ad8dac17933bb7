/* No failed allocation of sealer leaves what was typed, drawn or opened in
 * memory that was freed. */
#include "crypto/scarce.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/wipe.h"
#include "role/seal.h"
#include "role/seal_desk.h"

enum { FORMS = 3 };

struct world {
	struct rng_fake rng;
	struct clock_fake clock;
	char path[64];
	int dir_fd;
	struct secret_key credential;
	struct age_recipient recipient;
	struct keyring *ring;
	uint64_t petition; /* fresh for each life */
	struct buf request; /* of a desk */
};

static const struct str name = STR_INIT("Ada Lovelace");
static const struct str mailed = STR_INIT("Countess+7@Example.org");
static const struct str lower = STR_INIT("countess+7@example.org");
static const struct str canonical = STR_INIT("countess@example.org");
static const struct str slug = STR_INIT("adalovelace");
static const struct str postcode = STR_INIT("KT11 3JA");
static const struct str address = STR_INIT("2001:db8:1:2:3:4:5:6");

static struct sealer_form a_form(uint64_t petition, uint64_t slot)
{
	return (struct sealer_form){ .petition = petition,
		.slot = slot,
		.hour = 498738,
		.name = name,
		.email_mailed = mailed,
		.email_lower = lower,
		.email_canonical = canonical,
		.name_slug = slug,
		.postcode = postcode,
		.country = STR("GB"),
		.ip_text = address,
		.ip = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0,
			6 },
		.ip_len = 16,
		.wants_updates = true,
		.part = STANDING_CREATOR };
}

static enum err open_ring(struct world *w)
{
	return keyring_open(w->dir_fd, SEALER_RING_FILE, &w->credential,
		&w->rng.rng, &w->ring);
}

static void close_ring(struct world *w)
{
	keyring_close(w->ring);
	w->ring = NULL;
}

static enum err seal_all(struct world *w, struct sealer *s)
{
	static struct sealed sealed[FORMS];
	static struct psr1_record job;
	struct sealer_form form[FORMS];
	enum err e = OK;

	for (uint64_t i = 0; i < FORMS; i++)
		form[i] = a_form(w->petition, i + 1);
	for (int c = COMPARTMENT_IDENTITY; e == OK && c <= COMPARTMENT_MAIL;
		c++)
		e = sealer_recipients(s, (enum compartment)c, &w->recipient, 1);
	if (e == OK)
		e = seal_forms(s, form, FORMS, sealed);
	for (size_t i = 0; i < FORMS; i++) {
		if (e == OK)
			e = sealed[i].err;
		if (e == OK)
			e = seal_job(
				s, &form[i], &sealed[i], JOB_CONFIRM, &job);
	}
	for (size_t i = 0; e == OK && i < FORMS; i++)
		sealed_wipe(&sealed[i]);
	return e;
}

static enum err live_sealer(void *context)
{
	struct world *w = context;
	struct sealer *s = NULL;
	enum err e = open_ring(w);

	w->petition++;
	if (e == OK)
		e = sealer_new(&w->clock.clock, &w->rng.rng, w->ring, &s);
	if (e == OK)
		e = seal_all(w, s);
	sealer_free(s);
	close_ring(w);
	return e;
}

/* A batch that failed has nothing in it that could be used. */
static void test_nothing_returned(struct world *w)
{
	static struct sealed sealed;
	struct sealer_form form = a_form(++w->petition, 1);
	struct sealer *s = NULL;
	size_t failures = 0;
	enum err e = ERR_MEMORY;

	CHECK(open_ring(w) == OK);
	CHECK(sealer_new(&w->clock.clock, &w->rng.rng, w->ring, &s) == OK);
	for (int c = COMPARTMENT_IDENTITY; c <= COMPARTMENT_STANDING; c++)
		CHECK(sealer_recipients(
			      s, (enum compartment)c, &w->recipient, 1) == OK);
	scarce_state.found = 0;
	for (size_t n = 1; n < 100 && e != OK; n++) {
		memset(&sealed, 0, sizeof(sealed));
		sealer_end_epochs(s);
		scarce_on(n);
		e = seal_forms(s, &form, 1, &sealed);
		(void)scarce_off();
		failures += e != OK;
		if (e != OK)
			scarce_search(&sealed.secret, sizeof(sealed.secret));
	}
	CHECK(e == OK && failures > 0);
	CHECK_INT(scarce_state.found, 0);
	sealed_wipe(&sealed);
	sealer_free(s);
	close_ring(w);
}

/* ---- a desk's request ---- */

static void make_request(struct world *w)
{
	const struct desk_values values = { { canonical, lower } };
	struct desk_head head = { .op = DESK_SEARCH,
		.purpose = PURPOSE_EMAIL_CANONICAL,
		.petition = 50 };
	struct age_identity own;
	struct age_recipient to;
	struct sign_key key;
	struct buf plain, body, text;

	buf_init(&plain, 4096);
	buf_init(&body, 4096);
	buf_init(&text, 4096);
	age_identity_generate(&w->rng.rng, &own);
	age_recipient_of(&own, &to);
	age_identity_text(&own, &text);
	sign_keygen(&w->rng.rng, &key);
	CHECK(file_create(w->dir_fd, DESK_KEY_FILE, text.at, text.len, 0600) ==
		OK);
	desk_values_put(&body, head.nonce.byte, &values);
	sha256(body.at, body.len, &head.body);
	desk_head_put(&plain, &head, &key);
	buf_str(&plain, buf_view(&body));
	CHECK(age_seal(&w->rng.rng, &to, 1, buf_view(&plain), &w->request) ==
		OK);
	buf_release(&plain);
	buf_release(&body);
	buf_release(&text);
}

static enum err live_request(void *context)
{
	static struct keep_target target[4];
	struct world *w = context;
	struct buf plain;
	size_t n;
	enum err e;

	buf_init(&plain, DESK_REQUEST_MAX);
	e = open_ring(w);
	if (e == OK)
		e = seal_desk_read(w->dir_fd, buf_view(&w->request), &plain);
	if (e == OK)
		e = seal_desk_targets(w->ring, &w->clock.clock,
			buf_view(&plain), target, 4, &n);
	buf_release(&plain);
	close_ring(w);
	return e == OK && n != 1 ? ERR_INTERNAL : e;
}

static void world_make(struct world *w)
{
	const uint32_t email[] = { PURPOSE_EMAIL_EXACT,
		PURPOSE_EMAIL_CANONICAL };
	struct age_identity reader;

	memset(w, 0, sizeof(*w));
	scarce_rng(&w->rng);
	clock_fake_init(&w->clock, 1795459200000);
	(void)snprintf(w->path, sizeof(w->path), "seal_scarce_test.XXXXXX");
	CHECK(mkdtemp(w->path) != NULL);
	CHECK(file_open_dir(AT_FDCWD, w->path, &w->dir_fd) == OK);
	rng_fill(&w->rng.rng, &w->credential, sizeof(w->credential));
	age_identity_generate(&w->rng.rng, &reader);
	age_recipient_of(&reader, &w->recipient);
	CHECK(open_ring(w) == OK);
	CHECK(keyring_need(w->ring, 50, email, 2) == OK);
	close_ring(w);
	buf_init(&w->request, DESK_REQUEST_MAX);
	make_request(w);
	w->petition = 100;
}

static void world_end(struct world *w)
{
	buf_release(&w->request);
	(void)unlinkat(w->dir_fd, SEALER_RING_FILE, 0);
	(void)unlinkat(w->dir_fd, DESK_KEY_FILE, 0);
	(void)close(w->dir_fd);
	CHECK(rmdir(w->path) == 0);
}

int main(void)
{
	static const struct {
		const char *what;
		const struct str *text;
	} typed[] = { { "the name", &name }, { "the e-mail address", &mailed },
		{ "the address, lower", &lower },
		{ "the canonical address", &canonical },
		{ "the slugged name", &slug }, { "the postcode", &postcode },
		{ "the internet address", &address } };
	struct world w;

	CHECK(crypto_init() == OK);
	scarce_finds();
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		scarce_secret(
			typed[i].what, typed[i].text->at, typed[i].text->len);
	world_make(&w);
	scarce_every("a sealer, three forms and their jobs", live_sealer, &w);
	test_nothing_returned(&w);
	scarce_every("a desk's request", live_request, &w);
	world_end(&w);
	return tap_done();
}
