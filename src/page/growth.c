/*
 * How a petition grew: a curve with the thresholds it reached or comes near,
 * and the same numbers as a table.
 */
#include "page/petition.h"

#include <stdlib.h>

#include "chart/curve.h"

enum { ROWS = 24 };

/* Where nothing was recorded yet, the opening itself is known: nobody had
 * signed. */
static size_t take(const struct petition *t, const struct page_around *around,
	struct chart_point *points)
{
	size_t n = 0;

	if (t->opened_ms != WHEN_NONE && around->points_count > 0 &&
		t->opened_ms < around->points[0].at_ms)
		points[n++] = (struct chart_point){ t->opened_ms, 0 };
	for (size_t i = 0; i < around->points_count; i++)
		points[n++] = (struct chart_point){ around->points[i].at_ms,
			around->points[i].count };
	return n;
}

static uint64_t highest(const struct chart_point *points, size_t n)
{
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = points[i].y > most ? points[i].y : most;
	return most;
}

/* A threshold that is far away would press the curve flat. */
static bool is_near(uint64_t goal, uint64_t most)
{
	return most >= goal / 2;
}

static void goals(struct page *p, const struct petition *t, uint64_t most,
	struct chart_curve *c, struct scratch *texts)
{
	const uint64_t at[2] = { petition_response_threshold(p, t),
		petition_debate_threshold(p, t) };
	const struct str what[2] = { tr(p, "{1}: response"),
		tr(p, "{1}: debate") };
	uint64_t top = most;

	for (size_t i = 0; i < 2; i++) {
		struct scratch number;
		struct str arg;

		if (!is_near(at[i], most))
			continue;
		arg = page_number(p, &number, at[i]);
		c->goal[c->goals_count++] = (struct chart_goal){ at[i],
			format_message(&texts[i], what[i], &arg, 1) };
		top = at[i] > top ? at[i] : top;
	}
	c->top = chart_top(top);
}

static void draw(struct page *p, const struct petition *t,
	struct chart_point *points, size_t n)
{
	uint64_t most = highest(points, n);
	struct scratch goal[2];
	struct scratch grid[CHART_GRID];
	struct scratch ends[2];
	struct chart_curve c = { .points = points,
		.points_count = n,
		.title = tr(p,
			"A curve of the number of signatures; the table below "
			"has the same numbers") };

	goals(p, t, most, &c, goal);
	for (unsigned i = 0; i < CHART_GRID; i++)
		c.grid[i] =
			page_number(p, &grid[i], c.top * (i + 1) / CHART_GRID);
	c.from = page_date(p, &ends[0], points[0].x);
	c.to = page_date(p, &ends[1], points[n - 1].x);
	html_lit(&p->h, "<figure class=\"curve\">\n");
	chart_curve(&p->h, &c);
	html_lit(&p->h, "</figure>\n");
}

static void table(struct page *p, const struct chart_point *points, size_t n)
{
	struct scratch number;

	html_lit(&p->h, "<table>\n<thead><tr><th scope=\"col\">");
	say(p, "When");
	html_lit(&p->h, "</th><th scope=\"col\">");
	say(p, "Signatures");
	html_lit(&p->h, "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		html_lit(&p->h, "<tr><th scope=\"row\">");
		say_date_time(p, points[i].x);
		html_lit(&p->h, "</th><td>");
		html_text(&p->h, page_number(p, &number, points[i].y));
		html_lit(&p->h, "</td></tr>\n");
	}
	html_lit(&p->h, "</tbody>\n</table>\n");
}

static void files(struct page *p, const struct petition *t)
{
	struct scratch path;

	html_lit(&p->h, "<p class=\"small\">");
	html_link(&p->h,
		petition_path(&path, t->id, t->archived, "/history.csv"),
		tr(p, "All of it as CSV"));
	html_lit(&p->h, " ");
	html_link(&p->h,
		petition_path(&path, t->id, t->archived, "/history.json"),
		tr(p, "All of it as JSON"));
	html_lit(&p->h, "</p>\n");
}

void petition_growth(struct page *p, const struct petition *t,
	const struct page_around *around)
{
	struct chart_point *points;
	size_t n;

	if (around->points_count == 0)
		return;
	points = calloc(around->points_count + 1, sizeof(*points));
	if (points == NULL)
		return;
	n = take(t, around, points);
	n = chart_thin(points, n, CHART_POINTS);
	html_lit(&p->h,
		"<section aria-labelledby=\"growth\">\n"
		"<h2 id=\"growth\">");
	say(p, "How it grew");
	html_lit(&p->h, "</h2>\n");
	draw(p, t, points, n);
	n = chart_thin(points, n, ROWS);
	html_lit(&p->h, "<details><summary>");
	say(p, "The same as a table");
	html_lit(&p->h, "</summary>\n");
	table(p, points, n);
	files(p, t);
	html_lit(&p->h, "</details>\n</section>\n");
	free(points);
}
