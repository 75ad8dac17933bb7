#include "domain/lexeme.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

#include "domain/token.h"

enum { STEMMERS_MAX = 8, CODE_MAX = 8, FOLDED_MAX_BYTES = 4096 };

/* A language that was asked for; stemmer is NULL if it has none. */
struct language {
	char code[CODE_MAX + 1];
	struct sb_stemmer *stemmer;
};

struct lexicon {
	struct language language[STEMMERS_MAX];
	size_t n;
};

/*
 * The English words that the Snowball project, and with it PostgreSQL, takes
 * for too frequent to search for: the same 127, or lists would differ.
 */
static const char *const stop_words[] = { "a", "about", "above", "after",
	"again", "against", "all", "am", "an", "and", "any", "are", "as", "at",
	"be", "because", "been", "before", "being", "below", "between", "both",
	"but", "by", "can", "did", "do", "does", "doing", "don", "down",
	"during", "each", "few", "for", "from", "further", "had", "has", "have",
	"having", "he", "her", "here", "hers", "herself", "him", "himself",
	"his", "how", "i", "if", "in", "into", "is", "it", "its", "itself",
	"just", "me", "more", "most", "my", "myself", "no", "nor", "not", "now",
	"of", "off", "on", "once", "only", "or", "other", "our", "ours",
	"ourselves", "out", "over", "own", "s", "same", "she", "should", "so",
	"some", "such", "t", "than", "that", "the", "their", "theirs", "them",
	"themselves", "then", "there", "these", "they", "this", "those",
	"through", "to", "too", "under", "until", "up", "very", "was", "we",
	"were", "what", "when", "where", "which", "while", "who", "whom", "why",
	"will", "with", "you", "your", "yours", "yourself", "yourselves" };

enum { N_STOP_WORDS = sizeof(stop_words) / sizeof(stop_words[0]) };

static int compare_stop(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

/* word ends with a zero. */
static bool is_stop(const char *word)
{
	return bsearch(word, stop_words, N_STOP_WORDS, sizeof(stop_words[0]),
		       compare_stop) != NULL;
}

enum err lexicon_new(struct lexicon **ret_lexicon)
{
	struct lexicon *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return ERR_MEMORY;
	*ret_lexicon = l;
	return OK;
}

void lexicon_free(struct lexicon *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		sb_stemmer_delete(l->language[i].stemmer);
	free(l);
}

/* The first subtag, in lower case: "en" of "en-GB". */
static void code_of(struct str lang, char ret_code[CODE_MAX + 1])
{
	size_t n = str_find(lang, '-');

	n = n > CODE_MAX ? 0 : n;
	for (size_t i = 0; i < n; i++)
		ret_code[i] = lang.at[i] >= 'A' && lang.at[i] <= 'Z'
			? (char)(lang.at[i] - 'A' + 'a')
			: lang.at[i];
	ret_code[n] = '\0';
}

/* NULL if there are too many of them. */
static const struct language *language(struct lexicon *l, struct str lang)
{
	struct language *at;
	char code[CODE_MAX + 1];

	code_of(lang, code);
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->language[i].code, code) == 0)
			return &l->language[i];
	if (l->n == STEMMERS_MAX)
		return NULL;
	at = &l->language[l->n++];
	memcpy(at->code, code, sizeof(code));
	/* It knows languages by their ISO 639 codes. */
	at->stemmer = code[0] == '\0' ? NULL : sb_stemmer_new(code, "UTF_8");
	return at;
}

/* ---- one word ---- */

struct word {
	char at[FOLDED_MAX_BYTES + 1];
	size_t len;
};

/* What libunistring made, or nothing if it could not. */
static void keep(struct word *w, const uint8_t *made, size_t len)
{
	w->len = made == NULL || len > FOLDED_MAX_BYTES ? 0 : len;
	if (w->len > 0)
		memcpy(w->at, made, w->len);
	w->at[w->len] = '\0';
}

static bool is_ascii(const struct word *w)
{
	for (size_t i = 0; i < w->len; i++)
		if ((unsigned char)w->at[i] >= 0x80)
			return false;
	return true;
}

static void lower(struct word *w, struct str s, const char *code)
{
	uint8_t out[FOLDED_MAX_BYTES];
	size_t len = sizeof(out);

	keep(w, (const uint8_t *)s.at, s.len);
	if (!is_ascii(w)) {
		const uint8_t *made = u8_tolower((const uint8_t *)s.at, s.len,
			code, UNINORM_NFC, out, &len);

		keep(w, made == out ? made : NULL, len);
		return;
	}
	for (size_t i = 0; i < w->len; i++)
		if (w->at[i] >= 'A' && w->at[i] <= 'Z')
			w->at[i] = (char)(w->at[i] - 'A' + 'a');
}

/* Take the combining accents out of a decomposed text (U+0300 to U+036F; the
 * marks of other scripts are letters to them). */
static size_t drop_accents(uint8_t *at, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		ucs4_t point;
		int step = u8_mbtouc(&point, at + i, len - i);

		if (step < 1)
			break;
		if (point < 0x300 || point > 0x36F) {
			memmove(at + n, at + i, (size_t)step);
			n += (size_t)step;
		}
		i += (size_t)step;
	}
	return n;
}

/* Case and accents folded.  Compatible forms (bold letters of mathematics,
 * ligatures) stay apart, as they do for PostgreSQL. */
static void fold(struct word *w)
{
	uint8_t apart[FOLDED_MAX_BYTES];
	uint8_t whole[FOLDED_MAX_BYTES];
	size_t len = sizeof(apart);
	const uint8_t *made;

	if (is_ascii(w))
		return;
	made = u8_casefold(
		(const uint8_t *)w->at, w->len, NULL, UNINORM_NFD, apart, &len);
	if (made != apart) {
		keep(w, NULL, 0);
		return;
	}
	len = drop_accents(apart, len);
	w->len = sizeof(whole);
	made = u8_normalize(UNINORM_NFC, apart, len, whole, &w->len);
	keep(w, made == whole ? made : NULL, w->len);
}

static void stem(struct word *w, struct sb_stemmer *stemmer)
{
	const sb_symbol *made;

	if (stemmer == NULL || w->len == 0)
		return;
	made = sb_stemmer_stem(stemmer, (const sb_symbol *)w->at, (int)w->len);
	if (made != NULL)
		keep(w, made, (size_t)sb_stemmer_length(stemmer));
}

/* What lexeme.h promises of a lexeme. */
static void clean(struct word *w)
{
	for (size_t i = 0; i < w->len; i++)
		if (w->at[i] <= ' ' && w->at[i] >= '\0')
			w->at[i] = '_';
		else if (memchr("\"'\\^`{|}<>\x7F", w->at[i], 11) != NULL)
			w->at[i] = '_';
}

/* True if it is one; a stop word is, with nothing in it.  English is folded
 * before it is stemmed, because its stemmer knows no accents ("naïve");
 * others are stemmed as they are written. */
static bool lexeme(
	const struct language *of, const struct token *t, struct word *w)
{
	bool english = of != NULL && strcmp(of->code, "en") == 0;

	lower(w, t->text, of == NULL ? NULL : of->code);
	if (english)
		fold(w);
	if (t->is_word && english && is_stop(w->at)) {
		w->len = 0;
		return true;
	}
	if (t->is_word && of != NULL)
		stem(w, of->stemmer);
	fold(w);
	clean(w);
	return w->len > 0;
}

enum err lexicon_read(struct lexicon *l, struct str lang, struct str text,
	lexeme_take *take, void *arg)
{
	const struct language *of = language(l, lang);
	struct tokens tokens;
	struct token token;
	struct word *w = malloc(sizeof(*w));

	if (w == NULL)
		return ERR_MEMORY;
	tokens_init(&tokens, text);
	while (tokens_next(&tokens, &token))
		if (token.text.len <= LEXEME_MAX_BYTES && lexeme(of, &token, w))
			take(arg, (struct str){ w->at, w->len });
	free(w);
	return OK;
}
