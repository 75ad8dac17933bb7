#include "crypto/cbor.h"

#include "base/bytes.h"

/* Major types, RFC 8949 section 3.1, as they stand in a first byte. */
enum {
	MAJOR_UINT = 0 << 5,
	MAJOR_BYTES = 2 << 5,
	MAJOR_TEXT = 3 << 5,
	MAJOR_ARRAY = 4 << 5,
	MAJOR_MAP = 5 << 5,
	SIMPLE_FALSE = 0xf4,
	SIMPLE_TRUE = 0xf5
};

/* A first byte and the shortest argument behind it. */
static size_t make_head(unsigned major, uint64_t value, uint8_t *ret_head)
{
	if (value < 24) {
		ret_head[0] = (uint8_t)(major | value);
		return 1;
	}
	if (value <= UINT8_MAX) {
		ret_head[0] = (uint8_t)(major | 24);
		ret_head[1] = (uint8_t)value;
		return 2;
	}
	if (value <= UINT16_MAX) {
		ret_head[0] = (uint8_t)(major | 25);
		put_u16(ret_head + 1, (uint16_t)value);
		return 3;
	}
	if (value <= UINT32_MAX) {
		ret_head[0] = (uint8_t)(major | 26);
		put_u32(ret_head + 1, (uint32_t)value);
		return 5;
	}
	ret_head[0] = (uint8_t)(major | 27);
	put_u64(ret_head + 1, value);
	return 9;
}

static void put_head(struct buf *b, unsigned major, uint64_t value)
{
	uint8_t head[CBOR_HEAD_MAX];

	buf_put(b, head, make_head(major, value, head));
}

size_t cbor_text_head(size_t len, uint8_t ret_head[CBOR_HEAD_MAX])
{
	return make_head(MAJOR_TEXT, len, ret_head);
}

void cbor_put_uint(struct buf *b, uint64_t value)
{
	put_head(b, MAJOR_UINT, value);
}

void cbor_put_bytes(struct buf *b, const void *at, size_t len)
{
	put_head(b, MAJOR_BYTES, len);
	buf_put(b, at, len);
}

void cbor_put_text(struct buf *b, struct str text)
{
	put_head(b, MAJOR_TEXT, text.len);
	buf_str(b, text);
}

void cbor_put_bool(struct buf *b, bool value)
{
	buf_byte(b, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_array(struct buf *b, uint64_t n)
{
	put_head(b, MAJOR_ARRAY, n);
}

void cbor_put_map(struct buf *b, uint64_t n)
{
	put_head(b, MAJOR_MAP, n);
}

/* Behind a first byte that says so: 1, 2, 4 or 8 bytes, and no fewer would
 * have done. */
static uint64_t take_argument(struct view *v, unsigned info)
{
	static const uint64_t least[4] = { 24, (uint64_t)UINT8_MAX + 1,
		(uint64_t)UINT16_MAX + 1, (uint64_t)UINT32_MAX + 1 };
	uint64_t value;

	switch (info) {
	case 24:
		value = view_u8(v);
		break;
	case 25:
		value = view_u16(v);
		break;
	case 26:
		value = view_u32(v);
		break;
	case 27:
		value = view_u64(v);
		break;
	default: /* reserved, or of indefinite length */
		v->bad = true;
		return 0;
	}
	if (value < least[info - 24])
		v->bad = true;
	return v->bad ? 0 : value;
}

static uint64_t take_head(struct view *v, unsigned major)
{
	uint8_t first = view_u8(v);
	unsigned info = first & 31;

	if ((first & 0xe0) != major)
		v->bad = true;
	if (v->bad)
		return 0;
	return info < 24 ? info : take_argument(v, info);
}

static struct str take_string(struct view *v, unsigned major)
{
	uint64_t len = take_head(v, major);
	const uint8_t *at;

	if (!v->bad && len > v->len)
		v->bad = true;
	at = v->bad ? NULL : view_take(v, (size_t)len);
	return v->bad ? STR("") : (struct str){ (const char *)at, (size_t)len };
}

uint64_t cbor_uint(struct view *v)
{
	return take_head(v, MAJOR_UINT);
}

struct str cbor_bytes(struct view *v)
{
	return take_string(v, MAJOR_BYTES);
}

struct str cbor_text(struct view *v)
{
	struct str text = take_string(v, MAJOR_TEXT);

	if (!str_is_utf8(text)) {
		v->bad = true;
		return STR("");
	}
	return text;
}

bool cbor_bool(struct view *v)
{
	uint8_t first = view_u8(v);

	if (first != SIMPLE_FALSE && first != SIMPLE_TRUE)
		v->bad = true;
	return !v->bad && first == SIMPLE_TRUE;
}

uint64_t cbor_array(struct view *v)
{
	return take_head(v, MAJOR_ARRAY);
}

uint64_t cbor_map(struct view *v)
{
	return take_head(v, MAJOR_MAP);
}

void cbor_key(struct view *v, uint64_t want)
{
	if (cbor_uint(v) != want)
		v->bad = true;
}

void cbor_copy(struct view *v, void *ret_bytes, size_t len)
{
	struct str bytes = cbor_bytes(v);

	if (bytes.len != len)
		v->bad = true;
	if (v->bad)
		memset(ret_bytes, 0, len);
	else
		memcpy(ret_bytes, bytes.at, len);
}
