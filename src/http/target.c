#include "http/target.h"

#include "http/form.h"

/* Cut "http://authority" off an absolute-form target. */
static enum err to_origin_form(struct str *target)
{
	struct str t = *target;
	size_t n;

	if (str_starts(t, STR("/")))
		return OK;
	if (str_eq_nocase(str_slice(t, 0, 7), STR("http://")))
		n = 7;
	else if (str_eq_nocase(str_slice(t, 0, 8), STR("https://")))
		n = 8;
	else
		return ERR_INVALID;
	t = str_slice(t, n, t.len);
	n = str_find(t, '/');
	if (n == 0 || str_find(t, '?') < n)
		return ERR_INVALID;
	*target = n == t.len ? STR("/") : str_slice(t, n, t.len);
	return OK;
}

static bool is_dots(struct str segment)
{
	return str_eq(segment, STR(".")) || str_eq(segment, STR(".."));
}

/* The rules of target.h for a decoded path. */
static bool path_is_plain(struct str path)
{
	struct str rest = str_slice(path, 1, path.len);
	struct str segment;

	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.at[i];

		if (c < ' ' || c == 0x7f || c == '\\')
			return false;
	}
	while (str_split(&rest, '/', &segment))
		if (is_dots(segment) || (segment.len == 0 && rest.at != NULL))
			return false;
	return true;
}

static bool has_encoded_slash(struct str raw)
{
	for (size_t i = 0; i + 3 <= raw.len; i++)
		if (str_eq_nocase(str_slice(raw, i, i + 3), STR("%2f")))
			return true;
	return false;
}

/* Only what RFC 3986 allows, or escapes; '#' never travels. */
static bool bytes_are_visible(struct str raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		unsigned char c = (unsigned char)raw.at[i];

		if (c <= ' ' || c >= 0x7f || c == '#')
			return false;
	}
	return true;
}

enum err http_target_parse(
	struct arena *a, struct str raw, struct http_target *ret_target)
{
	struct http_target t = { .query = STR_NULL };
	size_t cut;
	enum err e;

	if (!bytes_are_visible(raw))
		return ERR_INVALID;
	e = to_origin_form(&raw);
	if (e != OK)
		return e;
	cut = str_find(raw, '?');
	t.path = str_slice(raw, 0, cut);
	if (cut < raw.len)
		t.query = str_slice(raw, cut + 1, raw.len);
	if (str_find(t.path, '%') < t.path.len) {
		if (has_encoded_slash(t.path))
			return ERR_INVALID;
		e = form_decode(a, t.path, false, &t.path);
		if (e != OK)
			return e;
	}
	if (!path_is_plain(t.path))
		return ERR_INVALID;
	*ret_target = t;
	return OK;
}
