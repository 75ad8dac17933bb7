#include "page/language.h"

#include "page/asset.h"

/* Made by tools/embed.py from po/; holds asset_table. */
#include "locale_table.h"

struct str language_built_in(struct str tag)
{
	for (size_t i = 0; i < sizeof(asset_table) / sizeof(asset_table[0]);
		i++) {
		struct str name = asset_table[i].name;

		if (name.len == tag.len + 3 && str_starts(name, tag))
			return asset_table[i].body;
	}
	return STR_NULL;
}

bool language_is_source(struct str tag)
{
	return str_eq(tag, STR("en"));
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		(c >= 'a' && c <= 'z');
}

bool language_tag_fits(struct str tag)
{
	struct str part;

	/* One letter is a path of ours (/c), and no language has so few. */
	if (str_find(tag, '-') < 2 || str_find(tag, '-') > 3 || tag.len > 24)
		return false;
	while (str_split(&tag, '-', &part)) {
		if (part.len == 0 || part.len > 8)
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!is_letter_or_digit(part.at[i]))
				return false;
	}
	return true;
}

/* ---- addresses ---- */

bool language_has(struct str path)
{
	static const struct str bare[] = { STR_INIT("/assets/"),
		STR_INIT("/doc/"), STR_INIT("/log/"), STR_INIT("/theme/"),
		STR_INIT("/healthz"), STR_INIT("/health-check"),
		STR_INIT("/ping"), STR_INIT("/readyz"), STR_INIT("/metrics") };
	struct str rest = str_slice(path, 0, str_find(path, '?'));
	struct str last = STR("");

	rest = str_slice(rest, 0, str_find(rest, '#'));
	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++)
		if (str_starts(path, bare[i]))
			return false;
	/* A file has a name with a dot. */
	while (str_split(&rest, '/', &last))
		continue;
	return str_find(last, '.') == last.len;
}

size_t language_of_path(const struct language *list, size_t n, struct str path,
	struct str *ret_rest)
{
	*ret_rest = path;
	for (size_t i = 0; n > 1 && i < n; i++) {
		struct str rest = str_slice(path, list[i].prefix.len, path.len);

		if (!str_starts(path, list[i].prefix) ||
			(rest.len > 0 && rest.at[0] != '/'))
			continue;
		*ret_rest = rest.len == 0 ? STR("/") : rest;
		return i;
	}
	return n;
}

size_t language_views(size_t n)
{
	return n > 1 ? n + 1 : 1;
}

/* ---- preference ---- */

/* In thousandths; what cannot be read counts as little as can be. */
static unsigned quality(struct str parameters)
{
	static const unsigned worth[] = { 1000, 100, 10, 1 };
	struct str p;
	unsigned q = 0;
	size_t place = 0;

	while (str_split(&parameters, ';', &p)) {
		p = str_trim(p);
		if (!str_eq_nocase(str_slice(p, 0, 2), STR("q=")))
			continue;
		for (size_t i = 2; i < p.len && place < 4; i++) {
			if (p.at[i] == '.')
				continue;
			if (p.at[i] < '0' || p.at[i] > '9')
				return 0;
			q += worth[place++] * (unsigned)(p.at[i] - '0');
		}
		return q > 1000 ? 1000 : q;
	}
	return 1000;
}

/* How well a range fits a tag: the number of its letters that fit, or 0.
 * "cy-GB" also finds "cy", and "en" also "en-GB". */
static size_t fit(struct str range, struct str tag)
{
	struct str shorter = range.len < tag.len ? range : tag;
	struct str longer = range.len < tag.len ? tag : range;

	if (!str_eq_nocase(str_slice(longer, 0, shorter.len), shorter))
		return 0;
	if (longer.len > shorter.len && longer.at[shorter.len] != '-')
		return 0;
	return shorter.len;
}

/* The language that fits range best; n if none does. */
static size_t fitting(const struct language *list, size_t n, struct str range)
{
	size_t best = n;
	size_t best_fit = 0;

	for (size_t i = 0; i < n; i++) {
		size_t f = fit(range, list[i].tag);
		size_t whole = fit(range, list[i].words->lang);

		f = f > whole ? f : whole;
		if (f > best_fit) {
			best_fit = f;
			best = i;
		}
	}
	return best;
}

size_t language_preferred(
	const struct language *list, size_t n, struct str accept)
{
	size_t best = 0;
	unsigned best_q = 0;
	struct str item;

	while (str_split(&accept, ',', &item)) {
		size_t cut = str_find(item, ';');
		unsigned q = quality(str_slice(item, cut + 1, item.len));
		size_t i = fitting(list, n, str_trim(str_slice(item, 0, cut)));

		if (i < n && q > best_q) {
			best_q = q;
			best = i;
		}
	}
	return best;
}
