#include "cmd/import.h"

#include <fcntl.h>

#include "base/file.h"
#include "cmd/import_element.h"

enum { ARENA_MAX_BYTES = 16 << 20 };

/* One file on its way in. */
struct source {
	const struct import *im;
	const char *path;
	struct arena arena; /* of one petition */
	struct str value; /* the text of the value being read */
	size_t line; /* where it begins, from 1 */
	struct buf *problem;
};

static void say(struct source *src, size_t line, const char *what)
{
	buf_clear(src->problem);
	buf_printf(src->problem, "%s:%zu: %s", src->path, line, what);
}

static size_t count_lines(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.at[i] == '\n';
	return n;
}

/* Index of needle behind from, or s.len. */
static size_t find_text(struct str s, size_t from, const char *needle)
{
	size_t len = strlen(needle);
	const char *at;

	if (from >= s.len)
		return s.len;
	at = memmem(s.at + from, s.len - from, needle, len);
	return at == NULL ? s.len : (size_t)(at - s.at);
}

/* True if what follows the key at s.at[at] is a colon and exactly id. */
static bool is_value(struct str s, size_t at, const char *id)
{
	size_t len = strlen(id);

	while (at < s.len && strchr(" \t\r\n:", s.at[at]) != NULL)
		at++;
	return s.len - at > len && memcmp(s.at + at, id, len) == 0 &&
		(s.at[at + len] < '0' || s.at[at + len] > '9');
}

/* The line where key stands in the element with this id.  The parser keeps no
 * positions, so it is looked up in the text; at worst the element's line. */
static size_t find_line(struct source *src, uint64_t id, const char *key)
{
	char text[80];
	size_t at = 0, behind;

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	do {
		at = find_text(src->value, at, "\"id\"");
		behind = at + 4;
		if (at < src->value.len && is_value(src->value, behind, text))
			break;
		at = behind;
	} while (at < src->value.len);
	if (at >= src->value.len)
		at = 0;
	(void)snprintf(text, sizeof(text), "\"%s\"", key);
	behind = find_text(src->value, at, text);
	if (behind < src->value.len)
		at = behind;
	return src->line + count_lines(str_slice(src->value, 0, at));
}

static uint64_t id_of(const json_t *element)
{
	json_int_t id = json_integer_value(json_object_get(element, "id"));

	return id > 0 ? (uint64_t)id : 0;
}

static void say_of_petition(struct source *src, const json_t *element,
	const char *key, const char *what)
{
	uint64_t id = id_of(element);
	char text[256];

	(void)snprintf(text, sizeof(text), "petition %llu: %s %s",
		(unsigned long long)id, key, what);
	say(src, find_line(src, id, key), text);
}

/* What the caller's function answered, as a sentence. */
static void say_refused(struct source *src, const json_t *element, enum err e)
{
	if (e == ERR_EXISTS)
		say_of_petition(src, element, "id",
			"is taken already: give --replace to put this one "
			"in its place");
	else if (e == ERR_DENIED)
		say_of_petition(src, element, "signature_count",
			"differs from the count that the public log holds: "
			"leave it as it is there");
	else
		say_of_petition(src, element, "id", err_text(e));
}

static enum err element_import(struct source *src, const json_t *element)
{
	struct import_fault fault = { 0 };
	struct petition p;
	enum err e;

	if (!json_is_object(element)) {
		say(src, src->line,
			"this is no petition: give documents of the public "
			"interface");
		return ERR_INVALID;
	}
	arena_clear(&src->arena);
	e = import_element(&src->arena, src->im, element, &p, &fault);
	if (e != OK) {
		say_of_petition(src, element, fault.key, fault.what);
		return e;
	}
	e = src->im->petition(src->im->arg, &p);
	if (e != OK)
		say_refused(src, element, e);
	return e;
}

/* A document, an index page or an element. */
static enum err value_import(struct source *src, const json_t *value)
{
	const json_t *data = json_object_get(value, "data");
	enum err e = OK;

	if (data == NULL)
		return element_import(src, value);
	if (!json_is_array(data))
		return element_import(src, data);
	for (size_t i = 0; i < json_array_size(data) && e == OK; i++)
		e = element_import(src, json_array_get(data, i));
	return e;
}

static enum err say_parse(struct source *src, const json_error_t *error)
{
	size_t line = src->line;
	char text[JSON_ERROR_TEXT_LENGTH + 64];

	if (error->line > 0)
		line += (size_t)error->line - 1;
	switch (json_error_code(error)) {
	case json_error_premature_end_of_input:
		say(src, line,
			"the document ends too early: get the whole file "
			"again");
		break;
	case json_error_invalid_utf8:
		say(src, line,
			"the text is not UTF-8: convert the file to UTF-8");
		break;
	case json_error_out_of_memory:
		say(src, line, err_text(ERR_MEMORY));
		return ERR_MEMORY;
	default:
		(void)snprintf(text, sizeof(text),
			"this is not JSON (%s): correct it", error->text);
		say(src, line, text);
	}
	return ERR_INVALID;
}

/* The values of a file, one behind the other. */
static enum err values_import(struct source *src, struct str rest)
{
	size_t flags = JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK;
	enum err e = OK;

	while (e == OK) {
		size_t blank = 0;
		json_error_t error;
		json_t *value;

		while (blank < rest.len &&
			strchr(" \t\r\n", rest.at[blank]) != NULL &&
			rest.at[blank] != '\0')
			blank++;
		src->line += count_lines(str_slice(rest, 0, blank));
		rest = str_slice(rest, blank, rest.len);
		if (rest.len == 0)
			return OK;
		value = json_loadb(rest.at, rest.len, flags, &error);
		if (value == NULL)
			return say_parse(src, &error);
		src->value = str_slice(rest, 0, (size_t)error.position);
		e = value_import(src, value);
		json_decref(value);
		src->line += count_lines(src->value);
		rest = str_slice(rest, src->value.len, rest.len);
	}
	return e;
}

enum err import_bytes(const struct import *im, struct str name,
	struct str bytes, struct buf *problem)
{
	char path[4096];
	struct source src = {
		.im = im, .path = path, .line = 1, .problem = problem
	};
	enum err e;

	(void)snprintf(path, sizeof(path), "%.*s", STR_ARG(name));
	if (str_trim(bytes).len == 0) {
		say(&src, 1, "the file is empty: get it again");
		return ERR_INVALID;
	}
	arena_init(&src.arena, ARENA_MAX_BYTES);
	e = values_import(&src, bytes);
	arena_release(&src.arena);
	return e;
}

enum err import_file(
	const struct import *im, const char *path, struct buf *problem)
{
	struct buf file;
	enum err e;

	buf_init(&file, IMPORT_FILE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, &file);
	if (e == OK) {
		e = import_bytes(im, str_c(path), buf_view(&file), problem);
	} else {
		buf_clear(problem);
		buf_printf(problem, "%s: %s: give a file that can be read",
			path, err_text(e));
	}
	buf_release(&file);
	return e;
}
