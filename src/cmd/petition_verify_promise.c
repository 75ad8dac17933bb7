/*
 * Promises (docs/log.md, section 4): is this note the site's, and did the
 * log keep it?  A checkpoint carries no time, so only a leaf of a later hour
 * than the deadline proves that the log went on without the promised one.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/petition_verify_look.h"
#include "cmd/petition_verify_report.h"

#define HOUR_S 3600

static bool read_promise(const struct options *o, const struct keyring *keys,
	struct verdict *v, char ret_host[256], struct promise *ret_promise)
{
	const struct vkey *by;
	struct str text;
	struct str host;
	struct buf b;
	enum err e;
	bool good = false;

	buf_init(&b, 65536);
	e = file_read(AT_FDCWD, o->promise, &b);
	if (e != OK)
		verdict_trouble(v, "%s: %s", o->promise, err_text(e));
	else if (note_open(buf_view(&b), keys, &by, &text) != OK)
		verdict_fault(v, "the promise is not signed by the site's key");
	else if (promise_parse(text, by, ret_promise) != OK)
		verdict_fault(v, "the signed text is no promise");
	else
		good = true;
	if (good) {
		host = str_slice(str_c(by->name), 0,
			strlen(by->name) - strlen("/promise"));
		memcpy(ret_host, host.at, host.len);
		ret_host[host.len] = '\0';
	}
	buf_release(&b);
	return good;
}

/* A log of another site says nothing about this promise. */
static bool same_site(const char *host, const struct history *h)
{
	for (size_t i = 0; i < h->n; i++) {
		struct str rest = str_c(h->year[i].origin);
		struct str site = str_c(host);

		if (rest.len > 0 &&
			(!str_starts(rest, site) ||
				!str_starts(str_slice(rest, site.len, rest.len),
					STR("/log/"))))
			return false;
	}
	return true;
}

void look_judge(const struct promise *p, const struct history *h,
	struct verdict *v, const char **ret_words)
{
	uint64_t now_s = (uint64_t)clock_wall_ms(clock_system()) / 1000;
	uint64_t newest_s = 0;

	for (size_t i = 0; i < h->n; i++) {
		uint64_t hour_s = (uint64_t)h->year[i].last_hour * HOUR_S;

		newest_s = hour_s > newest_s ? hour_s : newest_s;
	}
	if (p->deadline_s == 0)
		*ret_words = "the signature is not in the log yet; the "
			     "promise names no deadline";
	else if (newest_s >= p->deadline_s)
		verdict_fault(v,
			"the promise is broken: the log went on after its "
			"deadline without this signature; the note and the "
			"log prove it");
	else if (now_s >= p->deadline_s)
		verdict_fault(v,
			"the promise is overdue: the signature is not in the "
			"log, whose newest leaf is older than the deadline");
	else
		*ret_words = "the signature is not in the log yet; the "
			     "deadline has not passed";
}

static void say(const struct options *o, const struct promise *p,
	const struct history *h, const char *words, const struct verdict *v)
{
	if (!verdict_good(v)) {
		report_verdict(stdout, v);
		return;
	}
	if (h->kept != NULL)
		(void)printf("KEPT: the signature of petition %" PRIu64
			     " is leaf %" PRIu64 " of %s\n",
			p->petition, h->kept_leaf, h->kept->origin);
	else if (words != NULL)
		(void)printf("WAITING: %s\n", words);
	else
		(void)printf("SIGNED: a promise for petition %" PRIu64 "%s\n",
			p->petition,
			o->where == NULL ? "; name a log to look for it in it"
					 : "");
}

static void say_json(const struct promise *p, const struct history *h,
	const char *words, const struct verdict *v)
{
	bool good = verdict_good(v);

	(void)printf("{\"verdict\":\"%s\",\"petition\":%" PRIu64,
		!good ? verdict_exit(v) == VERDICT_FAULTY ? "faulty" : "unknown"
			: h->kept != NULL ? "kept"
			: words != NULL   ? "waiting"
					  : "signed",
		p->petition);
	if (h->kept != NULL)
		(void)printf(",\"year\":%u,\"leaf\":%" PRIu64, h->kept->year,
			h->kept_leaf);
	(void)printf("}\n");
}

/* The part of the command that needs a log. */
static void look_for(struct source *s, const struct options *o,
	const struct promise *p, const char *host, struct verdict *v,
	struct history *ret_history, const char **ret_words)
{
	look_history(s, o, p, v, ret_history);
	if (!same_site(host, ret_history))
		verdict_fault(v, "the promise is of %s, the log is not", host);
	else if (ret_history->kept == NULL && verdict_good(v))
		look_judge(p, ret_history, v, ret_words);
}

enum verdict_exit look_promise(const struct options *o)
{
	struct verdict v = { .faults = 0 };
	struct history history = { .n = 0 };
	struct promise p = { .petition = 0 };
	const char *words = NULL;
	char host[256] = "";
	struct source *s = NULL;
	struct keyring keys;

	if (o->where != NULL) {
		enum verdict_exit code = look_open(o, &s);

		if (code != VERDICT_GOOD)
			return code;
	}
	if (look_keys(s, STR("promise"), &o->promise_keys, &v, &keys) &&
		read_promise(o, &keys, &v, host, &p) && s != NULL)
		look_for(s, o, &p, host, &v, &history, &words);
	if (o->json)
		say_json(&p, &history, words, &v);
	else
		say(o, &p, &history, words, &v);
	history_release(&history);
	source_free(s);
	return verdict_exit(&v);
}
