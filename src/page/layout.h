/*
 * layout.h - what stands around every page: head, skip link, header, menu,
 * main, footer.
 */
#ifndef PAGE_LAYOUT_H
#define PAGE_LAYOUT_H

#include "page/say.h"

struct layout {
	struct str title; /* of the page; the site's name is put behind it */
	struct str description; /* STR_NULL: none */
	struct str path; /* canonical, below base_url; STR_NULL: none */
	bool is_part; /* one of many lists below path: no canonical link */
	struct str image; /* a picture of it below base_url; STR_NULL: none */
	bool is_article; /* Open Graph type of a petition */
	bool is_noindex; /* search engines keep out */
	bool has_faults; /* "Error: " before the title (WCAG 2.4.2) */
	struct str script; /* an asset's name; STR_NULL: none */
	struct str library; /* one that it needs, run before it; the same */
};

/* Everything up to and with <main>; p is made ready for the rest. */
void layout_begin(struct page *p, struct buf *out, const struct page_site *site,
	const struct layout *l);
/* Everything from </main> on. */
void layout_end(struct page *p);

/* The address of a petition below base_url, and what hangs on it: tail is
 * "", ".json", "/signatures/new". */
struct str petition_path(
	struct scratch *s, uint64_t id, bool archived, const char *tail);

#endif
