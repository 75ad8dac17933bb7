/*
 * html.h - writing HTML into a buf, escaped by default.
 *
 * Each function names the place it writes for.  Text from outside goes through
 * html_text, html_attr or html_url; raw markup must be a literal (html_lit),
 * and the compiler sees to it.  What is not well-formed UTF-8 becomes U+FFFD,
 * one for each maximal broken part (Unicode 15, section 3.9); control
 * characters that HTML forbids become U+FFFD too.  So whatever comes in, the
 * page is valid UTF-8 and no markup of ours is broken.
 *
 * Nothing here fails by itself: the buf remembers, the caller asks buf_err.
 */
#ifndef HTML_HTML_H
#define HTML_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct html {
	struct buf *out; /* borrowed */
	/* "/cy", put by html_url before each path of our own ("/petitions")
	 * that has_prefix says has one; null: none does. */
	struct str prefix;
	bool (*has_prefix)(struct str path);
};

/* Markup: a literal, nothing else. */
#define html_lit(h, s) html_raw((h), "" s "", sizeof(s) - 1)
/* Only html_lit, and html_tag's literals, call this. */
void html_raw(struct html *h, const char *markup, size_t len);

/* Text between tags. */
void html_text(struct html *h, struct str s);
/* Text inside a double-quoted attribute value. */
void html_attr(struct html *h, struct str s);
/*
 * An address inside a double-quoted href, src or action.  http:, https: and
 * mailto: addresses and those that begin with a single "/", or with "#" or
 * "?", pass; anything else ("javascript:", "//elsewhere", "a:b") becomes "#".
 * White space, quotes, controls and bytes above ASCII are percent-encoded.
 */
void html_url(struct html *h, struct str s);
/* One part of a path or a query value: all but unreserved characters
 * (RFC 3986 section 2.3) percent-encoded. */
void html_url_part(struct html *h, struct str s);
void html_decimal(struct html *h, uint64_t n);

/* <tag>text</tag>; the tag is a literal: html_elem(h, "p", text). */
#define html_elem(h, tag, s)                                                   \
	(html_lit((h), "<" tag ">"), html_text((h), (s)),                      \
		html_lit((h), "</" tag ">"))
/* <a href="url">text</a> */
void html_link(struct html *h, struct str url, struct str text);
/* <input type="hidden" name= value=> */
void html_hidden(struct html *h, struct str name, struct str value);

/*
 * Plain text as paragraphs: split at blank lines, single line ends become
 * <br>, and http(s) addresses and e-mail addresses become links that search
 * engines do not follow (rel="nofollow").  Empty text writes nothing.
 */
void html_paragraphs(struct html *h, struct str text);
/* The links of html_paragraphs alone, within one line of text. */
void html_linked(struct html *h, struct str text);

#endif
