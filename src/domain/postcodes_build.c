#include "domain/postcodes_build.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/hash.h"

enum { AREAS_MAX = 0xFFFE, AREA_SLOTS = 1 << 17, NO_AREA = 0xFFFF };

static const size_t ROWS_MAX = (size_t)1 << 31;

struct row {
	uint64_t key; /* of POSTCODES_KEY_MAX characters */
	uint32_t number; /* in the order of coming */
	uint16_t area;
	uint8_t ended;
	uint8_t len;
};

struct set {
	uint16_t area[POSTCODES_AREAS]; /* NO_AREA behind the last */
};

struct postcodes_builder {
	struct row *row;
	size_t n;
	size_t cap;
	bool in_order;
	uint32_t key_len;
	char (*area)[POSTCODES_AREA_BYTES];
	uint32_t areas;
	uint32_t area_cap;
	uint16_t *slot; /* area + 1, by hash of its code; 0: free */
	struct set *set;
	uint32_t sets;
	uint32_t set_cap;
	uint32_t *set_slot; /* set + 1, by hash; 0: free */
};

struct postcodes_builder *postcodes_builder_new(void)
{
	struct postcodes_builder *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->in_order = true;
	b->key_len = 1;
	b->slot = calloc(AREA_SLOTS, sizeof(*b->slot));
	b->set_slot = calloc(AREA_SLOTS, sizeof(*b->set_slot));
	if (b->slot == NULL || b->set_slot == NULL) {
		postcodes_builder_free(b);
		return NULL;
	}
	return b;
}

void postcodes_builder_free(struct postcodes_builder *b)
{
	if (b == NULL)
		return;
	free(b->row);
	free(b->area);
	free(b->slot);
	free(b->set);
	free(b->set_slot);
	free(b);
}

static enum err grow(void **array, size_t size, size_t n, size_t *cap)
{
	size_t more = *cap == 0 ? 256 : 2 * *cap;
	void *at;

	if (n < *cap)
		return OK;
	at = realloc(*array, more * size);
	if (at == NULL)
		return ERR_MEMORY;
	*array = at;
	*cap = more;
	return OK;
}

static uint32_t hash(const void *at, size_t len)
{
	const uint8_t *byte = at;
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ byte[i]) * UINT64_C(0x100000001B3);
	return (uint32_t)(h >> 32) % AREA_SLOTS;
}

/* ---- areas ---- */

static enum err area_of(
	struct postcodes_builder *b, struct str code, uint16_t *ret_area)
{
	char padded[POSTCODES_AREA_BYTES] = { 0 };
	void *at = b->area;
	size_t cap = b->area_cap;
	uint32_t h;
	enum err e;

	if (code.len > sizeof(padded) || str_find(code, '\0') < code.len)
		return ERR_INVALID;
	memcpy(padded, code.at, code.len);
	for (h = hash(padded, sizeof(padded)); b->slot[h] != 0;
		h = (h + 1) % AREA_SLOTS) {
		uint16_t area = (uint16_t)(b->slot[h] - 1);

		if (memcmp(b->area[area], padded, sizeof(padded)) == 0) {
			*ret_area = area;
			return OK;
		}
	}
	if (b->areas == AREAS_MAX)
		return ERR_TOO_LARGE;
	e = grow(&at, sizeof(*b->area), b->areas, &cap);
	if (e != OK)
		return e;
	b->area = at;
	b->area_cap = (uint32_t)cap;
	memcpy(b->area[b->areas], padded, sizeof(padded));
	*ret_area = (uint16_t)b->areas++;
	b->slot[h] = (uint16_t)b->areas;
	return OK;
}

enum err postcodes_builder_add(struct postcodes_builder *b, struct str postcode,
	struct str area, bool ended)
{
	struct row row = { .number = (uint32_t)b->n,
		.area = NO_AREA,
		.ended = ended,
		.len = (uint8_t)postcode.len };
	void *at = b->row;
	enum err e;

	if (!postcodes_key(postcode, POSTCODES_KEY_MAX, &row.key))
		return ERR_INVALID;
	if (b->n == ROWS_MAX)
		return ERR_TOO_LARGE;
	e = area.len == 0 ? OK : area_of(b, area, &row.area);
	if (e == OK)
		e = grow(&at, sizeof(row), b->n, &b->cap);
	if (e != OK)
		return e;
	b->row = at;
	if (b->n > 0 && b->row[b->n - 1].key > row.key)
		b->in_order = false;
	if (row.len > b->key_len)
		b->key_len = row.len;
	b->row[b->n++] = row;
	return OK;
}

/* ---- lists of areas ---- */

static enum err set_of(
	struct postcodes_builder *b, const struct set *set, uint32_t *ret_set)
{
	void *at = b->set;
	size_t cap = b->set_cap;
	uint32_t h;
	enum err e;

	for (h = hash(set, sizeof(*set)); b->set_slot[h] != 0;
		h = (h + 1) % AREA_SLOTS) {
		*ret_set = b->set_slot[h] - 1;
		if (memcmp(&b->set[*ret_set], set, sizeof(*set)) == 0)
			return OK;
	}
	if (b->sets == AREA_SLOTS / 2)
		return ERR_TOO_LARGE;
	e = grow(&at, sizeof(*set), b->sets, &cap);
	if (e != OK)
		return e;
	b->set = at;
	b->set_cap = (uint32_t)cap;
	b->set[b->sets] = *set;
	*ret_set = b->sets++;
	b->set_slot[h] = b->sets;
	return OK;
}

/* The areas of the rows [from, to), which are of one postcode. */
static enum err gather(
	struct postcodes_builder *b, size_t from, size_t to, uint32_t *ret_set)
{
	struct set set;
	size_t n = 0;

	memset(&set, 0xFF, sizeof(set));
	for (size_t i = from; i < to; i++) {
		uint16_t area = b->row[i].area;
		size_t k = 0;

		while (k < n && set.area[k] != area)
			k++;
		if (area == NO_AREA || k < n)
			continue;
		if (n == POSTCODES_AREAS)
			return ERR_TOO_LARGE;
		set.area[n++] = area;
	}
	return set_of(b, &set, ret_set);
}

/* ---- writing ---- */

static int by_key(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void put_number(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		buf_byte(out, (uint8_t)(v | 0x80));
		v >>= 7;
	}
	buf_byte(out, (uint8_t)v);
}

struct writing {
	struct buf blocks;
	struct buf body;
	uint32_t count;
	uint64_t last_key;
	uint32_t last_set;
};

static void put_postcode(
	struct writing *w, uint64_t key, uint32_t set, bool ended)
{
	bool first = w->count % POSTCODES_BLOCK == 0;
	bool other = first || set != w->last_set;
	uint64_t step = first ? 0 : key - w->last_key;

	if (first) {
		buf_u64(&w->blocks, key);
		buf_u32(&w->blocks, (uint32_t)w->body.len);
	}
	put_number(&w->body, step << 2 | (other ? 2 : 0) | (ended ? 1 : 0));
	if (other)
		put_number(&w->body, set);
	w->last_key = key;
	w->last_set = set;
	w->count++;
}

static enum err put_postcodes(struct postcodes_builder *b, struct writing *w)
{
	uint64_t unit = 1; /* of a key that is as short as the longest needs */

	for (uint32_t i = b->key_len; i < POSTCODES_KEY_MAX; i++)
		unit *= 37;
	for (size_t i = 0, next; i < b->n; i = next) {
		uint32_t set = 0;
		enum err e;

		for (next = i + 1;
			next < b->n && b->row[next].key == b->row[i].key;)
			next++;
		e = gather(b, i, next, &set);
		if (e != OK)
			return e;
		put_postcode(w, b->row[i].key / unit, set, b->row[i].ended);
	}
	return OK;
}

static void put_sets(const struct postcodes_builder *b, struct buf *out)
{
	for (uint32_t i = 0; i < b->sets; i++)
		for (size_t k = 0; k < POSTCODES_AREAS; k++)
			buf_u16(out, b->set[i].area[k]);
}

/* Head, areas, lists, blocks, body; then the checksum into its place. */
static void put_index(const struct postcodes_builder *b,
	const struct writing *w, struct buf *out)
{
	static const uint8_t none[32];
	size_t start = out->len;
	struct sha256_stream s;
	struct sha256 sum;

	buf_c(out, POSTCODES_MAGIC);
	buf_u32(out, b->key_len);
	buf_u32(out, w->count);
	buf_u32(out, (uint32_t)(w->blocks.len / 12));
	buf_u32(out, b->sets);
	buf_u32(out, b->areas);
	buf_u32(out, (uint32_t)w->body.len);
	buf_u32(out, 0);
	buf_put(out, none, sizeof(none));
	if (b->areas > 0)
		buf_put(out, b->area, b->areas * sizeof(*b->area));
	put_sets(b, out);
	buf_str(out, buf_view(&w->blocks));
	buf_str(out, buf_view(&w->body));
	if (buf_err(out) != OK)
		return;
	sha256_begin(&s);
	sha256_add(&s, out->at + start, 32);
	sha256_add(&s, out->at + start + 64, out->len - start - 64);
	sha256_end(&s, &sum);
	memcpy(out->at + start + 32, sum.byte, sizeof(sum.byte));
}

enum err postcodes_builder_write(
	struct postcodes_builder *b, struct buf *out, uint32_t *ret_count)
{
	struct writing w = { .count = 0 };
	enum err e;

	buf_init(&w.blocks, (size_t)1 << 30);
	buf_init(&w.body, UINT32_MAX);
	if (!b->in_order)
		qsort(b->row, b->n, sizeof(*b->row), by_key);
	e = put_postcodes(b, &w);
	if (e == OK)
		e = buf_err(&w.blocks);
	if (e == OK)
		e = buf_err(&w.body);
	if (e == OK) {
		put_index(b, &w, out);
		e = buf_err(out);
	}
	if (e == OK)
		*ret_count = w.count;
	buf_release(&w.blocks);
	buf_release(&w.body);
	return e;
}
