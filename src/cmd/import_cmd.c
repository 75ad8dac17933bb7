/*
 * import_cmd.c - petitiond import: petitions as documents of the public
 * interface, into a stopped site's database or through a running server.
 */
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/apply.h"
#include "cmd/cmd.h"
#include "cmd/import.h"
#include "cmd/served.h"
#include "role/command.h"
#include "role/link.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond import SITE [--period P] [--replace] FILE...\n"
	"\n"
	"Takes petitions from JSON documents of the public interface: one\n"
	"petition, a page of a list, or several behind each other.  Their\n"
	"totals come along as carried-over counts.  A file is taken whole or\n"
	"not at all.  Works beside a running server.\n"
	"\n"
	"  --period P  the period (2015-2017) of archived petitions that name\n"
	"              none themselves\n"
	"  --replace   put a petition in the place of the one of the same id\n";

struct import_job {
	const char *site;
	const char *period;
	bool replace;
	char **files;
	size_t n_files;
	size_t petitions; /* taken so far */
};

static void progress(const struct import_job *j, size_t done)
{
	if (!isatty(STDERR_FILENO) || j->n_files < 20)
		return;
	(void)fprintf(stderr, "\r%zu of %zu files%s", done, j->n_files,
		done == j->n_files ? "\n" : "");
}

/* ---- a stopped site ---- */

static enum err take_file(struct store *s, const struct apply *apply,
	const char *path, size_t *ret_n)
{
	struct str complaint = STR("");
	struct buf b;
	enum err e = served_read(path, &b);

	if (e != OK)
		return e;
	e = store_begin(s);
	if (e == OK)
		e = apply_documents(
			s, apply, str_c(path), buf_view(&b), ret_n, &complaint);
	if (e == OK)
		e = store_commit(s);
	else
		store_rollback(s);
	if (e != OK && complaint.len > 0)
		complain("%.*s", STR_ARG(complaint));
	else if (e != OK)
		complain("%s: %s: nothing of it was stored", path, err_text(e));
	buf_release(&b);
	return e;
}

static enum err import_stopped(struct import_job *j, struct site *site)
{
	struct apply apply = { .months = site->config.duration_months,
		.period = str_c(j->period),
		.replace = j->replace };
	struct zone *zone;
	struct store *s = NULL;
	struct arena a;
	char path[4200];
	enum err e = zone_load(site->config.timezone.at, &zone);

	if (e != OK) {
		complain("[site] timezone: there is no zone \"%s\"",
			site->config.timezone.at);
		return e;
	}
	(void)snprintf(path, sizeof(path), "%s/web/site.db", j->site);
	arena_init(&a, (size_t)256 << 20);
	apply.zone = zone;
	apply.arena = &a;
	e = store_open(path, STORE_WRITER, &s);
	if (e != OK)
		complain("%s: %s", path, err_text(e));
	for (size_t i = 0; e == OK && i < j->n_files; i++) {
		size_t n = 0;

		e = take_file(s, &apply, j->files[i], &n);
		j->petitions += n;
		arena_clear(&a);
		progress(j, i + 1);
	}
	store_close(s);
	arena_release(&a);
	zone_free(zone);
	return e;
}

/* ---- a running server ---- */

static enum err send_file(
	struct import_job *j, struct link *l, const char *path)
{
	struct str period = str_c(j->period == NULL ? "" : j->period);
	struct str answer;
	uint64_t n = 0;
	struct buf b;
	struct buf *out;
	enum err e = served_read(path, &b);

	if (e != OK)
		return e;
	out = link_begin(l, COMMAND_IMPORT);
	buf_byte(out, j->replace);
	buf_u16(out, (uint16_t)period.len);
	buf_str(out, period);
	buf_u16(out, (uint16_t)strlen(path));
	buf_c(out, path);
	buf_str(out, buf_view(&b));
	buf_release(&b);
	e = served_ask(l, path,
		"look whether it took this file, then go on with the others",
		&answer);
	if (e == OK)
		e = str_u64(answer, &n);
	j->petitions += (size_t)n;
	return e;
}

static enum err import_served(struct import_job *j)
{
	struct link l;
	enum err e = served_connect(j->site, &l);

	if (e != OK)
		return e;
	for (size_t i = 0; e == OK && i < j->n_files; i++) {
		e = send_file(j, &l, j->files[i]);
		progress(j, i + 1);
	}
	link_close(&l);
	return e;
}

static enum err run(struct import_job *j)
{
	struct site site;
	enum err e = site_open(j->site, SITE_COMMAND, &site);

	if (e == ERR_BUSY) {
		e = import_served(j);
	} else if (e == OK) {
		e = import_stopped(j, &site);
		site_close(&site);
	}
	if (j->petitions > 0 || e == OK)
		printf("%zu %s imported\n", j->petitions,
			j->petitions == 1 ? "petition" : "petitions");
	return e;
}

static int usage(const char *what)
{
	return cmd_usage(HELP, what);
}

int cmd_import(int argc, char **argv)
{
	static const struct option options[] = {
		{ "period", required_argument, NULL, 'p' },
		{ "replace", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct import_job j = { .site = NULL };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			(void)fputs(HELP, stdout);
			return 0;
		}
		if (c == 'p')
			j.period = optarg;
		else if (c == 'r')
			j.replace = true;
		else
			return usage("import does not know that option");
	}
	if (argc - optind < 2)
		return usage("import needs a SITE and at least one FILE");
	j.site = argv[optind];
	j.files = argv + optind + 1;
	j.n_files = (size_t)(argc - optind - 1);
	return run(&j) == OK ? 0 : 1;
}
