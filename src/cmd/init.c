/*
 * init.c - petitiond init: a site with its folders, its configuration and
 * keys of its own, freshly drawn.
 *
 * Who can open what afterwards is said in full, because a person who runs this
 * once will not read it anywhere else: the desk file holds the only keys that
 * read signers' records, it stands outside SITE, and its passphrase is nowhere
 * else.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "cmd/admit.h"
#include "cmd/cmd.h"
#include "cmd/demo.h"
#include "cmd/petition_desk_file.h"
#include "crypto/age.h"
#include "crypto/secret.h"
#include "role/control.h"
#include "role/logbook.h"
#include "role/site.h"

static const char HELP[] =
	"usage: petitiond init SITE [--demo] [--base-url URL] [--title TITLE]\n"
	"                      [--desk FILE] [--passphrase-file FILE]\n"
	"\n"
	"Makes the folder SITE with everything a site needs.\n"
	"\n"
	"  --demo                  fill it with sample petitions; leaves ripen at\n"
	"                          once, mail goes to a mailbox on this machine\n"
	"  --base-url URL          where people will reach it; it stands in mails\n"
	"                          and names the log, so choose it for good\n"
	"  --title TITLE           what the site is called\n"
	"  --desk FILE             where the keys that read records go (default:\n"
	"                          SITE-desk.age beside SITE), an age file under\n"
	"                          a passphrase: keep it on another machine\n"
	"  --passphrase-file FILE  take the passphrase from there; without it you\n"
	"                          are asked, or one is drawn and shown once\n";

enum { AGE_LOG_N = 18, PASSPHRASE_MAX = 256 };

struct init {
	char site[4000];
	const char *base_url;
	const char *title;
	const char *passphrase_file;
	char desk[4096];
	bool demo;
	int dir_fd;
	char passphrase[PASSPHRASE_MAX];
	bool drawn; /* the passphrase is ours, so it must be shown */
};

/* ---- the passphrase ---- */

static bool read_hidden(const char *prompt, char *ret_text)
{
	struct termios old;
	struct termios quiet;
	char *end;

	if (tcgetattr(STDIN_FILENO, &old) != 0)
		return false;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)fputs(prompt, stderr);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	end = fgets(ret_text, PASSPHRASE_MAX, stdin);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
	(void)fputc('\n', stderr);
	if (end == NULL)
		return false;
	ret_text[strcspn(ret_text, "\r\n")] = '\0';
	return true;
}

static enum err ask_passphrase(struct init *i)
{
	char again[PASSPHRASE_MAX];
	enum err e = ERR_INVALID;

	if (!read_hidden("Passphrase for the desk file (at least 12 "
			 "characters): ",
		    i->passphrase))
		complain("no passphrase was typed");
	else if (strlen(i->passphrase) < 12)
		complain("that is shorter than 12 characters: run init again");
	else if (!read_hidden("The same again: ", again) ||
		strcmp(again, i->passphrase) != 0)
		complain("the two differ: run init again");
	else
		e = OK;
	wipe(again, sizeof(again));
	return e;
}

static enum err file_passphrase(struct init *i)
{
	struct buf b;
	struct str line;
	enum err e;

	buf_init(&b, PASSPHRASE_MAX - 1);
	e = file_read(AT_FDCWD, i->passphrase_file, &b);
	line = str_trim(
		str_slice(buf_view(&b), 0, str_find(buf_view(&b), '\n')));
	if (e != OK || line.len == 0) {
		complain("%s: %s: give a file whose first line is the "
			 "passphrase",
			i->passphrase_file,
			e != OK ? err_text(e) : "the first line is empty");
		e = ERR_INVALID;
	} else {
		memcpy(i->passphrase, line.at, line.len);
		i->passphrase[line.len] = '\0';
	}
	buf_release(&b);
	return e;
}

/* 125 bits, in five groups of five letters and digits. */
static void draw_passphrase(struct init *i)
{
	uint8_t byte[16];
	struct buf text;
	size_t n = 0;

	rng_fill(rng_system(), byte, sizeof(byte));
	buf_init(&text, 64);
	enc_base32(&text, byte, sizeof(byte));
	for (size_t at = 0; at < 25; at++) {
		if (at > 0 && at % 5 == 0)
			i->passphrase[n++] = '-';
		i->passphrase[n++] = (char)(text.at[at] | 0x20);
	}
	i->passphrase[n] = '\0';
	i->drawn = true;
	buf_release(&text);
	wipe(byte, sizeof(byte));
}

static enum err get_passphrase(struct init *i)
{
	if (i->passphrase_file != NULL)
		return file_passphrase(i);
	if (!i->demo && isatty(STDIN_FILENO))
		return ask_passphrase(i);
	draw_passphrase(i);
	return OK;
}

/* ---- the keys ---- */

/* A fresh identity: its secret line to secret, its public one to recipients. */
static void add_identity(struct buf *secret, struct buf *recipients,
	const char *compartment, const char *who,
	struct age_recipient *ret_recipient)
{
	struct age_identity *identity = SECRET_NEW(struct age_identity);

	if (identity == NULL) {
		secret->err = ERR_MEMORY;
		return;
	}
	age_identity_generate(rng_system(), identity);
	age_recipient_of(identity, ret_recipient);
	buf_printf(secret, "# %s: opens the %s records\n", who, compartment);
	age_identity_text(identity, secret);
	buf_c(secret, "\n");
	buf_printf(recipients, "%s ", compartment);
	age_recipient_text(ret_recipient, recipients);
	buf_printf(recipients, " %s\n", who);
	secret_free(identity);
}

/* The mailer's own key, for it writes to creators and sponsors by itself: the
 * one key that reads records and is online. */
static enum err make_standing(struct init *i, struct buf *recipients)
{
	struct age_recipient mailer;
	struct buf secret;
	enum err e;

	buf_init(&secret, 1024);
	add_identity(&secret, recipients, "standing", "mailer", &mailer);
	e = buf_err(&secret);
	if (e == OK)
		e = file_create(i->dir_fd, "mailer/standing.key", secret.at,
			secret.len, 0600);
	wipe(secret.at, secret.len);
	buf_release(&secret);
	return e;
}

/* The one desk of the beginning may ask, and knows where. */
static enum err admit_own(struct init *i, const struct desk *desk)
{
	struct age_recipient sealer;
	struct buf text;
	enum err e = admit_desk(i->dir_fd, desk, &sealer);

	buf_init(&text, 256);
	age_recipient_text(&sealer, &text);
	if (e == OK)
		e = desk_site_write(
			i->desk, str_c(i->base_url), buf_view(&text));
	buf_release(&text);
	return e;
}

static enum err make_desk(struct init *i)
{
	struct desk desk = { .name = "desk" };
	struct age_recipient campaign;
	struct buf plain, sealed, recipients;
	enum err e;

	buf_init(&plain, 4096);
	buf_init(&sealed, 8192);
	buf_init(&recipients, 4096);
	buf_c(&recipients,
		"# Who can open what: COMPARTMENT RECIPIENT WHO.  Change it "
		"with `petitiond keys`.\n");
	add_identity(&plain, &recipients, "identity", "desk", &desk.recipient);
	add_identity(&plain, &recipients, "contact", "campaign", &campaign);
	desk_file_add_key(&plain, &desk.key);
	e = buf_err(&plain);
	if (e == OK)
		e = age_seal_passphrase(rng_system(), str_c(i->passphrase),
			AGE_LOG_N, buf_view(&plain), &sealed);
	if (e == OK)
		e = file_create(AT_FDCWD, i->desk, sealed.at, sealed.len, 0600);
	if (e == ERR_EXISTS)
		complain("%s is there already: it may be another site's only "
			 "key, so move it or name another with --desk",
			i->desk);
	else if (e != OK)
		complain("%s: %s", i->desk, err_text(e));
	if (e == OK)
		e = make_standing(i, &recipients);
	if (e == OK)
		e = file_create(i->dir_fd, "sealer/recipients", recipients.at,
			recipients.len, 0600);
	if (e == OK)
		e = admit_own(i, &desk);
	wipe(plain.at, plain.len);
	buf_release(&plain);
	buf_release(&sealed);
	buf_release(&recipients);
	return e;
}

static enum err draw_file(struct init *i, const char *name, const char *twin)
{
	struct secret_key *key = SECRET_NEW(struct secret_key);
	enum err e = key == NULL ? ERR_MEMORY : OK;

	if (e == OK) {
		rng_fill(rng_system(), key, sizeof(*key));
		e = file_create(i->dir_fd, name, key, sizeof(*key), 0600);
	}
	if (e == OK && twin != NULL)
		e = file_create(i->dir_fd, twin, key, sizeof(*key), 0600);
	secret_free(key);
	return e;
}

static enum err make_keys(struct init *i)
{
	int log_fd;
	enum err e = draw_file(i, "credential.key", NULL);

	if (e == OK)
		e = draw_file(i, "web/form.key", NULL);
	if (e == OK)
		e = draw_file(i, "keeper/event.key", "log/event.key");
	if (e == OK)
		e = file_open_dir(i->dir_fd, "log", &log_fd);
	if (e != OK)
		return e;
	e = logbook_init(log_fd, rng_system());
	(void)close(log_fd);
	return e;
}

/* ---- the folder ---- */

static enum err make_folders(struct init *i)
{
	enum err e;

	if (mkdir(i->site, 0711) != 0) {
		complain("%s: %s: init makes a new folder, so name one that "
			 "is not there yet",
			i->site, strerror(errno));
		return err_from_errno(errno);
	}
	e = file_open_dir(AT_FDCWD, i->site, &i->dir_fd);
	for (size_t r = 0; e == OK && r < ROLE_COUNT; r++)
		e = file_mkdir(
			i->dir_fd, role_name_text((enum role_name)r), 0700);
	if (e == OK)
		e = file_mkdir(i->dir_fd, "public", 0755);
	return e;
}

static enum err write_config(struct init *i)
{
	struct buf b;
	enum err e;

	buf_init(&b, 1 << 16);
	config_template(&b, str_c(i->base_url), str_c(i->title), i->demo);
	e = buf_err(&b);
	if (e == OK)
		e = file_create(i->dir_fd, "petitiond.conf", b.at, b.len, 0644);
	buf_release(&b);
	return e;
}

static void say_who_can_open_what(const struct init *i)
{
	printf("%s is ready.\n\n"
	       "Who can open what:\n"
	       "  %s holds the only keys that read signers' records.\n"
	       "  It is an age file under a passphrase.  Keep it, and a copy, "
	       "away from this\n"
	       "  machine: lost, it makes every record unreadable for ever; "
	       "the count stays.\n",
		i->site, i->desk);
	if (i->drawn)
		printf("  Its passphrase, shown this once: %s\n",
			i->passphrase);
	printf("  %s/mailer/standing.key lets this machine write to creators "
	       "and sponsors of\n"
	       "  petitions by itself; it opens their names and addresses, "
	       "nobody else's.\n",
		i->site);
	printf("  %s/credential.key wraps keeper's and sealer's keys at rest: "
	       "keep a copy apart\n"
	       "  from the backups of %s.\n"
	       "  Both halves of the index run on this one machine: who copies "
	       "all of it can test\n"
	       "  whether a known e-mail address has signed.  /who-can-read "
	       "says so too.\n\n"
	       "Next: petitiond serve %s\n",
		i->site, i->site, i->site);
}

static enum err make_site(struct init *i)
{
	enum err e = get_passphrase(i);

	if (e == OK)
		e = make_folders(i);
	if (e != OK)
		return e;
	e = make_desk(i);
	if (e == OK)
		e = write_config(i);
	if (e == OK)
		e = make_keys(i);
	if (e == OK)
		e = demo_database(i->site, i->demo);
	if (e != OK)
		complain("%s was left unfinished (%s): delete it and run init "
			 "again",
			i->site, err_text(e));
	else
		say_who_can_open_what(i);
	(void)close(i->dir_fd);
	return e;
}

static int usage(const char *what)
{
	return cmd_usage(HELP, what);
}

int cmd_init(int argc, char **argv)
{
	static const struct option options[] = {
		{ "demo", no_argument, NULL, 'd' },
		{ "base-url", required_argument, NULL, 'b' },
		{ "title", required_argument, NULL, 't' },
		{ "desk", required_argument, NULL, 'k' },
		{ "passphrase-file", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct init i;
	const char *desk = NULL;
	enum err e;
	int c;

	i = (struct init){ .base_url = "http://127.0.0.1:8080",
		.title = "Petitions" };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'h') {
			(void)fputs(HELP, stdout);
			return 0;
		}
		if (c == 'd')
			i.demo = true;
		else if (c == 'b')
			i.base_url = optarg;
		else if (c == 't')
			i.title = optarg;
		else if (c == 'k')
			desk = optarg;
		else if (c == 'p')
			i.passphrase_file = optarg;
		else
			return usage(NULL);
	}
	if (argc - optind != 1)
		return usage("init needs one SITE");
	(void)snprintf(i.site, sizeof(i.site), "%s", argv[optind]);
	while (strlen(i.site) > 1 && i.site[strlen(i.site) - 1] == '/')
		i.site[strlen(i.site) - 1] = '\0';
	(void)snprintf(i.desk, sizeof(i.desk), "%s%s",
		desk == NULL ? i.site : desk, desk == NULL ? "-desk.age" : "");
	e = crypto_init();
	if (e == OK)
		e = make_site(&i);
	wipe(i.passphrase, sizeof(i.passphrase));
	return e == OK ? 0 : 1;
}
