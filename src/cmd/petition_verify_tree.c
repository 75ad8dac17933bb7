#include "cmd/petition_verify_tree.h"

#include <sodium.h>
#include <string.h>

static struct tree_root node(
	const struct tree_root *l, const struct tree_root *r)
{
	uint8_t in[65] = { 0x01 };
	struct tree_root out;

	memcpy(in + 1, l->byte, 32);
	memcpy(in + 33, r->byte, 32);
	crypto_hash_sha256(out.byte, in, sizeof(in));
	return out;
}

struct tree_root tree_leaf(const void *leaf, size_t len)
{
	static const uint8_t zero = 0x00;
	crypto_hash_sha256_state state;
	struct tree_root out;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, &zero, 1);
	crypto_hash_sha256_update(&state, leaf, len);
	crypto_hash_sha256_final(&state, out.byte);
	return out;
}

void tree_init(struct tree *t)
{
	*t = (struct tree){ .size = 0 };
}

void tree_add(struct tree *t, const void *leaf, size_t len)
{
	struct tree_part part = { .level = 0, .root = tree_leaf(leaf, len) };

	(void)tree_add_part(t, &part);
}

bool tree_add_part(struct tree *t, const struct tree_part *part)
{
	uint64_t leaves = part->level < 63 ? UINT64_C(1) << part->level : 0;
	struct tree_root h = part->root;
	unsigned level = part->level;

	if (leaves == 0 || (t->size & (leaves - 1)) != 0 ||
		t->size > UINT64_MAX / 2)
		return false;
	/* As in binary addition: two subtrees of a size carry into one. */
	for (; (t->size >> level & 1) != 0; level++)
		h = node(&t->edge[level], &h);
	t->edge[level] = h;
	t->size += leaves;
	return true;
}

void tree_range_init(struct tree_range *r, uint64_t from)
{
	*r = (struct tree_range){ .end = from };
}

void tree_range_add(struct tree_range *r, const void *leaf, size_t len)
{
	struct tree_part *last;

	r->part[r->n++] = (struct tree_part){ 0, tree_leaf(leaf, len) };
	r->end++;
	/* Two of a size become one where that one may stand. */
	for (last = &r->part[r->n - 1];
		r->n > 1 && last[-1].level == last->level &&
		(r->end & ((UINT64_C(2) << last->level) - 1)) == 0;
		last--, r->n--) {
		last[-1].root = node(&last[-1].root, &last->root);
		last[-1].level++;
	}
}

struct tree_root tree_root(const struct tree *t)
{
	struct tree_root root;
	unsigned level = 0;

	if (t->size == 0) {
		crypto_hash_sha256(root.byte, NULL, 0);
		return root;
	}
	while ((t->size >> level & 1) == 0)
		level++;
	root = t->edge[level];
	for (level++; level < 64; level++)
		if ((t->size >> level & 1) != 0)
			root = node(&t->edge[level], &root);
	return root;
}
