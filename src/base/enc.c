#include "base/enc.h"

#include <stdbool.h>

#include "base/wipe.h"

static const char STD[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char B32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void enc_hex(struct buf *b, const void *at, size_t len)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *p = at;

	for (size_t i = 0; i < len; i++) {
		buf_byte(b, (uint8_t)digit[p[i] >> 4]);
		buf_byte(b, (uint8_t)digit[p[i] & 15]);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err dec_hex(struct str text, void *ret_bytes, size_t len)
{
	uint8_t *to = ret_bytes;

	if (text.len != 2 * len)
		return ERR_INVALID;
	for (size_t i = 0; i < text.len; i++)
		if (hex_digit(text.at[i]) < 0)
			return ERR_INVALID;
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(hex_digit(text.at[2 * i]) * 16 +
			hex_digit(text.at[2 * i + 1]));
	return OK;
}

/* Write len bytes as digits of bits bits each, most significant first. */
static void encode(struct buf *b, const uint8_t *p, size_t len,
	const char *digits, unsigned bits)
{
	uint32_t acc = 0;
	unsigned have = 0;
	uint32_t mask = (1u << bits) - 1;

	for (size_t i = 0; i < len; i++) {
		acc = (acc << 8) | p[i];
		have += 8;
		while (have >= bits) {
			have -= bits;
			buf_byte(b, (uint8_t)digits[(acc >> have) & mask]);
		}
	}
	if (have > 0)
		buf_byte(b, (uint8_t)digits[(acc << (bits - have)) & mask]);
}

static void pad(struct buf *b, size_t len)
{
	if (len % 3 > 0)
		buf_c(b, len % 3 == 1 ? "==" : "=");
}

void enc_base64(struct buf *b, const void *at, size_t len)
{
	encode(b, at, len, STD, 6);
	pad(b, len);
}

void enc_base64_raw(struct buf *b, const void *at, size_t len)
{
	encode(b, at, len, STD, 6);
}

void enc_base64url(struct buf *b, const void *at, size_t len)
{
	encode(b, at, len, URL, 6);
}

void enc_base32(struct buf *b, const void *at, size_t len)
{
	encode(b, at, len, B32, 5);
}

static int digit_of(char c, char d62, char d63)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == d62)
		return 62;
	return c == d63 ? 63 : -1;
}

/* Two passes, so that a refused text leaves ret_bytes as it was. */
static enum err decode64(struct str text, const char *digits, void *ret_bytes,
	size_t cap, size_t *ret_len)
{
	uint8_t *to = ret_bytes;
	size_t n =
		text.len / 4 * 3 + (text.len % 4 == 0 ? 0 : text.len % 4 - 1);
	uint32_t acc = 0;
	unsigned have = 0;
	size_t out = 0;

	if (text.len % 4 == 1)
		return ERR_INVALID;
	if (n > cap)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < text.len; i++)
		if (digit_of(text.at[i], digits[62], digits[63]) < 0)
			return ERR_INVALID;
	if (text.len % 4 != 0) {
		int last =
			digit_of(text.at[text.len - 1], digits[62], digits[63]);

		if ((last & (text.len % 4 == 2 ? 15 : 3)) != 0)
			return ERR_INVALID;
	}
	for (size_t i = 0; i < text.len; i++) {
		acc = (acc << 6) |
			(uint32_t)digit_of(text.at[i], digits[62], digits[63]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[out++] = (uint8_t)(acc >> have);
		}
	}
	*ret_len = out;
	return OK;
}

enum err dec_base64_raw(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len)
{
	return decode64(text, STD, ret_bytes, cap, ret_len);
}

enum err dec_base64url(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len)
{
	return decode64(text, URL, ret_bytes, cap, ret_len);
}

enum err dec_base64(
	struct str text, void *ret_bytes, size_t cap, size_t *ret_len)
{
	if (text.len % 4 != 0)
		return ERR_INVALID;
	if (str_ends(text, STR("==")))
		text.len -= 2;
	else if (str_ends(text, STR("=")))
		text.len -= 1;
	return decode64(text, STD, ret_bytes, cap, ret_len);
}

static int digit32(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	if (c == '0')
		return 'O' - 'A';
	if (c == '1')
		return 'I' - 'A';
	return c == '8' ? 'B' - 'A' : -1;
}

enum err dec_base32(struct str text, void *ret_bytes, size_t len)
{
	uint8_t got[64];
	uint32_t acc = 0;
	unsigned have = 0;
	size_t out = 0;
	size_t digits = 0;
	enum err e = ERR_INVALID;

	if (len > sizeof(got))
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < text.len; i++) {
		int d = digit32(text.at[i]);

		if (text.at[i] == ' ' || text.at[i] == '-')
			continue;
		if (d < 0 || ++digits > (len * 8 + 4) / 5)
			goto done;
		acc = (acc << 5) | (uint32_t)d;
		have += 5;
		if (have >= 8) {
			have -= 8;
			if (out < len)
				got[out++] = (uint8_t)(acc >> have);
		}
	}
	if (out != len || digits != (len * 8 + 4) / 5)
		goto done;
	if ((acc & ((1u << have) - 1)) != 0)
		goto done;
	if (len > 0)
		memcpy(ret_bytes, got, len);
	e = OK;
done:
	wipe(got, sizeof(got));
	return e;
}
