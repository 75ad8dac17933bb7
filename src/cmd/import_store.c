/* What import does with a petition: into the store, and into the log. */

#include "cmd/import.h"

#include "crypto/hash.h"

enum { DOCUMENT_MAX_BYTES = 4 * PETITION_TEXT_MAX_BYTES };

static enum err tell_log(struct import_target *t, const struct petition *p)
{
	struct store_event event = { .type = EVENT_PETITION,
		.petition = p->id,
		.count = p->carried_over };
	struct sha256 hash;
	struct buf document;
	uint64_t ev_seq;
	enum err e;

	buf_init(&document, DOCUMENT_MAX_BYTES);
	e = petition_document(&document, p, t->zone);
	if (e == OK)
		e = buf_err(&document);
	if (e == OK) {
		sha256(document.at, document.len, &hash);
		memcpy(event.c, hash.byte, sizeof(event.c));
		e = store_document_put(
			t->store, hash.byte, buf_view(&document));
	}
	if (e == OK)
		e = store_append(t->store, &event, &ev_seq);
	buf_release(&document);
	return e;
}

enum err import_store(void *target, const struct petition *p)
{
	struct import_target *t = target;
	enum store_put outcome = STORE_PUT;
	enum err e = store_petition_put(t->store, p, t->replace, &outcome);

	if (e != OK)
		return e;
	if (outcome == STORE_PUT_EXISTS)
		return ERR_EXISTS;
	if (outcome == STORE_PUT_LOGGED)
		return ERR_DENIED;
	t->petitions++;
	if (p->state != PETITION_OPEN)
		return OK;
	e = tell_log(t, p);
	if (e == OK)
		t->events++;
	return e;
}
