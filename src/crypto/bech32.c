#include "crypto/bech32.h"

#include "base/wipe.h"

static const char letters[32] = { 'q', 'p', 'z', 'r', 'y', '9', 'x', '8', 'g',
	'f', '2', 't', 'v', 'd', 'w', '0', 's', '3', 'j', 'n', '5', '4', 'k',
	'h', 'c', 'e', '6', 'm', 'u', 'a', '7', 'l' };

enum { DIGITS = 52, CHECK = 6 }; /* 32 bytes are 52 digits, 4 bits spare */

static uint32_t step(uint32_t sum, uint8_t digit)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d,
		0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ digit;
	for (unsigned i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			sum ^= generator[i];
	return sum;
}

/* The polynomial's value over the expanded hrp and n digits. */
static uint32_t checksum(struct str hrp, const uint8_t *digit, size_t n)
{
	uint32_t sum = 1;

	for (size_t i = 0; i < hrp.len; i++)
		sum = step(sum, (uint8_t)hrp.at[i] >> 5);
	sum = step(sum, 0);
	for (size_t i = 0; i < hrp.len; i++)
		sum = step(sum, (uint8_t)hrp.at[i] & 31);
	for (size_t i = 0; i < n; i++)
		sum = step(sum, digit[i]);
	return sum;
}

static void to_digits(const uint8_t bytes[32], uint8_t digit[DIGITS])
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < 32; i++) {
		acc = (acc << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			digit[n++] = acc >> (bits - 5) & 31;
	}
	digit[n] = (uint8_t)(acc << (5 - bits) & 31);
}

/* False if the spare bits are not zero. */
static bool from_digits(const uint8_t digit[DIGITS], uint8_t bytes[32])
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		acc = (acc << 5 | digit[i]) & 0xffff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (uint8_t)(acc >> bits);
		}
	}
	return (acc & ((1u << bits) - 1)) == 0;
}

static uint8_t in_case(char c, bool upper)
{
	return (uint8_t)(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

void bech32_put(
	struct buf *b, struct str hrp, bool upper, const uint8_t bytes[32])
{
	uint8_t digit[DIGITS + CHECK] = { 0 };
	uint32_t sum;

	to_digits(bytes, digit);
	sum = checksum(hrp, digit, sizeof(digit)) ^ 1;
	for (unsigned i = 0; i < CHECK; i++)
		digit[DIGITS + i] = sum >> (5 * (CHECK - 1 - i)) & 31;
	for (size_t i = 0; i < hrp.len; i++)
		buf_byte(b, in_case(hrp.at[i], upper));
	buf_byte(b, '1');
	for (size_t i = 0; i < sizeof(digit); i++)
		buf_byte(b, in_case(letters[digit[i]], upper));
	wipe(digit, sizeof(digit));
}

/* The digit's value, or 255. */
static uint8_t digit_of(char c, bool upper)
{
	for (uint8_t v = 0; v < 32; v++)
		if ((uint8_t)c == in_case(letters[v], upper))
			return v;
	return 255;
}

enum err bech32_read(
	struct str text, struct str hrp, bool upper, uint8_t ret_bytes[32])
{
	uint8_t digit[DIGITS + CHECK];
	uint8_t bytes[32];
	enum err e = ERR_INVALID;

	if (text.len != hrp.len + 1 + sizeof(digit) || text.at[hrp.len] != '1')
		return ERR_INVALID;
	for (size_t i = 0; i < hrp.len; i++)
		if ((uint8_t)text.at[i] != in_case(hrp.at[i], upper))
			return ERR_INVALID;
	for (size_t i = 0; i < sizeof(digit); i++) {
		digit[i] = digit_of(text.at[hrp.len + 1 + i], upper);
		if (digit[i] == 255)
			goto out;
	}
	if (checksum(hrp, digit, sizeof(digit)) == 1 &&
		from_digits(digit, bytes)) {
		memcpy(ret_bytes, bytes, sizeof(bytes));
		e = OK;
	}
out:
	wipe(digit, sizeof(digit));
	wipe(bytes, sizeof(bytes));
	return e;
}
