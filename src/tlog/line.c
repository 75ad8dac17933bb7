#include "tlog/line.h"

#include "base/enc.h"

bool line_take(struct str *body, struct str *ret_line)
{
	size_t end = str_find(*body, '\n');

	if (end == body->len)
		return false;
	*ret_line = str_slice(*body, 0, end);
	*body = str_slice(*body, end + 1, body->len);
	return true;
}

enum err line_decimal(struct str line, uint64_t *ret_value)
{
	if (line.len > 1 && line.at[0] == '0')
		return ERR_INVALID;
	return str_u64(line, ret_value);
}

enum err line_hash(struct str line, uint8_t ret_bytes[32])
{
	uint8_t bytes[32];
	size_t len;
	enum err e = dec_base64(line, bytes, sizeof(bytes), &len);

	if (e != OK || len != sizeof(bytes))
		return ERR_INVALID;
	memcpy(ret_bytes, bytes, sizeof(bytes));
	return OK;
}
