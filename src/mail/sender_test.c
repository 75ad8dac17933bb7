/* sender_test.c - the pool against a sink that misbehaves on demand. */
#include "mail/sender.h"

#include <poll.h>

#include "base/tap.h"
#include "mail/pace.h"
#include "mail/sink.h"

enum { WINDOW = 64, WAIT_MS = 20000 };

struct bench {
	struct sink *sink;
	struct mail_sender *sender;
	char relay[64];
};

static struct mail_settings settings_of(const struct bench *b)
{
	return (struct mail_settings){
		.relay = b->relay,
		.hello = "petitions.example",
		.connections = 4,
		.window = WINDOW,
		.tries = 3,
		.retry_first_ms = 2,
		.retry_max_ms = 20,
	};
}

/* change may be NULL. */
static void bench_open_with(
	struct bench *b, void (*change)(struct mail_settings *))
{
	struct mail_settings settings;

	if (sink_open(&b->sink) != OK)
		abort();
	(void)snprintf(b->relay, sizeof(b->relay), "smtp://127.0.0.1:%u",
		sink_port(b->sink));
	settings = settings_of(b);
	if (change != NULL)
		change(&settings);
	if (mail_sender_open(
		    &settings, clock_system(), rng_system(), &b->sender) != OK)
		abort();
}

static void bench_open(struct bench *b)
{
	bench_open_with(b, NULL);
}

static void bench_close(struct bench *b)
{
	mail_sender_close(b->sender);
	sink_close(b->sink);
}

static struct mail_message message_to(const char *to)
{
	return (struct mail_message){
		.from = STR("no-reply@petitions.example"),
		.from_name = STR("Petitions"),
		.to = str_c(to),
		.subject = STR("Hello"),
		.message_id = STR("1@petitions.example"),
		.text = STR("One\n.two\n"),
		.html = STR("<p>One\n"),
	};
}

static enum err submit(struct bench *b, uint64_t tag, const char *to)
{
	struct mail_message m = message_to(to);

	return mail_sender_submit(b->sender, tag, &m);
}

static enum err pretend(
	struct bench *b, uint64_t tag, enum mail_outcome outcome)
{
	struct mail_message m = message_to("ada@example.org");

	return mail_sender_pretend(b->sender, tag, &m, outcome);
}

/* The next outcome, whenever it comes. */
static struct mail_report next(struct bench *b)
{
	struct mail_report report = { .tag = UINT64_MAX };
	struct pollfd fd = { mail_sender_fd(b->sender), POLLIN, 0 };

	if (poll(&fd, 1, WAIT_MS) == 1)
		(void)mail_sender_done(b->sender, &report, 1);
	return report;
}

static void check_outcome(
	struct bench *b, const char *to, enum mail_outcome want)
{
	struct mail_report report;

	CHECK_INT(submit(b, 7, to), OK);
	report = next(b);
	CHECK_INT(report.tag, 7);
	CHECK_INT(report.outcome, want);
}

static void test_backoff(void)
{
	struct rng_fake rng;
	bool good = true;

	rng_fake_init(&rng, 1);
	for (int i = 0; i < 1000; i++) {
		uint32_t first = mail_backoff_ms(1, 1000, 300000, &rng.rng);
		uint32_t third = mail_backoff_ms(3, 1000, 300000, &rng.rng);
		uint32_t last = mail_backoff_ms(4000, 1000, 300000, &rng.rng);

		good = good && first >= 750 && first <= 1250 && third >= 3000 &&
			third <= 5000 && last >= 225000 && last <= 375000;
	}
	CHECK(good);
}

static void test_settings(void)
{
	struct mail_settings settings = {
		.relay = "http://127.0.0.1:25",
		.hello = "petitions.example",
	};
	struct mail_sender *s = NULL;

	CHECK_INT(mail_sender_open(&settings, clock_system(), rng_system(), &s),
		ERR_INVALID);
	settings.relay = "smtp://";
	CHECK_INT(mail_sender_open(&settings, clock_system(), rng_system(), &s),
		ERR_INVALID);
	settings.relay = "smtp://127.0.0.1:25";
	settings.user = "u";
	CHECK_INT(mail_sender_open(&settings, clock_system(), rng_system(), &s),
		ERR_INVALID);
	CHECK(s == NULL);
	mail_sender_close(NULL);
}

static void test_outcomes(void)
{
	struct bench b;
	struct mail_stats stats;

	bench_open(&b);
	check_outcome(&b, "ada@example.org", MAIL_SENT);
	check_outcome(&b, "refused@example.org", MAIL_REFUSED);
	check_outcome(&b, "spam@example.org", MAIL_REFUSED);
	check_outcome(&b, "later@example.org", MAIL_LATER);
	check_outcome(&b, "once@example.org", MAIL_SENT);
	check_outcome(&b, "drop@example.org", MAIL_LATER);
	check_outcome(&b, "ada@example.org", MAIL_SENT);
	stats = mail_sender_stats(b.sender);
	CHECK_INT(stats.sent, 3);
	CHECK_INT(stats.refused, 2);
	CHECK_INT(stats.later, 2);
	CHECK_INT(stats.relay_failures, 3);
	CHECK(!stats.relay_down);
	CHECK_INT(sink_taken(b.sink), 3);
	bench_close(&b);
}

static bool no_mailbox(struct bench *b, const char *to)
{
	CHECK_INT(submit(b, 1, to), OK);
	return next(b).no_mailbox;
}

/* Only what is about the mailbox marks it. */
static void test_no_mailbox(void)
{
	struct bench b;

	bench_open(&b);
	CHECK(no_mailbox(&b, "nobody@example.org"));
	CHECK(no_mailbox(&b, "refused@example.org"));
	CHECK(!no_mailbox(&b, "policy@example.org"));
	CHECK(!no_mailbox(&b, "spam@example.org"));
	CHECK(!no_mailbox(&b, "later@example.org"));
	CHECK(!no_mailbox(&b, "ada@example.org"));
	bench_close(&b);
}

/* What must never reach the relay. */
static void test_injection(void)
{
	static const char *const bad[] = { "a@b.example\r\nBcc: c@d.example",
		"a@b.example>\r\nDATA", "a@b.example c@d.example", "" };
	struct mail_message m = message_to("a@b.example");
	struct bench b;

	bench_open(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(submit(&b, 1, bad[i]), ERR_INVALID);
	m.subject = STR("x\r\nBcc: c@d.example");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	m = message_to("a@b.example");
	m.from_name = STR("x\ny");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	m = message_to("a@b.example");
	m.sender = STR("x@b.example> BODY=8BITMIME");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	m = message_to("a@b.example");
	m.message_id = STR("x>y@b.example");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	m = message_to("a@b.example");
	m.text = STR("x\r\n.\r\nMAIL");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	m = message_to("a@b.example");
	m.list_unsubscribe = STR("https://b.example/>\r\nX: y");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), ERR_INVALID);
	CHECK_INT(mail_sender_room(b.sender), WINDOW);
	bench_close(&b);
}

/* A line of a single dot must arrive as one. */
static void test_dot(void)
{
	struct mail_message m = message_to("a@b.example");
	struct buf data;
	struct bench b;

	bench_open(&b);
	m.text = STR("a\n.\nb\n");
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), OK);
	CHECK_INT(next(&b).outcome, MAIL_SENT);
	buf_init(&data, 65536);
	sink_last(b.sink, &data);
	CHECK(memmem(data.at, data.len, "\r\na\r\n.\r\nb\r\n", 11) != NULL);
	buf_release(&data);
	bench_close(&b);
}

static bool has(const struct buf *data, const char *line)
{
	return memmem(data->at, data->len, line, strlen(line)) != NULL;
}

/* Fields that only some mails have (RFC 2369, RFC 8058, RFC 3282). */
static void test_fields(void)
{
	struct mail_message m = message_to("a@b.example");
	struct buf data;
	struct bench b;

	bench_open(&b);
	buf_init(&data, 65536);
	CHECK_INT(mail_sender_submit(b.sender, 1, &m), OK);
	CHECK_INT(next(&b).outcome, MAIL_SENT);
	sink_last(b.sink, &data);
	CHECK(!has(&data, "List-Unsubscribe") && !has(&data, "Content-Lang"));
	m.list_unsubscribe = STR("https://b.example/s/B-AAAA/updates");
	m.lang = STR("pt-BR");
	CHECK_INT(mail_sender_submit(b.sender, 2, &m), OK);
	CHECK_INT(next(&b).outcome, MAIL_SENT);
	buf_clear(&data);
	sink_last(b.sink, &data);
	CHECK(has(&data,
		"\r\nList-Unsubscribe: <https://b.example/s/B-AAAA/updates>\r\n"));
	CHECK(has(&data,
		"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
	CHECK(has(&data, "\r\nContent-Language: pt-BR\r\n"));
	m.lang = STR("de\r\nBcc: c@d.example");
	CHECK_INT(mail_sender_submit(b.sender, 3, &m), ERR_INVALID);
	buf_release(&data);
	bench_close(&b);
}

static void test_many(void)
{
	enum { MANY = 500 };
	struct bench b;
	unsigned submitted = 0;
	unsigned sent = 0;
	bool once[MANY] = { false };

	bench_open(&b);
	for (unsigned reports = 0; reports < MANY; reports++) {
		struct mail_report report;

		while (submitted < MANY &&
			submit(&b, submitted, "ada@example.org") == OK)
			submitted++;
		report = next(&b);
		if (report.tag >= MANY || once[report.tag])
			break;
		once[report.tag] = true;
		sent += report.outcome == MAIL_SENT;
	}
	CHECK_INT(sent, MANY);
	CHECK_INT(sink_taken(b.sink), MANY);
	CHECK(sink_connections(b.sink) <= 4);
	CHECK_INT(mail_sender_room(b.sender), WINDOW);
	bench_close(&b);
}

/* A relay that is away fills the window and no more; all goes out when it
 * is back, and a pretence waits with the rest. */
static void test_away(void)
{
	struct bench b;
	struct pollfd fd;
	unsigned done = 0;
	bool pretence = false;

	bench_open(&b);
	sink_away(b.sink, true);
	CHECK_INT(submit(&b, 1000, "ada@example.org"), OK);
	CHECK_INT(submit(&b, 1000, "ada@example.org"), ERR_EXISTS);
	while (mail_sender_stats(b.sender).relay_failures < 3)
		(void)poll(NULL, 0, 1);
	CHECK_INT(pretend(&b, 2000, MAIL_SENT), OK);
	for (unsigned i = 0; i < WINDOW - 2; i++) {
		if (submit(&b, i, "ada@example.org") != OK)
			break;
	}
	CHECK_INT(mail_sender_room(b.sender), 0);
	CHECK_INT(submit(&b, 3000, "ada@example.org"), ERR_BUSY);
	CHECK_INT(pretend(&b, 3000, MAIL_SENT), ERR_BUSY);
	while (mail_sender_stats(b.sender).relay_failures < 6)
		(void)poll(NULL, 0, 1);
	CHECK(mail_sender_stats(b.sender).relay_down);
	CHECK_INT(mail_sender_stats(b.sender).relay_code, 421);
	fd = (struct pollfd){ mail_sender_fd(b.sender), POLLIN, 0 };
	CHECK_INT(poll(&fd, 1, 0), 0);
	CHECK_INT(sink_taken(b.sink), 0);
	sink_away(b.sink, false);
	for (; done < WINDOW; done++) {
		struct mail_report report = next(&b);

		if (report.tag == UINT64_MAX || report.outcome != MAIL_SENT)
			break;
		pretence = pretence || report.tag == 2000;
	}
	CHECK_INT(done, WINDOW);
	CHECK(pretence);
	CHECK_INT(sink_taken(b.sink), WINDOW - 1);
	CHECK_INT(mail_sender_stats(b.sender).sent, WINDOW - 1);
	bench_close(&b);
}

/* Nobody listens at all, and the sender is closed with a full window. */
static void test_dead(void)
{
	struct bench b;
	unsigned taken = 0;

	bench_open(&b);
	sink_close(b.sink);
	b.sink = NULL;
	while (submit(&b, taken, "ada@example.org") == OK)
		taken++;
	CHECK_INT(taken, WINDOW);
	while (mail_sender_stats(b.sender).relay_failures < 3)
		(void)poll(NULL, 0, 1);
	CHECK_INT(mail_sender_stats(b.sender).sent, 0);
	bench_close(&b);
}

static void patient(struct mail_settings *settings)
{
	settings->tries = 1;
	settings->retry_first_ms = settings->retry_max_ms = 600000;
}

/* A domain that says "later" to everybody holds up nobody else, and its mails
 * do not fill the window; a pretence has it no better. */
static void test_domain_rests(void)
{
	struct mail_message m = message_to("cyd@slow.example");
	struct bench b;

	bench_open_with(&b, patient);
	for (int i = 0; i < PACE_STRIKES; i++)
		check_outcome(&b, "later@slow.example", MAIL_LATER);
	check_outcome(&b, "ada@slow.example", MAIL_LATER);
	CHECK_INT(mail_sender_pretend(b.sender, 5, &m, MAIL_SENT), OK);
	CHECK_INT(next(&b).outcome, MAIL_LATER);
	check_outcome(&b, "ada@fast.example", MAIL_SENT);
	CHECK_INT(sink_taken(b.sink), 1);
	bench_close(&b);
}

static void single(struct mail_settings *settings)
{
	settings->connections = 1;
}

/* What came last overtakes all that can wait, but for one in mid-air. */
static void test_can_wait(void)
{
	struct mail_message m = message_to("ada@example.org");
	size_t place = 0;
	struct bench b;

	bench_open_with(&b, single);
	sink_away(b.sink, true);
	m.can_wait = true;
	for (uint64_t tag = 1; tag <= 5; tag++)
		CHECK_INT(mail_sender_submit(b.sender, tag, &m), OK);
	CHECK_INT(submit(&b, 9, "ada@example.org"), OK);
	sink_away(b.sink, false);
	while (place < 6 && next(&b).tag != 9)
		place++;
	CHECK(place <= 1);
	bench_close(&b);
}

static void test_pretend(void)
{
	struct mail_report report;
	struct bench b;

	bench_open(&b);
	CHECK_INT(pretend(&b, 5, MAIL_REFUSED), OK);
	report = next(&b);
	CHECK_INT(report.tag, 5);
	CHECK_INT(report.outcome, MAIL_REFUSED);
	CHECK_INT(sink_connections(b.sink), 0);
	CHECK_INT(mail_sender_stats(b.sender).refused, 0);
	bench_close(&b);
}

int main(void)
{
	test_backoff();
	test_settings();
	test_outcomes();
	test_no_mailbox();
	test_injection();
	test_dot();
	test_fields();
	test_many();
	test_away();
	test_dead();
	test_pretend();
	test_domain_rests();
	test_can_wait();
	return tap_done();
}
