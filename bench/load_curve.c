#include <fcntl.h>
#include <math.h>

#include "base/arena.h"
#include "base/file.h"
#include "cmd/csv.h"
#include "domain/when.h"
#include "lives.h"

enum { FILE_MAX_BYTES = 1 << 26, ARENA_MAX_BYTES = 1 << 28 };

struct point {
	double at_s;
	double count; /* grows only */
};

struct curve {
	struct point *point;
	size_t n;
	size_t at; /* the stretch of the last arrival */
};

/* A zone does not matter: only differences do. */
static double seconds_of(struct str time)
{
	char text[64];
	int64_t ms;
	bool has_zone = time.len > 0 && time.at[time.len - 1] == 'Z';

	(void)snprintf(text, sizeof(text), "%.*s%s",
		time.len < 40 ? (int)time.len : 40, time.at,
		has_zone ? "" : "Z");
	if (text[10] == ' ')
		text[10] = 'T';
	if (when_parse(str_c(text), &ms) != OK)
		load_die("a time of the curve cannot be read");
	return (double)ms / 1000;
}

/* Rows of one moment become one; what fell away (fraud that was removed) is
 * not taken from who came. */
static void add_point(struct curve *c, double at_s, double count, double *last)
{
	struct point *end = c->n == 0 ? NULL : &c->point[c->n - 1];
	double more = c->n == 0 || count < *last ? 0 : count - *last;

	*last = count;
	if (end != NULL && at_s <= end->at_s) {
		end->count += more;
		return;
	}
	c->point[c->n++] =
		(struct point){ at_s, (end == NULL ? 0 : end->count) + more };
}

static void read_rows(struct curve *c, struct str bytes)
{
	struct arena a;
	struct csv csv;
	double last = 0;
	bool is_row;

	c->point = calloc(bytes.len / 8 + 1, sizeof(*c->point));
	if (c->point == NULL)
		load_die("no memory");
	arena_init(&a, ARENA_MAX_BYTES);
	csv_init(&csv, &a, bytes);
	while (csv_next(&csv, &is_row) == OK && is_row) {
		uint64_t count;

		if (csv.n >= 2 && str_u64(csv.field[1], &count) == OK)
			add_point(c, seconds_of(csv.field[0]), (double)count,
				&last);
	}
	arena_release(&a);
	if (c->n < 2)
		load_die("a curve needs two rows of a time and a count");
}

/* The stretch of whole rows with the most, as [first, *ret_last]. */
static size_t fiercest(const struct curve *c, double seconds, size_t *ret_last)
{
	size_t first = 0, best = 0;
	double most = -1;

	*ret_last = c->n - 1;
	for (size_t last = 1; last < c->n; last++) {
		while (c->point[last].at_s - c->point[first].at_s > seconds)
			first++;
		if (c->point[last].count - c->point[first].count > most) {
			most = c->point[last].count - c->point[first].count;
			best = first;
			*ret_last = last;
		}
	}
	return best;
}

struct curve *curve_read(const char *path, double hours)
{
	struct curve *c = calloc(1, sizeof(*c));
	struct buf b;
	size_t first = 0, last;
	struct point origin;

	buf_init(&b, FILE_MAX_BYTES);
	if (c == NULL || file_read(AT_FDCWD, path, &b) != OK)
		load_die("cannot read the curve");
	read_rows(c, buf_view(&b));
	buf_release(&b);
	last = c->n - 1;
	if (hours > 0)
		first = fiercest(c, hours * 3600, &last);
	origin = c->point[first];
	c->n = last - first + 1;
	for (size_t i = 0; i < c->n; i++) {
		c->point[i].at_s = c->point[first + i].at_s - origin.at_s;
		c->point[i].count = c->point[first + i].count - origin.count;
	}
	return c;
}

double curve_signatures(const struct curve *c)
{
	return c->point[c->n - 1].count;
}

double curve_seconds(const struct curve *c)
{
	return c->point[c->n - 1].at_s;
}

/* So many signatures until the next one who comes, wherever in time the curve
 * has them: between two rows arrivals are as dense as the count grows. */
double curve_next(struct curve *c, double at_s, double share)
{
	double step = -log(load_uniform()) / share;

	for (; c->at + 1 < c->n; c->at++) {
		const struct point *a = &c->point[c->at], *b = a + 1;
		double from = at_s > a->at_s ? at_s : a->at_s;
		double rate = (b->count - a->count) / (b->at_s - a->at_s);

		if (from >= b->at_s)
			continue;
		if (rate > 0 && step <= (b->at_s - from) * rate)
			return from + step / rate;
		step -= (b->at_s - from) * rate;
	}
	return -1;
}

void curve_free(struct curve *c)
{
	if (c == NULL)
		return;
	free(c->point);
	free(c);
}
