#include "role/logbook.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/wipe.h"
#include "role/logbook_own.h"

struct logbook_settings logbook_settings_default(void)
{
	return (struct logbook_settings){ .checkpoint_s = 10,
		.ripe_count = 8,
		.ripe_s = 900,
		.segment_bytes = (uint64_t)16 << 20 };
}

/* ---- keys ---- */

static const char checkpoint_file[] = "checkpoint.key";
static const char promise_file[] = "promise.key";

static enum err draw_key(int dir_fd, const char *name, struct rng *rng)
{
	struct secret_key seed;
	enum err e;

	rng_fill(rng, &seed, sizeof(seed));
	e = file_create(dir_fd, name, seed.byte, sizeof(seed.byte), 0600);
	wipe(&seed, sizeof(seed));
	return e;
}

enum err logbook_init(int log_dir_fd, struct rng *rng)
{
	enum err e = draw_key(log_dir_fd, checkpoint_file, rng);

	return e == OK ? draw_key(log_dir_fd, promise_file, rng) : e;
}

static enum err load_key(struct logbook *l, const char *name, const char *kind,
	struct sign_key *ret_key, struct vkey *ret_vkey)
{
	struct sign_public public_key;
	struct secret_key seed;
	struct buf full;
	enum err e;

	e = file_read_exact(
		l->setup.log_dir_fd, name, seed.byte, sizeof(seed.byte));
	if (e != OK)
		return e;
	sign_key_of_seed(&seed, ret_key);
	wipe(&seed, sizeof(seed));
	sign_public_of(ret_key, &public_key);
	buf_init(&full, NOTE_NAME_MAX_BYTES);
	buf_c(&full, l->host);
	buf_c(&full, kind);
	e = buf_err(&full);
	if (e == OK)
		e = vkey_make(buf_view(&full), &public_key, ret_vkey);
	buf_release(&full);
	return e;
}

static enum err load_keys(struct logbook *l, const struct secret_key *mac_key)
{
	enum err e;

	l->secrets = SECRET_NEW(struct logbook_secrets);
	if (l->secrets == NULL)
		return ERR_MEMORY;
	hmac_key_init(&l->secrets->mac, mac_key->byte, sizeof(mac_key->byte));
	e = load_key(l, checkpoint_file, "/log", &l->secrets->checkpoint,
		&l->checkpoint_key);
	if (e != OK)
		return e;
	return load_key(l, promise_file, "/promise", &l->secrets->promise,
		&l->promise_key);
}

/* ---- opening ---- */

static enum err lock_folder(struct logbook *l)
{
	enum err e = file_open_dir(l->setup.log_dir_fd, ".", &l->lock_fd);

	if (e != OK)
		return e;
	if (flock(l->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	return errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
}

static uint16_t clock_year(struct clock *clock)
{
	time_t now = (time_t)(clock_wall_ms(clock) / 1000);
	struct tm tm;

	return gmtime_r(&now, &tm) == NULL ? 1970
					   : (uint16_t)(tm.tm_year + 1900);
}

/* The first start.  Nothing is accepted before the state is durable, so a
 * journal's beginning without one is what a crash left of this function,
 * unless the arrays say that events came in: then the state was lost. */
static enum err begin(struct logbook *l)
{
	char name[32];
	uint64_t size;
	enum err e = file_size(l->events_fd, &size);

	if (e != OK)
		return e;
	if (size != 0)
		return ERR_CORRUPT;
	l->first_year = l->year = clock_year(l->setup.clock);
	l->next_seq = 1;
	l->journal.next_entry = 1;
	journal_name(1, name);
	if (unlinkat(l->setup.log_dir_fd, name, 0) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	e = journal_begin(&l->journal, l->setup.rng, 1);
	FAULT("log-begun");
	return e == OK ? state_save(l) : e;
}

/* The hour of the tree's last leaf, whose place is as durable as the state. */
static enum err load_hour(struct logbook *l)
{
	struct logbook_placed last = { .hour = 0 };
	enum err e = l->tree.size == 0
		? OK
		: leaf_rec_read(l, l->year, l->tree.size - 1, 1, &last);

	l->last_hour = last.hour;
	return e;
}

static enum err load(struct logbook *l)
{
	enum err e = state_load(l);

	if (e == ERR_NOT_FOUND)
		e = begin(l);
	if (e == OK)
		e = array_open_leaves(l, l->year);
	if (e == OK)
		e = load_hour(l);
	if (e == OK)
		e = public_find(l);
	return e;
}

/* What is published may go on where the journal ends: then this is an older
 * copy of it, and the database is asked for the rest. */
static enum err look_behind(struct logbook *l)
{
	uint16_t last = 0;
	enum err e = public_last_year(l, &last);

	l->behind = e == OK && ((l->found && !l->met) || last > l->year);
	return e;
}

/* The checkpoint that was found may be of the very state. */
static enum err replay(struct logbook *l)
{
	struct tree_hash root;
	enum err e;

	tlog_tree_root(&l->tree, &root);
	if (l->found && l->found_size == l->tree.size)
		l->met = tree_hash_eq(&root, &l->found_root);
	if (l->found && !l->met && l->found_size <= l->tree.size)
		return ERR_CORRUPT;
	e = replay_journal(l);
	return e == OK ? look_behind(l) : e;
}

static enum err open_all(struct logbook *l, const struct secret_key *mac_key)
{
	enum err e = lock_folder(l);

	if (e == OK)
		e = load_keys(l, mac_key);
	if (e == OK)
		e = public_folders(l);
	if (e == OK)
		e = array_open(l);
	l->replaying = true;
	if (e == OK)
		e = load(l);
	if (e == OK)
		e = replay(l);
	FAULT("log-open-replayed");
	l->replaying = false;
	waiting_ripen(l);
	if (e == OK)
		e = public_keys(l);
	if (e != OK || l->behind)
		return e;
	e = sequence_publish(l);
	return e == OK ? public_years(l) : e;
}

enum err logbook_open(
	const struct logbook_setup *setup, struct logbook **ret_logbook)
{
	struct logbook *l;
	enum err e;

	if (setup->host.len == 0 || setup->host.len > NOTE_NAME_MAX_BYTES - 16)
		return ERR_INVALID;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return ERR_MEMORY;
	l->setup = *setup;
	memcpy(l->host, setup->host.at, setup->host.len);
	l->setup.host = str_c(l->host);
	l->setup.mac_key = NULL;
	l->lock_fd = l->events_fd = l->slots_fd = l->leaves_fd = -1;
	l->journal = (struct journal){ .dir_fd = setup->log_dir_fd, .fd = -1 };
	l->ripe_ms = INT64_MAX;
	l->last_ms = clock_mono_ms(setup->clock) -
		(int64_t)setup->settings.checkpoint_s * 1000;
	buf_init(&l->note, NOTE_MAX_BYTES);
	buf_init(&l->scratch, JOURNAL_BODY_MAX);
	e = open_all(l, setup->mac_key);
	if (e != OK) {
		logbook_close(l);
		return e;
	}
	*ret_logbook = l;
	return OK;
}

void logbook_close(struct logbook *l)
{
	if (l == NULL)
		return;
	journal_close(&l->journal);
	array_close(l);
	if (l->lock_fd >= 0)
		(void)close(l->lock_fd);
	buf_release(&l->scratch);
	buf_release(&l->note);
	free(l->placed);
	free(l->order.ev_seq);
	free(l->petitions.at);
	free(l->waiting);
	secret_free(l->secrets);
	free(l);
}

enum err logbook_spend(struct logbook *l, enum err e)
{
	bool refusal =
		e == ERR_INVALID || e == ERR_TOO_LARGE || e == ERR_NOT_FOUND;

	return l->spent = refusal ? ERR_IO : e;
}

uint64_t logbook_next_seq(const struct logbook *l)
{
	return l->next_seq;
}

const struct vkey *logbook_checkpoint_key(const struct logbook *l)
{
	return &l->checkpoint_key;
}

const struct vkey *logbook_promise_key(const struct logbook *l)
{
	return &l->promise_key;
}
