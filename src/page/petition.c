#include "page/petition.h"

void petition_words(struct page *p, struct str markdown, unsigned heading)
{
	html_markdown(&p->h,
		&(struct html_markdown){
			.heading = heading, .keep_lines = true },
		markdown);
}

static void tag(struct page *p, enum petition_state state)
{
	html_lit(&p->h, "<p class=\"tag ");
	html_attr(&p->h, petition_state_name(state));
	html_lit(&p->h, "\">");
	switch (state) {
	case PETITION_OPEN:
		say(p, "Open");
		break;
	case PETITION_REJECTED:
		say(p, "Rejected");
		break;
	default:
		say(p, "Closed");
		break;
	}
	html_lit(&p->h, "</p>\n");
}

/* Whole months from opening to closing by the local calendar. */
static unsigned months_open(const struct page *p, const struct petition *t)
{
	struct civil from = zone_civil(p->site->zone, t->opened_ms / 1000);
	struct civil to = zone_civil(p->site->zone, t->closed_ms / 1000);
	int months = (to.year - from.year) * 12 + to.month - from.month -
		(to.day < from.day &&
					to.day < civil_month_days(
							 to.year, to.month)
				? 1
				: 0);

	return months < 0 ? 0 : (unsigned)months;
}

static bool closed_early(const struct petition *t)
{
	return t->period != NULL && t->period->dissolution_ms != WHEN_NONE &&
		t->period->dissolution_ms == t->closed_ms;
}

static void how_long(struct page *p, const struct petition *t)
{
	unsigned months;

	if (t->opened_ms == WHEN_NONE || t->closed_ms == WHEN_NONE)
		return;
	months = months_open(p, t);
	if (closed_early(t)) {
		say_in(p, "p",
			"This petition closed early because of a General "
			"Election.");
	} else if (months > 0) {
		html_lit(&p->h, "<p>");
		say_count(p, "This petition ran for {1} month",
			"This petition ran for {1} months", months);
		html_lit(&p->h, "</p>\n");
	}
}

/* Above an archived petition: whose time it is from. */
static void period(struct page *p, const struct petition_period *v)
{
	struct scratch span;
	struct str when = format_years(&span, v->period);

	html_lit(&p->h, "<div class=\"notice\">\n<p>");
	if (when.len > 0 && v->government.len > 0)
		sayf(p,
			"This petition was submitted during the {1} {2} "
			"government.",
			.arg = { when, v->government });
	else if (v->government.len > 0)
		sayf(p, "This petition was submitted during a {1} government.",
			.arg = { v->government });
	else
		sayf(p,
			"This petition was submitted during the {1} "
			"Parliament.",
			.arg = { when });
	html_lit(&p->h, "</p>\n<p><a href=\"");
	html_url(&p->h, STR("/archived/petitions"));
	if (v->period.len > 0) {
		html_lit(&p->h, "?parliament=");
		html_url_part(&p->h, v->period);
	}
	html_lit(&p->h, "\">");
	say(p, "Other petitions of that time");
	html_lit(&p->h, "</a></p>\n</div>\n");
}

static void closed_notice(struct page *p, const struct petition *t)
{
	html_lit(&p->h, "<div class=\"notice\">\n<p><strong>");
	say(p, "This petition is closed");
	html_lit(&p->h, "</strong></p>\n");
	how_long(p, t);
	html_lit(&p->h, "</div>\n");
}

/* keeper was restored from an older copy (store_keeper_forgot). */
static void paused_notice(struct page *p)
{
	html_lit(&p->h, "<div class=\"notice\">\n<p><strong>");
	say(p, "Signing is paused");
	html_lit(&p->h, "</strong></p>\n<p>");
	say(p,
		"After a technical failure this petition takes no signatures "
		"for now. All that were counted stay counted.");
	html_lit(&p->h, "</p>\n</div>\n");
}

static void text(struct page *p, const struct petition *t)
{
	html_lit(&p->h, "<div class=\"text\">\n<div class=\"lead\"");
	say_lang(p, t->lang);
	html_lit(&p->h, ">\n");
	html_paragraphs(&p->h,
		t->background.len > 0 ? t->background : t->additional_details);
	html_lit(&p->h, "</div>\n");
	if (t->background.len > 0 && t->additional_details.len > 0) {
		html_lit(&p->h, "<h2>");
		say(p, "More details");
		html_lit(&p->h, "</h2>\n");
		say_paragraphs(p, t->lang, t->additional_details);
	}
	html_lit(&p->h, "</div>\n");
	if (t->committee_note.len == 0)
		return;
	html_lit(&p->h,
		"<aside class=\"notice\" aria-labelledby=\"note\">\n"
		"<h2 id=\"note\">");
	say(p, "Note from the Petitions Committee");
	html_lit(&p->h, "</h2>\n");
	petition_words(p, t->committee_note, 3);
	html_lit(&p->h, "</aside>\n");
}

static void dates(struct page *p, const struct petition *t)
{
	struct scratch path;

	html_lit(&p->h, "<p class=\"small\">");
	if (t->state == PETITION_OPEN && !t->archived &&
		t->creator_name.len > 0) {
		sayf(p, "Created by {1}.", .arg = { t->creator_name });
		html_lit(&p->h, " ");
	}
	if (t->opened_ms != WHEN_NONE) {
		say(p, "Published on");
		html_lit(&p->h, " ");
		say_date(p, t->opened_ms);
		html_lit(&p->h, ". ");
	} else if (t->rejected_ms != WHEN_NONE) {
		say(p, "Rejected on");
		html_lit(&p->h, " ");
		say_date(p, t->rejected_ms);
		html_lit(&p->h, ". ");
	}
	html_link(&p->h, petition_path(&path, t->id, t->archived, ".json"),
		tr(p, "Get petition data (JSON)"));
	html_lit(&p->h, "</p>\n");
}

void page_petition(struct buf *out, const struct page_site *site,
	const struct petition *t, const struct page_around *around)
{
	struct scratch path;
	struct scratch image;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = t->action,
			.description = t->background.len > 0
				? t->background
				: t->additional_details,
			.path = petition_path(&path, t->id, t->archived, ""),
			.image = petition_path(
				&image, t->id, false, "/card.png"),
			.is_article = true });
	if (t->archived && t->period != NULL)
		period(&p, t->period);
	html_lit(&p.h, "<article class=\"petition\">\n<div class=\"start\">\n");
	tag(&p, t->state);
	html_lit(&p.h, "<h1");
	say_lang(&p, t->lang);
	html_lit(&p.h, ">");
	html_text(&p.h, t->action);
	html_lit(&p.h, "</h1>\n");
	if (t->state == PETITION_CLOSED)
		closed_notice(&p, t);
	if (t->state == PETITION_OPEN && t->paused)
		paused_notice(&p);
	text(&p, t);
	if (t->state == PETITION_REJECTED)
		petition_rejection(&p, t);
	html_lit(&p.h, "</div>\n");
	if (t->state != PETITION_REJECTED) {
		petition_tally(&p, t, around);
		html_lit(&p.h, "<div class=\"rest\">\n");
		petition_outcome(&p, t, around->reveal);
		petition_growth(&p, t, around);
		if (!t->archived)
			petition_check(&p, t);
		petition_follow(&p, t);
		dates(&p, t);
		html_lit(&p.h, "</div>\n");
	} else {
		html_lit(&p.h, "<div class=\"rest\">\n");
		dates(&p, t);
		html_lit(&p.h, "</div>\n");
	}
	html_lit(&p.h, "</article>\n");
	layout_end(&p);
}
