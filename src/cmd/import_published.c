/* A PETITION document (docs/log.md section 6) back into the store, for a
 * database that came from a backup made before. */

#include <jansson.h>

#include "cmd/apply.h"
#include "cmd/import.h"

/* As the public interface would have shown it on its first day. */
static char *as_element(struct str document)
{
	json_t *doc = json_loadb(
		document.at, document.len, JSON_REJECT_DUPLICATES, NULL);
	json_t *opened = json_object_get(doc, "opened_at");
	json_t *carried = json_object_get(doc, "carried_over");
	char *text = NULL;

	if (opened != NULL && carried != NULL &&
		json_object_set_new(doc, "state", json_string("open")) == 0 &&
		json_object_set(doc, "created_at", opened) == 0 &&
		json_object_set(doc, "updated_at", opened) == 0 &&
		json_object_set(doc, "signature_count", carried) == 0)
		text = json_dumps(doc, JSON_COMPACT);
	json_decref(doc);
	return text;
}

/* One that is here and not published yet keeps what else is known of it. */
static enum err publish(void *arg, const struct petition *p)
{
	struct import_target *t = arg;
	enum store_put outcome = STORE_PUT;
	struct petition *here;
	struct petition with;
	struct arena a;
	enum err e;

	arena_init(&a, (size_t)16 << 20);
	e = store_petition(&a, t->store, p->id, &here);
	if (e == ERR_NOT_FOUND) {
		e = store_petition_put(t->store, p, false, &outcome);
	} else if (e == OK && here->state < PETITION_OPEN) {
		with = *here;
		with.state = PETITION_OPEN;
		with.action = p->action;
		with.background = p->background;
		with.additional_details = p->additional_details;
		with.opened_ms = p->opened_ms;
		with.deadline_ms = p->deadline_ms;
		e = store_petition_put(t->store, &with, true, &outcome);
	}
	arena_release(&a);
	return e == OK && outcome != STORE_PUT ? ERR_CORRUPT : e;
}

enum err apply_published(struct store *s, const struct apply *apply,
	struct str name, struct str document)
{
	struct import_target target = { .store = s, .zone = apply->zone };
	struct import import = { .zone = apply->zone,
		.months = apply->months,
		.lang = STR("en"),
		.petition = publish,
		.arg = &target };
	char *element = as_element(document);
	struct buf problem;
	enum err e;

	if (element == NULL)
		return ERR_CORRUPT;
	buf_init(&problem, 4096);
	e = import_bytes(&import, name, str_c(element), &problem);
	buf_release(&problem);
	free(element);
	return e == ERR_INVALID ? ERR_CORRUPT : e;
}
