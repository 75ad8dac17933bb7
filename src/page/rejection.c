#include "page/petition.h"

/* What the public codes mean, in our words; others show as they are. */
static struct str reason(struct str code)
{
	static const struct {
		struct str code;
		struct str words;
	} table[] = {
		{ STR_INIT("duplicate"),
			words_mark("There is already a petition about this.") },
		{ STR_INIT("irrelevant"),
			words_mark("It asks for something that the Government "
				   "and Parliament are not responsible for.") },
		{ STR_INIT("no-action"),
			words_mark("It does not say clearly what the "
				   "Government or Parliament should do.") },
		{ STR_INIT("honours"),
			words_mark("It is about honours or appointments.") },
		{ STR_INIT("fake-name"),
			words_mark("It was started under a name that is not "
				   "real.") },
		{ STR_INIT("foi"),
			words_mark("It asks for information: that is what a "
				   "freedom of information request is for.") },
		{ STR_INIT("already-happening"),
			words_mark("What it asks for is already happening.") },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (str_eq(table[i].code, code))
			return table[i].words;
	return code;
}

void petition_rejection(struct page *p, const struct petition *t)
{
	html_lit(&p->h,
		"<section class=\"notice\" "
		"aria-labelledby=\"rejected\">\n<h2 id=\"rejected\">");
	say(p, "Why this petition was rejected");
	html_lit(&p->h, "</h2>\n");
	if (t->rejection != NULL) {
		html_lit(&p->h, "<p>");
		html_text(&p->h,
			words_find(p->site->words, reason(t->rejection->code)));
		html_lit(&p->h, "</p>\n");
		petition_words(p, t->rejection->details, 3);
	}
	say_in(p, "p", "It cannot be signed.");
	html_lit(&p->h, "</section>\n");
}
