#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <sys/epoll.h>
#include <time.h>

#include "base/rng.h"

enum { EVENTS = 256 };

_Noreturn void load_die(const char *what)
{
	(void)fprintf(
		stderr, "petition_load: %s (%s)\n", what, strerror(errno));
	exit(1);
}

int64_t load_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

double load_uniform(void)
{
	uint64_t x;

	rng_fill(rng_system(), &x, sizeof(x));
	return ((double)(x >> 12) + 0.5) / 4503599627370496.0;
}

int64_t load_wait_ns(double mean_s)
{
	return (int64_t)(-log(load_uniform()) * mean_s * 1e9);
}

bool load_url(
	const char *url, struct sockaddr_in *ret_server, const char **ret_host)
{
	struct str rest = str_c(url), addr;
	char text[64] = "";
	uint64_t port;

	if (!str_starts(rest, STR("http://")))
		return false;
	rest = str_slice(rest, 7, rest.len);
	if (!str_split(&rest, ':', &addr) || addr.len >= sizeof(text) ||
		str_u64(rest, &port) != OK || port > 65535)
		return false;
	memcpy(text, addr.at, addr.len);
	*ret_host = url + 7;
	ret_server->sin_family = AF_INET;
	ret_server->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, text, &ret_server->sin_addr) == 1;
}

void load_turn(int epoll_fd)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(epoll_fd, ev, EVENTS, 1);

	for (int i = 0; i < n; i++) {
		struct source *s = ev[i].data.ptr;

		s->ready(s);
	}
}

void load_put_head(struct buf *b, const struct load_head *head)
{
	buf_c(b, head->method);
	buf_c(b, head->path);
	buf_c(b, " HTTP/1.1\r\nHost: ");
	buf_c(b, head->host);
	buf_c(b,
		"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
		"Gecko/20100101 Firefox/128.0\r\nAccept: text/html,"
		"application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: "
		"en-GB,en;q=0.5\r\nSec-Fetch-Site: same-origin\r\n");
	if (!head->plain)
		buf_c(b, "Accept-Encoding: gzip, deflate\r\n");
	if (head->etag.len > 0) {
		buf_c(b, "If-None-Match: ");
		buf_str(b, head->etag);
		buf_c(b, "\r\n");
	}
	if (head->method[0] == 'P') {
		buf_c(b,
			"Content-Type: application/x-www-form-urlencoded\r\n"
			"Content-Length: ");
		buf_decimal(b, head->body_len);
		buf_c(b, "\r\n");
	}
	buf_c(b, "\r\n");
}
