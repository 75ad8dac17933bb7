#include "chart/outline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* ---- in degrees: the antimeridian ---- */

enum { LONGITUDES = 3600 }; /* tenths of a degree */

static bool on_earth(const struct outline_point *p)
{
	return isfinite(p->x) && isfinite(p->y) && fabs(p->x) <= 540 &&
		fabs(p->y) <= 90.0001;
}

static enum err check(
	const struct outline_shape *shapes, size_t count, size_t *ret_points)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < shapes[i].n; k++) {
			const struct outline_ring *r = &shapes[i].rings[k];

			n += r->n;
			if (n > OUTLINE_POINTS_MAX)
				return ERR_TOO_LARGE;
			for (size_t j = 0; j < r->n; j++)
				if (!on_earth(&r->at[j]))
					return ERR_INVALID;
		}
	}
	*ret_points = n;
	return n == 0 ? ERR_INVALID : OK;
}

static double within(double x)
{
	return x < -180 ? x + 360 : x > 180 ? x - 360 : x;
}

/* Where to cut the globe so that the region stays whole: the middle of the
 * widest empty span of longitudes. */
static double seam(const struct outline_shape *shapes, size_t count)
{
	bool used[LONGITUDES] = { false };
	size_t best = 0;
	size_t best_at = 0;
	size_t run = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < shapes[i].n; k++) {
			const struct outline_ring *r = &shapes[i].rings[k];

			for (size_t j = 0; j < r->n; j++)
				used[(size_t)((within(r->at[j].x) + 180) * 10) %
					LONGITUDES] = true;
		}
	}
	/* Twice around, for a span across the end. */
	for (size_t i = 0; i < 2 * LONGITUDES; i++) {
		run = used[i % LONGITUDES] ? 0 : run + 1;
		if (run > best) {
			best = run;
			best_at = i;
		}
	}
	return (double)((best_at + LONGITUDES - best / 2) % LONGITUDES) / 10 -
		180;
}

/* ---- projecting ---- */

struct canvas {
	enum outline_projection projection;
	double seam; /* REGION: longitudes run from here on */
	double squeeze;
};

/* Šavrič and others, "A polynomial equation for the Natural Earth
 * projection", 2011. */
static struct outline_point natural_earth(struct outline_point p)
{
	double f = p.y * PI / 180;
	double f2 = f * f;
	double f4 = f2 * f2;
	double f6 = f4 * f2;

	return (struct outline_point){ p.x * PI / 180 *
			(0.8707 - 0.131979 * f2 - 0.013791 * f4 +
				f6 * f4 * (0.003971 - 0.001529 * f2)),
		-f *
			(1.007226 + 0.015085 * f2 +
				f6 *
					(-0.044475 + 0.028874 * f2 -
						0.005916 * f4)) };
}

static struct outline_point project(
	const struct canvas *c, struct outline_point p)
{
	if (c->projection == OUTLINE_WORLD)
		return natural_earth(p);
	p.x = within(p.x);
	if (p.x < c->seam)
		p.x += 360;
	return (struct outline_point){ p.x * c->squeeze, -p.y };
}

/* ---- in whole units ---- */

struct vertex {
	int32_t x, y;
	bool fixed; /* where more than two borders meet */
	bool gone;
};

struct line {
	struct vertex *at;
	size_t n;
	size_t shape;
	bool largest; /* of its shape: kept however small */
};

struct work {
	struct arena *arena;
	struct canvas canvas;
	struct line *lines;
	size_t n;
	size_t cap;
	double min_x, min_y, max_x, max_y;
	double scale;
};

/* One ring of one shape, projected but not yet scaled. */
struct flat {
	struct outline_point *at;
	size_t n;
	size_t shape;
};

struct flats {
	struct flat *at;
	size_t n;
	size_t cap;
};

static enum err flats_add(struct arena *a, struct flats *f, struct flat one)
{
	if (one.n < 3)
		return OK;
	if (f->n == f->cap) {
		size_t cap = f->cap == 0 ? 256 : f->cap * 2;
		struct flat *at = ARENA_ARRAY(a, struct flat, cap);

		if (at == NULL)
			return ERR_TOO_LARGE;
		if (f->n > 0)
			memcpy(at, f->at, f->n * sizeof(*at));
		f->at = at;
		f->cap = cap;
	}
	f->at[f->n++] = one;
	return OK;
}

/* What of a ring lies on one side of a meridian (Sutherland and Hodgman);
 * ret has room for twice as many points. */
static size_t clip(const struct outline_point *in, size_t n, double meridian,
	bool east, struct outline_point *ret)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		struct outline_point p = in[i];
		struct outline_point q = in[(i + 1) % n];
		bool p_in = east ? p.x >= meridian : p.x <= meridian;
		bool q_in = east ? q.x >= meridian : q.x <= meridian;

		if (p_in)
			ret[m++] = p;
		if (p_in != q_in)
			ret[m++] = (struct outline_point){ meridian,
				p.y +
					(q.y - p.y) * (meridian - p.x) /
						(q.x - p.x) };
	}
	return m;
}

/* A step of more than half the globe goes the other way round: the ring is
 * unrolled, and cut into what lies within each turn. */
static enum err add_world(struct work *w, struct flats *f,
	const struct outline_ring *r, size_t shape)
{
	struct outline_point *roll =
		ARENA_ARRAY(w->arena, struct outline_point, r->n + 1);
	double turn = 0;
	double low = 180;
	double high = -180;
	enum err e = OK;

	if (roll == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < r->n; i++) {
		double step = i == 0 ? 0 : r->at[i].x - r->at[i - 1].x;

		/* Cut already: what runs along the edge is no crossing. */
		if (fabs(step) > 180 && fabs(step) < 359.999)
			turn += step > 0 ? -360 : 360;
		roll[i] =
			(struct outline_point){ r->at[i].x + turn, r->at[i].y };
		low = fmin(low, roll[i].x);
		high = fmax(high, roll[i].x);
	}
	if (high - low > 720 || (low >= -180 && high <= 180))
		return flats_add(
			w->arena, f, (struct flat){ roll, r->n, shape });
	for (int k = -2; k <= 2 && e == OK; k++) {
		size_t room = 4 * r->n + 8;
		struct outline_point *one =
			ARENA_ARRAY(w->arena, struct outline_point, room / 2);
		struct outline_point *two =
			ARENA_ARRAY(w->arena, struct outline_point, room);
		size_t n;

		if (one == NULL || two == NULL)
			return ERR_TOO_LARGE;
		if (low >= 180 + 360.0 * k || high <= -180 + 360.0 * k)
			continue;
		n = clip(roll, r->n, -180 + 360.0 * k, true, one);
		n = clip(one, n, 180 + 360.0 * k, false, two);
		for (size_t i = 0; i < n; i++)
			two[i].x -= 360.0 * k;
		e = flats_add(w->arena, f, (struct flat){ two, n, shape });
	}
	return e;
}

static enum err add_region(struct work *w, struct flats *f,
	const struct outline_ring *r, size_t shape)
{
	struct outline_point *copy =
		ARENA_ARRAY(w->arena, struct outline_point, r->n + 1);

	if (copy == NULL)
		return ERR_TOO_LARGE;
	if (r->n > 0)
		memcpy(copy, r->at, r->n * sizeof(*copy));
	return flats_add(w->arena, f, (struct flat){ copy, r->n, shape });
}

static void measure(struct work *w, struct flats *f)
{
	w->min_x = w->min_y = INFINITY;
	w->max_x = w->max_y = -INFINITY;
	for (size_t i = 0; i < f->n; i++) {
		for (size_t k = 0; k < f->at[i].n; k++) {
			struct outline_point *p = &f->at[i].at[k];

			*p = project(&w->canvas, *p);
			w->min_x = fmin(w->min_x, p->x);
			w->max_x = fmax(w->max_x, p->x);
			w->min_y = fmin(w->min_y, p->y);
			w->max_y = fmax(w->max_y, p->y);
		}
	}
	w->scale = fmax(w->max_x - w->min_x, w->max_y - w->min_y);
	w->scale = w->scale > 0 ? OUTLINE_SIDE / w->scale : 1;
}

/* To whole units, points that fall together once. */
static enum err to_lines(struct work *w, const struct flats *f)
{
	w->lines = ARENA_ARRAY(w->arena, struct line, f->n + 1);
	if (w->lines == NULL)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < f->n; i++) {
		struct line *l = &w->lines[w->n++];

		l->at = ARENA_ARRAY(w->arena, struct vertex, f->at[i].n);
		if (l->at == NULL)
			return ERR_TOO_LARGE;
		l->shape = f->at[i].shape;
		for (size_t k = 0; k < f->at[i].n; k++) {
			const struct outline_point *p = &f->at[i].at[k];
			int32_t x =
				(int32_t)lround((p->x - w->min_x) * w->scale) +
				1;
			int32_t y =
				(int32_t)lround((p->y - w->min_y) * w->scale) +
				1;

			if (l->n > 0 && l->at[l->n - 1].x == x &&
				l->at[l->n - 1].y == y)
				continue;
			l->at[l->n++] = (struct vertex){ .x = x, .y = y };
		}
		while (l->n > 1 && l->at[0].x == l->at[l->n - 1].x &&
			l->at[0].y == l->at[l->n - 1].y)
			l->n--;
	}
	return OK;
}

/* ---- where borders meet ---- */

/* The neighbours of one point in all rings: two, or it is fixed. */
struct crossing {
	uint64_t key; /* 0: empty */
	uint64_t neighbour[2];
	bool fixed;
};

struct crossings {
	struct crossing *at;
	size_t cap; /* a power of two */
};

static uint64_t key_of(const struct vertex *v)
{
	return (uint64_t)(uint32_t)v->x << 32 | (uint32_t)v->y;
}

static struct crossing *crossing_at(struct crossings *c, uint64_t key)
{
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> 32) & (c->cap - 1);

	while (c->at[i].key != 0 && c->at[i].key != key)
		i = (i + 1) & (c->cap - 1);
	c->at[i].key = key;
	return &c->at[i];
}

static void meet(struct crossing *c, uint64_t neighbour)
{
	for (size_t i = 0; i < 2; i++) {
		if (c->neighbour[i] == neighbour)
			return;
		if (c->neighbour[i] == 0) {
			c->neighbour[i] = neighbour;
			return;
		}
	}
	c->fixed = true;
}

static void meet_line(struct crossings *c, const struct line *l)
{
	for (size_t k = 0; k < l->n; k++) {
		struct crossing *at = crossing_at(c, key_of(&l->at[k]));

		meet(at, key_of(&l->at[(k + 1) % l->n]));
		meet(at, key_of(&l->at[(k + l->n - 1) % l->n]));
	}
}

/* A ring without a crossing (an island, an enclave) is held by its two ends:
 * the same two, whoever owns the ring. */
static void hold_ends(struct line *l)
{
	size_t low = 0;
	size_t far = 0;
	int64_t most = -1;

	for (size_t k = 0; k < l->n; k++) {
		if (l->at[k].fixed)
			return;
		if (key_of(&l->at[k]) < key_of(&l->at[low]))
			low = k;
	}
	for (size_t k = 0; k < l->n; k++) {
		int64_t dx = l->at[k].x - l->at[low].x;
		int64_t dy = l->at[k].y - l->at[low].y;
		int64_t d = dx * dx + dy * dy;

		if (d > most ||
			(d == most &&
				key_of(&l->at[k]) < key_of(&l->at[far]))) {
			most = d;
			far = k;
		}
	}
	l->at[low].fixed = true;
	l->at[far].fixed = true;
}

static enum err find_crossings(struct work *w)
{
	struct crossings c = { .cap = 1024 };
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->lines[i].n;
	while (c.cap < 2 * n + 2)
		c.cap *= 2;
	c.at = calloc(c.cap, sizeof(*c.at));
	if (c.at == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < w->n; i++)
		meet_line(&c, &w->lines[i]);
	for (size_t i = 0; i < w->n; i++) {
		struct line *l = &w->lines[i];

		for (size_t k = 0; k < l->n; k++)
			l->at[k].fixed =
				crossing_at(&c, key_of(&l->at[k]))->fixed;
		if (l->n > 0)
			hold_ends(l);
	}
	free(c.at);
	return OK;
}

/* ---- simplifying ---- */

/* Twice the area of the triangle that leaving b out would cut off. */
static int64_t cost(
	const struct vertex *a, const struct vertex *b, const struct vertex *c)
{
	int64_t area = ((int64_t)b->x - a->x) * ((int64_t)c->y - a->y) -
		((int64_t)c->x - a->x) * ((int64_t)b->y - a->y);

	return area < 0 ? -area : area;
}

/* a before b in the order of leaving out; of equals the smaller point, so
 * that the direction of the ring says nothing. */
static bool before(
	const struct vertex *v, const int64_t *costs, size_t a, size_t b)
{
	if (costs[a] != costs[b])
		return costs[a] < costs[b];
	return key_of(&v[a]) < key_of(&v[b]);
}

/* Leave out every point that costs less than limit and less than its
 * neighbours. */
static bool pass(struct line *l, int64_t *costs, int64_t limit)
{
	size_t n = l->n;
	size_t kept = 0;

	for (size_t k = 0; k < n; k++)
		costs[k] = l->at[k].fixed
			? INT64_MAX
			: cost(&l->at[(k + n - 1) % n], &l->at[k],
				  &l->at[(k + 1) % n]);
	for (size_t k = 0; k < n; k++)
		l->at[k].gone = costs[k] < limit &&
			before(l->at, costs, k, (k + 1) % n) &&
			before(l->at, costs, k, (k + n - 1) % n);
	for (size_t k = 0; k < n; k++)
		if (!l->at[k].gone)
			l->at[kept++] = l->at[k];
	l->n = kept;
	return kept < n;
}

enum { PASSES = 64 };

static enum err simplify(struct work *w, int64_t limit, size_t *ret_points)
{
	size_t longest = 1;
	int64_t *costs;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		longest = w->lines[i].n > longest ? w->lines[i].n : longest;
	costs = malloc(longest * sizeof(*costs));
	if (costs == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < w->n; i++) {
		for (int k = 0; k < PASSES && w->lines[i].n > 3; k++)
			if (!pass(&w->lines[i], costs, limit))
				break;
		n += w->lines[i].n;
	}
	free(costs);
	*ret_points = n;
	return OK;
}

/* ---- writing ---- */

void outline_write(struct buf *b, const int32_t (*points)[2], size_t n)
{
	buf_printf(b, "M%d %dl", points[0][0], points[0][1]);
	for (size_t i = 1; i < n; i++) {
		int32_t dx = points[i][0] - points[i - 1][0];
		int32_t dy = points[i][1] - points[i - 1][1];

		buf_printf(b, i > 1 && dx >= 0 ? " %d" : "%d", dx);
		buf_printf(b, dy >= 0 ? " %d" : "%d", dy);
	}
	buf_c(b, "z");
}

static int64_t area_of(const struct line *l)
{
	int64_t sum = 0;

	for (size_t k = 0; k < l->n; k++) {
		const struct vertex *p = &l->at[k];
		const struct vertex *q = &l->at[(k + 1) % l->n];

		sum += (int64_t)p->x * q->y - (int64_t)q->x * p->y;
	}
	return sum < 0 ? -sum : sum;
}

static void write_line(struct buf *b, const struct line *l)
{
	enum { PART = 512 };
	int32_t part[PART][2];
	size_t n = l->n;

	if (n < 3 || area_of(l) < 2) {
		const int32_t x = l->at[0].x;
		const int32_t y = l->at[0].y;
		const int32_t square[4][2] = { { x - 1, y - 1 },
			{ x + 1, y - 1 }, { x + 1, y + 1 }, { x - 1, y + 1 } };

		outline_write(b, square, 4);
		return;
	}
	if (n > PART) {
		int32_t(*all)[2] = calloc(n, sizeof(*all));

		for (size_t k = 0; all != NULL && k < n; k++) {
			all[k][0] = l->at[k].x;
			all[k][1] = l->at[k].y;
		}
		if (all == NULL)
			b->err = ERR_MEMORY;
		else
			outline_write(b, (const int32_t(*)[2])all, n);
		free(all);
		return;
	}
	for (size_t k = 0; k < n; k++) {
		part[k][0] = l->at[k].x;
		part[k][1] = l->at[k].y;
	}
	outline_write(b, (const int32_t(*)[2])part, n);
}

/* Specks are left away, but each shape keeps its largest ring. */
static void find_largest(struct work *w)
{
	for (size_t i = 0; i < w->n;) {
		size_t best = i;
		size_t k = i;

		for (; k < w->n && w->lines[k].shape == w->lines[i].shape; k++)
			if (area_of(&w->lines[k]) > area_of(&w->lines[best]))
				best = k;
		w->lines[best].largest = true;
		i = k;
	}
}

static enum err write_all(
	struct work *w, size_t count, struct str *ret_outlines)
{
	enum { SPECK = 4 };
	struct buf b;
	size_t i = 0;
	enum err e = OK;

	find_largest(w);
	for (size_t shape = 0; shape < count && e == OK; shape++) {
		buf_init(&b, 16 << 20);
		for (; i < w->n && w->lines[i].shape == shape; i++)
			if (w->lines[i].largest ||
				(w->lines[i].n >= 3 &&
					area_of(&w->lines[i]) >= 2 * SPECK))
				write_line(&b, &w->lines[i]);
		e = buf_err(&b);
		if (e == OK) {
			ret_outlines[shape] =
				arena_copy(w->arena, buf_view(&b));
			e = ret_outlines[shape].at == NULL ? ERR_TOO_LARGE : OK;
		}
		buf_release(&b);
	}
	return e;
}

/* ---- all of it ---- */

static void canvas_init(struct canvas *c, enum outline_projection projection,
	const struct outline_shape *shapes, size_t count)
{
	double low = 90;
	double high = -90;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < shapes[i].n; k++) {
			const struct outline_ring *r = &shapes[i].rings[k];

			for (size_t j = 0; j < r->n; j++) {
				low = fmin(low, r->at[j].y);
				high = fmax(high, r->at[j].y);
			}
		}
	}
	c->projection = projection;
	c->seam = projection == OUTLINE_REGION ? seam(shapes, count) : -180;
	c->squeeze = fmax(cos((low + high) / 2 * PI / 180), 0.01);
}

enum err outline_draw(struct arena *a, enum outline_projection projection,
	const struct outline_shape *shapes, size_t count,
	struct str *ret_outlines, uint32_t *ret_width, uint32_t *ret_height)
{
	struct work w = { .arena = a };
	struct flats f = { 0 };
	size_t points = 0;
	enum err e = check(shapes, count, &points);

	if (e != OK)
		return e;
	canvas_init(&w.canvas, projection, shapes, count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; e == OK && k < shapes[i].n; k++)
			e = projection == OUTLINE_WORLD
				? add_world(&w, &f, &shapes[i].rings[k], i)
				: add_region(&w, &f, &shapes[i].rings[k], i);
	if (e != OK)
		return e;
	if (f.n == 0)
		return ERR_INVALID;
	measure(&w, &f);
	e = to_lines(&w, &f);
	if (e == OK)
		e = find_crossings(&w);
	for (int64_t limit = 2; e == OK; limit *= 2) {
		e = simplify(&w, limit, &points);
		if (points <= OUTLINE_POINTS || limit > 1 << 20)
			break;
	}
	if (e == OK)
		e = write_all(&w, count, ret_outlines);
	*ret_width = (uint32_t)lround((w.max_x - w.min_x) * w.scale) + 2;
	*ret_height = (uint32_t)lround((w.max_y - w.min_y) * w.scale) + 2;
	return e;
}

/* ---- reading ---- */

enum { COORDINATE_MAX = 65535 };

static bool number(struct str *s, int32_t *ret_n)
{
	bool minus = s->len > 0 && s->at[0] == '-';
	size_t i = minus ? 1 : 0;
	int32_t n = 0;

	if (i >= s->len || s->at[i] < '0' || s->at[i] > '9')
		return false;
	for (; i < s->len && s->at[i] >= '0' && s->at[i] <= '9'; i++) {
		n = n * 10 + (s->at[i] - '0');
		if (n > COORDINATE_MAX)
			return false;
	}
	*ret_n = minus ? -n : n;
	*s = str_slice(*s, i, s->len);
	return true;
}

static bool take(struct str *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	*s = str_slice(*s, 1, s->len);
	return true;
}

static bool pair(struct str *s, int32_t *ret_x, int32_t *ret_y)
{
	if (!number(s, ret_x))
		return false;
	(void)take(s, ' ');
	return number(s, ret_y);
}

static bool inside(int32_t x, int32_t y)
{
	return x >= 0 && y >= 0 && x <= COORDINATE_MAX && y <= COORDINATE_MAX;
}

static void move(outline_pen *pen, void *arg, enum outline_step step, int32_t x,
	int32_t y)
{
	if (pen != NULL)
		pen(arg, step, x, y);
}

static bool walk_ring(struct str *s, outline_pen *pen, void *arg)
{
	int32_t x;
	int32_t y;
	int32_t dx;
	int32_t dy;

	if (!take(s, 'M') || !pair(s, &x, &y) || !inside(x, y) || !take(s, 'l'))
		return false;
	move(pen, arg, OUTLINE_MOVE, x, y);
	do {
		(void)take(s, ' ');
		if (!pair(s, &dx, &dy))
			return false;
		x += dx;
		y += dy;
		if (!inside(x, y))
			return false;
		move(pen, arg, OUTLINE_LINE, x, y);
	} while (!take(s, 'z'));
	move(pen, arg, OUTLINE_CLOSE, x, y);
	return true;
}

enum err outline_walk(struct str outline, outline_pen *pen, void *arg)
{
	if (outline.len == 0)
		return ERR_INVALID;
	while (outline.len > 0)
		if (!walk_ring(&outline, pen, arg))
			return ERR_INVALID;
	return OK;
}
