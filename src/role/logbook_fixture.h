/*
 * logbook_fixture.h - what logbook's tests share: a site in a temporary
 * folder, events with keeper's mac, and an auditor that believes only the
 * public files.
 */
#ifndef ROLE_LOGBOOK_FIXTURE_H
#define ROLE_LOGBOOK_FIXTURE_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"
#include "role/logbook.h"
#include "tlog/checkpoint.h"
#include "tlog/promise.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

#define FIXTURE_HOST "petitions.example.org"
/* 2026-11-23 12:00 UTC */
#define FIXTURE_NOW_MS ((int64_t)1795435200000)

struct fixture {
	char folder[64];
	int log_fd, public_fd;
	struct secret_key mac_key;
	struct hmac_key mac;
	struct clock_fake clock;
	struct rng_fake rng;
	struct logbook_settings settings;
	struct logbook *l;
};

static inline enum err fixture_open(struct fixture *f)
{
	struct logbook_setup setup = { .host = STR(FIXTURE_HOST),
		.log_dir_fd = f->log_fd,
		.public_dir_fd = f->public_fd,
		.mac_key = &f->mac_key,
		.clock = &f->clock.clock,
		.rng = &f->rng.rng,
		.settings = f->settings };

	return logbook_open(&setup, &f->l);
}

static inline void fixture_close(struct fixture *f)
{
	logbook_close(f->l);
	f->l = NULL;
}

/* Open the folders of a site that is there. */
static inline void fixture_attach(struct fixture *f)
{
	int fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || file_mkdir(fd, "log", 0700) != OK ||
		file_mkdir(fd, "public", 0755) != OK ||
		file_open_dir(fd, "log", &f->log_fd) != OK ||
		file_open_dir(fd, "public", &f->public_fd) != OK)
		abort();
	(void)close(fd);
}

static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/logbook-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		abort();
	fixture_attach(f);
	memset(&f->mac_key, 0x6D, sizeof(f->mac_key));
	hmac_key_init(&f->mac, f->mac_key.byte, sizeof(f->mac_key.byte));
	clock_fake_init(&f->clock, FIXTURE_NOW_MS);
	rng_fake_init(&f->rng, 1);
	f->settings = logbook_settings_default();
	if (logbook_init(f->log_fd, &f->rng.rng) != OK)
		abort();
}

static inline int fixture_remove_one(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_release(struct fixture *f)
{
	fixture_close(f);
	(void)close(f->log_fd);
	(void)close(f->public_fd);
	(void)nftw(f->folder, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- events ---- */

static inline void fixture_mac(
	const struct fixture *f, struct logbook_event *ev)
{
	event_mac(&f->mac, (uint8_t)ev->type, ev->petition, ev->slot, &ev->c,
		&ev->mac);
}

static inline struct logbook_event fixture_sign(const struct fixture *f,
	uint64_t ev_seq, uint64_t petition, uint64_t slot)
{
	struct logbook_event ev = { .ev_seq = ev_seq,
		.type = LEAF_SIGN,
		.petition = petition,
		.slot = slot,
		.wants_promise = true };

	memset(ev.c.byte, 0x51, sizeof(ev.c.byte));
	memcpy(ev.c.byte, &slot, sizeof(slot));
	fixture_mac(f, &ev);
	return ev;
}

static inline struct logbook_event fixture_withdraw(const struct fixture *f,
	uint64_t ev_seq, uint64_t petition, uint64_t slot)
{
	struct logbook_event ev = fixture_sign(f, ev_seq, petition, slot);

	ev.type = LEAF_WITHDRAW;
	ev.wants_promise = false;
	fixture_mac(f, &ev);
	return ev;
}

/* A PETITION, with its document published. */
static inline struct logbook_event fixture_petition(
	struct fixture *f, uint64_t ev_seq, uint64_t petition)
{
	struct logbook_event ev = {
		.ev_seq = ev_seq, .type = LEAF_PETITION, .petition = petition
	};
	struct sha256 hash;
	char text[32];

	(void)snprintf(text, sizeof(text), "{\"id\":%llu}",
		(unsigned long long)petition);
	if (logbook_document(f->l, str_c(text), &hash) != OK)
		abort();
	memcpy(ev.c.byte, hash.byte, sizeof(hash));
	return ev;
}

static inline struct logbook_event fixture_about(enum leaf_type type,
	uint64_t ev_seq, uint64_t petition, uint64_t target_ev_seq)
{
	return (struct logbook_event){ .ev_seq = ev_seq,
		.type = type,
		.petition = petition,
		.target_ev_seq = target_ev_seq,
		.reason = type == LEAF_INVALIDATE ? LEAF_FRAUD : 0 };
}

/* Accept one event and return its outcome. */
static inline enum logbook_outcome fixture_accept(
	struct fixture *f, struct logbook_event ev)
{
	struct logbook_result r = { 0 };

	if (logbook_accept(f->l, &ev, 1, &r) != OK || r.ev_seq != ev.ev_seq)
		return 0;
	return r.outcome;
}

/* ---- the auditor ---- */

struct audit {
	struct tlog_reader reader; /* of the hash tiles */
	int public_fd;
	unsigned year;
	uint64_t size;
	struct tree_hash root;
	struct leaf *leaf; /* size of them; free it */
	struct tree_hash *hash;
};

static inline enum err audit_file(
	const struct audit *a, struct tlog_tile tile, struct buf *b)
{
	struct buf path;
	enum err e;

	buf_init(&path, 256);
	buf_printf(&path, "log/%u/", a->year);
	tlog_tile_path(&path, tile);
	e = file_read(a->public_fd, path.at, b);
	buf_release(&path);
	if (e != ERR_NOT_FOUND || tile.width == TLOG_TILE_WIDTH)
		return e;
	/* The full one will do. */
	tile.width = TLOG_TILE_WIDTH;
	return audit_file(a, tile, b);
}

static inline enum err audit_tile(struct tlog_reader *r, unsigned level,
	uint64_t index, unsigned width, struct tree_hash *ret_hashes)
{
	struct tlog_tile tile = { false, level, index, width };
	size_t len = width * sizeof(*ret_hashes);
	struct buf b;
	enum err e;

	buf_init(&b, 65536);
	e = audit_file((struct audit *)r, tile, &b);
	if (e == OK && b.len < len)
		e = ERR_CORRUPT;
	if (e == OK)
		memcpy(ret_hashes, b.at, len);
	buf_release(&b);
	return e;
}

static inline enum err audit_bundle(struct audit *a, uint64_t index)
{
	unsigned width = tlog_tile_width(a->size, 0, index);
	struct tlog_tile tile = { true, 0, index, width };
	static uint8_t leaves[TLOG_TILE_WIDTH][TLOG_LEAF_BYTES];
	struct buf b;
	enum err e;

	buf_init(&b, 65536);
	e = audit_file(a, tile, &b);
	if (e == OK)
		e = tlog_bundle_get(str_slice(buf_view(&b), 0,
					    (size_t)width * TLOG_ENTRY_BYTES),
			width, leaves);
	buf_release(&b);
	for (unsigned i = 0; e == OK && i < width; i++) {
		uint64_t n = index * TLOG_TILE_WIDTH + i;

		e = leaf_decode(leaves[i], &a->leaf[n]);
		tlog_hash_leaf(leaves[i], TLOG_LEAF_BYTES, &a->hash[n]);
	}
	return e;
}

static inline enum err audit_checkpoint(struct audit *a, const struct vkey *key)
{
	struct checkpoint c;
	char path[64], origin[128];
	struct buf b;
	enum err e;

	(void)snprintf(path, sizeof(path), "log/%u/checkpoint", a->year);
	(void)snprintf(origin, sizeof(origin), FIXTURE_HOST "/log/%u", a->year);
	buf_init(&b, 65536);
	e = file_read(a->public_fd, path, &b);
	if (e == OK)
		e = checkpoint_open(buf_view(&b), str_c(origin), key, &c);
	if (e == OK) {
		a->size = c.size;
		a->root = c.root;
	}
	buf_release(&b);
	return e;
}

/* Textbook MTH. */
static inline struct tree_hash audit_mth(const struct tree_hash *d, uint64_t n)
{
	struct tree_hash left, right;
	uint64_t k = 1;

	if (n == 0) {
		tlog_hash_empty(&left);
		return left;
	}
	if (n == 1)
		return d[0];
	while (k * 2 < n)
		k *= 2;
	left = audit_mth(d, k);
	right = audit_mth(d + k, n - k);
	tlog_hash_node(&left, &right, &left);
	return left;
}

/* Read a year's public log: OK if the entries lead to the checkpoint's root,
 * and the hash tiles too.  Release it. */
static inline enum err audit_open(struct audit *a, const struct fixture *f,
	const struct vkey *key, unsigned year)
{
	struct tree_hash root;
	enum err e;

	memset(a, 0, sizeof(*a));
	a->reader.read_tile = audit_tile;
	a->public_fd = f->public_fd;
	a->year = year;
	e = audit_checkpoint(a, key);
	if (e != OK)
		return e;
	a->leaf = calloc(a->size + 1, sizeof(*a->leaf));
	a->hash = calloc(a->size + 1, sizeof(*a->hash));
	for (uint64_t i = 0; e == OK && i * TLOG_TILE_WIDTH < a->size; i++)
		e = audit_bundle(a, i);
	if (e != OK)
		return e;
	root = audit_mth(a->hash, a->size);
	if (!tree_hash_eq(&root, &a->root))
		return ERR_CRYPTO;
	e = tlog_root_at(&a->reader, a->size, &root);
	if (e == OK && !tree_hash_eq(&root, &a->root))
		e = ERR_CORRUPT;
	return e;
}

static inline void audit_release(struct audit *a)
{
	free(a->leaf);
	free(a->hash);
}

/* How many leaves of type there are (of petition, unless 0). */
static inline uint64_t audit_count(
	const struct audit *a, enum leaf_type type, uint64_t petition)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < a->size; i++)
		n += a->leaf[i].type == type &&
			(petition == 0 || a->leaf[i].petition == petition);
	return n;
}

/* Where the leaf with this C stands; UINT64_MAX if it does not, and also if
 * it stands twice. */
static inline uint64_t audit_find(
	const struct audit *a, const struct commitment *c)
{
	uint64_t found = UINT64_MAX;

	for (uint64_t i = 0; i < a->size; i++) {
		if (memcmp(a->leaf[i].c, c->byte, sizeof(c->byte)) != 0)
			continue;
		if (found != UINT64_MAX)
			return UINT64_MAX;
		found = i;
	}
	return found;
}

/* Leaves that a verifier would report: docs/log.md section 2. */
static inline unsigned audit_faults(const struct audit *a)
{
	unsigned faults = 0;

	for (uint64_t i = 0; i < a->size; i++) {
		const struct leaf *l = &a->leaf[i];
		bool published = l->petition == 0 || l->aux != 0;

		for (uint64_t k = 0; k <= i && !published; k++)
			published = a->leaf[k].type == LEAF_PETITION &&
				a->leaf[k].petition == l->petition;
		faults += !published;
		if (leaf_has_target(l->type) && l->aux == 0)
			faults += l->number >= i ||
				a->leaf[l->number].type != LEAF_SIGN ||
				a->leaf[l->number].petition != l->petition;
	}
	return faults;
}

/* ---- steps of the tests ---- */

enum { SECOND = 1000, MINUTE = 60000 };

/* Checkpoint now; how many leaves it took. */
static inline size_t fixture_checkpoint(struct fixture *f)
{
	struct logbook_batch b = { 0 };

	clock_fake_advance(&f->clock, 10 * SECOND);
	CHECK_INT(logbook_checkpoint(f->l, &b), OK);
	return b.count;
}

static inline void fixture_check_public(struct fixture *f, uint64_t size)
{
	struct audit a;

	CHECK_INT(audit_open(&a, f, logbook_checkpoint_key(f->l), 2026), OK);
	CHECK_INT(a.size, size);
	CHECK_INT(audit_faults(&a), 0);
	audit_release(&a);
}

static inline void fixture_reopen(struct fixture *f)
{
	fixture_close(f);
	CHECK_INT(fixture_open(f), OK);
}

static inline void fixture_start(struct fixture *f)
{
	fixture_init(f);
	CHECK_INT(fixture_open(f), OK);
}

#endif
