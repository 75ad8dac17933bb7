#include "cmd/petition_desk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "crypto/secret.h"

#define KEY_PREFIX "DESK-SECRET-KEY-"

enum { FILE_MAX = 64 << 10 };

void desk_complain(const char *format, ...)
{
	va_list args;

	(void)fputs("petition-desk: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

/* ---- decrypting ---- */

static enum err read_pipe(int fd, struct buf *b)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		buf_put(b, piece, (size_t)n);
	}
	wipe(piece, sizeof(piece));
	return buf_err(b);
}

/* age asks for the passphrase at the terminal itself. */
static enum err run_age(const char *path, struct buf *b)
{
	int status = 0;
	int ends[2];
	enum err e;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_from_errno(errno);
	pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)execlp(
			"age", "age", "--decrypt", "--", path, (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	e = pid < 0 ? ERR_IO : read_pipe(ends[0], b);
	(void)close(ends[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status != 0)
		e = ERR_CRYPTO;
	return e;
}

static enum err read_plain(const char *path, struct buf *b)
{
	enum err e = file_read(AT_FDCWD, path, b);

	if (e == OK && str_starts(buf_view(b), STR("age-encryption.org/"))) {
		buf_clear(b);
		e = run_age(path, b);
	}
	return e;
}

/* ---- reading ---- */

static enum err read_key(struct desk_file *f, struct str text)
{
	struct secret_key seed;
	size_t n = 0;
	enum err e = dec_base64url(text, seed.byte, sizeof(seed.byte), &n);

	if (e == OK && n != sizeof(seed.byte))
		e = ERR_INVALID;
	if (e == OK) {
		sign_key_of_seed(&seed, &f->key);
		f->has_key = true;
	}
	wipe(&seed, sizeof(seed));
	return e;
}

static enum err read_line(struct desk_file *f, struct str line)
{
	if (line.len == 0 || line.at[0] == '#')
		return OK;
	if (str_starts(line, STR(KEY_PREFIX)))
		return read_key(
			f, str_slice(line, sizeof(KEY_PREFIX) - 1, line.len));
	if (f->n_identities == DESK_IDENTITIES_MAX)
		return ERR_TOO_LARGE;
	return age_identity_parse(line, &f->identity[f->n_identities++]);
}

enum err desk_file_parse(struct str text, struct desk_file *f)
{
	struct str line;
	enum err e = OK;

	while (e == OK && str_split(&text, '\n', &line))
		e = read_line(f, str_trim(line));
	return e == OK && (!f->has_key || f->n_identities == 0) ? ERR_INVALID
								: e;
}

enum err desk_file_open(const char *path, struct desk_file **ret_file)
{
	struct desk_file *f = SECRET_NEW(struct desk_file);
	struct buf b;
	enum err e;

	if (f == NULL)
		return ERR_MEMORY;
	f->n_identities = 0;
	f->has_key = false;
	buf_init(&b, FILE_MAX);
	e = read_plain(path, &b);
	if (e == OK)
		e = desk_file_parse(buf_view(&b), f);
	wipe(b.at, b.len);
	buf_release(&b);
	if (e != OK) {
		desk_complain("%s: %s: it must hold a desk's keys, as "
			      "`petition-desk init` writes them",
			path, err_text(e));
		desk_file_free(f);
		return e;
	}
	*ret_file = f;
	return OK;
}

void desk_file_free(struct desk_file *f)
{
	secret_free(f);
}

void desk_file_add_key(struct buf *b, struct sign_public *ret_public)
{
	struct secret_key seed;
	struct sign_key key;

	rng_fill(rng_system(), seed.byte, sizeof(seed.byte));
	sign_key_of_seed(&seed, &key);
	sign_public_of(&key, ret_public);
	buf_c(b, KEY_PREFIX);
	enc_base64url(b, seed.byte, sizeof(seed.byte));
	buf_c(b, "\n");
	wipe(&seed, sizeof(seed));
	wipe(&key, sizeof(key));
}

/* ---- the site ---- */

static void site_path(const char *path, char ret_path[4200])
{
	(void)snprintf(ret_path, 4200, "%s.site", path);
}

enum err desk_site_parse(struct str text, struct desk_site *ret_site)
{
	struct age_recipient recipient;
	struct str url;

	if (!str_split(&text, '\n', &url) || url.len == 0 ||
		url.len >= sizeof(ret_site->url) ||
		str_find(url, '\0') < url.len ||
		age_recipient_parse(str_trim(text), &recipient) != OK)
		return ERR_INVALID;
	(void)snprintf(
		ret_site->url, sizeof(ret_site->url), "%.*s", STR_ARG(url));
	ret_site->recipient = recipient;
	return OK;
}

enum err desk_site_read(const char *path, struct desk_site *ret_site)
{
	char file[4200];
	struct buf b;
	enum err e;

	site_path(path, file);
	buf_init(&b, FILE_MAX);
	e = file_read(AT_FDCWD, file, &b);
	if (e == OK)
		e = desk_site_parse(buf_view(&b), ret_site);
	if (e != OK)
		desk_complain("%s: %s: `petition-desk join` writes it", file,
			err_text(e));
	buf_release(&b);
	return e;
}

enum err desk_site_write(const char *path, struct str url, struct str recipient)
{
	struct age_recipient parsed;
	char file[4200];
	struct buf b;
	enum err e = age_recipient_parse(recipient, &parsed);

	while (str_ends(url, STR("/")))
		url.len--;
	if (!str_starts(url, STR("https://")) &&
		!str_starts(url, STR("http://")))
		e = ERR_INVALID;
	if (e != OK) {
		desk_complain("join needs https://HOST and the recipient that "
			      "`petitiond keys SITE admit` printed");
		return e;
	}
	site_path(path, file);
	buf_init(&b, FILE_MAX);
	buf_printf(&b, "%.*s\n%.*s\n", STR_ARG(url), STR_ARG(recipient));
	e = file_replace(AT_FDCWD, file, b.at, b.len, 0644);
	if (e != OK)
		desk_complain("%s: %s", file, err_text(e));
	buf_release(&b);
	return e;
}
