/*
 * keep_entry.h - what keeper stores of one slot, 192 bytes, and how an entry
 * moves from state to state (docs/protocol.md, "Entry states at keeper").
 *
 *     0   slot u64            72  C[32]
 *     8   petition u64        104 E1[16]
 *     16  group u64           120 E2[16]
 *     24  claimed u64         136 N[16]
 *     32  hour u32            152 Q[16]
 *     36  uptime hour u32     168 postcode[3]
 *     40  rid[16]             171 domain[3]
 *     56  H(T)[16]            174 state u8, verdict u8
 *                             176 corrects u64, flags u8, zero[7]
 *
 * group is the slot of the group's first entry, its root.  claimed is, in
 * the root and in the losers of a claim, the slot that won.  Flag 1 is leaving, flag 2
 * is unsettled, flag 4 is apart.  An entry of zeros is a slot without entry.
 */
#ifndef ROLE_KEEP_ENTRY_H
#define ROLE_KEEP_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "crypto/tag.h"
#include "crypto/token.h"

enum { KEEP_ENTRY_LEN = 192 };

/* The numbers are stored. */
enum keep_state {
	KEEP_NONE = 0,
	KEEP_TENTATIVE = 1, /* answered to sealer; does web have a row? */
	KEEP_SETTLED = 2, /* it has */
	KEEP_WON = 3, /* claimed; has web booked it? */
	KEEP_BOOKED = 4, /* it has */
	KEEP_DEAD = 5 /* freed: the slot is burnt */
};

/* The tags that the duplicate rule and the desk compare, as stored. */
enum { KEEP_E1, KEEP_E2, KEEP_N, KEEP_Q, KEEP_TAGS };

struct keep_entry {
	uint64_t slot;
	uint64_t petition;
	uint64_t group;
	uint64_t claimed;
	uint64_t corrects;
	uint32_t hour;
	uint32_t uptime_hour;
	struct rid rid;
	struct token_hash token_hash;
	struct commitment c;
	struct tag tag[KEEP_TAGS];
	uint8_t postcode[3];
	uint8_t domain[3];
	enum keep_state state;
	uint8_t verdict; /* enum keep_verdict */
	/* Its signer wants it gone (keep_leave); stays after its death. */
	bool leaving;
	/* It lost against a claim while it was tentative, and web has not been
	 * told: to web it goes on looking tentative, until it is settled or
	 * old.  Its rid names nothing any more. */
	bool unsettled;
	/* A limit set it apart: it is confirmed like any other, and not counted. */
	bool apart;
};

void keep_entry_write(
	const struct keep_entry *e, uint8_t ret_bytes[KEEP_ENTRY_LEN]);
/* ERR_CORRUPT unless the bytes are zero or the entry of this slot. */
MUST_USE enum err keep_entry_read(const uint8_t bytes[KEEP_ENTRY_LEN],
	uint64_t slot, struct keep_entry *ret_entry);

/* Tentative or settled. */
bool keep_entry_is_pending(const struct keep_entry *e);
/* Claimed or booked. */
bool keep_entry_is_claimed(const struct keep_entry *e);
/* Web will be asked about it at the next reconcile: tentative, so it seems,
 * or claimed. */
bool keep_entry_is_open(const struct keep_entry *e);

/* What becomes of the rid of an entry that dies.  It stays if web has a row of
 * it, so that pressing the button again still finds this slot. */
enum keep_rid_after {
	KEEP_RID_GOES,
	KEEP_RID_STAYS,
	KEEP_RID_UNSETTLED /* it stays, and so does what web believes */
};

/* Forget everything but the slot's history: petition, group, hours, H(T),
 * leaving, and who won (0: nobody). */
void keep_entry_kill(
	struct keep_entry *e, uint64_t winner, enum keep_rid_after rid);
/* Web's acknowledgement: tentative to settled, claimed to booked. */
void keep_entry_acknowledge(struct keep_entry *e, enum keep_state to);

#endif
