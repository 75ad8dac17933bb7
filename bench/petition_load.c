/*
 * petition_load - posts and confirmations against a running site.
 *
 * Open loop: requests are due at moments drawn beforehand (Poisson), whatever
 * the server does, and latency counts from that moment, so a server that
 * stalls is charged for everybody who would have come meanwhile.  --closed
 * keeps N requests under way instead, which finds the capacity.
 *
 * Form tokens are made here with the site's own form key, so that a post costs
 * the server one request; the mails come to a mailbox inside (--sink).
 */
#include "load.h"

#include <fcntl.h>
#include <getopt.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "crypto/secret.h"
#include "crypto/token.h"

static const char HELP[] =
	"usage: petition_load --url http://ADDR:PORT --petition ID [options]\n"
	"\n"
	"  --phase NAME      post, confirm, both (each mail is confirmed as it\n"
	"                    comes), or page; default post\n"
	"  --rate R          requests a second, open loop; default 1000\n"
	"  --closed N        N requests under way at all times instead\n"
	"  --seconds S       how long; default 10\n"
	"  --warm S          what comes before and is not counted; default 2\n"
	"  --drain S         wait so long for the mails of posts; default 60\n"
	"  --connections N   default 256\n"
	"  --form-key FILE   SITE/web/form.key, for posts\n"
	"  --sink PORT       receive the mails there\n"
	"  --tokens FILE     posts write the tokens there, confirmations read\n"
	"                    them\n"
	"  --with-get        fetch the form's page before each post as well\n"
	"  --path PATH       what the phase page fetches; default the petition\n"
	"  --pid PID         of petitiond serve: report CPU and memory\n";

enum { TOKEN_ROOM = 48, DUE_MAX = 1 << 22 };

enum phase { PHASE_POST, PHASE_CONFIRM, PHASE_BOTH, PHASE_PAGE };

struct options {
	enum phase phase;
	struct sockaddr_in server;
	const char *host;
	uint64_t petition;
	double rate;
	unsigned closed;
	double seconds, warm_s, drain_s;
	unsigned connections;
	const char *form_key;
	unsigned sink;
	const char *tokens;
	const char *path;
	bool with_get;
	pid_t pid;
};

/* A request that is due but has no connection yet. */
struct due {
	enum load_kind kind;
	int64_t at_ns;
};

struct load {
	struct options o;
	int epoll_fd;
	struct client *client;
	struct hmac_key *form_key;
	struct stats stats;
	struct buf request;

	struct due *due; /* ring */
	size_t due_head, due_n;
	int64_t next_ns; /* the next arrival */
	int64_t from_ns, until_ns; /* what is counted */
	bool arriving;

	char (*token)[TOKEN_ROOM];
	size_t tokens, tokens_cap;
	size_t tokens_used;
	uint64_t mails;
	uint64_t acknowledged; /* posts in all, with those not counted */
	uint64_t person;
	uint32_t salt;
};

/* ---- tokens ---- */

static void add_token(struct load *l, struct str text)
{
	if (text.len == 0 || text.len >= TOKEN_ROOM)
		return;
	if (l->tokens == l->tokens_cap) {
		l->tokens_cap = l->tokens_cap == 0 ? 65536 : l->tokens_cap * 2;
		l->token =
			realloc(l->token, l->tokens_cap * sizeof(l->token[0]));
		if (l->token == NULL)
			load_die("no memory");
	}
	memcpy(l->token[l->tokens], text.at, text.len);
	l->token[l->tokens++][text.len] = '\0';
}

static void read_tokens(struct load *l)
{
	struct buf b;
	struct str rest, line;

	buf_init(&b, (size_t)1 << 30);
	if (l->o.tokens == NULL || file_read(AT_FDCWD, l->o.tokens, &b) != OK)
		load_die("cannot read the tokens");
	rest = buf_view(&b);
	while (str_split(&rest, '\n', &line))
		add_token(l, line);
	buf_release(&b);
}

static void write_tokens(const struct load *l)
{
	FILE *f = fopen(l->o.tokens, "w");

	if (f == NULL)
		load_die("cannot write the tokens");
	for (size_t i = 0; i < l->tokens; i++)
		(void)fprintf(f, "%s\n", l->token[i]);
	if (fclose(f) != 0)
		load_die("cannot write the tokens");
}

/* ---- requests ---- */

static void put_body(struct load *l, struct buf *b)
{
	uint32_t minute = (uint32_t)(clock_wall_ms(clock_system()) / 60000);

	buf_c(b,
		"eligible=1&name=Margaret+Example-Smith&country=GB"
		"&postcode=SW1A+1AA&stage=send&email=");
	buf_printf(b, "margaret.%llu.%08x%%40mail.example.org&form=",
		(unsigned long long)l->person++, l->salt);
	form_token_make(b, l->form_key, rng_system(), l->o.petition, minute);
}

static void put_post(struct load *l, struct buf *b)
{
	char path[64];
	struct buf body;

	buf_init(&body, 1024);
	put_body(l, &body);
	(void)snprintf(path, sizeof(path), "/petitions/%llu/signatures/new",
		(unsigned long long)l->o.petition);
	load_put_head(b,
		&(struct load_head){ .method = "POST ",
			.path = path,
			.host = l->o.host,
			.body_len = body.len });
	buf_str(b, buf_view(&body));
	buf_release(&body);
}

static void put_confirm(struct load *l, struct buf *b)
{
	char path[8 + TOKEN_ROOM];

	(void)snprintf(path, sizeof(path), "/c/%s", l->token[l->tokens_used++]);
	load_put_head(b,
		&(struct load_head){
			.method = "POST ", .path = path, .host = l->o.host });
}

static void put_page(struct load *l, struct buf *b)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/petitions/%llu%s",
		(unsigned long long)l->o.petition,
		l->o.phase == PHASE_PAGE ? "" : "/signatures/new");
	load_put_head(b,
		&(struct load_head){ .method = "GET ",
			.path = l->o.path != NULL && l->o.phase == PHASE_PAGE
				? l->o.path
				: path,
			.host = l->o.host });
}

static void send_one(struct load *l, enum load_kind kind, int64_t due_ns)
{
	buf_clear(&l->request);
	if (kind == LOAD_POST)
		put_post(l, &l->request);
	else if (kind == LOAD_CONFIRM)
		put_confirm(l, &l->request);
	else
		put_page(l, &l->request);
	client_send(l->client,
		&(struct load_ask){ .kind = kind, .due_ns = due_ns },
		buf_view(&l->request));
}

/* ---- what is due ---- */

static void push_due(struct load *l, enum load_kind kind, int64_t at_ns)
{
	if (l->due_n == DUE_MAX)
		load_die("the server is millions of requests behind");
	l->due[(l->due_head + l->due_n++) % DUE_MAX] =
		(struct due){ kind, at_ns };
}

static enum load_kind arriving_kind(const struct load *l)
{
	return l->o.phase == PHASE_CONFIRM ? LOAD_CONFIRM
		: l->o.phase == PHASE_PAGE ? LOAD_PAGE
					   : LOAD_POST;
}

static bool out_of_tokens(const struct load *l)
{
	return l->o.phase == PHASE_CONFIRM &&
		l->tokens_used + l->due_n >= l->tokens;
}

static void arrive(struct load *l, int64_t now_ns)
{
	if (l->arriving && (now_ns >= l->until_ns || out_of_tokens(l))) {
		l->arriving = false;
		if (now_ns < l->until_ns)
			l->until_ns = now_ns;
	}
	if (!l->arriving)
		return;
	if (l->o.closed > 0) {
		while (client_busy(l->client) + l->due_n < l->o.closed &&
			!out_of_tokens(l))
			push_due(l, arriving_kind(l), now_ns);
		return;
	}
	while (l->next_ns <= now_ns && !out_of_tokens(l)) {
		if (l->o.with_get)
			push_due(l, LOAD_PAGE, l->next_ns);
		push_due(l, arriving_kind(l), l->next_ns);
		l->next_ns += load_wait_ns(1 / l->o.rate);
	}
}

static void pump(struct load *l)
{
	while (l->due_n > 0 && client_is_idle(l->client)) {
		struct due d = l->due[l->due_head];

		l->due_head = (l->due_head + 1) % DUE_MAX;
		l->due_n--;
		send_one(l, d.kind, d.at_ns);
	}
}

/* ---- what comes ---- */

static void replied(void *context, const struct load_reply *reply)
{
	struct load *l = context;
	int64_t now_ns = load_now_ns();

	if (reply->kind == LOAD_POST && load_good(reply))
		l->acknowledged++;
	if (now_ns >= l->from_ns && now_ns < l->until_ns && load_good(reply))
		l->stats.good[reply->kind]++;
	if (reply->due_ns >= l->from_ns && reply->due_ns < l->until_ns)
		stats_add(&l->stats, reply, now_ns);
}

static void mailed(void *context, struct str to, struct str token)
{
	struct load *l = context;

	(void)to;
	l->mails++;
	add_token(l, token);
	if (l->o.phase == PHASE_BOTH && token.len > 0)
		push_due(l, LOAD_CONFIRM, load_now_ns());
}

/* ---- a run ---- */

static bool is_under_way(const struct load *l)
{
	return l->arriving || l->due_n > 0 || client_busy(l->client) > 0;
}

static void wait_for_mails(struct load *l)
{
	int64_t start = load_now_ns();
	uint64_t had = l->mails;

	while (l->mails < l->acknowledged &&
		load_now_ns() - start < (int64_t)(l->o.drain_s * 1e9)) {
		pump(l);
		load_turn(l->epoll_fd);
	}
	while (l->due_n > 0 || client_busy(l->client) > 0) {
		pump(l);
		load_turn(l->epoll_fd);
	}
	printf("mails    %8llu of %llu, the last %llu in %.1f s\n",
		(unsigned long long)l->mails,
		(unsigned long long)l->acknowledged,
		(unsigned long long)(l->mails - had),
		(double)(load_now_ns() - start) / 1e9);
}

static void turn_until(struct load *l, const int64_t *until_ns)
{
	int64_t now;

	while ((now = load_now_ns()) < *until_ns) {
		arrive(l, now);
		pump(l);
		load_turn(l->epoll_fd);
	}
}

static double own_cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void report(struct load *l, const struct roles_cpu *before,
	const struct roles_cpu *after)
{
	double seconds = (double)(l->until_ns - l->from_ns) / 1e9;
	uint64_t good = 0;

	for (int k = 0; k < LOAD_KINDS; k++) {
		stats_print(&l->stats, (enum load_kind)k, seconds);
		good += l->stats.good[k];
	}
	roles_print(before, after, seconds, good);
}

static void run(struct load *l)
{
	struct roles_cpu before = { 0 }, after = { 0 };
	double cpu_s;
	int64_t start = load_now_ns();

	l->from_ns = start + (int64_t)(l->o.warm_s * 1e9);
	l->until_ns = l->from_ns + (int64_t)(l->o.seconds * 1e9);
	l->next_ns = start;
	l->arriving = true;
	turn_until(l, &l->from_ns);
	roles_read(l->o.pid, &before);
	cpu_s = own_cpu_s();
	turn_until(l, &l->until_ns);
	cpu_s = own_cpu_s() - cpu_s;
	roles_read(l->o.pid, &after);
	while (is_under_way(l)) {
		arrive(l, load_now_ns());
		pump(l);
		load_turn(l->epoll_fd);
	}
	report(l, &before, &after);
	printf("  the tool %6.1f %% of a core\n",
		cpu_s * 1e11 / (double)(l->until_ns - l->from_ns));
	if (l->o.sink > 0)
		wait_for_mails(l);
	if (l->o.tokens != NULL && l->o.phase == PHASE_POST)
		write_tokens(l);
}

/* ---- the command line ---- */

static _Noreturn void usage(const char *what)
{
	(void)fprintf(stderr, "petition_load: %s\n%s", what, HELP);
	exit(2);
}

static double number(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || v < 0)
		usage("that is no number");
	return v;
}

static enum phase read_phase(const char *name)
{
	static const char *const names[] = { "post", "confirm", "both",
		"page" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum phase)i;
	usage("no such phase");
}

static void set_option(struct options *o, int c, const char *value)
{
	switch (c) {
	case 'u':
		if (!load_url(value, &o->server, &o->host))
			usage("--url is not http://ADDRESS:PORT");
		break;
	case 'p':
		o->petition = (uint64_t)number(value);
		break;
	case 'P':
		o->phase = read_phase(value);
		break;
	case 'r':
		o->rate = number(value);
		break;
	case 'c':
		o->closed = (unsigned)number(value);
		break;
	case 's':
		o->seconds = number(value);
		break;
	case 'w':
		o->warm_s = number(value);
		break;
	case 'd':
		o->drain_s = number(value);
		break;
	case 'n':
		o->connections = (unsigned)number(value);
		break;
	case 'f':
		o->form_key = value;
		break;
	case 'm':
		o->sink = (unsigned)number(value);
		break;
	case 't':
		o->tokens = value;
		break;
	case 'g':
		o->with_get = true;
		break;
	case 'a':
		o->path = value;
		break;
	case 'i':
		o->pid = (pid_t)number(value);
		break;
	default:
		usage("no such option");
	}
}

static void read_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, 'u' },
		{ "petition", required_argument, NULL, 'p' },
		{ "phase", required_argument, NULL, 'P' },
		{ "rate", required_argument, NULL, 'r' },
		{ "closed", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' },
		{ "warm", required_argument, NULL, 'w' },
		{ "drain", required_argument, NULL, 'd' },
		{ "connections", required_argument, NULL, 'n' },
		{ "form-key", required_argument, NULL, 'f' },
		{ "sink", required_argument, NULL, 'm' },
		{ "tokens", required_argument, NULL, 't' },
		{ "with-get", no_argument, NULL, 'g' },
		{ "path", required_argument, NULL, 'a' },
		{ "pid", required_argument, NULL, 'i' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		set_option(o, c, optarg);
	if (o->server.sin_port == 0 || optind != argc)
		usage("give --url");
	if (o->form_key == NULL &&
		(o->phase == PHASE_POST || o->phase == PHASE_BOTH))
		usage("posts need --form-key");
	if (o->connections == 0 || o->rate <= 0)
		usage("not with 0");
}

static void read_form_key(struct load *l)
{
	uint8_t key[32];

	if (l->o.form_key == NULL)
		return;
	l->form_key = SECRET_NEW(struct hmac_key);
	if (l->form_key == NULL ||
		file_read_exact(AT_FDCWD, l->o.form_key, key, sizeof(key)) !=
			OK)
		load_die("cannot read the form key");
	hmac_key_init(l->form_key, key, sizeof(key));
}

int main(int argc, char **argv)
{
	static struct load l;

	l.o = (struct options){ .rate = 1000,
		.seconds = 10,
		.warm_s = 2,
		.drain_s = 60,
		.connections = 256 };
	read_options(&l.o, argc, argv);
	if (crypto_init() != OK)
		load_die("libsodium");
	read_form_key(&l);
	rng_fill(rng_system(), &l.salt, sizeof(l.salt));
	buf_init(&l.request, 1 << 16);
	l.due = calloc(DUE_MAX, sizeof(*l.due));
	l.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l.due == NULL || l.epoll_fd < 0)
		load_die("cannot begin");
	if (l.o.phase == PHASE_CONFIRM)
		read_tokens(&l);
	if (l.o.sink > 0)
		mailbox_open(l.epoll_fd, (uint16_t)l.o.sink, mailed, &l);
	l.client = client_open(
		l.epoll_fd, &l.o.server, l.o.connections, replied, &l);
	run(&l);
	client_close(l.client);
	return 0;
}
