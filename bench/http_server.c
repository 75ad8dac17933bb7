/*
 * http_server.c - what bench/pages.py measures: a server on loopback.
 *
 *     http_server PAGE JSON THREADS < pipe
 *
 * GET /page and /json are the files' bytes as finished replies; POST /form is parked,
 * handed to a thread that answers whole batches after a pause of 1 ms, and
 * redirected.  Prints its port; ends when standard input ends.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "http/http.h"

enum { BATCH = 16384 };

struct site {
	struct http_reply *page;
	struct http_reply *json;
	pthread_mutex_t lock;
	struct http_request *waiting[BATCH];
	size_t waiting_n;
	atomic_bool ended;
};

static size_t body_max(void *context, const struct http_request *r)
{
	(void)context;
	return r->method == HTTP_POST ? 4096 : 0;
}

static void handle(void *context, struct http_request *r)
{
	struct site *site = context;

	if (r->method != HTTP_POST) {
		http_reply(r,
			http_reply_ref(str_eq(r->path, STR("/json"))
					? site->json
					: site->page));
	} else if (http_park(r) != OK) {
		http_reply_plain(r, 503);
	} else {
		(void)pthread_mutex_lock(&site->lock);
		site->waiting[site->waiting_n++] = r;
		(void)pthread_mutex_unlock(&site->lock);
	}
}

static void answer(struct http_request *r)
{
	struct http_reply *reply = NULL;

	if (http_redirect(303, STR("/thanks"), &reply) != OK)
		abort();
	http_answer(r, reply);
}

static void *commit(void *context)
{
	static struct http_request *batch[BATCH];
	struct site *site = context;

	while (!atomic_load(&site->ended)) {
		size_t n;

		(void)usleep(1000);
		(void)pthread_mutex_lock(&site->lock);
		n = site->waiting_n;
		memcpy(batch, site->waiting, n * sizeof(batch[0]));
		site->waiting_n = 0;
		(void)pthread_mutex_unlock(&site->lock);
		for (size_t i = 0; i < n; i++)
			answer(batch[i]);
	}
	return NULL;
}

static int listen_anywhere(unsigned *ret_port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&a, len) != 0 ||
		listen(fd, 1024) != 0 ||
		getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		abort();
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static struct http_reply *read_page(const char *path, struct str type)
{
	struct http_spec spec = {
		.content_type = type,
		.cache = HTTP_REVALIDATE,
	};
	struct http_reply *page = NULL;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (file_read(AT_FDCWD, path, &b) != OK ||
		http_finish(&spec, buf_view(&b), &page) != OK)
		abort();
	buf_release(&b);
	return page;
}

int main(int argc, char **argv)
{
	static struct site site;
	struct http_handler handler = { &site, body_max, handle };
	struct http_settings set = http_settings_default();
	struct http_server *server;
	pthread_t thread;
	unsigned port;
	char byte;

	if (argc != 4)
		return 2;
	site.page = read_page(argv[1], STR("text/html; charset=utf-8"));
	site.json = read_page(argv[2], STR("application/json; charset=utf-8"));
	set.threads = argv[3][0] == '2' ? 2 : 1;
	(void)pthread_mutex_init(&site.lock, NULL);
	set.listen_fd = listen_anywhere(&port);
	set.max_connections = BATCH;
	set.max_per_address = BATCH;
	set.max_parked = BATCH;
	set.idle_ms = 60000;
	set.stop_ms = 500;
	if (pthread_create(&thread, NULL, commit, &site) != 0 ||
		http_start(&set, &handler, &server) != OK)
		return 1;
	printf("%u\n", port);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	http_stop(server);
	atomic_store(&site.ended, true);
	(void)pthread_join(thread, NULL);
	http_reply_free(site.page);
	http_reply_free(site.json);
	return 0;
}
