/* The documents of a petition: the public interface's and the log's. */

#include "domain/petition.h"

#include "domain/field.h"

static void rejection(struct json *j, const struct petition_rejection *r)
{
	json_key(j, STR("rejection"));
	if (r == NULL) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key_text(j, STR("code"), r->code);
	field_text(j, STR("details"), r->details);
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
	field_day(j, STR("responded_on"), r->responded_on);
	field_text(j, STR("summary"), r->summary);
	field_plain(j, STR("details"), r->details);
	field_moment(j, STR("created_at"), r->created_ms);
	field_moment(j, STR("updated_at"), r->updated_ms);
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
	field_day(j, STR("debated_on"), d->debated_on);
	field_text(j, STR("transcript_url"), d->transcript_url);
	field_text(j, STR("video_url"), d->video_url);
	field_text(j, STR("debate_pack_url"), d->debate_pack_url);
	if (p->archived)
		field_text(j, STR("overview"), d->overview);
	field_text(j, STR("public_engagement_url"), d->public_engagement_url);
	field_text(j, STR("debate_summary_url"), d->debate_summary_url);
	if (!p->archived)
		field_text(j, STR("overview"), d->overview);
	json_end(j);
}

static void departments(struct json *j, const struct petition *p)
{
	json_key(j, STR("departments"));
	json_array(j);
	for (size_t i = 0; i < p->departments_count; i++) {
		const struct petition_department *d = &p->departments[i];

		json_object(j);
		field_text(j, STR("acronym"), d->acronym);
		json_key_text(j, STR("name"), d->name);
		field_text(j, STR("url"), d->url);
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
		field_text(j, STR("mp"), t->member);
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
		field_plain(j, STR("body"), a->body);
		field_day(j, STR("occurred_on"), a->occurred_on);
		field_moment(j, STR("created_at"), a->created_ms);
		field_moment(j, STR("updated_at"), a->updated_ms);
		json_end(j);
	}
	json_end(j);
}

static void texts(struct json *j, const struct petition *p)
{
	json_key_text(j, STR("action"), p->action);
	field_text(j, STR("background"), p->background);
	field_text(j, STR("additional_details"), p->additional_details);
	field_text(j, STR("committee_note"), p->committee_note);
	json_key_text(j, STR("state"), petition_state_name(p->state));
	json_key_u64(j, STR("signature_count"), petition_count(p));
}

static void moments(
	struct json *j, const struct petition *p, const struct zone *zone)
{
	if (p->state == PETITION_OPEN && !p->archived)
		field_day(j, STR("closing_date"), day_of(zone, p->deadline_ms));
	field_moment(j, STR("created_at"), p->created_ms);
	field_moment(j, STR("updated_at"), p->updated_ms);
	field_moment(j, STR("rejected_at"), p->rejected_ms);
	field_moment(j, STR("opened_at"), p->opened_ms);
	field_moment(j, STR("closed_at"), p->closed_ms);
	field_moment(j, STR("moderation_threshold_reached_at"),
		p->moderation_threshold_ms);
	field_moment(j, STR("response_threshold_reached_at"),
		p->response_threshold_ms);
	field_moment(j, STR("government_response_at"), p->response_ms);
	field_moment(
		j, STR("debate_threshold_reached_at"), p->debate_threshold_ms);
	field_day(j, STR("debate_scheduled_on"), p->debate_scheduled_on);
	field_day(j, STR("scheduled_debate_date"), p->scheduled_debate_date);
	field_moment(j, STR("debate_outcome_at"), p->debate_outcome_ms);
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
		field_text(j, STR("creator_name"),
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

enum err petition_tally_json(struct buf *b, const struct petition *p)
{
	struct json j;

	json_init(&j, b);
	json_object(&j);
	json_key_u64(&j, STR("id"), p->id);
	json_key_u64(&j, STR("carried_over"), p->carried_over);
	json_key_u64(&j, STR("signature_count"), petition_count(p));
	countries(&j, p);
	constituencies(&j, p);
	regions(&j, p);
	json_end(&j);
	return json_done(&j);
}

static void period(struct json *j, const struct petition_period *p,
	const struct zone *zone)
{
	json_key(j, STR("parliament"));
	json_object(j);
	field_text(j, STR("period"), p->period);
	field_text(j, STR("government"), p->government);
	field_local(j, STR("dissolution_at"), p->dissolution_ms, zone);
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
		field_self(&j, self);
		json_key(&j, STR("data"));
		json_object(&j);
	}
	json_key_text(&j, STR("type"),
		p->archived ? STR("archived-petition") : STR("petition"));
	json_key_u64(&j, STR("id"), p->id);
	if (form == PETITION_IN_LIST)
		field_self(&j, self);
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
	field_local(&j, STR("response_threshold_reached_at"),
		p->response_threshold_ms, zone);
	field_local(&j, STR("government_response_at"), p->response_ms, zone);
	field_local(&j, STR("debate_threshold_reached_at"),
		p->debate_threshold_ms, zone);
	field_day(&j, STR("scheduled_debate_date"), p->scheduled_debate_date);
	field_local(&j, STR("debate_outcome_at"), p->debate_outcome_ms, zone);
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
	field_text(&j, STR("background"), p->background);
	field_text(&j, STR("additional_details"), p->additional_details);
	field_moment(&j, STR("opened_at"), p->opened_ms);
	field_day(&j, STR("closing_date"),
		p->deadline_ms == WHEN_NONE ? DAY_NONE
					    : day_of(zone, p->deadline_ms));
	json_key_u64(&j, STR("carried_over"), p->carried_over);
	json_end(&j);
	return json_done(&j);
}
