#include "role/keep_index.h"

#include <assert.h>

#include "base/bytes.h"

#define PRINT_BITS 24
#define SLOT_BITS 40

static struct keep_table *table_of(const struct keep_index *ix, uint64_t key)
{
	return &ix->table[key >> (64 - ix->bits)];
}

static uint32_t print_of(const struct keep_index *ix, uint64_t key)
{
	return (uint32_t)((key << ix->bits) >> (64 - PRINT_BITS));
}

static uint64_t cell_of(uint32_t print, uint64_t slot)
{
	assert(slot > 0 && slot < KEEP_SLOT_END);
	return ((uint64_t)print << SLOT_BITS) | slot;
}

/* Homes ascend with fingerprints, whatever the capacity. */
static uint32_t home_of(const struct keep_table *t, uint64_t cell)
{
	return (uint32_t)(((cell >> SLOT_BITS) * t->cap) >> PRINT_BITS);
}

static uint32_t step(const struct keep_table *t, uint32_t at)
{
	return at + 1 == t->cap ? 0 : at + 1;
}

static void place(struct keep_table *t, uint64_t cell)
{
	uint32_t at = home_of(t, cell);

	while (t->cell[at] != 0)
		at = step(t, at);
	t->cell[at] = cell;
	t->used++;
}

/* An empty table. */
static enum err table_new(uint32_t cap, struct keep_table *ret_table)
{
	struct keep_table t = { .cap = cap };

	t.cell = calloc(cap, sizeof(*t.cell));
	if (t.cell == NULL)
		return ERR_MEMORY;
	*ret_table = t;
	return OK;
}

static enum err grow(struct keep_table *t)
{
	struct keep_table wider;
	enum err e;

	if (t->cap > UINT32_MAX / 2)
		return ERR_TOO_LARGE;
	e = table_new(t->cap + t->cap / 8 + 8, &wider);
	if (e != OK)
		return e;
	for (uint32_t i = 0; i < t->cap; i++) {
		if (t->cell[i] != 0)
			place(&wider, t->cell[i]);
	}
	free(t->cell);
	*t = wider;
	return OK;
}

enum err keep_index_init(struct keep_index *ix, unsigned bits)
{
	assert(bits >= 1 && bits <= 16);
	ix->table = calloc((size_t)1 << bits, sizeof(*ix->table));
	ix->bits = bits;
	return ix->table == NULL ? ERR_MEMORY : OK;
}

void keep_index_clear(struct keep_index *ix)
{
	if (ix->table == NULL)
		return;
	for (size_t i = 0; i < (size_t)1 << ix->bits; i++) {
		free(ix->table[i].cell);
		ix->table[i] = (struct keep_table){ 0 };
	}
}

void keep_index_release(struct keep_index *ix)
{
	keep_index_clear(ix);
	free(ix->table);
	ix->table = NULL;
}

enum err keep_index_add(struct keep_index *ix, uint64_t key, uint64_t slot)
{
	struct keep_table *t = table_of(ix, key);

	if (t->used + 1 > t->cap - t->cap / 8) {
		enum err e = grow(t);

		if (e != OK)
			return e;
	}
	place(t, cell_of(print_of(ix, key), slot));
	return OK;
}

/* Is home cyclically in (hole, at]?  Then the cell at `at` may stay. */
static bool may_stay(uint32_t hole, uint32_t home, uint32_t at)
{
	if (hole <= at)
		return hole < home && home <= at;
	return hole < home || home <= at;
}

/* Close the hole by moving back what probed over it. */
static void close_hole(struct keep_table *t, uint32_t hole)
{
	uint32_t at = hole;

	for (;;) {
		at = step(t, at);
		if (t->cell[at] == 0)
			break;
		if (may_stay(hole, home_of(t, t->cell[at]), at))
			continue;
		t->cell[hole] = t->cell[at];
		hole = at;
	}
	t->cell[hole] = 0;
}

void keep_index_remove(struct keep_index *ix, uint64_t key, uint64_t slot)
{
	struct keep_table *t = table_of(ix, key);
	uint64_t cell = cell_of(print_of(ix, key), slot);
	uint32_t at;

	if (t->cap == 0)
		return;
	at = home_of(t, cell);
	while (t->cell[at] != 0 && t->cell[at] != cell)
		at = step(t, at);
	if (t->cell[at] == 0)
		return;
	close_hole(t, at);
	t->used--;
}

bool keep_index_has(const struct keep_index *ix, uint64_t key, uint64_t slot)
{
	struct keep_walk w = keep_index_walk(ix, key);
	uint64_t found;

	while (keep_walk_next(&w, &found))
		if (found == slot)
			return true;
	return false;
}

enum err keep_index_fill(struct keep_index *ix, uint32_t i,
	const uint8_t *cells, uint32_t n, uint64_t end)
{
	struct keep_table *t = &ix->table[i];
	enum err e;

	assert(t->cell == NULL);
	if (n == 0)
		return OK;
	if (n > UINT32_MAX / 2)
		return ERR_TOO_LARGE;
	/* Room for another 16th, as if it had just grown. */
	e = table_new(n + n / 7 + n / 16 + 8, t);
	for (uint32_t j = 0; j < n && e == OK; j++) {
		uint64_t cell = get_u64(cells + (size_t)j * sizeof(cell));
		uint64_t slot = cell & (KEEP_SLOT_END - 1);

		if (slot == 0 || slot >= end)
			e = ERR_CORRUPT;
		else
			place(t, cell);
	}
	return e;
}

/* What closes a hole comes from behind it, or has been looked at. */
static void sweep_table(
	struct keep_table *t, keep_gone_fn *is_gone, void *context)
{
	for (uint32_t at = 0; at < t->cap;) {
		uint64_t slot = t->cell[at] & (KEEP_SLOT_END - 1);

		if (slot == 0 || !is_gone(context, slot)) {
			at++;
			continue;
		}
		close_hole(t, at);
		t->used--;
	}
}

void keep_index_sweep(
	struct keep_index *ix, keep_gone_fn *is_gone, void *context)
{
	for (size_t i = 0; i < (size_t)1 << ix->bits; i++)
		sweep_table(&ix->table[i], is_gone, context);
}

struct keep_walk keep_index_walk(const struct keep_index *ix, uint64_t key)
{
	const struct keep_table *t = table_of(ix, key);
	uint32_t print = print_of(ix, key);
	struct keep_walk w = { .table = t, .left = t->cap, .print = print };

	if (t->cap > 0)
		w.at = home_of(t, (uint64_t)print << SLOT_BITS);
	return w;
}

bool keep_walk_next(struct keep_walk *w, uint64_t *ret_slot)
{
	while (w->left > 0 && w->table->cell[w->at] != 0) {
		uint64_t cell = w->table->cell[w->at];

		w->at = step(w->table, w->at);
		w->left--;
		if (cell >> SLOT_BITS == w->print) {
			*ret_slot = cell & (KEEP_SLOT_END - 1);
			return true;
		}
	}
	return false;
}

uint64_t keep_index_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}
