/*
 * Keys of petitions and weeks, and the list of petitions whose keys are
 * destroyed: a ring forgets a destroyed key's name, so without the list a
 * late ask would draw new ones.  The file `destroyed` holds one u64 each,
 * written before the first key goes; opening finishes what a crash left.
 */
#include "role/keep_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault.h"
#include "base/file.h"

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

static enum err destroy_keys(struct keep *k, uint64_t petition)
{
	enum err e = OK;

	k->last.petition = 0;
	for (size_t i = petition_purpose_count; i-- > 0 && e == OK;) {
		e = keyring_destroy(k->ring, petition, petition_purposes[i]);
		FAULT("keeper-destroy-one");
	}
	return e;
}

static bool is_destroyed(const struct keep *k, uint64_t petition)
{
	for (size_t i = 0; i < k->destroyed_count; i++) {
		if (k->destroyed[i] == petition)
			return true;
	}
	return false;
}

static enum err remember(struct keep *k, uint64_t petition)
{
	uint64_t *wider = reallocarray(
		k->destroyed, k->destroyed_count + 1, sizeof(uint64_t));

	if (wider == NULL)
		return ERR_MEMORY;
	k->destroyed = wider;
	k->destroyed[k->destroyed_count++] = petition;
	return OK;
}

static enum err write_down(struct keep *k, uint64_t petition)
{
	uint64_t off = k->destroyed_count * 8;
	uint8_t bytes[8];
	enum err e;
	int fd;

	put_u64(bytes, petition);
	fd = openat(
		k->dir_fd, "destroyed", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
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

static enum err read_destroyed(struct keep *k)
{
	struct buf b;
	enum err e;

	buf_init(&b, LISTED_MAX);
	e = file_read(k->dir_fd, "destroyed", &b);
	if (e == ERR_NOT_FOUND)
		e = OK;
	/* A torn last number was not yet acted upon. */
	for (size_t i = 0; i + 8 <= b.len && e == OK; i += 8) {
		uint64_t petition = get_u64((const uint8_t *)b.at + i);

		e = remember(k, petition);
		if (e == OK)
			e = destroy_keys(k, petition);
	}
	buf_release(&b);
	return e;
}

enum err keep_keys_open(struct keep *k, const struct keep_setup *setup)
{
	enum err e;

	k->mac_key = SECRET_NEW(struct hmac_key);
	if (k->mac_key == NULL)
		return ERR_MEMORY;
	hmac_key_init(
		k->mac_key, setup->mac_key->byte, sizeof(setup->mac_key->byte));
	e = keyring_open(
		k->dir_fd, "keys", setup->credential, setup->rng, &k->ring);
	return e != OK ? e : read_destroyed(k);
}

void keep_keys_close(struct keep *k)
{
	keyring_close(k->ring);
	secret_free(k->mac_key);
	free(k->destroyed);
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
		if (is_destroyed(k, petition))
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
			return ERR_CORRUPT;
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

enum err keep_destroy_petition(struct keep *k, uint64_t petition)
{
	enum err e = keep_begin(k, 1);

	if (e != OK)
		return e;
	if (!is_destroyed(k, petition)) {
		e = write_down(k, petition);
		if (e == OK)
			e = remember(k, petition);
	}
	if (e == OK)
		e = destroy_keys(k, petition);
	return keep_end(k, e, false);
}
