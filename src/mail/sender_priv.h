/*
 * sender_priv.h - the sender's state, shared by its two halves: sender.c (the
 * caller's side) and sender_run.c (the pool's threads).
 */
#ifndef MAIL_SENDER_PRIV_H
#define MAIL_SENDER_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "mail/pace.h"
#include "mail/sender.h"
#include "mail/smtp.h"

enum { TOOK_SAMPLES = 32 };

enum parcel_state { FREE, WAITING, FLYING, DONE };

/* A mail's place in the window.  mail is set from WAITING until DONE, unless
 * it pretends. */
struct parcel {
	enum parcel_state state;
	bool pretends;
	bool can_wait;
	uint64_t domain; /* pace_key */
	enum mail_outcome outcome; /* when DONE, or of a pretence */
	bool no_mailbox; /* when DONE */
	unsigned tries;
	uint64_t tag;
	uint64_t order; /* of submission; of finishing when DONE */
	int64_t ready_ms; /* not before */
	struct smtp_mail mail;
};

/*
 * All below lock is under it, except that a FLYING parcel's mail belongs to
 * the thread that flies it.  While pausing (down_tries > 0) one parcel flies
 * at a time.  free_count counts the FREE parcels.
 */
struct mail_sender {
	struct mail_settings settings; /* strings are ours */
	struct clock *clock;
	struct rng *rng;
	atomic_bool stop;
	int fd;
	pthread_t *threads;
	unsigned thread_count;
	pthread_mutex_t lock;
	pthread_cond_t work; /* something to do, or stop */
	struct parcel *window;
	size_t free_count;
	size_t done_count;
	size_t real_count; /* WAITING or FLYING, without pretences */
	unsigned flying;
	uint64_t next_order;
	unsigned down_tries;
	int64_t down_until_ms;
	struct pace pace;
	uint64_t pauses; /* begun; tells old failures from new ones */
	uint32_t took_us[TOOK_SAMPLES];
	unsigned took_count;
	struct mail_stats stats;
};

/* A thread of the pool: arg is the sender.  Ends when stop is set. */
void *sender_run(void *arg);

#endif
