/*
 * search_match.c - what people type, as a question to FTS5.
 *
 * The words become lexemes here, and each lexeme a quoted string of FTS5, so
 * that nothing that was typed is an operator or an error.
 */
#include "domain/lexeme.h"
#include "store/sqlite/search.h"

enum {
	TERMS_MAX = 64, /* what is typed beyond them is not asked for */
	MATCH_MAX_BYTES = 1 << 20
};

struct terms {
	struct arena *arena;
	struct str term[TERMS_MAX]; /* each once; a phrase has spaces */
	size_t n;
	bool is_phrase;
	struct buf phrase; /* while it is read */
	size_t phrase_end; /* without the stop words at its end */
};

static void add(struct terms *t, struct str term)
{
	if (t->n == TERMS_MAX)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->term[i], term))
			return;
	t->term[t->n++] = arena_copy(t->arena, term);
}

static void take(void *arg, struct str lexeme)
{
	struct terms *t = arg;

	if (!t->is_phrase) {
		if (lexeme.len > 0)
			add(t, lexeme);
		return;
	}
	if (lexeme.len == 0 && t->phrase_end == 0)
		return;
	if (t->phrase_end > 0)
		buf_c(&t->phrase, " ");
	buf_str(&t->phrase, lexeme.len == 0 ? STR("~") : lexeme);
	if (lexeme.len > 0)
		t->phrase_end = buf_view(&t->phrase).len;
}

static enum err read_part(struct store *s, struct terms *t, struct str lang,
	struct str part, bool is_phrase)
{
	enum err e;

	t->is_phrase = is_phrase;
	t->phrase_end = 0;
	buf_clear(&t->phrase);
	e = lexicon_read(s->lexicon, lang, part, take, t);
	if (e == OK && is_phrase && buf_err(&t->phrase) == OK &&
		t->phrase_end > 0)
		add(t, str_slice(buf_view(&t->phrase), 0, t->phrase_end));
	return e;
}

/* Quotes straight and curly, whichever way round. */
static size_t quote_here(struct str s)
{
	static const struct str quotes[] = { STR_INIT("\""),
		STR_INIT("\xE2\x80\x9C"), STR_INIT("\xE2\x80\x9D"),
		STR_INIT("\xE2\x80\x9E") };

	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
		if (str_starts(s, quotes[i]))
			return quotes[i].len;
	return 0;
}

/* Up to the next quote, which *s steps over; all of it if there is none. */
static struct str up_to_quote(struct str *s, bool *ret_found)
{
	struct str all = *s;

	for (size_t i = 0; i < all.len; i++) {
		size_t n = quote_here(str_slice(all, i, all.len));

		if (n == 0)
			continue;
		*s = str_slice(all, i + n, all.len);
		*ret_found = true;
		return str_slice(all, 0, i);
	}
	*s = str_slice(all, all.len, all.len);
	*ret_found = false;
	return all;
}

/* A quote that nothing closes is no quote. */
static enum err read_words(
	struct store *s, struct terms *t, struct str lang, struct str words)
{
	bool opens = true;
	bool closes;
	enum err e = OK;

	while (e == OK && opens) {
		e = read_part(s, t, lang, up_to_quote(&words, &opens), false);
		if (e == OK && opens) {
			struct str inside = up_to_quote(&words, &closes);

			e = read_part(s, t, lang, inside, closes);
		}
	}
	return e;
}

/* "a" AND "b c" */
static void put_terms(struct buf *out, const struct terms *t)
{
	for (size_t i = 0; i < t->n; i++) {
		buf_c(out, i == 0 ? "\"" : " AND \"");
		buf_str(out, t->term[i]);
		buf_c(out, "\"");
	}
}

static bool same_terms(const struct terms *a, const struct terms *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->term[i], b->term[i]))
			return false;
	return true;
}

/* Any field that has all of them. */
static void put_fields(struct buf *out, const struct terms *t)
{
	static const char *const fields[] = { "action : (", "background : (",
		"additional_details : (" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		buf_c(out, buf_view(out).len == 0 ? "(" : " OR (");
		buf_c(out, fields[i]);
		put_terms(out, t);
		buf_c(out, "))");
	}
}

static enum err lang_read(struct arena *a, sqlite3_stmt *stmt, void *ret_row)
{
	enum err e = OK;

	*(struct str *)ret_row = sql_text(a, stmt, 0, &e);
	return e;
}

enum err search_langs(struct arena *a, struct store *s, struct str **ret_langs,
	size_t *ret_count)
{
	sqlite3_stmt *stmt;
	void *rows = NULL;
	enum err e = sql_take(s, SQL_SEARCH_LANGS,
		"SELECT lang FROM search_lang ORDER BY lang LIMIT ?1", &stmt);

	if (e != OK)
		return e;
	sql_bind_u64(stmt, 1, SEARCH_LANGS_MAX);
	e = sql_rows(
		a, s, stmt, sizeof(**ret_langs), lang_read, &rows, ret_count);
	*ret_langs = rows;
	return e;
}

/* As one language reads it, unless another one read the same before. */
static enum err put_lang(struct store *s, struct terms *terms, size_t at,
	struct str lang, struct str words, struct buf *out)
{
	struct terms *t = &terms[at];
	enum err e = read_words(s, t, lang, words);

	if (e != OK || t->n == 0)
		return e;
	for (size_t i = 0; i < at; i++)
		if (same_terms(&terms[i], t))
			return OK;
	put_fields(out, t);
	return OK;
}

enum err search_match(struct arena *a, struct store *s, struct str words,
	struct str *ret_match)
{
	struct terms *terms;
	struct str *langs = NULL;
	struct buf out;
	size_t n = 0;
	enum err e;

	words = str_trim(words);
	if (words.len == 0) {
		*ret_match = STR_NULL;
		return OK;
	}
	e = search_langs(a, s, &langs, &n);
	if (e != OK)
		return e;
	terms = arena_array(a, SEARCH_LANGS_MAX, sizeof(*terms));
	if (terms == NULL)
		return ERR_TOO_LARGE;
	buf_init(&out, MATCH_MAX_BYTES);
	for (size_t i = 0; i < n && e == OK; i++) {
		terms[i].arena = a;
		buf_init(&terms[i].phrase, MATCH_MAX_BYTES);
		e = put_lang(s, terms, i, langs[i], words, &out);
		buf_release(&terms[i].phrase);
	}
	if (e == OK)
		e = buf_err(&out);
	if (e == OK)
		*ret_match = buf_view(&out).len == 0
			? STR("")
			: arena_copy(a, buf_view(&out));
	buf_release(&out);
	return e;
}
