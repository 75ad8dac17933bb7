/*
 * petition_desk.c - petition-desk: a moderator's own program, on a moderator's
 * own machine.  Searches open nothing; opening shows one record, needs a
 * reason, and is entered in the public log before the site hands its lock out.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_file.h"
#include "cmd/petition_desk_tool.h"
#include "crypto/psr1.h"
#include "crypto/secret.h"
#include "domain/text.h"
#include "domain/when.h"
#include "role/body.h"
#include "role/keep_entry.h"
#include "role/sandbox.h"

static const char HELP[] =
	"petition-desk: what moderators may look for and open\n"
	"\n"
	"usage: petition-desk init FILE NAME\n"
	"       petition-desk join FILE URL RECIPIENT\n"
	"       petition-desk search FILE PETITION WHAT VALUE\n"
	"       petition-desk waves FILE PETITION\n"
	"       petition-desk cluster FILE PETITION WHAT TAG\n"
	"       petition-desk open FILE SLOT REASON\n"
	"       petition-desk set-aside FILE REASON SLOT...\n"
	"       petition-desk sign FILE REQUEST\n"
	"       petition-desk requests FILE\n"
	"       petition-desk answer FILE SLOT|EMAIL letter|json\n"
	"       petition-desk answered FILE SLOT\n"
	"       petition-desk erase FILE SLOT|EMAIL REASON\n"
	"       petition-desk block|unblock FILE EMAIL\n"
	"       petition-desk blocked FILE\n"
	"\n"
	"FILE holds your keys, as an age file under a passphrase, which `age`\n"
	"asks for.  init makes it and prints the line that the site's operator\n"
	"needs; join notes down what the operator answers.\n"
	"\n"
	"  search    slots by WHAT: email, postcode, domain, ip, ip-narrow (/24,\n"
	"            /64) or ip-wide (/16, /48).  PETITION is an id, or all (email\n"
	"            and ip).  Nothing is opened.\n"
	"  waves     which domains, postcodes and addresses come often in the\n"
	"            last two days, as tags that tell nothing else\n"
	"  cluster   the slots behind one such tag\n"
	"  open      one record.  REASON: fraud, complaint, request, order, audit.\n"
	"            It is entered in the public log and counts towards what a\n"
	"            desk may open a day.\n"
	"  set-aside takes signatures out of the count.  REASON: limit, fraud,\n"
	"            duplicate, staff.  More than 50 take two desks: the first\n"
	"            gets a REQUEST printed, the other one sends it with sign.\n"
	"  requests  who asked to see what is held about them, by slot\n"
	"  answer    what is held, opened, as a letter that begins with To:, or\n"
	"            as JSON.  A SLOT of requests gives that signature's record\n"
	"            to its own mailbox; an EMAIL all that its address finds:\n"
	"            make sure first that it is the owner who asks.\n"
	"  answered  notes that the answer of a SLOT was sent\n"
	"  erase     destroys one signature's records, or all that an EMAIL finds;\n"
	"            on an open petition they are withdrawn.  Nothing brings them\n"
	"            back.  REASON as of open; the public log tells it.\n"
	"  block     from now on, what is signed from this mailbox does not count;\n"
	"            its owner is not told.  blocked says how many there are: the\n"
	"            site does not know which.\n";

enum { SET_MAX = 16 << 10 };

/* ---- init, join ---- */

static void print_admission(const struct age_recipient *r,
	const struct sign_public *key, const char *name)
{
	struct buf b;

	buf_init(&b, 1024);
	desk_key_text(&b, key);
	buf_c(&b, " ");
	age_recipient_text(r, &b);
	printf("Give the site's operator this line:\n\n"
	       "  petitiond keys SITE admit %.*s \"%s\"\n\n"
	       "and write down with `petition-desk join` what it prints.\n",
		STR_ARG(buf_view(&b)), name);
	buf_release(&b);
}

/* age itself asks for the passphrase, twice, and writes the file. */
static enum err encrypt_to(const char *path, struct str plain)
{
	char command[] = "age --passphrase --output";
	FILE *to;
	char line[4400];

	if (access(path, F_OK) == 0) {
		desk_complain("%s is there already: name a new file", path);
		return ERR_EXISTS;
	}
	if (strpbrk(path, "'\"\\$`\n") != NULL || strlen(path) > 4000) {
		desk_complain("choose a plainer name than %s", path);
		return ERR_INVALID;
	}
	(void)snprintf(line, sizeof(line), "umask 077; %s '%s'", command, path);
	to = popen(line, "w");
	if (to == NULL)
		return ERR_IO;
	if (fwrite(plain.at, 1, plain.len, to) != plain.len) {
		(void)pclose(to);
		return ERR_IO;
	}
	if (pclose(to) != 0) {
		desk_complain("age did not write %s", path);
		return ERR_IO;
	}
	return OK;
}

static enum err init(const char *path, const char *name)
{
	struct age_identity *identity = SECRET_NEW(struct age_identity);
	struct age_recipient recipient;
	struct sign_public key;
	struct buf plain;
	enum err e;

	if (identity == NULL)
		return ERR_MEMORY;
	buf_init(&plain, 4096);
	age_identity_generate(rng_system(), identity);
	age_recipient_of(identity, &recipient);
	buf_printf(&plain, "# desk: %s\n", name);
	age_identity_text(identity, &plain);
	buf_c(&plain, "\n");
	desk_file_add_key(&plain, &key);
	secret_free(identity);
	e = buf_err(&plain);
	if (e == OK)
		e = encrypt_to(path, buf_view(&plain));
	wipe(plain.at, plain.len);
	buf_release(&plain);
	if (e == OK)
		print_admission(&recipient, &key, name);
	return e;
}

/* ---- what is looked for ---- */

static const struct {
	const char *name;
	enum purpose purpose;
} purposes[] = {
	{ "email", PURPOSE_EMAIL_CANONICAL },
	{ "postcode", PURPOSE_POSTCODE },
	{ "domain", PURPOSE_MAIL_DOMAIN },
	{ "ip", PURPOSE_IP },
	{ "ip-narrow", PURPOSE_IP_NARROW },
	{ "ip-wide", PURPOSE_IP_WIDE },
};

enum { N_PURPOSES = sizeof(purposes) / sizeof(purposes[0]) };

static const char *purpose_name(uint32_t purpose)
{
	for (size_t i = 0; i < N_PURPOSES; i++)
		if (purposes[i].purpose == purpose)
			return purposes[i].name;
	return "?";
}

static enum err purpose_parse(const char *text, uint8_t *ret_purpose)
{
	for (size_t i = 0; i < N_PURPOSES; i++)
		if (str_eq(str_c(text), str_c(purposes[i].name))) {
			*ret_purpose = (uint8_t)purposes[i].purpose;
			return OK;
		}
	desk_complain("\"%s\" is nothing to look for: see --help", text);
	return ERR_INVALID;
}

static enum err petition_parse(const char *text, uint64_t *ret_petition)
{
	*ret_petition = 0;
	if (str_eq(str_c(text), STR("all")))
		return OK;
	if (str_u64(str_c(text), ret_petition) == OK && *ret_petition != 0)
		return OK;
	desk_complain("\"%s\" is no petition's id", text);
	return ERR_INVALID;
}

/* The first bytes of an address, the rest zero (docs/formats.md section 4). */
static enum err ip_value(struct arena *a, const char *text, uint32_t purpose,
	struct str *ret_value)
{
	uint8_t *bytes = ARENA_ARRAY(a, uint8_t, 16);
	size_t len = 4, keep;

	if (bytes == NULL)
		return ERR_MEMORY;
	if (inet_pton(AF_INET, text, bytes) != 1) {
		len = 16;
		if (inet_pton(AF_INET6, text, bytes) != 1)
			return ERR_INVALID;
	}
	keep = len;
	if (purpose == PURPOSE_IP_NARROW)
		keep = len == 4 ? 3 : 8;
	if (purpose == PURPOSE_IP_WIDE)
		keep = len == 4 ? 2 : 6;
	memset(bytes + keep, 0, len - keep);
	*ret_value = part_of(bytes, len);
	return OK;
}

static enum err values_of(struct arena *a, uint32_t purpose, const char *text,
	struct desk_values *ret_values)
{
	struct desk_values v = { { STR(""), STR("") } };
	struct email email;
	enum err e = OK;

	switch (purpose) {
	case PURPOSE_EMAIL_CANONICAL:
		if (email_parse(a, str_c(text), &email) != EMAIL_FINE)
			e = ERR_INVALID;
		else
			v = (struct desk_values){ { email.canonical,
				email.lower } };
		break;
	case PURPOSE_MAIL_DOMAIN:
		if (email_parse(a, arena_printf(a, "x@%s", text), &email) !=
			EMAIL_FINE)
			e = ERR_INVALID;
		else
			v.value[0] = email.domain;
		break;
	case PURPOSE_POSTCODE:
		v.value[0] = postcode_canonical(a, str_c(text));
		break;
	default:
		e = ip_value(a, text, purpose, &v.value[0]);
	}
	if (e == OK && v.value[0].len == 0)
		e = ERR_INVALID;
	if (e == OK)
		*ret_values = v;
	else
		desk_complain("\"%s\" is no %s", text, purpose_name(purpose));
	return e;
}

/* ---- rows ---- */

void desk_hour_text(uint32_t hour, char ret_text[32])
{
	struct buf b;

	buf_init(&b, 64);
	when_put(&b, (int64_t)hour * 3600000);
	(void)snprintf(ret_text, 32, "%.13s:00Z", b.at);
	buf_release(&b);
}

void desk_print_hour(uint32_t hour)
{
	char text[32];

	desk_hour_text(hour, text);
	printf("%s", text);
}

static void print_rows(struct view *v, uint32_t count)
{
	static const char *const state[] = { "", "unconfirmed", "unconfirmed",
		"counted", "counted", "dead" };

	for (uint32_t i = 0; i < count && !v->bad; i++) {
		struct desk_row r;

		desk_row_read(v, &r);
		printf("%llu\tpetition %llu\t", (unsigned long long)r.slot,
			(unsigned long long)r.petition);
		desk_print_hour(r.hour);
		printf("\t%s%s\n", r.state <= KEEP_DEAD ? state[r.state] : "?",
			r.exact ? "" : "\tsimilar address");
	}
	if (count == 0)
		printf("nothing found\n");
	if (count == DESK_ROWS_MAX)
		printf("and older ones\n");
}

static enum err ask_rows(struct desk_tool *t, struct desk_asking *a)
{
	struct view rows;
	uint32_t count;
	enum err e;

	a->file = t->file;
	a->site = &t->site;
	e = desk_ask(a, &rows, &count);
	if (e == OK)
		print_rows(&rows, count);
	return e;
}

enum err desk_search_body(
	struct desk_tool *t, uint32_t purpose, const char *text, struct buf *b)
{
	struct desk_values values;
	uint8_t salt[16];
	enum err e = values_of(&t->arena, purpose, text, &values);

	rng_fill(rng_system(), salt, sizeof(salt));
	if (e == OK)
		desk_values_put(b, salt, &values);
	return e == OK ? buf_err(b) : e;
}

static enum err search(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_SEARCH } };
	struct buf body;
	enum err e = petition_parse(word[0], &a.head.petition);

	buf_init(&body, DESK_BODY_MAX);
	if (e == OK)
		e = purpose_parse(word[1], &a.head.purpose);
	if (e == OK)
		e = desk_search_body(t, a.head.purpose, word[2], &body);
	a.body = buf_view(&body);
	if (e == OK)
		e = ask_rows(t, &a);
	desk_asking_release(&a);
	wipe(body.at, body.len);
	buf_release(&body);
	return e;
}

bool desk_is_address(const char *word)
{
	return str_find(str_c(word), '@') < strlen(word);
}

enum err desk_each_of_mailbox(struct desk_tool *t, const char *address,
	desk_found_fn *fn, void *context)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = DESK_SEARCH,
			.purpose = PURPOSE_EMAIL_CANONICAL } };
	struct view rows;
	uint32_t count = 0;
	struct buf body;
	enum err e;

	buf_init(&body, DESK_BODY_MAX);
	e = desk_search_body(t, a.head.purpose, address, &body);
	a.body = buf_view(&body);
	if (e == OK)
		e = desk_ask(&a, &rows, &count);
	for (uint32_t i = 0; e == OK && i < count; i++) {
		struct desk_row r;

		desk_row_read(&rows, &r);
		if (r.exact && r.state < KEEP_DEAD)
			e = fn(context, &r);
	}
	desk_asking_release(&a);
	wipe(body.at, body.len);
	buf_release(&body);
	return e;
}

static enum err cluster(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_CLUSTER },
		.body = STR("") };
	enum err e = petition_parse(word[0], &a.head.petition);

	if (e == OK)
		e = purpose_parse(word[1], &a.head.purpose);
	if (e == OK &&
		dec_hex(str_c(word[2]), a.head.tag.byte,
			sizeof(a.head.tag.byte)) != OK) {
		desk_complain("\"%s\" is no tag that waves printed", word[2]);
		e = ERR_INVALID;
	}
	if (e == OK)
		e = ask_rows(t, &a);
	desk_asking_release(&a);
	return e;
}

static enum err waves(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = DESK_WAVES },
		.body = STR("") };
	struct view rows;
	uint32_t count = 0;
	enum err e = petition_parse(word[0], &a.head.petition);

	if (e == OK)
		e = desk_ask(&a, &rows, &count);
	for (uint32_t i = 0; e == OK && i < count; i++) {
		struct desk_wave w;
		struct buf tag;

		desk_wave_read(&rows, &w);
		buf_init(&tag, 64);
		enc_hex(&tag, w.tag.byte, sizeof(w.tag.byte));
		printf("%u\t%s\t%.*s\t", w.count, purpose_name(w.purpose),
			STR_ARG(buf_view(&tag)));
		desk_print_hour(w.first_hour);
		printf("\t");
		desk_print_hour(w.last_hour);
		printf("\n");
		buf_release(&tag);
	}
	if (e == OK && count == 0)
		printf("nothing comes three times\n");
	desk_asking_release(&a);
	return e;
}

/* ---- setting aside ---- */

static enum err leaf_reason(const char *text, uint16_t *ret_reason)
{
	static const char *const names[] = { "", "limit", "fraud", "duplicate",
		"staff" };

	for (uint16_t i = 1; i < 5; i++)
		if (str_eq(str_c(text), str_c(names[i]))) {
			*ret_reason = i;
			return OK;
		}
	desk_complain(
		"\"%s\" is no reason: limit, fraud, duplicate or staff", text);
	return ERR_INVALID;
}

static void put_set(struct desk_tool *t, uint16_t reason, struct str slots,
	const uint8_t *first_head, struct buf *b)
{
	struct desk_head h = { .op = DESK_INVALIDATE,
		.reason = reason,
		.time_s = (uint64_t)clock_wall_ms(clock_system()) / 1000 };

	rng_fill(rng_system(), h.nonce.byte, sizeof(h.nonce.byte));
	sha256(slots.at, slots.len, &h.body);
	buf_byte(b, first_head == NULL ? 1 : 2);
	if (first_head != NULL)
		buf_put(b, first_head, DESK_HEAD_LEN);
	desk_head_put(b, &h, &t->file->key);
	buf_str(b, slots);
}

static enum err send_set(struct desk_tool *t, const struct buf *request)
{
	struct buf reply;
	uint32_t n = 0;
	enum err e;

	buf_init(&reply, 1 << 16);
	e = desk_post(&t->site, "/desk/set-aside", buf_view(request), &reply);
	if (e == OK)
		e = desk_reply_count(buf_view(&reply), &n);
	if (e == OK)
		printf("%u set aside; the rest were not counted or are gone\n",
			n);
	buf_release(&reply);
	return e;
}

static enum err set_aside(struct desk_tool *t, char **word, int n)
{
	struct buf slots, request;
	uint16_t reason = 0;
	enum err e = leaf_reason(word[0], &reason);

	buf_init(&slots, SET_MAX);
	buf_init(&request, SET_MAX);
	for (int i = 1; e == OK && i < n; i++) {
		uint64_t slot = 0;

		e = str_u64(str_c(word[i]), &slot);
		buf_u64(&slots, slot);
		if (e != OK)
			desk_complain("\"%s\" is no slot", word[i]);
	}
	if (e == OK && n - 1 > DESK_SLOTS_MAX) {
		desk_complain("at most %d at once", DESK_SLOTS_MAX);
		e = ERR_TOO_LARGE;
	}
	if (e == OK) {
		put_set(t, reason, buf_view(&slots), NULL, &request);
		e = buf_err(&request);
	}
	if (e == OK && n - 1 <= DESK_ALONE_MAX) {
		e = send_set(t, &request);
	} else if (e == OK) {
		struct buf text;

		buf_init(&text, 2 * SET_MAX);
		enc_base64url(&text, request.at, request.len);
		printf("%.*s\n", STR_ARG(buf_view(&text)));
		fprintf(stderr,
			"That many take two people: another desk sends this "
			"with `petition-desk sign`, within a day.\n");
		buf_release(&text);
	}
	buf_release(&slots);
	buf_release(&request);
	return e;
}

static enum err sign_set(struct desk_tool *t, char **word)
{
	uint8_t *bytes = ARENA_ARRAY(&t->arena, uint8_t, SET_MAX);
	struct desk_head first;
	struct buf request;
	size_t len = 0;
	enum err e = bytes == NULL
		? ERR_MEMORY
		: dec_base64url(str_c(word[0]), bytes, SET_MAX, &len);

	if (e == OK &&
		(len < 1 + DESK_HEAD_LEN || bytes[0] != 1 ||
			desk_head_read(bytes + 1, &first) != OK ||
			first.op != DESK_INVALIDATE))
		e = ERR_INVALID;
	if (e != OK) {
		desk_complain("that is no request of `petition-desk "
			      "set-aside`");
		return e;
	}
	buf_init(&request, SET_MAX);
	put_set(t, first.reason,
		part_of(bytes + 1 + DESK_HEAD_LEN, len - 1 - DESK_HEAD_LEN),
		bytes + 1, &request);
	e = buf_err(&request);
	if (e == OK)
		e = send_set(t, &request);
	buf_release(&request);
	return e;
}

/* ---- the program ---- */

static int usage(const char *what)
{
	if (what != NULL)
		desk_complain("%s", what);
	(void)fputs(HELP, stderr);
	return 2;
}

typedef enum err command_fn(struct desk_tool *t, char **word);

static const struct {
	const char *name;
	int words; /* behind FILE */
	command_fn *run;
} commands[] = {
	{ "search", 3, search },
	{ "waves", 1, waves },
	{ "cluster", 3, cluster },
	{ "open", 2, desk_open },
	{ "sign", 1, sign_set },
	{ "requests", 0, desk_requests },
	{ "answer", 2, desk_answer },
	{ "answered", 1, desk_answered },
	{ "erase", 2, desk_erase },
	{ "block", 1, desk_block },
	{ "unblock", 1, desk_unblock },
	{ "blocked", 0, desk_blocked },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static enum err with_desk(const char *path, command_fn *run, char **word, int n)
{
	struct desk_tool t = { .file = NULL };
	enum err e = desk_site_read(path, &t.site);

	arena_init(&t.arena, 1 << 24);
	if (e == OK)
		e = desk_file_open(path, &t.file);
	if (e == OK)
		e = run != NULL ? run(&t, word) : set_aside(&t, word, n);
	desk_file_free(t.file);
	arena_release(&t.arena);
	return e;
}

int main(int argc, char **argv)
{
	struct str name = str_c(argc > 1 ? argv[1] : "");

	if (str_eq(name, STR("--help"))) {
		(void)fputs(HELP, stdout);
		return 0;
	}
	if (str_eq(name, STR("--version"))) {
		(void)puts("petition-desk " PETITIOND_VERSION);
		return 0;
	}
	/* Keys and records are in memory: no core file has them. */
	if (sandbox_prepare() != OK || crypto_init() != OK ||
		curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	if (str_eq(name, STR("init")))
		return argc != 4 ? usage("init needs FILE and NAME")
				 : init(argv[2], argv[3]) != OK;
	if (str_eq(name, STR("join")))
		return argc != 5 ? usage("join needs FILE, URL and RECIPIENT")
				 : desk_site_write(argv[2], str_c(argv[3]),
					   str_c(argv[4])) != OK;
	if (str_eq(name, STR("set-aside")))
		return argc < 5
			? usage("set-aside needs FILE, REASON, SLOT")
			: with_desk(argv[2], NULL, argv + 3, argc - 3) != OK;
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (str_eq(name, str_c(commands[i].name)))
			return argc != commands[i].words + 3
				? usage("that many words do not fit")
				: with_desk(argv[2], commands[i].run, argv + 3,
					  argc - 3) != OK;
	return usage(argc > 1 ? "there is no such command" : NULL);
}
