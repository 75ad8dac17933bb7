#include "role/seal_desk.h"

#include "base/file.h"
#include "base/wipe.h"

enum { KEY_FILE_MAX = 4096 };

static enum err read_identity(int own_fd, struct age_identity *ret_identity)
{
	struct buf b;
	enum err e;

	buf_init(&b, KEY_FILE_MAX);
	e = file_read(own_fd, DESK_KEY_FILE, &b);
	if (e == OK &&
		age_identity_parse(str_trim(buf_view(&b)), ret_identity) != OK)
		e = ERR_CORRUPT;
	wipe(b.at, b.len);
	buf_release(&b);
	return e;
}

enum err seal_desk_read(int own_fd, struct str request, struct buf *b)
{
	struct age_identity *identity = SECRET_NEW(struct age_identity);
	struct desk_head h;
	struct sha256 hash;
	enum err e =
		identity == NULL ? ERR_MEMORY : read_identity(own_fd, identity);

	if (e == OK) {
		e = age_open(identity, request, b);
		if (e != OK && e != ERR_MEMORY)
			e = ERR_INVALID;
	}
	secret_free(identity);
	if (e != OK)
		return e;
	if (b->len < DESK_HEAD_LEN || b->len > DESK_HEAD_LEN + DESK_BODY_MAX ||
		desk_head_read((const uint8_t *)b->at, &h) != OK)
		return ERR_INVALID;
	sha256(b->at + DESK_HEAD_LEN, b->len - DESK_HEAD_LEN, &hash);
	return memcmp(&hash, &h.body, sizeof(hash)) == 0 ? OK : ERR_INVALID;
}

struct halves {
	const struct keyring *ring;
	const struct desk_head *head;
	const struct desk_values *values;
	struct keep_target *target;
	size_t n, cap;
};

/* Nothing if there is no key: then there is nothing to find. */
static void add_target(struct halves *h, uint64_t petition)
{
	const struct hmac_key *k1 =
		keyring_get(h->ring, petition, h->head->purpose);
	const struct hmac_key *exact =
		keyring_get(h->ring, petition, PURPOSE_EMAIL_EXACT);
	struct keep_target *t = &h->target[h->n];

	if (k1 == NULL || h->n == h->cap)
		return;
	*t = (struct keep_target){ .petition = petition };
	half_tag(k1, &h->values->value[0], 1, &t->half);
	if (h->head->purpose == PURPOSE_EMAIL_CANONICAL && exact != NULL)
		half_tag(exact, &h->values->value[1], 1, &t->exact);
	h->n++;
}

static void add_all(struct halves *h)
{
	uint64_t petition[64];
	size_t cursor = 0, n;

	do {
		n = keyring_petitions(
			h->ring, h->head->purpose, &cursor, petition, 64);
		for (size_t i = 0; i < n; i++)
			add_target(h, petition[i]);
	} while (n > 0);
}

/* Of the canonical form. */
static enum err block_target(struct keyring *ring,
	const struct desk_values *values, struct keep_target *ret_target)
{
	const struct hmac_key *k1;
	enum err e =
		keyring_get_or_create(ring, TAG_SITE, PURPOSE_BLOCKED, &k1);

	if (e != OK)
		return e;
	*ret_target = (struct keep_target){ .petition = TAG_SITE };
	half_tag(k1, &values->value[0], 1, &ret_target->half);
	return OK;
}

enum err seal_desk_targets(struct keyring *ring, struct clock *clock,
	struct str request, struct keep_target *ret_target, size_t cap,
	size_t *ret_n)
{
	struct desk_values values;
	struct desk_head head;
	struct halves h = { ring, &head, &values, ret_target, 0, cap };
	uint64_t week = week_of_hour(clock_hour(clock));
	enum err e = desk_head_read((const uint8_t *)request.at, &head);

	*ret_n = 0;
	if (e != OK ||
		(head.op != DESK_SEARCH && head.op != DESK_BLOCK &&
			head.op != DESK_UNBLOCK))
		return e;
	e = desk_values_read(
		str_slice(request, DESK_HEAD_LEN, request.len), &values);
	if (e == OK && head.op != DESK_SEARCH) {
		*ret_n = 1;
		return block_target(ring, &values, ret_target);
	}
	if (e != OK)
		return e;
	if (purpose_is_weekly(head.purpose)) {
		add_target(&h, week);
		if (week > 0)
			add_target(&h, week - 1);
	} else if (head.petition != 0) {
		add_target(&h, head.petition);
	} else {
		add_all(&h);
	}
	*ret_n = h.n;
	return OK;
}
