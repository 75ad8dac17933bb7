#include "page/petition.h"

/* A link of the site's settings: its text, or the fallback. */
static void site_link(
	struct page *p, const struct page_link *link, struct str fallback)
{
	html_lit(&p->h, "<li>");
	html_link(&p->h, link->url, link->text.len > 0 ? link->text : fallback);
	html_lit(&p->h, "</li>\n");
}

/* Atom tells of every event of a petition; the rest is up to the site. */
void petition_follow(struct page *p, const struct petition *t)
{
	const struct page_link *involved = &p->site->get_involved;
	struct scratch path;

	html_lit(&p->h,
		"<section id=\"follow\" aria-labelledby=\"follow-title\">\n"
		"<h2 id=\"follow-title\">");
	say(p, "Get involved and follow");
	html_lit(&p->h, "</h2>\n<ul>\n");
	if (involved->url.len > 0)
		site_link(p, involved, tr(p, "Find out how to get involved"));
	else
		site_link(p, &(struct page_link){ .url = STR("/help") },
			tr(p, "How petitions work"));
	if (p->site->follow.url.len > 0)
		site_link(p, &p->site->follow, tr(p, "Follow us"));
	html_lit(&p->h, "<li>");
	html_link(&p->h, petition_path(&path, t->id, t->archived, ".atom"),
		tr(p, "Follow this petition in a feed reader (Atom)"));
	html_lit(&p->h, "</li>\n</ul>\n</section>\n");
}
