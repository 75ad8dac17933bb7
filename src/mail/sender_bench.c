/*
 * sender_bench.c - mails a second through the pool, to a sink in this process.
 *
 *     mail_sender_bench [MAILS [CONNECTIONS]]         (20,000 and 8)
 *
 * Sink and sender share the machine, so the number is a floor.
 */
#include "mail/sender.h"

#include <poll.h>

#include "mail/sink.h"

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	uint64_t value = otherwise;

	if (argc > i && str_u64(str_c(argv[i]), &value) != OK)
		exit(2);
	return value;
}

/* A body as long as a confirmation mail's parts. */
static void fill(struct buf *b, size_t bytes)
{
	buf_init(b, 65536);
	while (b->len < bytes)
		buf_c(b,
			"Sixty-four bytes of nothing in particular, in a "
			"line of its own.\n");
}

static void send_all(
	struct mail_sender *s, const struct mail_message *m, uint64_t mails)
{
	struct pollfd fd = { mail_sender_fd(s), POLLIN, 0 };
	struct mail_report reports[256];

	for (uint64_t sent = 0, done = 0; done < mails;) {
		while (sent < mails && mail_sender_submit(s, sent, m) == OK)
			sent++;
		(void)poll(&fd, 1, 1000);
		done += mail_sender_done(s, reports, 256);
	}
}

int main(int argc, char **argv)
{
	uint64_t mails = number(argc, argv, 1, 20000);
	struct mail_settings settings = { .hello = "petitions.example" };
	struct mail_message m = {
		.from = STR("no-reply@petitions.example"),
		.to = STR("ada@example.org"),
		.subject = STR("Please confirm your signature"),
		.message_id = STR("1@petitions.example"),
	};
	struct mail_sender *s;
	struct sink *sink;
	struct buf text;
	struct buf html;
	char relay[64];
	int64_t began_ms;
	int64_t took_ms;

	if (sink_open(&sink) != OK)
		return 1;
	(void)snprintf(
		relay, sizeof(relay), "smtp://127.0.0.1:%u", sink_port(sink));
	settings.relay = relay;
	settings.connections = (unsigned)number(argc, argv, 2, 8);
	fill(&text, 1100);
	fill(&html, 2000);
	m.text = buf_view(&text);
	m.html = buf_view(&html);
	if (mail_sender_open(&settings, clock_system(), rng_system(), &s) != OK)
		return 1;
	began_ms = clock_mono_ms(clock_system());
	send_all(s, &m, mails);
	took_ms = clock_mono_ms(clock_system()) - began_ms + 1;
	printf("mails=%llu connections=%u ms=%lld mails_per_s=%lld\n",
		(unsigned long long)mails, settings.connections,
		(long long)took_ms,
		(long long)(mails * 1000 / (uint64_t)took_ms));
	mail_sender_close(s);
	sink_close(sink);
	buf_release(&text);
	buf_release(&html);
	return 0;
}
