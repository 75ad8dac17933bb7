/*
 * leave.c - pages for signers who leave, stop updates or ask what is held
 * about them.  Each says what will happen before the button, and what has
 * happened after it.
 */
#include "page/sign.h"

struct choice {
	struct str wish; /* of the address */
	struct str title;
	struct str hint;
};

/* clang-format off */
static const struct choice choices_open[] = {
	{ STR_INIT("withdraw"), words_mark("Withdraw my signature"),
	  words_mark("It no longer counts, and your details are destroyed. The public log shows that a signature was withdrawn, not whose.") },
	{ STR_INIT("updates"), words_mark("Stop updates"),
	  words_mark("You get no more emails about this petition. Your signature still counts.") },
	{ STR_INIT("erase"), words_mark("Erase what you hold about me"),
	  words_mark("While the petition is open, this withdraws your signature.") },
	{ STR_INIT("data"), words_mark("Show me what you hold about me"),
	  words_mark("A moderator opens your record and sends it to your email address.") },
};

static const struct choice choices_closed[] = {
	{ STR_INIT("updates"), words_mark("Stop updates"),
	  words_mark("You get no more emails about this petition. Your signature still counts.") },
	{ STR_INIT("erase"), words_mark("Erase what you hold about me"),
	  words_mark("Your details are destroyed. The petition is closed, so your signature stays counted.") },
	{ STR_INIT("data"), words_mark("Show me what you hold about me"),
	  words_mark("A moderator opens your record and sends it to your email address.") },
};
/* clang-format on */

static void begin(struct page *p, struct buf *out, const struct page_site *site,
	const struct petition *petition, struct str title)
{
	layout_begin(p, out, site,
		&(struct layout){ .title = title, .is_noindex = true });
	html_lit(&p->h, "<div class=\"narrow\">\n");
	sign_caption(p, petition);
	html_elem(&p->h, "h1", title);
	html_lit(&p->h, "\n");
}

static void end(struct page *p, const struct petition *petition)
{
	sign_back(p, petition);
	html_lit(&p->h, "</div>\n");
	layout_end(p);
}

void page_leave_choose(struct buf *out, const struct page_site *site,
	const struct petition *petition, bool is_open, struct str token)
{
	const struct choice *choice = is_open ? choices_open : choices_closed;
	size_t n = is_open ? sizeof(choices_open) / sizeof(choices_open[0])
			   : sizeof(choices_closed) / sizeof(choices_closed[0]);
	char path[128];
	struct page p;

	begin(&p, out, site, petition, site_tr(site, "Your signature"));
	say_in(&p, "p",
		"This page can be reached only with the link in our email to "
		"you. Nothing happens before you press a button on the next "
		"page.");
	html_lit(&p.h, "<dl class=\"summary\">\n");
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "/s/%.*s/%.*s",
			STR_ARG(token), STR_ARG(choice[i].wish));
		html_lit(&p.h, "<div><dt>");
		html_link(&p.h, str_c(path),
			words_find(site->words, choice[i].title));
		html_lit(&p.h, "</dt><dd>");
		html_text(&p.h, words_find(site->words, choice[i].hint));
		html_lit(&p.h, "</dd></div>\n");
	}
	html_lit(&p.h, "</dl>\n");
	end(&p, petition);
}

static struct str wish_title(const struct page_site *site, enum page_wish wish)
{
	switch (wish) {
	case PAGE_WITHDRAW:
		return site_tr(site, "Withdraw my signature");
	case PAGE_STOP:
		return site_tr(site, "Stop updates");
	case PAGE_ERASE:
		return site_tr(site, "Erase what you hold about me");
	case PAGE_SHOW:
		break;
	}
	return site_tr(site, "Show me what you hold about me");
}

static void explain_erasing(struct page *p, bool is_open)
{
	if (is_open) {
		say_in(p, "p",
			"The petition is open, so your signature is withdrawn: "
			"the count goes down by one. The public log shows that "
			"a signature was withdrawn, not whose.");
		say_in(p, "p",
			"The keys to your record are destroyed, in our backups "
			"too. Nobody can open it any more, and this cannot be "
			"undone. You may sign again.");
	} else {
		say_in(p, "p",
			"The petition is closed, so your signature stays "
			"counted, as an entry that names nobody.");
		say_in(p, "p",
			"The keys to your record are destroyed, in our backups "
			"too. Nobody can open it any more, and this cannot be "
			"undone.");
	}
}

static void explain(struct page *p, bool is_open, enum page_wish wish)
{
	switch (wish) {
	case PAGE_WITHDRAW:
	case PAGE_ERASE:
		explain_erasing(p, is_open);
		break;
	case PAGE_STOP:
		say_in(p, "p",
			"You get no more emails about this petition. Your "
			"signature still counts.");
		break;
	case PAGE_SHOW:
		say_in(p, "p",
			"This website cannot read your record. Your request "
			"goes to a moderator, who opens the record with a key "
			"of their own and sends its contents to the email "
			"address in it, within a month.");
		break;
	}
}

void page_leave(struct buf *out, const struct page_site *site,
	const struct petition *petition, bool is_open, enum page_wish wish)
{
	struct page p;

	begin(&p, out, site, petition, wish_title(site, wish));
	explain(&p, is_open, wish);
	/* No action: the address holds the token. */
	html_lit(&p.h, "<form method=\"post\">\n<button class=\"button\">");
	html_text(&p.h, wish_title(site, wish));
	html_lit(&p.h, "</button>\n</form>\n");
	end(&p, petition);
}

static struct str left_title(const struct page_site *site, enum page_left left)
{
	switch (left) {
	case LEFT_WITHDRAWN:
		return site_tr(site, "Your signature is withdrawn");
	case LEFT_ERASED:
		return site_tr(site, "Your details are erased");
	case LEFT_FREED:
		return site_tr(site, "What you entered is deleted");
	case LEFT_STOPPED:
		return site_tr(site, "Updates are stopped");
	case LEFT_SHOWN:
		return site_tr(site, "We have your request");
	case LEFT_DONE:
		return site_tr(site, "This was done before");
	case LEFT_OTHER:
	case LEFT_WRONG:
		break;
	}
	return site_tr(site, "Please use another email of ours");
}

static void tell(struct page *p, enum page_left left)
{
	switch (left) {
	case LEFT_WITHDRAWN:
		say(p,
			"It no longer counts. The number on the petition "
			"follows within some minutes, and the keys to your "
			"record are being destroyed.");
		break;
	case LEFT_ERASED:
		say(p,
			"The keys to your record are being destroyed. Your "
			"signature stays counted, as an entry that names "
			"nobody.");
		break;
	case LEFT_FREED:
		say(p,
			"This signature was never confirmed, so it was never "
			"counted. The link in the email no longer works.");
		break;
	case LEFT_STOPPED:
		say(p,
			"You get no more emails about this petition. Your "
			"signature still counts.");
		break;
	case LEFT_SHOWN:
		say(p,
			"A moderator opens your record and sends its contents "
			"to the email address in it, within a month.");
		break;
	case LEFT_DONE:
		say(p,
			"Nothing is left to do: this signature is withdrawn, "
			"and the keys to its record are destroyed.");
		break;
	case LEFT_OTHER:
	case LEFT_WRONG:
		say(p,
			"The signature that counts was confirmed with another "
			"email. Use the link in that one: only it can prove "
			"which signature is yours.");
		break;
	}
}

void page_left(struct buf *out, const struct page_site *site,
	const struct petition *petition, enum page_left left)
{
	struct page p;

	begin(&p, out, site, petition, left_title(site, left));
	html_lit(&p.h, "<div class=\"notice");
	if (left != LEFT_OTHER)
		html_lit(&p.h, " go");
	html_lit(&p.h, "\">\n<p>");
	tell(&p, left);
	html_lit(&p.h, "</p>\n</div>\n");
	end(&p, petition);
}
