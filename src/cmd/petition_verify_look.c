#include "cmd/petition_verify_look.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/petition_verify_evidence.h"
#include "cmd/petition_verify_page.h"
#include "cmd/petition_verify_report.h"

#define KEYS_MAX_BYTES 65536
#define YEARS_MAX_BYTES 65536

static const char *open_why(const struct options *o, enum err e)
{
	bool remote = str_starts(str_c(o->where), STR("http://")) ||
		str_starts(str_c(o->where), STR("https://"));

	if (e == ERR_INVALID)
		return "not the address of a site";
	if (!remote)
		return "no folder that can be read; the address of a site "
		       "begins with https://";
	return o->cache != NULL && e != ERR_MEMORY
		? "the cache is no folder that can be used"
		: err_text(e);
}

enum verdict_exit look_open(const struct options *o, struct source **ret_source)
{
	enum err e = source_open(o->where, o->cache, ret_source);

	if (e == OK)
		return VERDICT_GOOD;
	(void)fprintf(
		stderr, "petition-verify: %s: %s\n", o->where, open_why(o, e));
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
		verdict_fault(v,
			"there is no log/keys: this is no petition site, or "
			"its log is hidden");
	} else {
		verdict_trouble(
			v, "log/keys cannot be read: %s", source_why(s));
	}
	buf_release(&b);
	return e == OK;
}

static size_t read_years(
	const struct buf *b, struct verdict *v, unsigned *ret_years)
{
	size_t n = 0;
	enum err e = years_parse(buf_view(b), ret_years, RECOUNT_MAX_YEARS, &n);

	if (e == ERR_TOO_LARGE)
		verdict_trouble(v, "the logs are of too many years");
	else if (e != OK)
		verdict_fault(v, "log/years is no list of years");
	return n;
}

static size_t get_years(
	struct source *s, struct verdict *v, unsigned *ret_years)
{
	struct buf b;
	size_t n = 0;
	enum err e;

	buf_init(&b, YEARS_MAX_BYTES);
	e = source_get(s, "log/years", SOURCE_CHANGES, &b);
	if (e == OK)
		n = read_years(&b, v, ret_years);
	else if (e == ERR_NOT_FOUND || e == ERR_TOO_LARGE)
		verdict_fault(v, "there is no log/years");
	else
		verdict_trouble(
			v, "log/years cannot be read: %s", source_why(s));
	buf_release(&b);
	return n;
}

/* Up to the year asked for, which must be listed. */
static size_t choose_years(struct source *s, const struct options *o,
	struct verdict *v, unsigned *ret_years)
{
	size_t n = get_years(s, v, ret_years);

	if (o->year == 0 || !verdict_good(v))
		return n;
	while (n > 0 && ret_years[n - 1] > o->year)
		n--;
	if (n == 0 || ret_years[n - 1] != o->year)
		verdict_fault(v, "log/years lists no log of %u", o->year);
	return n;
}

/* Is this "NAME/YEAR" of one of the years? */
static bool is_listed(
	struct str origin, const char *name, const unsigned *years, size_t n)
{
	char want[sizeof(((struct seen *)NULL)->origin)];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(want, sizeof(want), "%s/%04u", name, years[i]);
		if (str_eq(origin, str_c(want)))
			return true;
	}
	return false;
}

/* A log that was seen must not vanish.  The names of origins but for the year
 * are the keys'. */
static void check_vanished(const struct state *state,
	const struct keyring *keys, const unsigned *years, size_t n,
	struct verdict *v)
{
	for (unsigned i = 0; i < state->n; i++) {
		struct str origin = str_c(state->seen[i].origin);
		bool ours = false;
		bool there = false;

		for (unsigned j = 0; j < keys->n; j++) {
			const char *name = keys->key[j].name;

			ours = ours || str_starts(origin, str_c(name));
			there = there || is_listed(origin, name, years, n);
		}
		if (ours && !there)
			verdict_fault(v, "the log %s of the last look is gone",
				state->seen[i].origin);
	}
}

static void remember(const struct options *o, struct state *state,
	const struct history *h, struct verdict *v)
{
	enum err e = OK;

	for (size_t i = 0; i < h->n && e == OK; i++)
		e = state_put(state, str_c(h->year[i].origin), h->year[i].size,
			&h->year[i].root,
			(struct str){ h->year[i].note, h->year[i].note_len });
	if (e == OK)
		e = state_save(o->state, state);
	if (e != OK)
		verdict_trouble(
			v, "the state file cannot be written: %s", err_text(e));
}

static void verify(struct source *s, const struct options *o,
	const struct history_terms *terms, struct verdict *v,
	struct history *ret_history)
{
	unsigned years[RECOUNT_MAX_YEARS];
	size_t n = choose_years(s, o, v, years);

	if (!verdict_good(v))
		return;
	if (terms->state != NULL && o->year == 0)
		check_vanished(terms->state, terms->keys, years, n, v);
	history_verify(s, years, n, terms, v, ret_history);
	if (o->pages && verdict_good(v))
		pages_verify(s, terms, ret_history, o->petition, v);
}

void look_history(struct source *s, const struct options *o,
	const struct promise *promise, struct verdict *v,
	struct history *ret_history)
{
	struct state state = { .n = 0 };
	struct keyring keys;
	struct history_terms terms = { .keys = &keys,
		.promise = promise,
		.progress = o->progress,
		.tiles = o->tiles,
		.partial = o->partial };

	*ret_history = (struct history){ .n = 0 };
	if (!look_keys(s, STR("checkpoint"), &o->checkpoint_keys, v, &keys))
		return;
	if (o->state != NULL) {
		if (state_load(o->state, &state) != OK) {
			verdict_trouble(v, "%s is no state file", o->state);
			return;
		}
		terms.state = &state;
	}
	verify(s, o, &terms, v, ret_history);
	if (o->state != NULL && verdict_good(v))
		remember(o, &state, ret_history, v);
	if (o->evidence_to != NULL && v->faults > 0)
		evidence_of_log(s, o, &terms, ret_history, v);
}

enum verdict_exit look_recount(const struct options *o)
{
	struct verdict v = { .faults = 0 };
	struct history history = { .n = 0 };
	struct source *s = NULL;
	enum verdict_exit code = look_open(o, &s);

	if (code != VERDICT_GOOD)
		return code;
	look_history(s, o, NULL, &v, &history);
	if (o->petition != 0 && verdict_good(&v) &&
		recount_find(history.recount, o->petition) == NULL)
		verdict_fault(&v, "petition %" PRIu64 " is not in the log",
			o->petition);
	report_write(stdout,
		&(struct report){ .history = &history,
			.only = o->petition,
			.json = o->json },
		&v);
	history_release(&history);
	source_free(s);
	return verdict_exit(&v);
}
