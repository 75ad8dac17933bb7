#include "base/words.h"

static const struct catalogue ENGLISH = {
	.lang = STR_INIT("en-GB"),
	.name = STR_INIT("English"),
	.thousands = STR_INIT(","),
};

const struct catalogue *catalogue_english(void)
{
	return &ENGLISH;
}

struct str words_find(const struct catalogue *c, struct str msgid)
{
	for (size_t i = 0; c != NULL && i < c->layers; i++) {
		struct str found = mo_find(&c->layer[i], msgid);

		if (found.at != NULL)
			return found;
	}
	return msgid;
}

struct str words_find_plural(
	const struct catalogue *c, struct str one, struct str many, uint64_t n)
{
	for (size_t i = 0; c != NULL && i < c->layers; i++) {
		struct str found = mo_find_plural(&c->layer[i], one, n);

		if (found.at != NULL)
			return found;
	}
	return n == 1 ? one : many;
}

/* Of the first layer whose header has this field, or the one given. */
static struct str field(
	const struct catalogue *c, struct str name, struct str other)
{
	for (size_t i = 0; i < c->layers; i++) {
		struct str value = mo_field(&c->layer[i], name);

		if (value.len > 0)
			return value;
	}
	return other;
}

/* "1,000" is translated as a thousand is written: "1.000", "1 000", "1000". */
static struct str thousands(const struct catalogue *c)
{
	struct str sample = words_say(c, "1,000");

	if (sample.len < 4 || !str_starts(sample, STR("1")) ||
		!str_ends(sample, STR("000")))
		return ENGLISH.thousands;
	return str_slice(sample, 1, sample.len - 3);
}

enum err catalogue_make(struct arena *a, const struct str *layer, size_t n,
	const struct catalogue **ret_catalogue, size_t *ret_layer,
	const char **ret_why)
{
	struct catalogue *c = ARENA_NEW(a, struct catalogue);

	if (c == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n && c->layers < CATALOGUE_LAYERS; i++) {
		if (layer[i].at == NULL)
			continue;
		*ret_layer = i;
		if (mo_open(layer[i], &c->layer[c->layers], ret_why) != OK)
			return ERR_INVALID;
		c->layers++;
	}
	c->lang = field(c, STR("Language"), ENGLISH.lang);
	c->name = field(c, STR("X-Language-Name"), ENGLISH.name);
	c->right_to_left =
		str_eq(field(c, STR("X-Direction"), STR("")), STR("rtl"));
	c->thousands = thousands(c);
	*ret_catalogue = c;
	return OK;
}
