#include "page/petition.h"

static void section(struct page *p, struct str id, struct str heading)
{
	html_lit(&p->h, "<section id=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\" aria-labelledby=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "-title\">\n<h2 id=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "-title\">");
	html_text(&p->h, heading);
	html_lit(&p->h, "</h2>\n");
}

static void response(struct page *p, const struct petition *t, bool reveal)
{
	const struct petition_response *r = t->response;

	section(p, STR("response"), tr(p, "Government responded"));
	html_lit(&p->h, "<p class=\"small\">");
	say(p, "This response was given on");
	html_lit(&p->h, " ");
	if (r->responded_on != DAY_NONE)
		say_day(p, r->responded_on);
	else
		say_date(p,
			t->response_ms != WHEN_NONE ? t->response_ms
						    : r->created_ms);
	html_lit(&p->h, "</p>\n<div class=\"lead\">\n");
	say_paragraphs(p, t->lang, r->summary);
	html_lit(&p->h, "</div>\n");
	if (r->details.len > 0) {
		html_lit(&p->h, "<details");
		if (reveal)
			html_lit(&p->h, " open");
		html_lit(&p->h, ">\n<summary>");
		say(p, "Read the response in full");
		html_lit(&p->h, "</summary>\n<div class=\"text\">\n");
		petition_words(p, r->details, 3);
		html_lit(&p->h, "</div>\n</details>\n");
	}
	html_lit(&p->h, "</section>\n");
}

static void awaiting(struct page *p, const struct petition *t)
{
	section(p, STR("response"), tr(p, "Government response"));
	html_lit(&p->h, "<p>");
	say(p,
		"The Government will respond. This petition reached the number "
		"of signatures for a response on");
	html_lit(&p->h, " ");
	say_date(p, t->response_threshold_ms);
	html_lit(&p->h, ".</p>\n</section>\n");
}

/* Links that staff typed; some sources leave them empty. */
static bool is_web(struct str url)
{
	return str_starts(url, STR("https://")) ||
		str_starts(url, STR("http://"));
}

static void debate_link(struct page *p, struct str url, struct str text)
{
	if (!is_web(url))
		return;
	html_lit(&p->h, "<li>");
	html_link(&p->h, url, text);
	html_lit(&p->h, "</li>\n");
}

static void debate_links(struct page *p, const struct petition_debate *d)
{
	bool any = is_web(d->video_url) || is_web(d->transcript_url) ||
		is_web(d->debate_pack_url) ||
		is_web(d->public_engagement_url) ||
		is_web(d->debate_summary_url);

	if (!any)
		return;
	html_lit(&p->h, "<ul>\n");
	debate_link(p, d->video_url, tr(p, "Watch the debate"));
	debate_link(p, d->transcript_url, tr(p, "Read the transcript"));
	debate_link(p, d->debate_pack_url,
		tr(p, "Read the research prepared for it"));
	debate_link(
		p, d->public_engagement_url, tr(p, "How the public took part"));
	debate_link(p, d->debate_summary_url,
		tr(p, "Read a summary of the debate"));
	html_lit(&p->h, "</ul>\n");
}

static void debate_outcome(struct page *p, const struct petition *t)
{
	const struct petition_debate *d = t->debate;

	if (d->debated_on == DAY_NONE) {
		section(p, STR("debate"), tr(p, "Not debated"));
		if (d->overview.len == 0)
			say_in(p, "p",
				"The Petitions Committee decided not to debate "
				"this petition.");
	} else {
		section(p, STR("debate"), tr(p, "Parliament debated this"));
		html_lit(&p->h, "<p class=\"small\">");
		say(p, "Debated on");
		html_lit(&p->h, " ");
		say_day(p, d->debated_on);
		html_lit(&p->h, "</p>\n");
	}
	petition_words(p, d->overview, 3);
	debate_links(p, d);
	html_lit(&p->h, "</section>\n");
}

static void debate(struct page *p, const struct petition *t)
{
	if (t->debate != NULL) {
		debate_outcome(p, t);
		return;
	}
	if (t->scheduled_debate_date != DAY_NONE) {
		section(p, STR("debate"), tr(p, "Debate in Parliament"));
		html_lit(&p->h, "<p>");
		say(p, "The debate is set for");
		html_lit(&p->h, " <strong>");
		say_day(p, t->scheduled_debate_date);
		html_lit(&p->h, "</strong>.</p>\n</section>\n");
		return;
	}
	if (t->debate_threshold_ms == WHEN_NONE)
		return;
	section(p, STR("debate"), tr(p, "Debate in Parliament"));
	html_lit(&p->h, "<p>");
	say(p,
		"Parliament considers this petition for a debate. It reached "
		"the number of signatures for that on");
	html_lit(&p->h, " ");
	say_date(p, t->debate_threshold_ms);
	html_lit(&p->h, ".</p>\n</section>\n");
}

/* Long ones, and there may be many, stay folded. */
enum { SHOWN_ACTIVITIES = 3 };

static void activity_open(struct page *p, const struct petition_activity *a)
{
	html_lit(&p->h, "<div class=\"text\">\n<h3>");
	html_text(&p->h, a->subject);
	html_lit(&p->h, "</h3>\n");
	if (a->occurred_on != DAY_NONE) {
		html_lit(&p->h, "<p class=\"small\">");
		say_day(p, a->occurred_on);
		html_lit(&p->h, "</p>\n");
	}
	petition_words(p, a->body, 4);
	html_lit(&p->h, "</div>\n");
}

static void activity_folded(struct page *p, const struct petition_activity *a)
{
	html_lit(&p->h, "<details>\n<summary>");
	html_text(&p->h, a->subject);
	if (a->occurred_on != DAY_NONE) {
		html_lit(&p->h, " <span class=\"small\">");
		say_day(p, a->occurred_on);
		html_lit(&p->h, "</span>");
	}
	html_lit(&p->h, "</summary>\n<div class=\"text\">\n");
	petition_words(p, a->body, 3);
	html_lit(&p->h, "</div>\n</details>\n");
}

void petition_outcome(struct page *p, const struct petition *t, bool reveal)
{
	if (t->response != NULL)
		response(p, t, reveal);
	else if (t->response_threshold_ms != WHEN_NONE)
		awaiting(p, t);
	debate(p, t);
	if (t->activities_count == 0)
		return;
	section(p, STR("business"), tr(p, "Other parliamentary business"));
	for (size_t i = t->activities_count; i > 0; i--) {
		const struct petition_activity *a = &t->activities[i - 1];

		if (t->activities_count - i < SHOWN_ACTIVITIES)
			activity_open(p, a);
		else
			activity_folded(p, a);
	}
	html_lit(&p->h, "</section>\n");
}
