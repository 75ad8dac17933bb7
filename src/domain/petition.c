#include "domain/petition.h"

static const struct str state_names[] = {
	[PETITION_PENDING] = STR_INIT("pending"),
	[PETITION_VALIDATED] = STR_INIT("validated"),
	[PETITION_SPONSORED] = STR_INIT("sponsored"),
	[PETITION_FLAGGED] = STR_INIT("flagged"),
	[PETITION_DORMANT] = STR_INIT("dormant"),
	[PETITION_OPEN] = STR_INIT("open"),
	[PETITION_CLOSED] = STR_INIT("closed"),
	[PETITION_REJECTED] = STR_INIT("rejected"),
	[PETITION_HIDDEN] = STR_INIT("hidden"),
	[PETITION_STOPPED] = STR_INIT("stopped"),
	[PETITION_REMOVED] = STR_INIT("removed"),
};

struct str petition_state_name(enum petition_state state)
{
	return state_names[state];
}

enum err petition_state_parse(struct str name, enum petition_state *ret_state)
{
	for (int i = PETITION_PENDING; i <= PETITION_REMOVED; i++) {
		if (str_eq(state_names[i], name)) {
			*ret_state = (enum petition_state)i;
			return OK;
		}
	}
	return ERR_INVALID;
}

bool petition_is_open(const struct petition *p, int64_t now_ms)
{
	return p->state == PETITION_OPEN && !p->paused &&
		now_ms <= p->deadline_ms;
}

bool petition_is_visible(const struct petition *p)
{
	return p->state == PETITION_OPEN || p->state == PETITION_CLOSED ||
		p->state == PETITION_REJECTED;
}

bool petition_is_gone(const struct petition *p)
{
	return p->state == PETITION_REMOVED ||
		(p->state == PETITION_HIDDEN && p->opened_ms != WHEN_NONE);
}

uint64_t petition_count(const struct petition *p)
{
	return p->carried_over + p->counted;
}

int64_t petition_deadline_ms(
	const struct zone *zone, int64_t opened_ms, unsigned months)
{
	return day_end_ms(
		zone, day_add_months(day_of(zone, opened_ms), months));
}
