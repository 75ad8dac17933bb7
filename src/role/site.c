#include "role/site.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/wipe.h"

static const size_t MAX_CONFIG_BYTES = 1 << 20;

void complain(const char *format, ...)
{
	va_list args;

	(void)fputs("petitiond: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

static void config_mistake(void *context, uint32_t line, const char *text)
{
	const struct site *s = context;

	if (line == 0)
		complain("%s/petitiond.conf: %s", s->path, text);
	else
		complain("%s/petitiond.conf:%u: %s", s->path, line, text);
}

static enum err read_config(struct site *s)
{
	enum err e = file_read(s->dir_fd, "petitiond.conf", &s->config_text);

	if (e != OK) {
		complain("%s/petitiond.conf: %s: `petitiond init %s` makes a "
			 "site",
			s->path, err_text(e), s->path);
		return e;
	}
	return config_parse(
		buf_view(&s->config_text), config_mistake, s, &s->config);
}

static enum err take_lock(struct site *s, enum site_use use)
{
	s->lock_fd =
		openat(s->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0) {
		complain("%s/lock: %s", s->path, strerror(errno));
		return err_from_errno(errno);
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (use == SITE_SERVE)
		complain("%s is being served already: stop that one first",
			s->path);
	return ERR_BUSY;
}

int site_lock(int dir_fd)
{
	int fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static enum err read_credential(struct site *s)
{
	const char *name = s->config.credential.at;
	struct stat st;
	enum err e = file_read_exact(
		s->dir_fd, name, s->credential, sizeof(s->credential));

	if (e != OK) {
		complain("%s/%s: %s: without it keeper's and sealer's keys "
			 "stay wrapped; restore it from where you keep it",
			s->path, name, err_text(e));
		return e;
	}
	if (fstatat(s->dir_fd, name, &st, 0) == 0 && (st.st_mode & 077) != 0) {
		complain("%s/%s can be read by others: chmod 600 it", s->path,
			name);
		return ERR_DENIED;
	}
	return OK;
}

enum err site_open(const char *path, enum site_use use, struct site *ret_site)
{
	struct site *s = ret_site;
	enum err e;

	*s = (struct site){ .dir_fd = -1, .lock_fd = -1 };
	buf_init(&s->config_text, MAX_CONFIG_BYTES);
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	e = file_open_dir(AT_FDCWD, path, &s->dir_fd);
	if (e != OK) {
		complain("%s: %s: `petitiond init %s` makes a site", path,
			err_text(e), path);
		return e;
	}
	e = read_config(s);
	if (e == OK && use != SITE_LOOK)
		e = take_lock(s, use);
	if (e == OK && use == SITE_SERVE)
		e = read_credential(s);
	if (e != OK)
		site_close(s);
	return e;
}

void site_close(struct site *s)
{
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	if (s->dir_fd >= 0)
		(void)close(s->dir_fd);
	buf_release(&s->config_text);
	config_release(&s->config);
	wipe(s->credential, sizeof(s->credential));
	s->lock_fd = -1;
	s->dir_fd = -1;
}

static int listen_on(const struct addrinfo *a)
{
	int on = 1;
	int fd = socket(
		a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, 4096) != 0) {
		int why = errno;

		(void)close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

/* A server that was killed holds its address until its roles are gone too. */
static int listen_soon(const struct addrinfo *a)
{
	static const struct timespec pause = { .tv_nsec = 50000000 };
	int fd = listen_on(a);

	for (int i = 0; fd < 0 && errno == EADDRINUSE && i < 60; i++) {
		(void)nanosleep(&pause, NULL);
		fd = listen_on(a);
	}
	return fd;
}

enum err site_listen_http(struct str address, int *ret_fd)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char text[128];
	char *colon;
	char *host = text;

	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(address));
	colon = strrchr(text, ':');
	if (colon != NULL)
		*colon = '\0';
	if (text[0] == '[' && colon != NULL && colon[-1] == ']') {
		colon[-1] = '\0';
		host = text + 1;
	}
	if (colon == NULL ||
		getaddrinfo(host, colon + 1, &hints, &found) != 0) {
		complain("\"%.*s\" is not ADDRESS:PORT: write one, such as "
			 "127.0.0.1:8080",
			STR_ARG(address));
		return ERR_INVALID;
	}
	*ret_fd = listen_soon(found);
	freeaddrinfo(found);
	if (*ret_fd < 0) {
		complain("cannot listen on %.*s: %s: stop what listens there "
			 "or choose another port with --listen",
			STR_ARG(address), strerror(errno));
		return err_from_errno(errno);
	}
	return OK;
}

static enum err socket_address(
	const char *site, struct str name, struct sockaddr_un *ret)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/%.*s", site,
		STR_ARG(name));
	if (n < 0 || (size_t)n >= sizeof(ret->sun_path)) {
		complain("%s: too long a path for a socket: use a shorter one",
			site);
		return ERR_TOO_LARGE;
	}
	return OK;
}

/* SITE/name, for this user alone. */
static enum err listen_unix(struct site *s, struct str name, int *ret_fd)
{
	struct sockaddr_un address;
	enum err e = socket_address(s->path, name, &address);
	mode_t old;
	int fd;

	if (e != OK)
		return e;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_from_errno(errno);
	(void)unlink(address.sun_path);
	old = umask(077);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(fd, 16) != 0) {
		complain("%s: %s", address.sun_path, strerror(errno));
		e = err_from_errno(errno);
		(void)close(fd);
	}
	(void)umask(old);
	if (e == OK)
		*ret_fd = fd;
	return e;
}

enum err site_listen_commands(struct site *s, int *ret_fd)
{
	return listen_unix(s, STR("control.sock"), ret_fd);
}

static bool is_plain_name(struct str name)
{
	return str_find(name, '/') == name.len && name.at[0] != '.' &&
		!str_eq(name, STR("control.sock"));
}

enum err site_listen_metrics(struct site *s, struct str address, int *ret_fd)
{
	if (address.len == 0) {
		*ret_fd = -1;
		return OK;
	}
	if (str_find(address, ':') < address.len)
		return site_listen_http(address, ret_fd);
	if (!is_plain_name(address)) {
		complain("[http] metrics_listen: \"%.*s\" is neither "
			 "ADDRESS:PORT nor the name of a socket in %s, such as "
			 "metrics.sock",
			STR_ARG(address), s->path);
		return ERR_INVALID;
	}
	return listen_unix(s, address, ret_fd);
}

enum err site_connect_commands(const char *path, int *ret_fd)
{
	struct sockaddr_un address;
	enum err e = socket_address(path, STR("control.sock"), &address);
	int fd;

	if (e != OK)
		return e;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_from_errno(errno);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		(void)close(fd);
		return ERR_NOT_FOUND;
	}
	*ret_fd = fd;
	return OK;
}
