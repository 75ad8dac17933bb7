#include "cmd/petition_verify_pieces.h"

#include <inttypes.h>
#include <string.h>

#define LINE_BYTES 256
#define MAX_PIECES ((size_t)1 << 22)
#define HEAD "petition evidence/v1 "

struct piece {
	char name[PIECE_NAME_BYTES];
	int64_t at;
	uint64_t len;
};

struct pieces {
	FILE *from;
	char kind[PIECES_KIND_BYTES];
	struct piece *piece; /* by name */
	size_t n;
	size_t cap;
};

/* Lower-case letters, digits and the marks of paths, so that a name is one
 * word of a line. */
static bool good_name(struct str s, size_t cap)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789/._-",
			    s.at[i]) == NULL ||
			s.at[i] == '\0')
			return false;
	return s.len > 0 && s.len < cap;
}

/* A line without its newline; false at the end, or if it is too long. */
static bool read_line(FILE *from, char line[LINE_BYTES], struct str *ret_line)
{
	size_t n = 0;
	int c;

	while ((c = getc(from)) != EOF && c != '\n' && n < LINE_BYTES)
		line[n++] = (char)c;
	*ret_line = (struct str){ line, n };
	return c == '\n';
}

static struct piece *add(struct pieces *p)
{
	struct piece *more;

	if (p->n == p->cap) {
		if (p->cap >= MAX_PIECES)
			return NULL;
		p->cap = p->cap == 0 ? 64 : p->cap * 2;
		more = realloc(p->piece, p->cap * sizeof(*more));
		if (more == NULL)
			return NULL;
		p->piece = more;
	}
	p->piece[p->n] = (struct piece){ .at = 0 };
	return &p->piece[p->n++];
}

/* "NAME LENGTH", written as pieces_put writes it. */
static enum err read_piece(struct pieces *p, struct str line)
{
	struct piece *piece = add(p);
	char again[LINE_BYTES];
	struct str name;
	int n;

	if (piece == NULL)
		return ERR_MEMORY;
	if (!str_split(&line, ' ', &name) ||
		!good_name(name, PIECE_NAME_BYTES) ||
		str_u64(line, &piece->len) != OK || piece->len > INT64_MAX / 2)
		return ERR_INVALID;
	n = snprintf(again, sizeof(again), "%" PRIu64, piece->len);
	if (!str_eq(line, (struct str){ again, (size_t)n }))
		return ERR_INVALID;
	memcpy(piece->name, name.at, name.len);
	piece->at = ftello(p->from);
	if (piece->at < 0 ||
		fseeko(p->from, (off_t)piece->len, SEEK_CUR) != 0 ||
		getc(p->from) != '\n')
		return ERR_INVALID;
	return OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct piece *)a)->name,
		((const struct piece *)b)->name);
}

static enum err read_table(struct pieces *p)
{
	char bytes[LINE_BYTES];
	struct str line, kind;
	int c;

	if (!read_line(p->from, bytes, &line) || !str_starts(line, STR(HEAD)))
		return ERR_INVALID;
	kind = str_slice(line, sizeof(HEAD) - 1, line.len);
	if (!good_name(kind, PIECES_KIND_BYTES))
		return ERR_INVALID;
	memcpy(p->kind, kind.at, kind.len);
	while ((c = getc(p->from)) != EOF) {
		enum err e = ERR_INVALID;

		(void)ungetc(c, p->from);
		if (read_line(p->from, bytes, &line))
			e = read_piece(p, line);
		if (e != OK)
			return e;
	}
	if (p->n > 0)
		qsort(p->piece, p->n, sizeof(*p->piece), by_name);
	for (size_t i = 1; i < p->n; i++)
		if (by_name(&p->piece[i - 1], &p->piece[i]) == 0)
			return ERR_INVALID;
	return OK;
}

enum err pieces_read(FILE *from, struct pieces **ret_pieces)
{
	struct pieces *p = calloc(1, sizeof(*p));
	enum err e;

	if (p == NULL) {
		(void)fclose(from);
		return ERR_MEMORY;
	}
	p->from = from;
	e = read_table(p);
	if (e == OK)
		*ret_pieces = p;
	else
		pieces_free(p);
	return e;
}

void pieces_free(struct pieces *p)
{
	if (p == NULL)
		return;
	(void)fclose(p->from);
	free(p->piece);
	free(p);
}

const char *pieces_kind(const struct pieces *p)
{
	return p->kind;
}

enum err pieces_get(struct pieces *p, const char *name, struct buf *b)
{
	struct piece key = { .at = 0 };
	const struct piece *piece;
	void *to;

	buf_clear(b);
	if (!good_name(str_c(name), sizeof(key.name)))
		return ERR_NOT_FOUND;
	memcpy(key.name, name, strlen(name));
	piece = p->n == 0 ? NULL
			  : bsearch(&key, p->piece, p->n, sizeof(key), by_name);
	if (piece == NULL)
		return ERR_NOT_FOUND;
	if (piece->len == 0)
		return OK;
	to = buf_space(b, (size_t)piece->len);
	if (to == NULL)
		return buf_err(b);
	if (fseeko(p->from, (off_t)piece->at, SEEK_SET) != 0 ||
		fread(to, 1, (size_t)piece->len, p->from) != piece->len)
		return ERR_IO;
	return OK;
}

void pieces_begin(FILE *to, const char *kind)
{
	(void)fprintf(to, "%s%s\n", HEAD, kind);
}

void pieces_put(FILE *to, const char *name, struct str bytes)
{
	(void)fprintf(to, "%s %zu\n", name, bytes.len);
	(void)fwrite(bytes.at == NULL ? "" : bytes.at, 1, bytes.len, to);
	(void)putc('\n', to);
}
