/*
 * E-mail addresses whose signatures are set apart (keep_block.h).
 */
#include "role/keep_block.h"

#include "base/buf.h"
#include "base/file.h"
#include "role/keep_priv.h"

#define BLOCKED_FILE "blocked"

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tag));
}

static struct tag *find(const struct keep_blocked *l, const struct tag *tag)
{
	return l->n == 0 ? NULL
			 : bsearch(tag, l->tag, l->n, sizeof(*tag), compare);
}

enum err keep_blocked_read(struct keep *k)
{
	struct keep_blocked *l = &k->blocked;
	struct buf b;
	enum err e;

	buf_init(&b, KEEP_BLOCKED_MAX * sizeof(struct tag));
	e = file_read(k->dir_fd, BLOCKED_FILE, &b);
	if (e == ERR_NOT_FOUND)
		e = OK;
	if (e == OK && b.len % sizeof(struct tag) != 0)
		e = ERR_CORRUPT;
	if (e == OK && b.len > 0) {
		l->tag = malloc(b.len);
		if (l->tag == NULL)
			e = ERR_MEMORY;
	}
	if (e == OK && b.len > 0) {
		memcpy(l->tag, b.at, b.len);
		l->n = b.len / sizeof(struct tag);
		qsort(l->tag, l->n, sizeof(*l->tag), compare);
	}
	buf_release(&b);
	return e;
}

void keep_blocked_release(struct keep *k)
{
	free(k->blocked.tag);
}

static enum err tag_of(
	struct keep *k, const struct half_tag *half, struct tag *ret_tag)
{
	const struct hmac_key *k2;
	enum err e =
		keyring_get_or_create(k->ring, TAG_SITE, PURPOSE_BLOCKED, &k2);

	if (e == OK)
		tag_finish(k2, PURPOSE_BLOCKED, half, ret_tag);
	return e;
}

bool keep_is_blocked(const struct keep *k, const struct half_tag *half)
{
	const struct hmac_key *k2 =
		keyring_get(k->ring, TAG_SITE, PURPOSE_BLOCKED);
	struct tag tag;

	if (k->blocked.n == 0 || k2 == NULL)
		return false;
	tag_finish(k2, PURPOSE_BLOCKED, half, &tag);
	return find(&k->blocked, &tag) != NULL;
}

/* The whole file at once: it is short, and changes seldom. */
static enum err write_down(struct keep *k, struct tag *tag, size_t n)
{
	enum err e;

	qsort(tag, n, sizeof(*tag), compare);
	e = file_replace(k->dir_fd, BLOCKED_FILE, tag, n * sizeof(*tag), 0600);
	if (e != OK) {
		free(tag);
		return e;
	}
	free(k->blocked.tag);
	k->blocked = (struct keep_blocked){ tag, n };
	return OK;
}

static enum err change(
	struct keep *k, const struct tag *tag, bool add, bool *ret_changed)
{
	struct keep_blocked *l = &k->blocked;
	const struct tag *at = find(l, tag);
	struct tag *next;

	*ret_changed = false;
	if ((at != NULL) == add)
		return OK;
	if (add && l->n == KEEP_BLOCKED_MAX)
		return ERR_TOO_LARGE;
	next = calloc(l->n + 1, sizeof(*next));
	if (next == NULL)
		return ERR_MEMORY;
	*ret_changed = true;
	if (l->n > 0)
		memcpy(next, l->tag, l->n * sizeof(*next));
	if (add)
		next[l->n] = *tag;
	else
		next[at - l->tag] = next[l->n - 1];
	return write_down(k, next, add ? l->n + 1 : l->n - 1);
}

enum err keep_block(struct keep *k, const struct half_tag *half, bool add,
	bool *ret_changed)
{
	struct tag tag;
	enum err e = keep_begin(k, 1);

	if (e != OK)
		return e;
	e = tag_of(k, half, &tag);
	if (e == OK)
		e = change(k, &tag, add, ret_changed);
	if (e == ERR_TOO_LARGE)
		return e; /* nothing happened */
	return keep_end(k, e, false);
}

size_t keep_blocked_count(const struct keep *k)
{
	return k->blocked.n;
}
