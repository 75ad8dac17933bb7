/*
 * lives.h - complete lives of signers: what each does, and what it must hear.
 *
 * A life sees the petition's page and what that names, sees it again, opens
 * the form, perhaps makes a mistake, checks, sends, waits for the mail, opens
 * its link, presses the button and reads the receipt.  One in three does
 * something else on the way: enum life_kind.  Nothing here touches a socket or
 * a clock, but load_life.c draws at random.
 *
 * A person is a life and a round, "17.0"; one life may be two people of one
 * mailbox.  Everybody's name and address hold the run's salt, so that whoever
 * looks for it in the site's files finds what was stored in the clear.
 */
#ifndef BENCH_LIVES_H
#define BENCH_LIVES_H

#include <stdio.h>

#include "load.h"

enum life_kind {
	LIFE_PLAIN,
	LIFE_EMPTY_NAME,
	LIFE_BAD_POSTCODE,
	LIFE_DOUBLE, /* presses "send" twice at once */
	LIFE_AGAIN_BEFORE, /* signs twice, then presses in both mails */
	LIFE_AGAIN_AFTER, /* signs again when counted */
	LIFE_HOUSEHOLD, /* two people of one mailbox */
	LIFE_LOST_MAIL, /* fills in the form again, by "I got no email" */
	LIFE_LATE, /* confirms long after */
	LIFE_NEVER, /* does not confirm */
	LIFE_KINDS
};

enum life_step {
	STEP_SEE,
	STEP_ASSETS,
	STEP_SEE_AGAIN,
	STEP_FORM,
	STEP_FORM_ASSETS,
	STEP_FAULT,
	STEP_CHECK,
	STEP_SEND,
	STEP_MAIL, /* waits; no request */
	STEP_LINK,
	STEP_CONFIRM,
	STEP_RECEIPT,
	STEP_STOP,
	STEP_OTHER,
	STEP_END
};

enum { LIFE_TOKENS = 2, LIFE_TOKEN_ROOM = 48, LIFE_PATHS_MAX = 16 };

struct life {
	uint32_t id;
	enum life_kind kind;
	bool abroad;
	bool updates; /* asks for them */
	bool stops; /* and stops them when counted */
	enum life_step step;
	unsigned round; /* how often the form was sent before */
	unsigned out; /* requests of this step that have no answer yet */
	unsigned asset; /* the next to ask for */
	int64_t step_ns; /* when this step was first due */
	int64_t sent_ns; /* when the form was acknowledged */
	uint64_t petition;
	struct str postcode; /* borrowed; empty abroad */
	const char *country;
	unsigned tokens;
	unsigned told; /* mails without a code */
	unsigned used; /* which code is pressed */
	char form[48];
	char shown[48];
	char etag[80];
	char token[LIFE_TOKENS][LIFE_TOKEN_ROOM];
	char receipt[128];
};

/* What all lives have in common. */
struct life_world {
	const char *host;
	char salt[16];
	uint64_t petition[8];
	size_t petitions;
	struct str *postcode;
	size_t postcodes;
	/* What pages and forms name, read from the first of each. */
	char page_asset[LIFE_PATHS_MAX][96];
	size_t page_assets;
	char form_asset[LIFE_PATHS_MAX][96];
	size_t form_assets;
	FILE *ledger;
	uint64_t kinds[LIFE_KINDS];
	uint64_t counted; /* people whose button was acknowledged */
	uint64_t pending; /* and who never pressed it */
};

enum life_answer {
	LIFE_WAITS, /* other requests of this step, or the mail */
	LIFE_GOES_ON, /* step is the next one */
	LIFE_PRESSES_AGAIN, /* no answer, or the server's own failure */
	LIFE_IS_WRONGED /* an answer that may not be */
};

/* A new life: its kind and all that belongs to it, drawn at random. */
void life_begin(struct life_world *w, struct life *l, uint32_t id);
/* How many requests the step is made of. */
unsigned life_requests(const struct life_world *w, const struct life *l);
/* Write one of them, whole. */
void life_put(const struct life_world *w, struct life *l, struct buf *b,
	enum load_kind *ret_kind, bool *ret_wants_body);
/* Hear an answer; acknowledgements go to the ledger. */
enum life_answer life_take(
	struct life_world *w, struct life *l, const struct load_reply *reply);
/* A mail came; token is empty if it has no code. */
enum life_answer life_mail(
	struct life_world *w, struct life *l, struct str token);
/* The number of a mail's life; false if it is to nobody of this run. */
bool life_of_address(
	const struct life_world *w, struct str address, uint32_t *ret_id);
const char *life_step_name(enum life_step step);
const char *life_kind_name(enum life_kind kind);

/* ---- load_curve.c: how fast they come ---- */

struct curve;

/*
 * Read counts of signatures over time (CSV: a time and a count in front of
 * each row) and keep the stretch of so many hours with the most signatures; 0
 * keeps all.  Where a count falls nobody comes.
 */
struct curve *curve_read(const char *path, double hours);
/* What is kept: its signatures and seconds. */
double curve_signatures(const struct curve *c);
double curve_seconds(const struct curve *c);
/* The next arrival of a Poisson process of that rate times share, as seconds
 * behind the beginning; negative when there is none. */
double curve_next(struct curve *c, double at_s, double share);
void curve_free(struct curve *c);

#endif
