/*
 * keep_fixture.h - a keeper in a folder of its own, people who sign, and the
 * asks that sealer would make of them; for keep's tests and benchmark.
 */
#ifndef ROLE_KEEP_FIXTURE_H
#define ROLE_KEEP_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "role/keep.h"

struct world {
	char path[64];
	int dir_fd;
	/* On the heap: the keeper points to them, a world may be copied. */
	struct clock_fake *clock;
	struct rng_fake *rng;
	struct secret_key credential;
	struct secret_key mac_key;
	struct keep_settings settings;
	struct keep *keep;
	uint64_t requests; /* so far, in stories */
};

/* What somebody types.  The mailbox is the canonical address. */
struct person {
	const char *email;
	const char *mailbox;
	const char *name;
	const char *postcode;
};

static inline enum err world_open(struct world *w)
{
	struct keep_setup setup = {
		.dir_fd = w->dir_fd,
		.credential = &w->credential,
		.mac_key = &w->mac_key,
		.clock = &w->clock->clock,
		.rng = &w->rng->rng,
		.settings = w->settings,
	};

	return keep_open(&setup, &w->keep);
}

/* A restart; what the process had in memory is gone. */
static inline enum err world_restart(struct world *w)
{
	keep_close(w->keep);
	w->keep = NULL;
	return world_open(w);
}

/* An empty folder below TMPDIR; the keeper is not opened yet. */
static inline bool world_init(struct world *w)
{
	const char *tmp = getenv("TMPDIR");

	*w = (struct world){ .settings = keep_settings_default() };
	(void)snprintf(w->path, sizeof(w->path), "%s/keep-test-XXXXXX",
		tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	w->clock = malloc(sizeof(*w->clock));
	w->rng = malloc(sizeof(*w->rng));
	if (w->clock == NULL || w->rng == NULL || crypto_init() != OK ||
		mkdtemp(w->path) == NULL)
		return false;
	w->dir_fd = open(w->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clock_fake_init(w->clock, INT64_C(1795500000000));
	rng_fake_init(w->rng, 1);
	memset(&w->credential, 0x11, sizeof(w->credential));
	memset(&w->mac_key, 0x22, sizeof(w->mac_key));
	return w->dir_fd >= 0;
}

/* Call visit with every name in the folder. */
static inline void world_files(struct world *w,
	void (*visit)(struct world *w, const char *name, void *context),
	void *context)
{
	DIR *dir = opendir(w->path);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL) {
		if (d->d_name[0] != '.')
			visit(w, d->d_name, context);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

static inline void world_unlink(
	struct world *w, const char *name, void *context)
{
	(void)context;
	(void)unlinkat(w->dir_fd, name, 0);
}

static inline void world_release(struct world *w)
{
	keep_close(w->keep);
	world_files(w, world_unlink, NULL);
	(void)close(w->dir_fd);
	(void)rmdir(w->path);
	free(w->clock);
	free(w->rng);
}

static inline void fixture_half(uint8_t purpose, const char *a, const char *b,
	struct half_tag *ret_half)
{
	static const uint8_t k1[32] = { 0x33 };
	struct str part[3] = { { (const char *)&purpose, 1 }, str_c(a),
		str_c(b) };
	struct hmac_key key;

	hmac_key_init(&key, k1, sizeof(k1));
	half_tag(&key, part, 3, ret_half);
}

/* T and L of a slot, so that tests need not remember them. */
static inline struct token fixture_token(uint64_t slot)
{
	struct token t = { { 0x54 } };

	put_u64(t.byte + 8, slot);
	return t;
}

static inline struct lock fixture_lock(uint64_t slot, enum compartment c)
{
	struct lock l = { { 0x4c, (uint8_t)c } };

	put_u64(l.byte + 24, slot);
	return l;
}

/* What sealer asks for this person; number tells requests apart. */
static inline struct keep_ask fixture_ask(struct world *w, struct person p,
	uint64_t petition, uint64_t number, uint64_t slot)
{
	struct keep_ask ask = {
		.slot = slot,
		.petition = petition,
		.hour = clock_hour(&w->clock->clock),
		.lock_given = { true, true, false },
	};
	struct token t = fixture_token(slot);

	put_u32(ask.rid.byte, ask.hour * 60 + 1);
	put_u64(ask.rid.byte + 8, number);
	fixture_half(1, p.email, "", &ask.half[0]);
	fixture_half(2, p.mailbox, "", &ask.half[1]);
	fixture_half(3, p.mailbox, p.name, &ask.half[2]);
	fixture_half(4, p.mailbox, p.postcode, &ask.half[3]);
	fixture_half(5, p.postcode, "", &ask.half[4]);
	fixture_half(6, "example.org", "", &ask.half[5]);
	for (int i = 6; i < TAG_PURPOSES; i++)
		fixture_half((uint8_t)(i + 10), "192.0.2.1", "", &ask.half[i]);
	token_hash(slot, &t, &ask.token_hash);
	put_u64(ask.c.byte, slot);
	for (int i = 0; i < KEEP_LOCKS; i++)
		ask.lock[i] = fixture_lock(slot, (enum compartment)(i + 1));
	return ask;
}

#endif
