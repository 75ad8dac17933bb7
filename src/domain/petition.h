/*
 * petition.h - a petition with everything its page and its public JSON say.
 *
 * A struct petition is plain data: texts and arrays are borrowed, usually
 * from the arena that whoever read it (store, import) was given.  STR_NULL,
 * WHEN_NONE and DAY_NONE stand for null.  Moments are milliseconds since 1970
 * UTC, days are whole days (when.h).
 *
 * Texts are those of one language, named by lang (BCP 47).  Figures: the
 * count that the public sees is carried_over, which came along from
 * elsewhere by import and stands in the PETITION leaf, plus counted, which
 * the transparency log proves (docs/log.md section 2).  The breakdowns by
 * country, constituency and region are those that were carried over.
 */
#ifndef DOMAIN_PETITION_H
#define DOMAIN_PETITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "domain/when.h"

/* The order is that of a petition's life; the numbers are stored. */
enum petition_state {
	PETITION_PENDING = 1, /* the creator's address is not proven yet */
	PETITION_VALIDATED = 2, /* gathering sponsors */
	PETITION_SPONSORED = 3, /* waiting for moderation */
	PETITION_FLAGGED = 4, /* set aside for discussion */
	PETITION_DORMANT = 5, /* parked by staff */
	PETITION_OPEN = 6, /* published, can be signed */
	PETITION_CLOSED = 7, /* published, time is up */
	PETITION_REJECTED = 8, /* published with the reason why not */
	PETITION_HIDDEN = 9, /* rejected, not shown */
	PETITION_STOPPED = 10, /* unpublished when a period ended */
	PETITION_REMOVED = 11 /* taken off the site for good */
};

enum {
	PETITION_MONTHS = 6, /* how long one is open unless the site says so */
	PETITION_TEXT_MAX_BYTES = 65536, /* of any one text, by import */
	PETITION_TOTALS_MAX = 4096 /* rows of any one breakdown, by import */
};

struct petition_response {
	int32_t responded_on;
	struct str summary;
	struct str details;
	int64_t created_ms;
	int64_t updated_ms;
};

struct petition_debate {
	int32_t debated_on;
	struct str transcript_url;
	struct str video_url;
	struct str debate_pack_url;
	struct str public_engagement_url;
	struct str debate_summary_url;
	struct str overview;
};

struct petition_rejection {
	struct str code;
	struct str details;
};

struct petition_department {
	struct str acronym;
	struct str name;
	struct str url;
};

/* One line of a breakdown.  member: who sits for a constituency, or null. */
struct petition_total {
	struct str code;
	struct str name;
	struct str member;
	uint64_t count;
};

/* Other parliamentary business. */
struct petition_activity {
	struct str subject;
	struct str body;
	int32_t occurred_on;
	int64_t created_ms;
	int64_t updated_ms;
};

/* The period (a parliament) that an archived petition belongs to. */
struct petition_period {
	struct str period; /* "2015-2017", or null */
	struct str government;
	int64_t dissolution_ms;
	uint64_t response_threshold;
	uint64_t debate_threshold;
};

struct petition {
	uint64_t id;
	enum petition_state state;
	bool archived; /* of a period that has ended */
	/* After a restore: takes no signatures until an operator says so. */
	bool paused;
	struct str lang;
	struct str action; /* the title */
	struct str background;
	struct str additional_details;
	struct str committee_note;
	struct str creator_name;
	uint64_t carried_over;
	uint64_t counted;

	int64_t created_ms;
	int64_t updated_ms;
	int64_t rejected_ms;
	int64_t opened_ms;
	int64_t closed_ms;
	int64_t deadline_ms; /* the last moment to sign */
	int64_t moderation_threshold_ms;
	int64_t response_threshold_ms;
	int64_t response_ms;
	int64_t debate_threshold_ms;
	int32_t debate_scheduled_on;
	int32_t scheduled_debate_date;
	int64_t debate_outcome_ms;

	/* NULL when there is none. */
	const struct petition_response *response;
	const struct petition_debate *debate;
	const struct petition_rejection *rejection;
	const struct petition_period *period;

	const struct petition_department *departments;
	size_t departments_count;
	const struct str *topics; /* codes */
	size_t topics_count;
	/* False: the source had no breakdowns (an index element). */
	bool has_totals;
	const struct petition_total *countries;
	size_t countries_count;
	const struct petition_total *constituencies;
	size_t constituencies_count;
	const struct petition_total *regions;
	size_t regions_count;
	const struct petition_activity *activities;
	size_t activities_count;
};

/* The initialisers of what has not come to a petition yet. */
#define PETITION_NOTHING_YET                                                   \
	.moderation_threshold_ms = WHEN_NONE,                                  \
	.response_threshold_ms = WHEN_NONE, .response_ms = WHEN_NONE,          \
	.debate_threshold_ms = WHEN_NONE, .debate_scheduled_on = DAY_NONE,     \
	.scheduled_debate_date = DAY_NONE, .debate_outcome_ms = WHEN_NONE

/* "open" and so on; never NULL. */
struct str petition_state_name(enum petition_state state);
MUST_USE enum err petition_state_parse(
	struct str name, enum petition_state *ret_state);

/* True if it may be signed at now_ms. */
bool petition_is_open(const struct petition *p, int64_t now_ms);

/* True if anybody may see it: open, closed or rejected. */
bool petition_is_visible(const struct petition *p);

/* True if it was published once and has been taken away. */
bool petition_is_gone(const struct petition *p);

/* What the public sees as the number of signatures. */
uint64_t petition_count(const struct petition *p);

/* The end of the local day that is months after the opening day. */
int64_t petition_deadline_ms(
	const struct zone *zone, int64_t opened_ms, unsigned months);

enum petition_form {
	PETITION_ALONE, /* {"links":…,"data":…}, with the breakdowns */
	PETITION_IN_LIST /* one element of an index, without them */
};

/*
 * The public interface's document of a visible petition, as UTF-8 JSON
 * without white space.  Key order is a contract.  self is the absolute URL
 * that was asked for; days are those of zone.  A failure is b's own, or ERR_INVALID for text that is
 * not UTF-8.
 */
MUST_USE enum err petition_json(struct buf *b, const struct petition *p,
	const struct zone *zone, struct str self, enum petition_form form);

/* The TALLY document of docs/log.md section 6: its count and totals. */
MUST_USE enum err petition_tally_json(struct buf *b, const struct petition *p);

/* The short document of count.json; key order is a contract here too. */
MUST_USE enum err petition_count_json(
	struct buf *b, const struct petition *p, const struct zone *zone);

/* The document that the PETITION leaf hashes (docs/log.md section 6). */
MUST_USE enum err petition_document(
	struct buf *b, const struct petition *p, const struct zone *zone);

#endif
