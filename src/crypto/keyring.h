/*
 * keyring.h - the file of wrapped keys that sealer (k1) and keeper (k2, S)
 * hold at rest, and the same keys in guarded memory (docs/formats.md
 * section 8).
 *
 * All keys of a ring are HMAC keys, so the ring hands them out made ready.
 * Keys are named by petition and purpose (tag.h) and are independent random
 * values.  A key that was destroyed leaves no name behind: asking for it
 * with keyring_get_or_create draws another one.
 *
 * An append that a crash cut short is forgotten at the next opening, and an
 * unfinished destruction is finished.  Zeroing in place is only as good as
 * the file system below: copy-on-write ones and backups keep old blocks.
 *
 * Not for several threads; one process at a time (the file is locked).
 */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/rng.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

struct keyring;

/*
 * Open, or make with mode 0600, the ring at dir_fd/name.  The credential is
 * copied.  ERR_CRYPTO if no entry opens with this credential, ERR_CORRUPT if
 * some entry in the middle does not, ERR_BUSY if another process has it.
 */
MUST_USE enum err keyring_open(int dir_fd, const char *name,
	const struct secret_key *credential, struct rng *rng,
	struct keyring **ret_ring);
/* Wipe what is in memory; NULL is allowed. */
void keyring_close(struct keyring *ring);

/* Borrowed until it is destroyed or the ring is closed; NULL if there is no
 * such key. */
const struct hmac_key *keyring_get(
	const struct keyring *ring, uint64_t petition, uint32_t purpose);

/* The key, drawn and durable before this returns if it was missing. */
MUST_USE enum err keyring_get_or_create(struct keyring *ring, uint64_t petition,
	uint32_t purpose, const struct hmac_key **ret_key);

/* Draw whichever of n (at most 32) different purposes the petition misses,
 * all with one wait for the disk.  ERR_INVALID for petition 0. */
MUST_USE enum err keyring_need(struct keyring *ring, uint64_t petition,
	const uint32_t *purposes, size_t n);

/* Zero the entry, durably, and forget the key.  OK if there is none. */
MUST_USE enum err keyring_destroy(
	struct keyring *ring, uint64_t petition, uint32_t purpose);

/* Petitions that have a key of this purpose, from number *cursor (0 to begin)
 * on; at most cap.  0 when there are no more. */
size_t keyring_petitions(const struct keyring *ring, uint32_t purpose,
	size_t *cursor, uint64_t ret_petition[], size_t cap);

/* Of the ring's file, without opening a key or waiting for whoever has it: fn
 * with the name of each entry that is alive.  ERR_NOT_FOUND. */
typedef void keyring_name_fn(
	void *context, uint64_t petition, uint32_t purpose);
MUST_USE enum err keyring_names(
	int dir_fd, const char *name, keyring_name_fn *fn, void *context);

/* Keys alive. */
size_t keyring_count(const struct keyring *ring);

#endif
