#include "http/csrf.h"

bool http_csrf_ok(
	struct str sec_fetch_site, struct str origin, struct str own_origin)
{
	if (sec_fetch_site.at != NULL &&
		!str_eq(sec_fetch_site, STR("same-origin")) &&
		!str_eq(sec_fetch_site, STR("none")))
		return false;
	return origin.at == NULL || str_eq(origin, STR("null")) ||
		str_eq_nocase(origin, own_origin);
}
