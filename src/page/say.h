/*
 * say.h - writing translated messages into a page, escaped.
 *
 *     say(p, "Sign this petition");
 *     sayf(p, "Closes on {1}. Read [who can open what].",
 *             .arg = { date }, .url = { STR("/who-can-read") });
 *     say_count(p, "{1} signature", "{1} signatures", n);
 *
 * {1} to {4} are replaced by arg[0] to arg[3]; the first [text] becomes a link
 * to url[0], the second one to url[1].  Messages are literals; values and
 * translations are escaped alike, so neither can hold markup.
 */
#ifndef PAGE_SAY_H
#define PAGE_SAY_H

#include "html/html.h"
#include "page/format.h"
#include "page/pages.h"

/* A page being written: what every part of it needs. */
struct page {
	struct html h;
	const struct page_site *site;
	struct str path; /* its own address (layout.h), or null */
};

struct say_values {
	struct str arg[4];
	struct str url[2];
};

/* The translation as text, for html_attr and tables. */
#define tr(p, msg) words_find((p)->site->words, STR(msg))

/* The same before there is a page: for titles. */
#define site_tr(site, msg) words_find((site)->words, STR(msg))
/* The form of the message that n takes. */
#define site_tr_count(site, one, many, n)                                      \
	words_find_plural((site)->words, STR(one), STR(many), (n))

#define say(p, msg) html_text(&(p)->h, tr((p), msg))
#define sayf(p, msg, ...)                                                      \
	say_values((p), tr((p), msg), &(struct say_values){ __VA_ARGS__ })
/* <tag>message</tag> */
#define say_in(p, tag, msg)                                                    \
	(html_lit(&(p)->h, "<" tag ">"), say((p), msg),                        \
		html_lit(&(p)->h, "</" tag ">\n"))
#define sayf_in(p, tag, msg, ...)                                              \
	(html_lit(&(p)->h, "<" tag ">"), sayf((p), msg, __VA_ARGS__),          \
		html_lit(&(p)->h, "</" tag ">\n"))
/* {1} is n, grouped; the form of the sentence follows it. */
#define say_count(p, one, many, n) say_plural((p), STR(one), STR(many), (n))

void say_values(struct page *p, struct str msg, const struct say_values *v);
void say_plural(struct page *p, struct str one, struct str many, uint64_t n);

/* ` lang="cy" dir="auto"` for an element whose text is in this language (BCP
 * 47) and the page is not; nothing if it is, or if lang is empty. */
void say_lang(struct page *p, struct str lang);
/* What is wrong with the field of this id: above its control, which names it
 * as id-fault. */
void say_fault(struct page *p, struct str id, struct str words);
/* The box that tells what is wrong before all else, up to its heading; a list
 * of links and "</div>" follow. */
void say_faults_begin(struct page *p);

/* html_paragraphs of a text in this language. */
void say_paragraphs(struct page *p, struct str lang, struct str text);

/* <time datetime="…">18 January 2016</time> and the like. */
void say_date(struct page *p, int64_t wall_ms);
void say_date_time(struct page *p, int64_t wall_ms);
void say_day(struct page *p, int32_t day);

/* The site's formats, into a scratch. */
struct str page_number(const struct page *p, struct scratch *s, uint64_t n);
struct str page_date(const struct page *p, struct scratch *s, int64_t wall_ms);
struct str page_date_time(
	const struct page *p, struct scratch *s, int64_t wall_ms);

#endif
