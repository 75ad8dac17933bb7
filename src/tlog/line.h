/*
 * line.h - the lines that checkpoints and promises are made of.
 */
#ifndef TLOG_LINE_H
#define TLOG_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

/* Take the text before the next newline, which must be there. */
MUST_USE bool line_take(struct str *body, struct str *ret_line);
/* A decimal number without leading zeros. */
MUST_USE enum err line_decimal(struct str line, uint64_t *ret_value);
/* base64 of exactly 32 bytes. */
MUST_USE enum err line_hash(struct str line, uint8_t ret_bytes[32]);

#endif
