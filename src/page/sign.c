#include "page/sign.h"

#include "domain/country.h"

struct form {
	struct page *p;
	const struct sign_form *in;
	const struct sign_faults *faults;
};

/* The box at the top that names every fault and links to its field. */
static void summary(const struct form *f)
{
	struct page *p = f->p;

	if (f->faults == NULL || !sign_faults_any(f->faults))
		return;
	say_faults_begin(p);
	html_lit(&p->h, "<ul>\n");
	if (f->faults->stale) {
		html_lit(&p->h, "<li><a href=\"#continue\">");
		say(p, "This form was open for too long: press Continue again");
		html_lit(&p->h, "</a></li>\n");
	}
	for (enum sign_field i = 0; i < SIGN_FIELDS; i++) {
		struct str words = sign_fault_words(p, f->faults, i);

		if (words.len == 0)
			continue;
		html_lit(&p->h, "<li><a href=\"#");
		html_attr(&p->h, sign_field_name(i));
		html_lit(&p->h, "\">");
		html_text(&p->h, words);
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</div>\n");
}

/* <div class="field"> with its label, hint and fault; hint may be empty. */
static void field_begin(const struct form *f, enum sign_field field,
	struct str label, struct str hint)
{
	struct page *p = f->p;
	struct str id = sign_field_name(field);
	struct str words = sign_fault_words(p, f->faults, field);

	html_lit(&p->h, "<div class=\"field");
	if (words.len > 0)
		html_lit(&p->h, " wrong");
	html_lit(&p->h, "\">\n<label for=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\">");
	html_text(&p->h, label);
	html_lit(&p->h, "</label>\n");
	if (hint.len > 0) {
		html_lit(&p->h, "<p class=\"hint\" id=\"");
		html_attr(&p->h, id);
		html_lit(&p->h, "-hint\">");
		html_text(&p->h, hint);
		html_lit(&p->h, "</p>\n");
	}
	if (words.len > 0)
		say_fault(p, id, words);
}

/* id, name and what describes the control; inside its tag. */
static void control(const struct form *f, enum sign_field field, bool hint)
{
	struct page *p = f->p;
	struct str id = sign_field_name(field);
	bool wrong = sign_fault_words(p, f->faults, field).len > 0;

	html_lit(&p->h, " id=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\" name=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\"");
	if (wrong)
		html_lit(&p->h, " aria-invalid=\"true\"");
	if (!hint && !wrong)
		return;
	html_lit(&p->h, " aria-describedby=\"");
	if (hint) {
		html_attr(&p->h, id);
		html_lit(&p->h, "-hint");
	}
	if (hint && wrong)
		html_lit(&p->h, " ");
	if (wrong) {
		html_attr(&p->h, id);
		html_lit(&p->h, "-fault");
	}
	html_lit(&p->h, "\"");
}

static void value(struct page *p, struct str text)
{
	html_lit(&p->h, " value=\"");
	html_attr(&p->h, text);
	html_lit(&p->h, "\">\n</div>\n");
}

static void eligible(const struct form *f)
{
	struct page *p = f->p;
	struct str words = sign_fault_words(p, f->faults, SIGN_ELIGIBLE);

	html_lit(&p->h, "<div class=\"field tick");
	if (words.len > 0)
		html_lit(&p->h, " wrong");
	html_lit(&p->h, "\">\n");
	if (words.len > 0)
		say_fault(p, STR("eligible"), words);
	html_lit(&p->h, "<input type=\"checkbox\" value=\"1\"");
	control(f, SIGN_ELIGIBLE, false);
	if (f->in->eligible)
		html_lit(&p->h, " checked");
	html_lit(&p->h, "> <label for=\"eligible\">");
	if (p->site->eligible.len > 0)
		html_text(&p->h, p->site->eligible);
	else
		say(p, "I am a British citizen or I live in the UK");
	html_lit(&p->h, "</label>\n</div>\n");
}

/* Nobody sees it, no keyboard comes here, no reader reads it out. */
static void website(const struct form *f)
{
	struct page *p = f->p;

	html_lit(&p->h,
		"<div class=\"hidden\" aria-hidden=\"true\">\n"
		"<label for=\"website\">");
	say(p, "Leave this empty");
	html_lit(&p->h,
		"</label>\n<input type=\"text\" id=\"website\" "
		"name=\"website\" tabindex=\"-1\" autocomplete=\"off\" "
		"value=\"");
	html_attr(&p->h, f->in->website);
	html_lit(&p->h, "\">\n</div>\n");
}

static void person(const struct form *f)
{
	struct page *p = f->p;

	field_begin(f, SIGN_NAME, tr(p, "Name"), STR_NULL);
	html_lit(&p->h,
		"<input type=\"text\" autocomplete=\"name\" "
		"spellcheck=\"false\" maxlength=\"255\"");
	control(f, SIGN_NAME, false);
	value(p, f->in->name);
	field_begin(f, SIGN_EMAIL, tr(p, "Email address"),
		tr(p,
			"We send a link to it. Your signature counts once you "
			"have used the link."));
	html_lit(&p->h,
		"<input type=\"email\" autocomplete=\"email\" "
		"spellcheck=\"false\" autocapitalize=\"none\" "
		"maxlength=\"254\"");
	control(f, SIGN_EMAIL, true);
	value(p, f->in->email);
}

static void country(const struct form *f)
{
	struct page *p = f->p;
	size_t count;
	const struct country *list = country_list(&count);
	struct str chosen =
		f->in->country.len > 0 ? f->in->country : p->site->home.country;

	field_begin(f, SIGN_COUNTRY, tr(p, "Where you live"), STR_NULL);
	html_lit(&p->h, "<select autocomplete=\"country\" data-home=\"");
	html_attr(&p->h, p->site->home.country);
	html_lit(&p->h, "\"");
	control(f, SIGN_COUNTRY, false);
	html_lit(&p->h, ">\n");
	for (size_t i = 0; i < count; i++) {
		html_lit(&p->h, "<option value=\"");
		html_attr(&p->h, list[i].code);
		html_lit(&p->h, "\"");
		if (str_eq(list[i].code, chosen))
			html_lit(&p->h, " selected");
		html_lit(&p->h, ">");
		html_text(&p->h, words_find(p->site->words, list[i].name));
		html_lit(&p->h, "</option>\n");
	}
	html_lit(&p->h, "</select>\n</div>\n");
}

static void postcode(const struct form *f)
{
	struct page *p = f->p;
	struct scratch hint;

	field_begin(f, SIGN_POSTCODE, tr(p, "Postcode"),
		sign_at_home(p, &hint,
			tr(p, "Only needed if you live in the UK"),
			tr(p, "Only needed if you live in {1}")));
	html_lit(&p->h,
		"<input type=\"text\" class=\"short\" "
		"autocomplete=\"postal-code\" spellcheck=\"false\" "
		"autocapitalize=\"characters\" maxlength=\"255\"");
	control(f, SIGN_POSTCODE, true);
	value(p, f->in->postcode);
}

static void updates(const struct form *f)
{
	struct page *p = f->p;

	html_lit(&p->h,
		"<div class=\"field tick\">\n<input type=\"checkbox\" "
		"id=\"updates\" name=\"updates\" value=\"1\"");
	if (f->in->updates)
		html_lit(&p->h, " checked");
	html_lit(&p->h, "> <label for=\"updates\">");
	say(p, "Email me about what happens with this petition");
	html_lit(&p->h, "</label>\n</div>\n");
}

static void privacy(struct page *p)
{
	html_lit(&p->h, "<p class=\"inset\">");
	sayf(p,
		"What you enter is encrypted before it is stored. This website "
		"has no key to open it: your details can only be opened one at "
		"a time by moderators with a key of their own, and if you ask "
		"for updates, your name and email address while they are sent. "
		"[See who can open what].",
		.url = { STR("/who-can-read") });
	html_lit(&p->h, "</p>\n");
}

void sign_form_tag(struct page *p, const struct petition *petition)
{
	struct scratch path;

	html_lit(&p->h, "<form method=\"post\" novalidate action=\"");
	html_url(&p->h,
		petition_path(&path, petition->id, false, "/signatures/new"));
	html_lit(&p->h, "\">\n");
}

void sign_caption(struct page *p, const struct petition *petition)
{
	html_lit(&p->h, "<p class=\"caption\">");
	html_text(&p->h, petition->action);
	html_lit(&p->h, "</p>\n");
}

void sign_back(struct page *p, const struct petition *petition)
{
	struct scratch path;

	html_lit(&p->h, "<p>");
	sayf(p, "[Back to the petition]",
		.url = { petition_path(
			&path, petition->id, petition->archived, "") });
	html_lit(&p->h, "</p>\n");
}

/* What brought the person here, if it is not the petition's button. */
static void heading(struct page *p, const struct sign_form *form)
{
	if (form->corrects.len > 0) {
		say_in(p, "h1", "Correct your signature");
		say_in(p, "p",
			"We cannot see what you entered before, so please "
			"enter everything again. The link in the new email "
			"takes the place of the one you have.");
	} else if (form->no_email) {
		say_in(p, "h1", "I did not get an email");
		say_in(p, "p",
			"It can take some minutes, and it may be in your spam "
			"folder. If it has not come, the address may have been "
			"mistyped: fill in the form again, and we send another "
			"email. Signing twice never counts twice.");
	} else {
		say_in(p, "h1", "Sign this petition");
	}
}

void sign_hidden(struct page *p, const struct sign_form *form)
{
	html_hidden(&p->h, STR("form"), form->token);
	html_hidden(&p->h, STR("shown"), form->shown);
	if (form->corrects.len > 0)
		html_hidden(&p->h, STR("corrects"), form->corrects);
}

static struct str form_title(
	const struct page_site *site, const struct sign_form *form)
{
	if (form->corrects.len > 0)
		return site_tr(site, "Correct your signature");
	return form->no_email ? site_tr(site, "I did not get an email")
			      : site_tr(site, "Sign this petition");
}

void page_sign(struct buf *out, const struct page_site *site,
	const struct petition *petition, const struct sign_form *form,
	const struct sign_faults *faults)
{
	struct page p;
	struct form f = { .p = &p, .in = form, .faults = faults };

	layout_begin(&p, out, site,
		&(struct layout){ .title = form_title(site, form),
			.has_faults = faults != NULL && sign_faults_any(faults),
			.is_noindex = true,
			.script = STR("sign.js") });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	summary(&f);
	sign_caption(&p, petition);
	heading(&p, form);
	sign_form_tag(&p, petition);
	sign_hidden(&p, form);
	eligible(&f);
	person(&f);
	country(&f);
	postcode(&f);
	updates(&f);
	website(&f);
	privacy(&p);
	html_lit(&p.h, "<button class=\"button\" id=\"continue\">");
	say(&p, "Continue");
	html_lit(&p.h, "</button>\n</form>\n");
	sign_back(&p, petition);
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}
