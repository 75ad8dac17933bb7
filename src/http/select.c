#include "http/select.h"

/* True if parameters hold a quality of zero ("q=0", "q=0.000"). */
static bool quality_is_zero(struct str parameters)
{
	struct str p;

	while (str_split(&parameters, ';', &p)) {
		p = str_trim(p);
		if (!str_eq_nocase(str_slice(p, 0, 2), STR("q=")))
			continue;
		for (size_t i = 2; i < p.len; i++)
			if (p.at[i] != '0' && p.at[i] != '.')
				return false;
		return true;
	}
	return false;
}

bool select_gzip(struct str accept_encoding)
{
	struct str coding;
	bool any = false;

	while (str_split(&accept_encoding, ',', &coding)) {
		size_t cut = str_find(coding, ';');
		struct str name = str_trim(str_slice(coding, 0, cut));
		bool wanted = !quality_is_zero(
			str_slice(coding, cut + 1, coding.len));

		if (str_eq_nocase(name, STR("gzip")))
			return wanted;
		if (str_eq(name, STR("*")))
			any = wanted;
	}
	return any;
}

bool select_matches(struct str if_none_match, struct str etag)
{
	struct str tag;

	if (str_starts(etag, STR("W/")))
		etag = str_slice(etag, 2, etag.len);
	while (str_split(&if_none_match, ',', &tag)) {
		tag = str_trim(tag);
		if (str_eq(tag, STR("*")))
			return true;
		if (str_starts(tag, STR("W/")))
			tag = str_slice(tag, 2, tag.len);
		if (str_eq(tag, etag))
			return true;
	}
	return false;
}
