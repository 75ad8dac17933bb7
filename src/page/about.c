#include "page/pages.h"

#include "page/layout.h"

struct compartment {
	enum page_compartment number;
	struct str title;
	struct str what;
};

/* clang-format off */
static const struct compartment compartments[] = {
	{ PAGE_IDENTITY, words_mark("What signers enter in the form"),
	  words_mark("Name, email address, postcode, country and the internet address it came from. Opened one at a time, by a moderator, for a stated reason; every opening is entered in the public log.") },
	{ PAGE_CONTACT, words_mark("Addresses for updates"),
	  words_mark("Name and email address of those who ticked the box for updates. Opened while an update is being sent.") },
	{ PAGE_STANDING, words_mark("Creators and sponsors"),
	  words_mark("Name and email address of the person who started a petition and of those who sponsored it. Opened to write to them about it.") },
	{ PAGE_MAIL, words_mark("The confirmation email"),
	  words_mark("What is needed to write one email. Opened by the mail program, and its key is thrown away soon after.") },
};
/* clang-format on */

struct str page_compartment_title(enum page_compartment c)
{
	return compartments[c - 1].title;
}

struct str page_compartment_what(enum page_compartment c)
{
	return compartments[c - 1].what;
}

/* Since when, or from when until when; the mail program's keys change daily,
 * so theirs say no day. */
static void say_time(struct page *p, const struct page_reader *r)
{
	if (r->compartment == PAGE_MAIL)
		return;
	html_lit(&p->h, "<br><small>");
	if (r->until_ms == WHEN_NONE) {
		say(p, "Since");
		html_lit(&p->h, " ");
		say_date(p, r->since_ms);
	} else {
		say(p, "No longer added, but still opens what was sealed between");
		html_lit(&p->h, " ");
		say_date(p, r->since_ms);
		html_lit(&p->h, " – ");
		say_date(p, r->until_ms);
	}
	html_lit(&p->h, "</small>");
}

static void readers_of(struct page *p, const struct compartment *c,
	const struct page_reader *reader, size_t count)
{
	bool any = false;

	html_elem(&p->h, "h2", words_find(p->site->words, c->title));
	html_lit(&p->h, "\n<p>");
	html_text(&p->h, words_find(p->site->words, c->what));
	html_lit(&p->h, "</p>\n");
	for (size_t i = 0; i < count; i++) {
		if (reader[i].compartment != c->number)
			continue;
		if (!any)
			html_lit(&p->h, "<ul class=\"readers\">\n");
		any = true;
		html_lit(&p->h, "<li><strong>");
		html_text(&p->h, reader[i].who);
		html_lit(&p->h, "</strong> <code>");
		html_text(&p->h, reader[i].recipient);
		html_lit(&p->h, "</code>");
		say_time(p, &reader[i]);
		html_lit(&p->h, "</li>\n");
	}
	if (any)
		html_lit(&p->h, "</ul>\n");
	else
		say_in(p, "p", "At the moment, nobody.");
}

/* Rule 17 of the design: what one machine for both halves means. */
static void machine(struct page *p)
{
	html_lit(&p->h, "<div class=\"notice\">\n");
	if (p->site->one_machine) {
		html_lit(&p->h, "<p><strong>");
		say(p, "Everything here runs on one machine.");
		html_lit(&p->h, "</strong></p>\n");
		say_in(p, "p",
			"The sealed records and the locks that let them be "
			"erased are kept by separate programs, but on the same "
			"computer. Whoever controls all of it can see forms "
			"that arrive from then on, and can undo the separation. "
			"Records from before still need a reader's key.");
		say_in(p, "p",
			"Whoever copies that machine whole can try whether a "
			"known email address has signed, and can work out "
			"postcodes and internet addresses by trying them. Names "
			"cannot be tried without the email address. What is "
			"erased is erased on the machine, and not in such a "
			"copy.");
	} else {
		say_in(p, "p",
			"The sealed records and the locks that let them be "
			"erased are kept on two machines. Neither alone can "
			"open a record or link two signatures.");
	}
	if (p->site->credential_in_file)
		say_in(p, "p",
			"The programs' own keys are encrypted on the disk, with "
			"a secret that stands in a file on the same machine. It "
			"is left out of backups; it does not protect from "
			"somebody who takes the machine.");
	else
		say_in(p, "p",
			"The programs' own keys are encrypted on the disk, with "
			"a secret that the system hands over at each start.");
	html_lit(&p->h, "</div>\n");
}

void page_readers(struct buf *out, const struct page_site *site,
	const struct page_reader *reader, size_t count)
{
	struct page p;

	layout_begin(&p, out, site,
		&(struct layout){ .title = site_tr(site, "Who can read what"),
			.description = site_tr(site,
				"Every key that opens what signers wrote, "
				"and who holds it."),
			.path = STR("/who-can-read") });
	html_lit(&p.h, "<div class=\"narrow\">\n");
	say_in(&p, "h1", "Who can read what");
	html_lit(&p.h, "<p class=\"lead\">");
	say(&p,
		"What you enter is encrypted before it is stored, to the "
		"readers named here and nobody else. The website itself holds "
		"no key that opens it.");
	html_lit(&p.h, "</p>\n");
	machine(&p);
	for (size_t i = 0; i < sizeof(compartments) / sizeof(compartments[0]);
		i++)
		readers_of(&p, &compartments[i], reader, count);
	html_lit(&p.h, "<h2>");
	say(&p, "How you can tell that this list is whole");
	html_lit(&p.h, "</h2>\n");
	say_in(&p, "p",
		"Every change of it is entered in the public log, and no record "
		"is sealed to a key that was not declared there first. A new "
		"reader cannot open what was sealed before.");
	html_lit(&p.h, "</div>\n");
	layout_end(&p);
}

static void text_begin(struct page *p, struct buf *out,
	const struct page_site *site, struct str heading, struct str path)
{
	struct str title = words_find(site->words, heading);

	layout_begin(
		p, out, site, &(struct layout){ .title = title, .path = path });
	html_lit(&p->h, "<div class=\"narrow text\">\n");
	html_elem(&p->h, "h1", title);
	html_lit(&p->h, "\n");
}

static void text_end(struct page *p)
{
	html_lit(&p->h, "</div>\n");
	layout_end(p);
}

static void help_signing(struct page *p)
{
	say_in(p, "h2", "How do I sign?");
	say_in(p, "p",
		"Press \"Sign this petition\", fill in the form, and open the "
		"link that we send to your email address. The page behind it "
		"has one button: pressing it counts your signature. You need "
		"no account.");
	html_lit(&p->h, "<p>");
	sayf(p, "If the link does not open, [type the code] from the email.",
		.url = { STR("/c") });
	html_lit(&p->h, "</p>\n");
	say_in(p, "h2", "Can two people use one email address?");
	say_in(p, "p",
		"Yes: two people with different names and the same postcode. "
		"Signing twice never counts twice, and the screen never tells "
		"whether somebody has signed before.");
}

static void help_counting(struct page *p)
{
	say_in(p, "h2", "How do I know that the count is right?");
	say_in(p, "p",
		"Every counted signature is an entry in a public log. Entries "
		"cannot be changed or taken out without anybody noticing, and "
		"they show nobody's name. You can find your own entry with the "
		"link in your email, and anybody can count all of them with "
		"the program petition-verify or one of their own.");
	say_in(p, "h2", "Why can a count go down?");
	say_in(p, "p",
		"Signers can withdraw, and signatures that break the rules are "
		"taken out. Both are entries in the log as well: nothing "
		"disappears in silence.");
}

void page_help(struct buf *out, const struct page_site *site)
{
	struct scratch first;
	struct scratch second;
	struct page p;

	text_begin(&p, out, site, STR("How petitions work"), STR("/help"));
	say_in(&p, "h2", "What happens with a petition?");
	sayf_in(&p, "p",
		"At {1} signatures the Government responds. At {2} signatures "
		"the petition is considered for a debate in Parliament.",
		.arg = { page_number(&p, &first, site->response_threshold),
			page_number(&p, &second, site->debate_threshold) });
	html_lit(&p.h, "<p>");
	say_count(&p, "A petition is open for {1} month.",
		"A petition is open for {1} months.", site->duration_months);
	html_lit(&p.h, "</p>\n");
	help_signing(&p);
	help_counting(&p);
	text_end(&p);
}

void page_privacy(struct buf *out, const struct page_site *site)
{
	struct page p;

	text_begin(&p, out, site, STR("Privacy"), STR("/privacy"));
	html_lit(&p.h, "<p class=\"lead\">");
	say(&p,
		"Signing a petition states an opinion. Who signed is nobody's "
		"business, so we store it in a way that we cannot read by "
		"ourselves.");
	html_lit(&p.h, "</p>\n");
	say_in(&p, "h2", "What we ask for, and why");
	say_in(&p, "p",
		"Your name, email address, postcode and country make sure that "
		"every person counts once. We note the internet address that "
		"the form came from, to recognise machines that sign.");
	say_in(&p, "h2", "What becomes of it");
	html_lit(&p.h, "<p>");
	sayf(&p,
		"It is encrypted the moment it arrives. [Who can open what] is "
		"public, and every opening is entered in the public log. The "
		"log holds no name, no address and no postcode.",
		.url = { STR("/who-can-read") });
	html_lit(&p.h, "</p>\n");
	say_in(&p, "p",
		"The total of a petition is public. The person who started it "
		"is named while it is open.");
	say_in(&p, "h2", "What we do not do");
	say_in(&p, "p",
		"No cookies, no tracking, no advertising, nothing loaded from "
		"other websites. We do not sell or give away anything.");
	say_in(&p, "h2", "When it is erased");
	say_in(&p, "p",
		"Each record has a lock of its own. Destroying the lock makes "
		"the record unreadable for everybody, in every backup. That "
		"happens when its purpose has ended.");
	text_end(&p);
}
