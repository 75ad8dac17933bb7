#include "web/publish.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/hash.h"
#include "domain/petition.h"

enum { READERS_MAX = 64, TALLY_MAX_BYTES = 4 << 20 };

/* The document, and the event that names it; name tells what it replaces, and
 * is empty where nothing is replaced. */
static enum err put(struct store *s, struct store_event *event, struct str name,
	struct str text, uint64_t *ret_ev_seq)
{
	struct sha256 hash;
	enum err e;

	sha256(text.at, text.len, &hash);
	memcpy(event->c, &hash, sizeof(event->c));
	e = store_mark(s);
	if (e != OK)
		return e;
	e = store_document_put(s, hash.byte, text);
	if (e == OK && name.len > 0)
		e = store_meta_put(s, name, text);
	if (e == OK)
		e = store_append(s, event, ret_ev_seq);
	if (e == OK)
		return store_keep(s);
	store_undo(s);
	return e;
}

/* ERR_NOT_FOUND when the text is not the one that was published last. */
static enum err is_last(
	struct store *s, struct str name, struct str text, struct arena *a)
{
	struct str last;
	enum err e = store_meta(a, s, name, &last);

	return e == OK && !str_eq(last, text) ? ERR_NOT_FOUND : e;
}

/* The lines of a declaration: docs/log.md section 6. */
static size_t read_declaration(
	struct str text, struct store_reader ret_reader[READERS_MAX])
{
	static const struct str name[] = { STR_INIT("identity"),
		STR_INIT("contact"), STR_INIT("standing"), STR_INIT("mail") };
	struct str line;
	struct str part;
	size_t n = 0;

	while (n < READERS_MAX && str_split(&text, '\n', &line)) {
		struct store_reader r = { .until_ms = WHEN_NONE };

		if (!str_split(&line, '\t', &part) ||
			!str_split(&line, '\t', &r.recipient) ||
			line.at == NULL)
			continue;
		for (uint8_t i = 0; i < 4; i++)
			if (str_eq(part, name[i]))
				r.compartment = (uint8_t)(i + 1);
		r.who = line;
		if (r.compartment != 0)
			ret_reader[n++] = r;
	}
	return n;
}

static enum err set_readers(struct store *s, struct str text, int64_t now_ms)
{
	struct store_reader reader[READERS_MAX];
	size_t n = read_declaration(text, reader);

	return store_readers_set(s, reader, n, now_ms);
}

enum err publish_declaration(struct store *s, struct str text, int64_t now_ms,
	struct arena *a, uint64_t *ret_ev_seq)
{
	static const struct str name = STR_INIT("declaration");
	struct store_event event = { .type = EVENT_KEY };
	enum err e = is_last(s, name, text, a);

	if (e == OK)
		e = store_last_event(s, ret_ev_seq);
	else if (e == ERR_NOT_FOUND)
		e = put(s, &event, name, text, ret_ev_seq);
	return e == OK ? set_readers(s, text, now_ms) : e;
}

enum err publish_code(
	struct store *s, struct str text, struct arena *a, size_t *events)
{
	static const struct str name = STR_INIT("code");
	struct store_event event = { .type = EVENT_CODE };
	uint64_t ev_seq;
	enum err e = text.len == 0 ? OK : is_last(s, name, text, a);

	if (e != ERR_NOT_FOUND)
		return e;
	e = put(s, &event, name, text, &ev_seq);
	*events += e == OK;
	return e;
}

static enum err publish_tally(struct store *s, uint64_t id, struct arena *a)
{
	struct store_event event = { .type = EVENT_TALLY, .petition = id };
	struct buf text;
	struct petition *p;
	uint64_t ev_seq;
	enum err e = store_petition(a, s, id, &p);

	if (e != OK)
		return e;
	buf_init(&text, TALLY_MAX_BYTES);
	e = petition_tally_json(&text, p);
	if (e == OK)
		e = put(s, &event, STR(""), buf_view(&text), &ev_seq);
	buf_release(&text);
	return e;
}

enum err publish_tallies(
	struct store *s, size_t max, struct arena *a, size_t *events)
{
	uint64_t id = 0;

	for (size_t i = 0; i < max; i++) {
		enum err e = store_tally_due(s, &id);

		if (e == ERR_NOT_FOUND)
			return OK;
		if (e == OK)
			e = publish_tally(s, id, a);
		if (e != OK)
			return e;
		(*events)++;
	}
	return OK;
}
