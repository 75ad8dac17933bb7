/*
 * Keys of petitions and weeks, and the lists of petitions whose keys are
 * destroyed.  A list's file is written before the first key goes; opening
 * finishes what a crash left.
 */
#include "role/keep_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"
#include "role/keep_find.h"

enum { WEEKLY_AT = 6, WEEKLY = 3, LISTED_MAX = 1 << 24 };

static const uint32_t petition_purposes[] = {
	PURPOSE_EMAIL_EXACT,
	PURPOSE_EMAIL_CANONICAL,
	PURPOSE_NAME,
	PURPOSE_MAILBOX_POSTCODE,
	PURPOSE_POSTCODE,
	PURPOSE_MAIL_DOMAIN,
	PURPOSE_LOCK_MASK,
};

static const size_t petition_purpose_count =
	sizeof(petition_purposes) / sizeof(*petition_purposes);

/* k2 stands before S in the table; backwards, S goes first. */
static enum err destroy_keys(struct keep *k, uint64_t petition, size_t n)
{
	enum err e = OK;

	k->last.petition = 0;
	for (size_t i = n; i-- > 0 && e == OK;) {
		e = keyring_destroy(k->ring, petition, petition_purposes[i]);
		FAULT("keeper-destroy-one");
	}
	return e;
}

static bool is_listed(const struct keep_list *l, uint64_t petition)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->petition[i] == petition)
			return true;
	}
	return false;
}

static enum err remember(struct keep_list *l, uint64_t petition)
{
	uint64_t *wider =
		reallocarray(l->petition, l->count + 1, sizeof(uint64_t));

	if (wider == NULL)
		return ERR_MEMORY;
	l->petition = wider;
	l->petition[l->count++] = petition;
	return OK;
}

static enum err write_down(
	struct keep *k, const struct keep_list *l, uint64_t petition)
{
	uint64_t off = l->count * 8;
	uint8_t bytes[8];
	enum err e;
	int fd;

	put_u64(bytes, petition);
	fd = openat(k->dir_fd, l->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	FAULT("keeper-destroy-before-write");
	e = file_pwrite(fd, bytes, sizeof(bytes), off);
	if (e == OK)
		e = file_sync(fd);
	FAULT("keeper-destroy-after-sync");
	(void)close(fd);
	return e == OK ? file_sync_dir(k->dir_fd) : e;
}

/* List the petition, then destroy the first n of its keys. */
static enum err destroy_listed(
	struct keep *k, struct keep_list *l, uint64_t petition, size_t n)
{
	enum err e = OK;

	if (!is_listed(l, petition)) {
		e = write_down(k, l, petition);
		if (e == OK)
			e = remember(l, petition);
	}
	return e == OK ? destroy_keys(k, petition, n) : e;
}

static enum err read_list(struct keep *k, struct keep_list *l, size_t n)
{
	struct buf b;
	enum err e;

	buf_init(&b, LISTED_MAX);
	e = file_read(k->dir_fd, l->file, &b);
	if (e == ERR_NOT_FOUND)
		e = OK;
	/* A torn last number was not yet acted upon. */
	for (size_t i = 0; i + 8 <= b.len && e == OK; i += 8) {
		uint64_t petition = get_u64((const uint8_t *)b.at + i);

		e = remember(l, petition);
		if (e == OK)
			e = destroy_keys(k, petition, n);
	}
	buf_release(&b);
	return e;
}

static enum err read_lists(struct keep *k)
{
	enum err e;

	k->destroyed = (struct keep_list){ .file = KEEP_DESTROYED_FILE };
	k->untagged = (struct keep_list){ .file = KEEP_UNTAGGED_FILE };
	e = read_list(k, &k->destroyed, petition_purpose_count);
	return e == OK ? read_list(k, &k->untagged, WEEKLY_AT) : e;
}

bool keep_keys_are_gone(
	const struct keep *k, uint64_t petition, enum keep_shred what)
{
	return is_listed(&k->destroyed, petition) ||
		(what == KEEP_SHRED_TAGS && is_listed(&k->untagged, petition));
}

enum err keep_keys_end_tags(struct keep *k, uint64_t petition)
{
	return destroy_listed(k, &k->untagged, petition, WEEKLY_AT);
}

size_t keep_shredded(const struct keep *k, size_t *cursor,
	uint64_t ret_petition[], size_t cap)
{
	size_t n = 0;

	for (; *cursor < k->untagged.count + k->destroyed.count && n < cap;
		(*cursor)++)
		ret_petition[n++] = *cursor < k->untagged.count
			? k->untagged.petition[*cursor]
			: k->destroyed.petition[*cursor - k->untagged.count];
	return n;
}

enum err keep_keys_open(struct keep *k, const struct keep_setup *setup)
{
	enum err e;

	k->mac_key = SECRET_NEW(struct hmac_key);
	if (k->mac_key == NULL)
		return ERR_MEMORY;
	hmac_key_init(
		k->mac_key, setup->mac_key->byte, sizeof(setup->mac_key->byte));
	e = keyring_open(k->dir_fd, KEEP_RING_FILE, setup->credential,
		setup->rng, &k->ring);
	if (e == OK)
		e = keep_blocked_read(k);
	return e != OK ? e : read_lists(k);
}

void keep_keys_close(struct keep *k)
{
	keyring_close(k->ring);
	secret_free(k->mac_key);
	free(k->destroyed.petition);
	free(k->untagged.petition);
	keep_blocked_release(k);
}

enum err keep_keys_of(
	struct keep *k, uint64_t petition, const struct keep_keys **ret_keys)
{
	struct keep_keys keys = { .petition = petition };
	enum err e;

	*ret_keys = &k->last;
	if (k->last.petition == petition)
		return OK;
	keys.s = keyring_get(k->ring, petition, PURPOSE_LOCK_MASK);
	if (keys.s == NULL) {
		if (is_listed(&k->destroyed, petition))
			return ERR_GONE;
		FAULT("keeper-keys-before-draw");
		e = keyring_need(k->ring, petition, petition_purposes,
			petition_purpose_count);
		FAULT("keeper-keys-after-draw");
		if (e != OK)
			return e;
		keys.s = keyring_get(k->ring, petition, PURPOSE_LOCK_MASK);
	}
	for (size_t i = 0; i < WEEKLY_AT; i++) {
		keys.k2[i] = keyring_get(k->ring, petition, tag_purposes[i]);
		if (keys.k2[i] == NULL)
			return is_listed(&k->untagged, petition) ? ERR_GONE
								 : ERR_CORRUPT;
	}
	k->last = keys;
	return OK;
}

enum err keep_keys_of_week(
	struct keep *k, uint64_t week, const struct hmac_key *ret_k2[3])
{
	const uint32_t *purposes = tag_purposes + WEEKLY_AT;
	enum err e = keyring_need(k->ring, week, purposes, WEEKLY);

	for (size_t i = 0; i < WEEKLY && e == OK; i++)
		ret_k2[i] = keyring_get(k->ring, week, purposes[i]);
	return e;
}

enum err keep_keys_end_week(struct keep *k, uint64_t week)
{
	enum err e = OK;

	for (size_t i = 0; i < WEEKLY && e == OK; i++)
		e = keyring_destroy(k->ring, week, tag_purposes[WEEKLY_AT + i]);
	return e;
}

uint64_t keep_first_week(const struct keep *k)
{
	uint64_t week[64], first = 0;
	size_t cursor = 0, n;

	while ((n = keyring_petitions(k->ring, PURPOSE_IP, &cursor, week, 64)) >
		0)
		for (size_t i = 0; i < n; i++)
			if (first == 0 || week[i] < first)
				first = week[i];
	return first;
}

enum err keep_destroy_petition(struct keep *k, uint64_t petition)
{
	enum err e = keep_begin(k, 1);

	if (e != OK)
		return e;
	e = destroy_listed(k, &k->destroyed, petition, petition_purpose_count);
	return keep_end(k, e, false);
}
