#include "cmd/petition_verify_document.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#define DOCUMENT_MAX_BYTES ((size_t)64 << 20)

void document_path(
	const struct named_doc *d, char ret_path[DOCUMENT_PATH_BYTES])
{
	memcpy(ret_path, "doc/", 4);
	(void)sodium_bin2hex(
		ret_path + 4, DOCUMENT_PATH_BYTES - 4, d->hash, 32);
}

static bool has_hash(const struct buf *b, const uint8_t hash[32])
{
	uint8_t got[32];

	crypto_hash_sha256(got, (const uint8_t *)b->at, b->len);
	return memcmp(got, hash, sizeof(got)) == 0;
}

/* The member as a number that is not negative, else a value no id has. */
static uint64_t number_of(const json_t *doc, const char *key)
{
	const json_t *n = json_object_get(doc, key);

	if (!json_is_integer(n) || json_integer_value(n) < 0)
		return UINT64_MAX;
	return (uint64_t)json_integer_value(n);
}

static void read_petition(struct recount *r, const struct named_doc *d,
	const struct buf *b, struct verdict *v)
{
	struct tally *t = recount_find(r, d->petition);
	json_t *doc = json_loadb(b->at == NULL ? "" : b->at, b->len,
		JSON_REJECT_DUPLICATES, NULL);
	const char *action = json_string_value(json_object_get(doc, "action"));

	if (action == NULL)
		verdict_proven(v,
			"the document of leaf %" PRIu64
			" of %u does not read as a petition",
			d->at.leaf, d->at.year);
	else if (number_of(doc, "id") != d->petition ||
		number_of(doc, "carried_over") != d->count)
		verdict_proven(v,
			"the document of leaf %" PRIu64
			" of %u names another petition or carries over another "
			"count than the leaf",
			d->at.leaf, d->at.year);
	if (action != NULL && t != NULL && memcmp(t->doc, d->hash, 32) == 0) {
		free(t->title);
		t->title = strdup(action);
	}
	json_decref(doc);
}

static void read_tally(struct recount *r, const struct named_doc *d,
	const struct buf *b, struct verdict *v)
{
	const struct tally *t = recount_find(r, d->petition);
	json_t *doc = json_loadb(b->at == NULL ? "" : b->at, b->len,
		JSON_REJECT_DUPLICATES, NULL);

	if (number_of(doc, "id") != d->petition || t == NULL ||
		number_of(doc, "carried_over") != t->carried ||
		number_of(doc, "signature_count") != d->count)
		verdict_proven(v,
			"the document of leaf %" PRIu64
			" of %u sums up another petition or another count "
			"than the leaves before it",
			d->at.leaf, d->at.year);
	json_decref(doc);
}

/* What it means for one leaf that its document was got so. */
static void judge(struct source *s, struct recount *r,
	const struct named_doc *d, enum err e, const struct buf *b,
	struct verdict *v)
{
	char path[DOCUMENT_PATH_BYTES];

	document_path(d, path);
	if (e == ERR_NOT_FOUND)
		verdict_fault(v,
			"the document of leaf %" PRIu64
			" of %u, %s, is missing",
			d->at.leaf, d->at.year, path);
	else if (e == ERR_TOO_LARGE)
		verdict_fault(v,
			"the document of leaf %" PRIu64
			" of %u, %s, is too long",
			d->at.leaf, d->at.year, path);
	else if (e == ERR_CORRUPT)
		verdict_fault(v,
			"the document of leaf %" PRIu64
			" of %u, %s, was altered",
			d->at.leaf, d->at.year, path);
	else if (e != OK)
		verdict_trouble(
			v, "%s cannot be read: %s", path, source_why(s));
	else if (d->type == LEAF_PETITION)
		read_petition(r, d, b, v);
	else if (d->type == LEAF_TALLY)
		read_tally(r, d, b, v);
}

/* ERR_CORRUPT for a document that has not its hash. */
static enum err get_document(
	struct source *s, const struct named_doc *d, struct buf *b)
{
	char path[DOCUMENT_PATH_BYTES];
	enum err e;

	document_path(d, path);
	e = source_get(s, path, SOURCE_FIXED, b);
	/* A damaged file in our cache is not the site's fault. */
	if (e == OK && !has_hash(b, d->hash) && source_used_cache(s))
		e = source_get_anew(s, path, b);
	return e == OK && !has_hash(b, d->hash) ? ERR_CORRUPT : e;
}

static int by_hash(const void *x, const void *y)
{
	const struct named_doc *const *a = x;
	const struct named_doc *const *b = y;
	int order = memcmp((*a)->hash, (*b)->hash, sizeof((*a)->hash));

	/* All point into one array, in the order of the leaves. */
	return order != 0 ? order : *a < *b ? -1 : *a > *b;
}

/* All documents, those of one hash side by side; NULL without memory. */
static const struct named_doc **sorted(const struct recount *r, size_t *ret_n)
{
	const struct named_doc **list;
	size_t n = 0;

	while (recount_doc(r, n) != NULL)
		n++;
	list = calloc(n + 1, sizeof(*list));
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		list[i] = recount_doc(r, i);
	qsort(list, n, sizeof(*list), by_hash);
	*ret_n = n;
	return list;
}

/* Leaves may name one document; it is got once for all of them. */
void documents_verify(
	struct source *s, struct recount *r, bool partial, struct verdict *v)
{
	size_t n = 0;
	const struct named_doc **list = sorted(r, &n);
	enum err e = OK;
	struct buf b;

	if (list == NULL) {
		verdict_trouble(v, "%s", err_text(ERR_MEMORY));
		return;
	}
	buf_init(&b, DOCUMENT_MAX_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || memcmp(list[i]->hash, list[i - 1]->hash, 32) != 0)
			e = get_document(s, list[i], &b);
		if (e != ERR_NOT_FOUND || !partial)
			judge(s, r, list[i], e, &b, v);
	}
	buf_release(&b);
	free(list);
}
