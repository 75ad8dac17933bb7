#include "page/pages.h"

#include "page/layout.h"

struct words {
	int status;
	struct str title;
	struct str what;
};

/* clang-format off */
static const struct words table[] = {
	{ 400, words_mark("That request could not be understood"),
	  words_mark("Something in the address or the form is not as it should be. Go back and try again.") },
	{ 403, words_mark("Not allowed"),
	  words_mark("This page is not for you. If it was a form, open it again and send it from there.") },
	{ 404, words_mark("Page not found"),
	  words_mark("Check the address, or look for the petition in the list of all petitions.") },
	{ 405, words_mark("That does not work here"),
	  words_mark("This page can be read, but nothing can be sent to it.") },
	{ 406, words_mark("Not in that format"),
	  words_mark("This page does not exist in the format that was asked for.") },
	{ 408, words_mark("That took too long"),
	  words_mark("The request did not arrive in time. Try again.") },
	{ 410, words_mark("This is no longer here"),
	  words_mark("It was published once and has been taken away.") },
	{ 413, words_mark("That is too much"),
	  words_mark("What was sent is larger than anything this page needs.") },
	{ 414, words_mark("That address is too long"),
	  words_mark("Check the address and try again.") },
	{ 422, words_mark("That could not be accepted"),
	  words_mark("Go back to the form and check what you entered.") },
	{ 429, words_mark("Too many requests"),
	  words_mark("Wait a minute, then try again.") },
	{ 431, words_mark("That is too much"),
	  words_mark("Your browser sent more than this page needs.") },
	{ 500, words_mark("Something went wrong"),
	  words_mark("It is our fault. What was confirmed before is safe. Try again later.") },
	{ 503, words_mark("Please try again in a moment"),
	  words_mark("The site is busy or being looked after. Nothing is lost: send the form again, and it still counts once.") },
};
/* clang-format on */

static const struct words *words_of(int status)
{
	const struct words *found = NULL;
	int fallback = status >= 500 ? 500 : 400;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].status == status)
			return &table[i];
		if (table[i].status == fallback)
			found = &table[i];
	}
	return found;
}

static void write_page(struct buf *out, const struct page_site *site,
	int status, bool has_button)
{
	const struct words *w = words_of(status);
	struct str title = words_find(site->words, w->title);
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = title, .is_noindex = true });
	html_lit(&p.h, "<div class=\"narrow\">\n<p class=\"caption\">");
	html_decimal(&p.h, (uint64_t)status);
	html_lit(&p.h, "</p>\n");
	html_elem(&p.h, "h1", title);
	html_lit(&p.h, "\n<p>");
	html_text(&p.h, words_find(site->words, w->what));
	html_lit(&p.h, "</p>\n");
	if (has_button) {
		html_lit(&p.h,
			"<form method=\"post\">\n<button class=\"button\">");
		say(&p, "Try again");
		html_lit(&p.h, "</button>\n</form>\n");
	}
	html_lit(&p.h, "<p>");
	sayf(&p, "[All petitions]", .url = { STR("/petitions") });
	html_lit(&p.h, "</p>\n</div>\n");
	layout_end(&p);
}

void page_error(struct buf *out, const struct page_site *site, int status)
{
	write_page(out, site, status, false);
}

void page_again(struct buf *out, const struct page_site *site)
{
	write_page(out, site, 503, true);
}
