#include <errno.h>
#include <unistd.h>

#include "base/view.h"
#include "role/logbook_own.h"

struct replay {
	struct journal_reader reader;
	struct logbook *l;
};

static enum err replay_events(struct logbook *l, struct str body)
{
	size_t n = body.len / VERDICT_BYTES;
	struct view view = view_of(body.at, body.len);
	struct verdict *v = calloc(n + 1, sizeof(*v));
	enum err e = ERR_CORRUPT;

	if (v == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		verdict_take(&view, &v[i]);
	if (view_done(&view))
		e = accept_apply(l, v, n);
	free(v);
	return e;
}

static enum err replay_order(struct logbook *l, struct str body)
{
	struct view view = view_of(body.at, body.len);
	uint16_t year = view_u16(&view);
	uint32_t hour = view_u32(&view);
	uint64_t first = view_u64(&view);

	l->order.count = 0;
	while (view.len > 0 && !view.bad) {
		enum err e = order_add(&l->order, view_u64(&view));

		if (e != OK)
			return e;
	}
	if (!view_done(&view))
		return ERR_CORRUPT;
	return sequence_apply(l, year, first, hour);
}

static enum err replay_entry(
	struct journal_reader *r, enum journal_kind kind, struct str body)
{
	struct logbook *l = ((struct replay *)r)->l;

	switch (kind) {
	case JOURNAL_EVENTS:
		return replay_events(l, body);
	case JOURNAL_ORDER:
		return replay_order(l, body);
	}
	return ERR_CORRUPT;
}

static bool segment_exists(const struct logbook *l, uint64_t segment)
{
	char name[32];

	journal_name(segment, name);
	return faccessat(l->setup.log_dir_fd, name, F_OK, 0) == 0;
}

enum err replay_journal(struct logbook *l)
{
	struct replay r = { { replay_entry }, l };
	uint64_t first = l->journal.segment;
	enum err e = OK;

	for (uint64_t n = first; e == OK; n++) {
		if (n > first && !segment_exists(l, n))
			break;
		e = journal_read(
			&l->journal, n, !segment_exists(l, n + 1), &r.reader);
		/* The unfinished beginning of the next one. */
		if (e == ERR_NOT_FOUND)
			return n == first ? ERR_CORRUPT : OK;
	}
	return e == OK ? journal_remove_below(&l->journal, first) : e;
}
