/*
 * note_fuzz.c - a note or verifier key that is read has exactly one text: what
 * was read, written again, is the input.
 */
#include <assert.h>

#include "tlog/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_note(struct str in)
{
	struct note note;
	struct buf out;

	if (note_parse(in, &note) != OK)
		return;
	assert(note.count > 0 && note.count <= NOTE_SIGNATURES_MAX);
	buf_init(&out, 2 * NOTE_MAX_BYTES);
	buf_str(&out, note.text);
	buf_byte(&out, '\n');
	for (unsigned i = 0; i < note.count; i++) {
		assert(note_name_ok(note.signature[i].name));
		buf_c(&out, "\xE2\x80\x94 ");
		buf_str(&out, note.signature[i].name);
		buf_byte(&out, ' ');
		buf_str(&out, note.signature[i].base64);
		buf_byte(&out, '\n');
	}
	assert(buf_err(&out) == OK && str_eq(buf_view(&out), in));
	buf_release(&out);
}

static void check_vkey(struct str in)
{
	struct vkey key;
	struct buf out;

	if (vkey_parse(in, &key) != OK)
		return;
	buf_init(&out, 4096);
	vkey_write(&out, &key);
	assert(buf_err(&out) == OK && str_eq(buf_view(&out), in));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = { (const char *)data, size };

	check_note(in);
	check_vkey(in);
	return 0;
}
