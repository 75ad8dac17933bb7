#include "role/seal.h"

#include <assert.h>

#include "base/wipe.h"
#include "crypto/secret.h"

enum { COMPARTMENTS = 4, HEADER_MAX = 16384, SCRATCH_MAX = 4096 };

/* What one form draws. */
struct drawn {
	struct receipt_secret o;
	struct token token;
	struct lock lock[SEAL_LOCKS];
};

struct batch_secret {
	struct drawn drawn[SEAL_BATCH_MAX];
};

/* A compartment's running epoch, if any, and who opens the next. */
struct line {
	struct epoch *epoch;
	int64_t ends_ms; /* monotonic */
	struct age_recipient recipients[AGE_RECIPIENTS_MAX];
	size_t n_recipients;
};

struct header {
	struct epoch_id id;
	struct buf age;
};

struct sealer {
	struct clock *clock;
	struct rng *rng;
	struct keyring *ring;
	struct line line[COMPARTMENTS]; /* by compartment less 1 */
	struct header header[SEALER_HEADERS]; /* a ring */
	size_t headers; /* made so far */
	struct batch_secret *secret;
	struct buf body; /* the body at hand; wiped after each */
};

static const uint32_t petition_purposes[] = { PURPOSE_EMAIL_EXACT,
	PURPOSE_EMAIL_CANONICAL, PURPOSE_NAME, PURPOSE_MAILBOX_POSTCODE,
	PURPOSE_POSTCODE, PURPOSE_MAIL_DOMAIN };
static const uint32_t weekly_purposes[] = { PURPOSE_IP, PURPOSE_IP_NARROW,
	PURPOSE_IP_WIDE };
enum { N_WEEKLY = sizeof(weekly_purposes) / sizeof(weekly_purposes[0]) };

enum err sealer_new(struct clock *clock, struct rng *rng, struct keyring *ring,
	struct sealer **ret_sealer)
{
	struct sealer *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_MEMORY;
	s->secret = SECRET_NEW(struct batch_secret);
	if (s->secret == NULL) {
		free(s);
		return ERR_MEMORY;
	}
	s->clock = clock;
	s->rng = rng;
	s->ring = ring;
	for (size_t i = 0; i < SEALER_HEADERS; i++)
		buf_init(&s->header[i].age, HEADER_MAX);
	buf_init(&s->body, SCRATCH_MAX);
	*ret_sealer = s;
	return OK;
}

static void end_epoch(struct line *l)
{
	epoch_free(l->epoch);
	l->epoch = NULL;
}

void sealer_end_epochs(struct sealer *s)
{
	for (size_t i = 0; i < COMPARTMENTS; i++)
		end_epoch(&s->line[i]);
}

void sealer_tick(struct sealer *s)
{
	int64_t now_ms = clock_mono_ms(s->clock);

	for (size_t i = 0; i < COMPARTMENTS; i++)
		if (now_ms >= s->line[i].ends_ms)
			end_epoch(&s->line[i]);
}

void sealer_free(struct sealer *s)
{
	if (s == NULL)
		return;
	sealer_end_epochs(s);
	for (size_t i = 0; i < SEALER_HEADERS; i++)
		buf_release(&s->header[i].age);
	buf_release(&s->body);
	secret_free(s->secret);
	wipe(s, sizeof(*s));
	free(s);
}

enum err sealer_recipients(struct sealer *s, enum compartment compartment,
	const struct age_recipient *recipients, size_t n)
{
	struct line *l = &s->line[compartment - 1];

	if (n == 0 || n > AGE_RECIPIENTS_MAX)
		return ERR_INVALID;
	end_epoch(l);
	memcpy(l->recipients, recipients, n * sizeof(*recipients));
	l->n_recipients = n;
	return OK;
}

/* Make sure that the compartment has an epoch with room and time left. */
static enum err ready(struct sealer *s, enum compartment compartment)
{
	struct line *l = &s->line[compartment - 1];
	struct header *h = &s->header[s->headers % SEALER_HEADERS];
	enum err e;

	if (l->epoch != NULL && epoch_room(l->epoch) > 0)
		return OK;
	end_epoch(l);
	if (l->n_recipients == 0)
		return ERR_BUSY;
	buf_clear(&h->age);
	memset(&h->id, 0, sizeof(h->id));
	e = epoch_start(s->rng, compartment, l->recipients, l->n_recipients,
		&h->age, &l->epoch);
	if (e != OK)
		return e;
	h->id = *epoch_id(l->epoch);
	l->ends_ms = clock_mono_ms(s->clock) + (int64_t)EPOCH_SECONDS * 1000;
	s->headers++;
	return OK;
}

struct str sealer_header(
	const struct sealer *s, const struct psr1_record *record)
{
	struct psr1_head head;

	if (psr1_parse(part_of(record->byte, record->len), &head) != OK)
		return STR_NULL;
	for (size_t i = 0; i < SEALER_HEADERS; i++)
		if (memcmp(s->header[i].id.byte, head.epoch.byte,
			    sizeof(head.epoch.byte)) == 0)
			return buf_view(&s->header[i].age);
	return STR_NULL;
}

static enum err forget_weeks_of(
	struct keyring *ring, uint32_t purpose, uint64_t first)
{
	uint64_t week[64];
	size_t cursor = 0, n;
	enum err e = OK;

	while (e == OK &&
		(n = keyring_petitions(ring, purpose, &cursor, week, 64)) > 0)
		for (size_t i = 0; e == OK && i < n; i++)
			if (week[i] < first)
				e = keyring_destroy(ring, week[i], purpose);
	return e;
}

enum err sealer_forget_weeks(struct sealer *s, uint64_t first)
{
	uint64_t last = week_of_hour(clock_hour(s->clock)) - 1;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < N_WEEKLY; i++)
		e = forget_weeks_of(s->ring, weekly_purposes[i],
			first < last ? first : last);
	return e;
}

/* Every key of k1 that the batch needs, drawn at most once a petition. */
static enum err ready_keys(
	struct sealer *s, const struct sealer_form *forms, size_t n)
{
	const uint32_t blocked = PURPOSE_BLOCKED;
	uint64_t petition = 0;
	uint64_t week = 0;
	enum err e = keyring_need(s->ring, TAG_SITE, &blocked, 1);

	for (size_t i = 0; i < n && e == OK; i++) {
		if (forms[i].petition != petition) {
			petition = forms[i].petition;
			e = keyring_need(s->ring, petition, petition_purposes,
				sizeof(petition_purposes) / sizeof(uint32_t));
		}
		if (e == OK && week_of_hour(forms[i].hour) != week) {
			week = week_of_hour(forms[i].hour);
			e = keyring_need(
				s->ring, week, weekly_purposes, N_WEEKLY);
		}
	}
	return e;
}

static struct str domain_of(struct str address)
{
	size_t at = address.len;

	while (at > 0 && address.at[at - 1] != '@')
		at--;
	return str_slice(address, at, address.len);
}

/* An address with all but its first keep bytes zero. */
static struct str network(
	const struct sealer_form *f, size_t keep, uint8_t ret_bytes[16])
{
	memset(ret_bytes, 0, 16);
	memcpy(ret_bytes, f->ip, keep);
	return part_of(ret_bytes, f->ip_len);
}

static void make_half(struct sealer *s, const struct sealer_form *f,
	size_t which, struct str first, const struct str *second,
	struct half_tag *ret_halves)
{
	uint32_t purpose = tag_purposes[which];
	uint64_t petition = purpose_is_weekly(purpose) ? week_of_hour(f->hour)
						       : f->petition;
	const struct hmac_key *k1 = keyring_get(s->ring, petition, purpose);
	struct str parts[3] = { first, { "", 1 }, STR("") };

	assert(k1 != NULL); /* ready_keys */
	if (second != NULL)
		parts[2] = *second;
	half_tag(k1, parts, second == NULL ? 1 : 3, &ret_halves[which]);
}

static void make_halves(struct sealer *s, const struct sealer_form *f,
	struct half_tag ret_halves[TAG_PURPOSES])
{
	bool v4 = f->ip_len == 4;
	uint8_t narrow[16];
	uint8_t wide[16];

	make_half(s, f, 0, f->email_lower, NULL, ret_halves);
	make_half(s, f, 1, f->email_canonical, NULL, ret_halves);
	make_half(s, f, 2, f->email_canonical, &f->name_slug, ret_halves);
	make_half(s, f, 3, f->email_canonical, &f->postcode, ret_halves);
	make_half(s, f, 4, f->postcode, NULL, ret_halves);
	make_half(s, f, 5, domain_of(f->email_canonical), NULL, ret_halves);
	make_half(s, f, 6, part_of(f->ip, f->ip_len), NULL, ret_halves);
	make_half(s, f, 7, network(f, v4 ? 3 : 8, narrow), NULL, ret_halves);
	make_half(s, f, 8, network(f, v4 ? 2 : 6, wide), NULL, ret_halves);
}

/* Seal the body at hand and forget it. */
static enum err seal_body(struct sealer *s, enum compartment compartment,
	const struct sealer_form *f, const struct lock *lock, uint8_t min_class,
	struct psr1_record *ret_record)
{
	enum err e = ready(s, compartment);

	if (e == OK)
		e = buf_err(&s->body);
	if (e == OK)
		e = psr1_seal(s->line[compartment - 1].epoch, f->petition,
			f->slot, f->hour, lock, buf_view(&s->body), min_class,
			ret_record);
	if (s->body.at != NULL)
		wipe(s->body.at, s->body.len);
	buf_clear(&s->body);
	return e;
}

static enum err seal_identity(
	struct sealer *s, const struct sealer_form *f, struct sealed *to)
{
	struct body_identity body = { .name = f->name,
		.email = f->email_mailed,
		.postcode = f->postcode,
		.country = f->country,
		.ip = f->ip_text,
		.o = to->secret.o,
		.wants_updates = f->wants_updates };
	enum err e;

	to->has[0] = true;
	body_identity_put(&s->body, &body);
	wipe(&body.o, sizeof(body.o));
	e = seal_body(s, COMPARTMENT_IDENTITY, f, &to->secret.lock[0], 1,
		&to->record[0]);
	if (e == OK)
		sha256(to->record[0].byte, to->record[0].len,
			&to->identity_hash);
	return e;
}

static enum err seal_contact(
	struct sealer *s, const struct sealer_form *f, struct sealed *to)
{
	struct body_contact body = { f->name, f->email_mailed };

	to->has[1] = f->wants_updates;
	if (!f->wants_updates)
		return OK;
	body_contact_put(&s->body, &body);
	return seal_body(s, COMPARTMENT_CONTACT, f, &to->secret.lock[1], 1,
		&to->record[1]);
}

static enum err seal_standing(
	struct sealer *s, const struct sealer_form *f, struct sealed *to)
{
	struct body_standing body = { f->name, f->email_mailed, f->part };

	to->has[2] = f->part != STANDING_NONE;
	if (f->part == STANDING_NONE)
		return OK;
	body_standing_put(&s->body, &body);
	return seal_body(s, COMPARTMENT_STANDING, f, &to->secret.lock[2], 1,
		&to->record[2]);
}

static enum err check_form(const struct sealer_form *f)
{
	if (f->petition == 0 || f->slot == 0 ||
		(f->ip_len != 4 && f->ip_len != 16))
		return ERR_INVALID;
	if (f->name.len + f->email_mailed.len > JOB_TEXT_MAX)
		return ERR_TOO_LARGE;
	return OK;
}

static enum err seal_one(struct sealer *s, const struct sealer_form *f,
	const struct drawn *drawn, struct sealed *to)
{
	enum err e;

	to->secret.o = drawn->o;
	to->secret.token = drawn->token;
	memcpy(to->secret.lock, drawn->lock, sizeof(to->secret.lock));
	e = seal_identity(s, f, to);
	if (e == OK)
		e = seal_contact(s, f, to);
	if (e == OK)
		e = seal_standing(s, f, to);
	if (e != OK)
		return e;
	make_halves(s, f, to->secret.half);
	half_tag(keyring_get(s->ring, TAG_SITE, PURPOSE_BLOCKED),
		&f->email_canonical, 1, &to->secret.blocked);
	token_hash(f->slot, &to->secret.token, &to->token_hash);
	commit(&to->secret.o, f->petition, f->email_mailed, f->name,
		&to->identity_hash, &to->c);
	return OK;
}

enum err seal_forms(struct sealer *s, const struct sealer_form *forms, size_t n,
	struct sealed *ret_sealed)
{
	enum err e;

	assert(n <= SEAL_BATCH_MAX);
	sealer_tick(s);
	e = ready_keys(s, forms, n);
	if (e != OK)
		return e;
	rng_fill(s->rng, s->secret->drawn, n * sizeof(struct drawn));
	for (size_t i = 0; i < n && e == OK; i++) {
		struct sealed *to = &ret_sealed[i];

		to->err = check_form(&forms[i]);
		if (to->err == OK)
			e = seal_one(s, &forms[i], &s->secret->drawn[i], to);
		if (e == ERR_TOO_LARGE) { /* the form's fault, not ours */
			to->err = e;
			e = OK;
		}
	}
	wipe(s->secret->drawn, n * sizeof(struct drawn));
	if (e != OK)
		for (size_t i = 0; i < n; i++)
			sealed_wipe(&ret_sealed[i]);
	return e;
}

enum err seal_job(struct sealer *s, const struct sealer_form *form,
	const struct sealed *sealed, enum job_verdict verdict,
	struct psr1_record *ret_job)
{
	struct body_mail body = { .verdict = verdict,
		.email = form->email_mailed,
		.name = form->name,
		.token = sealed->secret.token,
		.o = sealed->secret.o,
		.identity_record = sealed->identity_hash,
		.petition = form->petition,
		.slot = form->slot };

	assert(sealed->err == OK);
	sealer_tick(s);
	body_mail_put(&s->body, &body);
	wipe(&body, sizeof(body));
	return seal_body(s, COMPARTMENT_MAIL, form, NULL, JOB_CLASS, ret_job);
}

void sealed_wipe(struct sealed *sealed)
{
	wipe(&sealed->secret, sizeof(sealed->secret));
}
