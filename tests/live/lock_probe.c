/*
 * lock_probe.c - a stopped site's locks, for whoever may open its records.
 *
 * usage: lock_probe SITE SLOT COMPARTMENT: the lock in hex on one line, or the
 * name of the error, and exit 1.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/wipe.h"
#include "role/keep.h"

static enum err open_site(const char *site, struct keep **ret_keep)
{
	struct secret_key *key = secret_alloc(2 * sizeof(*key));
	struct keep_setup setup = { .credential = &key[0],
		.mac_key = &key[1],
		.clock = clock_system(),
		.rng = rng_system(),
		.settings = keep_settings_default() };
	int site_fd;
	enum err e;

	if (key == NULL)
		return ERR_MEMORY;
	e = file_open_dir(AT_FDCWD, site, &site_fd);
	if (e == OK)
		e = file_read_exact(
			site_fd, "credential.key", &key[0], sizeof(key[0]));
	if (e == OK)
		e = file_read_exact(
			site_fd, "keeper/event.key", &key[1], sizeof(key[1]));
	if (e == OK)
		e = file_open_dir(site_fd, "keeper", &setup.dir_fd);
	if (e == OK)
		e = keep_open(&setup, ret_keep);
	secret_free(key);
	return e;
}

static enum err show(struct keep *k, uint64_t slot, uint64_t compartment)
{
	struct lock lock;
	struct buf b;
	enum err e = keep_lock(k, slot, (enum compartment)compartment, &lock);

	if (e != OK)
		return e;
	buf_init(&b, 128);
	enc_hex(&b, &lock, sizeof(lock));
	(void)printf("%.*s\n", STR_ARG(buf_view(&b)));
	buf_release(&b);
	wipe(&lock, sizeof(lock));
	return OK;
}

int main(int argc, char **argv)
{
	struct keep *k = NULL;
	uint64_t slot;
	uint64_t compartment;
	enum err e;

	if (argc != 4 || str_u64(str_c(argv[2]), &slot) != OK ||
		str_u64(str_c(argv[3]), &compartment) != OK ||
		compartment < 1 || compartment > KEEP_LOCKS)
		return 2;
	e = crypto_init();
	if (e == OK)
		e = open_site(argv[1], &k);
	if (e == OK)
		e = show(k, slot, compartment);
	keep_close(k);
	if (e != OK)
		(void)printf("%s\n", err_text(e));
	return e == OK ? 0 : 1;
}
