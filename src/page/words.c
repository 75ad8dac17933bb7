#include "page/words.h"

const struct catalogue *catalogue_english(void)
{
	static const struct catalogue english = {
		.lang = STR_INIT("en-GB"),
		.thousands = STR_INIT(","),
	};

	return &english;
}

struct str words_find(const struct catalogue *c, struct str msgid)
{
	struct str found = STR_NULL;

	if (c != NULL && c->find != NULL)
		found = c->find(c, msgid);
	return found.at == NULL ? msgid : found;
}

struct str words_find_plural(
	const struct catalogue *c, struct str one, struct str many, uint64_t n)
{
	struct str found = STR_NULL;

	if (c != NULL && c->find_plural != NULL)
		found = c->find_plural(c, one, n);
	if (found.at != NULL)
		return found;
	return n == 1 ? one : many;
}
