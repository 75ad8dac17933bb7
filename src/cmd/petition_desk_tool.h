/*
 * petition_desk_tool.h - what the commands of petition-desk share: the opened
 * keys and the site, one record opened, and the commands that answer people.
 *
 * A command takes the words behind FILE, prints to standard output, complains
 * on standard error, and returns what went wrong.
 */
#ifndef CMD_PETITION_DESK_TOOL_H
#define CMD_PETITION_DESK_TOOL_H

#include "base/arena.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_file.h"
#include "crypto/psr1.h"
#include "role/body.h"

struct desk_tool {
	struct desk_file *file;
	struct desk_site site;
	struct arena arena;
};

/* ---- petition_desk_init.c ---- */

/* Keys for NAME into the new file of path, and the line for the operator. */
MUST_USE enum err desk_init(const char *path, const char *name);

/* ---- petition_desk_search.c ---- */

/* As 2026-01-31T09:00Z. */
void desk_hour_text(uint32_t hour, char ret_text[32]);
void desk_print_hour(uint32_t hour);
/* The body of a search (docs/formats.md section 11).  Complains of nonsense. */
MUST_USE enum err desk_search_body(
	struct desk_tool *t, uint32_t purpose, const char *text, struct buf *b);

/* Find the signatures of the very address, on all petitions, and call fn for
 * each, until one fails. */
typedef enum err desk_found_fn(void *context, const struct desk_row *r);
MUST_USE enum err desk_each_of_mailbox(struct desk_tool *t, const char *address,
	desk_found_fn *fn, void *context);
bool desk_is_address(const char *word);

/* search PETITION WHAT VALUE, waves PETITION, cluster PETITION WHAT TAG. */
MUST_USE enum err desk_search(struct desk_tool *t, char **word);
MUST_USE enum err desk_waves(struct desk_tool *t, char **word);
MUST_USE enum err desk_cluster(struct desk_tool *t, char **word);

/* ---- petition_desk_set.c ---- */

/* set-aside REASON SLOT...: n words in all. */
MUST_USE enum err desk_put_aside(struct desk_tool *t, char **word, int n);
/* sign REQUEST: the second desk's word on a large set. */
MUST_USE enum err desk_sign_set(struct desk_tool *t, char **word);

/* ---- petition_desk_open.c ---- */

struct desk_opened {
	struct psr1_head head;
	struct body_identity body; /* borrowed from plain */
	struct buf plain; /* secret */
};

/* Have the site hand out one lock, which it enters in the public log, and open
 * the record.  desk_opened_release afterwards, whatever came.  Complains. */
MUST_USE enum err desk_open_slot(struct desk_tool *t, uint64_t slot,
	uint16_t reason, struct desk_opened *ret_opened);
void desk_opened_release(struct desk_opened *o);
/* "fraud" and so on.  Complains. */
MUST_USE enum err desk_reason_of(const char *text, uint16_t *ret_reason);
MUST_USE enum err desk_slot_of(const char *text, uint64_t *ret_slot);

/* open SLOT REASON */
MUST_USE enum err desk_open(struct desk_tool *t, char **word);

/* ---- petition_desk_held.c ---- */

/* requests: who waits to see what is held. */
MUST_USE enum err desk_requests(struct desk_tool *t, char **word);
/* answer WHO FORM: what is held, as a letter or as JSON. */
MUST_USE enum err desk_answer(struct desk_tool *t, char **word);
/* answered SLOT */
MUST_USE enum err desk_answered(struct desk_tool *t, char **word);

/* ---- petition_desk_erase.c ---- */

/* erase WHO REASON: what a signer could do by a link. */
MUST_USE enum err desk_erase(struct desk_tool *t, char **word);

/* ---- petition_desk_block.c ---- */

/* block EMAIL, unblock EMAIL, blocked: whose signatures are set apart. */
MUST_USE enum err desk_block(struct desk_tool *t, char **word);
MUST_USE enum err desk_unblock(struct desk_tool *t, char **word);
MUST_USE enum err desk_blocked(struct desk_tool *t, char **word);

#endif
