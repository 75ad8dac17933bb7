#include "http/gate.h"

#include <stdbool.h>

static const struct str KNOWN[GATE_KNOWN_COUNT] = {
	[GATE_HOST] = STR_INIT("host"),
	[GATE_CONTENT_LENGTH] = STR_INIT("content-length"),
	[GATE_TRANSFER_ENCODING] = STR_INIT("transfer-encoding"),
	[GATE_ACCEPT_ENCODING] = STR_INIT("accept-encoding"),
	[GATE_IF_NONE_MATCH] = STR_INIT("if-none-match"),
	[GATE_ORIGIN] = STR_INIT("origin"),
	[GATE_SEC_FETCH_SITE] = STR_INIT("sec-fetch-site"),
	[GATE_CONTENT_TYPE] = STR_INIT("content-type"),
	[GATE_FORWARDED_FOR] = STR_INIT("x-forwarded-for"),
};

static const struct str METHOD[] = {
	[HTTP_GET] = STR_INIT("GET"),
	[HTTP_HEAD] = STR_INIT("HEAD"),
	[HTTP_POST] = STR_INIT("POST"),
	[HTTP_OPTIONS] = STR_INIT("OPTIONS"),
};

/* True if the bytes from behind a to the start of b are exactly gap. */
static bool gap_is(struct str a, const char *b, size_t gap)
{
	return (uintptr_t)b - (uintptr_t)a.at == a.len + gap;
}

/* Colon and white space lie between name and value: at least one byte, and
 * nothing of the line before or behind. */
static bool colon_between(const struct gate_field *f)
{
	return (uintptr_t)f->value.at > (uintptr_t)f->name.at + f->name.len;
}

/* The texts lie as they do in a head without anything hidden in it. */
static bool layout_is_plain(const struct gate_head *h)
{
	struct str last = h->version;

	if (!gap_is(h->method, h->target.at, 1) ||
		!gap_is(h->target, h->version.at, 1))
		return false;
	for (size_t i = 0; i < h->field_n; i++) {
		if (!gap_is(last, h->field[i].name.at, 2) ||
			!colon_between(&h->field[i]))
			return false;
		last = h->field[i].value;
	}
	return gap_is(last, h->method.at + h->bytes, 4);
}

/* tchar of RFC 9110 section 5.6.2. */
static bool is_token(struct str s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			!(c >= '0' && c <= '9') &&
			(c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.len > 0;
}

static bool value_is_clean(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static enum gate_known known_field(struct str name)
{
	size_t i = 0;

	while (i < GATE_KNOWN_COUNT && !str_eq_nocase(name, KNOWN[i]))
		i++;
	return (enum gate_known)i;
}

/* Each of these decides what the message is or where it ends: once only. */
static bool may_repeat(enum gate_known k)
{
	return k != GATE_HOST && k != GATE_CONTENT_LENGTH &&
		k != GATE_TRANSFER_ENCODING;
}

static unsigned read_fields(const struct gate_head *h, struct gate_facts *facts)
{
	for (size_t i = 0; i < h->field_n; i++) {
		const struct gate_field *f = &h->field[i];
		enum gate_known k;

		if (!is_token(f->name) || !value_is_clean(f->value))
			return 400;
		k = known_field(f->name);
		if (k == GATE_KNOWN_COUNT)
			continue;
		if (facts->known[k].at == NULL)
			facts->known[k] = str_trim(f->value);
		else if (!may_repeat(k))
			return 400;
	}
	return 0;
}

/* reg-name, IPv4address or bracketed IPv6address, and a port (RFC 9110
 * section 7.2); nothing that needs escaping anywhere. */
static bool host_is_clean(struct str host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			!(c >= '0' && c <= '9') && c != '.' && c != '-' &&
			c != '_' && c != ':' && c != '[' && c != ']')
			return false;
	}
	return host.len > 0 && host.len <= 255;
}

static unsigned judge_host(struct str version, struct str host)
{
	if (host.at == NULL)
		return str_eq(version, STR("HTTP/1.0")) ? 0 : 400;
	return host_is_clean(host) ? 0 : 400;
}

/* Where the message ends: by Content-Length or at once, never otherwise. */
static unsigned judge_framing(struct gate_facts *facts)
{
	struct str length = facts->known[GATE_CONTENT_LENGTH];

	if (facts->known[GATE_TRANSFER_ENCODING].at != NULL)
		return length.at != NULL ? 400 : 501;
	if (length.at == NULL)
		return 0;
	if (str_u64(length, &facts->content_length) != OK)
		return 400;
	return facts->content_length >> 31 != 0 ? 413 : 0;
}

static unsigned judge_line(const struct gate_head *h, enum http_method *method)
{
	size_t m = 0;

	if (!str_eq(h->version, STR("HTTP/1.1")) &&
		!str_eq(h->version, STR("HTTP/1.0")))
		return 505;
	if (!is_token(h->method))
		return 400;
	while (m < sizeof(METHOD) / sizeof(METHOD[0]) &&
		!str_eq(h->method, METHOD[m]))
		m++;
	if (m == sizeof(METHOD) / sizeof(METHOD[0]))
		return 405;
	*method = (enum http_method)m;
	return h->target.len > GATE_MAX_TARGET_BYTES ? 414 : 0;
}

unsigned gate_judge(const struct gate_head *h, struct gate_facts *ret_facts)
{
	struct gate_facts facts = { 0 };
	unsigned status;

	if (h->field_n > GATE_MAX_FIELDS || h->bytes > GATE_MAX_HEAD_BYTES)
		return h->target.len > GATE_MAX_TARGET_BYTES ? 414 : 431;
	if (!layout_is_plain(h))
		return 400;
	status = read_fields(h, &facts);
	if (status == 0)
		status = judge_line(h, &facts.method);
	if (status == 0)
		status = judge_host(h->version, facts.known[GATE_HOST]);
	if (status == 0)
		status = judge_framing(&facts);
	if (status == 0)
		*ret_facts = facts;
	return status;
}
