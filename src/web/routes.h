/*
 * routes.h - which handler answers which method and path.
 *
 * Follow a URL to its code by searching routes.c for its first words.  A
 * route's row states what it needs, so that no handler can forget it: how
 * large a body it takes, and that a POST came from a page of ours.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "http/http.h"
#include "web/app.h"

/* What the path's parts say; views into the request. */
struct route_args {
	struct str part[3]; /* of ":x" and "*" in their order */
	uint64_t id; /* the first ":id", read */
};

/* The routes by the mark that a request of theirs gets (http.h): 1 to
 * routes_count().  0 is "none". */
enum { ROUTES_MAX = 256 };
unsigned routes_count(void);
const char *routes_path(unsigned mark);
const char *routes_method(unsigned mark);

/* For struct http_handler; context is the struct app. */
size_t routes_body_max(void *context, const struct http_request *r);
void routes_handle(void *context, struct http_request *r);

/* ---- the handlers ---- */

typedef void handler(
	struct app *app, struct http_request *r, const struct route_args *args);

handler home_show;
handler petition_show;
handler petition_json_show;
handler petition_count_show;
handler map_show;
handler map_svg_show;
handler widget_show;
handler badge_show;
handler card_show;
handler map_png_show;
handler history_json_show;
handler history_csv_show;
handler trending_show;
handler petition_feed_show;
handler archived_show;
handler archived_json_show;
handler list_show; /* page, JSON and CSV */
handler list_archived_show;
handler similar_show;
handler check_show;
handler period_list_show;
handler period_show;
handler period_areas_show;
handler areas_show;
handler local_show; /* petitions where people live: the form */
handler local_ask; /* the form sent */
handler area_show; /* page, JSON and CSV of one area */
handler topics_show;
handler departments_show;
handler waiting_show; /* not published yet */
handler periods_page_show;
handler topics_page_show;
handler manifest_show;
handler favicon_show;
handler moved_show; /* to where it is now */
handler feed_show;
handler sitemap_show;
handler robots_show;
handler readers_show;
handler text_show; /* help, privacy and their kind */
handler asset_show;
handler theme_show; /* stylesheet and logo of SITE/theme */
handler log_checkpoint_show;
handler log_file_show;
handler log_keys_show;
handler log_years_show;
handler document_show;
handler health_show;
handler health_check_show;
handler ping_show;

handler sign_new; /* the form */
handler sign_no_email; /* the form again */
/* The form for whoever brings the token of a signature to correct; its
 * address, if the petition is closed. */
struct http_reply *sign_reply_correct(struct app *app, struct http_request *r,
	const struct petition *petition, struct str token);
handler sign_ask; /* the form sent */
handler sign_sent; /* "check your email" */

/* Answer with page if keeper says that this is the token of slot, else as to
 * any wrong one.  Without that whoever counts slots would see which petition
 * each form is for, as it comes.  page is taken; NULL as in http_reply. */
void look_ask(struct app *app, struct http_request *r, uint64_t slot,
	const struct token *token, struct http_reply *page);

handler confirm_type; /* a field for the token */
handler confirm_show; /* one button */
handler confirm_ask; /* the button pressed */
handler confirm_correct; /* the form, to correct what is confirmed with it */
handler leave_choose; /* withdraw, stop updates, erase, see */
handler leave_show; /* one of them: a button */
handler leave_ask; /* the button pressed */
handler leave_done; /* what became of it */
handler desk_ask; /* relayed */
handler desk_held;
handler desk_set_aside;
handler receipt_show;
handler recount_show;
handler receipt_json_show;

#endif
