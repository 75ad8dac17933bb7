/*
 * local.h - petitions where people live: the search by postcode or name, the
 * list of areas, and the page of one.
 */
#ifndef PAGE_LOCAL_H
#define PAGE_LOCAL_H

#include "domain/store.h"
#include "page/pages.h"

struct page_area {
	struct str name;
	struct str slug;
	struct str member; /* null: vacant, or not known */
	struct str member_url; /* null: none */
	struct str region; /* null: not known */
};

enum local_answer {
	LOCAL_ASK, /* nothing was typed yet */
	LOCAL_EMPTY, /* sent without anything in it */
	LOCAL_UNKNOWN_POSTCODE,
	LOCAL_UNKNOWN_NAME,
	LOCAL_NO_AREA, /* a postcode that lies in none */
	LOCAL_PAST, /* its areas are no more */
	LOCAL_CHOOSE /* found: one or several */
};

struct page_local {
	enum local_answer answer;
	struct str typed; /* stays in the field */
	struct str postcode; /* of LOCAL_CHOOSE, as people write it, or null */
	bool ended; /* no letter goes to it any more */
	const struct page_area *found;
	size_t found_count;
	/* All areas in the order of their slugs; none when some are found. */
	const struct page_area *area;
	size_t area_count;
};

/* /petitions/local */
void page_local(struct buf *out, const struct page_site *site,
	const struct page_local *local);

struct page_area_list {
	struct page_area area;
	bool closed; /* closed petitions, too: /all */
	const struct store_local *at; /* most signed there first */
	size_t count;
};

/* /petitions/local/SLUG and /petitions/local/SLUG/all */
void page_area(struct buf *out, const struct page_site *site,
	const struct page_area_list *list);

struct page;

/* A link to the page of an area, or to what hangs on it (tail: ".json"). */
void local_link(struct page *p, const struct page_area *a, struct str tail,
	struct str text);
/* "MP: Ada Thornbury", as a link if it is wanted and there is one. */
void local_member(struct page *p, const struct page_area *a, bool link);

/* The form, for other pages as well; heading is of level 2. */
void local_form(struct page *p, struct str typed, struct str fault);

#endif
