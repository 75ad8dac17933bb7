/*
 * letter.h - the words of our mails: subject, plain text and HTML.
 *
 * A letter names the person and the address exactly as they were committed
 * to ("as mailed", docs/formats.md section 3), for it is also the signer's
 * receipt.  It is in the language of the form that was used, and its links lead
 * on in it.  Subjects hold the petition's title and nothing personal.
 *
 * All views are borrowed; control characters in name or title are refused by
 * mail_message_check, not here.  Writers append; ask buf_err of all three.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/words.h"

struct mail_letter {
	const struct catalogue *words; /* its language */
	struct str base_url; /* without a slash at its end */
	struct str prefix; /* of pages in it, "/cy", or empty (language.h) */
	struct str site_title;
	uint64_t petition;
	struct str title; /* the petition's */
	struct str name; /* the signer's */
	struct str email;
	struct str token; /* SLOT-TTTT…, formats.md section 6 */
	const uint8_t *o; /* 32 bytes */
	const uint8_t *record_hash; /* 32 bytes */
};

struct mail_words {
	struct buf *subject;
	struct buf *text;
	struct buf *html;
};

/* BASE[/LANG]/c/TOKEN#o.h (docs/formats.md section 6). */
void mail_confirm_link(struct buf *b, const struct mail_letter *l);

/* BASE[/LANG]/s/TOKEN: to withdraw, to stop updates, to ask what is held. */
void mail_leave_link(struct buf *b, const struct mail_letter *l);

/* "Please confirm your signature". */
void mail_letter_confirm(
	const struct mail_letter *l, const struct mail_words *w);
/* The same once more, for who has not confirmed after some days. */
void mail_letter_reminder(
	const struct mail_letter *l, const struct mail_words *w);
/* "You have already signed", with the ways to leave; has no use for o. */
void mail_letter_already(
	const struct mail_letter *l, const struct mail_words *w);

#endif
