/*
 * verify_note_fuzz.c - petition-verify's readers of text: a key, a list of
 * years, a checkpoint, a promise have exactly one text each, so what was read,
 * written again, is the input.  A note is tried with the key on the input's
 * first line; what opens is the note up to its blank line.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "cmd/petition_verify_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(struct buf *b, struct str in)
{
	assert(buf_err(b) == OK && str_eq(buf_view(b), in));
	buf_clear(b);
}

static void check_vkey(struct buf *b, struct str in)
{
	uint8_t typed[33] = { 0x01 };
	struct vkey key;

	if (vkey_parse(in, &key) != OK)
		return;
	memcpy(typed + 1, key.key, sizeof(key.key));
	buf_c(b, key.name);
	buf_byte(b, '+');
	enc_hex(b, key.id, sizeof(key.id));
	buf_byte(b, '+');
	enc_base64(b, typed, sizeof(typed));
	same(b, in);
}

static void check_years(struct buf *b, struct str in)
{
	unsigned years[64];
	size_t n;

	if (years_parse(in, years, 64, &n) != OK)
		return;
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%04u\n", years[i]);
	same(b, in);
}

static void check_checkpoint(struct buf *b, struct str in)
{
	struct checkpoint c;

	if (checkpoint_parse(in, &c) != OK)
		return;
	buf_str(b, c.origin);
	buf_byte(b, '\n');
	buf_decimal(b, c.size);
	buf_byte(b, '\n');
	enc_base64(b, c.root.byte, sizeof(c.root.byte));
	buf_byte(b, '\n');
	same(b, in);
}

static void check_promise(struct buf *b, struct str in)
{
	const struct vkey by = { .name = "h/promise" };
	struct promise p;

	if (promise_parse(in, &by, &p) != OK)
		return;
	buf_c(b, "h/promise/v1\n");
	buf_decimal(b, p.petition);
	buf_byte(b, '\n');
	enc_base64(b, p.c, sizeof(p.c));
	buf_byte(b, '\n');
	if (p.deadline_s == 0)
		buf_byte(b, '-');
	else
		buf_decimal(b, p.deadline_s);
	buf_byte(b, '\n');
	same(b, in);
}

static void check_note(struct str in)
{
	struct keyring ring;
	const struct vkey *by;
	struct str first;
	struct str text;

	if (keyring_read(in, STR("checkpoint"), &ring) == OK)
		assert(ring.n > 0 && ring.n <= 8);
	if (!str_split(&in, '\n', &first) || in.at == NULL ||
		vkey_parse(first, &ring.key[0]) != OK)
		return;
	ring.n = 1;
	if (note_open(in, &ring, &by, &text) != OK)
		return;
	assert(by == &ring.key[0] && text.at == in.at && text.len < in.len);
	assert(text.at[text.len - 1] == '\n' && in.at[text.len] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };
	struct buf b;

	buf_init(&b, 1 << 20);
	check_vkey(&b, in);
	check_years(&b, in);
	check_checkpoint(&b, in);
	check_promise(&b, in);
	check_note(in);
	buf_release(&b);
	return 0;
}
