/*
 * list.h - what a list of petitions was asked for, from path and query.
 *
 * docs/interface.md has the rules; browse.c and facet.c of page write the
 * addresses of such lists.
 */
#ifndef WEB_LIST_H
#define WEB_LIST_H

#include "json/json.h"
#include "web/answers.h"

enum list_form { LIST_PAGE, LIST_JSON, LIST_CSV };

enum { LIST_COUNT = 25, LIST_COUNT_MAX = 50, LIST_TOPICS_MAX = 16 };

struct list {
	enum list_form form;
	struct page_browse browse; /* all but what the store answers */
	struct page_topic topic[LIST_TOPICS_MAX];
	struct str code[LIST_TOPICS_MAX]; /* the same codes */
	size_t per_page;
	bool bad_facet; /* asked for one that there is not */
	uint64_t jump; /* what was typed is this number; 0: it is none */
};

/* ERR_INVALID if the query is malformed, ERR_NOT_FOUND for a period that
 * there is not.  Texts live in q's arena or borrow from q. */
MUST_USE enum err list_asked(
	const struct question *q, bool archived, struct list *ret_list);

/* "data": these petitions as elements of such a list. */
MUST_USE enum err list_data(struct json *j, const struct question *q,
	const struct store_summary *found, size_t n);

/* What was typed, as far as it is searched for. */
struct str list_words(struct str typed);

/* The makers of /petitions and /archived/petitions, in all forms. */
answer_make list_make;
answer_make list_archived_make;

#endif
