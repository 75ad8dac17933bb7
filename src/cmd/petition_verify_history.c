#include "cmd/petition_verify_history.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "cmd/petition_verify_bundle.h"
#include "cmd/petition_verify_document.h"
#include "cmd/petition_verify_tiles.h"

struct look {
	struct source *source;
	const struct history_terms *terms;
	struct verdict *v;
	struct history *h;
	struct year *y; /* the one in hand */
	const struct seen *seen; /* of this log; NULL if never */
	struct tree tree;
	struct tiles *tiles; /* NULL unless asked for */
	bool rewritten; /* it differs from the last look */
	int64_t next_word_ms; /* when to say how far we are; 0: not known */
	bool said; /* it was said of this log */
};

/* True if the text is a checkpoint of this year, of a key we hold. */
static bool read_checkpoint(struct look *k, struct str note)
{
	struct year *y = k->y;
	const struct vkey *by;
	struct checkpoint c;
	struct str text;
	char want[320];

	if (note_open(note, k->terms->keys, &by, &text) != OK) {
		verdict_fault(k->v,
			"the checkpoint of %u is not signed by the site's key",
			y->year);
		return false;
	}
	(void)snprintf(want, sizeof(want), "%s/%04u", by->name, y->year);
	if (checkpoint_parse(text, &c) != OK ||
		!str_eq(c.origin, str_c(want))) {
		verdict_fault(k->v, "the checkpoint of %u is not one of %s",
			y->year, want);
		return false;
	}
	if (c.size > RECOUNT_MAX_LEAVES) {
		verdict_trouble(k->v,
			"the log of %u is too large for this program", y->year);
		return false;
	}
	if (note.len <= sizeof(y->note)) {
		memcpy(y->note, note.at, note.len);
		y->note_len = note.len;
	}
	memcpy(y->origin, want, sizeof(y->origin));
	y->size = c.size;
	y->root = c.root;
	return true;
}

static bool get_checkpoint(struct look *k)
{
	char path[64];
	struct buf b;
	enum err e;
	bool good = false;

	buf_init(&b, 65536);
	(void)snprintf(path, sizeof(path), "log/%04u/checkpoint", k->y->year);
	e = source_get(k->source, path, SOURCE_CHANGES, &b);
	if (e == OK)
		good = read_checkpoint(k, buf_view(&b));
	else if (e == ERR_NOT_FOUND || e == ERR_TOO_LARGE)
		verdict_fault(
			k->v, "the log of %u has no checkpoint", k->y->year);
	else
		verdict_trouble(k->v, "%s cannot be read: %s", path,
			source_why(k->source));
	buf_release(&b);
	return good;
}

static enum err get_bundle(
	struct look *k, uint64_t n, unsigned width, struct buf *b)
{
	char path[TILE_PATH_BYTES];
	enum err e = tile_get(k->source, k->y->year, "entries", n, width, b);

	tile_path(path, k->y->year, "entries", n, width);
	if (e == ERR_NOT_FOUND)
		verdict_fault(k->v, "%s is missing", path);
	else if (e == ERR_TOO_LARGE)
		verdict_fault(k->v, "%s is too long", path);
	else if (e != OK)
		verdict_trouble(k->v, "%s cannot be read: %s", path,
			source_why(k->source));
	return e;
}

/* At the size of the last look the root must be the one seen then. */
static void check_past(struct look *k)
{
	struct tree_root root;

	if (k->seen == NULL || k->seen->size != k->tree.size)
		return;
	root = tree_root(&k->tree);
	k->rewritten =
		memcmp(root.byte, k->seen->root.byte, sizeof(root.byte)) != 0;
}

/* A later leaf may take the one that was found out, or back in. */
static void follow(struct look *k, const struct leaf *l)
{
	struct history *h = k->h;
	unsigned year = l->aux == 0 ? k->y->year : (unsigned)l->aux;

	if (l->target != h->kept_leaf || year != h->kept->year ||
		h->kept_state == KEPT_WITHDRAWN)
		return;
	if (l->type == LEAF_INVALIDATE && h->kept_state == KEPT_INVALIDATED)
		return; /* the first one did it */
	if (l->type == LEAF_INVALIDATE)
		h->kept_state = KEPT_INVALIDATED;
	else if (l->type == LEAF_WITHDRAW)
		h->kept_state = KEPT_WITHDRAWN;
	else if (l->type == LEAF_RESTORE)
		h->kept_state = KEPT_COUNTED;
	else
		return;
	h->kept_hour = l->hour;
	h->kept_reason = l->reason;
}

static void seek(struct look *k, const struct leaf *l)
{
	const struct promise *p = k->terms->promise;

	if (k->h->kept != NULL)
		follow(k, l);
	if (p == NULL || k->h->kept != NULL || l->type != LEAF_SIGN ||
		l->petition != p->petition || memcmp(l->c, p->c, 32) != 0)
		return;
	k->h->kept = k->y;
	k->h->kept_leaf = k->tree.size;
}

static enum err take_bundle(
	struct look *k, uint64_t n, unsigned width, const struct buf *b)
{
	const uint8_t *at = (const uint8_t *)b->at;

	/* A full bundle may stand for a partial one, so more is no fault. */
	if (b->len != (size_t)width * ENTRY_BYTES && b->len != BUNDLE_BYTES) {
		verdict_fault(k->v,
			"bundle %" PRIu64 " of %u does not hold %u entries", n,
			k->y->year, width);
		return ERR_CORRUPT;
	}
	for (unsigned i = 0; i < width; i++, at += ENTRY_BYTES) {
		struct leaf l = leaf_read(at + 2);
		enum err e;

		if (get_u16(at) != LEAF_BYTES) {
			verdict_fault(k->v,
				"leaf %" PRIu64 " of %u is not of 64 bytes",
				k->tree.size, k->y->year);
			return ERR_CORRUPT;
		}
		seek(k, &l);
		e = recount_leaf(k->h->recount, &l, k->v);
		if (e != OK) {
			verdict_trouble(k->v, "%s", err_text(e));
			return e;
		}
		tree_add(&k->tree, at + 2, LEAF_BYTES);
		if (k->tiles != NULL)
			tiles_add(k->tiles, at + 2, LEAF_BYTES);
		k->y->last_hour = l.hour;
		check_past(k);
	}
	return OK;
}

/* How far we are: on a terminal, after two seconds and then often, in one
 * line; elsewhere only for who asked, from the first moment and seldom. */
static void progress(struct look *k, bool done)
{
	int64_t now = clock_mono_ms(clock_system());
	bool tty = isatty(STDERR_FILENO) == 1;
	bool asked = k->terms->progress;

	if (!tty && !asked)
		return;
	if (k->next_word_ms == 0)
		k->next_word_ms = now + (asked ? 0 : 2000);
	if (now < k->next_word_ms && !(done && (asked || k->said)))
		return;
	(void)fprintf(stderr, "%slog %u: %" PRIu64 " of %" PRIu64 " leaves%s",
		tty ? "\r" : "", k->y->year, k->tree.size, k->y->size,
		tty && !done ? "" : "\n");
	k->said = true;
	k->next_word_ms = now + (tty ? 500 : 10000);
}

static enum err read_leaves(struct look *k)
{
	struct buf b;
	enum err e = OK;

	k->next_word_ms = 0;
	k->said = false;
	buf_init(&b, BUNDLE_BYTES);
	check_past(k);
	while (e == OK && k->tree.size < k->y->size) {
		uint64_t n = k->tree.size / BUNDLE;
		unsigned width = bundle_width(k->y->size, n);

		progress(k, false);
		e = get_bundle(k, n, width, &b);
		if (e == OK)
			e = take_bundle(k, n, width, &b);
	}
	progress(k, true);
	buf_release(&b);
	return e;
}

/* The root comes first, for all else hangs on it: leaves that nobody signed
 * prove nothing.  Then the past, then the rules. */
static void check_whole(struct look *k, struct verdict *rules)
{
	struct tree_root root = tree_root(&k->tree);

	bool signed_root =
		memcmp(root.byte, k->y->root.byte, sizeof(root.byte)) == 0;

	/* What unsigned leaves break proves nothing. */
	if (!signed_root)
		rules->proven = 0;
	if (!signed_root)
		verdict_fault(k->v,
			"the leaves of %s do not give the root that its "
			"checkpoint signs%s",
			k->y->origin,
			source_used_cache(k->source)
				? " (or the cache is damaged: try without)"
				: "");
	if (k->rewritten && k->h->rewritten == NULL)
		k->h->rewritten = k->y;
	if (k->rewritten)
		verdict_fault(k->v,
			"the log was rewritten: the first %" PRIu64
			" leaves of %s are not those of the last look",
			k->seen->size, k->y->origin);
}

static void add_verdict(struct verdict *v, const struct verdict *more)
{
	if (more->trouble[0] != '\0')
		verdict_trouble(v, "%s", more->trouble);
	if (more->faults == 0)
		return;
	verdict_fault(v, "%s", more->fault);
	v->faults += more->faults - 1;
	v->proven += more->proven;
}

/* The year in hand; OK if its leaves could be read to the end. */
static enum err read_log(struct look *k)
{
	struct verdict *all = k->v;
	struct verdict rules = { .faults = 0 };
	enum err e;

	tree_init(&k->tree);
	k->rewritten = false;
	k->seen = k->terms->state == NULL
		? NULL
		: state_find(k->terms->state, str_c(k->y->origin));
	e = recount_year(k->h->recount, k->y->year);
	if (e == OK && k->terms->tiles)
		e = tiles_new(k->source, k->y->year, &rules, &k->tiles);
	if (e != OK) {
		verdict_trouble(all, "%s", err_text(e));
		return e;
	}
	k->v = &rules;
	e = read_leaves(k);
	k->v = all;
	tiles_finish(k->tiles);
	k->tiles = NULL;
	if (e == OK)
		check_whole(k, &rules);
	add_verdict(all, &rules);
	return e;
}

/* A log neither shrinks nor, once a later year's was seen, grows. */
static void check_size(struct look *k, const struct year *y, size_t later)
{
	const struct state *state = k->terms->state;
	const struct seen *seen = state_find(state, str_c(y->origin));

	if (seen == NULL)
		return;
	if (seen->size > y->size && k->h->rewritten == NULL)
		k->h->rewritten = y;
	if (seen->size > y->size)
		verdict_fault(k->v,
			"the log was rewritten: %s had %" PRIu64
			" leaves at the last look and has %" PRIu64 " now",
			y->origin, seen->size, y->size);
	for (size_t i = later; i < k->h->n && seen->size < y->size; i++)
		if (state_find(state, str_c(k->h->year[i].origin)) != NULL)
			verdict_fault(k->v,
				"%s went on after the log of %u had begun",
				y->origin, k->h->year[i].year);
}

/* All checkpoints come first: they say how much room the recount needs, and
 * with one year missing nothing can be told of the later ones. */
static bool get_checkpoints(struct look *k, uint64_t *ret_leaves)
{
	uint64_t leaves = 0;
	bool good = true;

	for (size_t i = 0; i < k->h->n; i++) {
		k->y = &k->h->year[i];
		good = get_checkpoint(k) && good;
		leaves += k->y->size;
	}
	for (size_t i = 0; good && k->terms->state != NULL && i < k->h->n; i++)
		check_size(k, &k->h->year[i], i + 1);
	if (good)
		*ret_leaves = leaves;
	return good;
}

void history_verify(struct source *s, const unsigned *years, size_t n,
	const struct history_terms *terms, struct verdict *v,
	struct history *ret_history)
{
	struct history *h = ret_history;
	struct look k = { .source = s, .terms = terms, .v = v, .h = h };
	uint64_t leaves;
	enum err e;

	*h = (struct history){ .n = n };
	for (size_t i = 0; i < n; i++)
		h->year[i].year = years[i];
	if (!get_checkpoints(&k, &leaves))
		return;
	e = recount_new(leaves, &h->recount);
	if (e != OK)
		verdict_trouble(
			v, "the log cannot be counted: %s", err_text(e));
	for (size_t i = 0; e == OK && i < n; i++) {
		k.y = &h->year[i];
		e = read_log(&k);
	}
	if (h->recount == NULL)
		return;
	recount_settle(h->recount);
	if (e == OK)
		documents_verify(s, h->recount, terms->partial, v);
}

bool history_grown(struct source *s, const struct history_terms *terms,
	const struct history *h, struct verdict *v, uint64_t *ret_leaves)
{
	const struct year *then = h->n == 0 ? NULL : &h->year[h->n - 1];
	struct year now;
	struct look k = { .source = s, .terms = terms, .v = v, .y = &now };

	if (then == NULL)
		return false;
	now = (struct year){ .year = then->year };
	if (!get_checkpoint(&k))
		return false;
	if (now.size < then->size) {
		verdict_fault(v, "the log of %u shrank while it was read",
			then->year);
		return false;
	}
	*ret_leaves = now.size - then->size;
	return true;
}

uint64_t history_newest_s(const struct history *h)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->year[i].last_hour > newest)
			newest = h->year[i].last_hour;
	return newest * 3600;
}

void history_release(struct history *h)
{
	recount_free(h->recount);
	h->recount = NULL;
}
