#include "mail/letter.h"

#include "base/enc.h"
#include "html/html.h"

void mail_confirm_link(struct buf *b, const struct mail_letter *l)
{
	buf_str(b, l->base_url);
	buf_c(b, "/c/");
	buf_str(b, l->token);
	buf_c(b, "#");
	enc_base64url(b, l->o, 32);
	buf_c(b, ".");
	enc_base64url(b, l->record_hash, 32);
}

void mail_leave_link(struct buf *b, const struct mail_letter *l)
{
	buf_str(b, l->base_url);
	buf_c(b, "/s/");
	buf_str(b, l->token);
}

static void petition_link(struct buf *b, const struct mail_letter *l)
{
	buf_str(b, l->base_url);
	buf_c(b, "/petitions/");
	buf_decimal(b, l->petition);
}

/* Name and address, alone on their lines: the receipt is compared with
 * them. */
static void text_person(struct buf *b, const struct mail_letter *l)
{
	buf_c(b, "    Name:     ");
	buf_str(b, l->name);
	buf_c(b, "\n    E-mail:   ");
	buf_str(b, l->email);
	buf_c(b, "\n    Petition: ");
	buf_str(b, l->title);
	buf_c(b, "\n              ");
	petition_link(b, l);
	buf_c(b, "\n");
}

static void text_foot(struct buf *b, const struct mail_letter *l)
{
	buf_c(b, "\n-- \n");
	buf_str(b, l->site_title);
	buf_c(b, "\n");
	buf_str(b, l->base_url);
	buf_c(b, "\n");
}

static void html_head(struct html *h, struct str heading)
{
	html_lit(h,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>"
		"<meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\">"
		"<title>");
	html_text(h, heading);
	html_lit(h,
		"</title></head>\n"
		"<body style=\"margin:0 auto;padding:24px;max-width:36em;"
		"font:16px/1.5 sans-serif;color:#111;background:#fff\">\n"
		"<h1 style=\"font-size:24px;line-height:1.25\">");
	html_text(h, heading);
	html_lit(h, "</h1>\n");
}

static void html_row(struct html *h, struct str label, struct str value)
{
	html_lit(h,
		"<tr><th scope=\"row\" style=\"text-align:left;"
		"vertical-align:top;padding:4px 16px 4px 0\">");
	html_text(h, label);
	html_lit(h, "</th><td style=\"padding:4px 0\">");
	html_text(h, value);
	html_lit(h, "</td></tr>\n");
}

static void html_petition_row(struct html *h, const struct mail_letter *l)
{
	struct buf url;

	buf_init(&url, 1024);
	petition_link(&url, l);
	html_lit(h,
		"<tr><th scope=\"row\" style=\"text-align:left;"
		"vertical-align:top;padding:4px 16px 4px 0\">Petition</th>"
		"<td style=\"padding:4px 0\">");
	html_link(h, buf_view(&url), l->title);
	html_lit(h, "</td></tr>\n");
	buf_release(&url);
}

static void html_person(struct html *h, const struct mail_letter *l)
{
	html_lit(h, "<table style=\"border-collapse:collapse\">\n");
	html_row(h, STR("Name"), l->name);
	html_row(h, STR("E-mail"), l->email);
	html_petition_row(h, l);
	html_lit(h, "</table>\n");
}

static void html_foot(struct html *h, const struct mail_letter *l)
{
	html_lit(h, "<hr>\n<p>");
	html_link(h, l->base_url, l->site_title);
	html_lit(h, "</p>\n</body>\n</html>\n");
}

/* The ways out, in every mail. */
static void leave_text(struct buf *b, const struct mail_letter *l)
{
	buf_c(b,
		"\nTo withdraw your signature, to stop updates, to have your "
		"data erased or\nto ask what we hold about you:\n\n");
	mail_leave_link(b, l);
	buf_c(b, "\n");
}

static void leave_html(struct html *h, const struct mail_letter *l)
{
	struct buf link;

	buf_init(&link, 1024);
	mail_leave_link(&link, l);
	html_lit(h, "<p><a href=\"");
	html_url(h, buf_view(&link));
	html_lit(h,
		"\">Withdraw your signature, stop updates, have your data "
		"erased, or ask what we hold about you</a></p>\n");
	buf_release(&link);
}

static void confirm_text(
	struct buf *b, const struct mail_letter *l, struct str link, bool again)
{
	buf_c(b, "Hello,\n\n");
	if (again)
		buf_c(b,
			"two days ago a petition was signed with this e-mail "
			"address, and the\nsignature still waits for your "
			"confirmation:\n\n");
	else
		buf_c(b,
			"somebody, we hope it was you, signed a petition with "
			"this e-mail\naddress:\n\n");
	text_person(b, l);
	buf_c(b,
		"\nThe signature counts once you confirm it. Follow this "
		"link and press the\nbutton on the page:\n\n");
	buf_str(b, link);
	buf_c(b, "\n\nIf the link does not work, go to\n\n    ");
	buf_str(b, l->base_url);
	buf_c(b, "/c\n\nand type this code:\n\n    ");
	buf_str(b, l->token);
	buf_c(b,
		"\n\nLink and code work for 72 hours from when the form was "
		"sent. Is your name or\nanything else wrong? The page behind "
		"the link lets you correct it first.\n\n"
		"It was not you? Then do nothing. Without your confirmation "
		"nothing is\ncounted, and what was typed is deleted.\n\n"
		"Please keep this mail: it is also your receipt. With it you "
		"can check at\nany time that your signature is in the public "
		"count. The end of the link,\nbehind the #, is in this mail "
		"only; nobody can send it to you again.\n");
	leave_text(b, l);
	text_foot(b, l);
}

static void confirm_html(
	struct buf *b, const struct mail_letter *l, struct str link, bool again)
{
	struct html h = { .out = b };

	html_head(&h,
		again ? STR("Your signature is not confirmed yet")
		      : STR("Please confirm your signature"));
	if (again)
		html_lit(&h,
			"<p>Two days ago a petition was signed with this "
			"e-mail address, and the signature still waits for "
			"your confirmation:</p>\n");
	else
		html_lit(&h,
			"<p>Somebody, we hope it was you, signed a petition "
			"with this e-mail address:</p>\n");
	html_person(&h, l);
	html_lit(&h,
		"<p>The signature counts once you confirm it. Follow this "
		"link and press the button on the page:</p>\n"
		"<p><a style=\"display:inline-block;padding:12px 20px;"
		"background:#00552f;color:#fff;font-weight:bold\" href=\"");
	html_url(&h, link);
	html_lit(&h,
		"\">Confirm your signature</a></p>\n"
		"<p>If the link does not work, go to <strong>");
	html_text(&h, l->base_url);
	html_lit(&h,
		"/c</strong> and type this code:</p>\n"
		"<p><code style=\"font-size:18px\">");
	html_text(&h, l->token);
	html_lit(&h,
		"</code></p>\n"
		"<p>Link and code work for 72 hours from when the form was "
		"sent. Is your name or anything else wrong? The page behind "
		"the link lets you correct it first.</p>\n"
		"<p>It was not you? Then do nothing. Without your "
		"confirmation nothing is counted, and what was typed is "
		"deleted.</p>\n"
		"<p>Please keep this mail: it is also your receipt. With it "
		"you can check at any time that your signature is in the "
		"public count. The end of the link, behind the #, is in this "
		"mail only; nobody can send it to you again.</p>\n");
	leave_html(&h, l);
	html_foot(&h, l);
}

static void write_confirm(const struct mail_letter *l,
	const struct mail_words *w, const char *subject, bool again)
{
	struct buf link;

	buf_init(&link, 2048);
	mail_confirm_link(&link, l);
	buf_c(w->subject, subject);
	buf_str(w->subject, l->title);
	confirm_text(w->text, l, buf_view(&link), again);
	confirm_html(w->html, l, buf_view(&link), again);
	buf_release(&link);
}

void mail_letter_confirm(
	const struct mail_letter *l, const struct mail_words *w)
{
	write_confirm(l, w, "Please confirm your signature: ", false);
}

void mail_letter_reminder(
	const struct mail_letter *l, const struct mail_words *w)
{
	write_confirm(l, w, "Your signature is not confirmed yet: ", true);
}

static void already_text(struct buf *b, const struct mail_letter *l)
{
	buf_c(b,
		"Hello,\n\n"
		"somebody, we hope it was you, asked to sign a petition with "
		"this e-mail\naddress:\n\n");
	text_person(b, l);
	buf_c(b,
		"\nYou have already signed this petition. Your signature "
		"was confirmed and\nis counted, once. There is nothing more "
		"to do.\n\n"
		"Your receipt is the mail with which you confirmed it. We "
		"cannot send it\nagain, for nobody but you has it.\n\n"
		"It was not you? Then somebody typed your address. Nothing "
		"has changed.\n");
	leave_text(b, l);
	text_foot(b, l);
}

static void already_html(struct buf *b, const struct mail_letter *l)
{
	struct html h = { .out = b };

	html_head(&h, STR("You have already signed"));
	html_lit(&h,
		"<p>Somebody, we hope it was you, asked to sign a petition "
		"with this e-mail address:</p>\n");
	html_person(&h, l);
	html_lit(&h,
		"<p>You have already signed this petition. Your signature "
		"was confirmed and is counted, once. There is nothing more "
		"to do.</p>\n"
		"<p>Your receipt is the mail with which you confirmed it. We "
		"cannot send it again, for nobody but you has it.</p>\n"
		"<p>It was not you? Then somebody typed your address. "
		"Nothing has changed.</p>\n");
	leave_html(&h, l);
	html_foot(&h, l);
}

void mail_letter_already(
	const struct mail_letter *l, const struct mail_words *w)
{
	buf_c(w->subject, "You have already signed: ");
	buf_str(w->subject, l->title);
	already_text(w->text, l);
	already_html(w->html, l);
}
