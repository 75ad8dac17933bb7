#include "cmd/apply.h"

#include <fcntl.h>

#include "cmd/import.h"
#include "cmd/load.h"
#include "web/committer.h"
#include "web/places.h"

enum { PROBLEM_MAX = 4096 };

static enum err find_period(struct store *s, const struct apply *apply,
	struct store_period *ret_period, struct str *ret_complaint)
{
	enum err e = store_period(apply->arena, s, apply->period, ret_period);

	if (e == ERR_NOT_FOUND)
		*ret_complaint = arena_printf(apply->arena,
			"there is no period \"%.*s\": load it first "
			"(petitiond load SITE periods FILE)",
			STR_ARG(apply->period));
	return e;
}

enum err apply_documents(struct store *s, const struct apply *apply,
	struct str name, struct str bytes, size_t *ret_count,
	struct str *ret_complaint)
{
	struct import_target target = {
		.store = s, .zone = apply->zone, .replace = apply->replace
	};
	struct import import = { .zone = apply->zone,
		.months = apply->months,
		.lang = STR("en"),
		.shift_days = apply->shift_days,
		.petition = import_store,
		.arg = &target };
	struct store_period period;
	struct buf problem;
	enum err e;

	if (apply->period.len > 0) {
		e = find_period(s, apply, &period, ret_complaint);
		if (e != OK)
			return e;
		import.period = &period.is;
	}
	buf_init(&problem, PROBLEM_MAX);
	e = import_bytes(&import, name, bytes, &problem);
	if (e == OK)
		*ret_count = target.petitions;
	else
		*ret_complaint = arena_copy(apply->arena, buf_view(&problem));
	buf_release(&problem);
	return e;
}

enum err apply_import(struct store *s, struct work_import *import,
	const struct zone *zone, uint32_t months, struct arena *a)
{
	struct apply apply = { .zone = zone,
		.months = months,
		.period = import->period.len == 0 ? STR_NULL : import->period,
		.replace = import->replace,
		.arena = a };
	enum err e;

	/* The role's folder is where it stands. */
	if (str_eq(import->kind, STR("postcodes")))
		return places_put(AT_FDCWD, import->body, &import->count);
	e = store_mark(s);
	if (e != OK)
		return e;
	if (str_eq(import->kind, STR(COMMITTER_PUBLISHED)))
		e = apply_published(s, &apply, import->name, import->body);
	else if (import->kind.len > 0)
		e = load_list(s,
			&(struct load_list){ .kind = import->kind,
				.name = import->name,
				.bytes = import->body,
				.arena = a },
			&import->count, &import->complaint);
	else
		e = apply_documents(s, &apply, import->name, import->body,
			&import->count, &import->complaint);
	if (e == OK)
		return store_keep(s);
	store_undo(s);
	return e;
}
