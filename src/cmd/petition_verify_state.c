#include "cmd/petition_verify_state.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"

#define STATE_MAX_BYTES ((size_t)1 << 18)

static enum err read_line(struct state *s, struct str line)
{
	struct str origin;
	struct str size_text;
	struct tree_root root;
	struct str root_text;
	uint64_t size;
	size_t len;
	uint8_t note[NOTE_KEPT_BYTES];
	size_t note_len = 0;

	if (!str_split(&line, ' ', &origin) ||
		!str_split(&line, ' ', &size_text) ||
		!str_split(&line, ' ', &root_text))
		return ERR_CORRUPT;
	if (str_u64(size_text, &size) != OK ||
		dec_base64(root_text, root.byte, sizeof(root.byte), &len) !=
			OK ||
		len != sizeof(root.byte))
		return ERR_CORRUPT;
	if (line.at != NULL &&
		dec_base64(line, note, sizeof(note), &note_len) != OK)
		return ERR_CORRUPT;
	return state_put(s, origin, size, &root,
		(struct str){ (const char *)note, note_len });
}

enum err state_read(struct str text, struct state *ret_state)
{
	struct state s = { .n = 0 };
	struct str line;
	enum err e = OK;

	while (e == OK && str_split(&text, '\n', &line))
		if (line.len > 0)
			e = read_line(&s, line);
	if (e == OK)
		*ret_state = s;
	return e;
}

enum err state_load(const char *path, struct state *ret_state)
{
	struct buf b;
	enum err e;

	buf_init(&b, STATE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, &b);
	if (e == OK)
		e = state_read(buf_view(&b), ret_state);
	else if (e == ERR_NOT_FOUND)
		e = state_read(STR(""), ret_state);
	buf_release(&b);
	return e;
}

enum err state_save(const char *path, const struct state *s)
{
	struct buf b;
	enum err e;

	buf_init(&b, STATE_MAX_BYTES);
	for (unsigned i = 0; i < s->n; i++) {
		buf_c(&b, s->seen[i].origin);
		buf_byte(&b, ' ');
		buf_decimal(&b, s->seen[i].size);
		buf_byte(&b, ' ');
		enc_base64(&b, s->seen[i].root.byte, 32);
		if (s->seen[i].note_len > 0)
			buf_byte(&b, ' ');
		enc_base64(&b, s->seen[i].note, s->seen[i].note_len);
		buf_byte(&b, '\n');
	}
	e = buf_err(&b);
	if (e == OK)
		e = file_replace(AT_FDCWD, path, b.at, b.len, 0644);
	buf_release(&b);
	return e;
}

const struct seen *state_find(const struct state *s, struct str origin)
{
	for (unsigned i = 0; i < s->n; i++)
		if (str_eq(origin, str_c(s->seen[i].origin)))
			return &s->seen[i];
	return NULL;
}

enum err state_put(struct state *s, struct str origin, uint64_t size,
	const struct tree_root *root, struct str note)
{
	unsigned i = 0;

	while (i < s->n && !str_eq(origin, str_c(s->seen[i].origin)))
		i++;
	if (i == sizeof(s->seen) / sizeof(s->seen[0]) ||
		origin.len >= sizeof(s->seen[i].origin))
		return ERR_TOO_LARGE;
	s->seen[i] = (struct seen){ .size = size, .root = *root };
	memcpy(s->seen[i].origin, origin.at, origin.len);
	if (note.len > 0 && note.len <= sizeof(s->seen[i].note)) {
		memcpy(s->seen[i].note, note.at, note.len);
		s->seen[i].note_len = note.len;
	}
	s->n = i == s->n ? s->n + 1 : s->n;
	return OK;
}
