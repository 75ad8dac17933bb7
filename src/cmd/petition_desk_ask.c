#include "cmd/petition_desk_ask.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/wipe.h"

enum { REPLY_MAX = 8 << 20 };

static size_t take(char *at, size_t size, size_t n, void *user)
{
	struct buf *b = user;

	buf_put(b, at, size * n);
	return buf_err(b) == OK ? size * n : 0;
}

static enum err complain_of(long status)
{
	switch (status) {
	case 200:
		return OK;
	case 403:
		desk_complain("refused: this desk is not admitted, its clock "
			      "is more than five minutes off, or the request "
			      "is not allowed");
		return ERR_DENIED;
	case 410:
		desk_complain("there is no such record, or it was destroyed");
		return ERR_GONE;
	case 429:
		desk_complain("this desk has opened as many records today as "
			      "it may");
		return ERR_DENIED;
	case 503:
		desk_complain("the site is busy: try again in a minute");
		return ERR_BUSY;
	default:
		desk_complain("the site answered with status %ld", status);
		return ERR_INVALID;
	}
}

static CURLcode perform(CURL *c, const char *url, struct str body,
	struct buf *ret_reply, char *why)
{
	struct curl_slist *fields = curl_slist_append(
		NULL, "Content-Type: application/octet-stream");
	CURLcode code;

	(void)curl_easy_setopt(c, CURLOPT_URL, url);
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.at);
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body.len);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, fields);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 20L);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT, 60L);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "petition-desk");
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, ret_reply);
	code = curl_easy_perform(c);
	curl_slist_free_all(fields);
	return code;
}

enum err desk_post(const struct desk_site *site, const char *path,
	struct str body, struct buf *ret_reply)
{
	char why[CURL_ERROR_SIZE] = "";
	char url[1200];
	CURL *c = curl_easy_init();
	CURLcode code;
	long status = 0;

	if (c == NULL)
		return ERR_MEMORY;
	(void)snprintf(url, sizeof(url), "%s%s", site->url, path);
	code = perform(c, url, body, ret_reply, why);
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (code != CURLE_OK) {
		desk_complain("%s: %s", url,
			why[0] != '\0' ? why : curl_easy_strerror(code));
		return ERR_IO;
	}
	return complain_of(status);
}

/* Head and body, signed. */
static enum err put_request(struct desk_asking *a, struct buf *b)
{
	rng_fill(rng_system(), a->head.nonce.byte, sizeof(a->head.nonce.byte));
	a->head.time_s = (uint64_t)clock_wall_ms(clock_system()) / 1000;
	sha256(a->body.at, a->body.len, &a->head.body);
	desk_head_put(b, &a->head, &a->file->key);
	buf_str(b, a->body);
	return buf_err(b);
}

static enum err seal_request(struct desk_asking *a, struct buf *ret_request)
{
	struct buf plain;
	enum err e;

	buf_init(&plain, DESK_HEAD_LEN + DESK_BODY_MAX);
	e = put_request(a, &plain);
	if (e == OK)
		e = age_seal(rng_system(), &a->site->recipient, 1,
			buf_view(&plain), ret_request);
	wipe(plain.at, plain.len);
	buf_release(&plain);
	return e;
}

/* The answer, and for an opening header and record. */
static enum err read_reply(struct desk_asking *a, struct str *ret_answer)
{
	struct desk_reply r;
	enum err e = desk_reply_read(buf_view(&a->reply), &r);

	if (e != OK)
		return e;
	*ret_answer = r.answer;
	a->header = r.header;
	a->record = r.record;
	return OK;
}

static enum err open_answer(struct desk_asking *a, struct str sealed)
{
	enum err e = ERR_NOT_FOUND;

	for (size_t i = 0; i < a->file->n_identities && e == ERR_NOT_FOUND; i++)
		e = age_open(&a->file->identity[i], sealed, &a->plain);
	return e;
}

static enum err read_rows(const struct desk_asking *a, struct str answer,
	enum err e, struct view *ret_rows, uint32_t *ret_count)
{
	*ret_rows = view_of(answer.at, answer.len);
	if (e == OK)
		e = desk_answer_read(ret_rows, &a->head, ret_count);
	if (e != OK)
		desk_complain("the site's answer is not for this request: %s",
			err_text(e));
	return e;
}

enum err desk_ask(
	struct desk_asking *a, struct view *ret_rows, uint32_t *ret_count)
{
	struct str sealed;
	struct buf request;
	enum err e;

	buf_init(&request, DESK_REQUEST_MAX);
	buf_init(&a->reply, REPLY_MAX);
	buf_init(&a->plain, REPLY_MAX);
	e = seal_request(a, &request);
	if (e == OK)
		e = desk_post(a->site, "/desk", buf_view(&request), &a->reply);
	buf_release(&request);
	if (e != OK)
		return e;
	e = read_reply(a, &sealed);
	if (e == OK)
		e = open_answer(a, sealed);
	return read_rows(a, buf_view(&a->plain), e, ret_rows, ret_count);
}

static enum err post_clear(struct desk_asking *a, const char *path)
{
	struct buf request;
	enum err e;

	buf_init(&request, DESK_HEAD_LEN + DESK_BODY_MAX);
	buf_init(&a->reply, REPLY_MAX);
	buf_init(&a->plain, REPLY_MAX);
	e = put_request(a, &request);
	if (e == OK)
		e = desk_post(a->site, path, buf_view(&request), &a->reply);
	buf_release(&request);
	return e;
}

enum err desk_ask_clear(struct desk_asking *a, const char *path,
	struct view *ret_rows, uint32_t *ret_count)
{
	struct str answer = STR("");
	enum err e = post_clear(a, path);

	if (e != OK)
		return e;
	e = read_reply(a, &answer);
	return read_rows(a, answer, e, ret_rows, ret_count);
}

enum err desk_tell(struct desk_asking *a, const char *path, uint32_t *ret_n)
{
	enum err e = post_clear(a, path);

	if (e == OK)
		e = desk_reply_count(buf_view(&a->reply), ret_n);
	return e;
}

void desk_asking_release(struct desk_asking *a)
{
	wipe(a->plain.at, a->plain.len);
	buf_release(&a->plain);
	buf_release(&a->reply);
}
