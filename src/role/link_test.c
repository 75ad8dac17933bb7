#include "role/link.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/tap.h"

static void open_pair(struct link *a, struct link *b)
{
	int pair[2];

	link_init(a);
	link_init(b);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	link_attach(a, pair[0]);
	link_attach(b, pair[1]);
}

static void send_text(struct link *l, uint8_t type, struct str text)
{
	buf_str(link_begin(l, type), text);
	CHECK(link_end(l) == OK);
}

static struct str text_of(const struct view *v)
{
	return (struct str){ (const char *)v->at, v->len };
}

static void check_frames(void)
{
	struct link a, b;
	struct view v;
	uint8_t type;

	open_pair(&a, &b);
	send_text(&a, 7, STR("one"));
	send_text(&a, 8, STR(""));
	CHECK(link_waiting(&a) > 0);
	CHECK(link_pump(&a) == OK);
	CHECK_INT(link_waiting(&a), 0);
	CHECK(!link_next(&b, &type, &v));
	CHECK(link_pump(&b) == OK);
	CHECK(link_next(&b, &type, &v) && type == 7);
	CHECK_STR(text_of(&v), STR("one"));
	CHECK(link_next(&b, &type, &v) && type == 8 && v.len == 0);
	CHECK(!link_next(&b, &type, &v));

	/* What came before the other end closed is still read. */
	send_text(&a, 9, STR("last"));
	CHECK(link_flush(&a) == OK);
	link_close(&a);
	CHECK(link_pump(&b) == OK);
	CHECK(link_next(&b, &type, &v) && type == 9);
	CHECK_STR(text_of(&v), STR("last"));
	CHECK(link_pump(&b) == ERR_GONE);
	CHECK(!link_up(&a));
	buf_str(link_begin(&a, 1), STR("nobody"));
	CHECK(link_end(&a) == ERR_GONE);
	link_close(&a); /* what was begun is given back */
	link_close(&b);
}

/* A frame that comes byte by byte, and one far larger than the socket. */
static void check_pieces(void)
{
	static const uint8_t frame[] = { 0, 0, 0, 3, 5, 'h', 'i' };
	struct link a, b;
	struct view v;
	uint8_t type;
	size_t big = 3 << 20;
	char *at;

	open_pair(&a, &b);
	for (size_t i = 0; i < sizeof(frame); i++) {
		CHECK(!link_next(&b, &type, &v));
		CHECK(write(a.fd, frame + i, 1) == 1);
		CHECK(link_pump(&b) == OK);
	}
	CHECK(link_next(&b, &type, &v) && type == 5);
	CHECK_STR(text_of(&v), STR("hi"));

	at = buf_space(link_begin(&a, 6), big);
	memset(at, 'x', big);
	CHECK(link_end(&a) == OK);
	for (int i = 0; i < 10000 && !link_next(&b, &type, &v); i++) {
		if (link_pump(&a) != OK || link_pump(&b) != OK)
			break;
	}
	CHECK_INT(type, 6);
	CHECK_INT(v.len, big);
	CHECK(v.at[0] == 'x' && v.at[big - 1] == 'x');
	link_close(&a);
	link_close(&b);
}

/* A peer that breaks the framing is cut off, and nothing is believed. */
static void check_broken(void)
{
	static const uint8_t empty[] = { 0, 0, 0, 0 };
	static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0xff, 1 };
	const struct {
		const uint8_t *at;
		size_t len;
	} broken[] = { { empty, sizeof(empty) }, { huge, sizeof(huge) } };
	struct link a, b;
	struct view v;
	uint8_t type;

	for (size_t i = 0; i < 2; i++) {
		open_pair(&a, &b);
		CHECK(write(a.fd, broken[i].at, broken[i].len) ==
			(ssize_t)broken[i].len);
		CHECK(link_pump(&b) == OK);
		if (i == 0)
			CHECK(write(a.fd, "x", 1) == 1);
		CHECK(link_pump(&b) == OK);
		CHECK(!link_next(&b, &type, &v));
		CHECK(!link_up(&b));
		link_close(&a);
		link_close(&b);
	}
}

static void check_ceiling(void)
{
	struct link a, b;
	bool refused = false;

	open_pair(&a, &b);
	for (int i = 0; i < 6 && !refused; i++) {
		void *at =
			buf_space(link_begin(&a, 1), LINK_MAX_FRAME_BYTES - 16);

		if (at != NULL)
			memset(at, 0, LINK_MAX_FRAME_BYTES - 16);
		refused = link_end(&a) == ERR_BUSY;
	}
	CHECK(refused);
	link_close(&a);
	link_close(&b);
	open_pair(&a, &b);
	CHECK(buf_space(link_begin(&a, 1), LINK_MAX_FRAME_BYTES + 1) != NULL);
	CHECK(link_end(&a) == ERR_BUSY);
	link_close(&a);
	link_close(&b);
}

int main(void)
{
	check_frames();
	check_pieces();
	check_broken();
	check_ceiling();
	return tap_done();
}
