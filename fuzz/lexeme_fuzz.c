/*
 * lexeme_fuzz.c - whatever is typed: its lexemes are UTF-8 that FTS5 can be
 * asked for between quotes, and reading them ends.
 */
#include "domain/lexeme.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t n, bytes;
};

static void take(void *arg, struct str lexeme)
{
	struct seen *seen = arg;

	assert(str_is_utf8(lexeme));
	for (size_t i = 0; i < lexeme.len; i++)
		assert((unsigned char)lexeme.at[i] > ' ' &&
			lexeme.at[i] != '"' && lexeme.at[i] != '\'' &&
			lexeme.at[i] != 0x7F);
	seen->n++;
	seen->bytes += lexeme.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str langs[] = { STR_INIT("en-GB"), STR_INIT("de"),
		STR_INIT("tr"), STR_INIT("") };
	struct str text = { (const char *)data, size };
	struct lexicon *l;

	if (lexicon_new(&l) != OK)
		return 0;
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		struct seen seen = { 0, 0 };

		if (lexicon_read(l, langs[i], text, take, &seen) == OK)
			/* An address gives itself, its host and its path. */
			assert(seen.n <= 3 * size + 1);
	}
	lexicon_free(l);
	return 0;
}
