#include "cmd/admit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "crypto/secret.h"

enum { FILE_MAX = 64 << 10 };

enum err replace_owned(int dir_fd, const char *name, const struct buf *b)
{
	struct stat st;
	enum err e = buf_err(b);

	if (e == OK)
		e = file_replace(dir_fd, name, b->at, b->len, 0600);
	if (e == OK && geteuid() == 0 && fstat(dir_fd, &st) == 0 &&
		fchownat(dir_fd, name, st.st_uid, st.st_gid, 0) != 0)
		e = ERR_IO;
	return e;
}

/* Both roles that judge desks have the list. */
static enum err write_list(int site_dir_fd, const struct desks *d)
{
	static const char *const role[] = { "keeper", "web" };
	struct buf b;
	enum err e = OK;

	buf_init(&b, FILE_MAX);
	desks_write(&b, d);
	for (size_t i = 0; i < 2 && e == OK; i++) {
		int fd;

		e = file_open_dir(site_dir_fd, role[i], &fd);
		if (e != OK)
			break;
		e = replace_owned(fd, DESKS_FILE, &b);
		(void)close(fd);
	}
	buf_release(&b);
	return e;
}

static enum err read_list(int site_dir_fd, struct desks *ret_desks)
{
	int fd;
	enum err e = file_open_dir(site_dir_fd, "keeper", &fd);

	if (e != OK)
		return e;
	e = desks_read(fd, ret_desks);
	(void)close(fd);
	return e;
}

/* ---- sealer's key, to which requests are sealed ---- */

static enum err make_key(int fd, struct age_identity *identity)
{
	struct buf b;
	enum err e;

	buf_init(&b, FILE_MAX);
	age_identity_generate(rng_system(), identity);
	age_identity_text(identity, &b);
	buf_c(&b, "\n");
	e = replace_owned(fd, DESK_KEY_FILE, &b);
	wipe(b.at, b.len);
	buf_release(&b);
	return e;
}

static enum err need_key(int fd, struct age_identity *identity)
{
	struct buf b;
	enum err e;

	buf_init(&b, FILE_MAX);
	e = file_read(fd, DESK_KEY_FILE, &b);
	if (e == OK)
		e = age_identity_parse(str_trim(buf_view(&b)), identity);
	wipe(b.at, b.len);
	buf_release(&b);
	return e == ERR_NOT_FOUND ? make_key(fd, identity) : e;
}

static enum err sealer_recipient(
	int site_dir_fd, struct age_recipient *ret_recipient)
{
	struct age_identity *identity = SECRET_NEW(struct age_identity);
	int fd = -1;
	enum err e = identity == NULL
		? ERR_MEMORY
		: file_open_dir(site_dir_fd, "sealer", &fd);

	if (e == OK)
		e = need_key(fd, identity);
	if (e == OK)
		age_recipient_of(identity, ret_recipient);
	if (fd >= 0)
		(void)close(fd);
	secret_free(identity);
	return e;
}

/* ---- in and out ---- */

enum err admit_desk(int site_dir_fd, const struct desk *desk,
	struct age_recipient *ret_sealer)
{
	struct desks *d = calloc(1, sizeof(*d));
	enum err e = d == NULL ? ERR_MEMORY : read_list(site_dir_fd, d);
	size_t i = 0;

	while (e == OK && i < d->n &&
		memcmp(&d->desk[i].key, &desk->key, sizeof(desk->key)) != 0)
		i++;
	if (e == OK && i == DESKS_MAX)
		e = ERR_TOO_LARGE;
	if (e == OK) {
		d->desk[i] = *desk;
		d->n += i == d->n;
		e = sealer_recipient(site_dir_fd, ret_sealer);
	}
	if (e == OK)
		e = write_list(site_dir_fd, d);
	free(d);
	return e;
}

enum err dismiss_desk(int site_dir_fd, const struct sign_public *key)
{
	struct desks *d = calloc(1, sizeof(*d));
	enum err e = d == NULL ? ERR_MEMORY : read_list(site_dir_fd, d);
	size_t i = 0;

	while (e == OK && i < d->n &&
		memcmp(&d->desk[i].key, key, sizeof(*key)) != 0)
		i++;
	if (e == OK && i == d->n)
		e = ERR_NOT_FOUND;
	if (e == OK) {
		d->desk[i] = d->desk[--d->n];
		e = write_list(site_dir_fd, d);
	}
	free(d);
	return e;
}
