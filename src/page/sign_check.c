/*
 * sign_check.c - what follows the form: everything shown once more, and where
 * to look for the mail.
 */
#include "page/sign.h"

#include "domain/country.h"

void sign_one_fault(struct page *p, struct str url, struct str words)
{
	say_faults_begin(p);
	html_lit(&p->h, "<ul><li>");
	html_link(&p->h, url, words);
	html_lit(&p->h, "</li></ul>\n</div>\n");
}

static void row(struct page *p, struct str label, struct str text)
{
	html_lit(&p->h, "<div><dt>");
	html_text(&p->h, label);
	html_lit(&p->h, "</dt><dd>");
	html_text(&p->h, text.len > 0 ? text : STR("\xE2\x80\x93"));
	html_lit(&p->h, "</dd></div>\n");
}

static void typed(struct page *p, const struct sign_form *form)
{
	sign_hidden(p, form);
	if (form->eligible)
		html_hidden(&p->h, STR("eligible"), STR("1"));
	html_hidden(&p->h, STR("name"), form->name);
	html_hidden(&p->h, STR("email"), form->email);
	html_hidden(&p->h, STR("country"), form->country);
	html_hidden(&p->h, STR("postcode"), form->postcode);
	if (form->updates)
		html_hidden(&p->h, STR("updates"), STR("1"));
	if (form->website.len > 0)
		html_hidden(&p->h, STR("website"), form->website);
}

static void answers(struct page *p, const struct sign_form *form)
{
	struct str name = country_name(form->country);

	html_lit(&p->h, "<dl class=\"summary\">\n");
	row(p, tr(p, "Name"), form->name);
	row(p, tr(p, "Email address"), form->email);
	row(p, tr(p, "Where you live"),
		name.at == NULL ? form->country
				: words_find(p->site->words, name));
	row(p, tr(p, "Postcode"), form->postcode);
	row(p, tr(p, "Updates by email"),
		form->updates ? tr(p, "Yes") : tr(p, "No"));
	row(p,
		p->site->eligible.len > 0
			? p->site->eligible
			: tr(p, "British citizen or UK resident"),
		form->eligible ? tr(p, "Yes") : tr(p, "No"));
	html_lit(&p->h, "</dl>\n");
}

/* What came too fast, or filled in what nobody sees, is asked for one more
 * tick: a person loses a second, a program that knows nothing of us its try. */
static void person(struct page *p, bool wrong)
{
	html_lit(&p->h, "<div class=\"field tick");
	if (wrong)
		html_lit(&p->h, " wrong");
	html_lit(&p->h, "\">\n");
	if (wrong)
		say_fault(p, STR("person"),
			tr(p,
				"Tick the box if you filled in this form "
				"yourself"));
	html_lit(&p->h,
		"<input type=\"checkbox\" value=\"1\" id=\"person\" "
		"name=\"person\"");
	if (wrong)
		html_lit(&p->h,
			" aria-invalid=\"true\" "
			"aria-describedby=\"person-fault\"");
	html_lit(&p->h, "> <label for=\"person\">");
	say(p, "I filled in this form myself");
	html_lit(&p->h, "</label>\n</div>\n");
}

void page_sign_check(struct buf *out, const struct page_site *site,
	const struct petition *petition, const struct sign_form *form,
	bool wrong)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Check your answers"),
			.has_faults = wrong,
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	if (wrong)
		sign_one_fault(&p, STR("#person"),
			tr(&p,
				"Tick the box if you filled in this form "
				"yourself"));
	sign_caption(&p, petition);
	say_in(&p, "h1", "Check your answers");
	html_lit(&p.h, "<p>");
	sayf(&p, "We send the link to {1}. Is it right?",
		.arg = { form->email });
	html_lit(&p.h, "</p>\n");
	answers(&p, form);
	sign_form_tag(&p, petition);
	typed(&p, form);
	if (form->ask_person)
		person(&p, wrong);
	html_lit(&p.h,
		"<div class=\"buttons\">\n<button class=\"button\" "
		"name=\"stage\" value=\"send\">");
	say(&p, "Sign, and send me the link");
	html_lit(&p.h,
		"</button>\n<button class=\"button second\" "
		"name=\"stage\" value=\"change\">");
	say(&p, "Change something");
	html_lit(&p.h, "</button>\n</div>\n</form>\n</div>\n");
	layout_end(&p);
}

void page_sign_sent(struct buf *out, const struct page_site *site,
	const struct petition *petition)
{
	struct scratch path;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Check your email"),
			.is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	sign_caption(&p, petition);
	say_in(&p, "h1", "Check your email");
	html_lit(&p.h, "<div class=\"notice go\">\n");
	say_in(&p, "p",
		"We have sent you an email. Open the link in it and press the "
		"button: only then does your signature count.");
	html_lit(&p.h, "</div>\n");
	say_in(&p, "h2", "No email?");
	html_lit(&p.h, "<p>");
	sayf(&p,
		"It can take a few minutes, and it may be in your spam folder. "
		"If it does not come, [ask for another one].",
		.url = { petition_path(
			&path, petition->id, false, "/signatures/no-email") });
	html_lit(&p.h, "</p>\n");
	sign_back(&p, petition);
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}
