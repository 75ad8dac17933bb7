#include "page/pages.h"

#include "page/layout.h"

static void row(struct page *p, struct str words, struct str value)
{
	html_lit(&p->h, "<dt>");
	html_text(&p->h, words);
	html_lit(&p->h, "</dt><dd><output data-value=\"");
	html_attr(&p->h, value);
	html_lit(&p->h, "\"></output></dd>\n");
}

static void numbers(struct page *p)
{
	html_lit(&p->h, "<dl>\n");
	row(p, tr(p, "The log counts"), STR("total"));
	row(p, tr(p, "Signatures in the log"), STR("signs"));
	row(p, tr(p, "Of these now invalidated or withdrawn"), STR("gone"));
	row(p, tr(p, "Carried over from before the log"), STR("carried"));
	row(p, tr(p, "Entries read, of all petitions"), STR("leaves"));
	html_lit(&p->h, "</dl>\n");
}

static void ends(struct page *p)
{
	html_lit(&p->h,
		"<div role=\"status\">\n<div data-recount=\"good\" hidden><p>");
	say(p,
		"The log was read whole. It leads to the checkpoints that are "
		"signed with its key.");
	html_lit(&p->h, "</p>\n");
	numbers(p);
	html_lit(&p->h, "</div>\n<div data-recount=\"unsure\" hidden><p>");
	say(p,
		"The log was read whole and leads to its checkpoints. Their "
		"signatures were not checked: this browser cannot check "
		"Ed25519.");
	html_lit(&p->h, "</p>\n");
	numbers(p);
	html_lit(&p->h, "</div>\n<p data-recount=\"bad\" hidden>");
	say(p, "The log is not as it should be. The first difference is at:");
	html_lit(&p->h,
		" <output data-value=\"place\"></output></p>\n"
		"<p data-recount=\"trouble\" hidden>");
	say(p, "The log could not be read. Try again later.");
	html_lit(&p->h, "</p>\n<p data-recount=\"insecure\" hidden>");
	say(p,
		"This browser cannot compute here: it needs a secure (https) "
		"connection.");
	html_lit(&p->h, "</p>\n</div>\n");
}

void page_recount(
	struct buf *out, const struct page_site *site, const struct petition *t)
{
	struct scratch path, number;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Count it yourself"),
			.path = petition_path(&path, t->id, false, "/recount"),
			.is_noindex = true,
			.script = STR("recount.js") });
	html_lit(&p.h, "<div class=\"narrow\" id=\"recount\" data-petition=\"");
	html_decimal(&p.h, t->id);
	html_lit(&p.h, "\">\n<p class=\"caption\">");
	html_text(&p.h, t->action);
	html_lit(&p.h, "</p>\n");
	say_in(&p, "h1", "Count it yourself");
	html_lit(&p.h, "<p>");
	sayf(&p, "This site says: {1} signatures at the last checkpoint.",
		.arg = { page_number(&p, &number, petition_count(t)) });
	html_lit(&p.h, "</p>\n<p>");
	say(&p,
		"Your browser can fetch the whole public log, compute its "
		"checkpoints again and count this petition. That takes about "
		"66 bytes an entry.");
	html_lit(&p.h,
		"</p>\n<p><button type=\"button\" class=\"button\" hidden>");
	say(&p, "Count now");
	html_lit(&p.h, "</button></p>\n<p><progress hidden aria-label=\"");
	html_attr(&p.h, tr(&p, "Entries read, of all petitions"));
	html_lit(&p.h, "\"></progress></p>\n");
	ends(&p);
	html_lit(&p.h, "<noscript><p>");
	say(&p,
		"Without a script, the program petition-verify counts for you, "
		"and remembers what it saw:");
	html_lit(&p.h,
		"</p></noscript>\n<pre tabindex=\"0\"><code>"
		"petition-verify --petition ");
	html_decimal(&p.h, t->id);
	html_lit(&p.h, " ");
	html_text(&p.h, site->base_url);
	html_lit(&p.h, "</code></pre>\n<p>");
	sayf(&p, "[Back to the petition]",
		.url = { petition_path(&path, t->id, false, "") });
	html_lit(&p.h, "</p>\n</div>\n");
	layout_end(&p);
}
