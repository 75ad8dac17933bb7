#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

/* The one piece of file-scope state in base: set once, before any thread. */
static const char *role_name = "petitiond";

void log_role(const char *role)
{
	role_name = role;
}

static void PRINTF_LIKE(2, 3) add(struct log_line *l, const char *format, ...)
{
	size_t room = sizeof(l->text) - 1 - l->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->len, room, format, args);
	va_end(args);
	if (n > 0)
		l->len += (size_t)n < room ? (size_t)n : room - 1;
}

void log_begin(struct log_line *l, const char *level, const char *event)
{
	time_t now = time(NULL);
	struct tm t = { 0 };
	char stamp[32];

	l->len = 0;
	(void)gmtime_r(&now, &t);
	if (strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &t) == 0)
		stamp[0] = '\0';
	add(l, "time=%s role=%s pid=%ld level=%s event=%s", stamp, role_name,
		(long)getpid(), level, event);
}

void log_int(struct log_line *l, const char *key, int64_t value)
{
	add(l, " %s=%lld", key, (long long)value);
}

void log_raw(struct log_line *l, const char *key, const char *value)
{
	add(l, " %s=%s", key, value);
}

void log_path(struct log_line *l, const char *key, const char *value)
{
	add(l, " %s=\"", key);
	for (; *value != '\0'; value++)
		if (*value >= ' ' && *value != '"' && *value != '\\' &&
			*value != 0x7f)
			add(l, "%c", *value);
	add(l, "\"");
}

void log_end(struct log_line *l)
{
	int saved = errno;

	l->text[l->len++] = '\n';
	if (write(STDERR_FILENO, l->text, l->len) < 0)
		(void)0; /* nowhere left to complain */
	errno = saved;
}

void log_simple(const char *level, const char *event)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_end(&l);
}

void log_simple_int(
	const char *level, const char *event, const char *key, int64_t value)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_int(&l, key, value);
	log_end(&l);
}

void log_failure(const char *event, enum err e)
{
	struct log_line l;

	if (err_level(e) == ERR_QUIET)
		return;
	log_begin(&l, err_level(e) == ERR_ALARM ? "alarm" : "notice", event);
	log_raw(&l, "error", err_name(e));
	if (e == ERR_IO || e == ERR_FULL)
		log_int(&l, "errno", errno);
	log_end(&l);
}
