#include "cmd/demo.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/apply.h"
#include "cmd/import.h"
#include "cmd/load.h"
#include "cmd/load_index.h"
#include "cmd/load_map.h"
#include "page/asset.h"
#include "role/site.h"
#include "web/places.h"

/* Made by tools/embed.py from samples/; holds asset_table. */
#include "sample_table.h"

static const int64_t DAY_MS = 86400000;

static const struct str POSTCODES = STR_INIT("postcodes.csv");

/* How a petition grew: history-ID.csv.  Those of live ones are brought to
 * today like the petitions. */
static enum err put_history(struct store *s, const struct apply *apply,
	struct load_list *list, struct str *ret_complaint)
{
	struct str digits =
		str_slice(list->kind, sizeof("history-") - 1, list->kind.len);
	struct petition *p;
	uint64_t id;
	size_t n;
	enum err e = str_u64(digits, &id);

	if (e == OK)
		e = store_petition_element(apply->arena, s, id, &p);
	if (e != OK)
		return e;
	list->kind =
		arena_printf(apply->arena, "history:%.*s", STR_ARG(digits));
	list->shift_days = p->archived ? 0 : apply->shift_days;
	return load_list(s, list, &n, ret_complaint);
}

/* A list, which its kind is the name of. */
static enum err put_list(struct store *s, const struct apply *apply,
	const struct asset *sample, struct str *ret_complaint)
{
	struct load_list list = { .kind = str_slice(sample->name, 0,
					  str_find(sample->name, '.')),
		.name = sample->name,
		.bytes = sample->body,
		.arena = apply->arena };
	size_t n;

	return str_starts(list.kind, STR("history-"))
		? put_history(s, apply, &list, ret_complaint)
		: load_list(s, &list, &n, ret_complaint);
}

static enum err put_map(struct store *s, const struct apply *apply,
	const struct asset *sample, struct str *ret_complaint)
{
	const struct map_source source = { .file = sample->name,
		.bytes = sample->body };
	struct store_map map;
	enum err e = map_read(apply->arena, &source, &map, ret_complaint);

	return e == OK ? store_map_put(s, &map) : e;
}

/* By the end of its name: a list, a map, or petitions. */
static enum err put_sample(
	struct store *s, const struct apply *apply, const struct asset *sample)
{
	struct str complaint = STR("");
	size_t n;
	enum err e;

	if (str_eq(sample->name, POSTCODES))
		return OK; /* not for the database */
	if (str_ends(sample->name, STR(".csv")))
		e = put_list(s, apply, sample, &complaint);
	else if (str_ends(sample->name, STR(".hexjson")) ||
		str_ends(sample->name, STR(".geojson")))
		e = put_map(s, apply, sample, &complaint);
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
