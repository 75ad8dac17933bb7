#include "cmd/petition_verify_source.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

#define TRIES 3

struct source {
	int dir_fd; /* the folder, or the cache; -1 for none */
	CURL *curl; /* NULL for a folder */
	struct pieces *pieces; /* an evidence file's; NULL for the others */
	char base[1024]; /* URL without a slash at its end */
	char why[CURL_ERROR_SIZE + 64];
	bool used_cache;
};

static enum err open_remote(
	struct source *s, const char *where, const char *cache)
{
	struct str url = str_c(where);

	while (str_ends(url, STR("/")))
		url = str_slice(url, 0, url.len - 1);
	if (str_ends(url, STR(":")) || url.len >= sizeof(s->base) ||
		str_find(url, '?') < url.len || str_find(url, '#') < url.len)
		return ERR_INVALID;
	memcpy(s->base, url.at, url.len);
	if (cache != NULL) {
		enum err e = file_mkdir(AT_FDCWD, cache, 0700);

		if (e == OK)
			e = file_open_dir(AT_FDCWD, cache, &s->dir_fd);
		if (e != OK)
			return e;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return ERR_MEMORY;
	s->curl = curl_easy_init();
	return s->curl == NULL ? ERR_MEMORY : OK;
}

enum err source_open(
	const char *where, const char *cache, struct source **ret_source)
{
	struct source *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_MEMORY;
	s->dir_fd = -1;
	if (str_starts(str_c(where), STR("http://")) ||
		str_starts(str_c(where), STR("https://")))
		e = open_remote(s, where, cache);
	else
		e = file_open_dir(AT_FDCWD, where, &s->dir_fd);
	if (e != OK) {
		source_free(s);
		return e;
	}
	*ret_source = s;
	return OK;
}

enum err source_of_pieces(struct pieces *p, struct source **ret_source)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_MEMORY;
	s->dir_fd = -1;
	s->pieces = p;
	*ret_source = s;
	return OK;
}

void source_free(struct source *s)
{
	if (s == NULL)
		return;
	if (s->curl != NULL) {
		curl_easy_cleanup(s->curl);
		curl_global_cleanup();
	}
	if (s->dir_fd >= 0)
		(void)close(s->dir_fd);
	free(s);
}

bool source_is_remote(const struct source *s)
{
	return s->curl != NULL;
}

bool source_used_cache(const struct source *s)
{
	return s->used_cache;
}

const char *source_why(const struct source *s)
{
	return s->why;
}

static void set_why(struct source *s, const char *why)
{
	(void)snprintf(s->why, sizeof(s->why), "%s", why);
}

static size_t take(char *at, size_t size, size_t n, void *user)
{
	struct buf *b = user;

	buf_put(b, at, size * n);
	return buf_err(b) == OK ? size * n : 0;
}

static void set_options(
	struct source *s, const char *url, char *errors, struct buf *b)
{
	CURL *c = s->curl;
	curl_off_t had = (curl_off_t)b->len;

	curl_easy_reset(c); /* keeps the connection */
	(void)curl_easy_setopt(c, CURLOPT_URL, url);
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(c, CURLOPT_MAXREDIRS, 3L);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 20L);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 60L);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "petition-verify");
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, errors);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, b);
	/* What came of a file that never changes need not come again. */
	(void)curl_easy_setopt(c, CURLOPT_RESUME_FROM_LARGE, had);
}

/* One attempt, from where b ends.  ERR_BUSY asks for another. */
static enum err fetch_once(
	struct source *s, const char *url, enum source_life life, struct buf *b)
{
	char errors[CURL_ERROR_SIZE] = "";
	bool resumed = b->len > 0;
	long status = 0;
	CURLcode code;

	set_options(s, url, errors, b);
	code = curl_easy_perform(s->curl);
	(void)curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, NULL);
	if (buf_err(b) != OK)
		return buf_err(b);
	(void)curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == (resumed ? 206 : 200))
		return OK;
	/* A server that gives no parts is asked for all once more; so is one
	 * for a file that may be another by now. */
	if (code == CURLE_OK || code == CURLE_RANGE_ERROR ||
		life == SOURCE_CHANGES || (status != 200 && status != 206))
		buf_clear(b);
	if (code != CURLE_OK) {
		set_why(s,
			errors[0] != '\0' ? errors : curl_easy_strerror(code));
		return ERR_BUSY;
	}
	if (status == 404 || status == 410)
		return ERR_NOT_FOUND;
	(void)snprintf(s->why, sizeof(s->why), "HTTP status %ld", status);
	return resumed || status >= 500 || status == 429 ? ERR_BUSY : ERR_IO;
}

/* An attempt that brought something does not count. */
static enum err fetch(struct source *s, const char *path, enum source_life life,
	struct buf *b)
{
	char url[2048];
	enum err e = ERR_BUSY;
	unsigned tries = 0;

	buf_clear(b);
	if (snprintf(url, sizeof(url), "%s/%s", s->base, path) >=
		(int)sizeof(url))
		return ERR_TOO_LARGE;
	while (e == ERR_BUSY && tries < TRIES) {
		size_t had = b->len;

		if (tries > 0)
			(void)sleep(tries);
		e = fetch_once(s, url, life, b);
		tries = b->len > had ? 1 : tries + 1;
	}
	return e == ERR_BUSY ? ERR_IO : e;
}

/* A cache that cannot be written is no reason to stop. */
static void keep(struct source *s, const char *path, const struct buf *b)
{
	if (file_mkdirs(s->dir_fd, path, 0700) == OK &&
		file_swap(s->dir_fd, path, b->at, b->len, 0600) == OK)
		return;
	set_why(s, "the cache cannot be written");
}

enum err source_get_anew(struct source *s, const char *path, struct buf *b)
{
	enum err e = fetch(s, path, SOURCE_FIXED, b);

	if (e == OK && s->dir_fd >= 0)
		keep(s, path, b);
	return e;
}

static enum err read_local(struct source *s, const char *path, struct buf *b)
{
	enum err e;

	buf_clear(b);
	e = s->pieces != NULL ? pieces_get(s->pieces, path, b)
			      : file_read(s->dir_fd, path, b);
	if (e != OK && e != ERR_NOT_FOUND && e != ERR_TOO_LARGE)
		set_why(s, err_text(e));
	return e;
}

enum err source_get(struct source *s, const char *path, enum source_life life,
	struct buf *b)
{
	if (s->curl == NULL)
		return read_local(s, path, b);
	if (life == SOURCE_CHANGES)
		return fetch(s, path, life, b);
	if (s->dir_fd >= 0 && read_local(s, path, b) == OK) {
		s->used_cache = true;
		return OK;
	}
	return source_get_anew(s, path, b);
}
