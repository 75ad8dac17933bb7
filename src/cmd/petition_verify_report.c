#include "cmd/petition_verify_report.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define TITLE_POINTS 60

/* How many bytes at p could steer a terminal; 0 if p is harmless.  Those are
 * the controls of C0 and C1 (to U+009F) and the marks that turn direction:
 * U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
static size_t steering(const unsigned char *p)
{
	if (*p < 0x20 || *p == 0x7F)
		return 1;
	if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
		return 2;
	if (p[0] == 0xE2 && p[1] == 0x80 &&
		(p[2] == 0x8E || p[2] == 0x8F ||
			(p[2] >= 0xAA && p[2] <= 0xAE)))
		return 3;
	if (p[0] == 0xE2 && p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
		return 3;
	return 0;
}

/* Up to 60 code points of well-formed UTF-8, none of which steers. */
static void print_title(FILE *to, const char *title)
{
	const unsigned char *p = (const unsigned char *)title;
	unsigned points = 0;

	while (*p != '\0') {
		size_t skip = steering(p);

		if ((*p & 0xC0) != 0x80 && points++ == TITLE_POINTS) {
			(void)fputs("\xE2\x80\xA6", to);
			return;
		}
		(void)fputc(skip > 0 ? '?' : *p, to);
		p += skip > 0 ? skip : 1;
	}
}

static void print_row(FILE *to, const struct tally *t)
{
	(void)fprintf(to,
		"%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %11" PRIu64
		" %10" PRIu64 " %10" PRIu64 "  ",
		t->petition, t->carried, t->signs, t->invalidated, t->withdrawn,
		tally_count(t));
	if (t->title != NULL)
		print_title(to, t->title);
	if (t->closed)
		(void)fputs(" (closed)", to);
	(void)fputc('\n', to);
}

static void print_table(FILE *to, const struct report *r)
{
	const struct history *h = r->history;
	const struct tally *t;

	for (size_t i = 0; i < h->n; i++)
		if (h->year[i].origin[0] != '\0')
			(void)fprintf(to, "%s: %" PRIu64 " leaves\n",
				h->year[i].origin, h->year[i].size);
	if (h->recount == NULL)
		return;
	(void)fprintf(to, "%10s %10s %10s %11s %10s %10s  %s\n", "petition",
		"carried", "signed", "invalidated", "withdrawn", "count",
		"title");
	for (size_t i = 0; (t = recount_at(h->recount, i)) != NULL; i++)
		if (r->only == 0 || r->only == t->petition)
			print_row(to, t);
}

void report_verdict(FILE *to, const struct verdict *v)
{
	switch (verdict_exit(v)) {
	case VERDICT_GOOD:
		(void)fputs("GOOD: every check passed\n", to);
		break;
	case VERDICT_FAULTY:
		(void)fprintf(to, "FAULTY: %s", v->fault);
		if (v->faults > 1)
			(void)fprintf(
				to, " (and %" PRIu64 " more)", v->faults - 1);
		(void)fputc('\n', to);
		break;
	default:
		(void)fprintf(to, "UNKNOWN: %s\n", v->trouble);
		break;
	}
}

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)(n > INT64_MAX ? INT64_MAX : n));
}

static json_t *tally_json(const struct tally *t)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:s?}", "petition",
		number(t->petition), "carried_over", number(t->carried),
		"signed", number(t->signs), "invalidated",
		number(t->invalidated), "withdrawn", number(t->withdrawn),
		"count", number(tally_count(t)), "closed", (int)t->closed,
		"title", t->title);
}

static json_t *logs_json(const struct history *h)
{
	json_t *logs = json_array();

	for (size_t i = 0; i < h->n; i++)
		if (h->year[i].origin[0] != '\0')
			(void)json_array_append_new(logs,
				json_pack("{s:s,s:o}", "origin",
					h->year[i].origin, "size",
					number(h->year[i].size)));
	return logs;
}

static json_t *petitions_json(const struct history *h, uint64_t only)
{
	json_t *petitions = json_array();
	const struct tally *t;

	if (h->recount == NULL)
		return petitions;
	for (size_t i = 0; (t = recount_at(h->recount, i)) != NULL; i++)
		if (only == 0 || only == t->petition)
			(void)json_array_append_new(petitions, tally_json(t));
	return petitions;
}

static void print_json(
	FILE *to, const struct report *r, const struct verdict *v)
{
	static const char *const words[] = { [VERDICT_GOOD] = "good",
		[VERDICT_FAULTY] = "faulty",
		[VERDICT_USAGE] = "usage",
		[VERDICT_UNKNOWN] = "unknown" };
	json_t *all = json_pack("{s:s,s:o,s:s?,s:s?,s:o,s:o}", "verdict",
		words[verdict_exit(v)], "faults", number(v->faults), "fault",
		v->faults > 0 ? v->fault : NULL, "trouble",
		v->trouble[0] != '\0' ? v->trouble : NULL, "logs",
		logs_json(r->history), "petitions",
		petitions_json(r->history, r->only));

	(void)json_dumpf(all, to, JSON_COMPACT);
	(void)fputc('\n', to);
	json_decref(all);
}

void report_write(FILE *to, const struct report *r, const struct verdict *v)
{
	if (r->json) {
		print_json(to, r, v);
		return;
	}
	print_table(to, r);
	report_verdict(to, v);
}
