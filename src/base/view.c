#include "base/view.h"

#include "base/bytes.h"

struct view view_of(const void *at, size_t len)
{
	return (struct view){ .at = at, .len = len };
}

const uint8_t *view_take(struct view *v, size_t n)
{
	const uint8_t *at = v->at;

	if (v->bad || n > v->len) {
		v->bad = true;
		return NULL;
	}
	v->at += n;
	v->len -= n;
	return at;
}

uint8_t view_u8(struct view *v)
{
	const uint8_t *at = view_take(v, 1);

	return at == NULL ? 0 : at[0];
}

uint16_t view_u16(struct view *v)
{
	const uint8_t *at = view_take(v, 2);

	return at == NULL ? 0 : get_u16(at);
}

uint32_t view_u32(struct view *v)
{
	const uint8_t *at = view_take(v, 4);

	return at == NULL ? 0 : get_u32(at);
}

uint64_t view_u64(struct view *v)
{
	const uint8_t *at = view_take(v, 8);

	return at == NULL ? 0 : get_u64(at);
}

void view_copy(struct view *v, void *ret_bytes, size_t n)
{
	const uint8_t *at = view_take(v, n);

	if (n == 0)
		return;
	if (at == NULL)
		memset(ret_bytes, 0, n);
	else
		memcpy(ret_bytes, at, n);
}

struct str view_str16(struct view *v)
{
	size_t n = view_u16(v);
	const uint8_t *at = view_take(v, n);

	return at == NULL ? STR("") : (struct str){ (const char *)at, n };
}

bool view_done(const struct view *v)
{
	return !v->bad && v->len == 0;
}
