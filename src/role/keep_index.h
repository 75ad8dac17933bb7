/*
 * keep_index.h - from a fingerprint to slots, in memory, 8 bytes an element.
 *
 * A key is 64 bits that look random (part of a tag, or a mixed number).  Its
 * first bits choose one of many small tables, the next 24 are kept beside
 * the slot (40 bits) in one cell.  Cells are open-addressed with linear
 * probing, and a cell's home follows from its fingerprint alone, so a table
 * grows (by an eighth, when seven eighths are used) without reading entries.
 * Tables grow one by one: there is no moment at which all is copied.
 *
 * Different keys may share a fingerprint (about once in 2^36 pairs with 4,096
 * tables), so the caller compares what it finds with the entry itself.  The
 * same key may stand there for many slots.
 *
 * Invariant: between a cell's home and the cell there is no empty one.
 */
#ifndef ROLE_KEEP_INDEX_H
#define ROLE_KEEP_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/* Slots are below this. */
#define KEEP_SLOT_END ((uint64_t)1 << 40)

struct keep_table {
	uint64_t *cell; /* 0 is empty: no slot is 0 */
	uint32_t cap;
	uint32_t used;
};

struct keep_index {
	struct keep_table *table;
	unsigned bits; /* there are 2^bits tables */
};

/* bits from 1 to 16.  Only the tables' heads are allocated here. */
MUST_USE enum err keep_index_init(struct keep_index *ix, unsigned bits);
void keep_index_release(struct keep_index *ix);
/* Forget all elements, give their memory back. */
void keep_index_clear(struct keep_index *ix);

MUST_USE enum err keep_index_add(
	struct keep_index *ix, uint64_t key, uint64_t slot);
/* Nothing happens if the pair is not there. */
void keep_index_remove(struct keep_index *ix, uint64_t key, uint64_t slot);

/* Remove every element whose slot is_gone: a pass over all of them. */
typedef bool keep_gone_fn(void *context, uint64_t slot);
void keep_index_sweep(
	struct keep_index *ix, keep_gone_fn *is_gone, void *context);
/* Is the pair there? */
bool keep_index_has(const struct keep_index *ix, uint64_t key, uint64_t slot);

/* Fill the empty table number i with n cells that another index had in its
 * own, big-endian.  ERR_CORRUPT for a cell that is none, or whose slot is not
 * below end. */
MUST_USE enum err keep_index_fill(struct keep_index *ix, uint32_t i,
	const uint8_t *cells, uint32_t n, uint64_t end);

/* Every slot under a key: begin, then next until it is false.  The index
 * must not change in between. */
struct keep_walk {
	const struct keep_table *table;
	uint32_t at;
	uint32_t left;
	uint32_t print;
};

struct keep_walk keep_index_walk(const struct keep_index *ix, uint64_t key);
bool keep_walk_next(struct keep_walk *w, uint64_t *ret_slot);

/* A number that is not random made into a key (splitmix64's finisher). */
uint64_t keep_index_mix(uint64_t number);

#endif
