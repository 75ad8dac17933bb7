#include "mail/smtp.h"

#include <assert.h>
#include <curl/curl.h>

#include "mail/dsn.h"
#include "mail/header.h"

enum {
	MAIL_MAX_BYTES = 1 << 20,
	FIELDS_MAX = 10,
	CONNECT_S = 10,
	REPLY_S = 60,
	WHOLE_S = 180,
};

/* How far the conversation about this mail came. */
enum phase { PHASE_HELLO, PHASE_MAIL, PHASE_RCPT, PHASE_DATA };

struct smtp {
	CURL *curl;
	const atomic_bool *stop;
	enum phase phase;
	bool no_mailbox; /* the last reply to RCPT said so */
};

/* ------------------------------------------------------------ the mail */

static void field_end(struct buf *b)
{
	buf_byte(b, '\0');
}

static void put_fields(struct buf *b, const struct mail_message *m)
{
	/* libcurl replaces this one by its own, with the boundary in it. */
	buf_c(b, "Content-Type: multipart/alternative");
	field_end(b);
	buf_c(b, "From: ");
	mail_mailbox(b, 4, m->from_name, m->from);
	field_end(b);
	buf_c(b, "To: ");
	mail_mailbox(b, 2, STR(""), m->to);
	field_end(b);
	buf_c(b, "Subject: ");
	mail_unstructured(b, 7, m->subject);
	field_end(b);
	buf_c(b, "Date: ");
	mail_date(b, m->date_ms);
	field_end(b);
	buf_c(b, "Message-ID: <");
	buf_str(b, m->message_id);
	buf_c(b, ">");
	field_end(b);
	buf_c(b, "Auto-Submitted: auto-generated");
	field_end(b);
	if (m->lang.len > 0) {
		buf_c(b, "Content-Language: ");
		buf_str(b, m->lang);
		field_end(b);
	}
	if (m->list_unsubscribe.len > 0) {
		buf_c(b, "List-Unsubscribe: <");
		buf_str(b, m->list_unsubscribe);
		buf_c(b, ">");
		field_end(b);
		buf_c(b, "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
		field_end(b);
	}
}

static void put_crlf(struct buf *b, struct str body)
{
	for (size_t n; body.len > 0; body = str_slice(body, n, body.len)) {
		size_t end = str_find(body, '\n');

		buf_put(b, body.at, end);
		buf_c(b, "\r\n");
		n = end + 1;
	}
}

enum err smtp_mail_make(
	const struct mail_message *m, struct smtp_mail *ret_mail)
{
	struct smtp_mail mail;
	enum err e = mail_message_check(m);

	if (e != OK)
		return e;
	buf_init(&mail.from, 512);
	buf_init(&mail.to, 512);
	buf_init(&mail.fields, 8192);
	buf_init(&mail.text, MAIL_MAX_BYTES);
	buf_init(&mail.html, MAIL_MAX_BYTES);
	buf_str(&mail.from, m->sender.len > 0 ? m->sender : m->from);
	buf_str(&mail.to, m->to);
	put_fields(&mail.fields, m);
	put_crlf(&mail.text, m->text);
	put_crlf(&mail.html, m->html);
	if (buf_err(&mail.from) != OK || buf_err(&mail.to) != OK ||
		buf_err(&mail.fields) != OK || buf_err(&mail.text) != OK ||
		buf_err(&mail.html) != OK) {
		smtp_mail_release(&mail);
		return ERR_TOO_LARGE;
	}

	*ret_mail = mail;
	return OK;
}

void smtp_mail_release(struct smtp_mail *mail)
{
	buf_release(&mail->from);
	buf_release(&mail->to);
	buf_release(&mail->fields);
	buf_release(&mail->text);
	buf_release(&mail->html);
}

/* ------------------------------------------------------------- the MIME */

/* libcurl reads the parts from our buffers, so that it keeps no copies. */
struct part {
	const struct buf *body;
	size_t off;
};

static size_t part_read(char *ret_bytes, size_t size, size_t n, void *arg)
{
	struct part *p = arg;
	size_t len = p->body->len - p->off;

	if (len > size * n)
		len = size * n;
	if (len > 0)
		memcpy(ret_bytes, p->body->at + p->off, len);
	p->off += len;
	return len;
}

static int part_seek(void *arg, curl_off_t off, int origin)
{
	struct part *p = arg;

	if (origin != SEEK_SET || off < 0 || (size_t)off > p->body->len)
		return CURL_SEEKFUNC_FAIL;
	p->off = (size_t)off;
	return CURL_SEEKFUNC_OK;
}

static bool add_part(curl_mime *mime, struct part *p, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	return part != NULL &&
		curl_mime_data_cb(part, (curl_off_t)p->body->len, part_read,
			part_seek, NULL, p) == CURLE_OK &&
		curl_mime_type(part, type) == CURLE_OK &&
		curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
}

/* -------------------------------------------------------- the connection */

/* libcurl shows each command it sends and each line of a reply; nothing is
 * printed or kept. */
static int watch(
	CURL *curl, curl_infotype type, char *at, size_t len, void *arg)
{
	struct smtp *s = arg;
	struct str line = { at, len };

	(void)curl;
	/* The reply to our QUIT may come behind it, and says nothing. */
	if (type == CURLINFO_HEADER_IN && s->phase == PHASE_RCPT &&
		dsn_reply_is_hard(line))
		s->no_mailbox = true;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	if (str_starts(line, STR("MAIL ")))
		s->phase = PHASE_MAIL;
	else if (str_starts(line, STR("RCPT ")))
		s->phase = PHASE_RCPT;
	else if (str_starts(line, STR("DATA")))
		s->phase = PHASE_DATA;
	return 0;
}

static int stopped(
	void *arg, curl_off_t dt, curl_off_t dn, curl_off_t ut, curl_off_t un)
{
	const struct smtp *s = arg;

	(void)dt, (void)dn, (void)ut, (void)un;
	return atomic_load(s->stop) ? 1 : 0;
}

static bool is_loopback(const char *host)
{
	struct str h = str_c(host);

	return str_starts(h, STR("127.")) || str_eq(h, STR("[::1]")) ||
		str_eq_nocase(h, STR("localhost"));
}

/* The relay's address with our EHLO name as its path, and whether it is this
 * machine. */
static enum err relay_url(
	const struct mail_settings *settings, char **ret_url, bool *ret_local)
{
	struct str relay = str_c(settings->relay);
	CURLU *u = curl_url();
	char *host = NULL;
	enum err e = ERR_INVALID;

	if (u == NULL)
		return ERR_MEMORY;
	if (!str_starts(relay, STR("smtp://")) &&
		!str_starts(relay, STR("smtps://")))
		goto done;
	if (curl_url_set(u, CURLUPART_URL, settings->relay, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
		curl_url_set(u, CURLUPART_PATH, settings->hello, 0) !=
			CURLUE_OK ||
		curl_url_get(u, CURLUPART_URL, ret_url, 0) != CURLUE_OK)
		goto done;
	*ret_local = is_loopback(host);
	e = OK;
done:
	curl_free(host);
	curl_url_cleanup(u);
	return e;
}

static long use_ssl(const struct mail_settings *settings, bool local)
{
	if (settings->tls == MAIL_TLS_REQUIRED)
		return CURLUSESSL_ALL;
	if (local)
		return CURLUSESSL_NONE;
	return settings->user != NULL ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

#define SET(option, value)                                                     \
	(curl_easy_setopt(s->curl, (option), (value)) == CURLE_OK)

static bool set_relay(
	struct smtp *s, const struct mail_settings *settings, bool local)
{
	if (settings->user != NULL &&
		(!SET(CURLOPT_USERNAME, settings->user) ||
			!SET(CURLOPT_PASSWORD, settings->password)))
		return false;
	if (settings->ca_file != NULL &&
		!SET(CURLOPT_CAINFO, settings->ca_file))
		return false;
	return SET(CURLOPT_USE_SSL, use_ssl(settings, local)) &&
		SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps") &&
		SET(CURLOPT_PROXY, "");
}

static bool set_ways(struct smtp *s)
{
	return SET(CURLOPT_NOSIGNAL, 1L) &&
		SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S) &&
		SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)REPLY_S) &&
		SET(CURLOPT_TIMEOUT, (long)WHOLE_S) &&
		SET(CURLOPT_NOPROGRESS, 0L) &&
		SET(CURLOPT_XFERINFOFUNCTION, stopped) &&
		SET(CURLOPT_XFERINFODATA, s) && SET(CURLOPT_VERBOSE, 1L) &&
		SET(CURLOPT_DEBUGFUNCTION, watch) && SET(CURLOPT_DEBUGDATA, s);
}

enum err smtp_open(const struct mail_settings *settings,
	const atomic_bool *stop, struct smtp **ret_smtp)
{
	struct smtp *s;
	char *url = NULL;
	bool local = false;
	enum err e;

	if (settings->relay == NULL || settings->hello == NULL ||
		(settings->user == NULL) != (settings->password == NULL))
		return ERR_INVALID;
	e = relay_url(settings, &url, &local);
	if (e != OK)
		return e;
	s = calloc(1, sizeof(*s));
	e = ERR_MEMORY;
	if (s == NULL)
		goto err0;
	s->stop = stop;
	s->curl = curl_easy_init();
	if (s->curl == NULL)
		goto err1;
	if (!SET(CURLOPT_URL, url) || !set_relay(s, settings, local) ||
		!set_ways(s))
		goto err2;

	curl_free(url);
	*ret_smtp = s;
	return OK;

err2:
	curl_easy_cleanup(s->curl);
err1:
	free(s);
err0:
	curl_free(url);
	return e;
}

void smtp_close(struct smtp *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	free(s);
}

/* 421 closes the service; 530 to 535 ask for other credentials (RFC 4954):
 * the relay's affair, wherever in the conversation they come. */
static enum smtp_answer answer_of(enum phase phase, int code)
{
	if (code == 421 || (code >= 530 && code <= 535))
		return SMTP_AWAY;
	if (phase >= PHASE_RCPT && code / 100 == 5)
		return SMTP_REFUSED;
	if (phase >= PHASE_RCPT && code / 100 == 4)
		return SMTP_PUT_OFF;
	return phase == PHASE_DATA ? SMTP_LOST : SMTP_AWAY;
}

/* The fields as libcurl wants them: a list that borrows our bytes. */
static struct curl_slist *list_fields(
	const struct buf *fields, struct curl_slist *ret_list)
{
	size_t n = 0;

	for (size_t off = 0; off < fields->len; n++) {
		assert(n < FIELDS_MAX);
		ret_list[n].data = fields->at + off;
		ret_list[n].next = &ret_list[n + 1];
		off += strlen(fields->at + off) + 1;
	}
	ret_list[n - 1].next = NULL;
	return ret_list;
}

enum smtp_answer smtp_send(
	struct smtp *s, const struct smtp_mail *mail, int *ret_code)
{
	struct part text = { .body = &mail->text };
	struct part html = { .body = &mail->html };
	struct curl_slist list[FIELDS_MAX + 1];
	struct curl_slist rcpt = { .data = mail->to.at };
	curl_mime *mime = curl_mime_init(s->curl);
	CURLcode result = CURLE_OUT_OF_MEMORY;
	long code = 0;

	s->phase = PHASE_HELLO;
	s->no_mailbox = false;
	if (mime != NULL &&
		add_part(mime, &text, "text/plain; charset=utf-8") &&
		(html.body->len == 0 ||
			add_part(mime, &html, "text/html; charset=utf-8")) &&
		SET(CURLOPT_MAIL_FROM, mail->from.at) &&
		SET(CURLOPT_MAIL_RCPT, &rcpt) &&
		SET(CURLOPT_HTTPHEADER, list_fields(&mail->fields, list)) &&
		SET(CURLOPT_MIMEPOST, mime)) {
		result = curl_easy_perform(s->curl);
		(void)curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
	}
	(void)SET(CURLOPT_MIMEPOST, NULL);
	(void)SET(CURLOPT_HTTPHEADER, NULL);
	(void)SET(CURLOPT_MAIL_RCPT, NULL);
	curl_mime_free(mime);
	*ret_code = (int)code;
	return result == CURLE_OK ? SMTP_TAKEN : answer_of(s->phase, *ret_code);
}

bool smtp_no_mailbox(const struct smtp *s)
{
	return s->no_mailbox;
}
