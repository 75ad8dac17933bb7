#include "cmd/petition_verify_document.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#define DOCUMENT_MAX_BYTES ((size_t)64 << 20)

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
		verdict_fault(v,
			"the document of leaf %" PRIu64
			" of %u does not read as a petition",
			d->at.leaf, d->at.year);
	else if (number_of(doc, "id") != d->petition ||
		number_of(doc, "carried_over") != d->carried)
		verdict_fault(v,
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

static void verify_one(struct source *s, struct recount *r,
	const struct named_doc *d, struct buf *b, struct verdict *v)
{
	char path[4 + 64 + 1] = "doc/";
	enum err e;

	(void)sodium_bin2hex(path + 4, sizeof(path) - 4, d->hash, 32);
	e = source_get(s, path, SOURCE_FIXED, b);
	/* A damaged file in our cache is not the site's fault. */
	if (e == OK && !has_hash(b, d->hash) && source_used_cache(s))
		e = source_get_anew(s, path, b);
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
	else if (e != OK)
		verdict_trouble(
			v, "%s cannot be read: %s", path, source_why(s));
	else if (!has_hash(b, d->hash))
		verdict_fault(v,
			"the document of leaf %" PRIu64
			" of %u, %s, was altered",
			d->at.leaf, d->at.year, path);
	else if (d->petition != 0)
		read_petition(r, d, b, v);
}

void documents_verify(struct source *s, struct recount *r, struct verdict *v)
{
	const struct named_doc *d;
	struct buf b;

	buf_init(&b, DOCUMENT_MAX_BYTES);
	for (size_t i = 0; (d = recount_doc(r, i)) != NULL; i++)
		verify_one(s, r, d, &b, v);
	buf_release(&b);
}
