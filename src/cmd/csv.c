#include "cmd/csv.h"

void csv_init(struct csv *c, struct arena *a, struct str text)
{
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_slice(text, 3, text.len);
	*c = (struct csv){ .rest = text, .next_line = 1, .arena = a };
}

static char peek(const struct csv *c)
{
	return c->rest.len == 0 ? '\n' : c->rest.at[0];
}

static void skip(struct csv *c, size_t n)
{
	for (size_t i = 0; i < n && i < c->rest.len; i++)
		c->next_line += c->rest.at[i] == '\n';
	c->rest = str_slice(c->rest, n, c->rest.len);
}

static bool at_line_end(const struct csv *c)
{
	return peek(c) == '\n' || str_starts(c->rest, STR("\r\n"));
}

static void skip_line_end(struct csv *c)
{
	skip(c, peek(c) == '\r' ? 2 : 1);
}

/* The opening quote is skipped already. */
static enum err quoted(struct csv *c, struct str *ret_field)
{
	size_t end = 0;
	size_t len = 0;
	char *at;

	while (end < c->rest.len &&
		(c->rest.at[end] != '"' ||
			(end + 1 < c->rest.len && c->rest.at[end + 1] == '"')))
		end += c->rest.at[end] == '"' ? 2 : 1;
	if (end >= c->rest.len)
		return ERR_INVALID;
	at = arena_alloc(c->arena, end + 1);
	if (at == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < end; i++) {
		at[len++] = c->rest.at[i];
		i += c->rest.at[i] == '"';
	}
	*ret_field = (struct str){ at, len };
	skip(c, end + 1);
	return peek(c) == ',' || at_line_end(c) ? OK : ERR_INVALID;
}

static enum err plain(struct csv *c, struct str *ret_field)
{
	size_t end = 0;

	while (end < c->rest.len && c->rest.at[end] != ',' &&
		c->rest.at[end] != '\n' && c->rest.at[end] != '"')
		end++;
	if (end < c->rest.len && c->rest.at[end] == '"')
		return ERR_INVALID;
	*ret_field = arena_copy(c->arena, str_slice(c->rest, 0, end));
	if (end > 0 && ret_field->at == NULL)
		return ERR_TOO_LARGE;
	if (str_ends(*ret_field, STR("\r")) && end < c->rest.len &&
		c->rest.at[end] == '\n')
		ret_field->len--;
	skip(c, end);
	return OK;
}

enum err csv_next(struct csv *c, bool *ret_row)
{
	while (c->rest.len > 0 && at_line_end(c))
		skip_line_end(c);
	c->line = c->next_line;
	c->n = 0;
	*ret_row = c->rest.len > 0;
	if (c->rest.len == 0)
		return OK;
	for (;;) {
		enum err e;

		if (c->n == CSV_FIELDS_MAX)
			return ERR_TOO_LARGE;
		if (peek(c) == '"') {
			skip(c, 1);
			e = quoted(c, &c->field[c->n++]);
		} else {
			e = plain(c, &c->field[c->n++]);
		}
		if (e != OK)
			return e;
		if (c->rest.len == 0 || peek(c) != ',')
			break;
		skip(c, 1);
	}
	skip_line_end(c);
	return OK;
}
