/*
 * load_cmd.c - petitiond load: what the institution lists, into a stopped
 * site's database or through a running server.
 */
#include <getopt.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/load.h"
#include "cmd/load_index.h"
#include "cmd/load_map.h"
#include "cmd/served.h"
#include "role/command.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond load SITE KIND FILE... [OPTIONS]\n"
	"\n"
	"Takes a list of the institution from CSV (the first row names the\n"
	"columns) or JSON.  A file is taken whole or not at all; a row of the\n"
	"same name or code takes the place of what was there.  Works beside a\n"
	"running server.\n"
	"\n"
	"  periods      period, government, dissolution_at, response_threshold,\n"
	"               debate_threshold\n"
	"  departments  name, acronym, url\n"
	"  topics       code, name\n"
	"  areas        ons_code, name, mp, party, region_ons_code, start_date,\n"
	"               end_date, region_name, mp_url; an empty mp is a\n"
	"               vacant seat\n"
	"  regions      code, name\n"
	"  countries    code, name, start_date, end_date\n"
	"  population   ons_code, population; country-population likewise\n"
	"  history      at, count: how the petition of --petition ID grew\n"
	"  postcodes    pcds, pcon or area_code, doterm: the ONS Postcode\n"
	"               Directory, the NSPL, or a list of your own; all files\n"
	"               together replace those loaded before\n"
	"  map          HexJSON, TopoJSON or GeoJSON: where the areas are\n"
	"\n"
	"  --petition ID      whose history it is\n"
	"  --set NAME         the set of boundaries (the year in FILE's name)\n"
	"  --world            the map is of countries, by ISO code or number\n"
	"  --codes TABLE      codes to be replaced by others: the first two\n"
	"                     columns whose names end in \"code\"\n"
	"  --code PROPERTY    where an area's code stands; else it is found\n"
	"  --name PROPERTY    where its name stands\n"
	"  --object NAME      which one of a TopoJSON's objects\n"
	"  --credit TEXT      whose data it is, shown with every drawing\n";

struct job {
	const char *site;
	struct str kind;
	char **files;
	size_t n_files;
	struct map_source map; /* what the options say */
	struct buf codes;
	uint64_t rows; /* taken so far */
};

/* A map is read here, and only its drawing goes further. */
static enum err draw(struct job *j, const char *path, struct buf *b)
{
	struct str complaint = STR("");
	struct store_map map;
	struct arena a;
	enum err e;

	arena_init(&a, (size_t)1 << 30);
	j->map.file = str_c(path);
	j->map.bytes = buf_view(b);
	e = map_read(&a, &j->map, &map, &complaint);
	buf_clear(b);
	if (e == OK) {
		map_write(b, &map);
		e = buf_err(b);
	}
	if (e != OK)
		complain("%.*s", STR_ARG(complaint));
	arena_release(&a);
	return e;
}

/* What the file is made of, ready to be stored. */
static enum err read_file(struct job *j, const char *path, struct buf *b)
{
	enum err e = served_read(path, b);

	if (e != OK || !str_eq(j->kind, STR("map")))
		return e;
	e = draw(j, path, b);
	if (e != OK)
		buf_release(b);
	return e;
}

/* ---- a stopped site ---- */

static enum err take_file(struct job *j, struct store *s, const char *path)
{
	struct load_list list = { .kind = j->kind, .name = str_c(path) };
	struct str complaint = STR("");
	struct arena a;
	struct buf b;
	size_t n = 0;
	enum err e = read_file(j, path, &b);

	if (e != OK)
		return e;
	arena_init(&a, (size_t)256 << 20);
	list.bytes = buf_view(&b);
	list.arena = &a;
	e = store_begin(s);
	if (e == OK)
		e = load_list(s, &list, &n, &complaint);
	if (e == OK)
		e = store_commit(s);
	else
		store_rollback(s);
	if (e == OK)
		j->rows += n;
	else if (complaint.len > 0)
		complain("%.*s", STR_ARG(complaint));
	else
		complain("%s: %s: nothing of it was stored", path, err_text(e));
	arena_release(&a);
	buf_release(&b);
	return e;
}

static enum err load_stopped(struct job *j)
{
	struct store *s = NULL;
	char path[4200];
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/web/site.db", j->site);
	e = store_open(path, STORE_WRITER, &s);
	if (e != OK)
		complain("%s: %s", path, err_text(e));
	for (size_t i = 0; e == OK && i < j->n_files; i++)
		e = take_file(j, s, j->files[i]);
	store_close(s);
	return e;
}

/* ---- a running server ---- */

static enum err send_file(struct job *j, struct link *l, const char *path)
{
	struct str answer;
	uint64_t n = 0;
	struct buf b;
	struct buf *out;
	enum err e = read_file(j, path, &b);

	if (e != OK)
		return e;
	out = link_begin(l, COMMAND_LOAD);
	buf_u16(out, (uint16_t)j->kind.len);
	buf_str(out, j->kind);
	buf_u16(out, (uint16_t)strlen(path));
	buf_c(out, path);
	buf_str(out, buf_view(&b));
	buf_release(&b);
	e = served_ask(l, path, "load it again", &answer);
	if (e == OK)
		e = str_u64(answer, &n);
	j->rows += n;
	return e;
}

static enum err load_served(struct job *j)
{
	struct link l;
	enum err e = served_connect(j->site, &l);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < j->n_files; i++)
		e = send_file(j, &l, j->files[i]);
	link_close(&l);
	return e;
}

static enum err run(struct job *j)
{
	struct site site;
	enum err e = site_open(j->site, SITE_COMMAND, &site);

	if (e == ERR_BUSY) {
		e = load_served(j);
	} else if (e == OK) {
		e = load_stopped(j);
		site_close(&site);
	}
	if (j->rows > 0 || e == OK)
		printf("%llu %s loaded\n", (unsigned long long)j->rows,
			j->rows == 1 ? "row" : "rows");
	return e;
}

static int usage(const char *what)
{
	return cmd_usage(HELP, what);
}

/* history is about one petition, the others about none. */
static int set_kind(struct job *j, const char *kind, const char *petition,
	char room[static 64])
{
	bool is_history = strcmp(kind, "history") == 0;
	uint64_t id;

	if (is_history &&
		(petition == NULL || str_u64(str_c(petition), &id) != OK))
		return usage("history needs --petition and its number");
	if (!is_history && petition != NULL)
		return usage("--petition is for history");
	(void)snprintf(room, 64, "%.40s%s%.20s", kind, is_history ? ":" : "",
		is_history ? petition : "");
	j->kind = str_c(room);
	return load_knows(j->kind) ? 0
				   : usage("load knows no list of that kind");
}

/* Tables with tabs are read as well: no code has one. */
static void with_commas(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (b->at[i] == ',' && memchr(b->at, '\t', b->len) != NULL)
			b->at[i] = ' ';
	}
	for (size_t i = 0; i < b->len; i++)
		if (b->at[i] == '\t')
			b->at[i] = ',';
}

static int load(struct job *j, const char *codes)
{
	enum err e = OK;

	if (codes != NULL) {
		e = served_read(codes, &j->codes);
		if (e == OK) {
			with_commas(&j->codes);
			j->map.codes = buf_view(&j->codes);
		}
	}
	if (e == OK)
		e = run(j);
	if (j->map.codes.at != NULL)
		buf_release(&j->codes);
	return e == OK ? 0 : 1;
}

enum { OPTIONS_TEXTS = 7 };

int cmd_load(int argc, char **argv)
{
	static const struct option options[] = {
		{ "petition", required_argument, NULL, 0 },
		{ "set", required_argument, NULL, 1 },
		{ "credit", required_argument, NULL, 2 },
		{ "codes", required_argument, NULL, 3 },
		{ "code", required_argument, NULL, 4 },
		{ "name", required_argument, NULL, 5 },
		{ "object", required_argument, NULL, 6 },
		{ "world", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *text[OPTIONS_TEXTS] = { NULL };
	struct job j = { .site = NULL };
	char kind[64];
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			(void)fputs(HELP, stdout);
			return 0;
		}
		if (c == 'w')
			j.map.is_world = true;
		else if (c >= 0 && c < OPTIONS_TEXTS)
			text[c] = optarg;
		else
			return usage("load does not know that option");
	}
	if (argc - optind < 3)
		return usage("load needs a SITE, a KIND and a FILE");
	j.site = argv[optind];
	j.files = argv + optind + 2;
	j.n_files = (size_t)(argc - optind - 2);
	j.map.set = str_c(text[1]);
	j.map.credit = str_c(text[2]);
	j.map.code = str_c(text[4]);
	j.map.name = str_c(text[5]);
	j.map.object = str_c(text[6]);
	if (strcmp(argv[optind + 1], "postcodes") == 0)
		return load_index(j.site, j.files, j.n_files) == OK ? 0 : 1;
	c = set_kind(&j, argv[optind + 1], text[0], kind);
	return c == 0 ? load(&j, text[3]) : c;
}
