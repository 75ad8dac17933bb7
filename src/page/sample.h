/*
 * sample.h - every page with made-up contents, for the preview and for the
 * golden pages of the tests.  Names, texts and numbers are ours.
 */
#ifndef PAGE_SAMPLE_H
#define PAGE_SAMPLE_H

#include "page/pages.h"

struct sample {
	const char *name; /* of the file, without .html */
	void (*write)(struct buf *out, const struct page_site *site);
};

/* Of sample_map.c. */
void sample_map(struct buf *out, const struct page_site *site);
void sample_widget(struct buf *out, const struct page_site *site);
void sample_map_none(struct buf *out, const struct page_site *site);

/* Static, never freed. */
const struct sample *sample_list(size_t *ret_count);
/* The site of all samples; zone is borrowed. */
struct page_site sample_site(const struct zone *zone);

#endif
