/*
 * petition_verify_pieces.h - evidence files (docs/log.md, section 8): a kind,
 * then named pieces of bytes.
 *
 *     petition evidence/v1 KIND
 *     NAME LENGTH
 *     LENGTH bytes and a newline; the next piece, to the end of the file
 *
 * Names are the paths of public files, or words of their own; none comes
 * twice.  Pieces stay in the file until they are asked for, for the leaves of
 * a long log are among them.
 */
#ifndef CMD_PETITION_VERIFY_PIECES_H
#define CMD_PETITION_VERIFY_PIECES_H

#include <stdio.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct pieces;

enum { PIECE_NAME_BYTES = 128, PIECES_KIND_BYTES = 16 };

/* Read the table of a file that can be sought in; it is the pieces' from now
 * on, whatever comes of it.  ERR_INVALID unless it is exactly one such. */
MUST_USE enum err pieces_read(FILE *from, struct pieces **ret_pieces);
void pieces_free(struct pieces *p);

const char *pieces_kind(const struct pieces *p);
/* Replace b's contents by the piece; ERR_NOT_FOUND, ERR_TOO_LARGE. */
MUST_USE enum err pieces_get(struct pieces *p, const char *name, struct buf *b);

/* The same file while it is written.  What goes wrong shows in to. */
void pieces_begin(FILE *to, const char *kind);
void pieces_put(FILE *to, const char *name, struct str bytes);

#endif
