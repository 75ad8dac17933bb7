#include "cmd/petition_verify_note.h"

#include <sodium.h>
#include <string.h>

#include "base/enc.h"

#define ED25519 0x01 /* signed-note's type of signature */

/* Visible ASCII, no space: our names are hosts and paths. */
static bool is_graphic(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~')
			return false;
	return true;
}

/* Hex digits in lower case alone, so that a key has one text. */
static bool is_lower(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] >= 'A' && s.at[i] <= 'F')
			return false;
	return true;
}

/* The name up to the first '+', then eight hex digits, then the key. */
enum err vkey_parse(struct str text, struct vkey *ret_key)
{
	struct vkey k = { .name = "" };
	struct str name;
	struct str hash;
	uint8_t typed[33];
	uint8_t want[32];
	size_t len;
	crypto_hash_sha256_state state;

	if (!str_split(&text, '+', &name) || !str_split(&text, '+', &hash))
		return ERR_INVALID;
	if (name.len == 0 || name.len >= sizeof(k.name) || !is_graphic(name) ||
		text.at == NULL)
		return ERR_INVALID;
	if (!is_lower(hash) || dec_hex(hash, k.id, sizeof(k.id)) != OK ||
		dec_base64(text, typed, sizeof(typed), &len) != OK ||
		len != sizeof(typed) || typed[0] != ED25519)
		return ERR_INVALID;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)name.at, name.len);
	crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
	crypto_hash_sha256_update(&state, typed, sizeof(typed));
	crypto_hash_sha256_final(&state, want);
	if (memcmp(want, k.id, sizeof(k.id)) != 0)
		return ERR_INVALID;
	memcpy(k.name, name.at, name.len);
	memcpy(k.key, typed + 1, sizeof(k.key));
	*ret_key = k;
	return OK;
}

enum err keyring_read(struct str keys, struct str use, struct keyring *ret_ring)
{
	struct keyring ring = { .n = 0 };
	struct str line;

	while (str_split(&keys, '\n', &line)) {
		struct str word;

		if (!str_split(&line, ' ', &word) || !str_eq(word, use))
			continue;
		if (line.at == NULL ||
			ring.n == sizeof(ring.key) / sizeof(ring.key[0]) ||
			vkey_parse(line, &ring.key[ring.n]) != OK)
			return ERR_INVALID;
		ring.n++;
	}
	if (ring.n == 0)
		return ERR_NOT_FOUND;
	*ret_ring = ring;
	return OK;
}

enum err years_parse(
	struct str text, unsigned *ret_years, size_t cap, size_t *ret_n)
{
	size_t n = 0;

	for (; text.len > 0; text = str_slice(text, 5, text.len)) {
		uint64_t year;

		if (text.len < 5 || text.at[4] != '\n' ||
			str_u64(str_slice(text, 0, 4), &year) != OK ||
			year == 0 || (n > 0 && ret_years[n - 1] >= year))
			return ERR_INVALID;
		if (n == cap)
			return ERR_TOO_LARGE;
		ret_years[n++] = (unsigned)year;
	}
	*ret_n = n;
	return OK;
}

/* Split at the last blank line: text keeps its newline, sigs has the rest. */
static bool note_split(
	struct str note, struct str *ret_text, struct str *ret_sigs)
{
	if (note.len < 3 || note.at[note.len - 1] != '\n')
		return false;
	for (size_t i = note.len - 1; i > 0; i--) {
		if (note.at[i] != '\n' || note.at[i - 1] != '\n')
			continue;
		*ret_text = str_slice(note, 0, i);
		*ret_sigs = str_slice(note, i + 1, note.len - 1);
		return ret_sigs->len > 0;
	}
	return false;
}

/* "— NAME base64(id, signature)", the dash being U+2014. */
static bool signature_line(
	struct str line, struct str *ret_name, uint8_t ret_sig[68])
{
	struct str dash = STR("\xE2\x80\x94 ");
	uint8_t bytes[128]; /* other signers may use longer ones */
	size_t len;

	if (!str_starts(line, dash))
		return false;
	line = str_slice(line, dash.len, line.len);
	if (!str_split(&line, ' ', ret_name) || ret_name->len == 0 ||
		line.at == NULL)
		return false;
	memset(ret_sig, 0, 68);
	if (dec_base64(line, bytes, sizeof(bytes), &len) == OK && len == 68)
		memcpy(ret_sig, bytes, 68);
	return true;
}

static const struct vkey *ring_find(
	const struct keyring *ring, struct str name, const uint8_t *id)
{
	for (unsigned i = 0; i < ring->n; i++)
		if (str_eq(name, str_c(ring->key[i].name)) &&
			memcmp(id, ring->key[i].id, 4) == 0)
			return &ring->key[i];
	return NULL;
}

enum err note_open(struct str note, const struct keyring *ring,
	const struct vkey **ret_by, struct str *ret_text)
{
	const struct vkey *by = NULL;
	struct str text;
	struct str sigs;
	struct str line;

	if (!str_is_utf8(note) || !note_split(note, &text, &sigs))
		return ERR_INVALID;
	while (str_split(&sigs, '\n', &line)) {
		uint8_t sig[68];
		struct str name;
		const struct vkey *k;

		if (!signature_line(line, &name, sig))
			return ERR_INVALID;
		k = ring_find(ring, name, sig);
		if (k == NULL)
			continue; /* a witness, or a key we do not know */
		if (crypto_sign_verify_detached(sig + 4,
			    (const uint8_t *)text.at, text.len, k->key) != 0)
			return ERR_CRYPTO;
		by = by == NULL ? k : by;
	}
	if (by == NULL)
		return ERR_CRYPTO;
	*ret_by = by;
	*ret_text = text;
	return OK;
}

/* A decimal number as printed: no zero before it. */
static bool number(struct str s, uint64_t *ret_value)
{
	if (s.len > 1 && s.at[0] == '0')
		return false;
	return str_u64(s, ret_value) == OK;
}

static bool hash_text(struct str s, uint8_t ret_hash[32])
{
	uint8_t bytes[32];
	size_t len;

	if (dec_base64(s, bytes, sizeof(bytes), &len) != OK || len != 32)
		return false;
	memcpy(ret_hash, bytes, 32);
	return true;
}

/* Exactly n lines, each ended by a newline. */
static bool lines(struct str text, struct str *ret_line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t end = str_find(text, '\n');

		if (end == text.len)
			return false;
		ret_line[i] = str_slice(text, 0, end);
		text = str_slice(text, end + 1, text.len);
	}
	return text.len == 0;
}

enum err checkpoint_parse(struct str text, struct checkpoint *ret_checkpoint)
{
	struct checkpoint c;
	struct str line[3];

	if (!lines(text, line, 3) || line[0].len == 0 ||
		!number(line[1], &c.size) || !hash_text(line[2], c.root.byte))
		return ERR_INVALID;
	c.origin = line[0];
	*ret_checkpoint = c;
	return OK;
}

enum err promise_parse(
	struct str text, const struct vkey *by, struct promise *ret_promise)
{
	struct promise p = { .deadline_s = 0 };
	struct str name = str_c(by->name);
	struct str line[4];

	if (!lines(text, line, 4) || !str_starts(line[0], name) ||
		!str_eq(str_slice(line[0], name.len, line[0].len), STR("/v1")))
		return ERR_INVALID;
	if (!number(line[1], &p.petition) || !hash_text(line[2], p.c))
		return ERR_INVALID;
	if (!str_eq(line[3], STR("-")) &&
		(!number(line[3], &p.deadline_s) || p.deadline_s == 0))
		return ERR_INVALID;
	*ret_promise = p;
	return OK;
}
