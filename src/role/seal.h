/*
 * seal.h - what sealer does to a form: records, commitment, half-tags, token
 * hash (docs/protocol.md step 2), and the mail job once keeper has answered
 * (step 5).  No network and no files but the key ring's.
 *
 * One public-key operation an epoch, none a form.  All randomness of a batch
 * is drawn in one go.  Epochs end after EPOCH_RECORDS records or
 * EPOCH_SECONDS, and when their recipients change.
 *
 * Headers.  A record opens only with its epoch's header, so a header must be
 * stored with the epoch's first record.  The sealer keeps the last
 * SEALER_HEADERS of them: with each batch for web, send the header of every
 * epoch that the batch's records name, and let web store those it has not.
 * Sending only the first would lose all that follow, if that one transaction
 * failed.
 *
 * Not for several threads; never fork with a sealer alive.
 */
#ifndef ROLE_SEAL_H
#define ROLE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "crypto/age.h"
#include "crypto/keyring.h"
#include "crypto/psr1.h"
#include "crypto/tag.h"
#include "crypto/token.h"
#include "role/body.h"

enum {
	SEAL_BATCH_MAX = 256,
	SEALER_HEADERS = 64, /* epochs whose headers are remembered */
	SEAL_LOCKS = 3 /* identity, contact, standing: compartment less 1 */
};

/* A checked form; texts are borrowed and UTF-8. */
struct sealer_form {
	uint64_t petition;
	uint64_t slot;
	uint32_t hour;
	struct str name; /* as mailed */
	struct str email_mailed;
	struct str email_lower; /* E1 */
	struct str email_canonical; /* E2, with its domain */
	struct str name_slug;
	struct str postcode; /* letters and digits, upper case; may be empty */
	struct str country; /* code */
	struct str ip_text;
	uint8_t ip[16];
	uint8_t ip_len; /* 4 or 16 */
	bool wants_updates; /* makes a contact record */
	enum standing_part part; /* not NONE makes a standing record */
};

/*
 * A form sealed.  What must not be kept or shown stands in front: wipe with
 * sealed_wipe as soon as the mail job is made.
 */
struct sealed {
	struct {
		struct receipt_secret o;
		struct token token;
		struct lock lock[SEAL_LOCKS];
		struct half_tag half[TAG_PURPOSES]; /* as tag_purposes */
		struct half_tag blocked; /* of PURPOSE_BLOCKED */
	} secret;
	enum err err; /* ERR_INVALID, ERR_TOO_LARGE: nothing else is set */
	bool has[SEAL_LOCKS]; /* the record and its lock exist */
	struct commitment c;
	struct token_hash token_hash;
	struct sha256 identity_hash; /* h of the receipt link */
	struct psr1_record record[SEAL_LOCKS];
};

/* The key ring, in sealer's folder. */
#define SEALER_RING_FILE "k1.ring"

struct sealer;

/* The ring holds k1; clock, rng and ring are borrowed.  ERR_MEMORY. */
MUST_USE enum err sealer_new(struct clock *clock, struct rng *rng,
	struct keyring *ring, struct sealer **ret_sealer);
/* Wipes the epochs; NULL is allowed. */
void sealer_free(struct sealer *s);

/* Who may open records sealed from now on: 1 to AGE_RECIPIENTS_MAX. */
MUST_USE enum err sealer_recipients(struct sealer *s,
	enum compartment compartment, const struct age_recipient *recipients,
	size_t n);

/*
 * Seal n (at most SEAL_BATCH_MAX) forms.  A form that cannot be sealed says
 * so in its err: no petition, slot or IP address, or name and e-mail over
 * JOB_TEXT_MAX bytes together.  An error returned means that nothing may be
 * used: ERR_BUSY if a compartment in need has no recipients yet, else the
 * ring's.
 */
MUST_USE enum err seal_forms(struct sealer *s, const struct sealer_form *forms,
	size_t n, struct sealed *ret_sealed);

/* The mail job J of a sealed form; the same size for every verdict.
 * ERR_BUSY while mailer has no key. */
MUST_USE enum err seal_job(struct sealer *s, const struct sealer_form *form,
	const struct sealed *sealed, enum job_verdict verdict,
	struct psr1_record *ret_job);

/* Forget what is secret in it. */
void sealed_wipe(struct sealed *sealed);

/* The header of the epoch that sealed this record, borrowed until the next
 * call that seals; STR_NULL if that was too many epochs ago. */
struct str sealer_header(
	const struct sealer *s, const struct psr1_record *record);

/* Destroy k1 of the weeks before first, as far as they are over by our own
 * clock: this week's and the last one's stay, whatever keeper says. */
MUST_USE enum err sealer_forget_weeks(struct sealer *s, uint64_t first);

/* End epochs whose time is over, so that an idle sealer holds no old chain:
 * call every few seconds. */
void sealer_tick(struct sealer *s);

/* End all epochs now; for tests and before a planned stop. */
void sealer_end_epochs(struct sealer *s);

#endif
