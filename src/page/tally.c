#include "page/petition.h"

#include <stdio.h>

uint64_t petition_response_threshold(
	const struct page *p, const struct petition *t)
{
	return t->period != NULL ? t->period->response_threshold
				 : p->site->response_threshold;
}

uint64_t petition_debate_threshold(
	const struct page *p, const struct petition *t)
{
	return t->period != NULL ? t->period->debate_threshold
				 : p->site->debate_threshold;
}

static void progress(struct page *p, uint64_t count, uint64_t of, bool respond)
{
	unsigned percent = format_percent(count, of);
	struct scratch number;
	struct scratch share;

	(void)snprintf(share.at, sizeof(share.at), "%u", percent);
	html_lit(&p->h,
		"<progress max=\"100\" aria-labelledby=\"goal\" "
		"value=\"");
	html_decimal(&p->h, percent);
	html_lit(&p->h, "\"></progress>\n<p id=\"goal\" class=\"small\">");
	if (count >= of)
		sayf(p, "Reached the {1} needed to be considered for a debate",
			.arg = { page_number(p, &number, of) });
	else if (respond)
		sayf(p,
			"{1}% of the {2} needed for a response from the "
			"Government",
			.arg = {
				str_c(share.at), page_number(p, &number, of) });
	else
		sayf(p, "{1}% of the {2} needed to be considered for a debate",
			.arg = {
				str_c(share.at), page_number(p, &number, of) });
	html_lit(&p->h, "</p>\n");
}

/* One threshold: what happens there, and whether it was reached. */
static void milestone(struct page *p, uint64_t at, struct str what,
	bool reached, int64_t reached_ms)
{
	struct scratch number;

	html_lit(&p->h, "<li");
	if (reached)
		html_lit(&p->h, " class=\"done\"");
	html_lit(&p->h, "><strong>");
	html_text(&p->h, page_number(p, &number, at));
	html_lit(&p->h, "</strong> <span>");
	html_text(&p->h, what);
	if (reached) {
		html_lit(&p->h, "<br><small>");
		if (reached_ms != WHEN_NONE) {
			say(p, "Reached on");
			html_lit(&p->h, " ");
			say_date(p, reached_ms);
		} else {
			say(p, "Reached");
		}
		html_lit(&p->h, "</small>");
	}
	html_lit(&p->h, "</span></li>\n");
}

static void goals(struct page *p, const struct petition *t)
{
	uint64_t count = petition_count(t);
	uint64_t response = petition_response_threshold(p, t);
	uint64_t debate = petition_debate_threshold(p, t);

	if (count < response)
		progress(p, count, response, true);
	else
		progress(p, count, debate, false);
	html_lit(&p->h, "<ul class=\"goals\">\n");
	milestone(p, response, tr(p, "the Government responds"),
		count >= response || t->response_threshold_ms != WHEN_NONE,
		t->response_threshold_ms);
	milestone(p, debate, tr(p, "considered for a debate in Parliament"),
		count >= debate || t->debate_threshold_ms != WHEN_NONE,
		t->debate_threshold_ms);
	html_lit(&p->h, "</ul>\n");
}

static void provenance(struct page *p, const struct petition *t)
{
	html_lit(&p->h, "<p class=\"small\">");
	if (t->carried_over > 0) {
		say_count(p,
			"Of these, {1} was given before the public log "
			"began.",
			"Of these, {1} were given before the public log began.",
			t->carried_over);
		html_lit(&p->h, " ");
	}
	if (!t->archived && p->site->checkpoint_ms > 0) {
		say(p, "Counted from the log's checkpoint of");
		html_lit(&p->h, " ");
		say_date_time(p, p->site->checkpoint_ms);
		html_lit(&p->h, ".");
	}
	html_lit(&p->h, "</p>\n");
}

static void deadline(struct page *p, const struct petition *t)
{
	int64_t ms = t->state == PETITION_OPEN || t->closed_ms == WHEN_NONE
		? t->deadline_ms
		: t->closed_ms;

	if (ms == WHEN_NONE)
		return;
	html_lit(&p->h, "<p class=\"deadline\">");
	if (t->state == PETITION_OPEN)
		say(p, "Closes on");
	else
		say(p, "Closed on");
	html_lit(&p->h, " <strong>");
	say_date(p, ms);
	html_lit(&p->h, "</strong></p>\n");
}

static void own_map(struct page *p, const struct petition *t,
	const struct page_around *around)
{
	struct scratch path;

	if (!around->has_map ||
		t->constituencies_count + t->countries_count == 0)
		return;
	html_lit(&p->h, "<p>");
	html_link(&p->h, petition_path(&path, t->id, t->archived, "/map"),
		tr(p, "Show on a map"));
	html_lit(&p->h, "</p>\n");
}

/* Another site may show where signatures came from. */
static void map(struct page *p, const struct petition *t)
{
	if (p->site->map_url.len == 0)
		return;
	html_lit(&p->h, "<p><a href=\"");
	html_url(&p->h, p->site->map_url);
	html_lit(&p->h, "?petition=");
	html_decimal(&p->h, t->id);
	html_lit(&p->h, "\">");
	say(p, "See on a map where signatures came from");
	html_lit(&p->h, "</a></p>\n");
}

void petition_tally(struct page *p, const struct petition *t,
	const struct page_around *around)
{
	struct scratch path;

	html_lit(&p->h,
		"<section class=\"tally\" aria-labelledby=\"tally\">\n"
		"<h2 id=\"tally\" class=\"hidden\">");
	say(p, "Signatures");
	html_lit(&p->h,
		"</h2>\n<p class=\"count\">"
		"<span id=\"signature-count\">");
	say_count(p, "{1} signature", "{1} signatures", petition_count(t));
	html_lit(&p->h, "</span></p>\n");
	goals(p, t);
	if (t->state == PETITION_OPEN && !t->archived && !t->paused) {
		html_lit(&p->h, "<p><a class=\"button\" href=\"");
		html_url(&p->h,
			petition_path(&path, t->id, false, "/signatures/new"));
		html_lit(&p->h, "\">");
		say(p, "Sign this petition");
		html_lit(&p->h, "</a></p>\n");
	}
	deadline(p, t);
	own_map(p, t, around);
	map(p, t);
	provenance(p, t);
	html_lit(&p->h, "</section>\n");
}

static void log_link(struct page *p, const char *file, struct str text)
{
	struct scratch s;
	int n = snprintf(s.at, sizeof(s.at), "%.*s/%s",
		STR_ARG(p->site->log_path), file);

	html_lit(&p->h, "<li>");
	html_link(&p->h, (struct str){ s.at, (size_t)n }, text);
	html_lit(&p->h, "</li>\n");
}

void petition_check(struct page *p, const struct petition *t)
{
	struct scratch number, path;

	html_lit(&p->h,
		"<section id=\"check\" aria-labelledby=\"check-title\">"
		"\n<h2 id=\"check-title\">");
	say(p, "Check the count yourself");
	html_lit(&p->h, "</h2>\n<p>");
	if (t->counted > 0)
		sayf(p,
			"{1} of these signatures are entries in a public log "
			"that nobody can change unseen: anyone can download it "
			"and count again. No entry shows who signed.",
			.arg = { page_number(p, &number, t->counted) });
	else
		say(p,
			"Every signature from now on becomes an entry in a "
			"public log that nobody can change unseen: anyone can "
			"download it and count. No entry shows who signed.");
	html_lit(&p->h, "</p>\n<pre tabindex=\"0\"><code>petition-verify ");
	html_text(&p->h, p->site->base_url);
	html_lit(&p->h, "</code></pre>\n<ul>\n<li>");
	html_link(&p->h, petition_path(&path, t->id, false, "/recount"),
		tr(p, "Count it in this browser"));
	html_lit(&p->h, "</li>\n");
	log_link(p, "checkpoint", tr(p, "The newest checkpoint of the log"));
	html_lit(&p->h, "<li>");
	html_link(&p->h, STR("/log/keys"), tr(p, "The keys that sign it"));
	html_lit(&p->h, "</li>\n<li>");
	html_link(&p->h, STR("/who-can-read"),
		tr(p, "Who can read what signers wrote"));
	html_lit(&p->h, "</li>\n</ul>\n</section>\n");
}
