/*
 * petition_desk_search.c - petition-desk search, waves, cluster: slots by what
 * signers have in common; nothing is opened.
 */
#include <arpa/inet.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/enc.h"
#include "base/rng.h"
#include "base/wipe.h"
#include "cmd/petition_desk_ask.h"
#include "cmd/petition_desk_tool.h"
#include "domain/text.h"
#include "domain/when.h"
#include "role/keep_entry.h"

/* ---- what is looked for ---- */

static const struct {
	const char *name;
	enum purpose purpose;
} purposes[] = {
	{ "email", PURPOSE_EMAIL_CANONICAL },
	{ "postcode", PURPOSE_POSTCODE },
	{ "domain", PURPOSE_MAIL_DOMAIN },
	{ "ip", PURPOSE_IP },
	{ "ip-narrow", PURPOSE_IP_NARROW },
	{ "ip-wide", PURPOSE_IP_WIDE },
};

enum { N_PURPOSES = sizeof(purposes) / sizeof(purposes[0]) };

static const char *purpose_name(uint32_t purpose)
{
	for (size_t i = 0; i < N_PURPOSES; i++)
		if (purposes[i].purpose == purpose)
			return purposes[i].name;
	return "?";
}

static enum err purpose_parse(const char *text, uint8_t *ret_purpose)
{
	for (size_t i = 0; i < N_PURPOSES; i++)
		if (str_eq(str_c(text), str_c(purposes[i].name))) {
			*ret_purpose = (uint8_t)purposes[i].purpose;
			return OK;
		}
	desk_complain("\"%s\" is nothing to look for: see --help", text);
	return ERR_INVALID;
}

static enum err petition_parse(const char *text, uint64_t *ret_petition)
{
	*ret_petition = 0;
	if (str_eq(str_c(text), STR("all")))
		return OK;
	if (str_u64(str_c(text), ret_petition) == OK && *ret_petition != 0)
		return OK;
	desk_complain("\"%s\" is no petition's id", text);
	return ERR_INVALID;
}

/* The first bytes of an address, the rest zero (docs/formats.md section 4). */
static enum err ip_value(struct arena *a, const char *text, uint32_t purpose,
	struct str *ret_value)
{
	uint8_t *bytes = ARENA_ARRAY(a, uint8_t, 16);
	size_t len = 4, keep;

	if (bytes == NULL)
		return ERR_MEMORY;
	if (inet_pton(AF_INET, text, bytes) != 1) {
		len = 16;
		if (inet_pton(AF_INET6, text, bytes) != 1)
			return ERR_INVALID;
	}
	keep = len;
	if (purpose == PURPOSE_IP_NARROW)
		keep = len == 4 ? 3 : 8;
	if (purpose == PURPOSE_IP_WIDE)
		keep = len == 4 ? 2 : 6;
	memset(bytes + keep, 0, len - keep);
	*ret_value = part_of(bytes, len);
	return OK;
}

static enum err values_of(struct arena *a, uint32_t purpose, const char *text,
	struct desk_values *ret_values)
{
	struct desk_values v = { { STR(""), STR("") } };
	struct email email;
	enum err e = OK;

	switch (purpose) {
	case PURPOSE_EMAIL_CANONICAL:
		if (email_parse(a, str_c(text), &email) != EMAIL_FINE)
			e = ERR_INVALID;
		else
			v = (struct desk_values){ { email.canonical,
				email.lower } };
		break;
	case PURPOSE_MAIL_DOMAIN:
		if (email_parse(a, arena_printf(a, "x@%s", text), &email) !=
			EMAIL_FINE)
			e = ERR_INVALID;
		else
			v.value[0] = email.domain;
		break;
	case PURPOSE_POSTCODE:
		v.value[0] = postcode_canonical(a, str_c(text));
		break;
	default:
		e = ip_value(a, text, purpose, &v.value[0]);
	}
	if (e == OK && v.value[0].len == 0)
		e = ERR_INVALID;
	if (e == OK)
		*ret_values = v;
	else
		desk_complain("\"%s\" is no %s", text, purpose_name(purpose));
	return e;
}

/* ---- rows ---- */

void desk_hour_text(uint32_t hour, char ret_text[32])
{
	struct buf b;

	buf_init(&b, 64);
	when_put(&b, (int64_t)hour * 3600000);
	(void)snprintf(ret_text, 32, "%.13s:00Z", b.at);
	buf_release(&b);
}

void desk_print_hour(uint32_t hour)
{
	char text[32];

	desk_hour_text(hour, text);
	printf("%s", text);
}

static void print_rows(struct view *v, uint32_t count)
{
	static const char *const state[] = { "", "unconfirmed", "unconfirmed",
		"counted", "counted", "dead" };

	for (uint32_t i = 0; i < count && !v->bad; i++) {
		struct desk_row r;

		desk_row_read(v, &r);
		printf("%llu\tpetition %llu\t", (unsigned long long)r.slot,
			(unsigned long long)r.petition);
		desk_print_hour(r.hour);
		printf("\t%s%s\n", r.state <= KEEP_DEAD ? state[r.state] : "?",
			r.exact ? "" : "\tsimilar address");
	}
	if (count == 0)
		printf("nothing found\n");
	if (count == DESK_ROWS_MAX)
		printf("and older ones\n");
}

static enum err ask_rows(struct desk_tool *t, struct desk_asking *a)
{
	struct view rows;
	uint32_t count;
	enum err e;

	a->file = t->file;
	a->site = &t->site;
	e = desk_ask(a, &rows, &count);
	if (e == OK)
		print_rows(&rows, count);
	return e;
}

enum err desk_search_body(
	struct desk_tool *t, uint32_t purpose, const char *text, struct buf *b)
{
	struct desk_values values;
	uint8_t salt[16];
	enum err e = values_of(&t->arena, purpose, text, &values);

	rng_fill(rng_system(), salt, sizeof(salt));
	if (e == OK)
		desk_values_put(b, salt, &values);
	return e == OK ? buf_err(b) : e;
}

enum err desk_search(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_SEARCH } };
	struct buf body;
	enum err e = petition_parse(word[0], &a.head.petition);

	buf_init(&body, DESK_BODY_MAX);
	if (e == OK)
		e = purpose_parse(word[1], &a.head.purpose);
	if (e == OK)
		e = desk_search_body(t, a.head.purpose, word[2], &body);
	a.body = buf_view(&body);
	if (e == OK)
		e = ask_rows(t, &a);
	desk_asking_release(&a);
	wipe(body.at, body.len);
	buf_release(&body);
	return e;
}

bool desk_is_address(const char *word)
{
	return str_find(str_c(word), '@') < strlen(word);
}

enum err desk_each_of_mailbox(struct desk_tool *t, const char *address,
	desk_found_fn *fn, void *context)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = DESK_SEARCH,
			.purpose = PURPOSE_EMAIL_CANONICAL } };
	struct view rows;
	uint32_t count = 0;
	struct buf body;
	enum err e;

	buf_init(&body, DESK_BODY_MAX);
	e = desk_search_body(t, a.head.purpose, address, &body);
	a.body = buf_view(&body);
	if (e == OK)
		e = desk_ask(&a, &rows, &count);
	for (uint32_t i = 0; e == OK && i < count; i++) {
		struct desk_row r;

		desk_row_read(&rows, &r);
		if (r.exact && r.state < KEEP_DEAD)
			e = fn(context, &r);
	}
	desk_asking_release(&a);
	wipe(body.at, body.len);
	buf_release(&body);
	return e;
}

enum err desk_cluster(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_CLUSTER },
		.body = STR("") };
	enum err e = petition_parse(word[0], &a.head.petition);

	if (e == OK)
		e = purpose_parse(word[1], &a.head.purpose);
	if (e == OK &&
		dec_hex(str_c(word[2]), a.head.tag.byte,
			sizeof(a.head.tag.byte)) != OK) {
		desk_complain("\"%s\" is no tag that waves printed", word[2]);
		e = ERR_INVALID;
	}
	if (e == OK)
		e = ask_rows(t, &a);
	desk_asking_release(&a);
	return e;
}

enum err desk_waves(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = DESK_WAVES },
		.body = STR("") };
	struct view rows;
	uint32_t count = 0;
	enum err e = petition_parse(word[0], &a.head.petition);

	if (e == OK)
		e = desk_ask(&a, &rows, &count);
	for (uint32_t i = 0; e == OK && i < count; i++) {
		struct desk_wave w;
		struct buf tag;

		desk_wave_read(&rows, &w);
		buf_init(&tag, 64);
		enc_hex(&tag, w.tag.byte, sizeof(w.tag.byte));
		printf("%u\t%s\t%.*s\t", w.count, purpose_name(w.purpose),
			STR_ARG(buf_view(&tag)));
		desk_print_hour(w.first_hour);
		printf("\t");
		desk_print_hour(w.last_hour);
		printf("\n");
		buf_release(&tag);
	}
	if (e == OK && count == 0)
		printf("nothing comes three times\n");
	desk_asking_release(&a);
	return e;
}
