/*
 * make.h - what the makers of answers.h share: finished replies of public
 * data.
 */
#ifndef WEB_MAKE_H
#define WEB_MAKE_H

#include "web/answers.h"

enum make_type {
	MAKE_HTML,
	MAKE_JSON,
	MAKE_MANIFEST,
	MAKE_CSV, /* to save as filtered-petitions.csv */
	MAKE_ARCHIVED_CSV, /* filtered-archived-petitions.csv */
	MAKE_ATOM,
	MAKE_XML,
	MAKE_TEXT
};

/* Of what stands in b, which is released; its failure is answered. */
MUST_USE enum err make_finish(
	struct buf *b, enum make_type type, struct http_reply **ret_reply);

/* 302; public_data lets scripts of any origin follow. */
MUST_USE enum err make_redirect(
	struct str location, bool public_data, struct http_reply **ret_reply);

/* The absolute address that was asked for, in q's arena. */
struct str make_self(const struct question *q);

#endif
