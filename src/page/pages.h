/*
 * pages.h - the public pages, each written whole into a buf.
 *
 * A page function appends one finished HTML document (UTF-8, no inline
 * script or style, nothing from another host) and cannot fail by itself: the
 * caller gives the buf its ceiling and asks buf_err once.  Text that comes in
 * may hold anything: it is escaped, and broken UTF-8 becomes U+FFFD.
 * Everything passed is borrowed for the call.
 *
 * Which pages may be cached is for the caller; page_home, page_petition,
 * page_readers and the text pages say the same to everybody.  All that hold
 * what one person typed (page_sign, page_sign_check, page_confirm) must not
 * be stored: Cache-Control: no-store.
 *
 * The scripts ask for no more than script-src 'self', style-src 'self',
 * img-src 'self' and connect-src 'self'; forms post to their own host.
 */
#ifndef PAGE_PAGES_H
#define PAGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/zone.h"
#include "domain/petition.h"
#include "domain/store.h"
#include "domain/text.h"
#include "base/words.h"
#include "page/format.h"
#include "page/language.h"

/* A link of the site's settings; url is empty if there is none. */
struct page_link {
	struct str url;
	struct str text; /* empty: words of ours */
};

/* Markup of the institution's own, checked and written by theme_fragment. */
struct page_fragment {
	struct str markup; /* empty: none */
	const struct catalogue *words; /* of the language it is written in */
};

/* What it puts around every page (page/theme.h); all of it may be empty. */
struct page_theme {
	struct str css_path; /* "/theme/HASH.css" */
	struct str logo_path;
	struct page_fragment header; /* under the bar */
	struct page_fragment footer; /* above our own */
};

/* What every page knows of its site. */
struct page_site {
	struct str
		base_url; /* "https://petitions.example.org", no "/" behind */
	struct str title; /* the site's name, as in its header */
	const struct zone *zone; /* NULL: UTC */
	const struct catalogue *words; /* NULL: English */
	/* All languages, the first being the one without a prefix; fewer than
	 * two: nothing to choose.  words is that of languages[language]. */
	const struct language *languages;
	size_t languages_count;
	size_t language;
	struct str prefix; /* before links to pages: "/cy"; may be empty */
	/* What was asked for, query included, below the prefix; null: the
	 * page's own address. */
	struct str here;
	uint64_t response_threshold;
	uint64_t debate_threshold;
	unsigned duration_months;
	unsigned sponsors; /* supporters before a petition is checked */
	/* When the newest committed checkpoint was made, in ms since 1970;
	 * 0 when there is none yet. */
	int64_t checkpoint_ms;
	/* The directory of this year's log below base_url: "/log/2026". */
	struct str log_path;
	struct page_link get_involved; /* below every petition */
	struct page_link follow;
	struct str map_url; /* "?petition=ID" is put behind it; may be empty */
	struct str eligible; /* what a signer must be; empty: words of ours */
	struct postcode_rule home;
	/* What an area is called here, one and several, and who sits for it:
	 * empty for "constituency", "constituencies", "MP".  Found in words. */
	struct str area_name, areas_name, member_name;
	/* True while the keeper runs on the same machine as web. */
	bool one_machine;
	/* The secret that wraps keeper's and sealer's keys at rest stands in a
	 * file of this machine; else somebody or something hands it over. */
	bool credential_in_file;
	struct page_theme theme;
};

/* --- reading ------------------------------------------------------------ */

struct page_list {
	const struct store_summary *at; /* in the order to show */
	size_t count;
	uint64_t total; /* how many there are in all */
};

struct page_home {
	const struct store_trend *trends; /* gained most within the hour */
	size_t trends_count;
	struct page_list open; /* the most signed */
	struct page_list responded; /* the newest, as the next */
	struct page_list debated;
};

void page_home(struct buf *out, const struct page_site *site,
	const struct page_home *home);

/* GET /petitions and /archived/petitions */
struct page_topic {
	struct str code;
	struct str name;
};

enum { BROWSE_WORDS_MAX_BYTES = 500 };

struct page_browse {
	bool archived;
	enum store_facet facet;
	struct page_list list;
	uint64_t page; /* from 1 on */
	uint64_t pages; /* at least 1 */
	struct str count; /* how many a page, as asked; null: the usual */
	struct str words; /* that were searched for, at most
			   * BROWSE_WORDS_MAX_BYTES; null: none */
	const struct page_topic *topic; /* those that were asked for */
	size_t topics_count;
	/* Archived only: whose petitions, null for all; and the choice. */
	struct str period;
	const struct store_period *periods;
	size_t periods_count;
};

void page_browse(struct buf *out, const struct page_site *site,
	const struct page_browse *browse);
/* The address of such a list, below base_url: path, then what differs from
 * the usual in the query, keys in alphabetical order. */
void browse_url(struct buf *out, const struct page_browse *browse,
	struct str path, enum store_facet facet, uint64_t page);
/* "with_response" and so on. */
struct str facet_name(enum store_facet facet);
/* ERR_INVALID if these lists have no such facet. */
MUST_USE enum err facet_parse(
	struct str name, bool archived, enum store_facet *ret_facet);

/* GET /petitions/check: is there an open petition like what is typed? */
struct page_check {
	struct str words; /* empty: nothing is asked yet */
	struct page_list list; /* the likest first; all of them open */
};

void page_check(struct buf *out, const struct page_site *site,
	const struct page_check *check);

/* What a petition's page shows that does not stand in the petition. */
struct page_around {
	bool reveal; /* open the full response (?reveal_response=yes) */
	bool has_map; /* of areas, to show where signatures came from */
	const struct store_history *points; /* how it grew, oldest first */
	size_t points_count;
};

/* Any published petition: open, closed or rejected. */
void page_petition(struct buf *out, const struct page_site *site,
	const struct petition *petition, const struct page_around *around);

/* What other sites show of it: a page for a frame (/petitions/ID/widget), and
 * an SVG with the count (/petitions/ID/badge.svg). */
void page_widget(struct buf *out, const struct page_site *site,
	const struct petition *petition);
void page_badge(struct buf *out, const struct page_site *site,
	const struct petition *petition);

/* The words of its picture (/petitions/ID/card.png), which borrow from it. */
struct page_card {
	struct scratch count_text, goal_text;
	struct str count; /* "11,277 signatures" */
	struct str goal; /* "11% of the 100,000 ..." */
	unsigned percent;
};
void page_card(const struct page_site *site, const struct petition *petition,
	struct page_card *ret_card);

/* --- signing ------------------------------------------------------------ */

/* What stands in the form: as typed, never changed. */
struct sign_form {
	bool eligible;
	struct str name;
	struct str email;
	struct str country; /* ISO code; empty: the site's own */
	struct str postcode;
	bool updates;
	struct str token; /* the hidden field "form", formats.md section 6 */
	struct str shown; /* the hidden field "shown", there too */
	/* What nobody sees and so nobody fills in; some programs do. */
	struct str website;
	/* The token of the signature that this one corrects, or empty. */
	struct str corrects;
	bool person; /* the box that only doubtful forms are shown */
	bool ask_person; /* show it */
	bool no_email; /* the form again, because no mail came */
};

struct sign_faults {
	bool not_eligible; /* the box was not ticked */
	enum name_fault name;
	enum email_fault email;
	bool country; /* not in the list */
	enum postcode_fault postcode;
	/* The token is not ours or too old: nothing is wrong with what was
	 * typed, the person is asked to press the button again. */
	bool stale;
};

/* True if there is anything to correct. */
bool sign_faults_any(const struct sign_faults *faults);

/* GET /petitions/ID/signatures/new, /no-email and /c/TOKEN/correct, and the
 * answer to a POST with faults (422).  faults is NULL for a fresh form. */
void page_sign(struct buf *out, const struct page_site *site,
	const struct petition *petition, const struct sign_form *form,
	const struct sign_faults *faults);
/* The answer to a POST without faults and without stage: everything shown
 * once more, with the buttons stage=send and stage=change.  With wrong the
 * box "person" was asked for and not ticked. */
void page_sign_check(struct buf *out, const struct page_site *site,
	const struct petition *petition, const struct sign_form *form,
	bool wrong);
/* "Check your email", the same whatever was decided.  GET
 * /petitions/ID/signatures/thank-you. */
void page_sign_sent(struct buf *out, const struct page_site *site,
	const struct petition *petition);
/* --- confirming --------------------------------------------------------- */

/*
 * GET /c/TOKEN: one button.  The form has no action, so the browser posts to
 * the address it is at and carries what stands behind "#" along to the
 * receipt page, without ever sending it.
 */
void page_confirm(struct buf *out, const struct page_site *site,
	const struct petition *petition, struct str token);
/* GET /c: a field "token" to type it into, sent by GET to /c.  wrong: what
 * was typed is no token. */
void page_confirm_type(struct buf *out, const struct page_site *site,
	struct str typed, bool wrong);
/* The link is wrong or has expired (404 or 410): one page for both, so that
 * it tells nobody which. */
void page_confirm_bad(struct buf *out, const struct page_site *site);
/* This token's signature is counted already. petition may be NULL. */
void page_confirm_again(struct buf *out, const struct page_site *site,
	const struct petition *petition);

/* --- leaving ------------------------------------------------------------ */

/* What a signer can do by a token of a mail. */
enum page_wish { PAGE_WITHDRAW, PAGE_STOP, PAGE_ERASE, PAGE_SHOW };

/* GET /s/TOKEN: the choice.  is_open: the petition takes signatures. */
void page_leave_choose(struct buf *out, const struct page_site *site,
	const struct petition *petition, bool is_open, struct str token);
/* GET /s/TOKEN/WISH: what will happen, and one button. */
void page_leave(struct buf *out, const struct page_site *site,
	const struct petition *petition, bool is_open, enum page_wish wish);

/* What became of a wish. */
enum page_left {
	LEFT_WITHDRAWN,
	LEFT_ERASED, /* after closing: it still counts */
	LEFT_FREED, /* it was never confirmed, and is deleted */
	LEFT_STOPPED,
	LEFT_SHOWN, /* the request is filed */
	LEFT_DONE, /* before */
	LEFT_OTHER, /* the token is of no signature of its own */
	LEFT_WRONG /* no such token, or too old: page_confirm_bad */
};

/* GET /petitions/ID/signatures/left/WHAT, where WHAT is no secret. */
void page_left(struct buf *out, const struct page_site *site,
	const struct petition *petition, enum page_left left);

/*
 * /receipts/SLOT/C, C being base64url.  Everything in it is public but
 * unlinkable: it names nobody.  The script (assets/receipt.js) reads the same
 * facts from /receipts/SLOT/C.json, which web answers as
 *
 *     {"slot": 12, "petition": 700000, "commitment": base64url of C,
 *      "promise": the note, "state": "waiting", "counted", "invalidated" or
 *      "withdrawn", "log": "/log/2026", "leaf": index or null, "out": null or
 *      {"log": "/log/2026", "leaf": index, "hour": since 1970, "reason": 1}}
 */
enum page_counted {
	PAGE_WAITING, /* for the log */
	PAGE_COUNTED,
	PAGE_INVALIDATED,
	PAGE_WITHDRAWN
};

struct page_area;

struct page_receipt {
	uint64_t slot;
	uint64_t petition_id;
	struct str action; /* the petition's title */
	uint64_t count; /* of its signatures, as its page says */
	bool is_open; /* others may still sign */
	uint8_t commitment[32];
	struct str promise; /* the signed note, log.md section 4 */
	enum page_counted state; /* what the log says */
	struct str log_path; /* of the year it is in */
	uint64_t leaf; /* unless it is waiting */
	/* Of the leaf that took it out of the count, if one did. */
	unsigned reason; /* of INVALIDATE, log.md section 2 */
	int64_t out_ms; /* 0: not known */
	struct str out_log_path;
	uint64_t out_leaf;
	/* Where it counts (page/local.h); NULL: nowhere, or nobody to know. */
	const struct page_area *area;
};

/* Counts t again in the browser: assets/recount.js. */
void page_recount(struct buf *out, const struct page_site *site,
	const struct petition *t);

void page_receipt(struct buf *out, const struct page_site *site,
	const struct page_receipt *receipt);

/* --- before publication, and what the institution lists ------------------ */

/* GET /petitions/ID/gathering-support or /moderation-info, by its state: how
 * far it is, and not a word of its text. */
void page_waiting(struct buf *out, const struct page_site *site,
	const struct petition *petition);
/* GET /parliaments: those that have ended, the newest first. */
void page_periods(struct buf *out, const struct page_site *site,
	const struct store_period *at, size_t count);
/* GET /topics */
void page_topics(struct buf *out, const struct page_site *site,
	const struct store_topic *at, size_t count);

/* --- about -------------------------------------------------------------- */

enum page_compartment {
	PAGE_IDENTITY = 1, /* numbers of formats.md section 1 */
	PAGE_CONTACT,
	PAGE_STANDING,
	PAGE_MAIL
};

/* One recipient of live epochs, as the KEY document names it. */
struct page_reader {
	enum page_compartment compartment;
	struct str who;
	struct str recipient; /* "age1..." */
	int64_t since_ms;
	int64_t until_ms; /* WHEN_NONE: of now */
};

/* What a compartment holds, in the words of that page. */
struct str page_compartment_title(enum page_compartment c);
struct str page_compartment_what(enum page_compartment c);

/* GET /who-can-read */
void page_readers(struct buf *out, const struct page_site *site,
	const struct page_reader *reader, size_t count);
/* GET /help and /privacy, unless the operator has words of his own; see
 * content.h. */
void page_help(struct buf *out, const struct page_site *site);
void page_privacy(struct buf *out, const struct page_site *site);

/* Any status from 400 to 599; unknown ones speak as 400 or 500. */
void page_error(struct buf *out, const struct page_site *site, int status);
/* The 503 for a button without fields: it is there once more, and its form
 * has no action, so that address and fragment stay (page_confirm). */
void page_again(struct buf *out, const struct page_site *site);

#endif
