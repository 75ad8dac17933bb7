/*
 * request.c - what handlers read out of a request, beyond its plain parts.
 */
#include "http/csrf.h"
#include "http/server.h"

enum err http_query(
	struct http_request *r, enum form_twice twice, struct form *ret_form)
{
	return form_parse(&r->arena, r->query, twice, ret_form);
}

enum err http_form(
	struct http_request *r, enum form_twice twice, struct form *ret_form)
{
	const struct exchange *x = (const struct exchange *)r;
	struct str type = x->facts.known[GATE_CONTENT_TYPE];

	type = str_trim(str_slice(type, 0, str_find(type, ';')));
	if (!str_eq_nocase(type, STR("application/x-www-form-urlencoded")))
		return ERR_INVALID;
	return form_parse(&r->arena, r->body, twice, ret_form);
}

bool http_same_origin(const struct http_request *r, struct str own_origin)
{
	const struct exchange *x = (const struct exchange *)r;

	return http_csrf_ok(x->facts.known[GATE_SEC_FETCH_SITE],
		x->facts.known[GATE_ORIGIN], own_origin);
}
