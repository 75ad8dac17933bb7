#include "mail/dsn.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/enc.h"

enum { GROUPS_MAX = 64, PARTS_MAX = 16 };

/* ---- lines and fields (RFC 5322 section 2.2) ---- */

/* Take the next line, without its end; false at the end of text. */
static bool next_line(struct str *text, struct str *ret_line)
{
	if (!str_split(text, '\n', ret_line))
		return false;
	if (str_ends(*ret_line, STR("\r")))
		ret_line->len--;
	return true;
}

/* Take the lines up to the next empty one, which goes as well. */
static struct str take_block(struct str *text)
{
	struct str block = { text->at, 0 };
	struct str line;

	while (next_line(text, &line) && line.len > 0)
		block.len = (size_t)(line.at + line.len - block.at);
	return block;
}

static bool is_folded(struct str line)
{
	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

/* The field's value with the lines it is folded over, or STR_NULL. */
static struct str field(struct str block, struct str name)
{
	struct str value = STR_NULL;
	struct str line;

	while (next_line(&block, &line)) {
		size_t colon = str_find(line, ':');

		if (value.at != NULL && !is_folded(line))
			break;
		if (value.at != NULL)
			value.len = (size_t)(line.at + line.len - value.at);
		else if (colon < line.len && !is_folded(line) &&
			str_eq_nocase(
				str_trim(str_slice(line, 0, colon)), name))
			value = str_slice(line, colon + 1, line.len);
	}
	return value.at == NULL ? value : str_trim(value);
}

static bool starts_nocase(struct str s, struct str prefix)
{
	return str_eq_nocase(str_slice(s, 0, prefix.len), prefix);
}

/* A parameter of a Content-Type (RFC 2045 section 5.1), or STR_NULL. */
static struct str parameter(struct str type, struct str name)
{
	struct str part;

	while (str_split(&type, ';', &part)) {
		size_t equals = str_find(part, '=');
		struct str value;

		if (!str_eq_nocase(str_trim(str_slice(part, 0, equals)), name))
			continue;
		value = str_trim(str_slice(part, equals + 1, part.len));
		if (value.len >= 2 && value.at[0] == '"')
			value = str_slice(value, 1,
				1 +
					str_find(str_slice(value, 1, value.len),
						'"'));
		return value;
	}
	return STR_NULL;
}

/* ---- status codes ---- */

/* Take at most three digits from the front of text, without leading zeros (RFC
 * 3463 section 2); -1 for none. */
static int take_number(struct str *text)
{
	int n = 0;
	size_t i = 0;

	for (; i < text->len && i < 3; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			break;
		if (i == 1 && n == 0)
			return -1;
		n = n * 10 + (text->at[i] - '0');
	}
	*text = str_slice(*text, i, text->len);
	return i == 0 ? -1 : n;
}

/* Does text begin with a status code (RFC 3463 section 2)? */
static bool read_status(struct str text, int ret_part[3])
{
	for (int i = 0; i < 3; i++) {
		if (i > 0 && !str_starts(text, STR(".")))
			return false;
		text = str_slice(text, i > 0, text.len);
		ret_part[i] = take_number(&text);
		if (ret_part[i] < 0)
			return false;
	}
	return true;
}

bool dsn_status_is_hard(struct str text)
{
	int part[3];

	if (!read_status(text, part) || part[0] != 5)
		return false;
	switch (part[1]) {
	case 0:
		return part[2] == 0;
	case 1:
		return true;
	case 2:
		return part[2] <= 1;
	case 4:
		return part[2] == 4;
	default:
		return false;
	}
}

bool dsn_reply_is_hard(struct str line)
{
	struct str rest = line;
	int code = take_number(&rest);
	int part[3];

	if (code < 500 || code > 599)
		return false;
	rest = str_trim(str_slice(rest, 1, rest.len));
	if (read_status(rest, part))
		return dsn_status_is_hard(rest);
	return code == 550 || code == 551 || code == 553;
}

/* ---- the report ---- */

/* Of one recipient's fields (RFC 3464 section 2.3). */
static enum dsn_kind judge(struct str group)
{
	struct str action = field(group, STR("Action"));
	struct str status = field(group, STR("Status"));

	if (action.at == NULL || status.at == NULL)
		return DSN_NONE;
	return starts_nocase(action, STR("failed")) &&
			dsn_status_is_hard(status)
		? DSN_HARD
		: DSN_SOFT;
}

/* The first group is about the message, the others each about a recipient.
 * We write to one at a time, so the worst is the one. */
static enum dsn_kind read_status_part(struct str body)
{
	enum dsn_kind worst = DSN_NONE;

	for (int i = 0; body.at != NULL && i < GROUPS_MAX; i++) {
		enum dsn_kind kind = judge(take_block(&body));

		worst = kind > worst ? kind : worst;
	}
	return worst;
}

/* "--boundary", perhaps with "--" and white space behind it. */
static bool is_boundary(struct str line, struct str boundary)
{
	struct str rest = str_trim(str_slice(line, 2 + boundary.len, line.len));

	return str_starts(line, STR("--")) &&
		str_starts(str_slice(line, 2, line.len), boundary) &&
		(rest.len == 0 || str_eq(rest, STR("--")));
}

/* Take the text up to the next boundary line, which goes as well. */
static struct str take_part(struct str *body, struct str boundary)
{
	struct str part = { body->at, 0 };
	struct str line;

	while (next_line(body, &line) && !is_boundary(line, boundary))
		part.len = (size_t)(line.at + line.len - part.at);
	return part;
}

/* ---- transfer encodings (RFC 2045 section 6) ---- */

static bool is_base64_digit(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* Other characters between the digits mean nothing; padding ends them. */
static void undo_base64(struct buf *b, struct str body)
{
	struct buf digits;
	uint8_t *bytes = malloc(body.len + 1);
	size_t len = 0;

	buf_init(&digits, body.len + 1);
	for (size_t i = 0; i < body.len && body.at[i] != '='; i++)
		if (is_base64_digit(body.at[i]))
			buf_put(&digits, &body.at[i], 1);
	if (bytes != NULL && buf_err(&digits) == OK &&
		dec_base64_raw(buf_view(&digits), bytes, body.len, &len) == OK)
		buf_put(b, bytes, len);
	free(bytes);
	buf_release(&digits);
}

/* A "=" that begins no escape stands for itself. */
static void undo_quoted(struct buf *b, struct str body)
{
	for (size_t i = 0; i < body.len; i++) {
		struct str rest = str_slice(body, i + 1, body.len);
		char byte;

		if (body.at[i] != '=') {
			buf_put(b, &body.at[i], 1);
		} else if (str_starts(rest, STR("\n"))) {
			i += 1;
		} else if (str_starts(rest, STR("\r\n"))) {
			i += 2;
		} else if (dec_hex(str_slice(rest, 0, 2), &byte, 1) == OK) {
			buf_put(b, &byte, 1);
			i += 2;
		} else {
			buf_byte(b, '=');
		}
	}
}

static enum dsn_kind read_encoded(struct str encoding, struct str body)
{
	enum dsn_kind kind = DSN_NONE;
	struct buf b;

	buf_init(&b, body.len + 1);
	if (str_eq_nocase(encoding, STR("base64")))
		undo_base64(&b, body);
	else
		undo_quoted(&b, body);
	if (buf_err(&b) == OK)
		kind = read_status_part(buf_view(&b));
	buf_release(&b);
	return kind;
}

static enum dsn_kind read_part(struct str part)
{
	struct str head = take_block(&part);
	struct str type = field(head, STR("Content-Type"));
	struct str encoding = field(head, STR("Content-Transfer-Encoding"));

	if (!starts_nocase(type, STR("message/delivery-status")) &&
		!starts_nocase(type, STR("message/global-delivery-status")))
		return DSN_NONE;
	if (str_eq_nocase(encoding, STR("base64")) ||
		str_eq_nocase(encoding, STR("quoted-printable")))
		return read_encoded(encoding, part);
	return read_status_part(part);
}

struct dsn dsn_read(struct str message)
{
	struct str body = message;
	struct dsn d = { .kind = DSN_NONE, .head = take_block(&body) };
	struct str type = field(d.head, STR("Content-Type"));
	struct str boundary = parameter(type, STR("boundary"));

	if (!starts_nocase(type, STR("multipart/report")) || boundary.len == 0)
		return d;
	(void)take_part(&body, boundary);
	for (int i = 0; body.at != NULL && i < PARTS_MAX; i++) {
		enum dsn_kind kind = read_part(take_part(&body, boundary));

		d.kind = kind > d.kind ? kind : d.kind;
	}
	return d;
}
