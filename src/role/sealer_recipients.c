/*
 * sealer_recipients.c - who can open what: the file of recipients, and its
 * declaration.
 *
 * It is declared to web before anything is sealed for it, and used only when
 * web says that the declaration stands in the log's journal (rule 14).
 */
#include "role/sealer_own.h"

#include "base/file.h"
#include "base/log.h"

/* ---- recipients ---- */

static enum err use_recipients(struct sealer_role *s, enum compartment c)
{
	struct age_recipient list[RECIPIENTS_MAX];
	size_t n = recipients_of(&s->recipients, c, list);

	return n == 0 ? OK : sealer_recipients(s->sealer, c, list, n);
}

/* The file again, if it is another than the last time.  *ret_changed. */
enum err sealer_read_recipients(struct sealer_role *s, bool *ret_changed)
{
	struct sha256 hash;
	struct buf b;
	enum err e;

	*ret_changed = false;
	buf_init(&b, RECIPIENTS_BYTES_MAX);
	e = file_read(s->role->own_fd, RECIPIENTS_FILE, &b);
	if (e == OK) {
		sha256(b.at, b.len, &hash);
		*ret_changed = memcmp(&hash, &s->file_hash, sizeof(hash)) != 0;
	}
	if (*ret_changed) {
		s->file_hash = hash;
		e = recipients_read(buf_view(&b), &s->recipients);
	}
	buf_release(&b);
	return e;
}

enum err sealer_hear_mailer_key(struct sealer_role *s)
{
	enum err e = age_recipient_parse(str_c(s->role->recipient), &s->mailer);

	s->has_mailer = s->has_mailer || e == OK;
	return e;
}

void sealer_declare(struct sealer_role *s)
{
	struct link *web = &s->role->link[ROLE_WEB];
	struct buf text;
	struct buf *b;

	if (!link_up(web) || !s->has_mailer)
		return;
	buf_init(&text, RECIPIENTS_BYTES_MAX);
	recipients_declare(&text, &s->recipients, str_c(s->role->recipient));
	sha256(text.at, text.len, &s->declaration);
	b = link_begin(web, MSG_DECLARATION);
	buf_str(b, buf_view(&text));
	if (buf_err(&text) != OK || link_end(web) != OK)
		s->role->lost[ROLE_WEB] = true;
	buf_release(&text);
}

/* A file that cannot be read changes nothing: who could open what still can,
 * and nobody else. */
void sealer_look_for_change(struct sealer_role *s)
{
	bool changed;
	enum err e = sealer_read_recipients(s, &changed);

	if (e != OK && changed)
		log_err("recipients-file", e == ERR_INVALID ? ERR_CORRUPT : e);
	if (e == OK && changed) {
		log_notice("recipients-changed");
		sealer_declare(s);
	}
}

/* What was declared last is in the journal of log (rule 14): the next epochs
 * are for these readers. */
enum err sealer_hear_declared(struct sealer_role *s, struct view *v)
{
	struct sha256 hash;
	enum err e;

	view_copy(v, &hash, sizeof(hash));
	if (!view_done(v) || memcmp(&hash, &s->declaration, sizeof(hash)) != 0)
		return OK; /* of an older one */
	e = sealer_recipients(s->sealer, COMPARTMENT_MAIL, &s->mailer, 1);
	for (enum compartment c = COMPARTMENT_IDENTITY;
		e == OK && c <= COMPARTMENT_STANDING; c++)
		e = use_recipients(s, c);
	s->declared = s->declared || e == OK;
	return e;
}
