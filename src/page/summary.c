#include "page/summary.h"

/* How far it has come, in a word: nothing that the title does not need. */
static void status(struct page *p, const struct store_summary *s)
{
	html_lit(&p->h, " <span>");
	if (s->state == PETITION_REJECTED) {
		say(p, "Rejected on");
		html_lit(&p->h, " ");
		say_date(p,
			s->rejected_ms != WHEN_NONE ? s->rejected_ms
						    : s->updated_ms);
	} else if (s->state == PETITION_OPEN) {
		say(p, "Closes on");
		html_lit(&p->h, " ");
		say_date(p, s->deadline_ms);
	} else {
		say(p, "Closed on");
		html_lit(&p->h, " ");
		say_date(p,
			s->closed_ms != WHEN_NONE ? s->closed_ms
						  : s->deadline_ms);
	}
	html_lit(&p->h, "</span>");
}

static bool has_end(const struct store_summary *s)
{
	if (s->state == PETITION_REJECTED)
		return s->rejected_ms != WHEN_NONE ||
			s->updated_ms != WHEN_NONE;
	return s->deadline_ms != WHEN_NONE || s->closed_ms != WHEN_NONE;
}

static void milestones(struct page *p, const struct store_summary *s)
{
	if (s->response_ms != WHEN_NONE) {
		html_lit(&p->h, " <span>");
		say(p, "Government responded");
		html_lit(&p->h, "</span>");
	}
	if (s->debated_on != DAY_NONE) {
		html_lit(&p->h, " <span>");
		say(p, "Debated on");
		html_lit(&p->h, " ");
		say_day(p, s->debated_on);
		html_lit(&p->h, "</span>");
	} else if (s->scheduled_debate_date != DAY_NONE) {
		html_lit(&p->h, " <span>");
		say(p, "Debate on");
		html_lit(&p->h, " ");
		say_day(p, s->scheduled_debate_date);
		html_lit(&p->h, "</span>");
	}
}

static void sign_link(struct page *p, const struct store_summary *s)
{
	struct scratch path;

	html_lit(&p->h, " <span>");
	html_link(&p->h,
		petition_path(&path, s->id, s->archived, "/signatures/new"),
		tr(p, "Sign this petition"));
	html_lit(&p->h, "</span>");
}

static void item(struct page *p, const struct store_summary *s, bool to_sign)
{
	struct scratch path;

	html_lit(&p->h, "<li><a href=\"");
	html_url(&p->h, petition_path(&path, s->id, s->archived, ""));
	html_lit(&p->h, "\">");
	html_text(&p->h, s->action);
	html_lit(&p->h, "</a>\n<p class=\"small\">");
	if (s->state != PETITION_REJECTED) {
		html_lit(&p->h, "<span>");
		say_count(p, "{1} signature", "{1} signatures", s->count);
		html_lit(&p->h, "</span>");
	}
	if (has_end(s))
		status(p, s);
	milestones(p, s);
	if (to_sign)
		sign_link(p, s);
	html_lit(&p->h, "</p></li>\n");
}

static void items(struct page *p, const struct page_list *list, bool to_sign)
{
	html_lit(&p->h, "<ol class=\"petitions\">\n");
	for (size_t i = 0; i < list->count; i++)
		item(p, &list->at[i], to_sign);
	html_lit(&p->h, "</ol>\n");
}

void summary_list(struct page *p, const struct page_list *list)
{
	items(p, list, false);
}

void summary_list_to_sign(struct page *p, const struct page_list *list)
{
	items(p, list, true);
}
