#include "role/desk.h"

#include "base/bytes.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/wipe.h"

#define HEAD_MAGIC 0x50444b31u /* "PDK1" */
#define ANSWER_MAGIC 0x50444131u /* "PDA1" */
#define REPLY_MAGIC 0x50445231u /* "PDR1" */
#define KEY_PREFIX "desk1"

enum { FILE_MAX = 64 << 10, KEY_TEXT_LEN = 5 + 43, SALT_LEN = 16 };

static const char context[] = "petition-desk/v1";

enum err desk_reason_parse(struct str name, uint16_t *ret_reason)
{
	static const char *const names[DESK_REASONS] = { "", "fraud",
		"complaint", "request", "order", "audit" };

	for (uint16_t i = 1; i < DESK_REASONS; i++)
		if (str_eq(name, str_c(names[i]))) {
			*ret_reason = i;
			return OK;
		}
	return ERR_INVALID;
}

/* ---- the head ---- */

/* What is signed: the context, then the first 128 bytes. */
static struct str signed_text(
	const uint8_t head[DESK_HEAD_LEN], uint8_t ret_bytes[])
{
	size_t n = sizeof(context) - 1;

	memcpy(ret_bytes, context, n);
	memcpy(ret_bytes + n, head, DESK_SIGNED_LEN);
	return part_of(ret_bytes, n + DESK_SIGNED_LEN);
}

void desk_head_put(
	struct buf *b, const struct desk_head *h, const struct sign_key *key)
{
	uint8_t at[DESK_HEAD_LEN] = { 0 };
	uint8_t text[sizeof(context) + DESK_SIGNED_LEN];
	struct sign_public public;
	struct signature signature;

	put_u32(at, HEAD_MAGIC);
	at[4] = (uint8_t)h->op;
	at[5] = h->purpose;
	put_u16(at + 6, h->reason);
	put_u64(at + 8, h->time_s);
	memcpy(at + 16, h->nonce.byte, 16);
	put_u64(at + 32, h->petition);
	put_u64(at + 40, h->slot);
	memcpy(at + 48, h->tag.byte, 16);
	memcpy(at + 64, h->body.byte, 32);
	sign_public_of(key, &public);
	memcpy(at + 96, public.byte, 32);
	sign(key, signed_text(at, text), &signature);
	memcpy(at + 128, signature.byte, 64);
	buf_put(b, at, sizeof(at));
}

enum err desk_head_read(
	const uint8_t bytes[DESK_HEAD_LEN], struct desk_head *ret_head)
{
	struct desk_head h = { .op = (enum desk_op)bytes[4],
		.purpose = bytes[5],
		.reason = get_u16(bytes + 6),
		.time_s = get_u64(bytes + 8),
		.petition = get_u64(bytes + 32),
		.slot = get_u64(bytes + 40) };

	if (get_u32(bytes) != HEAD_MAGIC || h.op < DESK_SEARCH ||
		h.op > DESK_BLOCKED)
		return ERR_INVALID;
	memcpy(h.nonce.byte, bytes + 16, 16);
	memcpy(h.tag.byte, bytes + 48, 16);
	memcpy(h.body.byte, bytes + 64, 32);
	memcpy(h.key.byte, bytes + 96, 32);
	memcpy(h.signature.byte, bytes + 128, 64);
	*ret_head = h;
	return OK;
}

enum err desk_head_check(
	const uint8_t bytes[DESK_HEAD_LEN], const struct sign_public *key)
{
	uint8_t text[sizeof(context) + DESK_SIGNED_LEN];
	struct signature signature;

	memcpy(signature.byte, bytes + 128, 64);
	if (memcmp(bytes + 96, key->byte, 32) != 0 ||
		!sign_verify(key, signed_text(bytes, text), &signature))
		return ERR_DENIED;
	return OK;
}

/* ---- who may ask ---- */

void desk_key_text(struct buf *b, const struct sign_public *key)
{
	buf_c(b, KEY_PREFIX);
	enc_base64url(b, key->byte, sizeof(key->byte));
}

enum err desk_key_parse(struct str text, struct sign_public *ret_key)
{
	size_t n = 0;
	enum err e;

	if (text.len != KEY_TEXT_LEN || !str_starts(text, STR(KEY_PREFIX)))
		return ERR_INVALID;
	e = dec_base64url(str_slice(text, sizeof(KEY_PREFIX) - 1, text.len),
		ret_key->byte, sizeof(ret_key->byte), &n);
	return e == OK && n == sizeof(ret_key->byte) ? OK : ERR_INVALID;
}

/* One line, and short. */
static bool is_name(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return false;
	return text.len > 0 && text.len <= DESK_NAME_MAX;
}

static enum err read_line(struct desks *d, struct str line)
{
	struct desk *desk = &d->desk[d->n];
	struct str key, recipient;

	if (d->n == DESKS_MAX)
		return ERR_TOO_LARGE;
	if (!str_split(&line, ' ', &key) ||
		!str_split(&line, ' ', &recipient) || line.at == NULL ||
		!is_name(line) || desk_key_parse(key, &desk->key) != OK ||
		age_recipient_parse(recipient, &desk->recipient) != OK ||
		desks_find(d, &desk->key) != NULL)
		return ERR_CORRUPT;
	(void)snprintf(desk->name, sizeof(desk->name), "%.*s", STR_ARG(line));
	d->n++;
	return OK;
}

enum err desks_parse(struct str text, struct desks *ret_desks)
{
	struct str line;
	enum err e = OK;

	*ret_desks = (struct desks){ .n = 0 };
	while (e == OK && str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len > 0 && line.at[0] != '#')
			e = read_line(ret_desks, line);
	}
	return e;
}

enum err desks_read(int dir_fd, struct desks *ret_desks)
{
	struct buf b;
	enum err e;

	*ret_desks = (struct desks){ .n = 0 };
	buf_init(&b, FILE_MAX);
	e = file_read(dir_fd, DESKS_FILE, &b);
	if (e == OK)
		e = desks_parse(buf_view(&b), ret_desks);
	buf_release(&b);
	return e == ERR_NOT_FOUND ? OK : e;
}

void desks_write(struct buf *b, const struct desks *d)
{
	buf_c(b,
		"# Who may ask as a desk: KEY RECIPIENT NAME.  Change it with "
		"`petitiond keys`.\n");
	for (size_t i = 0; i < d->n; i++) {
		desk_key_text(b, &d->desk[i].key);
		buf_c(b, " ");
		age_recipient_text(&d->desk[i].recipient, b);
		buf_printf(b, " %s\n", d->desk[i].name);
	}
}

const struct desk *desks_find(
	const struct desks *d, const struct sign_public *key)
{
	for (size_t i = 0; i < d->n; i++)
		if (memcmp(&d->desk[i].key, key, sizeof(*key)) == 0)
			return &d->desk[i];
	return NULL;
}

/* ---- bodies ---- */

static void put_text(struct buf *b, struct str text)
{
	buf_u16(b, (uint16_t)text.len);
	buf_str(b, text);
}

void desk_values_put(
	struct buf *b, const uint8_t salt[16], const struct desk_values *v)
{
	buf_put(b, salt, SALT_LEN);
	for (size_t i = 0; i < 2; i++)
		put_text(b, v->value[i]);
}

enum err desk_values_read(struct str body, struct desk_values *ret_values)
{
	struct view v = view_of(body.at, body.len);

	(void)view_take(&v, SALT_LEN);
	ret_values->value[0] = view_str16(&v);
	ret_values->value[1] = view_str16(&v);
	return view_done(&v) && ret_values->value[0].len > 0 ? OK : ERR_INVALID;
}

enum err desk_set_read(struct str body, struct desk_set *ret_set)
{
	struct view v = view_of(body.at, body.len);
	struct desk_set s = { .n_heads = view_u8(&v) };

	if (s.n_heads < 1 || s.n_heads > 2)
		return ERR_INVALID;
	s.head = view_take(&v, s.n_heads * DESK_HEAD_LEN);
	if (v.bad || v.len == 0 || v.len % 8 != 0 || v.len / 8 > DESK_SLOTS_MAX)
		return ERR_INVALID;
	s.slots = part_of(v.at, v.len);
	*ret_set = s;
	return OK;
}

/* ---- answers ---- */

void desk_answer_begin(struct buf *b, const struct desk_head *h, uint32_t count)
{
	buf_u32(b, ANSWER_MAGIC);
	buf_u32(b, (uint32_t)h->op);
	buf_put(b, h->nonce.byte, sizeof(h->nonce.byte));
	buf_u32(b, count);
}

enum err desk_answer_read(
	struct view *v, const struct desk_head *h, uint32_t *ret_count)
{
	struct desk_nonce nonce;
	uint32_t magic = view_u32(v), op = view_u32(v), count;

	view_copy(v, nonce.byte, sizeof(nonce.byte));
	count = view_u32(v);
	if (v->bad || magic != ANSWER_MAGIC || op != (uint32_t)h->op ||
		memcmp(&nonce, &h->nonce, sizeof(nonce)) != 0 ||
		count > DESK_ROWS_MAX)
		return ERR_INVALID;
	*ret_count = count;
	return OK;
}

void desk_row_put(struct buf *b, const struct desk_row *r)
{
	buf_u64(b, r->slot);
	buf_u64(b, r->petition);
	buf_u32(b, r->hour);
	buf_byte(b, r->state);
	buf_byte(b, r->exact);
	buf_u16(b, 0);
}

void desk_row_read(struct view *v, struct desk_row *ret_row)
{
	ret_row->slot = view_u64(v);
	ret_row->petition = view_u64(v);
	ret_row->hour = view_u32(v);
	ret_row->state = view_u8(v);
	ret_row->exact = view_u8(v) != 0;
	(void)view_u16(v);
}

void desk_wave_put(struct buf *b, const struct desk_wave *w)
{
	buf_u32(b, w->purpose);
	buf_u32(b, w->count);
	buf_u32(b, w->first_hour);
	buf_u32(b, w->last_hour);
	buf_put(b, w->tag.byte, sizeof(w->tag.byte));
}

void desk_wave_read(struct view *v, struct desk_wave *ret_wave)
{
	ret_wave->purpose = view_u32(v);
	ret_wave->count = view_u32(v);
	ret_wave->first_hour = view_u32(v);
	ret_wave->last_hour = view_u32(v);
	view_copy(v, ret_wave->tag.byte, sizeof(ret_wave->tag.byte));
}

void desk_held_put(struct buf *b, const struct desk_held *h)
{
	buf_u64(b, h->slot);
	buf_u64(b, h->petition);
	buf_u32(b, h->hour);
	buf_u32(b, h->asked_hour);
	buf_byte(b, h->state);
	buf_byte(b, h->wants_updates);
	buf_u16(b, h->log_year);
	buf_u64(b, h->leaf);
	put_text(b, h->country);
	put_text(b, h->area);
}

void desk_held_read(struct view *v, struct desk_held *ret_held)
{
	ret_held->slot = view_u64(v);
	ret_held->petition = view_u64(v);
	ret_held->hour = view_u32(v);
	ret_held->asked_hour = view_u32(v);
	ret_held->state = view_u8(v);
	ret_held->wants_updates = view_u8(v) != 0;
	ret_held->log_year = view_u16(v);
	ret_held->leaf = view_u64(v);
	ret_held->country = view_str16(v);
	ret_held->area = view_str16(v);
}

/* ---- replies ---- */

enum err desk_reply_read(struct str text, struct desk_reply *ret_reply)
{
	struct view v = view_of(text.at, text.len);
	uint32_t magic = view_u32(&v);
	uint32_t len = view_u32(&v);
	const uint8_t *answer = view_take(&v, len);
	struct desk_reply r = { .header = view_str16(&v) };

	r.record = view_str16(&v);
	if (magic != REPLY_MAGIC || !view_done(&v))
		return ERR_INVALID;
	r.answer = (struct str){ (const char *)answer, len };
	*ret_reply = r;
	return OK;
}

enum err desk_reply_count(struct str text, uint32_t *ret_n)
{
	struct view v = view_of(text.at, text.len);
	uint32_t magic = view_u32(&v);
	uint32_t n = view_u32(&v);

	if (view_u32(&v) != 0 || !view_done(&v) || magic != REPLY_MAGIC)
		return ERR_INVALID;
	*ret_n = n;
	return OK;
}

void desk_reply_put(struct buf *b, const struct desk_reply *r)
{
	buf_u32(b, REPLY_MAGIC);
	buf_u32(b, (uint32_t)r->answer.len);
	buf_str(b, r->answer);
	put_text(b, r->header);
	put_text(b, r->record);
}

void desk_reply_put_count(struct buf *b, uint32_t n)
{
	buf_u32(b, REPLY_MAGIC);
	buf_u32(b, n);
	buf_u32(b, 0);
}
