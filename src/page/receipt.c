#include "page/receipt.h"

#include "base/enc.h"
#include "page/layout.h"
#include "page/pages.h"

static bool is_out(const struct page_receipt *r)
{
	return r->state == PAGE_INVALIDATED || r->state == PAGE_WITHDRAWN;
}

/* Why, by the reason of INVALIDATE. */
static struct str why(const struct page *p, const struct page_receipt *r)
{
	switch (r->reason) {
	case 1:
		return tr(p,
			"Set apart on {1}: more signatures came from one place "
			"than are counted at once, or the place is blocked.");
	case 2:
		return tr(p, "Invalidated on {1}: fraud.");
	case 3:
		return tr(p, "Invalidated on {1}: a duplicate.");
	default:
		return tr(p, "Invalidated on {1}: by a moderator.");
	}
}

/* "Withdrawn on ...", and the leaves that say so. */
static void out(struct page *p, const struct page_receipt *r)
{
	struct str msg = r->state == PAGE_WITHDRAWN ? tr(p, "Withdrawn on {1}.")
						    : why(p, r);
	struct scratch day, leaf, by;
	struct str when = STR("\xE2\x80\x93");

	if (r->out_ms > 0)
		when = page_date(p, &day, r->out_ms);
	html_lit(&p->h, "<p id=\"state\">");
	say_values(p, msg, &(struct say_values){ .arg = { when } });
	html_lit(&p->h, "</p>\n<p class=\"small\">");
	sayf(p,
		"It was counted as leaf {1} in the log; leaf {2} takes it out "
		"of the count.",
		.arg = { page_number(p, &leaf, r->leaf),
			page_number(p, &by, r->out_leaf) });
	html_lit(&p->h, "</p>\n");
}

static void in(struct page *p, const struct page_receipt *r)
{
	struct scratch number;

	html_lit(&p->h, "<p id=\"state\">");
	if (r->state == PAGE_COUNTED)
		sayf(p, "Counted as leaf {1} in the log.",
			.arg = { page_number(p, &number, r->leaf) });
	else
		say(p, "Waiting for the next checkpoint.");
	html_lit(&p->h, "</p>\n");
}

static void state(struct page *p, const struct page_receipt *r)
{
	html_lit(&p->h, "<div class=\"notice");
	if (!is_out(r))
		html_lit(&p->h, " go");
	html_lit(&p->h, "\">\n");
	if (is_out(r))
		out(p, r);
	else
		in(p, r);
	if (r->state == PAGE_WAITING) {
		html_lit(&p->h, "<p class=\"small\" id=\"again\">");
		sayf(p,
			"Signatures of one petition are put into the log "
			"together, so that the minute gives nobody away: that "
			"takes 15 minutes at most. [Look again].",
			.url = { STR("?") });
		html_lit(&p->h, "</p>\n");
	}
	html_lit(&p->h, "</div>\n");
}

static void commitment_text(
	struct scratch *s, const uint8_t c[32], struct str *ret_text)
{
	struct buf b;

	buf_init(&b, sizeof(s->at));
	enc_base64url(&b, c, 32);
	memcpy(s->at, b.at == NULL ? "" : b.at, b.len);
	*ret_text = (struct str){ s->at, b.len };
	buf_release(&b);
}

static void promise(struct page *p, const struct page_receipt *r)
{
	html_lit(&p->h, "<h2>");
	say(p, "Our promise");
	html_lit(&p->h, "</h2>\n");
	say_in(p, "p",
		"Keep these lines. They are signed, and they prove that we "
		"accepted a signature: if it is not in the public log by the "
		"time they name, anyone can see that we broke our word. They "
		"do not say who you are.");
	html_lit(&p->h, "<pre tabindex=\"0\" id=\"promise\"><code>");
	html_text(&p->h, r->promise);
	html_lit(&p->h,
		"</code></pre>\n"
		"<p class=\"buttons\" id=\"promise-tools\" hidden>"
		"<button type=\"button\" class=\"button second\" "
		"id=\"copy\" data-done=\"");
	html_attr(&p->h, tr(p, "Copied"));
	html_lit(&p->h, "\">");
	say(p, "Copy");
	html_lit(&p->h,
		"</button>\n<a class=\"button second\" id=\"save\" "
		"download=\"promise.txt\" href=\"#promise\">");
	say(p, "Save as a file");
	html_lit(&p->h, "</a></p>\n");
}

/* One step of the check: what it asks, and the sentences for its ends.  The
 * script shows the one that fits; it holds no words of its own. */
static void step(struct page *p, struct str id, struct str good, struct str bad,
	struct str unsure)
{
	html_lit(&p->h, "<li data-step=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "\" hidden><span data-end=\"good\" hidden>");
	html_text(&p->h, words_find(p->site->words, good));
	html_lit(&p->h, "</span><span data-end=\"bad\" hidden>");
	html_text(&p->h, words_find(p->site->words, bad));
	html_lit(&p->h, "</span><span data-end=\"unsure\" hidden>");
	html_text(&p->h, words_find(p->site->words, unsure));
	html_lit(&p->h, "</span></li>\n");
}

struct step {
	struct str id;
	struct str good;
	struct str bad;
	struct str unsure;
};

/* The ids are those that receipt.js reports. */
/* clang-format off */
static const struct step steps[] = {
	{ STR_INIT("commitment"),
	  words_mark("This entry is made from your name and your email address and nobody else's."),
	  words_mark("This entry does not match that name and email address. Type both exactly as they stand in the email, or, if they are right, the entry is not yours."),
	  words_mark("Whether the entry is yours could not be computed.") },
	{ STR_INIT("promise"),
	  words_mark("The promise is signed with this site's promise key and is about this entry."),
	  words_mark("The promise is not signed with this site's promise key, or is about something else."),
	  words_mark("The promise was not checked: this browser cannot check Ed25519 signatures.") },
	{ STR_INIT("signature"),
	  words_mark("The checkpoint is signed with the log's key."),
	  words_mark("The checkpoint is not signed with the log's key."),
	  words_mark("The checkpoint's signature was not checked: this browser cannot check Ed25519 signatures.") },
	{ STR_INIT("leaf"),
	  words_mark("The public log holds your entry, as a signature of this petition."),
	  words_mark("The log holds something else where your entry should be."),
	  words_mark("Your entry is not in the log yet: check again after the next checkpoint.") },
	{ STR_INIT("inclusion"),
	  words_mark("The checkpoint covers it: it cannot be taken out without showing."),
	  words_mark("The checkpoint does not cover it."),
	  words_mark("Whether the checkpoint covers it could not be computed.") },
	{ STR_INIT("out"),
	  words_mark("The public log also holds the entry that takes yours out of the count."),
	  words_mark("The log holds no entry that takes yours out of the count, though this website says so."),
	  words_mark("The entry that takes yours out of the count was not looked at: it stands in another year's log, or is newer than the checkpoint.") },
};

static const struct step verdicts[] = {
	{ STR_INIT("verdict"),
	  words_mark("Your signature is counted. You have checked it yourself."),
	  words_mark("Something is wrong. Keep the email and the promise, and show them to somebody you trust."),
	  words_mark("Nothing wrong was found, but not everything could be checked.") },
	{ STR_INIT("verdict-out"),
	  words_mark("Your signature was counted and is not counted any more. The log says so, and you have checked it yourself."),
	  words_mark("Something is wrong. Keep the email and the promise, and show them to somebody you trust."),
	  words_mark("Nothing wrong was found, but not everything could be checked.") },
	{ STR_INIT("trouble"),
	  words_mark("Done."),
	  words_mark("The log could not be read. Try again later."),
	  words_mark("This browser cannot compute here: it needs a secure (https) connection.") },
};
/* clang-format on */

static void steps_list(struct page *p)
{
	html_lit(&p->h, "<ol id=\"steps\" class=\"checks\">\n");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		step(p, steps[i].id, steps[i].good, steps[i].bad,
			steps[i].unsure);
	html_lit(&p->h,
		"</ol>\n<div role=\"status\">\n"
		"<ul id=\"verdict\" class=\"checks verdict\">\n");
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		step(p, verdicts[i].id, verdicts[i].good, verdicts[i].bad,
			verdicts[i].unsure);
	html_lit(&p->h, "</ul>\n</div>\n");
}

/* Made in the browser after a check, for it holds what only that has. */
static void keep(struct page *p)
{
	html_lit(&p->h, "<div id=\"keep\" hidden>\n<h3>");
	say(p, "Keep your receipt");
	html_lit(&p->h, "</h3>\n<p>");
	say(p,
		"The file holds what the link in your email holds, with your "
		"name, your address and our promise; the picture is the link. "
		"Whoever has one of them can show that you signed. Both are "
		"made in your browser and sent nowhere.");
	html_lit(&p->h,
		"</p>\n<p><a class=\"button second\" id=\"save-receipt\" "
		"download=\"receipt.txt\" href=\"#keep\">");
	say(p, "Save the receipt");
	html_lit(&p->h,
		"</a></p>\n<div id=\"qr\" class=\"qr\" role=\"img\" "
		"aria-label=\"");
	html_attr(&p->h, tr(p, "QR code of the link in your email"));
	html_lit(&p->h, "\"></div>\n</div>\n");
}

static void check_form(struct page *p)
{
	html_lit(&p->h, "<div id=\"check\" hidden>\n<p>");
	say(p,
		"Your browser can check now that your signature is in the log. "
		"What you type here stays in it: nothing is sent.");
	html_lit(&p->h,
		"</p>\n<form id=\"check-form\" novalidate>\n"
		"<div class=\"field\"><label for=\"mailed-name\">");
	say(p, "Your name, as it stands in the email");
	html_lit(&p->h,
		"</label>\n<input type=\"text\" id=\"mailed-name\" "
		"autocomplete=\"name\" spellcheck=\"false\"></div>\n"
		"<div class=\"field\"><label for=\"mailed-email\">");
	say(p, "Your email address, as it stands in the email");
	html_lit(&p->h,
		"</label>\n<input type=\"email\" id=\"mailed-email\" "
		"autocomplete=\"email\" spellcheck=\"false\" "
		"autocapitalize=\"none\"></div>\n"
		"<button class=\"button\">");
	say(p, "Check my signature");
	html_lit(&p->h, "</button>\n</form>\n");
	steps_list(p);
	keep(p);
	html_lit(&p->h, "</div>\n");
}

static void check(struct page *p)
{
	html_lit(&p->h, "<h2>");
	say(p, "Check it yourself");
	html_lit(&p->h, "</h2>\n");
	check_form(p);
	html_lit(&p->h, "<p id=\"no-fragment\" hidden>");
	say(p,
		"To check it in this browser, open this page with the link in "
		"your email: what stands behind the # in it is needed.");
	html_lit(&p->h, "</p>\n<noscript><p>");
	say(p,
		"With scripts turned on, this page checks your entry in your "
		"own browser. It also works with petition-verify.");
	html_lit(&p->h, "</p></noscript>\n<p class=\"small\">");
	say(p,
		"The link in your email proves that you signed. Do not show it "
		"to anybody who should not know.");
	html_lit(&p->h, "</p>\n");
}

static struct str title(
	const struct page_site *site, const struct page_receipt *r)
{
	if (r->state == PAGE_WITHDRAWN)
		return site_tr(site, "Your signature is withdrawn");
	return r->state == PAGE_INVALIDATED
		? site_tr(site, "Your signature is not counted")
		: site_tr(site, "Your signature is confirmed");
}

void page_receipt(struct buf *out, const struct page_site *site,
	const struct page_receipt *r)
{
	struct scratch scratch;
	struct str c;
	struct page p;

	commitment_text(&scratch, r->commitment, &c);
	layout_begin(&p, out, site,
		&(struct layout){ .title = title(site, r),
			.is_noindex = true,
			.library = STR("qr.js"),
			.script = STR("receipt.js") });
	html_lit(&p.h, "<div class=\"narrow\" id=\"receipt\" data-petition=\"");
	html_decimal(&p.h, r->petition_id);
	html_lit(&p.h, "\" data-commitment=\"");
	html_attr(&p.h, c);
	html_lit(&p.h, "\" data-log=\"");
	html_attr(&p.h, r->log_path);
	html_lit(&p.h, "\">\n<p class=\"caption\">");
	html_text(&p.h, r->action);
	html_lit(&p.h, "</p>\n");
	html_elem(&p.h, "h1", title(site, r));
	html_lit(&p.h, "\n");
	receipt_count(&p, r);
	state(&p, r);
	receipt_area(&p, r);
	receipt_more(&p, r);
	if (r->promise.len > 0)
		promise(&p, r);
	check(&p);
	html_lit(&p.h, "<p>");
	{
		struct scratch path;

		sayf(&p, "[Back to the petition]",
			.url = { petition_path(
				&path, r->petition_id, false, "") });
	}
	html_lit(&p.h, "</p>\n</div>\n");
	layout_end(&p);
}
