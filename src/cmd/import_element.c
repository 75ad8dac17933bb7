#include "cmd/import_element.h"

enum { DAY_MS = 86400000 };

struct reader {
	struct arena *a;
	const struct import *im;
	int32_t shift_days;
	struct import_fault fault;
};

static void wrong(struct reader *r, const char *key, const char *what)
{
	if (r->fault.key == NULL)
		r->fault = (struct import_fault){ key, what };
}

/* The value of key; NULL for null and missing, which mean the same. */
static const json_t *get(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_null(v) ? NULL : v;
}

static struct str text(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = get(o, key);

	if (v == NULL)
		return STR_NULL;
	if (!json_is_string(v)) {
		wrong(r, key, "is not a text: put it in quotes");
		return STR_NULL;
	}
	if (json_string_length(v) > PETITION_TEXT_MAX_BYTES) {
		wrong(r, key, "is longer than 64 KiB: shorten it");
		return STR_NULL;
	}
	return (struct str){ json_string_value(v), json_string_length(v) };
}

static struct str needed(struct reader *r, const json_t *o, const char *key)
{
	struct str s = text(r, o, key);

	if (s.at == NULL)
		wrong(r, key, "is missing: add it");
	return s;
}

static uint64_t number(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = get(o, key);

	if (v == NULL)
		wrong(r, key, "is missing: add it");
	else if (!json_is_integer(v) || json_integer_value(v) < 0)
		wrong(r, key, "is not a whole number from 0 up: correct it");
	else
		return (uint64_t)json_integer_value(v);
	return 0;
}

static int64_t moment(struct reader *r, const json_t *o, const char *key)
{
	struct str s = text(r, o, key);
	int64_t ms = WHEN_NONE;

	if (s.at == NULL)
		return WHEN_NONE;
	if (when_parse(s, &ms) != OK) {
		wrong(r, key,
			"is not a time like 2026-11-23T18:24:21.000Z: "
			"correct it");
		return WHEN_NONE;
	}
	return ms + (int64_t)r->shift_days * DAY_MS;
}

static int32_t day(struct reader *r, const json_t *o, const char *key)
{
	struct str s = text(r, o, key);
	int32_t value = DAY_NONE;

	if (s.at == NULL)
		return DAY_NONE;
	if (day_parse(s, &value) != OK) {
		wrong(r, key, "is not a date like 2026-11-23: correct it");
		return DAY_NONE;
	}
	return value + r->shift_days;
}

/* The object under key, NULL if there is none. */
static const json_t *object(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = get(o, key);

	if (v != NULL && !json_is_object(v)) {
		wrong(r, key, "is neither an object nor null: correct it");
		return NULL;
	}
	return v;
}

/* Zeroed memory for what stands under key. */
static void *room(struct reader *r, const char *key, size_t size)
{
	void *at = arena_alloc(r->a, size);

	if (at == NULL)
		wrong(r, key, "does not fit into memory: split the file");
	return at;
}

/* The array under key and room for as many of ours; NULL if there is none.
 * of_objects: each of its values must be one. */
static void *array(struct reader *r, const json_t *o, const char *key,
	size_t size, bool of_objects, const json_t **ret_array)
{
	const json_t *v = get(o, key);
	void *at;

	*ret_array = NULL;
	if (v == NULL)
		return NULL;
	if (!json_is_array(v)) {
		wrong(r, key, "is neither a list nor null: correct it");
		return NULL;
	}
	if (json_array_size(v) > PETITION_TOTALS_MAX) {
		wrong(r, key, "has more than 4096 entries: shorten it");
		return NULL;
	}
	for (size_t i = 0; of_objects && i < json_array_size(v); i++)
		if (!json_is_object(json_array_get(v, i))) {
			wrong(r, key, "holds what is no object: correct it");
			return NULL;
		}
	at = room(r, key, (json_array_size(v) + 1) * size);
	if (at != NULL)
		*ret_array = v;
	return at;
}

static void texts(struct reader *r, const json_t *o, struct petition *p)
{
	struct str state = needed(r, o, "state");

	p->lang = r->im->lang;
	p->action = needed(r, o, "action");
	if (p->action.at != NULL && p->action.len == 0)
		wrong(r, "action", "is empty: give the petition a title");
	p->background = text(r, o, "background");
	p->additional_details = text(r, o, "additional_details");
	p->committee_note = text(r, o, "committee_note");
	p->creator_name = text(r, o, "creator_name");
	if (state.at != NULL && petition_state_parse(state, &p->state) != OK)
		wrong(r, "state",
			"is no state of a petition: use open, closed or "
			"rejected");
	p->carried_over = number(r, o, "signature_count");
	p->counted = 0;
}

static void moments(struct reader *r, const json_t *o, struct petition *p)
{
	p->created_ms = moment(r, o, "created_at");
	p->updated_ms = moment(r, o, "updated_at");
	p->rejected_ms = moment(r, o, "rejected_at");
	p->opened_ms = moment(r, o, "opened_at");
	p->closed_ms = moment(r, o, "closed_at");
	p->moderation_threshold_ms =
		moment(r, o, "moderation_threshold_reached_at");
	p->response_threshold_ms =
		moment(r, o, "response_threshold_reached_at");
	p->response_ms = moment(r, o, "government_response_at");
	p->debate_threshold_ms = moment(r, o, "debate_threshold_reached_at");
	p->debate_scheduled_on = day(r, o, "debate_scheduled_on");
	p->scheduled_debate_date = day(r, o, "scheduled_debate_date");
	p->debate_outcome_ms = moment(r, o, "debate_outcome_at");
	if (p->created_ms == WHEN_NONE)
		wrong(r, "created_at", "is missing: add it");
}

/* The last moment to sign: when it closed, else the end of the closing day,
 * else of the day so many months after it opened. */
static void deadline(struct reader *r, const json_t *o, struct petition *p)
{
	int32_t closing = day(r, o, "closing_date");

	p->deadline_ms = p->closed_ms;
	if (p->state == PETITION_OPEN && p->opened_ms == WHEN_NONE)
		wrong(r, "opened_at", "is missing of an open petition: add it");
	if (p->state == PETITION_OPEN && p->archived)
		wrong(r, "state", "of an archived petition is open: close it");
	if (p->deadline_ms == WHEN_NONE && closing != DAY_NONE)
		p->deadline_ms = day_end_ms(r->im->zone, closing);
	else if (p->deadline_ms == WHEN_NONE && p->opened_ms != WHEN_NONE)
		p->deadline_ms = petition_deadline_ms(
			r->im->zone, p->opened_ms, r->im->months);
}

static void rejection(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *v = object(r, o, "rejection");
	struct petition_rejection *to;

	if (v == NULL)
		return;
	to = room(r, "rejection", sizeof(*to));
	if (to == NULL)
		return;
	to->code = needed(r, v, "code");
	to->details = text(r, v, "details");
	p->rejection = to;
}

static void response(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *v = object(r, o, "government_response");
	struct petition_response *to;

	if (v == NULL)
		return;
	to = room(r, "government_response", sizeof(*to));
	if (to == NULL)
		return;
	to->responded_on = day(r, v, "responded_on");
	to->summary = text(r, v, "summary");
	to->details = text(r, v, "details");
	to->created_ms = moment(r, v, "created_at");
	to->updated_ms = moment(r, v, "updated_at");
	p->response = to;
}

static void debate(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *v = object(r, o, "debate");
	struct petition_debate *to;

	if (v == NULL)
		return;
	to = room(r, "debate", sizeof(*to));
	if (to == NULL)
		return;
	to->debated_on = day(r, v, "debated_on");
	to->transcript_url = text(r, v, "transcript_url");
	to->video_url = text(r, v, "video_url");
	to->debate_pack_url = text(r, v, "debate_pack_url");
	to->public_engagement_url = text(r, v, "public_engagement_url");
	to->debate_summary_url = text(r, v, "debate_summary_url");
	to->overview = text(r, v, "overview");
	p->debate = to;
}

static void departments(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *list;
	struct petition_department *to =
		array(r, o, "departments", sizeof(*to), true, &list);

	for (size_t i = 0; list != NULL && i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		to[i].acronym = text(r, v, "acronym");
		to[i].name = needed(r, v, "name");
		to[i].url = text(r, v, "url");
		p->departments_count = i + 1;
	}
	p->departments = to;
}

static void topics(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *list;
	struct str *to = array(r, o, "topics", sizeof(*to), false, &list);

	for (size_t i = 0; list != NULL && i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		if (!json_is_string(v)) {
			wrong(r, "topics", "holds what is no text: correct it");
			return;
		}
		to[i] = (struct str){ json_string_value(v),
			json_string_length(v) };
		p->topics_count = i + 1;
	}
	p->topics = to;
}

static const struct petition_total *totals(struct reader *r, const json_t *o,
	const char *key, const char *code_key, size_t *ret_count)
{
	const json_t *list;
	struct petition_total *to = array(r, o, key, sizeof(*to), true, &list);

	for (size_t i = 0; list != NULL && i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		to[i].name = needed(r, v, "name");
		to[i].code = needed(r, v, code_key);
		to[i].member = text(r, v, "mp");
		to[i].count = number(r, v, "signature_count");
		*ret_count = i + 1;
	}
	return to;
}

static void breakdowns(struct reader *r, const json_t *o, struct petition *p)
{
	p->has_totals = get(o, "signatures_by_country") != NULL ||
		get(o, "signatures_by_constituency") != NULL;
	p->countries = totals(
		r, o, "signatures_by_country", "code", &p->countries_count);
	p->constituencies = totals(r, o, "signatures_by_constituency",
		"ons_code", &p->constituencies_count);
	p->regions = totals(
		r, o, "signatures_by_region", "ons_code", &p->regions_count);
}

/* occurred_on is younger than the rest; before, the day of writing stood. */
static void activities(struct reader *r, const json_t *o, struct petition *p)
{
	const json_t *list;
	struct petition_activity *to = array(
		r, o, "other_parliamentary_business", sizeof(*to), true, &list);

	for (size_t i = 0; list != NULL && i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		to[i].subject = needed(r, v, "subject");
		to[i].body = needed(r, v, "body");
		to[i].created_ms = moment(r, v, "created_at");
		to[i].updated_ms = moment(r, v, "updated_at");
		to[i].occurred_on = day(r, v, "occurred_on");
		if (to[i].occurred_on == DAY_NONE &&
			to[i].created_ms != WHEN_NONE)
			to[i].occurred_on =
				day_of(r->im->zone, to[i].created_ms);
		p->activities_count = i + 1;
	}
	p->activities = to;
}

static void period(struct reader *r, const json_t *element, struct petition *p)
{
	const json_t *v = object(r, element, "parliament");
	struct petition_period *to;

	if (!p->archived || (v == NULL && r->im->period == NULL))
		return;
	if (v == NULL) {
		p->period = r->im->period;
		return;
	}
	to = room(r, "parliament", sizeof(*to));
	if (to == NULL)
		return;
	to->period = text(r, v, "period");
	to->government = text(r, v, "government");
	to->dissolution_ms = moment(r, v, "dissolution_at");
	to->response_threshold = number(r, v, "response_threshold");
	to->debate_threshold = number(r, v, "debate_threshold");
	p->period = to;
}

/* What stands beside the attributes. */
static void head(struct reader *r, const json_t *element, struct petition *p)
{
	struct str type = text(r, element, "type");

	p->id = number(r, element, "id");
	if (p->id == 0)
		wrong(r, "id", "is 0: use the petition's number");
	p->archived = str_eq(type, STR("archived-petition"));
	if (type.at != NULL && !p->archived && !str_eq(type, STR("petition")))
		wrong(r, "type", "is no petition: leave this element out");
	/* What is archived happened when it happened. */
	r->shift_days = p->archived ? 0 : r->im->shift_days;
	period(r, element, p);
}

enum err import_element(struct arena *a, const struct import *im,
	const json_t *element, struct petition *ret_petition,
	struct import_fault *ret_fault)
{
	struct reader r = { .a = a, .im = im };
	struct petition p = { 0 };
	const json_t *attributes;

	head(&r, element, &p);
	/* A flat object, as in lists of texts, is its own attributes. */
	attributes = object(&r, element, "attributes");
	if (attributes == NULL)
		attributes = element;
	texts(&r, attributes, &p);
	moments(&r, attributes, &p);
	deadline(&r, attributes, &p);
	rejection(&r, attributes, &p);
	response(&r, attributes, &p);
	debate(&r, attributes, &p);
	departments(&r, attributes, &p);
	topics(&r, attributes, &p);
	breakdowns(&r, attributes, &p);
	activities(&r, attributes, &p);
	if (r.fault.key != NULL) {
		*ret_fault = r.fault;
		return ERR_INVALID;
	}
	*ret_petition = p;
	return OK;
}
