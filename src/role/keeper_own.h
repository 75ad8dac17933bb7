/*
 * keeper_own.h - what the files of the keeper's turn share: keeper.c (the turn,
 * and what sealer asks), keeper_web.c (what web says), keeper_desk.c (what
 * desks ask).
 *
 * An error is one of the store and ends the process; a peer that talks
 * nonsense gets no answer, and one that is gone is no error.
 */
#ifndef ROLE_KEEPER_OWN_H
#define ROLE_KEEPER_OWN_H

#include <stdbool.h>

#include "role/desk.h"
#include "role/keep.h"
#include "role/keep_find.h"
#include "role/message.h"
#include "role/runtime.h"

enum { KEEPER_FRAMES_MAX = 64, KEEPER_NONCES = 256 };

struct keeper {
	struct role *role;
	struct keep *keep;
	bool reconciled;
	uint64_t unsettled_at; /* where the next frame begins */
	int64_t tick_at_ms;

	struct keep_ask ask[KEEP_BATCH_MAX];
	struct keep_answer answer[KEEP_BATCH_MAX];
	size_t n_asks; /* of frames that are not answered yet */
	size_t frame_asks[KEEPER_FRAMES_MAX];
	size_t n_frames;
	struct keep_claim claim[KEEP_BATCH_MAX];
	struct keep_claimed claimed[KEEP_BATCH_MAX];
	uint32_t claim_id[KEEP_BATCH_MAX];
	size_t n_claims;
	struct keep_leave leave[KEEP_BATCH_MAX];
	struct keep_left left[KEEP_BATCH_MAX];
	uint32_t leave_id[KEEP_BATCH_MAX];
	bool gone[KEEP_BATCH_MAX];
	uint64_t slot[KEEP_BATCH_MAX];
	enum keep_free_outcome freed[KEEP_BATCH_MAX];
	struct keep_unsettled unsettled[KEEP_BATCH_MAX];

	struct keep_find *find; /* of a desk; NULL: none is under way */
	uint32_t find_id;
	struct desk_head find_head;
	struct age_recipient find_to;
	struct desk_nonce nonce[KEEPER_NONCES]; /* a ring */
	size_t n_nonces;
};

/* ---- keeper_web.c ---- */

/* Reconciling begins: web hears of the first entries that it has not settled. */
MUST_USE enum err keeper_send_unsettled(struct keeper *k);
/* To a sealer that came back: every petition whose tags died here. */
void keeper_tell_forget_all(struct keeper *k);
/* Below which week of contact addresses no keys are kept. */
void keeper_tell_weeks(struct keeper *k);
/* All that web has sent.  Claims are answered as one batch. */
MUST_USE enum err keeper_hear_web(struct keeper *k);

/* ---- keeper_desk.c ---- */

/* One question of a desk, judged or begun; refusals are answers. */
MUST_USE enum err keeper_hear_desk(struct keeper *k, struct view *v);
/* A piece of the search under way, if one is; signing goes on in between. */
MUST_USE enum err keeper_go_on_finding(struct keeper *k);

#endif
