/*
 * csv.h - tables as comma-separated values (RFC 4180), a row at a time.
 *
 * Lines end with LF or CRLF, a mark of byte order in front is passed over,
 * blank lines too.  Fields in quotes may hold commas, line ends and doubled
 * quotes.  Texts are copies in the arena.
 */
#ifndef CMD_CSV_H
#define CMD_CSV_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

enum { CSV_FIELDS_MAX = 64 };

struct csv {
	struct str rest;
	size_t next_line;
	struct arena *arena;
	/* The row that was read. */
	size_t line; /* where it begins, from 1 */
	struct str field[CSV_FIELDS_MAX];
	size_t n;
};

void csv_init(struct csv *c, struct arena *a, struct str text);

/* Read the next row; *ret_row is false behind the last.  ERR_INVALID for a
 * quote that is not closed or stands amid a field, ERR_TOO_LARGE for more than
 * CSV_FIELDS_MAX fields or a full arena; line says where. */
MUST_USE enum err csv_next(struct csv *c, bool *ret_row);

#endif
