/*
 * keys.c - petitiond keys: who can open what, in plain words, and changing it.
 *
 * The list is what the public page /who-can-read says, from the database, and
 * how many live epochs each has.  A change is written to sealer's file of
 * recipients, and nowhere else: sealer finds it within seconds, declares it,
 * and uses it once the public log has the declaration.  So no other process,
 * and nobody at the socket, can add a reader.
 */
#include <fcntl.h>
#include <getopt.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/zone.h"
#include "cmd/admit.h"
#include "cmd/cmd.h"
#include "crypto/secret.h"
#include "domain/store.h"
#include "page/pages.h"
#include "role/recipients.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond keys SITE\n"
	"       petitiond keys SITE add COMPARTMENT RECIPIENT WHO\n"
	"       petitiond keys SITE remove COMPARTMENT RECIPIENT\n"
	"       petitiond keys SITE admit DESK RECIPIENT NAME\n"
	"       petitiond keys SITE dismiss DESK\n"
	"\n"
	"Shows who can open what, and changes it.\n"
	"\n"
	"  COMPARTMENT  identity (what signers enter), contact (addresses for\n"
	"               updates) or standing (creators and sponsors)\n"
	"  RECIPIENT    age1..., from `age-keygen` or `petition-desk init`\n"
	"  WHO          a name that the public can understand\n"
	"\n"
	"A change is entered in the public log first and holds for what is sealed\n"
	"from then on: whoever is removed still opens what was sealed before.\n"
	"Works beside a running server, within seconds.\n"
	"\n"
	"admit lets a desk (desk1..., from `petition-desk init`) search and open,\n"
	"and adds its recipient to identity; dismiss ends that, and what it was\n"
	"given it still opens.\n";

enum { DECLARED_WAIT_S = 20 };

/* ---- the list ---- */

static void print_day(const struct zone *zone, const char *before, int64_t ms)
{
	struct buf b;

	buf_init(&b, 32);
	day_put(&b, day_of(zone, ms));
	printf("%s%.*s", before, STR_ARG(buf_view(&b)));
	buf_release(&b);
}

static void print_reader(const struct zone *zone, const struct store_reader *r)
{
	printf("    %.*s\n      %.*s\n      ", STR_ARG(r->who),
		STR_ARG(r->recipient));
	if (r->compartment == COMPARTMENT_MAIL) {
		printf("the key of this day; it is thrown away after some "
		       "days\n");
		return;
	}
	if (r->until_ms == WHEN_NONE) {
		print_day(zone, "since ", r->since_ms);
	} else {
		print_day(zone,
			"no longer added; still opens what was sealed from ",
			r->since_ms);
		print_day(zone, " to ", r->until_ms);
	}
	printf("\n");
}

static void print_epochs(const struct store_epochs *n)
{
	if (n->count == 0) {
		printf("    Nothing is sealed there yet.\n\n");
		return;
	}
	printf("    %llu live %s, ", (unsigned long long)n->count,
		n->count == 1 ? "epoch" : "epochs");
	if (n->least_recipients == n->most_recipients)
		printf("sealed to %llu %s.\n\n",
			(unsigned long long)n->most_recipients,
			n->most_recipients == 1 ? "recipient"
						: "recipients each");
	else
		printf("sealed to %llu to %llu recipients.\n\n",
			(unsigned long long)n->least_recipients,
			(unsigned long long)n->most_recipients);
}

static enum err print_compartment(struct store *s, const struct zone *zone,
	enum compartment c, const struct store_reader *reader, size_t n)
{
	struct store_epochs epochs;
	bool any = false;
	enum err e = store_epochs_count(s, (uint8_t)c, &epochs);

	if (e != OK)
		return e;
	printf("%.*s (%s)\n    %.*s\n\n",
		STR_ARG(page_compartment_title((enum page_compartment)c)),
		compartment_name(c),
		STR_ARG(page_compartment_what((enum page_compartment)c)));
	for (size_t i = 0; i < n; i++)
		if (reader[i].compartment == c) {
			any = true;
			print_reader(zone, &reader[i]);
		}
	if (!any)
		printf("    Nobody was declared yet.\n");
	print_epochs(&epochs);
	return OK;
}

static enum err print_list(const struct site *site, struct store *s)
{
	struct store_reader *reader;
	struct zone *zone = NULL;
	struct arena a;
	size_t n = 0;
	enum err e = zone_load(site->config.timezone.at, &zone);

	arena_init(&a, 1 << 24);
	if (e == OK)
		e = store_readers(&a, s, &reader, &n);
	for (enum compartment c = COMPARTMENT_IDENTITY;
		e == OK && c <= COMPARTMENT_MAIL; c++)
		e = print_compartment(s, zone, c, reader, n);
	if (e == OK)
		printf("Both halves of the index run on this one machine: "
		       "whoever copies all of it can\n"
		       "test whether a known e-mail address has signed.  The "
		       "same is on /who-can-read.\n");
	arena_release(&a);
	zone_free(zone);
	return e;
}

static enum err open_store(const char *path, struct store **ret_store)
{
	char database[4200];
	enum err e;

	(void)snprintf(database, sizeof(database), "%s/web/site.db", path);
	e = store_open(database, STORE_READER, ret_store);
	if (e != OK)
		complain("%s: %s", database, err_text(e));
	return e;
}

static enum err list(const char *path)
{
	struct site site;
	struct store *s = NULL;
	enum err e = site_open(path, SITE_LOOK, &site);

	if (e != OK)
		return e;
	e = open_store(path, &s);
	if (e == OK) {
		e = print_list(&site, s);
		if (e != OK)
			complain("%s could not be read: %s", path, err_text(e));
	}
	store_close(s);
	site_close(&site);
	return e;
}

/* ---- changing ---- */

struct change {
	const char *site;
	bool add;
	enum compartment compartment;
	struct str recipient;
	struct str who;
	bool may_exist; /* nothing to do then, and nothing to say */
};

static enum err read_file(int dir_fd, const char *path, struct recipients *r)
{
	struct buf b;
	enum err e;

	buf_init(&b, RECIPIENTS_BYTES_MAX);
	e = file_read(dir_fd, RECIPIENTS_FILE, &b);
	if (e == OK)
		e = recipients_read(buf_view(&b), r);
	buf_release(&b);
	if (e != OK)
		complain("%s/sealer/" RECIPIENTS_FILE
			 ": %s: mend it: one COMPARTMENT RECIPIENT WHO a line",
			path, err_text(e));
	return e;
}

/* A file that sealer cannot read would stop it at its next start, so owner
 * and mode are those of its folder. */
static enum err write_file(int dir_fd, const struct recipients *r)
{
	struct buf b;
	enum err e;

	buf_init(&b, RECIPIENTS_BYTES_MAX);
	recipients_write(&b, r);
	e = replace_owned(dir_fd, RECIPIENTS_FILE, &b);
	buf_release(&b);
	return e;
}

/* Not every 32 bytes are a key: seal something and see. */
static enum err try_recipient(struct str text)
{
	struct age_recipient recipient;
	struct buf sealed;
	enum err e = age_recipient_parse(text, &recipient);

	buf_init(&sealed, 4096);
	if (e == OK)
		e = age_seal(rng_system(), &recipient, 1, STR("x"), &sealed);
	buf_release(&sealed);
	return e;
}

static enum err apply(const struct change *c, struct recipients *r)
{
	enum err e = c->add ? try_recipient(c->recipient) : OK;

	if (e == OK)
		e = c->add ? recipients_add(
				     r, c->compartment, c->recipient, c->who)
			   : recipients_remove(r, c->compartment, c->recipient);
	if (e == ERR_EXISTS && c->may_exist)
		return e;
	if (e == ERR_INVALID)
		complain("that is not an age recipient (age1...) with a name "
			 "of one line behind it");
	else if (e == ERR_EXISTS)
		complain("this recipient opens %s already",
			compartment_name(c->compartment));
	else if (e == ERR_NOT_FOUND)
		complain("this recipient does not open %s: `petitiond keys %s` "
			 "shows who does",
			compartment_name(c->compartment), c->site);
	else if (e == ERR_DENIED)
		complain("nobody would be left to open %s: add another "
			 "recipient first",
			compartment_name(c->compartment));
	else if (e == ERR_TOO_LARGE)
		complain("there are %d recipients already: remove one first",
			RECIPIENTS_MAX - 1);
	return e;
}

static bool is_declared(struct store *s, const struct change *c)
{
	struct store_reader *r;
	struct arena a;
	bool found = false;
	size_t n = 0;

	arena_init(&a, 1 << 24);
	if (store_readers(&a, s, &r, &n) != OK)
		n = 0;
	for (size_t i = 0; i < n; i++)
		found = found ||
			(r[i].compartment == c->compartment &&
				r[i].until_ms == WHEN_NONE &&
				str_eq(r[i].recipient, c->recipient));
	arena_release(&a);
	return found;
}

/* True once a running server has declared the change. */
static bool wait_declared(const struct change *c)
{
	const struct timespec pause = { .tv_nsec = 200000000 };
	int64_t end = clock_mono_ms(clock_system()) + DECLARED_WAIT_S * 1000;
	struct store *s = NULL;
	bool done = false;

	if (open_store(c->site, &s) != OK)
		return false;
	while (!done && clock_mono_ms(clock_system()) < end) {
		done = is_declared(s, c) == c->add;
		if (!done)
			(void)nanosleep(&pause, NULL);
	}
	store_close(s);
	return done;
}

static enum err change(const struct change *c)
{
	struct recipients r;
	struct site site;
	enum err served = site_open(c->site, SITE_COMMAND, &site);
	enum err e = served;
	int fd = -1;

	if (served == ERR_BUSY)
		e = site_open(c->site, SITE_LOOK, &site);
	if (e != OK)
		return e;
	e = file_open_dir(site.dir_fd, "sealer", &fd);
	if (e == OK)
		e = read_file(fd, c->site, &r);
	if (e == OK)
		e = apply(c, &r);
	if (e == OK) {
		e = write_file(fd, &r);
		if (e != OK)
			complain("%s/sealer/" RECIPIENTS_FILE ": %s", c->site,
				err_text(e));
	}
	if (fd >= 0)
		(void)close(fd);
	site_close(&site);
	if (e == ERR_EXISTS && c->may_exist)
		return OK;
	if (e != OK)
		return e;
	if (served != ERR_BUSY)
		printf("Written.  It is entered in the public log at the next "
		       "start, and holds from then on.\n");
	else if (wait_declared(c))
		printf("Declared.  What is sealed from now on %s.\n",
			c->add ? "can be opened by this recipient, too"
			       : "cannot be opened by this recipient any more");
	else
		printf("Written, but the running server has not declared it "
		       "yet: look at its log lines\n"
		       "for recipients-file, and at `petitiond keys %s`.\n",
			c->site);
	return OK;
}

/* ---- desks ---- */

static void print_join(const struct site *site, const struct age_recipient *r)
{
	struct buf b;

	buf_init(&b, 256);
	age_recipient_text(r, &b);
	printf("Admitted.  The desk writes this down:\n\n"
	       "  petition-desk join FILE %.*s %.*s\n\n",
		STR_ARG(site->config.base_url), STR_ARG(buf_view(&b)));
	buf_release(&b);
}

static enum err desk_of(char **word, struct desk *ret_desk)
{
	size_t len = strlen(word[4]);
	enum err e = desk_key_parse(str_c(word[2]), &ret_desk->key);

	if (e == OK)
		e = age_recipient_parse(str_c(word[3]), &ret_desk->recipient);
	if (e == OK && (len == 0 || len > DESK_NAME_MAX))
		e = ERR_INVALID;
	for (size_t i = 0; e == OK && i < len; i++)
		if ((unsigned char)word[4][i] < 0x20)
			e = ERR_INVALID;
	if (e == OK)
		(void)snprintf(
			ret_desk->name, sizeof(ret_desk->name), "%s", word[4]);
	else
		complain("admit needs the line that `petition-desk init` "
			 "printed, with a short name");
	return e;
}

static enum err admit(char **word)
{
	struct change c = { .site = word[0],
		.add = true,
		.compartment = COMPARTMENT_IDENTITY,
		.recipient = str_c(word[3]),
		.who = str_c(word[4]),
		.may_exist = true };
	struct age_recipient sealer;
	struct site site;
	struct desk desk;
	enum err e = desk_of(word, &desk);

	if (e == OK)
		e = site_open(word[0], SITE_LOOK, &site);
	if (e != OK)
		return e;
	e = admit_desk(site.dir_fd, &desk, &sealer);
	if (e == OK)
		print_join(&site, &sealer);
	else
		complain("%s: the desk was not admitted: %s", word[0],
			err_text(e));
	site_close(&site);
	return e == OK ? change(&c) : e;
}

static enum err dismiss(char **word)
{
	struct sign_public key;
	struct site site;
	enum err e = desk_key_parse(str_c(word[2]), &key);

	if (e != OK) {
		complain("\"%s\" is no desk: give desk1...", word[2]);
		return e;
	}
	e = site_open(word[0], SITE_LOOK, &site);
	if (e != OK)
		return e;
	e = dismiss_desk(site.dir_fd, &key);
	if (e == ERR_NOT_FOUND)
		complain("this desk was not admitted");
	else if (e != OK)
		complain("%s: %s", word[0], err_text(e));
	else
		printf("Dismissed: it searches and opens nothing any more.  "
		       "`petitiond keys %s remove\n"
		       "identity RECIPIENT` keeps it from being sealed to.\n",
			word[0]);
	site_close(&site);
	return e;
}

static int usage(const char *what)
{
	return cmd_usage(HELP, what);
}

static int run_change(int n, char **word)
{
	struct change c = { .site = word[0],
		.add = str_eq(str_c(word[1]), STR("add")) };

	if (str_eq(str_c(word[1]), STR("admit")))
		return n != 5 ? usage("admit needs DESK RECIPIENT NAME")
			      : crypto_init() != OK || admit(word) != OK;
	if (str_eq(str_c(word[1]), STR("dismiss")))
		return n != 3 ? usage("dismiss needs DESK")
			      : crypto_init() != OK || dismiss(word) != OK;
	if (!c.add && !str_eq(str_c(word[1]), STR("remove")))
		return usage("keys knows add, remove, admit and dismiss");
	if (n != (c.add ? 5 : 4))
		return usage(c.add ? "add needs COMPARTMENT RECIPIENT WHO"
				   : "remove needs COMPARTMENT RECIPIENT");
	c.compartment = compartment_of_name(str_c(word[2]));
	if (c.compartment == (enum compartment)0)
		return usage("there is no such compartment");
	c.recipient = str_c(word[3]);
	c.who = str_c(c.add ? word[4] : "");
	return crypto_init() == OK && change(&c) == OK ? 0 : 1;
}

int cmd_keys(int argc, char **argv)
{
	int status = cmd_no_options(argc, argv, HELP);

	if (status >= 0)
		return status;
	if (argc - optind < 1)
		return usage("keys needs a SITE");
	if (argc - optind == 1)
		return list(argv[optind]) == OK ? 0 : 1;
	return run_change(argc - optind, argv + optind);
}
