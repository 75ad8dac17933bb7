/* wrap.h and keyring.h: what is durable, and what a crash may leave. */
#include "crypto/keyring.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "crypto/wrap.h"

struct world {
	char path[64];
	int dir_fd;
	struct secret_key credential;
	struct rng_fake rng;
	struct keyring *ring;
};

static enum err open_ring(struct world *w)
{
	return keyring_open(
		w->dir_fd, "ring", &w->credential, &w->rng.rng, &w->ring);
}

static void close_ring(struct world *w)
{
	keyring_close(w->ring);
	w->ring = NULL;
}

static void world_make(struct world *w)
{
	memset(w, 0, sizeof(*w));
	(void)snprintf(w->path, sizeof(w->path), "keyring_test.XXXXXX");
	CHECK(mkdtemp(w->path) != NULL);
	CHECK(file_open_dir(AT_FDCWD, w->path, &w->dir_fd) == OK);
	rng_fake_init(&w->rng, 2);
	w->credential.byte[0] = 1;
	CHECK(open_ring(w) == OK);
}

static void world_end(struct world *w)
{
	close_ring(w);
	CHECK(unlinkat(w->dir_fd, "ring", 0) == 0);
	(void)close(w->dir_fd);
	CHECK(rmdir(w->path) == 0);
}

/* The file's bytes. */
static void read_ring(struct world *w, struct buf *b)
{
	buf_clear(b);
	CHECK(file_read(w->dir_fd, "ring", b) == OK);
}

static void write_ring(struct world *w, struct str bytes)
{
	CHECK(file_swap(w->dir_fd, "ring", bytes.at, bytes.len, 0600) == OK);
}

/* A copy of a key, to compare with after reopening. */
static struct hmac_key copy_of(struct world *w, uint64_t p, uint32_t purpose)
{
	const struct hmac_key *k;
	struct hmac_key copy = { .inner = { 0 } };

	if (keyring_get_or_create(w->ring, p, purpose, &k) == OK)
		copy = *k;
	return copy;
}

static bool same_key(const struct hmac_key *a, const struct hmac_key *b)
{
	return a != NULL && memcmp(a, b, sizeof(*a)) == 0;
}

static void test_wrap(void)
{
	struct secret_key credential = { { 5 } };
	struct secret_key other = { { 6 } };
	struct secret_key key = { { 7 } };
	struct secret_key back;
	struct wrap_entry e;
	struct rng_fake rng;
	size_t refused = 0;

	rng_fake_init(&rng, 1);
	wrap_key(&credential, &rng.rng, 0x0102030405060708, 9, &key, &e);
	CHECK(wrap_petition(&e) == 0x0102030405060708 && wrap_purpose(&e) == 9);
	CHECK(memcmp(e.byte, "\1\2\3\4\5\6\7\10\0\0\0\11\0\0\0\0", 16) == 0);
	CHECK(wrap_open(&credential, &e, &back) == OK);
	CHECK(memcmp(&key, &back, sizeof(key)) == 0);
	CHECK(wrap_open(&other, &e, &back) == ERR_CRYPTO);
	for (size_t i = 0; i < WRAP_ENTRY_LEN; i++) {
		e.byte[i] ^= 1;
		refused += wrap_open(&credential, &e, &back) != OK;
		e.byte[i] ^= 1;
	}
	CHECK_INT(refused, WRAP_ENTRY_LEN);
	memset(&e, 0, sizeof(e));
	CHECK(wrap_open(&credential, &e, &back) == ERR_GONE);
}

static void test_life(void)
{
	static const uint32_t purposes[] = { 1, 2, 3 };
	struct hmac_key a, b;
	struct world w;
	struct keyring *second;

	world_make(&w);
	CHECK(keyring_get(w.ring, 10, 1) == NULL);
	a = copy_of(&w, 10, 1);
	CHECK(same_key(keyring_get(w.ring, 10, 1), &a));
	b = copy_of(&w, 10, 2);
	CHECK(!same_key(&a, &b));
	CHECK(keyring_need(w.ring, 11, purposes, 3) == OK);
	CHECK(keyring_need(w.ring, 10, purposes, 3) == OK);
	CHECK(keyring_need(w.ring, 0, purposes, 3) == ERR_INVALID);
	CHECK_INT(keyring_count(w.ring), 6);
	CHECK(keyring_open(w.dir_fd, "ring", &w.credential, &w.rng.rng,
		      &second) == ERR_BUSY);
	close_ring(&w);
	CHECK(open_ring(&w) == OK);
	CHECK_INT(keyring_count(w.ring), 6);
	CHECK(same_key(keyring_get(w.ring, 10, 1), &a));
	CHECK(same_key(keyring_get(w.ring, 10, 2), &b));
	CHECK(keyring_destroy(w.ring, 10, 1) == OK);
	CHECK(keyring_destroy(w.ring, 10, 1) == OK);
	CHECK(keyring_get(w.ring, 10, 1) == NULL);
	CHECK(same_key(keyring_get(w.ring, 10, 2), &b));
	close_ring(&w);
	CHECK(open_ring(&w) == OK);
	CHECK(keyring_get(w.ring, 10, 1) == NULL);
	CHECK_INT(keyring_count(w.ring), 5);
	b = copy_of(&w, 10, 1);
	CHECK(!same_key(&a, &b));
	close_ring(&w);
	w.credential.byte[31] = 1;
	CHECK(open_ring(&w) == ERR_CRYPTO);
	w.credential.byte[31] = 0;
	CHECK(open_ring(&w) == OK);
	world_end(&w);
}

/* Many petitions: slabs, growth of the index, borrowed keys that stay. */
static void test_many(void)
{
	const struct hmac_key *first;
	struct hmac_key first_copy;
	struct world w;
	size_t good = 0;

	world_make(&w);
	CHECK(keyring_get_or_create(w.ring, 1, 1, &first) == OK);
	first_copy = *first;
	for (uint64_t p = 1; p <= 400; p++) {
		static const uint32_t purposes[] = { 1, 2, 3, 4, 5, 6 };

		good += keyring_need(w.ring, p, purposes, 6) == OK;
	}
	CHECK_INT(good, 400);
	CHECK_INT(keyring_count(w.ring), 2400);
	CHECK(same_key(first, &first_copy));
	CHECK(keyring_get(w.ring, 1, 1) == first);
	for (uint64_t p = 1; p <= 300; p++)
		good += keyring_destroy(w.ring, p, 6) == OK;
	close_ring(&w);
	CHECK(open_ring(&w) == OK);
	CHECK_INT(keyring_count(w.ring), 2100);
	CHECK(same_key(keyring_get(w.ring, 1, 1), &first_copy));
	CHECK(keyring_get(w.ring, 300, 6) == NULL);
	CHECK(keyring_get(w.ring, 301, 6) != NULL);
	world_end(&w);
}

/* Every length that a torn append may leave. */
static void test_torn(void)
{
	struct hmac_key a;
	struct buf whole, cut;
	struct world w;
	size_t good = 0;

	world_make(&w);
	a = copy_of(&w, 10, 1);
	(void)copy_of(&w, 10, 2);
	close_ring(&w);
	buf_init(&whole, 4096);
	buf_init(&cut, 4096);
	read_ring(&w, &whole);
	CHECK_INT(whole.len, 176);
	for (size_t len = 88; len < 176; len++) {
		write_ring(&w, str_slice(buf_view(&whole), 0, len));
		good += open_ring(&w) == OK &&
			same_key(keyring_get(w.ring, 10, 1), &a) &&
			keyring_get(w.ring, 10, 2) == NULL &&
			keyring_need(w.ring, 10, &(uint32_t){ 3 }, 1) == OK;
		close_ring(&w);
		good += open_ring(&w) == OK && keyring_count(w.ring) == 2;
		close_ring(&w);
	}
	CHECK_INT(good, 176);
	/* The length is there, the bytes are not; or the other way round. */
	for (size_t keep = 8; keep <= 80; keep += 8) {
		write_ring(&w, buf_view(&whole));
		read_ring(&w, &cut);
		memset(cut.at + 88 + keep, 0, 88 - keep);
		write_ring(&w, buf_view(&cut));
		good += open_ring(&w) == OK && keyring_count(w.ring) == 1;
		close_ring(&w);
		memcpy(cut.at, whole.at, 176);
		memset(cut.at, 0, keep);
		write_ring(&w, buf_view(&cut));
		good += open_ring(&w) == OK && keyring_count(w.ring) == 1;
		close_ring(&w);
		read_ring(&w, &cut); /* the destruction was finished */
		for (size_t i = 0; i < 88; i++)
			good += cut.at[i] == 0;
	}
	CHECK_INT(good, 176 + 10 * (2 + 88));
	buf_release(&whole);
	buf_release(&cut);
	CHECK(open_ring(&w) == OK);
	world_end(&w);
}

static void test_damage(void)
{
	struct buf b;
	struct world w;

	world_make(&w);
	(void)copy_of(&w, 10, 1);
	(void)copy_of(&w, 10, 2);
	close_ring(&w);
	buf_init(&b, 4096);
	read_ring(&w, &b);
	b.at[88 + 50] ^= 1;
	write_ring(&w, buf_view(&b));
	CHECK(open_ring(&w) == ERR_CORRUPT);
	b.at[88 + 50] ^= 1;
	b.at[88 + 15] = 1;
	write_ring(&w, buf_view(&b));
	CHECK(open_ring(&w) == ERR_CORRUPT);
	b.at[88 + 15] = 0;
	memcpy(b.at + 88, b.at, 88); /* one name alive twice */
	write_ring(&w, buf_view(&b));
	CHECK(open_ring(&w) == ERR_CORRUPT);
	buf_release(&b);
	write_ring(&w, STR(""));
	CHECK(open_ring(&w) == OK);
	world_end(&w);
}

int main(void)
{
	CHECK(crypto_init() == OK);
	test_wrap();
	test_life();
	test_many();
	test_torn();
	test_damage();
	return tap_done();
}
