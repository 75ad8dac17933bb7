#include "tlog/note.h"

#include "base/enc.h"
#include "crypto/hash.h"

enum {
	ED25519 = 0x01,
	SIGNATURE_MAX_BYTES = 8192,
	PUBLIC_BYTES = sizeof(struct sign_public),
	SIGNATURE_BYTES = sizeof(struct signature)
};

static const struct str dash = STR_INIT("\xE2\x80\x94 "); /* em dash, space */

/* Unicode white space, in UTF-8: what C2SP keeps out of names. */
static bool has_space(struct str s)
{
	static const struct str space[] = { STR_INIT("\xC2\x85"),
		STR_INIT("\xC2\xA0"), STR_INIT("\xE1\x9A\x80"),
		STR_INIT("\xE2\x80\xA8"), STR_INIT("\xE2\x80\xA9"),
		STR_INIT("\xE2\x80\xAF"), STR_INIT("\xE2\x81\x9F"),
		STR_INIT("\xE3\x80\x80") };

	for (; s.len > 0; s = str_slice(s, 1, s.len)) {
		uint8_t c = (uint8_t)s.at[0];

		if (c <= ' ' || c == 0x7F)
			return true;
		for (size_t i = 0; i < sizeof(space) / sizeof(space[0]); i++)
			if (str_starts(s, space[i]))
				return true;
		/* U+2000 to U+200A */
		if (str_starts(s, STR("\xE2\x80")) && s.len > 2 &&
			(uint8_t)s.at[2] <= 0x8A)
			return true;
	}
	return false;
}

bool note_name_ok(struct str name)
{
	return name.len > 0 && name.len <= NOTE_NAME_MAX_BYTES &&
		str_find(name, '+') == name.len && str_is_utf8(name) &&
		!has_space(name);
}

static void key_id(struct vkey *key)
{
	uint8_t in[NOTE_NAME_MAX_BYTES + 2 + PUBLIC_BYTES];
	size_t len = strlen(key->name);
	struct sha256 hash;

	memcpy(in, key->name, len);
	in[len++] = '\n';
	in[len++] = ED25519;
	memcpy(in + len, key->public_key.byte, PUBLIC_BYTES);
	sha256(in, len + PUBLIC_BYTES, &hash);
	memcpy(key->id, hash.byte, NOTE_KEY_ID_BYTES);
}

enum err vkey_make(struct str name, const struct sign_public *public_key,
	struct vkey *ret_key)
{
	struct vkey key = { 0 };

	if (!note_name_ok(name))
		return ERR_INVALID;
	memcpy(key.name, name.at, name.len);
	key.public_key = *public_key;
	key_id(&key);
	*ret_key = key;
	return OK;
}

void vkey_write(struct buf *b, const struct vkey *key)
{
	uint8_t typed[1 + PUBLIC_BYTES] = { ED25519 };

	memcpy(typed + 1, key->public_key.byte, PUBLIC_BYTES);
	buf_c(b, key->name);
	buf_byte(b, '+');
	enc_hex(b, key->id, sizeof(key->id));
	buf_byte(b, '+');
	enc_base64(b, typed, sizeof(typed));
}

enum err vkey_parse(struct str text, struct vkey *ret_key)
{
	uint8_t typed[1 + PUBLIC_BYTES];
	struct sign_public public_key;
	uint8_t id[NOTE_KEY_ID_BYTES];
	struct str name, hex;
	struct vkey key;
	size_t len;

	/* base64 has '+' too, so only the first two divide.  dec_hex takes
	 * capitals, a key has one text. */
	if (!str_split(&text, '+', &name) || !str_split(&text, '+', &hex) ||
		text.at == NULL)
		return ERR_INVALID;
	for (size_t i = 0; i < hex.len; i++)
		if (hex.at[i] >= 'A' && hex.at[i] <= 'F')
			return ERR_INVALID;
	if (dec_hex(hex, id, sizeof(id)) != OK ||
		dec_base64(text, typed, sizeof(typed), &len) != OK)
		return ERR_INVALID;
	if (len != sizeof(typed) || typed[0] != ED25519)
		return ERR_INVALID;
	memcpy(public_key.byte, typed + 1, PUBLIC_BYTES);
	if (vkey_make(name, &public_key, &key) != OK ||
		memcmp(id, key.id, sizeof(id)) != 0)
		return ERR_INVALID;
	*ret_key = key;
	return OK;
}

void note_write(struct buf *b, struct str text, const struct vkey *key,
	const struct signature *signature)
{
	uint8_t blob[NOTE_KEY_ID_BYTES + SIGNATURE_BYTES];

	memcpy(blob, key->id, NOTE_KEY_ID_BYTES);
	memcpy(blob + NOTE_KEY_ID_BYTES, signature->byte, SIGNATURE_BYTES);
	buf_str(b, text);
	buf_byte(b, '\n');
	buf_str(b, dash);
	buf_c(b, key->name);
	buf_byte(b, ' ');
	enc_base64(b, blob, sizeof(blob));
	buf_byte(b, '\n');
}

static bool text_ok(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((uint8_t)s.at[i] < ' ' && s.at[i] != '\n')
			return false;
	return str_is_utf8(s);
}

/* Where the last empty line begins: the index of its first newline's
 * successor, or s.len when there is none. */
static size_t last_blank(struct str s)
{
	for (size_t i = s.len; i >= 2; i--)
		if (s.at[i - 1] == '\n' && s.at[i - 2] == '\n')
			return i - 1;
	return s.len;
}

static enum err parse_line(struct str line, struct note_signature *ret_sig)
{
	uint8_t blob[SIGNATURE_MAX_BYTES];
	struct note_signature sig;
	size_t len;

	if (!str_starts(line, dash))
		return ERR_INVALID;
	line = str_slice(line, dash.len, line.len);
	if (!str_split(&line, ' ', &sig.name) || line.at == NULL ||
		!note_name_ok(sig.name))
		return ERR_INVALID;
	sig.base64 = line;
	if (dec_base64(line, blob, sizeof(blob), &len) != OK ||
		len <= NOTE_KEY_ID_BYTES)
		return ERR_INVALID;
	memcpy(sig.id, blob, NOTE_KEY_ID_BYTES);
	*ret_sig = sig;
	return OK;
}

enum err note_parse(struct str text, struct note *ret_note)
{
	struct note note = { 0 };
	struct str lines, line;
	size_t blank;

	if (text.len > NOTE_MAX_BYTES)
		return ERR_TOO_LARGE;
	blank = last_blank(text);
	if (!text_ok(text) || blank == text.len || !str_ends(text, STR("\n")))
		return ERR_INVALID;
	note.text = str_slice(text, 0, blank);
	lines = str_slice(text, blank + 1, text.len - 1);
	if (blank + 1 >= text.len)
		return ERR_INVALID;
	while (str_split(&lines, '\n', &line)) {
		if (note.count == NOTE_SIGNATURES_MAX)
			return ERR_TOO_LARGE;
		if (parse_line(line, &note.signature[note.count++]) != OK)
			return ERR_INVALID;
	}
	*ret_note = note;
	return OK;
}

static enum err verify_one(const struct note *note,
	const struct note_signature *sig, const struct vkey *key)
{
	uint8_t blob[NOTE_KEY_ID_BYTES + SIGNATURE_BYTES];
	struct signature signature;
	size_t len;

	if (dec_base64(sig->base64, blob, sizeof(blob), &len) != OK ||
		len != sizeof(blob))
		return ERR_CRYPTO;
	memcpy(signature.byte, blob + NOTE_KEY_ID_BYTES, SIGNATURE_BYTES);
	return sign_verify(&key->public_key, note->text, &signature)
		? OK
		: ERR_CRYPTO;
}

enum err note_verify(const struct note *note, const struct vkey *key)
{
	enum err found = ERR_NOT_FOUND;

	for (unsigned i = 0; i < note->count; i++) {
		const struct note_signature *sig = &note->signature[i];

		if (!str_eq(sig->name, str_c(key->name)) ||
			memcmp(sig->id, key->id, sizeof(key->id)) != 0)
			continue;
		if (verify_one(note, sig, key) != OK)
			return ERR_CRYPTO;
		found = OK;
	}
	return found;
}
