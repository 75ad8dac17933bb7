#include "mail/pace.h"

#include "mail/header.h"
#include "mail/sender.h"

uint64_t pace_key(struct str address)
{
	struct str domain = mail_address_domain(address);
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < domain.len; i++) {
		unsigned char c = (unsigned char)domain.at[i];

		h ^= c >= 'A' && c <= 'Z' ? c + 32u : c;
		h *= 0x100000001b3;
	}
	return h == 0 ? 1 : h;
}

static const struct pace_domain *find(const struct pace *p, uint64_t key)
{
	const struct pace_domain *row = p->domain[key % PACE_ROWS];

	for (size_t i = 0; i < PACE_WAYS; i++)
		if (row[i].key == key)
			return &row[i];
	return NULL;
}

/* The domain's place, taken from the one least used if it has none; NULL if
 * all of its row are under way. */
static struct pace_domain *place(struct pace *p, uint64_t key)
{
	struct pace_domain *row = p->domain[key % PACE_ROWS];
	struct pace_domain *oldest = NULL;

	for (size_t i = 0; i < PACE_WAYS; i++) {
		if (row[i].key == key)
			return &row[i];
		if (row[i].flying == 0 &&
			(oldest == NULL || row[i].used_ms < oldest->used_ms))
			oldest = &row[i];
	}
	if (oldest != NULL)
		*oldest = (struct pace_domain){ .key = key };
	return oldest;
}

int64_t pace_rest_ms(const struct pace *p, uint64_t key)
{
	const struct pace_domain *d = find(p, key);

	return d != NULL && d->strikes >= PACE_STRIKES ? d->rests_until_ms : 0;
}

int64_t pace_ready_ms(const struct pace *p, uint64_t key, int64_t now_ms)
{
	const struct pace_domain *d = find(p, key);
	bool rests = d != NULL && d->strikes >= PACE_STRIKES;

	if (d == NULL)
		return now_ms;
	if ((p->at_once > 0 && d->flying >= p->at_once) ||
		(rests && d->flying > 0))
		return INT64_MAX;
	return rests && d->rests_until_ms > d->next_ms ? d->rests_until_ms
						       : d->next_ms;
}

void pace_begin(struct pace *p, uint64_t key, int64_t now_ms)
{
	struct pace_domain *d = place(p, key);

	if (d == NULL)
		return;
	d->flying++;
	d->used_ms = now_ms;
	if (p->per_second > 0)
		d->next_ms =
			now_ms + (1000 + p->per_second - 1) / p->per_second;
}

void pace_end(struct pace *p, uint64_t key, int64_t now_ms, enum pace_end how,
	struct rng *rng)
{
	struct pace_domain *d = place(p, key);

	if (d == NULL)
		return;
	d->used_ms = now_ms;
	if (d->flying > 0) /* else it began without a place */
		d->flying--;
	if (how == PACE_WENT)
		d->strikes = 0;
	if (how != PACE_PUT_OFF)
		return;
	d->strikes++;
	if (d->strikes >= PACE_STRIKES)
		d->rests_until_ms = now_ms +
			mail_backoff_ms(d->strikes - PACE_STRIKES + 1,
				p->first_ms, p->max_ms, rng);
}
