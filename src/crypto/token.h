/*
 * token.h - confirmation tokens that go by mail, and form tokens
 * (docs/formats.md section 6).
 *
 * Of a confirmation token T only H(T) is stored, so a stolen database confirms
 * nothing.  Its text carries the slot: "SLOT-TTTTTTTTTTTTTTTTTTTTTTTTTT".  It
 * may be typed by hand, so reading forgives case, spaces and hyphens, and
 * reads 0 as O, 1 as I, 8 as B; writing has one form.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/hash.h"

struct token {
	uint8_t byte[16];
};

struct token_hash {
	uint8_t byte[16];
};

enum {
	TOKEN_TEXT_MAX = 13 + 1 + 26, /* slot, hyphen, T */
	FORM_TOKEN_TEXT_LEN = 43
};

/* H(T). */
void token_hash(
	uint64_t slot, const struct token *token, struct token_hash *ret_hash);
/* Constant time. */
bool token_hash_ok(const struct token_hash *stored, uint64_t slot,
	const struct token *token);

void token_text(struct buf *b, uint64_t slot, const struct token *token);
/* The same in an arena. */
struct str token_copy(
	struct arena *a, uint64_t slot, const struct token *token);
/* ERR_INVALID unless text is exactly one slot and token. */
MUST_USE enum err token_parse(
	struct str text, uint64_t *ret_slot, struct token *ret_token);

/* A request's id: what makes pressing the button twice one request. */
struct rid {
	uint8_t byte[16];
};

/* Append a fresh form token for this petition. */
void form_token_make(struct buf *b, const struct hmac_key *form_key,
	struct rng *rng, uint64_t petition, uint32_t minute);
/* ERR_INVALID unless text is a token that we made for this petition; how old
 * it may be (rid_minute) is the caller's rule. */
MUST_USE enum err form_token_check(const struct hmac_key *form_key,
	uint64_t petition, struct str text, struct rid *ret_rid);
/* The minute it was made, since 1970. */
uint32_t rid_minute(const struct rid *rid);

/* Append the second in which the form of this token was first shown, so that
 * nobody but us can say it. */
void form_shown_make(struct buf *b, const struct hmac_key *form_key,
	struct str form_token, uint32_t second);
/* ERR_INVALID unless text is of form_shown_make with this token. */
MUST_USE enum err form_shown_check(const struct hmac_key *form_key,
	struct str form_token, struct str text, uint32_t *ret_second);

#endif
