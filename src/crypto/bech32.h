/*
 * bech32.h - bech32 text (BIP 173) of 32 bytes, for age's keys.
 *
 * The human-readable part is in lower case here; upper-case text is made and
 * read by the caller's wish, and mixed case is refused.
 */
#ifndef CRYPTO_BECH32_H
#define CRYPTO_BECH32_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

void bech32_put(
	struct buf *b, struct str hrp, bool upper, const uint8_t bytes[32]);
/* ERR_INVALID unless text is exactly what bech32_put writes. */
MUST_USE enum err bech32_read(
	struct str text, struct str hrp, bool upper, uint8_t ret_bytes[32]);

#endif
