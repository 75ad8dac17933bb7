#include "crypto/keyring.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/wipe.h"
#include "crypto/wrap.h"

enum { SLAB_KEYS = 1024, NEED_MAX = 32, READ_ENTRIES = 512 };

/* Keys in guarded memory; a slab never moves, so borrowed keys stay. */
struct slab {
	struct hmac_key key[SLAB_KEYS];
};

struct ring_secret {
	struct secret_key credential;
	struct secret_key key; /* the one at hand */
};

struct name {
	uint64_t petition;
	uint32_t purpose;
	bool alive;
};

/*
 * Invariants: entry i of the file, name[i] and key i of the slabs belong
 * together.  index is an open-addressed table of 1 + i (0 is free), never
 * more than half full of names dead or alive; dead ones leave it when it
 * grows.  No (petition, purpose) is alive twice.
 */
struct keyring {
	int fd;
	struct rng *rng;
	struct ring_secret *secret;
	struct slab **slab;
	size_t n_slabs;
	struct name *name;
	size_t n; /* entries in the file */
	size_t cap;
	uint32_t *index;
	size_t index_size; /* a power of two, or 0 */
	size_t alive;
};

static struct hmac_key *key_at(const struct keyring *r, size_t i)
{
	return &r->slab[i / SLAB_KEYS]->key[i % SLAB_KEYS];
}

/* Mixes both so that neighbours spread; nobody chooses these numbers. */
static size_t home_of(
	const struct keyring *r, uint64_t petition, uint32_t purpose)
{
	uint64_t x = petition * 0x9E3779B97F4A7C15u + purpose;

	x = (x ^ (x >> 31)) * 0xD6E8FEB86659FD93u;
	return (size_t)(x ^ (x >> 32)) & (r->index_size - 1);
}

/* The name's number, or SIZE_MAX. */
static size_t look_up(
	const struct keyring *r, uint64_t petition, uint32_t purpose)
{
	if (r->index_size == 0)
		return SIZE_MAX;
	for (size_t at = home_of(r, petition, purpose); r->index[at] != 0;
		at = (at + 1) & (r->index_size - 1)) {
		size_t i = r->index[at] - 1;

		if (r->name[i].alive && r->name[i].petition == petition &&
			r->name[i].purpose == purpose)
			return i;
	}
	return SIZE_MAX;
}

static void index_put(struct keyring *r, size_t i)
{
	size_t at = home_of(r, r->name[i].petition, r->name[i].purpose);

	while (r->index[at] != 0)
		at = (at + 1) & (r->index_size - 1);
	r->index[at] = (uint32_t)(i + 1);
}

static enum err index_rebuild(struct keyring *r, size_t size)
{
	uint32_t *index = calloc(size, sizeof(*index));

	if (index == NULL)
		return ERR_MEMORY;
	free(r->index);
	r->index = index;
	r->index_size = size;
	for (size_t i = 0; i < r->n; i++)
		if (r->name[i].alive)
			index_put(r, i);
	return OK;
}

static enum err slab_add(struct keyring *r)
{
	struct slab **slab =
		realloc(r->slab, (r->n_slabs + 1) * sizeof(struct slab *));

	if (slab == NULL)
		return ERR_MEMORY;
	r->slab = slab;
	r->slab[r->n_slabs] = SECRET_NEW(struct slab);
	if (r->slab[r->n_slabs] == NULL)
		return ERR_MEMORY;
	r->n_slabs++;
	return OK;
}

/* Room for n more names, their keys and their places in the index, so that
 * nothing can fail behind the write. */
static enum err reserve(struct keyring *r, size_t n)
{
	size_t want = r->n + n;
	size_t size = r->index_size == 0 ? 64 : r->index_size;

	if (want >= UINT32_MAX)
		return ERR_TOO_LARGE;
	if (want > r->cap) {
		size_t cap = want * 2;
		struct name *name = realloc(r->name, cap * sizeof(*name));

		if (name == NULL)
			return ERR_MEMORY;
		r->name = name;
		r->cap = cap;
	}
	while (r->n_slabs * SLAB_KEYS < want) {
		enum err e = slab_add(r);

		if (e != OK)
			return e;
	}
	while (size < want * 2)
		size *= 2;
	return size == r->index_size ? OK : index_rebuild(r, size);
}

static void add_name(struct keyring *r, struct name name)
{
	r->name[r->n] = name;
	if (name.alive)
		index_put(r, r->n);
	r->alive += name.alive ? 1 : 0;
	r->n++;
}

/*
 * A write that did not reach the disk whole leaves its front or its back as
 * zeros (entries lie on multiples of eight bytes, so at least eight of them):
 * an append that never was, or a destruction to be finished.  Anything else
 * that does not open is damage.
 */
static bool unfinished(const struct wrap_entry *entry)
{
	static const uint8_t zero[8];

	return memcmp(entry->byte, zero, sizeof(zero)) == 0 ||
		memcmp(entry->byte + WRAP_ENTRY_LEN - 8, zero, sizeof(zero)) ==
		0;
}

static enum err zero_entry(struct keyring *r, size_t i)
{
	static const struct wrap_entry zero;
	enum err e = file_pwrite(r->fd, zero.byte, sizeof(zero.byte),
		(uint64_t)i * WRAP_ENTRY_LEN);

	return e == OK ? file_sync(r->fd) : e;
}

/* Take one entry of the file into memory. */
static enum err load_entry(struct keyring *r, const struct wrap_entry *entry)
{
	struct name name = { .petition = wrap_petition(entry),
		.purpose = wrap_purpose(entry) };
	enum err e = wrap_open(&r->secret->credential, entry, &r->secret->key);

	if (e == OK) {
		if (look_up(r, name.petition, name.purpose) != SIZE_MAX)
			return ERR_CORRUPT;
		hmac_key_init(key_at(r, r->n), r->secret->key.byte,
			sizeof(r->secret->key.byte));
		wipe(&r->secret->key, sizeof(r->secret->key));
		name.alive = true;
	} else if (e != ERR_GONE) {
		if (!unfinished(entry))
			return e == ERR_INVALID ? ERR_CORRUPT : e;
		e = zero_entry(r, r->n);
		if (e != OK)
			return e;
	}
	add_name(r, name);
	return OK;
}

static enum err load(struct keyring *r)
{
	struct wrap_entry entry[READ_ENTRIES];
	uint64_t bytes;
	size_t total;
	enum err e = file_size(r->fd, &bytes);

	if (e != OK)
		return e;
	total = (size_t)(bytes / WRAP_ENTRY_LEN);
	while (r->n < total) {
		size_t n = total - r->n;

		n = n < READ_ENTRIES ? n : READ_ENTRIES;
		e = reserve(r, n);
		if (e == OK)
			e = file_pread(r->fd, entry, n * WRAP_ENTRY_LEN,
				(uint64_t)r->n * WRAP_ENTRY_LEN);
		for (size_t i = 0; i < n && e == OK; i++)
			e = load_entry(r, &entry[i]);
		if (e != OK) /* another credential opens nothing at all */
			return e == ERR_CRYPTO && r->alive > 0 ? ERR_CORRUPT
							       : e;
	}
	/* What a crash left of an append: appending writes over it. */
	if (bytes % WRAP_ENTRY_LEN != 0 &&
		ftruncate(r->fd, (off_t)(total * WRAP_ENTRY_LEN)) != 0)
		return err_from_errno(errno);
	return OK;
}

/* Open or make the file; made, its name is durable too. */
static enum err open_file(int dir_fd, const char *name, int *ret_fd)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
	enum err e;

	if (fd < 0 && errno == ENOENT) {
		e = file_create(dir_fd, name, "", 0, 0600);
		if (e != OK)
			return e;
		fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
	}
	if (fd < 0)
		return err_from_errno(errno);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		e = errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
		(void)close(fd);
		return e;
	}
	*ret_fd = fd;
	return OK;
}

enum err keyring_open(int dir_fd, const char *name,
	const struct secret_key *credential, struct rng *rng,
	struct keyring **ret_ring)
{
	struct keyring *r = calloc(1, sizeof(*r));
	enum err e = ERR_MEMORY;

	if (r == NULL)
		return ERR_MEMORY;
	r->fd = -1;
	r->rng = rng;
	r->secret = SECRET_NEW(struct ring_secret);
	if (r->secret == NULL)
		goto err0;
	r->secret->credential = *credential;
	e = open_file(dir_fd, name, &r->fd);
	if (e != OK)
		goto err0;
	e = load(r);
	if (e != OK)
		goto err0;

	*ret_ring = r;
	return OK;

err0:
	keyring_close(r);
	return e;
}

void keyring_close(struct keyring *ring)
{
	if (ring == NULL)
		return;
	for (size_t i = 0; i < ring->n_slabs; i++)
		secret_free(ring->slab[i]);
	secret_free(ring->secret);
	free(ring->slab);
	free(ring->name);
	free(ring->index);
	if (ring->fd >= 0)
		(void)close(ring->fd);
	free(ring);
}

const struct hmac_key *keyring_get(
	const struct keyring *ring, uint64_t petition, uint32_t purpose)
{
	size_t i = look_up(ring, petition, purpose);

	return i == SIZE_MAX ? NULL : key_at(ring, i);
}

/* Draw key number at, wrap it into ret_entry and keep it ready. */
static void draw(struct keyring *r, size_t at, struct name name,
	struct wrap_entry *ret_entry)
{
	struct secret_key *key = &r->secret->key;

	rng_fill(r->rng, key->byte, sizeof(key->byte));
	wrap_key(&r->secret->credential, r->rng, name.petition, name.purpose,
		key, ret_entry);
	hmac_key_init(key_at(r, at), key->byte, sizeof(key->byte));
	wipe(key, sizeof(*key));
}

/* A failed append may have left anything: cut it off, as far as we can, so
 * that the next one starts at the same place. */
static enum err append(
	struct keyring *r, const struct wrap_entry *entry, size_t n)
{
	uint64_t end = (uint64_t)r->n * WRAP_ENTRY_LEN;
	enum err e = file_pwrite(r->fd, entry, n * WRAP_ENTRY_LEN, end);

	FAULT("keyring-append-before-sync");
	if (e == OK)
		e = file_sync(r->fd);
	if (e != OK && ftruncate(r->fd, (off_t)end) != 0)
		return e;
	return e;
}

enum err keyring_need(struct keyring *ring, uint64_t petition,
	const uint32_t *purposes, size_t n)
{
	struct wrap_entry entry[NEED_MAX];
	struct name name[NEED_MAX];
	size_t missing = 0;
	enum err e;

	assert(n <= NEED_MAX);
	if (petition == 0) /* see unfinished */
		return ERR_INVALID;
	for (size_t i = 0; i < n; i++)
		if (look_up(ring, petition, purposes[i]) == SIZE_MAX)
			name[missing++] =
				(struct name){ petition, purposes[i], true };
	if (missing == 0)
		return OK;
	e = reserve(ring, missing);
	if (e != OK)
		return e;
	for (size_t i = 0; i < missing; i++)
		draw(ring, ring->n + i, name[i], &entry[i]);
	e = append(ring, entry, missing);
	if (e != OK) {
		for (size_t i = 0; i < missing; i++)
			wipe(key_at(ring, ring->n + i),
				sizeof(struct hmac_key));
		return e;
	}
	for (size_t i = 0; i < missing; i++)
		add_name(ring, name[i]);
	return OK;
}

enum err keyring_get_or_create(struct keyring *ring, uint64_t petition,
	uint32_t purpose, const struct hmac_key **ret_key)
{
	const struct hmac_key *key = keyring_get(ring, petition, purpose);
	enum err e;

	if (key == NULL) {
		e = keyring_need(ring, petition, &purpose, 1);
		if (e != OK)
			return e;
		key = keyring_get(ring, petition, purpose);
	}
	*ret_key = key;
	return OK;
}

enum err keyring_destroy(
	struct keyring *ring, uint64_t petition, uint32_t purpose)
{
	size_t i = look_up(ring, petition, purpose);
	enum err e;

	if (i == SIZE_MAX)
		return OK;
	e = zero_entry(ring, i);
	if (e != OK)
		return e;
	ring->name[i].alive = false;
	ring->alive--;
	wipe(key_at(ring, i), sizeof(struct hmac_key));
	return OK;
}

size_t keyring_petitions(const struct keyring *ring, uint32_t purpose,
	size_t *cursor, uint64_t ret_petition[], size_t cap)
{
	size_t n = 0;

	for (; *cursor < ring->n && n < cap; (*cursor)++) {
		const struct name *name = &ring->name[*cursor];

		if (name->alive && name->purpose == purpose)
			ret_petition[n++] = name->petition;
	}
	return n;
}

enum err keyring_names(
	int dir_fd, const char *name, keyring_name_fn *fn, void *context)
{
	struct wrap_entry entry;
	uint64_t bytes = 0;
	enum err e;
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_from_errno(errno);
	e = file_size(fd, &bytes);
	for (uint64_t at = 0; e == OK && at + WRAP_ENTRY_LEN <= bytes;
		at += WRAP_ENTRY_LEN) {
		e = file_pread(fd, entry.byte, sizeof(entry.byte), at);
		if (e == OK && wrap_petition(&entry) != 0)
			fn(context, wrap_petition(&entry),
				wrap_purpose(&entry));
	}
	(void)close(fd);
	return e;
}

size_t keyring_count(const struct keyring *ring)
{
	return ring->alive;
}
