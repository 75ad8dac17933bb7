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
#include "cmd/petition_verify_evidence.h"
#include "cmd/petition_verify_look.h"
#include "cmd/petition_verify_report.h"

#define PROMISE_MAX_BYTES 65536

bool promise_open(struct str note, const struct keyring *keys,
	struct verdict *v, char ret_host[256], struct promise *ret_promise)
{
	const struct vkey *by;
	struct str text;
	struct str host;

	if (note_open(note, keys, &by, &text) != OK) {
		verdict_fault(v, "the promise is not signed by the site's key");
		return false;
	}
	if (promise_parse(text, by, ret_promise) != OK) {
		verdict_fault(v, "the signed text is no promise");
		return false;
	}
	host = str_slice(
		str_c(by->name), 0, strlen(by->name) - strlen("/promise"));
	memcpy(ret_host, host.at, host.len);
	ret_host[host.len] = '\0';
	return true;
}

bool promise_of_site(const char *host, const struct history *h)
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

void look_judge(struct source *s, const struct options *o, struct str note,
	const struct promise *p, const struct history *h, struct verdict *v,
	const char **ret_words)
{
	uint64_t now_s = (uint64_t)clock_wall_ms(clock_system()) / 1000;
	bool broken =
		p->deadline_s != 0 && history_newest_s(h) >= p->deadline_s;

	if (p->deadline_s == 0)
		*ret_words = "the signature is not in the log yet; the "
			     "promise names no deadline";
	else if (broken)
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
	if (broken && o->evidence_to != NULL)
		evidence_of_promise(s, o, h, note);
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
static void look_for(struct source *s, const struct options *o, struct str note,
	const struct promise *p, const char *host, struct verdict *v,
	struct history *ret_history, const char **ret_words)
{
	look_history(s, o, p, v, ret_history);
	if (!promise_of_site(host, ret_history))
		verdict_fault(v, "the promise is of %s, the log is not", host);
	else if (ret_history->kept == NULL && verdict_good(v))
		look_judge(s, o, note, p, ret_history, v, ret_words);
}

static enum verdict_exit look(
	struct source *s, const struct options *o, struct str note)
{
	struct verdict v = { .faults = 0 };
	struct history history = { .n = 0 };
	struct promise p = { .petition = 0 };
	const char *words = NULL;
	char host[256] = "";
	struct keyring keys;

	if (look_keys(s, STR("promise"), &o->promise_keys, &v, &keys) &&
		promise_open(note, &keys, &v, host, &p) && s != NULL)
		look_for(s, o, note, &p, host, &v, &history, &words);
	if (o->json)
		say_json(&p, &history, words, &v);
	else
		say(o, &p, &history, words, &v);
	history_release(&history);
	return verdict_exit(&v);
}

enum verdict_exit look_promise(const struct options *o)
{
	struct source *s = NULL;
	enum verdict_exit code = VERDICT_GOOD;
	struct buf b;
	enum err e;

	buf_init(&b, PROMISE_MAX_BYTES);
	e = file_read(AT_FDCWD, o->promise, &b);
	if (e != OK) {
		(void)printf("UNKNOWN: %s: %s\n", o->promise, err_text(e));
		code = VERDICT_UNKNOWN;
	} else if (o->where != NULL) {
		code = look_open(o, &s);
	}
	if (code == VERDICT_GOOD)
		code = look(s, o, buf_view(&b));
	source_free(s);
	buf_release(&b);
	return code;
}
