/* The documents of a petition: the public interface's and the log's. */

#include "domain/petition.h"

#include "json/json.h"

static void text_or_null(struct json *j, struct str key, struct str text)
{
	json_key(j, key);
	if (text.at == NULL)
		json_null(j);
	else
		json_text(j, text);
}

static void moment(struct json *j, struct str key, int64_t ms)
{
	struct buf text;

	if (ms == WHEN_NONE) {
		json_key_null(j, key);
		return;
	}
	buf_init(&text, 64);
	when_put(&text, ms);
	json_key_text(j, key, buf_view(&text));
	buf_release(&text);
}

static void moment_local(
	struct json *j, struct str key, int64_t ms, const struct zone *zone)
{
	struct buf text;

	if (ms == WHEN_NONE) {
		json_key_null(j, key);
		return;
	}
	buf_init(&text, 64);
	when_put_local(&text, zone, ms);
	json_key_text(j, key, buf_view(&text));
	buf_release(&text);
}

static void day(struct json *j, struct str key, int32_t value)
{
	struct buf text;

	if (value == DAY_NONE) {
		json_key_null(j, key);
		return;
	}
	buf_init(&text, 64);
	day_put(&text, value);
	json_key_text(j, key, buf_view(&text));
	buf_release(&text);
}

static void self_link(struct json *j, struct str self)
{
	json_key(j, STR("links"));
	json_object(j);
	json_key_text(j, STR("self"), self);
	json_end(j);
}

static void rejection(struct json *j, const struct petition_rejection *r)
{
	json_key(j, STR("rejection"));
	if (r == NULL) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key_text(j, STR("code"), r->code);
	text_or_null(j, STR("details"), r->details);
	json_end(j);
}

static void response(struct json *j, const struct petition_response *r)
{
	json_key(j, STR("government_response"));
	if (r == NULL) {
		json_null(j);
		return;
	}
	json_object(j);
	day(j, STR("responded_on"), r->responded_on);
	text_or_null(j, STR("summary"), r->summary);
	text_or_null(j, STR("details"), r->details);
	moment(j, STR("created_at"), r->created_ms);
	moment(j, STR("updated_at"), r->updated_ms);
	json_end(j);
}

/* An archived petition has its overview in another place. */
static void debate(struct json *j, const struct petition *p)
{
	const struct petition_debate *d = p->debate;

	json_key(j, STR("debate"));
	if (d == NULL) {
		json_null(j);
		return;
	}
	json_object(j);
	day(j, STR("debated_on"), d->debated_on);
	text_or_null(j, STR("transcript_url"), d->transcript_url);
	text_or_null(j, STR("video_url"), d->video_url);
	text_or_null(j, STR("debate_pack_url"), d->debate_pack_url);
	if (p->archived)
		text_or_null(j, STR("overview"), d->overview);
	text_or_null(j, STR("public_engagement_url"), d->public_engagement_url);
	text_or_null(j, STR("debate_summary_url"), d->debate_summary_url);
	if (!p->archived)
		text_or_null(j, STR("overview"), d->overview);
	json_end(j);
}

static void departments(struct json *j, const struct petition *p)
{
	json_key(j, STR("departments"));
	json_array(j);
	for (size_t i = 0; i < p->departments_count; i++) {
		const struct petition_department *d = &p->departments[i];

		json_object(j);
		text_or_null(j, STR("acronym"), d->acronym);
		json_key_text(j, STR("name"), d->name);
		text_or_null(j, STR("url"), d->url);
		json_end(j);
	}
	json_end(j);
}

static void topics(struct json *j, const struct petition *p)
{
	json_key(j, STR("topics"));
	json_array(j);
	for (size_t i = 0; i < p->topics_count; i++)
		json_text(j, p->topics[i]);
	json_end(j);
}

static void countries(struct json *j, const struct petition *p)
{
	json_key(j, STR("signatures_by_country"));
	json_array(j);
	for (size_t i = 0; i < p->countries_count; i++) {
		const struct petition_total *t = &p->countries[i];

		json_object(j);
		json_key_text(j, STR("name"), t->name);
		json_key_text(j, STR("code"), t->code);
		json_key_u64(j, STR("signature_count"), t->count);
		json_end(j);
	}
	json_end(j);
}

static void constituencies(struct json *j, const struct petition *p)
{
	json_key(j, STR("signatures_by_constituency"));
	json_array(j);
	for (size_t i = 0; i < p->constituencies_count; i++) {
		const struct petition_total *t = &p->constituencies[i];

		json_object(j);
		json_key_text(j, STR("name"), t->name);
		json_key_text(j, STR("ons_code"), t->code);
		text_or_null(j, STR("mp"), t->member);
		json_key_u64(j, STR("signature_count"), t->count);
		json_end(j);
	}
	json_end(j);
}

static void regions(struct json *j, const struct petition *p)
{
	json_key(j, STR("signatures_by_region"));
	json_array(j);
	for (size_t i = 0; i < p->regions_count; i++) {
		const struct petition_total *t = &p->regions[i];

		json_object(j);
		json_key_text(j, STR("name"), t->name);
		json_key_text(j, STR("ons_code"), t->code);
		json_key_u64(j, STR("signature_count"), t->count);
		json_end(j);
	}
	json_end(j);
}

static void activities(struct json *j, const struct petition *p)
{
	json_key(j, STR("other_parliamentary_business"));
	json_array(j);
	for (size_t i = 0; i < p->activities_count; i++) {
		const struct petition_activity *a = &p->activities[i];

		json_object(j);
		json_key_text(j, STR("subject"), a->subject);
		json_key_text(j, STR("body"), a->body);
		day(j, STR("occurred_on"), a->occurred_on);
		moment(j, STR("created_at"), a->created_ms);
		moment(j, STR("updated_at"), a->updated_ms);
		json_end(j);
	}
	json_end(j);
}

static void texts(struct json *j, const struct petition *p)
{
	json_key_text(j, STR("action"), p->action);
	text_or_null(j, STR("background"), p->background);
	text_or_null(j, STR("additional_details"), p->additional_details);
	text_or_null(j, STR("committee_note"), p->committee_note);
	json_key_text(j, STR("state"), petition_state_name(p->state));
	json_key_u64(j, STR("signature_count"), petition_count(p));
}

static void moments(
	struct json *j, const struct petition *p, const struct zone *zone)
{
	if (p->state == PETITION_OPEN && !p->archived)
		day(j, STR("closing_date"), day_of(zone, p->deadline_ms));
	moment(j, STR("created_at"), p->created_ms);
	moment(j, STR("updated_at"), p->updated_ms);
	moment(j, STR("rejected_at"), p->rejected_ms);
	moment(j, STR("opened_at"), p->opened_ms);
	moment(j, STR("closed_at"), p->closed_ms);
	moment(j, STR("moderation_threshold_reached_at"),
		p->moderation_threshold_ms);
	moment(j, STR("response_threshold_reached_at"),
		p->response_threshold_ms);
	moment(j, STR("government_response_at"), p->response_ms);
	moment(j, STR("debate_threshold_reached_at"), p->debate_threshold_ms);
	day(j, STR("debate_scheduled_on"), p->debate_scheduled_on);
	day(j, STR("scheduled_debate_date"), p->scheduled_debate_date);
	moment(j, STR("debate_outcome_at"), p->debate_outcome_ms);
}

static void attributes(struct json *j, const struct petition *p,
	const struct zone *zone, enum petition_form form)
{
	bool published = p->state == PETITION_CLOSED ||
		(p->state == PETITION_OPEN && !p->archived);

	json_key(j, STR("attributes"));
	json_object(j);
	texts(j, p);
	moments(j, p, zone);
	if (!p->archived)
		text_or_null(j, STR("creator_name"),
			p->state == PETITION_OPEN ? p->creator_name : STR_NULL);
	rejection(j, p->rejection);
	response(j, p->response);
	debate(j, p);
	departments(j, p);
	topics(j, p);
	if (form == PETITION_ALONE && published) {
		countries(j, p);
		constituencies(j, p);
		regions(j, p);
		activities(j, p);
	}
	json_end(j);
}

static void period(struct json *j, const struct petition_period *p,
	const struct zone *zone)
{
	json_key(j, STR("parliament"));
	json_object(j);
	text_or_null(j, STR("period"), p->period);
	text_or_null(j, STR("government"), p->government);
	moment_local(j, STR("dissolution_at"), p->dissolution_ms, zone);
	json_key_u64(j, STR("response_threshold"), p->response_threshold);
	json_key_u64(j, STR("debate_threshold"), p->debate_threshold);
	json_end(j);
}

enum err petition_json(struct buf *b, const struct petition *p,
	const struct zone *zone, struct str self, enum petition_form form)
{
	struct json j;

	json_init(&j, b);
	json_object(&j);
	if (form == PETITION_ALONE) {
		self_link(&j, self);
		json_key(&j, STR("data"));
		json_object(&j);
	}
	json_key_text(&j, STR("type"),
		p->archived ? STR("archived-petition") : STR("petition"));
	json_key_u64(&j, STR("id"), p->id);
	if (form == PETITION_IN_LIST)
		self_link(&j, self);
	if (p->archived && p->period != NULL)
		period(&j, p->period, zone);
	attributes(&j, p, zone, form);
	if (form == PETITION_ALONE)
		json_end(&j);
	json_end(&j);
	return json_done(&j);
}

enum err petition_count_json(
	struct buf *b, const struct petition *p, const struct zone *zone)
{
	struct json j;

	json_init(&j, b);
	json_object(&j);
	json_key_u64(&j, STR("signature_count"), petition_count(p));
	moment_local(&j, STR("response_threshold_reached_at"),
		p->response_threshold_ms, zone);
	moment_local(&j, STR("government_response_at"), p->response_ms, zone);
	moment_local(&j, STR("debate_threshold_reached_at"),
		p->debate_threshold_ms, zone);
	day(&j, STR("scheduled_debate_date"), p->scheduled_debate_date);
	moment_local(&j, STR("debate_outcome_at"), p->debate_outcome_ms, zone);
	json_key_bool(&j, STR("debated"),
		p->debate != NULL && p->debate->debated_on != DAY_NONE);
	json_end(&j);
	return json_done(&j);
}

enum err petition_document(
	struct buf *b, const struct petition *p, const struct zone *zone)
{
	struct json j;

	json_init(&j, b);
	json_object(&j);
	json_key_u64(&j, STR("id"), p->id);
	json_key_text(&j, STR("action"), p->action);
	text_or_null(&j, STR("background"), p->background);
	text_or_null(&j, STR("additional_details"), p->additional_details);
	moment(&j, STR("opened_at"), p->opened_ms);
	day(&j, STR("closing_date"),
		p->deadline_ms == WHEN_NONE ? DAY_NONE
					    : day_of(zone, p->deadline_ms));
	json_key_u64(&j, STR("carried_over"), p->carried_over);
	json_end(&j);
	return json_done(&j);
}
