/* Postcodes and areas as handlers see them, while they are replaced. */

#include "web/places.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "domain/postcodes_build.h"

struct fixture {
	char folder[64];
	char path[96];
	int dir_fd;
	struct store *s;
	struct places *places;
	struct arena arena;
};

static void setup(struct fixture *f)
{
	(void)snprintf(f->folder, sizeof(f->folder), "places-test-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		abort();
	(void)snprintf(f->path, sizeof(f->path), "%s/site.db", f->folder);
	arena_init(&f->arena, 1 << 24);
	f->places = places_new();
	if (file_open_dir(AT_FDCWD, f->folder, &f->dir_fd) != OK ||
		store_open(f->path, STORE_WRITER, &f->s) != OK)
		abort();
}

static void teardown(struct fixture *f)
{
	static const char *const files[] = { PLACES_FILE, "site.db",
		"site.db-wal", "site.db-shm" };

	places_free(f->places);
	store_close(f->s);
	for (size_t i = 0; i < 4; i++)
		(void)unlinkat(f->dir_fd, files[i], 0);
	(void)close(f->dir_fd);
	arena_release(&f->arena);
	CHECK_INT(rmdir(f->folder), 0);
}

static void area(
	struct fixture *f, const char *code, const char *name, int32_t end_on)
{
	CHECK_INT(store_begin(f->s), OK);
	CHECK_INT(store_place_put(f->s, STORE_AREA,
			  &(struct store_place_row){ .code = str_c(code),
				  .name = str_c(name),
				  .start_on = DAY_NONE,
				  .end_on = end_on }),
		OK);
	CHECK_INT(store_commit(f->s), OK);
}

static void put(struct fixture *f, const char *const *rows, size_t n)
{
	struct postcodes_builder *b = postcodes_builder_new();
	size_t stored = 0;
	uint32_t count;
	struct buf out;

	for (size_t i = 0; i < n; i++)
		CHECK_INT(postcodes_builder_add(b, str_c(rows[2 * i]),
				  str_c(rows[2 * i + 1]), false),
			OK);
	buf_init(&out, 1 << 20);
	CHECK_INT(postcodes_builder_write(b, &out, &count), OK);
	CHECK_INT(places_put(f->dir_fd, buf_view(&out), &stored), OK);
	CHECK_INT(stored, count);
	buf_release(&out);
	postcodes_builder_free(b);
}

static struct str of(struct fixture *f, const char *postcode)
{
	return places_of_postcode(f->places, &f->arena, str_c(postcode));
}

static void test_places(void)
{
	static const char *const rows[] = { "AB1", "OLD", "AB1", "NEW", "AB2",
		"GONE", "AB3", "" };
	static const char *const later[] = { "AB1", "OTHER" };
	const struct places_now *before;
	struct postcode_found found;
	struct fixture f;
	size_t n;

	setup(&f);
	CHECK_STR(of(&f, "AB1"), STR(""));
	area(&f, "NEW", "New Place", DAY_NONE);
	area(&f, "OLD", "Old Place", 10000);
	put(&f, rows, 4);
	CHECK_INT(places_refresh(f.places, f.dir_fd, f.s), OK);
	/* The one that exists, else the first, else none. */
	CHECK_STR(of(&f, "AB1"), STR("NEW"));
	CHECK_STR(of(&f, "AB2"), STR("GONE"));
	CHECK_STR(of(&f, "AB3"), STR(""));
	CHECK_STR(of(&f, "AB4"), STR(""));
	before = places_take(f.places);
	CHECK_INT(before->areas, 1);
	CHECK_STR(places_slug(before, places_area(before, STR("NEW"))),
		STR("new-place"));
	put(&f, later, 1);
	CHECK_INT(places_refresh(f.places, f.dir_fd, f.s), OK);
	CHECK_STR(of(&f, "AB1"), STR("OTHER"));
	/* Who holds the old one still sees it. */
	CHECK(postcodes_find(&before->index, STR("AB2"), &found));
	places_drop(f.places, before);
	/* What is no index does not take the place of one. */
	CHECK_INT(places_put(f.dir_fd, STR("nonsense"), &n), ERR_INVALID);
	CHECK_INT(places_refresh(f.places, f.dir_fd, f.s), OK);
	CHECK_STR(of(&f, "AB1"), STR("OTHER"));
	/* A damaged file is none. */
	CHECK_INT(file_replace(f.dir_fd, PLACES_FILE, "PPI1", 4, 0600), OK);
	CHECK_INT(places_refresh(f.places, f.dir_fd, f.s), OK);
	CHECK_STR(of(&f, "AB1"), STR(""));
	teardown(&f);
}

int main(void)
{
	test_places();
	return tap_done();
}
