/*
 * The writing half: petition_verify_evidence_judge.c is the other.
 */
#include "cmd/petition_verify_evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/enc.h"
#include "cmd/petition_verify_bundle.h"
#include "cmd/petition_verify_document.h"

#define DOCUMENT_MAX_BYTES ((size_t)64 << 20)

struct keep {
	struct source *source;
	const struct options *o;
	const struct history *h;
	FILE *to;
};

static struct str note_of(const struct year *y)
{
	return (struct str){ y->note, y->note_len };
}

/* ---- a log that does not begin with what was signed before ---- */

static void put_range(struct buf *b, const struct tree_range *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		buf_decimal(b, r->part[i].level);
		buf_byte(b, ' ');
		enc_base64(b, r->part[i].root.byte, 32);
		buf_byte(b, '\n');
	}
}

/* The subtrees before and behind the leaf cut, which the earlier checkpoint
 * ended at. */
static enum err get_parts(
	struct keep *k, const struct year *y, uint64_t cut, struct buf *parts)
{
	struct tree_range before, behind;
	struct buf b;
	enum err e = OK;

	tree_range_init(&before, 0);
	tree_range_init(&behind, cut);
	buf_init(&b, BUNDLE_BYTES);
	for (uint64_t n = 0; e == OK && n * BUNDLE < y->size; n++) {
		unsigned width = bundle_width(y->size, n);

		e = tile_get(k->source, y->year, "entries", n, width, &b);
		if (e == OK && b.len < (size_t)width * ENTRY_BYTES)
			e = ERR_CORRUPT;
		for (unsigned i = 0; e == OK && i < width; i++)
			tree_range_add(n * BUNDLE + i < cut ? &before : &behind,
				b.at + (size_t)i * ENTRY_BYTES + 2, LEAF_BYTES);
	}
	buf_release(&b);
	put_range(parts, &before);
	put_range(parts, &behind);
	return e == OK ? buf_err(parts) : e;
}

static enum err put_fork(
	struct keep *k, const struct year *y, const struct seen *seen)
{
	bool fork = seen->size <= y->size;
	struct buf parts;
	enum err e = OK;

	pieces_begin(k->to, fork ? "fork" : "rollback");
	pieces_put(
		k->to, "earlier", (struct str){ seen->note, seen->note_len });
	pieces_put(k->to, "later", note_of(y));
	buf_init(&parts, 65536);
	if (seen->size < y->size) {
		e = get_parts(k, y, seen->size, &parts);
		pieces_put(k->to, "parts", buf_view(&parts));
	}
	buf_release(&parts);
	return e;
}

/* ---- all leaves, for what hangs on all of them ---- */

static enum err put_log(struct keep *k, const struct year *y)
{
	char path[TILE_PATH_BYTES];
	struct buf b;
	enum err e = OK;

	(void)snprintf(path, sizeof(path), "log/%04u/checkpoint", y->year);
	pieces_put(k->to, path, note_of(y));
	buf_init(&b, BUNDLE_BYTES);
	for (uint64_t n = 0; e == OK && n * BUNDLE < y->size; n++) {
		unsigned width = bundle_width(y->size, n);
		size_t len = (size_t)width * ENTRY_BYTES;

		e = tile_get(k->source, y->year, "entries", n, width, &b);
		if (e == OK && b.len < len)
			e = ERR_CORRUPT;
		tile_path(path, y->year, "entries", n, width);
		if (e == OK)
			pieces_put(k->to, path, (struct str){ b.at, len });
	}
	buf_release(&b);
	return e;
}

static enum err put_logs(struct keep *k)
{
	struct buf years;
	enum err e;

	buf_init(&years, 65536);
	for (size_t i = 0; i < k->h->n; i++)
		buf_printf(&years, "%04u\n", k->h->year[i].year);
	e = buf_err(&years);
	pieces_put(k->to, "log/years", buf_view(&years));
	for (size_t i = 0; e == OK && i < k->h->n; i++)
		e = put_log(k, &k->h->year[i]);
	buf_release(&years);
	return e;
}

/* Documents that say more than their hash, once each. */
static void put_documents(struct keep *k)
{
	const struct named_doc *d;
	struct buf b;

	buf_init(&b, DOCUMENT_MAX_BYTES);
	for (size_t i = 0; (d = recount_doc(k->h->recount, i)) != NULL; i++) {
		char path[DOCUMENT_PATH_BYTES];
		bool had = d->type == 0;

		for (size_t j = 0; j < i && !had; j++) {
			const struct named_doc *other =
				recount_doc(k->h->recount, j);

			had = other->type != 0 &&
				memcmp(other->hash, d->hash, 32) == 0;
		}
		document_path(d, path);
		if (!had && source_get(k->source, path, SOURCE_FIXED, &b) == OK)
			pieces_put(k->to, path, buf_view(&b));
	}
	buf_release(&b);
}

/* ---- the file ---- */

/* As whoever is given the file would judge it. */
static enum err judge_again(
	const struct options *o, FILE *file, char *ret_words, size_t cap)
{
	struct pieces *p;
	enum err e = pieces_read(file, &p);

	if (e != OK)
		return e;
	e = evidence_judge(p, o, ret_words, cap);
	pieces_free(p);
	return e;
}

/* The keys that the look was made with. */
static struct options with_keys(const struct keep *k)
{
	struct options o = { .where = NULL };
	struct verdict v = { .faults = 0 };

	if (!look_keys(k->source, STR("checkpoint"), &k->o->checkpoint_keys, &v,
		    &o.checkpoint_keys))
		o.checkpoint_keys.n = 0;
	if (!look_keys(k->source, STR("promise"), &k->o->promise_keys, &v,
		    &o.promise_keys))
		o.promise_keys.n = 0;
	return o;
}

static bool begin(struct keep *k)
{
	k->to = fopen(k->o->evidence_to, "w+bx");
	if (k->to == NULL)
		(void)fprintf(stderr, "petition-verify: %s: %s\n",
			k->o->evidence_to, strerror(errno));
	return k->to != NULL;
}

/* e: what came of the writing. */
static void finish(struct keep *k, enum err e)
{
	struct options o = with_keys(k);
	char words[1024] = "";

	if (e == OK && (fflush(k->to) != 0 || ferror(k->to)))
		e = ERR_IO;
	if (e != OK) {
		(void)fclose(k->to);
	} else {
		rewind(k->to);
		e = judge_again(&o, k->to, words, sizeof(words));
	}
	if (e == OK || e == ERR_BUSY) {
		(void)fprintf(stderr,
			"petition-verify: evidence is in %s: %s\n",
			k->o->evidence_to, words);
		return;
	}
	(void)unlink(k->o->evidence_to);
	(void)fprintf(stderr, "petition-verify: no evidence was kept: %s\n",
		words[0] != '\0' ? words : err_text(e));
}

void evidence_of_log(struct source *s, const struct options *o,
	const struct history_terms *terms, const struct history *h,
	const struct verdict *v)
{
	struct keep k = { .source = s, .o = o, .h = h };
	const struct seen *seen = h->rewritten == NULL
		? NULL
		: state_find(terms->state, str_c(h->rewritten->origin));
	enum err e;

	if (seen == NULL && v->proven == 0) {
		(void)fprintf(stderr,
			"petition-verify: no evidence was kept: no signature "
			"of the site shows this to others, but everybody who "
			"looks can see it\n");
		return;
	}
	if (!begin(&k))
		return;
	if (seen != NULL) {
		e = put_fork(&k, h->rewritten, seen);
	} else {
		pieces_begin(k.to, "rule");
		e = put_logs(&k);
		put_documents(&k);
	}
	finish(&k, e);
}

void evidence_of_promise(struct source *s, const struct options *o,
	const struct history *h, struct str note)
{
	struct keep k = { .source = s, .o = o, .h = h };
	enum err e;

	if (!begin(&k))
		return;
	pieces_begin(k.to, "promise");
	pieces_put(k.to, "promise", note);
	e = put_logs(&k);
	finish(&k, e);
}
