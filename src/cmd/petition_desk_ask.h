/*
 * petition_desk_ask.h - one request of a desk to its site, and the answer
 * (docs/formats.md section 11).
 */
#ifndef CMD_PETITION_DESK_ASK_H
#define CMD_PETITION_DESK_ASK_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/view.h"
#include "cmd/petition_desk_file.h"
#include "role/desk.h"

struct desk_asking {
	const struct desk_file *file;
	const struct desk_site *site;
	struct desk_head
		head; /* op, purpose and so on; the rest is filled in */
	struct str body;
	struct buf plain; /* the answer, opened; secret */
	struct str header, record; /* of an opening; borrowed from reply */
	struct buf reply;
};

/* Ask; *ret_rows is behind the answer's head, with *ret_count rows.
 * Complains.  desk_asking_release afterwards, whatever came. */
MUST_USE enum err desk_ask(
	struct desk_asking *a, struct view *ret_rows, uint32_t *ret_count);
void desk_asking_release(struct desk_asking *a);

/* The same in clear, to web at this path: requests whose answers name nobody. */
MUST_USE enum err desk_ask_clear(struct desk_asking *a, const char *path,
	struct view *ret_rows, uint32_t *ret_count);
/* The same if the answer is a number only. */
MUST_USE enum err desk_tell(
	struct desk_asking *a, const char *path, uint32_t *ret_n);

/* Post to the site's path as it is, into ret_reply; complains of refusals. */
MUST_USE enum err desk_post(const struct desk_site *site, const char *path,
	struct str body, struct buf *ret_reply);

#endif
