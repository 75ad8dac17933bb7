/*
 * The judging half of petition_verify_evidence.h, and the command.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/enc.h"
#include "cmd/petition_verify_evidence.h"

#define NOTE_MAX_BYTES 65536
#define PARTS_MAX_BYTES 65536
#define WAIT_S (25 * 3600) /* from a promise's hour to its deadline */

struct court {
	struct pieces *p;
	const struct options *o;
	char *words;
	size_t cap;
};

static enum err rule(struct court *c, enum err e, const char *format, ...)
	PRINTF_LIKE(3, 4);

static enum err rule(struct court *c, enum err e, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(c->words, c->cap, format, args);
	va_end(args);
	for (char *at = c->words; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7F)
			*at = '?';
	return e;
}

/* ---- two checkpoints ---- */

struct signed_checkpoint {
	struct buf b;
	struct checkpoint is; /* into b */
};

static enum err get_signed(struct court *c, const char *name,
	struct signed_checkpoint *ret_checkpoint)
{
	struct signed_checkpoint *s = ret_checkpoint;
	const struct vkey *by;
	struct str text;

	if (pieces_get(c->p, name, &s->b) != OK)
		return rule(c, ERR_INVALID, "it has no %s checkpoint", name);
	if (note_open(buf_view(&s->b), &c->o->checkpoint_keys, &by, &text) !=
		OK)
		return rule(c, ERR_INVALID,
			"the %s checkpoint is not signed by the site's key",
			name);
	if (checkpoint_parse(text, &s->is) != OK ||
		!str_starts(s->is.origin, str_c(by->name)))
		return rule(
			c, ERR_INVALID, "the %s note is no checkpoint", name);
	return OK;
}

static bool read_part(struct str line, struct tree_part *ret_part)
{
	struct str level_text;
	uint64_t level;
	size_t len;

	if (!str_split(&line, ' ', &level_text) || line.at == NULL ||
		str_u64(level_text, &level) != OK || level > 62 ||
		dec_base64(line, ret_part->root.byte, 32, &len) != OK ||
		len != 32)
		return false;
	ret_part->level = (unsigned)level;
	return true;
}

/* Put the parts together: the root of the first cut leaves and of all. */
static bool add_parts(struct str text, uint64_t cut, struct tree *t,
	struct tree_root *ret_cut_root)
{
	struct str line;

	tree_init(t);
	if (cut == 0)
		*ret_cut_root = tree_root(t);
	while (str_split(&text, '\n', &line) && line.len > 0) {
		struct tree_part part;
		bool before = t->size < cut;

		if (!read_part(line, &part) || !tree_add_part(t, &part) ||
			(before && t->size > cut))
			return false;
		if (before && t->size == cut)
			*ret_cut_root = tree_root(t);
	}
	return t->size >= cut && text.len == 0;
}

static bool same_root(const struct tree_root *a, const struct tree_root *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte)) == 0;
}

static enum err judge_lengths(struct court *c, const struct checkpoint *a,
	const struct checkpoint *b, struct str parts)
{
	struct tree_root cut, whole;
	struct tree t;

	if (!add_parts(parts, a->size, &t, &cut) || t.size != b->size)
		return rule(c, ERR_INVALID,
			"its parts are no tree of the two sizes");
	whole = tree_root(&t);
	if (!same_root(&whole, &b->root))
		return rule(
			c, ERR_INVALID, "its parts do not give the later root");
	if (same_root(&cut, &a->root))
		return rule(c, ERR_INVALID,
			"the later log begins with the earlier one, as it "
			"should");
	return rule(c, OK,
		"the site signed two logs of %.*s: one of %" PRIu64
		" leaves, and one of %" PRIu64 " that does not begin with them",
		STR_ARG(a->origin), a->size, b->size);
}

static enum err judge_two(struct court *c, const struct checkpoint *a,
	const struct checkpoint *b, struct buf *parts)
{
	if (!str_eq(a->origin, b->origin))
		return rule(c, ERR_INVALID, "they are of two logs");
	if (a->size == b->size && same_root(&a->root, &b->root))
		return rule(c, ERR_INVALID, "both are one checkpoint");
	if (a->size == b->size)
		return rule(c, OK,
			"the site signed two logs of %.*s, both of %" PRIu64
			" leaves, with different roots",
			STR_ARG(a->origin), a->size);
	if (a->size > b->size)
		return rule(c, ERR_BUSY,
			"the site signed a log of %.*s with %" PRIu64
			" leaves and one with %" PRIu64
			"; that it served the shorter one later nobody signed: "
			"ask the site, whoever gets fewer than %" PRIu64
			" is lied to",
			STR_ARG(a->origin), a->size, b->size, a->size);
	if (pieces_get(c->p, "parts", parts) != OK)
		return rule(c, ERR_INVALID, "it has no parts");
	return judge_lengths(c, a, b, buf_view(parts));
}

static enum err judge_fork(struct court *c)
{
	struct signed_checkpoint a, b;
	struct buf parts;
	enum err e;

	buf_init(&a.b, NOTE_MAX_BYTES);
	buf_init(&b.b, NOTE_MAX_BYTES);
	buf_init(&parts, PARTS_MAX_BYTES);
	e = get_signed(c, "earlier", &a);
	if (e == OK)
		e = get_signed(c, "later", &b);
	if (e == OK)
		e = judge_two(c, &a.is, &b.is, &parts);
	buf_release(&a.b);
	buf_release(&b.b);
	buf_release(&parts);
	return e;
}

/* ---- whole logs ---- */

/* Recount the logs that came with it. */
static enum err recount(struct court *c, const struct promise *promise,
	struct verdict *v, struct history *ret_history)
{
	struct options o = { .checkpoint_keys = c->o->checkpoint_keys,
		.partial = true };
	struct source *s;
	enum err e = source_of_pieces(c->p, &s);

	if (e != OK)
		return rule(c, e, "%s", err_text(e));
	look_history(s, &o, promise, v, ret_history);
	source_free(s);
	if (v->trouble[0] != '\0')
		return rule(c, ERR_IO, "%s", v->trouble);
	/* A leaf that nobody signed, a bundle that is not there. */
	if (v->faults != v->proven)
		return rule(
			c, ERR_INVALID, "its logs are not whole: %s", v->fault);
	return OK;
}

static enum err judge_rule(struct court *c)
{
	struct verdict v = { .faults = 0 };
	struct history h;
	enum err e = recount(c, NULL, &v, &h);

	history_release(&h);
	if (e != OK)
		return e;
	if (v.proven == 0)
		return rule(c, ERR_INVALID,
			"its logs keep every rule of docs/log.md");
	return rule(c, OK,
		"the site signed a log in which %s; only the log of an earlier "
		"year, if this file leaves one out, can answer that",
		v.fault);
}

/* ---- a promise ---- */

static unsigned year_of(uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return gmtime_r(&t, &tm) == NULL ? 0 : (unsigned)tm.tm_year + 1900;
}

static bool has_year(const struct history *h, unsigned year)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->year[i].year == year)
			return true;
	return false;
}

static enum err judge_absence(
	struct court *c, const struct promise *p, const struct history *h)
{
	if (h->kept != NULL)
		return rule(c, ERR_INVALID,
			"the promise was kept: leaf %" PRIu64 " of %s",
			h->kept_leaf, h->kept->origin);
	if (p->deadline_s < WAIT_S)
		return rule(c, ERR_INVALID, "the promise has no deadline");
	/* A leaf stands between the promise's hour and its deadline. */
	if (!has_year(h, year_of(p->deadline_s - WAIT_S)) ||
		!has_year(h, year_of(p->deadline_s)))
		return rule(c, ERR_INVALID,
			"the log of a year in which the promise ran is not in "
			"it");
	if (history_newest_s(h) < p->deadline_s)
		return rule(c, ERR_INVALID,
			"no leaf in it is of the deadline or later");
	return rule(c, OK,
		"the site promised to count a signature of petition %" PRIu64
		" and signed a log that went on after the deadline without it",
		p->petition);
}

static enum err judge_promise(struct court *c)
{
	struct verdict v = { .faults = 0 };
	struct history h = { .n = 0 };
	struct promise p;
	char host[256];
	struct buf b;
	enum err e = OK;

	buf_init(&b, NOTE_MAX_BYTES);
	if (c->o->promise_keys.n == 0)
		e = rule(c, ERR_INVALID, "name the promise key with --key");
	else if (pieces_get(c->p, "promise", &b) != OK)
		e = rule(c, ERR_INVALID, "it has no promise");
	else if (!promise_open(buf_view(&b), &c->o->promise_keys, &v, host, &p))
		e = rule(c, ERR_INVALID, "%s", v.fault);
	if (e == OK)
		e = recount(c, &p, &v, &h);
	if (e == OK && !promise_of_site(host, &h))
		e = rule(c, ERR_INVALID, "the promise is of %s, the log is not",
			host);
	if (e == OK)
		e = judge_absence(c, &p, &h);
	history_release(&h);
	buf_release(&b);
	return e;
}

enum err evidence_judge(
	struct pieces *p, const struct options *o, char *ret_words, size_t cap)
{
	struct court c = { .p = p, .o = o, .words = ret_words, .cap = cap };
	struct str kind = str_c(pieces_kind(p));

	if (str_eq(kind, STR("fork")) || str_eq(kind, STR("rollback")))
		return judge_fork(&c);
	if (str_eq(kind, STR("rule")))
		return judge_rule(&c);
	if (str_eq(kind, STR("promise")))
		return judge_promise(&c);
	return rule(&c, ERR_INVALID, "this kind of evidence is unknown");
}

/* ---- the command ---- */

static enum verdict_exit say(
	const char *word, const char *words, enum verdict_exit code, bool json)
{
	if (json)
		(void)printf("{\"verdict\":\"%s\",\"words\":\"", word);
	else
		(void)printf("%s: ", word);
	for (; *words != '\0'; words++) {
		if (json && (*words == '"' || *words == '\\'))
			(void)putchar('\\');
		(void)putchar(*words);
	}
	(void)fputs(json ? "\"}\n" : "\n", stdout);
	return code;
}

enum verdict_exit look_evidence(const struct options *o)
{
	FILE *file = fopen(o->evidence, "rb");
	char words[1024] = "";
	struct pieces *p;
	enum err e;

	if (file == NULL) {
		(void)fprintf(stderr, "petition-verify: %s: %s\n", o->evidence,
			strerror(errno));
		return VERDICT_USAGE;
	}
	e = pieces_read(file, &p);
	if (e != OK) {
		(void)fprintf(stderr, "petition-verify: %s: %s\n", o->evidence,
			e == ERR_INVALID ? "no evidence file" : err_text(e));
		return e == ERR_INVALID ? VERDICT_USAGE : VERDICT_UNKNOWN;
	}
	e = evidence_judge(p, o, words, sizeof(words));
	pieces_free(p);
	if (e == OK)
		return say("proven", words, VERDICT_GOOD, o->json);
	if (e == ERR_INVALID)
		return say("not proven", words, VERDICT_FAULTY, o->json);
	return say("unknown", words, VERDICT_UNKNOWN, o->json);
}
