/* No failed allocation of crypto leaves a secret behind, or any memory. */
#include "crypto/scarce.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/keyring.h"
#include "crypto/psr1.h"
#include "crypto/tag.h"
#include "crypto/token.h"

struct world {
	struct rng_fake rng;
	char path[64];
	int dir_fd;
	struct secret_key credential;
	uint64_t petition; /* fresh for each life of a ring */
	struct age_identity identity;
	struct age_recipient recipient;
};

static const struct str typed = STR_INIT("Ada Lovelace, of nowhere else");

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	scarce_rng(&w->rng);
	(void)snprintf(w->path, sizeof(w->path), "scarce_test.XXXXXX");
	CHECK(mkdtemp(w->path) != NULL);
	CHECK(file_open_dir(AT_FDCWD, w->path, &w->dir_fd) == OK);
	rng_fill(&w->rng.rng, &w->credential, sizeof(w->credential));
	age_identity_generate(&w->rng.rng, &w->identity);
	age_recipient_of(&w->identity, &w->recipient);
	w->petition = 1000;
}

static void world_end(struct world *w)
{
	(void)unlinkat(w->dir_fd, "ring", 0);
	(void)close(w->dir_fd);
	CHECK(rmdir(w->path) == 0);
}

/* ---- the key ring ---- */

static enum err open_ring(struct world *w, struct keyring **ret_ring)
{
	return keyring_open(
		w->dir_fd, "ring", &w->credential, &w->rng.rng, ret_ring);
}

/* Enough keys for a second slab. */
static void fill_ring(struct world *w)
{
	uint32_t purpose[32];
	struct keyring *ring;
	size_t bad = 0;

	for (uint32_t i = 0; i < 32; i++)
		purpose[i] = i + 1;
	CHECK(open_ring(w, &ring) == OK);
	for (uint64_t i = 0; i < 32; i++)
		bad += keyring_need(ring, i + 1, purpose, 32) != OK;
	CHECK_INT(bad, 0);
	CHECK_INT(keyring_count(ring), 1024);
	keyring_close(ring);
}

static enum err live_ring(void *context)
{
	struct world *w = context;
	uint32_t purpose[3] = { 1, 2, 3 };
	const struct hmac_key *key;
	struct keyring *ring = NULL;
	enum err e = open_ring(w, &ring);

	w->petition++;
	if (e == OK)
		e = keyring_need(ring, w->petition, purpose, 3);
	if (e == OK)
		e = keyring_get_or_create(ring, w->petition, 4, &key);
	for (uint32_t i = 1; e == OK && i <= 4; i++)
		e = keyring_destroy(ring, w->petition, i);
	keyring_close(ring);
	return e;
}

/* A refusal in the middle loses no key, and the ring goes on. */
static void test_ring_goes_on(struct world *w)
{
	const uint32_t purpose = 9;
	struct keyring *ring;
	size_t before;
	uint64_t drawn = 0;

	CHECK(open_ring(w, &ring) == OK);
	before = keyring_count(ring);
	for (uint64_t i = 0; i < 1100; i++) {
		uint64_t petition = 1000000 + i;
		bool made;

		scarce_on(1);
		made = keyring_need(ring, petition, &purpose, 1) == OK;
		(void)scarce_off();
		if (!made &&
			(keyring_get(ring, petition, purpose) != NULL ||
				keyring_need(ring, petition, &purpose, 1) !=
					OK))
			break;
		drawn++;
	}
	CHECK_INT(drawn, 1100);
	CHECK_INT(keyring_count(ring), before + 1100);
	keyring_close(ring);
	CHECK(open_ring(w, &ring) == OK);
	CHECK_INT(keyring_count(ring), before + 1100);
	keyring_close(ring);
}

/* ---- records ---- */

static enum err live_record(void *context)
{
	static struct psr1_record r;
	struct world *w = context;
	struct epoch *epoch = NULL;
	struct opener *opener = NULL;
	struct lock lock;
	struct buf header, body;
	enum err e;

	buf_init(&header, 4096);
	buf_init(&body, 4096);
	rng_fill(&w->rng.rng, &lock, sizeof(lock));
	e = epoch_start(&w->rng.rng, COMPARTMENT_IDENTITY, &w->recipient, 1,
		&header, &epoch);
	if (e == OK)
		e = psr1_seal(epoch, 1, 2, 3, &lock, typed, 1, &r);
	if (e == OK)
		e = opener_of_header(&w->identity, buf_view(&header),
			COMPARTMENT_IDENTITY, &opener);
	if (e == OK)
		e = psr1_open(opener, part_of(r.byte, r.len), &lock, &body);
	if (e == OK && !str_eq(buf_view(&body), typed))
		e = ERR_INTERNAL;
	opener_free(opener);
	epoch_free(epoch);
	buf_release(&header);
	buf_release(&body);
	return e;
}

/* ---- age files, of several chunks, and texts ---- */

static enum err live_age(void *context)
{
	static char plain[70000];
	struct world *w = context;
	struct buf file, back;
	enum err e;

	memcpy(plain + 50, typed.at, typed.len);
	memcpy(plain + 69000, typed.at, typed.len);
	buf_init(&file, 300000);
	buf_init(&back, 300000);
	e = age_seal(&w->rng.rng, &w->recipient, 1,
		part_of(plain, sizeof(plain)), &file);
	if (e == OK)
		e = age_open(&w->identity, buf_view(&file), &back);
	if (e == OK && !str_eq(buf_view(&back), part_of(plain, sizeof(plain))))
		e = ERR_INTERNAL;
	buf_release(&file);
	buf_release(&back);
	return e;
}

static enum err live_passphrase(void *context)
{
	struct world *w = context;
	struct buf file;
	enum err e;

	buf_init(&file, 4096);
	e = age_seal_passphrase(&w->rng.rng, typed, 2, typed, &file);
	buf_release(&file);
	return e;
}

static enum err live_text(void *context)
{
	struct world *w = context;
	struct age_identity again;
	struct token t;
	uint64_t slot;
	struct buf b;
	enum err e;

	buf_init(&b, 4096);
	age_identity_text(&w->identity, &b);
	e = buf_err(&b);
	if (e == OK)
		e = age_identity_parse(buf_view(&b), &again);
	buf_release(&b);
	if (e != OK)
		return e;
	rng_fill(&w->rng.rng, &t, sizeof(t));
	token_text(&b, 7, &t);
	e = buf_err(&b);
	if (e == OK)
		e = token_parse(buf_view(&b), &slot, &t);
	buf_release(&b);
	return e;
}

int main(void)
{
	static char text[AGE_IDENTITY_TEXT_LEN];
	struct world w;
	struct buf b;

	CHECK(crypto_init() == OK);
	scarce_finds();
	world_make(&w);
	buf_init(&b, 100);
	age_identity_text(&w.identity, &b);
	memcpy(text, b.at, sizeof(text));
	buf_release(&b);
	scarce_secret("what was typed", typed.at, typed.len);
	scarce_secret("an identity's text", text, sizeof(text));
	fill_ring(&w);
	scarce_every("a key ring of two slabs", live_ring, &w);
	test_ring_goes_on(&w);
	scarce_every("an epoch, a record, and its opening", live_record, &w);
	scarce_every("an age file", live_age, &w);
	scarce_every("an age file under a passphrase", live_passphrase, &w);
	scarce_every("texts of secrets", live_text, &w);
	world_end(&w);
	return tap_done();
}
