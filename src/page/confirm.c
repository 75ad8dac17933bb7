#include "page/sign.h"

void page_confirm(struct buf *out, const struct page_site *site,
	const struct petition *petition, struct str token)
{
	struct scratch path;
	struct page p;
	int n = snprintf(
		path.at, sizeof(path.at), "/c/%.*s/correct", STR_ARG(token));

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "Confirm your signature"),
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n<p class=\"caption\">");
	say(&p, "One more step");
	html_lit(&p.h, "</p>\n");
	say_in(&p, "h1", "Confirm your signature");
	say_in(&p, "p", "You are signing this petition:");
	html_lit(&p.h, "<blockquote>\n<p><strong>");
	html_text(&p.h, petition->action);
	html_lit(&p.h, "</strong></p>\n");
	html_paragraphs(&p.h, petition->background);
	/* No action: the browser posts to where it is, fragment and all, and
	 * keeps the fragment through the redirect to the receipt. */
	html_lit(&p.h,
		"</blockquote>\n<form method=\"post\">\n"
		"<button class=\"button\">");
	say(&p, "Confirm my signature");
	html_lit(&p.h, "</button>\n</form>\n<p class=\"small\">");
	sayf(&p,
		"Is something wrong in the email, your name perhaps? [Correct it first].",
		.url = { { path.at, (size_t)n } });
	html_lit(&p.h, "</p>\n<p class=\"small\">");
	say(&p,
		"Not you? Close this page, and nothing is counted. Confirmed "
		"before? The button then leads to your receipt.");
	html_lit(&p.h, "</p>\n</div>\n");
	layout_end(&p);
}

static void type_field(struct page *p, struct str typed, bool wrong)
{
	html_lit(&p->h, "<div class=\"field");
	if (wrong)
		html_lit(&p->h, " wrong");
	html_lit(&p->h, "\">\n<label for=\"token\">");
	say(p, "Code from the email");
	html_lit(&p->h, "</label>\n<p class=\"hint\" id=\"token-hint\">");
	say(p,
		"Small and capital letters are the same, and spaces do not "
		"matter.");
	html_lit(&p->h, "</p>\n");
	if (wrong)
		say_fault(p, STR("token"),
			tr(p, "Enter the code as it stands in the email"));
	html_lit(&p->h,
		"<input type=\"text\" class=\"code\" id=\"token\" "
		"name=\"token\" autocomplete=\"one-time-code\" "
		"spellcheck=\"false\" autocapitalize=\"characters\" "
		"maxlength=\"80\" aria-describedby=\"token-hint");
	if (wrong)
		html_lit(&p->h, " token-fault\" aria-invalid=\"true");
	html_lit(&p->h, "\" value=\"");
	html_attr(&p->h, typed);
	html_lit(&p->h, "\">\n</div>\n");
}

void page_confirm_type(struct buf *out, const struct page_site *site,
	struct str typed, bool wrong)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Confirm with a code"),
			.path = STR("/c"),
			.has_faults = wrong,
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	if (wrong)
		sign_one_fault(&p, STR("#token"),
			tr(&p, "Enter the code as it stands in the email"));
	say_in(&p, "h1", "Confirm with a code");
	say_in(&p, "p",
		"If the link in our email does not open, type the code that "
		"stands below it.");
	html_lit(&p.h, "<form method=\"get\" novalidate action=\"");
	html_url(&p.h, STR("/c"));
	html_lit(&p.h, "\">\n");
	type_field(&p, typed, wrong);
	html_lit(&p.h, "<button class=\"button\">");
	say(&p, "Continue");
	html_lit(&p.h, "</button>\n</form>\n</div>\n");
	layout_end(&p);
}

void page_confirm_bad(struct buf *out, const struct page_site *site)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "This link does not work"),
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	say_in(&p, "h1", "This link does not work");
	say_in(&p, "p",
		"It may have been cut in two by your email program, it may be "
		"too old, you may have withdrawn the signature, or you may "
		"have signed again since and a newer link has taken its place.");
	html_lit(&p.h, "<ul>\n<li>");
	sayf(&p, "Use the newest email from us, or [type the code] from it.",
		.url = { STR("/c") });
	html_lit(&p.h, "</li>\n<li>");
	sayf(&p,
		"Or [find the petition] and sign it again: signing twice never "
		"counts twice.",
		.url = { STR("/") });
	html_lit(&p.h, "</li>\n</ul>\n</div>\n");
	layout_end(&p);
}

void page_confirm_again(struct buf *out, const struct page_site *site,
	const struct petition *petition)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Already counted"),
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	say_in(&p, "h1", "Already counted");
	html_lit(&p.h, "<div class=\"notice go\">\n");
	say_in(&p, "p",
		"Your signature was confirmed before and is counted. There is "
		"nothing more to do.");
	html_lit(&p.h, "</div>\n");
	if (petition != NULL)
		sign_back(&p, petition);
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}
