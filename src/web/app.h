/*
 * app.h - what every handler of web works with; made once by role/web.c.
 *
 * Everything here is set before the first request and read only after that,
 * except what says otherwise.
 */
#ifndef WEB_APP_H
#define WEB_APP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/zone.h"
#include "crypto/hash.h"
#include "page/pages.h"
#include "crypto/sign.h"
#include "tlog/note.h"
#include "web/answers.h"
#include "web/places.h"
#include "web/reader.h"
#include "web/shelf.h"
#include "web/work.h"

enum {
	ERROR_FIRST = 400,
	ERROR_LAST = 599,
	APP_TEXTS = 5,
	APP_THEME_FILES = 2,
	FORM_LIFE_MIN = 6 * 60 /* keeper forgets a form's id after that */
};

struct metrics;

/* What all views share. */
struct app_state {
	struct app *view[VIEWS_MAX];
	struct work_queue inbox; /* to the flow */

	/* Set by the flow, read by handlers. */
	atomic_bool takes_forms; /* sealer, keeper and log are all there */
	atomic_uint waiting; /* items under way, to bound the inbox */
	_Atomic(const struct vkey *) promise_key; /* NULL until log said */
	atomic_uint_least64_t undeliverable; /* signatures, by the mailer */
	atomic_uint_least64_t bounces_left; /* messages it could not read */
};

/* There is one for each view (page/language.h), each with its site, texts and
 * errors; all else is the same.  A handler is given the one that its reader
 * wants, so whatever it answers with is in the right language. */
struct app {
	struct clock *clock;
	struct rng *rng;
	struct page_site site; /* checkpoint_ms and log_path: see shelf */
	struct str host; /* HOST of docs/log.md */
	struct str inbox_url; /* demo only */
	/* Whose signatures no limit holds for, and whose are set apart. */
	const struct http_net *allowed, *blocked;
	size_t n_allowed, n_blocked;
	struct str countries, only_countries;
	uint32_t form_seconds; /* nobody fills in a form faster; 0: no trap */
	const struct hmac_key *form_key;
	int public_fd;
	struct shelf *shelf;
	struct answers *answers;
	struct answers *searches; /* what is asked for with words */
	struct reader *reader;
	struct places *places;
	struct app_state *state;
	struct metrics *metrics;
	struct http_reply *text[APP_TEXTS]; /* as content_names orders them */
	/* The stylesheet and the logo of SITE/theme, NULL where there is none;
	 * the views share them. */
	struct http_reply *theme[APP_THEME_FILES];
	struct http_reply *error[ERROR_LAST - ERROR_FIRST + 1];
};

/* At most so many requests wait for a commit at once; beyond is 503. */
enum { APP_WAITING_MAX = 16384 };

/* An item for one more request, which takes a place; NULL when there is none,
 * when the other roles are not there, or without memory. */
struct work *app_work(struct app *app, enum work_kind kind);
/* Give the place back, and free w. */
void app_drop(struct app *app, struct work *w);
/* Park r and send w to the flow.  False if r could not be parked, or for
 * NULL: w is dropped then, and r wants its answer. */
bool app_send(struct app *app, struct http_request *r, struct work *w);

/* The one that r was given when it came. */
struct app *app_view(struct app *app, const struct http_request *r);

/* The UTC year, which names the log. */
uint32_t app_year(struct app *app);

/* ---- answers that all handlers share ---- */

/* The error page of status. */
struct http_reply *app_error(struct app *app, unsigned status);
/* 503 for whoever pressed a button without fields: with the button. */
struct http_reply *app_again(struct app *app);
/* A page that was just written into b, which is released; status 200 unless
 * given; never stored by anybody.  An error page if the buf has failed. */
struct http_reply *app_page(struct app *app, unsigned status, struct buf *b);
/* 303; a path leads to the page in the same language. */
struct http_reply *app_redirect(struct app *app, struct str location);

/* ---- what the flow answers with ---- */

/* To the page of a petition that takes no signatures (any more). */
struct http_reply *sign_reply_closed(
	struct app *app, const struct petition *petition);
/* The form again with what was typed, to be sent once more with the same
 * token; status 503. */
struct http_reply *sign_reply_retry(
	struct app *app, struct http_request *r, uint64_t petition);

/* Wrong token, or gone: one page for both. */
struct http_reply *confirm_reply_bad(struct app *app);
/* Somebody of this mailbox and name is counted already. */
struct http_reply *confirm_reply_again(struct app *app, uint64_t petition);
/* The page that says what became of a signer's wish. */
struct http_reply *leave_reply(struct app *app, struct work_leave *w);
/* On to the receipt; promise NULL when the leaf is in the log already. */
struct http_reply *confirm_reply_receipt(struct app *app,
	const struct work_confirm *w, uint64_t deadline_s,
	const struct signature *promise);

#endif
