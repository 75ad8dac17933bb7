/*
 * probe.c - what keeper's files say, for the oracle of the kill tests.
 *
 *     kill_probe DIR
 *
 * Opens DIR, a copy of SITE/keeper, as keeper would (which replays its
 * journal into the copy), and prints a line an entry:
 *
 *     SLOT PETITION STATE VERDICT WINNER HAS_LOCK RID C
 *
 * State and verdict are the numbers of keep_entry.h and keep.h, WINNER is the
 * slot that won the entry's group or 0, HAS_LOCK says whether the record can
 * still be opened, RID and C are hex.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"
#include "role/keep_store.h"

struct probe {
	struct keep_store store;
	struct buf line;
};

static bool has_locks(const struct keep_store *s, uint64_t slot)
{
	uint64_t bytes = 0;

	return file_size(s->locks_fd, &bytes) == OK &&
		bytes >=
		(slot + 1) * KEEP_STORE_LOCKS * sizeof(struct masked_lock);
}

static enum err print_one(void *context, const struct keep_entry *e)
{
	struct probe *p = context;
	static const struct masked_lock none;
	struct masked_lock lock = none;
	enum err err = OK;

	/* A slot that was burnt never had one: the file may end before. */
	if (e->state != KEEP_DEAD || has_locks(&p->store, e->slot))
		err = keep_store_lock(
			&p->store, e->slot, COMPARTMENT_IDENTITY, &lock);
	if (err != OK)
		return err;
	buf_clear(&p->line);
	buf_printf(&p->line, "%llu %llu %d %d %llu %d ",
		(unsigned long long)e->slot, (unsigned long long)e->petition,
		(int)e->state, (int)e->verdict, (unsigned long long)e->claimed,
		memcmp(&lock, &none, sizeof(lock)) != 0);
	enc_hex(&p->line, e->rid.byte, sizeof(e->rid.byte));
	buf_c(&p->line, " ");
	enc_hex(&p->line, e->c.byte, sizeof(e->c.byte));
	buf_c(&p->line, "\n");
	if (buf_err(&p->line) != OK)
		return buf_err(&p->line);
	(void)fwrite(p->line.at, 1, p->line.len, stdout);
	return OK;
}

int main(int argc, char **argv)
{
	static struct probe p;
	int dir_fd;
	enum err e;

	if (argc != 2) {
		(void)fputs("usage: kill_probe DIR\n", stderr);
		return 2;
	}
	buf_init(&p.line, 1024);
	e = file_open_dir(AT_FDCWD, argv[1], &dir_fd);
	if (e == OK) {
		e = keep_store_open(dir_fd, &p.store);
		if (e == OK) {
			e = keep_store_scan(&p.store, print_one, &p);
			keep_store_release(&p.store);
		}
		(void)close(dir_fd);
	}
	buf_release(&p.line);
	if (e != OK)
		(void)fprintf(stderr, "%s: %s\n", argv[1], err_text(e));
	return e == OK ? 0 : 1;
}
