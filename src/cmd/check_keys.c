/*
 * check_keys.c - keys and locks that should be dead: both key rings and
 * keeper's lists of shredded petitions against the database's, weekly keys
 * past their two weeks, and the locks of signers who left.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/check_overdue.h"
#include "crypto/keyring.h"
#include "crypto/tag.h"
#include "role/keep_find.h"
#include "role/keep_store.h"
#include "role/seal.h"

enum {
	LIST_MAX = 1 << 24,
	SLOTS_AT_ONCE = 4096,
	LOCKS_LEN = KEEP_STORE_LOCKS * 32
};

struct petitions {
	const uint64_t *at; /* ascending */
	size_t n;
};

struct keys {
	struct store *store;
	struct arena arena;
	check_found *found;
	void *context;
	uint64_t first_week; /* older keys are over */

	/* what the database says */
	struct petitions untagged, destroyed;

	/* of the ring at hand */
	size_t old_weeks, tags, all;
};

static void tell(struct keys *k, struct str sentence)
{
	k->found(k->context, sentence);
}

static int compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static bool is_among(const struct petitions *p, uint64_t petition)
{
	return p->n > 0 &&
		bsearch(&petition, p->at, p->n, sizeof(petition), compare) !=
		NULL;
}

/* ---- the rings ---- */

static void look_at_key(void *context, uint64_t petition, uint32_t purpose)
{
	struct keys *k = context;

	if (purpose_is_weekly(purpose))
		k->old_weeks += petition < k->first_week;
	else if (is_among(&k->destroyed, petition))
		k->all++;
	else if (purpose != PURPOSE_LOCK_MASK)
		k->tags += is_among(&k->untagged, petition);
}

static void tell_keys(
	struct keys *k, const char *ring, size_t n, const char *what)
{
	if (n > 0)
		tell(k,
			arena_printf(&k->arena,
				"%s holds %zu keys %s: serve "
				"the site, which destroys them",
				ring, n, what));
}

static enum err check_ring(
	struct keys *k, const struct site *site, const char *ring)
{
	enum err e;

	k->old_weeks = k->tags = k->all = 0;
	e = keyring_names(site->dir_fd, ring, look_at_key, k);
	if (e == ERR_NOT_FOUND)
		return OK; /* nobody has signed yet */
	tell_keys(k, ring, k->old_weeks,
		"of internet addresses that are over two weeks old");
	tell_keys(k, ring, k->tags,
		"of petitions of which the log says that nobody can be looked "
		"for");
	tell_keys(k, ring, k->all,
		"of petitions of which the log says that no record opens");
	return e;
}

/* ---- keeper's lists ---- */

static enum err check_list(struct keys *k, int keeper_fd, const char *file,
	const struct petitions *known)
{
	size_t unknown = 0;
	struct buf b;
	enum err e;

	buf_init(&b, LIST_MAX);
	e = file_read(keeper_fd, file, &b);
	if (e == ERR_NOT_FOUND)
		e = OK;
	if (b.len % 8 != 0)
		tell(k,
			arena_printf(&k->arena,
				"keeper's list `%s` is torn: start the server, "
				"which mends it",
				file));
	for (size_t i = 0; i + 8 <= b.len; i += 8)
		unknown += !is_among(known, get_u64((uint8_t *)b.at + i));
	if (unknown > 0)
		tell(k,
			arena_printf(&k->arena,
				"keeper's list `%s` names %zu petitions whose "
				"keys are destroyed and the log does not tell "
				"it: serve the site, which writes it down",
				file, unknown));
	buf_release(&b);
	return e;
}

static enum err read_known(
	struct keys *k, enum store_shred what, struct petitions *ret)
{
	uint64_t *at = NULL;
	enum err e =
		store_shredded_list(&k->arena, k->store, what, &at, &ret->n);

	ret->at = at;
	return e;
}

/* ---- the locks of who left ---- */

static bool has_lock(int fd, uint64_t slot)
{
	static const uint8_t none[LOCKS_LEN];
	uint8_t locks[LOCKS_LEN] = { 0 };

	return file_pread(fd, locks, sizeof(locks), slot * LOCKS_LEN) == OK &&
		memcmp(locks, none, sizeof(none)) != 0;
}

static enum err count_locks(struct keys *k, int fd, size_t *ret_alive)
{
	uint64_t *slot = ARENA_ARRAY(&k->arena, uint64_t, SLOTS_AT_ONCE);
	uint64_t after = 0;
	size_t n = 1;
	enum err e = slot == NULL ? ERR_MEMORY : OK;

	while (e == OK && n > 0) {
		e = store_left_slots(k->store, after, slot, SLOTS_AT_ONCE, &n);
		for (size_t i = 0; e == OK && i < n; i++)
			*ret_alive += has_lock(fd, slot[i]);
		if (e == OK && n > 0)
			after = slot[n - 1];
	}
	return e;
}

static enum err check_locks(struct keys *k, int keeper_fd)
{
	size_t alive = 0;
	enum err e;
	int fd = openat(keeper_fd, KEEP_LOCKS_FILE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return OK; /* nobody has signed yet */
	e = count_locks(k, fd, &alive);
	(void)close(fd);
	if (e == OK && alive > 0)
		tell(k,
			arena_printf(&k->arena,
				"the records of %zu signers who left still "
				"open: SITE/keeper is older than their wish",
				alive));
	return e;
}

enum err check_keys(const struct site *site, struct store *s, int keeper_fd,
	check_found *found, void *context)
{
	uint64_t hour = (uint64_t)(clock_wall_ms(clock_system()) / 3600000);
	struct keys k = { .store = s,
		.found = found,
		.context = context,
		.first_week = week_of_hour((uint32_t)hour - CHECK_GRACE_HOURS) +
			1 - CHECK_SEARCH_WEEKS };
	enum err e;

	arena_init(&k.arena, (size_t)64 << 20);
	e = read_known(&k, STORE_SHRED_TAGS, &k.untagged);
	if (e == OK)
		e = read_known(&k, STORE_SHRED_ALL, &k.destroyed);
	if (e == OK)
		e = check_list(&k, keeper_fd, KEEP_UNTAGGED_FILE, &k.untagged);
	if (e == OK)
		e = check_list(
			&k, keeper_fd, KEEP_DESTROYED_FILE, &k.destroyed);
	if (e == OK)
		e = check_ring(&k, site, "keeper/" KEEP_RING_FILE);
	if (e == OK)
		e = check_ring(&k, site, "sealer/" SEALER_RING_FILE);
	if (e == OK)
		e = check_locks(&k, keeper_fd);
	arena_release(&k.arena);
	return e;
}
