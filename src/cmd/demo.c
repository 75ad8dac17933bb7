#include "cmd/demo.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/apply.h"
#include "cmd/import.h"
#include "cmd/load.h"
#include "cmd/load_index.h"
#include "page/asset.h"
#include "role/site.h"
#include "web/places.h"

/* Made by tools/embed.py from samples/; holds asset_table. */
#include "sample_table.h"

static const int64_t DAY_MS = 86400000;

static const struct str POSTCODES = STR_INIT("postcodes.csv");

/* A list if it is CSV, which its kind is the name of; else petitions. */
static enum err put_sample(
	struct store *s, const struct apply *apply, const struct asset *sample)
{
	struct str complaint = STR("");
	size_t n;
	enum err e;

	if (str_eq(sample->name, POSTCODES))
		return OK; /* not for the database */
	if (str_ends(sample->name, STR(".csv")))
		e = load_list(s,
			&(struct load_list){
				str_slice(sample->name, 0,
					str_find(sample->name, '.')),
				sample->name, sample->body, apply->arena },
			&n, &complaint);
	else
		e = apply_documents(
			s, apply, sample->name, sample->body, &n, &complaint);
	if (e != OK)
		complain("%.*s", STR_ARG(complaint));
	return e;
}

static enum err put_samples(
	struct store *s, const struct config *config, struct arena *a)
{
	struct zone *zone;
	struct apply apply = { .months = config->duration_months,
		.period = STR_NULL,
		.arena = a };
	enum err e = zone_load(config->timezone.at, &zone);

	if (e != OK)
		return e;
	apply.zone = zone;
	apply.shift_days = (int32_t)(clock_wall_ms(clock_system()) / DAY_MS) -
		IMPORT_SAMPLES_DAY;
	e = store_begin(s);
	for (size_t i = 0;
		e == OK && i < sizeof(asset_table) / sizeof(asset_table[0]);
		i++)
		e = put_sample(s, &apply, &asset_table[i]);
	if (e == OK)
		e = store_commit(s);
	else
		store_rollback(s);
	zone_free(zone);
	return e;
}

static enum err put_postcodes(const char *site)
{
	struct str list = STR("");
	char path[4200];
	struct buf index;
	size_t n;
	int fd;
	enum err e;

	for (size_t i = 0; i < sizeof(asset_table) / sizeof(asset_table[0]);
		i++)
		if (str_eq(asset_table[i].name, POSTCODES))
			list = asset_table[i].body;
	(void)snprintf(path, sizeof(path), "%s/web", site);
	buf_init(&index, 1 << 24);
	e = load_index_of(POSTCODES, list, &index);
	if (e == OK)
		e = file_open_dir(AT_FDCWD, path, &fd);
	if (e == OK) {
		e = places_put(fd, buf_view(&index), &n);
		(void)close(fd);
	}
	buf_release(&index);
	return e;
}

enum err demo_database(const char *site, bool samples)
{
	struct site opened;
	struct store *s;
	struct arena a;
	char path[4200];
	enum err e = site_open(site, SITE_COMMAND, &opened);

	if (e != OK)
		return e;
	(void)snprintf(path, sizeof(path), "%s/web/site.db", site);
	arena_init(&a, 1 << 24);
	e = store_open(path, STORE_WRITER, &s);
	if (e == OK && samples)
		e = put_samples(s, &opened.config, &a);
	if (e == OK && samples)
		e = put_postcodes(site);
	if (e == OK)
		store_close(s);
	arena_release(&a);
	site_close(&opened);
	return e;
}
