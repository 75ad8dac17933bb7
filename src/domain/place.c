#include "domain/place.h"

#include <stdlib.h>

#include "domain/text.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

struct str place_slug(struct arena *a, struct str name)
{
	struct str s = STR("");
	size_t at = 0;

	while (at < name.len) {
		size_t end = at;
		struct str word;

		while (end < name.len && is_letter(name.at[end]))
			end++;
		word = name_slug(a, str_slice(name, at, end));
		if (word.len > 0)
			s = arena_printf(a, "%.*s%s%.*s", STR_ARG(s),
				s.len > 0 ? "-" : "", STR_ARG(word));
		at = end + 1;
	}
	return s;
}

struct entry {
	struct str slug;
	size_t at;
};

static int by_slug(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int d = str_cmp(x->slug, y->slug);

	return d != 0 ? d : x->at < y->at ? -1 : x->at > y->at;
}

enum err place_slugs(struct arena *a, const struct store_place_row *areas,
	size_t count, struct str **ret_slugs)
{
	struct entry *e = ARENA_ARRAY(a, struct entry, count + 1);
	struct str *slugs = ARENA_ARRAY(a, struct str, count + 1);

	if (e == NULL || slugs == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < count; i++) {
		e[i] = (struct entry){ place_slug(a, areas[i].name), i };
		if (e[i].slug.at == NULL)
			return ERR_TOO_LARGE;
	}
	qsort(e, count, sizeof(*e), by_slug);
	for (size_t i = 0; i < count; i++) {
		bool twin = (i > 0 && str_eq(e[i].slug, e[i - 1].slug)) ||
			(i + 1 < count && str_eq(e[i].slug, e[i + 1].slug));
		struct str own = e[i].slug;

		if (twin || own.len == 0)
			own = arena_printf(a, "%.*s%s%.*s", STR_ARG(own),
				own.len > 0 ? "-" : "",
				STR_ARG(place_slug(a, areas[e[i].at].code)));
		if (own.at == NULL)
			return ERR_TOO_LARGE;
		slugs[e[i].at] = own;
	}
	*ret_slugs = slugs;
	return OK;
}

const struct store_place_row *place_by_slug(const struct store_place_row *areas,
	const struct str *slugs, size_t count, struct str slug)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(slugs[i], slug))
			return &areas[i];
	return NULL;
}

struct str place_postcode_shown(struct arena *a, struct str postcode)
{
	size_t cut;

	if (!postcode_is_uk(postcode) || postcode.len < 5 ||
		str_starts(postcode, STR("BFP")))
		return postcode;
	cut = postcode.len - 3;
	return arena_printf(a, "%.*s %.*s",
		STR_ARG(str_slice(postcode, 0, cut)),
		STR_ARG(str_slice(postcode, cut, postcode.len)));
}
