#include "mail/letter.h"

#include "base/enc.h"
#include "html/html.h"

enum { LINE_CHARS = 76 };

/* One letter on its way to both its parts. */
struct pen {
	const struct mail_letter *l;
	const struct catalogue *words;
	struct buf *text;
	struct html html;
};

/* ---- links ---- */

static void put_base(struct buf *b, const struct mail_letter *l)
{
	buf_str(b, l->base_url);
	buf_str(b, l->prefix);
}

void mail_confirm_link(struct buf *b, const struct mail_letter *l)
{
	put_base(b, l);
	buf_c(b, "/c/");
	buf_str(b, l->token);
	buf_c(b, "#");
	enc_base64url(b, l->o, 32);
	buf_c(b, ".");
	enc_base64url(b, l->record_hash, 32);
}

void mail_leave_link(struct buf *b, const struct mail_letter *l)
{
	put_base(b, l);
	buf_c(b, "/s/");
	buf_str(b, l->token);
}

static void petition_link(struct buf *b, const struct mail_letter *l)
{
	put_base(b, l);
	buf_c(b, "/petitions/");
	buf_decimal(b, l->petition);
}

/* ---- paragraphs ---- */

/* Words in lines of LINE_CHARS; one that is longer has a line to itself. */
static void wrap(struct buf *b, struct str text)
{
	size_t used = 0;
	struct str part;

	while (str_split(&text, ' ', &part)) {
		size_t chars = str_utf8_count(part);

		if (used > 0 && used + 1 + chars > LINE_CHARS) {
			buf_c(b, "\n");
			used = 0;
		} else if (used > 0) {
			buf_c(b, " ");
			used++;
		}
		buf_str(b, part);
		used += chars;
	}
	buf_c(b, "\n\n");
}

static void paragraph(struct pen *p, struct str msg)
{
	wrap(p->text, msg);
	html_elem(&p->html, "p", msg);
	html_lit(&p->html, "\n");
}

/* A paragraph with an address in the place of {1}. */
static void paragraph_link(struct pen *p, struct str msg, struct str url)
{
	struct str before, after;
	size_t at = 0;
	struct buf b;

	while (at < msg.len &&
		!str_starts(str_slice(msg, at, msg.len), STR("{1}")))
		at++;
	before = str_slice(msg, 0, at);
	after = str_slice(msg, at + 3, msg.len);
	buf_init(&b, 4096);
	buf_str(&b, before);
	buf_str(&b, url);
	buf_str(&b, after);
	wrap(p->text, buf_view(&b));
	buf_release(&b);
	html_lit(&p->html, "<p>");
	html_text(&p->html, before);
	html_link(&p->html, url, url);
	html_text(&p->html, after);
	html_lit(&p->html, "</p>\n");
}

/* ---- the parts of a letter ---- */

static void head(struct pen *p, struct str heading)
{
	html_lit(&p->html, "<!DOCTYPE html>\n<html lang=\"");
	html_attr(&p->html, p->words->lang);
	if (p->words->right_to_left)
		html_lit(&p->html, "\" dir=\"rtl\">\n");
	else
		html_lit(&p->html, "\" dir=\"ltr\">\n");
	html_lit(&p->html,
		"<head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<title>");
	html_text(&p->html, heading);
	html_lit(&p->html,
		"</title></head>\n"
		"<body style=\"margin:0 auto;padding:24px;max-width:36em;"
		"font:16px/1.5 sans-serif;color:#111;background:#fff\">\n"
		"<h1 style=\"font-size:24px;line-height:1.25\">");
	html_text(&p->html, heading);
	html_lit(&p->html, "</h1>\n");
	paragraph(p, words_say(p->words, "Hello,"));
}

static void spaces(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_c(b, " ");
}

/* "    Name:     Ada": alone on its line, for the receipt is compared with
 * it.  width is the widest label's. */
static void row(struct pen *p, struct str label, size_t width, struct str value,
	struct str url)
{
	spaces(p->text, 4);
	buf_str(p->text, label);
	buf_c(p->text, ":");
	spaces(p->text, width + 1 - str_utf8_count(label));
	buf_str(p->text, value);
	buf_c(p->text, "\n");
	html_lit(&p->html,
		"<tr><th scope=\"row\" style=\"text-align:start;"
		"vertical-align:top;padding:4px 0\">");
	html_text(&p->html, label);
	html_lit(&p->html, "</th><td style=\"padding:4px 16px\" dir=\"auto\">");
	if (url.len > 0)
		html_link(&p->html, url, value);
	else
		html_text(&p->html, value);
	html_lit(&p->html, "</td></tr>\n");
}

static void person(struct pen *p)
{
	const struct mail_letter *l = p->l;
	struct str label[3] = { words_say(p->words, "Name"),
		words_say(p->words, "Email"), words_say(p->words, "Petition") };
	size_t width = 0;
	struct buf url;

	for (size_t i = 0; i < 3; i++)
		if (str_utf8_count(label[i]) > width)
			width = str_utf8_count(label[i]);
	buf_init(&url, 1024);
	petition_link(&url, l);
	html_lit(&p->html, "<table style=\"border-collapse:collapse\">\n");
	row(p, label[0], width, l->name, STR(""));
	row(p, label[1], width, l->email, STR(""));
	row(p, label[2], width, l->title, buf_view(&url));
	html_lit(&p->html, "</table>\n");
	spaces(p->text, 4 + width + 2);
	buf_str(p->text, buf_view(&url));
	buf_c(p->text, "\n\n");
	buf_release(&url);
}

static void button(struct pen *p, struct str link)
{
	buf_str(p->text, link);
	buf_c(p->text, "\n\n");
	html_lit(&p->html,
		"<p><a style=\"display:inline-block;padding:12px 20px;"
		"background:#00552f;color:#fff;font-weight:bold\" href=\"");
	html_url(&p->html, link);
	html_lit(&p->html, "\">");
	html_text(&p->html, words_say(p->words, "Confirm your signature"));
	html_lit(&p->html, "</a></p>\n");
}

static void code(struct pen *p)
{
	struct buf url;

	buf_init(&url, 1024);
	put_base(&url, p->l);
	buf_c(&url, "/c");
	paragraph_link(p,
		words_say(p->words,
			"If the link does not work, type this code at {1}"),
		buf_view(&url));
	buf_release(&url);
	spaces(p->text, 4);
	buf_str(p->text, p->l->token);
	buf_c(p->text, "\n\n");
	html_lit(&p->html, "<p><code style=\"font-size:18px\" dir=\"ltr\">");
	html_text(&p->html, p->l->token);
	html_lit(&p->html, "</code></p>\n");
}

/* The ways out, in every mail, and who wrote it. */
static void foot(struct pen *p)
{
	const struct mail_letter *l = p->l;
	struct str leave = words_say(p->words,
		"Withdraw your signature, stop updates, have your data erased, "
		"or ask what we hold about you");
	struct buf link;

	buf_init(&link, 1024);
	mail_leave_link(&link, l);
	wrap(p->text, leave);
	buf_str(p->text, buf_view(&link));
	buf_c(p->text, "\n\n-- \n");
	html_lit(&p->html, "<p>");
	html_link(&p->html, buf_view(&link), leave);
	html_lit(&p->html, "</p>\n<hr>\n<p>");
	buf_clear(&link);
	put_base(&link, l);
	html_link(&p->html, buf_view(&link), l->site_title);
	html_lit(&p->html, "</p>\n</body>\n</html>\n");
	buf_str(p->text, l->site_title);
	buf_c(p->text, "\n");
	buf_str(p->text, buf_view(&link));
	buf_c(p->text, "\n");
	buf_release(&link);
}

/* ---- letters ---- */

static struct pen begin(const struct mail_letter *l, const struct mail_words *w,
	struct str subject)
{
	struct pen p = { .l = l,
		.words = l->words,
		.text = w->text,
		.html = { .out = w->html } };

	buf_str(w->subject, subject);
	buf_c(w->subject, ": ");
	buf_str(w->subject, l->title);
	head(&p, subject);
	return p;
}

static void to_confirm(struct pen *p)
{
	struct buf link;

	buf_init(&link, 2048);
	mail_confirm_link(&link, p->l);
	person(p);
	paragraph(p,
		words_say(p->words,
			"The signature counts once you confirm it. Follow this "
			"link and press the button on the page:"));
	button(p, buf_view(&link));
	buf_release(&link);
	code(p);
	paragraph(p,
		words_say(p->words,
			"Link and code work for 72 hours from when the form "
			"was sent. Is your name or anything else wrong? The "
			"page behind the link lets you correct it first."));
	paragraph(p,
		words_say(p->words,
			"It was not you? Then do nothing. Without your "
			"confirmation nothing is counted, and what was typed "
			"is deleted."));
	paragraph(p,
		words_say(p->words,
			"Please keep this email: it is also your receipt. With "
			"it you can check at any time that your signature is "
			"in the public count. The end of the link, behind the "
			"#, is in this email only; nobody can send it to you "
			"again."));
	foot(p);
}

void mail_letter_confirm(
	const struct mail_letter *l, const struct mail_words *w)
{
	struct pen p = begin(
		l, w, words_say(l->words, "Please confirm your signature"));

	paragraph(&p,
		words_say(p.words,
			"Somebody, we hope it was you, signed a petition with "
			"this email address:"));
	to_confirm(&p);
}

void mail_letter_reminder(
	const struct mail_letter *l, const struct mail_words *w)
{
	struct pen p = begin(l, w,
		words_say(l->words, "Your signature is not confirmed yet"));

	paragraph(&p,
		words_say(p.words,
			"A petition was signed with this email address, and "
			"the signature still waits for your confirmation:"));
	to_confirm(&p);
}

void mail_letter_already(
	const struct mail_letter *l, const struct mail_words *w)
{
	struct pen p =
		begin(l, w, words_say(l->words, "You have already signed"));

	paragraph(&p,
		words_say(p.words,
			"Somebody, we hope it was you, asked to sign a "
			"petition with this email address:"));
	person(&p);
	paragraph(&p,
		words_say(p.words,
			"You have already signed this petition. Your signature "
			"was confirmed and is counted, once. There is nothing "
			"more to do."));
	paragraph(&p,
		words_say(p.words,
			"Your receipt is the email with which you confirmed "
			"it. We cannot send it again, for nobody but you has "
			"it."));
	paragraph(&p,
		words_say(p.words,
			"It was not you? Then somebody typed your address. "
			"Nothing has changed."));
	foot(&p);
}
