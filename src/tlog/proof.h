/*
 * proof.h - inclusion and consistency proofs (RFC 6962 sections 2.1.1 and
 * 2.1.2), made from tiles and checked without them.
 *
 * The maker reads tiles through a tlog_reader, so it works on files, on a
 * fetched copy, or on memory.  It trusts what it reads: check a proof, or the
 * root, before believing it.  The checkers follow RFC 9162 sections 2.1.3.2
 * and 2.1.4.2.  Nothing here allocates.
 */
#ifndef TLOG_PROOF_H
#define TLOG_PROOF_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "tlog/hash.h"
#include "tlog/tree.h"

enum { TLOG_PROOF_MAX = 64 };

struct tlog_proof {
	unsigned count;
	struct tree_hash hash[TLOG_PROOF_MAX];
};

struct tlog_reader {
	/* Read the first width hashes (1 to 256) of a tile.  A full tile will
	 * do where a partial one is asked for and gone. */
	enum err (*read_tile)(struct tlog_reader *r, unsigned level,
		uint64_t index, unsigned width, struct tree_hash *ret_hashes);
};

/* The root that the first size leaves had. */
MUST_USE enum err tlog_root_at(
	struct tlog_reader *r, uint64_t size, struct tree_hash *ret_root);
/* The path from leaf index to the root of size leaves.  ERR_INVALID when
 * index is not below size; else what the reader failed with. */
MUST_USE enum err tlog_prove_inclusion(struct tlog_reader *r, uint64_t index,
	uint64_t size, struct tlog_proof *ret_proof);
/* That new_size leaves begin with the old_size ones; empty when the sizes are
 * equal or the old one is 0.  ERR_INVALID when old_size is above new_size. */
MUST_USE enum err tlog_prove_consistency(struct tlog_reader *r,
	uint64_t old_size, uint64_t new_size, struct tlog_proof *ret_proof);

/* OK if proof shows that leaf is number index of the size leaves under root;
 * ERR_CRYPTO if it does not; ERR_INVALID when index is not below size. */
MUST_USE enum err tlog_check_inclusion(const struct tree_hash *leaf,
	uint64_t index, uint64_t size, const struct tlog_proof *proof,
	const struct tree_hash *root);
/* OK if proof shows that the tree of new_root begins with the one of old_root;
 * ERR_CRYPTO if it does not; ERR_INVALID when old_size is above new_size. */
MUST_USE enum err tlog_check_consistency(uint64_t old_size,
	const struct tree_hash *old_root, uint64_t new_size,
	const struct tree_hash *new_root, const struct tlog_proof *proof);

#endif
