#include "cmd/petition_verify_state.h"

#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"

static enum err read_line(struct state *s, struct str line)
{
	struct str origin;
	struct str size_text;
	struct tree_root root;
	uint64_t size;
	size_t len;

	if (!str_split(&line, ' ', &origin) ||
		!str_split(&line, ' ', &size_text) || line.at == NULL)
		return ERR_CORRUPT;
	if (str_u64(size_text, &size) != OK ||
		dec_base64(line, root.byte, sizeof(root.byte), &len) != OK ||
		len != sizeof(root.byte))
		return ERR_CORRUPT;
	return state_put(s, origin, size, &root);
}

enum err state_load(const char *path, struct state *ret_state)
{
	struct state s = { .n = 0 };
	struct str text;
	struct str line;
	struct buf b;
	enum err e;

	buf_init(&b, 65536);
	e = file_read(AT_FDCWD, path, &b);
	if (e == ERR_NOT_FOUND) {
		e = OK;
		buf_clear(&b);
	}
	text = buf_view(&b);
	while (e == OK && str_split(&text, '\n', &line))
		if (line.len > 0)
			e = read_line(&s, line);
	buf_release(&b);
	if (e == OK)
		*ret_state = s;
	return e;
}

enum err state_save(const char *path, const struct state *s)
{
	struct buf b;
	enum err e;

	buf_init(&b, 65536);
	for (unsigned i = 0; i < s->n; i++) {
		buf_c(&b, s->seen[i].origin);
		buf_byte(&b, ' ');
		buf_decimal(&b, s->seen[i].size);
		buf_byte(&b, ' ');
		enc_base64(&b, s->seen[i].root.byte, 32);
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
	const struct tree_root *root)
{
	unsigned i = 0;

	while (i < s->n && !str_eq(origin, str_c(s->seen[i].origin)))
		i++;
	if (i == sizeof(s->seen) / sizeof(s->seen[0]) ||
		origin.len >= sizeof(s->seen[i].origin))
		return ERR_TOO_LARGE;
	s->seen[i] = (struct seen){ .size = size, .root = *root };
	memcpy(s->seen[i].origin, origin.at, origin.len);
	s->n = i == s->n ? s->n + 1 : s->n;
	return OK;
}
