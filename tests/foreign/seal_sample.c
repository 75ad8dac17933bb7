/*
 * seal_sample.c - one form through the real sealer, with the system's own
 * randomness, as JSON for reader.py to open: what it must be able to do and
 * what it must find.  The keys in it are of this run only.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "role/seal.h"

struct world {
	char path[64];
	int dir_fd;
	struct secret_key credential;
	struct keyring *ring;
	struct sealer *sealer;
	struct age_identity identity[4]; /* by compartment less 1 */
	struct buf out;
};

static const struct sealer_form form = {
	.petition = 300001,
	.slot = 6100000,
	.hour = 498739,
	.name = STR_INIT("Zo\xc3\xab Example"),
	.email_mailed = STR_INIT("Zoe.Example+s@Example.org"),
	.email_lower = STR_INIT("zoe.example+s@example.org"),
	.email_canonical = STR_INIT("zoe.example@example.org"),
	.name_slug = STR_INIT("zoeexample"),
	.postcode = STR_INIT("SW1A1AA"),
	.country = STR_INIT("GB"),
	.ip_text = STR_INIT("2001:db8:1:2:3:4:5:6"),
	.ip = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 },
	.ip_len = 16,
	.wants_updates = true,
	.part = STANDING_CREATOR,
};

static void need(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, err_name(e));
	exit(1);
}

static void world_make(struct world *w)
{
	(void)snprintf(w->path, sizeof(w->path), "seal_sample.XXXXXX");
	need(crypto_init(), "crypto");
	need(mkdtemp(w->path) == NULL ? ERR_IO : OK, "folder");
	need(file_open_dir(AT_FDCWD, w->path, &w->dir_fd), "folder");
	rng_fill(rng_system(), &w->credential, sizeof(w->credential));
	need(keyring_open(
		     w->dir_fd, "k1", &w->credential, rng_system(), &w->ring),
		"ring");
	need(sealer_new(clock_system(), rng_system(), w->ring, &w->sealer),
		"sealer");
	for (int i = 0; i < 4; i++) {
		struct age_recipient r[2];

		age_identity_generate(rng_system(), &w->identity[i]);
		age_recipient_of(&w->identity[i], &r[1]);
		/* Somebody else may open it too. */
		age_recipient_of(&w->identity[(i + 1) % 4], &r[0]);
		need(sealer_recipients(
			     w->sealer, (enum compartment)(i + 1), r, 2),
			"recipients");
	}
	buf_init(&w->out, 1 << 20);
}

static void world_end(struct world *w)
{
	sealer_free(w->sealer);
	keyring_close(w->ring);
	(void)unlinkat(w->dir_fd, "k1", 0);
	(void)close(w->dir_fd);
	(void)rmdir(w->path);
	buf_release(&w->out);
}

static void hex(struct world *w, const char *key, const void *at, size_t len)
{
	buf_printf(&w->out, "\"%s\":\"", key);
	enc_hex(&w->out, at, len);
	buf_c(&w->out, "\",\n");
}

/* None of the texts holds what JSON would have escaped. */
static void text(struct world *w, const char *key, struct str s)
{
	buf_printf(&w->out, "\"%s\":\"%.*s\",\n", key, STR_ARG(s));
}

static void put_record(struct world *w, const char *name,
	enum compartment compartment, const struct psr1_record *r,
	const struct lock *lock, const struct hmac_key *s)
{
	struct str header = sealer_header(w->sealer, r);
	struct masked_lock masked;

	lock_mask(s, form.slot, compartment, lock, &masked);
	buf_printf(&w->out, "\"%s\":{\"identity\":\"", name);
	age_identity_text(&w->identity[compartment - 1], &w->out);
	buf_c(&w->out, "\",\n");
	hex(w, "header", header.at, header.len);
	hex(w, "record", r->byte, r->len);
	hex(w, "lock", lock->byte, sizeof(lock->byte));
	buf_c(&w->out, "\"masked\":\"");
	enc_hex(&w->out, masked.byte, sizeof(masked.byte));
	buf_printf(
		&w->out, "\"}%s\n", compartment == COMPARTMENT_MAIL ? "" : ",");
}

static void put_tags(
	struct world *w, const struct sealed *sealed, const struct hmac_key *k2)
{
	buf_c(&w->out, "\"tags\":[");
	for (size_t i = 0; i < TAG_PURPOSES; i++) {
		struct tag t;

		tag_finish(k2, tag_purposes[i], &sealed->secret.half[i], &t);
		buf_printf(&w->out, "%s{\"purpose\":%u,\"half\":\"",
			i == 0 ? "" : ",\n", tag_purposes[i]);
		enc_hex(&w->out, sealed->secret.half[i].byte, 32);
		buf_c(&w->out, "\",\"tag\":\"");
		enc_hex(&w->out, t.byte, tag_len(tag_purposes[i]));
		buf_c(&w->out, "\"}");
	}
	buf_c(&w->out, "],\n");
}

static void put_form(struct world *w)
{
	buf_printf(&w->out, "\"petition\":%llu,\"slot\":%llu,\"hour\":%u,\n",
		(unsigned long long)form.petition,
		(unsigned long long)form.slot, form.hour);
	text(w, "name", form.name);
	text(w, "email", form.email_mailed);
	text(w, "email_lower", form.email_lower);
	text(w, "email_canonical", form.email_canonical);
	text(w, "slug", form.name_slug);
	text(w, "postcode", form.postcode);
	text(w, "country", form.country);
	text(w, "ip_text", form.ip_text);
	hex(w, "ip", form.ip, form.ip_len);
}

static void put_values(struct world *w, const struct sealed *sealed)
{
	struct buf b;

	buf_init(&b, 4096);
	need(file_read(w->dir_fd, "k1", &b), "ring file");
	hex(w, "ring", b.at, b.len);
	hex(w, "credential", w->credential.byte, 32);
	hex(w, "c", sealed->c.byte, sizeof(sealed->c.byte));
	hex(w, "token_hash", sealed->token_hash.byte, 16);
	buf_clear(&b);
	token_text(&b, form.slot, &sealed->secret.token);
	text(w, "token_text", buf_view(&b));
	buf_clear(&b);
	need(age_seal_passphrase(rng_system(), STR("correct horse battery"), 12,
		     STR("a text under a passphrase"), &b),
		"passphrase");
	hex(w, "passphrase_file", b.at, b.len);
	text(w, "passphrase", STR("correct horse battery"));
	text(w, "passphrase_plain", STR("a text under a passphrase"));
	buf_release(&b);
}

int main(void)
{
	static const char *const names[] = { "identity", "contact",
		"standing" };
	static const struct lock no_lock;
	static struct sealed sealed;
	static struct psr1_record job;
	static struct world w;
	uint8_t k2_bytes[32];
	struct hmac_key k2;

	world_make(&w);
	rng_fill(rng_system(), k2_bytes, sizeof(k2_bytes));
	hmac_key_init(&k2, k2_bytes, sizeof(k2_bytes));
	need(seal_forms(w.sealer, &form, 1, &sealed), "seal");
	need(sealed.err, "form");
	need(seal_job(w.sealer, &form, &sealed, JOB_CONFIRM, &job), "job");
	buf_c(&w.out, "{\n");
	put_form(&w);
	put_values(&w, &sealed);
	hex(&w, "k2", k2_bytes, sizeof(k2_bytes));
	put_tags(&w, &sealed, &k2);
	buf_c(&w.out, "\"records\":{\n");
	for (int i = 0; i < SEAL_LOCKS; i++)
		put_record(&w, names[i], (enum compartment)(i + 1),
			&sealed.record[i], &sealed.secret.lock[i], &k2);
	put_record(&w, "mail", COMPARTMENT_MAIL, &job, &no_lock, &k2);
	buf_c(&w.out, "}}\n");
	need(buf_err(&w.out), "output");
	need(file_write(STDOUT_FILENO, w.out.at, w.out.len), "output");
	world_end(&w);
	return 0;
}
