/*
 * petition_lives - people who come, read, sign, get mail and confirm.
 *
 * Open loop: who comes is drawn beforehand (Poisson, or as fast as the count
 * of a real petition grew), whatever the server does, and each step is due
 * when that person would take it, some time of thinking after the last
 * answer.  Latencies count from then, so a server that stalls is charged for
 * everybody who waits.  Lives are in lives.h.
 *
 * Whoever gets no answer, or one of 5xx, presses again, as people do; each is
 * counted as an error of its kind.  Whatever was acknowledged goes to the
 * ledger, for tests/kill/lives.py to hold against the site.
 */
#include <fcntl.h>
#include <getopt.h>
#include <sys/epoll.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/rng.h"
#include "cmd/csv.h"
#include "crypto/secret.h"
#include "lives.h"

static const char HELP[] =
	"usage: petition_lives --url http://ADDRESS:PORT --petition ID\n"
	"                      --sink PORT --postcodes FILE [options]\n"
	"\n"
	"  --petition ID     again for more; nine in ten sign the first\n"
	"  --sink PORT       receive the mails there\n"
	"  --postcodes FILE  CSV, a postcode in front of each row\n"
	"  --rate R          lives a second (Poisson); default 20\n"
	"  --seconds S       how long; default 10\n"
	"  --curve FILE      instead: as fast as this count grew, CSV with a\n"
	"                    time and a count in front of each row\n"
	"  --hours H         of the curve the H hours with the most; default\n"
	"                    all\n"
	"  --speed N         so many times as fast; default 1\n"
	"  --over S          or so much faster that it takes S seconds\n"
	"  --lives N         so many in all; default one for each signature\n"
	"  --think S         mean wait before a person's next step; default\n"
	"                    0.3\n"
	"  --late S          the wait of those who confirm late; default 10\n"
	"  --patience S      how long one presses again; default 90\n"
	"  --connections N   default 256\n"
	"  --ledger FILE     what was acknowledged\n"
	"  --pid PID         of petitiond serve: report CPU and memory\n";

enum { LIVES_MAX = 1 << 24, COMPLAINTS_MAX = 10, SECONDS_MAX = 1 << 16 };

static const double PRESS_AGAIN_S = 0.2;

struct options {
	struct sockaddr_in server;
	unsigned sink;
	double rate, seconds, hours, speed, over_s, lives;
	double think_s, late_s, patience_s;
	const char *curve;
	const char *postcodes;
	const char *ledger;
	unsigned connections;
	pid_t pid;
};

struct due {
	int64_t at_ns;
	uint32_t life;
};

struct run {
	struct options o;
	struct life_world world;
	int epoll_fd;
	struct client *client;
	struct mailbox *mailbox;
	struct stats stats;
	struct buf request;
	struct curve *curve;
	double curve_s; /* of the last arrival */
	double share; /* lives for each of its signatures */

	struct due *due; /* a heap, the earliest in front */
	size_t due_n, due_cap;
	struct life **life; /* by number; NULL when it has ended */
	uint32_t lives; /* begun */
	uint64_t alive, most_alive, wronged;
	int64_t start_ns, next_ns;
	int64_t last_ns; /* when the last one came */
	bool arriving;
	uint64_t pressed_again;
	/* Acknowledged in each second since the start. */
	uint32_t *posts, *confirms;
};

/* ---- what is due ---- */

static void heap_put(struct run *r, struct due d)
{
	size_t i = r->due_n++;

	if (i == r->due_cap) {
		r->due_cap = r->due_cap == 0 ? 4096 : r->due_cap * 2;
		r->due = realloc(r->due, r->due_cap * sizeof(d));
		if (r->due == NULL)
			load_die("no memory");
	}
	for (; i > 0 && d.at_ns < r->due[(i - 1) / 2].at_ns; i = (i - 1) / 2)
		r->due[i] = r->due[(i - 1) / 2];
	r->due[i] = d;
}

static struct due heap_take(struct run *r)
{
	struct due first = r->due[0], last = r->due[--r->due_n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < r->due_n &&
			r->due[child + 1].at_ns < r->due[child].at_ns)
			child++;
		if (child >= r->due_n || r->due[child].at_ns >= last.at_ns)
			break;
		r->due[i] = r->due[child];
		i = child;
	}
	r->due[i] = last;
	return first;
}

/* All requests of a life's step. */
static void plan(struct run *r, struct life *l, int64_t at_ns)
{
	l->out = life_requests(&r->world, l);
	l->asset = 0;
	l->step_ns = at_ns;
	for (unsigned i = 0; i < l->out; i++)
		heap_put(r, (struct due){ at_ns, l->id });
}

static void pump(struct run *r, int64_t now_ns)
{
	while (r->due_n > 0 && r->due[0].at_ns <= now_ns &&
		client_is_idle(r->client)) {
		struct due d = heap_take(r);
		struct load_ask ask = { .due_ns = d.at_ns, .life = d.life };

		if (r->life[d.life] == NULL)
			continue; /* wronged by another request's answer */
		buf_clear(&r->request);
		life_put(&r->world, r->life[d.life], &r->request, &ask.kind,
			&ask.wants_body);
		client_send(r->client, &ask, buf_view(&r->request));
	}
}

/* ---- who comes ---- */

/* False when nobody comes any more. */
static bool draw_next(struct run *r)
{
	if (r->curve != NULL) {
		r->curve_s = curve_next(r->curve, r->curve_s, r->share);
		r->next_ns =
			r->start_ns + (int64_t)(r->curve_s / r->o.speed * 1e9);
		return r->curve_s >= 0;
	}
	r->next_ns += load_wait_ns(1 / r->o.rate);
	return r->next_ns < r->start_ns + (int64_t)(r->o.seconds * 1e9);
}

static void arrive(struct run *r, int64_t now_ns)
{
	while (r->arriving && r->next_ns <= now_ns) {
		struct life *l = calloc(1, sizeof(*l));

		if (l == NULL || r->lives == LIVES_MAX)
			load_die("too many lives");
		life_begin(&r->world, l, r->lives);
		r->life[r->lives++] = l;
		if (++r->alive > r->most_alive)
			r->most_alive = r->alive;
		plan(r, l, r->next_ns);
		r->last_ns = now_ns;
		r->arriving = draw_next(r);
	}
}

/* ---- what comes ---- */

static void end_life(struct run *r, struct life *l)
{
	r->life[l->id] = NULL;
	r->alive--;
	free(l);
}

static void wrong(struct run *r, struct life *l, int status)
{
	if (++r->wronged <= COMPLAINTS_MAX)
		printf("life %u (%s) wanted to %s: status %d\n", l->id,
			life_kind_name(l->kind), life_step_name(l->step),
			status);
	end_life(r, l);
}

static void go_on(struct run *r, struct life *l)
{
	double wait_s = l->kind == LIFE_LATE && l->step == STEP_LINK
		? r->o.late_s
		: r->o.think_s;
	bool by_itself = l->step == STEP_ASSETS || l->step == STEP_FORM_ASSETS;

	if (l->step == STEP_END)
		end_life(r, l);
	else
		plan(r, l,
			load_now_ns() +
				(by_itself || wait_s == 0
						? 0
						: load_wait_ns(wait_s)));
}

static void press_again(
	struct run *r, struct life *l, const struct load_reply *reply)
{
	int64_t now = load_now_ns();

	r->pressed_again++;
	if (now - l->step_ns > (int64_t)(r->o.patience_s * 1e9))
		wrong(r, l, reply->status);
	else
		heap_put(r,
			(struct due){
				now + load_wait_ns(PRESS_AGAIN_S), l->id });
}

static void count_second(uint32_t *seconds, int64_t after_ns)
{
	int64_t s = after_ns / 1000000000;

	if (s < SECONDS_MAX)
		seconds[s]++;
}

static void replied(void *context, const struct load_reply *reply)
{
	struct run *r = context;
	struct life *l = r->life[reply->life];
	int64_t now = load_now_ns();

	stats_add(&r->stats, reply, now);
	if (load_good(reply) && r->arriving)
		r->stats.good[reply->kind]++;
	if (l == NULL)
		return;
	if (load_good(reply) && reply->kind == LOAD_POST) {
		count_second(r->posts, now - r->start_ns);
		l->sent_ns = now;
	} else if (load_good(reply) && reply->kind == LOAD_CONFIRM) {
		count_second(r->confirms, now - r->start_ns);
	}
	switch (life_take(&r->world, l, reply)) {
	case LIFE_WAITS:
		break;
	case LIFE_GOES_ON:
		go_on(r, l);
		break;
	case LIFE_PRESSES_AGAIN:
		press_again(r, l, reply);
		break;
	case LIFE_IS_WRONGED:
		wrong(r, l, reply->status);
	}
}

static void mailed(void *context, struct str to, struct str token)
{
	struct run *r = context;
	struct load_reply mail = { .kind = LOAD_MAIL, .status = 250 };
	int64_t now = load_now_ns();
	struct life *l;
	uint32_t id;

	if (!life_of_address(&r->world, to, &id) || id >= r->lives ||
		(l = r->life[id]) == NULL)
		return;
	mail.due_ns = l->step == STEP_MAIL ? l->sent_ns : now;
	stats_add(&r->stats, &mail, now);
	if (r->arriving)
		r->stats.good[LOAD_MAIL]++;
	switch (life_mail(&r->world, l, token)) {
	case LIFE_GOES_ON:
		go_on(r, l);
		break;
	case LIFE_IS_WRONGED:
		wrong(r, l, mail.status);
		break;
	default:
		break;
	}
}

/* ---- a run ---- */

/* Mails that never come would keep lives waiting for ever. */
static bool is_stuck(struct run *r, int64_t now_ns)
{
	static const int64_t EVERY_NS = 1000000000;
	int64_t longest = (int64_t)(2 * r->o.patience_s * 1e9);

	if (r->arriving || now_ns < r->next_ns)
		return false;
	r->next_ns = now_ns + EVERY_NS;
	for (uint32_t i = 0; i < r->lives; i++)
		if (r->life[i] != NULL &&
			now_ns - r->life[i]->step_ns < longest)
			return false;
	return true;
}

static void live(struct run *r)
{
	r->start_ns = load_now_ns();
	r->next_ns = r->start_ns;
	r->arriving = draw_next(r);
	while (r->arriving || r->alive > 0) {
		int64_t now = load_now_ns();

		if (is_stuck(r, now))
			return;
		arrive(r, now);
		pump(r, now);
		load_turn(r->epoll_fd);
	}
}

/* The most in any second. */
static uint32_t peak(const uint32_t *seconds)
{
	uint32_t most = 0;

	for (size_t i = 0; i < SECONDS_MAX; i++)
		if (seconds[i] > most)
			most = seconds[i];
	return most;
}

static void report(struct run *r, const struct roles_cpu *before,
	const struct roles_cpu *after)
{
	double all_s = (double)(load_now_ns() - r->start_ns) / 1e9;
	double arriving_s = (double)(r->last_ns - r->start_ns) / 1e9;

	/* Rates while people came; latencies of all. */
	for (int k = 0; k < LOAD_KINDS; k++)
		stats_print(&r->stats, (enum load_kind)k, arriving_s);
	roles_print(before, after, all_s, r->world.counted);
	printf("lives    %u begun, %llu at once at most, came in %.1f s, "
	       "all ended after %.1f s\n",
		r->lives, (unsigned long long)r->most_alive, arriving_s, all_s);
	for (int k = 0; k < LIFE_KINDS; k++)
		printf("  %8llu %s\n", (unsigned long long)r->world.kinds[k],
			life_kind_name((enum life_kind)k));
	printf("best second: %u forms, %u confirmations acknowledged\n",
		peak(r->posts), peak(r->confirms));
	for (uint32_t i = 0, said = 0; i < r->lives && said < COMPLAINTS_MAX;
		i++)
		if (r->life[i] != NULL && ++said > 0)
			printf("life %u (%s) still wants to %s\n", i,
				life_kind_name(r->life[i]->kind),
				life_step_name(r->life[i]->step));
	printf("people   %llu counted, %llu pending; lives wronged %llu, "
	       "stuck %llu; errors %llu, pressed again %llu\n",
		(unsigned long long)r->world.counted,
		(unsigned long long)r->world.pending,
		(unsigned long long)r->wronged, (unsigned long long)r->alive,
		(unsigned long long)stats_bad(&r->stats),
		(unsigned long long)r->pressed_again);
}

/* ---- the command line ---- */

static _Noreturn void usage(const char *what)
{
	(void)fprintf(stderr, "petition_lives: %s\n%s", what, HELP);
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

static void add_petition(struct life_world *w, const char *text)
{
	if (w->petitions == sizeof(w->petition) / sizeof(w->petition[0]))
		usage("so many petitions are too many");
	w->petition[w->petitions++] = (uint64_t)number(text);
}

static const struct option option_list[] = {
	{ "url", required_argument, NULL, 'u' },
	{ "petition", required_argument, NULL, 'p' },
	{ "sink", required_argument, NULL, 'm' },
	{ "postcodes", required_argument, NULL, 'o' },
	{ "rate", required_argument, NULL, 'r' },
	{ "seconds", required_argument, NULL, 's' },
	{ "curve", required_argument, NULL, 'c' },
	{ "hours", required_argument, NULL, 'h' },
	{ "speed", required_argument, NULL, 'v' },
	{ "over", required_argument, NULL, 'e' },
	{ "lives", required_argument, NULL, 'q' },
	{ "think", required_argument, NULL, 't' },
	{ "late", required_argument, NULL, 'l' },
	{ "patience", required_argument, NULL, 'w' },
	{ "connections", required_argument, NULL, 'n' },
	{ "ledger", required_argument, NULL, 'f' },
	{ "pid", required_argument, NULL, 'i' },
	{ NULL, 0, NULL, 0 },
};

/* Where a number goes, or NULL. */
static double *number_of(struct options *o, int c)
{
	switch (c) {
	case 'r':
		return &o->rate;
	case 's':
		return &o->seconds;
	case 'h':
		return &o->hours;
	case 'v':
		return &o->speed;
	case 'e':
		return &o->over_s;
	case 'q':
		return &o->lives;
	case 't':
		return &o->think_s;
	case 'l':
		return &o->late_s;
	case 'w':
		return &o->patience_s;
	default:
		return NULL;
	}
}

static void set_option(struct run *r, int c, const char *value)
{
	struct options *o = &r->o;

	if (number_of(o, c) != NULL)
		*number_of(o, c) = number(value);
	else if (c == 'p')
		add_petition(&r->world, value);
	else if (c == 'm')
		o->sink = (unsigned)number(value);
	else if (c == 'n')
		o->connections = (unsigned)number(value);
	else if (c == 'i')
		o->pid = (pid_t)number(value);
	else if (c == 'o')
		o->postcodes = value;
	else if (c == 'c')
		o->curve = value;
	else if (c == 'f')
		o->ledger = value;
	else if (c != 'u')
		usage("no such option");
	else if (!load_url(value, &o->server, &r->world.host))
		usage("--url is not http://ADDRESS:PORT");
}

static void read_options(struct run *r, int argc, char **argv)
{
	const struct options *o = &r->o;
	int c;

	while ((c = getopt_long(argc, argv, "", option_list, NULL)) != -1)
		set_option(r, c, optarg);
	if (o->server.sin_port == 0 || optind != argc || o->sink == 0 ||
		r->world.petitions == 0 || o->postcodes == NULL)
		usage("give --url, --petition, --sink and --postcodes");
	if (o->connections == 0 || o->rate <= 0 || o->speed <= 0)
		usage("not with 0");
}

/* Those of the first column that have not ended (a date in the second). */
static void read_postcodes(struct run *r, struct arena *a)
{
	struct life_world *w = &r->world;
	struct csv csv;
	struct buf b;
	bool is_row;

	buf_init(&b, (size_t)1 << 26);
	if (file_read(AT_FDCWD, r->o.postcodes, &b) != OK)
		load_die("cannot read the postcodes");
	w->postcode = calloc(b.len / 4 + 1, sizeof(*w->postcode));
	if (w->postcode == NULL)
		load_die("no memory");
	csv_init(&csv, a, buf_view(&b));
	while (csv_next(&csv, &is_row) == OK && is_row)
		if (csv.line > 1 && (csv.n < 2 || csv.field[1].len == 0))
			w->postcode[w->postcodes++] =
				arena_copy(a, csv.field[0]);
	buf_release(&b);
	if (w->postcodes == 0)
		load_die("there are no postcodes");
}

static void begin_curve(struct run *r)
{
	double signatures, seconds;

	r->curve = curve_read(r->o.curve, r->o.hours);
	signatures = curve_signatures(r->curve);
	seconds = curve_seconds(r->curve);
	if (signatures <= 0 || seconds <= 0)
		load_die("nobody signed in that part of the curve");
	if (r->o.over_s > 0)
		r->o.speed = seconds / r->o.over_s;
	r->share = r->o.lives > 0 ? r->o.lives / signatures : 1;
	printf("curve    %.0f signatures in %.2f hours, %.0f times as fast, "
	       "%.0f lives\n",
		signatures, seconds / 3600, r->o.speed, signatures * r->share);
}

static void begin(struct run *r, struct arena *a)
{
	size_t n = sizeof(r->world.salt) - 1;

	for (size_t i = 0; i < n; i++)
		r->world.salt[i] = (char)('a' + rng_below(rng_system(), 26));
	read_postcodes(r, a);
	if (r->o.curve != NULL)
		begin_curve(r);
	r->world.ledger =
		fopen(r->o.ledger == NULL ? "/dev/null" : r->o.ledger, "w");
	r->life = calloc(LIVES_MAX, sizeof(struct life *));
	r->posts = calloc(SECONDS_MAX, sizeof(*r->posts));
	r->confirms = calloc(SECONDS_MAX, sizeof(*r->confirms));
	if (r->world.ledger == NULL || r->life == NULL || r->posts == NULL ||
		r->confirms == NULL)
		load_die("cannot begin");
	(void)fprintf(r->world.ledger, "salt %s\n", r->world.salt);
	buf_init(&r->request, 1 << 16);
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll_fd < 0)
		load_die("cannot begin");
	r->mailbox = mailbox_open(r->epoll_fd, (uint16_t)r->o.sink, mailed, r);
	r->client = client_open(
		r->epoll_fd, &r->o.server, r->o.connections, replied, r);
}

/* 0 if every life came to its end. */
static int finish(struct run *r)
{
	bool good = r->wronged == 0 && r->alive == 0;

	(void)fprintf(r->world.ledger, "errors %llu\n",
		(unsigned long long)stats_bad(&r->stats));
	client_close(r->client);
	mailbox_close(r->mailbox);
	stats_free(&r->stats);
	curve_free(r->curve);
	if (fclose(r->world.ledger) != 0)
		load_die("cannot write the ledger");
	for (uint32_t i = 0; i < r->lives; i++)
		free(r->life[i]);
	free(r->life);
	free(r->posts);
	free(r->confirms);
	free(r->world.postcode);
	free(r->due);
	buf_release(&r->request);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct run r;
	struct roles_cpu before = { 0 }, after = { 0 };
	struct arena arena;
	int status;

	r.o = (struct options){ .rate = 20,
		.seconds = 10,
		.speed = 1,
		.think_s = 0.3,
		.late_s = 10,
		.patience_s = 90,
		.connections = 256 };
	read_options(&r, argc, argv);
	if (crypto_init() != OK)
		load_die("libsodium");
	arena_init(&arena, (size_t)1 << 28);
	begin(&r, &arena);
	roles_read(r.o.pid, &before);
	live(&r);
	roles_read(r.o.pid, &after);
	report(&r, &before, &after);
	status = finish(&r);
	arena_release(&arena);
	return status;
}
