#include "crypto/token.h"

#include "base/bytes.h"
#include "base/enc.h"
#include "base/wipe.h"

enum { T_LETTERS = 26, SLOT_LETTERS = 13, FORM_LEN = 32, SHOWN_LEN = 16 };

void token_hash(
	uint64_t slot, const struct token *token, struct token_hash *ret_hash)
{
	static const char label[] = "petition-token/v1";
	uint8_t message[sizeof(label) - 1 + 8 + sizeof(token->byte)];
	struct sha256 h;

	memcpy(message, label, sizeof(label) - 1);
	put_u64(message + sizeof(label) - 1, slot);
	memcpy(message + sizeof(label) - 1 + 8, token->byte,
		sizeof(token->byte));
	sha256(message, sizeof(message), &h);
	memcpy(ret_hash->byte, h.byte, sizeof(ret_hash->byte));
	wipe(message, sizeof(message));
}

bool token_hash_ok(const struct token_hash *stored, uint64_t slot,
	const struct token *token)
{
	struct token_hash h;

	token_hash(slot, token, &h);
	return same_bytes(h.byte, stored->byte, sizeof(h.byte));
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void token_text(struct buf *b, uint64_t slot, const struct token *token)
{
	bool begun = false;

	for (unsigned i = SLOT_LETTERS; i-- > 0;) {
		unsigned digit = (unsigned)(slot >> (5 * i)) & 31;

		begun = begun || digit != 0 || i == 0;
		if (begun)
			buf_byte(b, (uint8_t)digits[digit]);
	}
	buf_byte(b, '-');
	enc_base32(b, token->byte, sizeof(token->byte));
}

struct str token_copy(struct arena *a, uint64_t slot, const struct token *token)
{
	struct str text;
	struct buf b;

	buf_init(&b, 2 * TOKEN_TEXT_MAX);
	token_text(&b, slot, token);
	text = arena_copy(a, buf_view(&b));
	buf_release(&b);
	return text;
}

/* A letter as it may be typed; 0 for what stands between letters, 255 for
 * what has no place. */
static uint8_t typed(char c)
{
	if (c == ' ' || c == '-')
		return 0;
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	c = c == '0' ? 'O' : c == '1' ? 'I' : c == '8' ? 'B' : c;
	return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7') ? (uint8_t)c
								: 255;
}

static uint64_t digit_of(char c)
{
	return (uint64_t)(c <= '7' ? c - '2' + 26 : c - 'A');
}

/* Base32 digits without leading zeros.  False if there are none, or too
 * many for 64 bits. */
static bool slot_read(struct str s, uint64_t *ret_slot)
{
	uint64_t slot = 0;

	if (s.len == 0 || (s.len > 1 && s.at[0] == 'A'))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (slot > UINT64_MAX >> 5)
			return false;
		slot = slot << 5 | digit_of(s.at[i]);
	}
	*ret_slot = slot;
	return true;
}

enum err token_parse(
	struct str text, uint64_t *ret_slot, struct token *ret_token)
{
	char letter[SLOT_LETTERS + T_LETTERS];
	struct token token;
	uint64_t slot;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = typed(text.at[i]);

		if (c == 0)
			continue;
		if (c == 255 || n == sizeof(letter))
			return ERR_INVALID;
		letter[n++] = (char)c;
	}
	if (n <= T_LETTERS ||
		!slot_read((struct str){ letter, n - T_LETTERS }, &slot) ||
		dec_base32((struct str){ letter + n - T_LETTERS, T_LETTERS },
			token.byte, sizeof(token.byte)) != OK)
		return ERR_INVALID;
	*ret_slot = slot;
	*ret_token = token;
	return OK;
}

/* The first 16 bytes of the mac that makes rid ours. */
static void form_mac(const struct hmac_key *form_key, uint64_t petition,
	const struct rid *rid, uint8_t ret_mac[16])
{
	uint8_t id[8];
	struct str parts[] = { STR("petition-form/v1"), part_of(id, sizeof(id)),
		part_of(rid->byte, sizeof(rid->byte)) };
	struct sha256 mac;

	put_u64(id, petition);
	hmac_key_mac(form_key, parts, 3, &mac);
	memcpy(ret_mac, mac.byte, 16);
}

void form_token_make(struct buf *b, const struct hmac_key *form_key,
	struct rng *rng, uint64_t petition, uint32_t minute)
{
	uint8_t bytes[FORM_LEN];
	struct rid rid;

	put_u32(rid.byte, minute);
	rng_fill(rng, rid.byte + 4, sizeof(rid.byte) - 4);
	memcpy(bytes, rid.byte, sizeof(rid.byte));
	form_mac(form_key, petition, &rid, bytes + sizeof(rid.byte));
	enc_base64url(b, bytes, sizeof(bytes));
}

enum err form_token_check(const struct hmac_key *form_key, uint64_t petition,
	struct str text, struct rid *ret_rid)
{
	uint8_t bytes[FORM_LEN];
	uint8_t mac[16];
	struct rid rid;
	size_t len;

	if (dec_base64url(text, bytes, sizeof(bytes), &len) != OK ||
		len != sizeof(bytes))
		return ERR_INVALID;
	memcpy(rid.byte, bytes, sizeof(rid.byte));
	form_mac(form_key, petition, &rid, mac);
	if (!same_bytes(mac, bytes + sizeof(rid.byte), sizeof(mac)))
		return ERR_INVALID;
	*ret_rid = rid;
	return OK;
}

uint32_t rid_minute(const struct rid *rid)
{
	return get_u32(rid->byte);
}

/* Four bytes of time, the first twelve of their mac. */
static void shown_mac(const struct hmac_key *form_key, struct str form_token,
	uint8_t shown[SHOWN_LEN])
{
	struct str parts[] = { STR("petition-form-shown/v1"), part_of(shown, 4),
		form_token };
	struct sha256 mac;

	hmac_key_mac(form_key, parts, 3, &mac);
	memcpy(shown + 4, mac.byte, SHOWN_LEN - 4);
}

void form_shown_make(struct buf *b, const struct hmac_key *form_key,
	struct str form_token, uint32_t second)
{
	uint8_t shown[SHOWN_LEN];

	put_u32(shown, second);
	shown_mac(form_key, form_token, shown);
	enc_base64url(b, shown, sizeof(shown));
}

enum err form_shown_check(const struct hmac_key *form_key,
	struct str form_token, struct str text, uint32_t *ret_second)
{
	uint8_t bytes[SHOWN_LEN];
	uint8_t ours[SHOWN_LEN];
	size_t len;

	if (dec_base64url(text, bytes, sizeof(bytes), &len) != OK ||
		len != sizeof(bytes))
		return ERR_INVALID;
	memcpy(ours, bytes, 4);
	shown_mac(form_key, form_token, ours);
	if (!same_bytes(ours, bytes, sizeof(bytes)))
		return ERR_INVALID;
	*ret_second = get_u32(bytes);
	return OK;
}
