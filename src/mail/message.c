#include "mail/message.h"

#include "mail/header.h"

/* local@domain of atoms, as our own message ids are (RFC 5322, 3.6.4). */
static bool id_ok(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		if ((unsigned char)id.at[i] >= 0x80)
			return false;
	}
	return id.len <= 200 && mail_address_ok(id);
}

static bool unsubscribe_ok(struct str url)
{
	if (url.len == 0)
		return true;
	for (size_t i = 0; i < url.len; i++) {
		if (url.at[i] <= ' ' || url.at[i] > '~' || url.at[i] == '<' ||
			url.at[i] == '>')
			return false;
	}
	return url.len <= 900 && str_starts(url, STR("https://"));
}

static bool lang_ok(struct str lang)
{
	for (size_t i = 0; i < lang.len; i++) {
		char c = lang.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			!(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return lang.len <= 35;
}

enum err mail_message_check(const struct mail_message *m)
{
	bool good = mail_address_ok(m->from) &&
		(m->sender.len == 0 || mail_address_ok(m->sender)) &&
		mail_line_ok(m->from_name) && mail_address_ok(m->to) &&
		m->subject.len > 0 && mail_line_ok(m->subject) &&
		id_ok(m->message_id) && lang_ok(m->lang) && m->text.len > 0 &&
		mail_body_ok(m->text) && mail_body_ok(m->html) &&
		unsubscribe_ok(m->list_unsubscribe);

	return good ? OK : ERR_INVALID;
}
