/*
 * enc.h - bytes as text and back: hex, base64, base64url, base32 (RFC 4648).
 *
 * Writers append to a buf.  Readers are strict: they refuse stray characters,
 * missing or excess padding, and bits left over that are not zero, so each
 * value has exactly one text.  base32 is the exception: it is typed by hand,
 * so it forgives case, spaces and hyphens, and reads 0 as O, 1 as I, 8 as B.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Lower-case hexadecimal. */
void enc_hex(struct buf *b, const void *at, size_t len);
/* Exactly len bytes from 2 * len digits of either case. */
MUST_USE enum err dec_hex(struct str text, void *ret_bytes, size_t len);

/* Section 4, padded. */
void enc_base64(struct buf *b, const void *at, size_t len);
/* Section 4 without padding, as age writes it. */
void enc_base64_raw(struct buf *b, const void *at, size_t len);
/* Section 5, no padding. */
void enc_base64url(struct buf *b, const void *at, size_t len);

/* Each reads the whole text into at most cap bytes. */
MUST_USE enum err dec_base64(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len);
MUST_USE enum err dec_base64_raw(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len);
MUST_USE enum err dec_base64url(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len);

/* Section 6, upper case, no padding. */
void enc_base32(struct buf *b, const void *at, size_t len);
/* Exactly len bytes.  ERR_INVALID if more or fewer were typed. */
MUST_USE enum err dec_base32(struct str text, void *ret_bytes, size_t len);

#endif
