#include "page/local.h"

#include "page/layout.h"

/* "/petitions/local/SLUG" and what hangs on it, inside an attribute. */
static void area_url(struct page *p, const struct page_area *a, struct str tail)
{
	struct buf path;
	struct html part = { .out = &path };

	buf_init(&path, 1024);
	html_lit(&part, "/petitions/local/");
	html_url_part(&part, a->slug);
	buf_str(&path, tail);
	html_url(&p->h, buf_view(&path));
	buf_release(&path);
}

void local_link(struct page *p, const struct page_area *a, struct str tail,
	struct str text)
{
	html_lit(&p->h, "<a href=\"");
	area_url(p, a, tail);
	html_lit(&p->h, "\">");
	html_text(&p->h, text);
	html_lit(&p->h, "</a>");
}

/* The institution's own word, or ours. */
static struct str own_word(
	const struct page *p, struct str own, struct str ours)
{
	return own.len > 0 ? words_find(p->site->words, own) : ours;
}

/* ---- the form ---- */

void local_form(struct page *p, struct str typed, struct str fault)
{
	struct str what =
		own_word(p, p->site->area_name, tr(p, "constituency"));

	html_lit(&p->h, "<form method=\"post\" novalidate action=\"");
	html_url(&p->h, STR("/petitions/local"));
	html_lit(&p->h, "\">\n<div class=\"field");
	if (fault.len > 0)
		html_lit(&p->h, " wrong");
	html_lit(&p->h, "\">\n<label for=\"where\">");
	sayf(p, "Postcode or {1}", .arg = { what });
	html_lit(&p->h, "</label>\n");
	if (fault.len > 0)
		say_fault(p, STR("where"), fault);
	html_lit(&p->h,
		"<input type=\"text\" id=\"where\" name=\"where\" "
		"autocomplete=\"postal-code\" spellcheck=\"false\" "
		"maxlength=\"255\"");
	if (fault.len > 0)
		html_lit(&p->h,
			" aria-invalid=\"true\" "
			"aria-describedby=\"where-fault\"");
	html_lit(&p->h, " value=\"");
	html_attr(&p->h, typed);
	html_lit(&p->h, "\">\n</div>\n<button class=\"button second\">");
	say(p, "Find local petitions");
	html_lit(&p->h, "</button>\n</form>\n");
}

static struct str fault_words(const struct page *p, enum local_answer answer)
{
	switch (answer) {
	case LOCAL_ASK:
	case LOCAL_CHOOSE:
		return STR_NULL;
	case LOCAL_EMPTY:
		return tr(p, "Enter a postcode or a name");
	case LOCAL_UNKNOWN_POSTCODE:
		return tr(p,
			"We do not know this postcode. Check it, or choose from the list");
	case LOCAL_UNKNOWN_NAME:
		return tr(p,
			"Nothing of that name was found. Check it, or choose from the list");
	case LOCAL_NO_AREA:
		return tr(p,
			"This postcode elects nobody here, as on some islands. Choose from the list");
	case LOCAL_PAST:
		return tr(p,
			"This postcode is known from earlier boundaries only. Choose from the list");
	}
	return STR_NULL;
}

/* The box at the top that names the fault and links to the field. */
static void summary(struct page *p, struct str fault)
{
	if (fault.len == 0)
		return;
	say_faults_begin(p);
	html_lit(&p->h, "<ul>\n<li><a href=\"#where\">");
	html_text(&p->h, fault);
	html_lit(&p->h, "</a></li>\n</ul>\n</div>\n");
}

/* ---- what was found ---- */

void local_member(struct page *p, const struct page_area *a, bool link)
{
	struct str role = own_word(p, p->site->member_name, tr(p, "MP"));

	if (a->member.len == 0) {
		sayf(p, "{1}: the seat is vacant", .arg = { role });
		return;
	}
	if (!link || a->member_url.len == 0) {
		sayf(p, "{1}: {2}", .arg = { role, a->member });
		return;
	}
	sayf(p, "{1}:", .arg = { role });
	html_lit(&p->h, " ");
	html_link(&p->h, a->member_url, a->member);
}

static void found(struct page *p, const struct page_local *l)
{
	if (l->ended) {
		html_lit(&p->h, "<p class=\"inset\">");
		say(p,
			"This postcode is no longer in use. This is where it "
			"was:");
		html_lit(&p->h, "</p>\n");
	} else if (l->postcode.len > 0) {
		say_in(p, "p",
			"This postcode lies in more than one. Choose yours:");
	} else {
		say_in(p, "p", "Several have that in their name:");
	}
	html_lit(&p->h, "<ul class=\"petitions\">\n");
	for (size_t i = 0; i < l->found_count; i++) {
		html_lit(&p->h, "<li>");
		local_link(p, &l->found[i], STR(""), l->found[i].name);
		html_lit(&p->h, "<p><span>");
		local_member(p, &l->found[i], false);
		html_lit(&p->h, "</span></p></li>\n");
	}
	html_lit(&p->h, "</ul>\n");
}

/* ---- all of them ---- */

/* The first letter of a slug, upper case where that is simple. */
static struct str letter_of(struct str slug, char room[static 1])
{
	size_t len = 1;

	while (len < slug.len && ((uint8_t)slug.at[len] & 0xC0) == 0x80)
		len++;
	if (slug.len == 0 || len > 1 || slug.at[0] < 'a' || slug.at[0] > 'z')
		return str_slice(slug, 0, len);
	room[0] = (char)(slug.at[0] - 'a' + 'A');
	return (struct str){ room, 1 };
}

static void everywhere(struct page *p, const struct page_local *l)
{
	struct str name =
		own_word(p, p->site->areas_name, tr(p, "constituencies"));
	struct str last = STR("");
	char room[2][1];

	if (l->area_count == 0)
		return;
	html_lit(&p->h, "<section aria-labelledby=\"all\">\n<h2 id=\"all\">");
	sayf(p, "All {1}", .arg = { name });
	html_lit(&p->h, "</h2>\n<div class=\"areas\">\n");
	for (size_t i = 0; i < l->area_count; i++) {
		struct str letter = letter_of(l->area[i].slug, room[i % 2]);

		if (i == 0 || !str_eq(letter, last)) {
			if (i > 0)
				html_lit(&p->h, "</ul>\n");
			html_lit(&p->h, "<h3>");
			html_text(&p->h, letter);
			html_lit(&p->h, "</h3>\n<ul>\n");
		}
		last = letter;
		html_lit(&p->h, "<li>");
		local_link(p, &l->area[i], STR(""), l->area[i].name);
		html_lit(&p->h, "</li>\n");
	}
	html_lit(&p->h, "</ul>\n</div>\n</section>\n");
}

void page_local(struct buf *out, const struct page_site *site,
	const struct page_local *local)
{
	struct str fault;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){
			.title = site_tr(site, "Petitions in your area"),
			.description = site_tr(site,
				"Find out which petitions people sign where "
				"you live."),
			.path = STR("/petitions/local"),
			.is_noindex = local->answer != LOCAL_ASK,
			.has_faults = local->answer != LOCAL_ASK &&
				local->answer != LOCAL_CHOOSE });
	fault = fault_words(&p, local->answer);
	summary(&p, fault);
	say_in(&p, "h1", "Petitions in your area");
	html_lit(&p.h, "<div class=\"narrow\">\n");
	if (local->answer == LOCAL_CHOOSE)
		found(&p, local);
	local_form(&p, local->typed, fault);
	html_lit(&p.h, "<p class=\"small\">");
	say(&p,
		"Your postcode is looked up on this server and forgotten: it "
		"stands in no address, no log and no record.");
	html_lit(&p.h, "</p>\n</div>\n");
	everywhere(&p, local);
	layout_end(&p);
}

/* ---- one area ---- */

static void petition(struct page *p, const struct store_local *l)
{
	struct scratch path;
	struct scratch total;

	html_lit(&p->h, "<li><a href=\"");
	html_url(&p->h, petition_path(&path, l->id, false, ""));
	html_lit(&p->h, "\">");
	html_text(&p->h, l->action);
	html_lit(&p->h, "</a>\n<p><span>");
	say_count(p, "{1} signature from here", "{1} signatures from here",
		l->local);
	html_lit(&p->h, "</span> <span>");
	sayf(p, "{1} in all", .arg = { page_number(p, &total, l->count) });
	html_lit(&p->h, "</span>");
	if (l->state == PETITION_CLOSED) {
		html_lit(&p->h, " <span>");
		say(p, "Now closed");
		html_lit(&p->h, "</span>");
	}
	html_lit(&p->h, "</p></li>\n");
}

/* Open ones, or closed ones as well. */
static void choice(struct page *p, const struct page_area_list *l)
{
	static const struct str tail[] = { STR_INIT(""), STR_INIT("/all") };
	struct str text[] = { tr(p, "Open petitions"),
		tr(p, "Open and closed petitions") };

	html_lit(&p->h, "<nav class=\"facets\" aria-label=\"");
	html_attr(&p->h, tr(p, "Which petitions"));
	html_lit(&p->h, "\">\n<ul>\n");
	for (size_t i = 0; i < 2; i++) {
		html_lit(&p->h, "<li><a");
		if (l->closed == (i == 1))
			html_lit(&p->h, " aria-current=\"page\"");
		html_lit(&p->h, " href=\"");
		area_url(p, &l->area, tail[i]);
		html_lit(&p->h, "\">");
		html_text(&p->h, text[i]);
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</nav>\n");
}

static void data_links(struct page *p, const struct page_area_list *l)
{
	html_lit(&p->h, "<p class=\"small data\">");
	local_link(p, &l->area, l->closed ? STR("/all.json") : STR(".json"),
		tr(p, "This list as JSON"));
	html_lit(&p->h, " ");
	local_link(p, &l->area, l->closed ? STR("/all.csv") : STR(".csv"),
		tr(p, "This list as CSV"));
	html_lit(&p->h, " ");
	html_link(&p->h, STR("/petitions/local"), tr(p, "Another place"));
	html_lit(&p->h, "</p>\n");
}

void page_area(struct buf *out, const struct page_site *site,
	const struct page_area_list *list)
{
	struct scratch title;
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = format_message(&title,
					  site_tr(site, "Petitions in {1}"),
					  &list->area.name, 1) });
	html_lit(&p.h, "<h1>");
	sayf(&p, "Petitions in {1}", .arg = { list->area.name });
	html_lit(&p.h, "</h1>\n<p class=\"lead\">");
	local_member(&p, &list->area, true);
	if (list->area.region.len > 0) {
		html_lit(&p.h, "<br>");
		html_text(&p.h, list->area.region);
	}
	html_lit(&p.h, "</p>\n");
	choice(&p, list);
	html_lit(&p.h, "<div class=\"narrow\">\n");
	if (list->count == 0)
		say_in(&p, "p", "No petition has signatures from here yet.");
	else
		html_lit(&p.h, "<ul class=\"petitions\">\n");
	for (size_t i = 0; i < list->count; i++)
		petition(&p, &list->at[i]);
	if (list->count > 0)
		html_lit(&p.h, "</ul>\n");
	data_links(&p, list);
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}
