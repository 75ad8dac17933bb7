#include "cmd/apply.h"

#include "cmd/import.h"

enum { PROBLEM_MAX = 4096 };

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
		.period = apply->period,
		.response_threshold = 10000,
		.debate_threshold = 100000,
		.shift_days = apply->shift_days,
		.petition = import_store,
		.arg = &target };
	struct buf problem;
	enum err e;

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
	enum err e = store_mark(s);

	if (e != OK)
		return e;
	e = apply_documents(s, &apply, import->name, import->body,
		&import->count, &import->complaint);
	if (e == OK)
		return store_keep(s);
	store_undo(s);
	return e;
}
