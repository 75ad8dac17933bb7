#include "cmd/petition_verify_look.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/petition_verify_report.h"

#define KEYS_MAX_BYTES 65536
#define HOUR_S 3600

enum verdict_exit look_open(const struct options *o, struct source **ret_source)
{
	enum err e = source_open(o->where, o->cache, ret_source);

	if (e == OK)
		return VERDICT_GOOD;
	(void)fprintf(stderr, "petition-verify: %s: %s\n", o->where,
		e == ERR_INVALID ? "not the address of a site" : err_text(e));
	return VERDICT_USAGE;
}

bool look_keys(struct source *s, struct str use, const struct keyring *given,
	struct verdict *v, struct keyring *ret_ring)
{
	struct buf b;
	enum err e;

	if (given->n > 0) {
		*ret_ring = *given;
		return true;
	}
	buf_init(&b, KEYS_MAX_BYTES);
	e = source_get(s, "log/keys", SOURCE_CHANGES, &b);
	if (e == OK) {
		e = keyring_read(buf_view(&b), use, ret_ring);
		if (e != OK)
			verdict_fault(v, "log/keys holds no good %.*s key",
				STR_ARG(use));
	} else if (e == ERR_NOT_FOUND || e == ERR_TOO_LARGE) {
		verdict_fault(v, "there is no log/keys");
	} else {
		verdict_trouble(
			v, "log/keys cannot be read: %s", source_why(s));
	}
	buf_release(&b);
	return e == OK;
}

static unsigned year_of(int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	return gmtime_r(&t, &tm) == NULL ? 1970 : (unsigned)(tm.tm_year + 1900);
}

/* Over HTTP nothing lists the years.  A promise's leaf is in the log of its
 * acceptance or of its deadline. */
static unsigned remote_years(const struct promise *promise, unsigned *ret_years)
{
	int64_t now = clock_wall_ms(clock_system()) / 1000;

	if (promise == NULL || promise->deadline_s == 0 ||
		promise->deadline_s > INT32_MAX * INT64_C(8)) {
		ret_years[0] = year_of(now);
		return 1;
	}
	ret_years[0] = year_of((int64_t)promise->deadline_s - 25 * HOUR_S);
	ret_years[1] = year_of((int64_t)promise->deadline_s);
	/* The log of a year that has not begun is not there. */
	return ret_years[1] != ret_years[0] && ret_years[1] <= year_of(now) ? 2
									    : 1;
}

static unsigned choose_years(struct source *s, const struct options *o,
	const struct promise *promise, struct verdict *v, unsigned *ret_years)
{
	unsigned n = 0;
	enum err e;

	if (o->year != 0) {
		ret_years[0] = o->year;
		return 1;
	}
	if (source_is_remote(s))
		return remote_years(promise, ret_years);
	e = source_years(s, ret_years, LOOK_MAX_YEARS, &n);
	if (e == ERR_NOT_FOUND || (e == OK && n == 0))
		verdict_fault(v, "there is no log");
	else if (e != OK)
		verdict_trouble(
			v, "the folder log cannot be read: %s", source_why(s));
	return n;
}

/* A log that was seen must not vanish.  Only a folder shows all there are. */
static void check_vanished(const struct state *state,
	const struct keyring *keys, const struct look_result *r,
	struct verdict *v)
{
	for (unsigned i = 0; i < state->n; i++) {
		struct str origin = str_c(state->seen[i].origin);
		bool ours = false;
		bool there = false;

		for (unsigned j = 0; j < keys->n; j++)
			ours = ours ||
				str_starts(origin, str_c(keys->key[j].name));
		for (size_t j = 0; j < r->n; j++)
			there = there ||
				str_eq(origin, str_c(r->year[j].origin)) ||
				r->year[j].origin[0] == '\0';
		if (ours && !there)
			verdict_fault(v, "the log %s of the last look is gone",
				state->seen[i].origin);
	}
}

static void remember(const struct options *o, struct state *state,
	const struct look_result *r, struct verdict *v)
{
	enum err e = OK;

	for (size_t i = 0; i < r->n && e == OK; i++)
		e = state_put(state, str_c(r->year[i].origin), r->year[i].size,
			&r->year[i].root);
	if (e == OK)
		e = state_save(o->state, state);
	if (e != OK)
		verdict_trouble(
			v, "the state file cannot be written: %s", err_text(e));
}

static void verify_years(struct source *s, const struct options *o,
	const struct year_terms *terms, struct verdict *v,
	struct look_result *result)
{
	unsigned years[LOOK_MAX_YEARS];
	unsigned n = choose_years(s, o, terms->promise, v, years);

	for (unsigned i = 0; i < n; i++)
		year_verify(s, years[i], terms, v, &result->year[result->n++]);
}

void look_years(struct source *s, const struct options *o,
	const struct promise *promise, struct verdict *v,
	struct look_result *ret_result)
{
	struct state state = { .n = 0 };
	struct keyring keys;
	struct year_terms terms = { .keys = &keys, .promise = promise };

	ret_result->n = 0;
	if (!look_keys(s, STR("checkpoint"), &o->checkpoint_keys, v, &keys))
		return;
	if (o->state != NULL) {
		if (state_load(o->state, &state) != OK) {
			verdict_trouble(v, "%s is no state file", o->state);
			return;
		}
		terms.state = &state;
	}
	verify_years(s, o, &terms, v, ret_result);
	if (o->state == NULL)
		return;
	if (!source_is_remote(s) && o->year == 0)
		check_vanished(&state, &keys, ret_result, v);
	if (verdict_good(v))
		remember(o, &state, ret_result, v);
}

void look_release(struct look_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		year_release(&r->year[i]);
	r->n = 0;
}

static void check_listed(
	uint64_t petition, struct look_result *r, struct verdict *v)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->year[i].recount != NULL &&
			recount_find(r->year[i].recount, petition) != NULL)
			return;
	verdict_fault(v, "petition %" PRIu64 " is not in the log", petition);
}

enum verdict_exit look_recount(const struct options *o)
{
	struct verdict v = { .faults = 0 };
	struct look_result result = { .n = 0 };
	struct source *s = NULL;
	enum verdict_exit code = look_open(o, &s);

	if (code != VERDICT_GOOD)
		return code;
	look_years(s, o, NULL, &v, &result);
	if (o->petition != 0 && verdict_good(&v))
		check_listed(o->petition, &result, &v);
	report_write(stdout,
		&(struct report){ .years = result.year,
			.n = result.n,
			.only = o->petition,
			.json = o->json },
		&v);
	look_release(&result);
	source_free(s);
	return verdict_exit(&v);
}
