/*
 * cbor.h - the deterministic CBOR (RFC 8949 section 4.2.1) of our record
 * bodies: unsigned integers, byte and text strings, arrays, maps, booleans.
 *
 * The writer appends to a buf, which remembers failures; the caller writes
 * map keys in ascending order.  The reader takes from a view and is strict:
 * any longer form, unknown type or text that is not UTF-8 sets view.bad, and
 * what it returns is then zero or empty.  Check once, with view_done.
 */
#ifndef CRYPTO_CBOR_H
#define CRYPTO_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/view.h"

void cbor_put_uint(struct buf *b, uint64_t value);
void cbor_put_bytes(struct buf *b, const void *at, size_t len);
void cbor_put_text(struct buf *b, struct str text); /* must be UTF-8 */
void cbor_put_bool(struct buf *b, bool value);
void cbor_put_array(struct buf *b, uint64_t n); /* n items follow */
void cbor_put_map(struct buf *b, uint64_t n); /* n pairs follow */

/* The head alone of a text of len bytes, for hashing without a buf; returns
 * the head's length. */
enum { CBOR_HEAD_MAX = 9 };
size_t cbor_text_head(size_t len, uint8_t ret_head[CBOR_HEAD_MAX]);

/* Views into what is read. */
uint64_t cbor_uint(struct view *v);
struct str cbor_bytes(struct view *v);
struct str cbor_text(struct view *v);
bool cbor_bool(struct view *v);
uint64_t cbor_array(struct view *v);
uint64_t cbor_map(struct view *v);

/* The next key of one of our maps: reads an integer that must be want. */
void cbor_key(struct view *v, uint64_t want);
/* Exactly len bytes, copied; zeros if there are not. */
void cbor_copy(struct view *v, void *ret_bytes, size_t len);

#endif
