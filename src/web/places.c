#include "web/places.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "domain/place.h"

enum { ARENA_MAX_BYTES = 64 << 20 };

struct view {
	struct places_now now; /* first: views are given out as this */
	unsigned refs; /* under the mutex */
	void *map;
	size_t map_len;
	struct arena arena;
};

struct places {
	pthread_mutex_t mutex;
	struct view *view;
};

static struct view *view_new(void)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->refs = 1;
	arena_init(&v->arena, ARENA_MAX_BYTES);
	return v;
}

static void view_free(struct view *v)
{
	if (v->map != NULL)
		(void)munmap(v->map, v->map_len);
	arena_release(&v->arena);
	free(v);
}

struct places *places_new(void)
{
	struct places *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->view = view_new();
	if (p->view == NULL || pthread_mutex_init(&p->mutex, NULL) != 0) {
		free(p->view);
		free(p);
		return NULL;
	}
	return p;
}

void places_free(struct places *p)
{
	if (p == NULL)
		return;
	view_free(p->view);
	(void)pthread_mutex_destroy(&p->mutex);
	free(p);
}

/* ---- taking and replacing ---- */

const struct places_now *places_take(struct places *p)
{
	struct view *v;

	(void)pthread_mutex_lock(&p->mutex);
	v = p->view;
	v->refs++;
	(void)pthread_mutex_unlock(&p->mutex);
	return &v->now;
}

static void drop(struct places *p, struct view *v)
{
	bool last;

	(void)pthread_mutex_lock(&p->mutex);
	last = --v->refs == 0;
	(void)pthread_mutex_unlock(&p->mutex);
	if (last)
		view_free(v);
}

void places_drop(struct places *p, const struct places_now *now)
{
	drop(p, (struct view *)(uintptr_t)now);
}

/* The file may be replaced by rename, but nobody writes into it. */
static enum err map_file(struct view *v, int dir_fd)
{
	int fd = openat(dir_fd, PLACES_FILE, O_RDONLY | O_CLOEXEC);
	uint64_t len = 0;
	void *map = MAP_FAILED;
	enum err e;

	if (fd < 0)
		return err_from_errno(errno);
	e = file_size(fd, &len);
	if (e == OK && len == 0)
		e = ERR_INVALID;
	if (e == OK) {
		map = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			e = err_from_errno(errno);
	}
	(void)close(fd);
	if (e != OK)
		return e;
	v->map = map;
	v->map_len = (size_t)len;
	e = postcodes_open((struct str){ map, (size_t)len }, &v->now.index);
	if (e == OK && !postcodes_intact(&v->now.index)) {
		v->now.index = (struct postcodes){ .bytes = STR_NULL };
		e = ERR_INVALID;
	}
	return e;
}

static enum err read_areas(struct view *v, struct store *reader)
{
	struct store_place_row *area;
	struct str *slug;
	size_t n;
	enum err e = store_places(
		&v->arena, reader, STORE_AREA, DAY_NONE, &area, &n);

	if (e == OK)
		e = place_slugs(&v->arena, area, n, &slug);
	if (e != OK)
		return e;
	v->now.area = area;
	v->now.slug = slug;
	v->now.areas = n;
	return OK;
}

enum err places_refresh(struct places *p, int dir_fd, struct store *reader)
{
	struct view *v = view_new();
	struct view *old;
	enum err e;

	if (v == NULL)
		return ERR_MEMORY;
	e = map_file(v, dir_fd);
	if (e != OK && e != ERR_NOT_FOUND)
		log_err("postcodes-not-readable", e);
	e = read_areas(v, reader);
	if (e != OK) {
		view_free(v);
		return e;
	}
	(void)pthread_mutex_lock(&p->mutex);
	old = p->view;
	p->view = v;
	(void)pthread_mutex_unlock(&p->mutex);
	drop(p, old);
	return OK;
}

/* ---- asking ---- */

const struct store_place_row *places_area(
	const struct places_now *now, struct str code)
{
	for (size_t i = 0; i < now->areas; i++)
		if (str_eq(now->area[i].code, code))
			return &now->area[i];
	return NULL;
}

struct str places_slug(
	const struct places_now *now, const struct store_place_row *area)
{
	return now->slug[area - now->area];
}

struct str places_of_postcode(
	struct places *p, struct arena *a, struct str postcode)
{
	const struct places_now *now = places_take(p);
	struct str code = STR("");
	struct postcode_found f;

	if (postcodes_find(&now->index, postcode, &f) && f.n > 0) {
		code = f.area[0];
		for (size_t i = 0; i < f.n; i++)
			if (places_area(now, f.area[i]) != NULL) {
				code = f.area[i];
				break;
			}
		code = arena_copy(a, code);
	}
	places_drop(p, now);
	return code.at == NULL ? STR("") : code;
}

enum err places_put(int dir_fd, struct str bytes, size_t *ret_count)
{
	struct postcodes index;
	enum err e = postcodes_open(bytes, &index);

	if (e == OK && !postcodes_intact(&index))
		e = ERR_INVALID;
	if (e == OK)
		e = file_replace(
			dir_fd, PLACES_FILE, bytes.at, bytes.len, 0600);
	if (e == OK)
		*ret_count = index.count;
	return e;
}
