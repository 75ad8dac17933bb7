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

static struct tree_root leaf_hash(const void *leaf, size_t len)
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
	struct tree_root h = leaf_hash(leaf, len);
	unsigned level = 0;

	/* As in binary addition: two subtrees of a size carry into one. */
	for (; (t->size >> level & 1) != 0; level++)
		h = node(&t->edge[level], &h);
	t->edge[level] = h;
	t->size++;
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
