#include "base/mo.h"

#include <string.h>

enum { HEAD_BYTES = 28, ROW_BYTES = 8 };

static const uint32_t MAGIC = 0x950412deu;

static uint32_t word(const struct mo *mo, size_t at)
{
	const uint8_t *b = (const uint8_t *)mo->bytes.at + at;
	uint32_t little = (uint32_t)b[0] | (uint32_t)b[1] << 8 |
		(uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;

	return mo->swapped ? __builtin_bswap32(little) : little;
}

/* Row i of the table at `table`; only after check_rows. */
static struct str row(const struct mo *mo, uint32_t table, uint32_t i)
{
	size_t at = table + (size_t)i * ROW_BYTES;

	return (struct str){ mo->bytes.at + word(mo, at + 4), word(mo, at) };
}

struct str mo_id(const struct mo *mo, uint32_t i)
{
	return row(mo, mo->ids, i);
}

struct str mo_text(const struct mo *mo, uint32_t i)
{
	return row(mo, mo->texts, i);
}

static struct str first_of(struct str forms)
{
	return str_slice(forms, 0, str_find(forms, '\0'));
}

/* ---- judging ---- */

static bool table_fits(const struct mo *mo, uint32_t table)
{
	uint64_t end = (uint64_t)table + (uint64_t)mo->n * ROW_BYTES;

	return table >= HEAD_BYTES && end <= mo->bytes.len;
}

static bool row_fits(const struct mo *mo, uint32_t table, uint32_t i)
{
	size_t at = table + (size_t)i * ROW_BYTES;
	uint64_t end = (uint64_t)word(mo, at + 4) + word(mo, at);

	return end < mo->bytes.len && mo->bytes.at[end] == '\0' &&
		str_is_utf8(row(mo, table, i));
}

static uint32_t forms_in(struct str text)
{
	uint32_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.at[i] == '\0';
	return n;
}

static const char *judge_row(const struct mo *mo, uint32_t i)
{
	struct str id;
	uint32_t forms;

	if (!row_fits(mo, mo->ids, i) || !row_fits(mo, mo->texts, i))
		return "a message is cut off or not UTF-8";
	id = mo_id(mo, i);
	if (i > 0 && str_cmp(first_of(mo_id(mo, i - 1)), first_of(id)) >= 0)
		return "its messages are not sorted";
	forms = forms_in(mo_text(mo, i));
	if (forms_in(id) == 1 ? forms != 1 : forms != mo->plural.forms)
		return "a message has another number of plural forms than "
		       "the header says";
	return NULL;
}

static const char *judge_header(struct mo *mo)
{
	struct str type;
	struct str plural;

	plural_english(&mo->plural);
	mo->header = STR("");
	if (mo->n == 0 || !row_fits(mo, mo->ids, 0) || mo_id(mo, 0).len != 0 ||
		!row_fits(mo, mo->texts, 0))
		return "it has no header";
	mo->header = mo_text(mo, 0);
	type = mo_field(mo, STR("Content-Type"));
	if (!str_eq_nocase(type, STR("text/plain; charset=UTF-8")))
		return "its Content-Type is not text/plain; charset=UTF-8";
	plural = mo_field(mo, STR("Plural-Forms"));
	if (plural.at != NULL && plural_parse(plural, &mo->plural) != OK)
		return "its Plural-Forms cannot be read";
	return NULL;
}

static const char *judge(struct mo *mo)
{
	const char *why;

	if (mo->bytes.len > MO_MAX_BYTES)
		return "it is larger than 4 MiB";
	if (mo->bytes.len < HEAD_BYTES)
		return "it is no .mo file";
	if (word(mo, 0) != MAGIC) {
		mo->swapped = true;
		if (word(mo, 0) != MAGIC)
			return "it is no .mo file";
	}
	if (word(mo, 4) != 0)
		return "it is of another revision than 0";
	mo->n = word(mo, 8);
	mo->ids = word(mo, 12);
	mo->texts = word(mo, 16);
	if (!table_fits(mo, mo->ids) || !table_fits(mo, mo->texts))
		return "it is cut off";
	why = judge_header(mo);
	for (uint32_t i = 1; why == NULL && i < mo->n; i++)
		why = judge_row(mo, i);
	return why;
}

enum err mo_open(struct str bytes, struct mo *ret_mo, const char **ret_why)
{
	struct mo mo = { .bytes = bytes };
	const char *why = judge(&mo);

	if (why != NULL) {
		*ret_why = why;
		return ERR_INVALID;
	}
	*ret_mo = mo;
	return OK;
}

/* ---- asking ---- */

struct str mo_field(const struct mo *mo, struct str name)
{
	struct str rest = mo->header;
	struct str line;

	while (str_split(&rest, '\n', &line)) {
		size_t colon = str_find(line, ':');

		if (colon < line.len &&
			str_eq_nocase(str_slice(line, 0, colon), name))
			return str_trim(str_slice(line, colon + 1, line.len));
	}
	return STR_NULL;
}

/* All forms, or STR_NULL; the header is nobody's translation. */
static struct str find(const struct mo *mo, struct str id)
{
	uint32_t from = 1;
	uint32_t to = mo->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = str_cmp(id, first_of(mo_id(mo, middle)));

		if (order == 0)
			return mo_text(mo, middle);
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return STR_NULL;
}

struct str mo_find(const struct mo *mo, struct str id)
{
	struct str forms = find(mo, id);

	return forms.at == NULL ? forms : first_of(forms);
}

struct str mo_find_plural(const struct mo *mo, struct str id, uint64_t n)
{
	struct str forms = find(mo, id);
	struct str text = STR_NULL;
	unsigned form;

	if (forms.at == NULL)
		return forms;
	form = plural_form(&mo->plural, n);
	for (unsigned i = 0; i <= form; i++)
		if (!str_split(&forms, '\0', &text))
			return STR_NULL;
	return text;
}

/* ---- writing ---- */

static void put32(struct buf *b, uint32_t v)
{
	buf_u32(b, __builtin_bswap32(v)); /* little-endian, as MAGIC is read */
}

static struct str part(const struct mo_message *m, int column)
{
	return column == 0 ? m->id : m->text;
}

void mo_write(struct buf *b, const struct mo_message *m, uint32_t n)
{
	uint32_t at = HEAD_BYTES + 2 * ROW_BYTES * n;
	const uint32_t head[] = { MAGIC, 0, n, HEAD_BYTES,
		HEAD_BYTES + ROW_BYTES * n, 0, at };

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		put32(b, head[i]);
	for (int column = 0; column < 2; column++) {
		for (uint32_t i = 0; i < n; i++) {
			struct str s = part(&m[i], column);

			put32(b, (uint32_t)s.len);
			put32(b, at);
			at += (uint32_t)s.len + 1;
		}
	}
	for (int column = 0; column < 2; column++) {
		for (uint32_t i = 0; i < n; i++) {
			buf_str(b, part(&m[i], column));
			buf_byte(b, 0);
		}
	}
}
