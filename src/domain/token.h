/*
 * token.h - text cut into what is searched for: words, numbers, addresses.
 *
 * The cuts are those of PostgreSQL's default text search parser (its manual,
 * section 12.5), because the site that people know searches with it: "and/or",
 * "gov.uk", "ada@example.org" and "2019/20" are one token each; "long-term" is
 * three (itself, "long", "term"); so is an address with a path (the whole, its
 * host, its path).  Tags, character entities, "https://" and everything else
 * are none.  Letters are those of any script.
 *
 * Nothing here allocates or fails: bytes that are not UTF-8 are no letters.
 * What looks ahead is bounded, so that reading is linear in the text.
 */
#ifndef DOMAIN_TOKEN_H
#define DOMAIN_TOKEN_H

#include <stdbool.h>

#include "base/str.h"

struct token {
	struct str text; /* a view of the text, as written */
	bool is_word; /* letters, or a compound of them: it has a stem */
};

/* A place in a text. */
struct tokens {
	struct str text;
	size_t at;
	/* The parts of what was given last, still to be given: those of a
	 * compound, or the host and the path of an address. */
	size_t part, part_end;
	size_t path; /* where the path of an address begins; 0: a compound */
};

void tokens_init(struct tokens *t, struct str text);

/* False at the end. */
bool tokens_next(struct tokens *t, struct token *ret_token);

#endif
