/*
 * The reading half of age.h.  The header is text in lines; each stanza is a
 * line of arguments and a body of base64 in lines of 64 columns, of which
 * the last is shorter, be it empty.
 */
#include "crypto/age.h"

#include <sodium.h>

#include "base/enc.h"
#include "base/wipe.h"
#include "crypto/aead.h"
#include "crypto/age_stream.h"

enum { COLUMNS = 64, WRAPPED_LEN = AGE_FILE_KEY_LEN + AEAD_TAG_LEN };

struct stanza {
	struct str args; /* what stands behind "-> " */
	struct str body; /* the last line of base64 */
	size_t lines;
};

struct header {
	struct str text; /* up to and with "---" */
	struct str mac; /* base64 */
	struct str payload;
	size_t stanzas;
	bool has_scrypt;
};

/* The next line, without its line feed; false when there is none. */
static bool take_line(struct str *rest, struct str *ret_line)
{
	size_t n = str_find(*rest, '\n');

	if (n == rest->len)
		return false;
	*ret_line = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n + 1, rest->len);
	return true;
}

/* One or more arguments of visible ASCII, one space between. */
static bool args_ok(struct str args)
{
	struct str arg;

	while (str_split(&args, ' ', &arg)) {
		if (arg.len == 0)
			return false;
		for (size_t i = 0; i < arg.len; i++)
			if (arg.at[i] < 33 || arg.at[i] > 126)
				return false;
	}
	return true;
}

/* Each line is canonical base64 by itself; only the last is short. */
static bool take_body(struct str *rest, struct stanza *s)
{
	uint8_t bytes[COLUMNS * 3 / 4];
	size_t len;

	s->lines = 0;
	do {
		if (!take_line(rest, &s->body) || s->body.len > COLUMNS ||
			dec_base64_raw(s->body, bytes, sizeof(bytes), &len) !=
				OK)
			return false;
		s->lines++;
	} while (s->body.len == COLUMNS);
	return true;
}

static bool take_stanza(struct str *rest, struct stanza *ret_stanza)
{
	struct str line;

	if (!take_line(rest, &line) || !str_starts(line, STR("-> ")))
		return false;
	ret_stanza->args = str_slice(line, 3, line.len);
	return args_ok(ret_stanza->args) && take_body(rest, ret_stanza);
}

static enum err unwrap(const struct age_identity *identity,
	const uint8_t share[32], struct str body, struct age_file_key *ret_key)
{
	static const struct aead_nonce zero;
	struct age_recipient self;
	uint8_t shared[32];
	uint8_t wrap[32];
	enum err e = ERR_INVALID; /* a share of small order */

	age_recipient_of(identity, &self);
	if (crypto_scalarmult(shared, identity->byte, share) == 0) {
		age_wrap_key(share, self.byte, shared, wrap);
		e = aead_open(wrap, &zero, STR(""), body, ret_key->byte);
		e = e == OK ? OK : ERR_NOT_FOUND;
		wipe(wrap, sizeof(wrap));
	}
	wipe(shared, sizeof(shared));
	return e;
}

/* ERR_NOT_FOUND if the stanza is for somebody else. */
static enum err try_stanza(const struct age_identity *identity,
	const struct stanza *s, struct age_file_key *ret_key)
{
	struct str args = s->args;
	struct str arg;
	uint8_t share[32];
	uint8_t body[WRAPPED_LEN];
	size_t len;

	if (!str_split(&args, ' ', &arg) || !str_eq(arg, STR("X25519")))
		return ERR_NOT_FOUND;
	if (!str_split(&args, ' ', &arg) || args.at != NULL ||
		dec_base64_raw(arg, share, sizeof(share), &len) != OK ||
		len != sizeof(share))
		return ERR_INVALID;
	if (s->lines != 1 ||
		dec_base64_raw(s->body, body, sizeof(body), &len) != OK ||
		len != sizeof(body))
		return ERR_INVALID;
	return unwrap(identity, share, part_of(body, sizeof(body)), ret_key);
}

/* Read all stanzas, to the "---"; the first that opens gives the key. */
static enum err read_stanzas(const struct age_identity *identity,
	struct str *rest, struct header *h, struct age_file_key *ret_key)
{
	enum err found = ERR_NOT_FOUND;

	while (!str_starts(*rest, STR("---"))) {
		struct stanza s;

		if (!take_stanza(rest, &s))
			return ERR_INVALID;
		h->stanzas++;
		h->has_scrypt |= str_eq(s.args, STR("scrypt")) ||
			str_starts(s.args, STR("scrypt "));
		if (found == ERR_NOT_FOUND)
			found = try_stanza(identity, &s, ret_key);
	}
	if (h->stanzas == 0 || (h->has_scrypt && h->stanzas > 1))
		return ERR_INVALID;
	return found;
}

/* The line of the mac, and what lies behind it. */
static enum err read_end(struct str file, struct str rest, struct header *h)
{
	struct str line;

	h->text = (struct str){ file.at, (size_t)(rest.at - file.at) + 3 };
	if (!take_line(&rest, &line) || !str_starts(line, STR("--- ")))
		return ERR_INVALID;
	h->mac = str_slice(line, 4, line.len);
	h->payload = rest;
	return OK;
}

static enum err check_mac(
	const struct age_file_key *key, const struct header *h)
{
	struct sha256 mac;
	uint8_t stated[sizeof(mac)];
	size_t len;

	if (dec_base64_raw(h->mac, stated, sizeof(stated), &len) != OK ||
		len != sizeof(stated))
		return ERR_INVALID;
	age_header_mac(key, h->text, &mac);
	return same_bytes(mac.byte, stated, len) ? OK : ERR_CRYPTO;
}

enum err age_open(const struct age_identity *identity, struct str file,
	struct buf *ret_plaintext)
{
	struct str rest = file;
	struct header h = { .stanzas = 0 };
	struct age_file_key key;
	struct str line;
	enum err e;

	if (!take_line(&rest, &line) ||
		!str_eq(line, STR("age-encryption.org/v1")))
		return ERR_INVALID;
	e = read_stanzas(identity, &rest, &h, &key);
	if (e != OK)
		goto out;
	e = read_end(file, rest, &h);
	if (e == OK)
		e = check_mac(&key, &h);
	if (e == OK)
		e = age_stream_open(&key, h.payload, ret_plaintext);
out:
	wipe(&key, sizeof(key));
	return e;
}
