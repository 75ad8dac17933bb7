/*
 * Who asks what is held about them, and the answer: the opened record and what
 * web holds beside it, as a letter or as JSON, for the desk to send by mail.
 */
#include "base/clock.h"
#include "base/wipe.h"
#include "cmd/petition_desk_tool.h"
#include "domain/country.h"
#include "domain/store.h"
#include "json/json.h"

enum { LETTER_MAX = 1 << 20 };

/* ---- what web says ---- */

static enum err ask_web(struct desk_tool *t, struct desk_asking *a,
	struct view *ret_rows, uint32_t *ret_count)
{
	a->file = t->file;
	a->site = &t->site;
	a->body = STR("");
	return desk_ask_clear(a, "/desk/held", ret_rows, ret_count);
}

/* One slot's row.  Its texts go with a. */
static enum err ask_one(
	struct desk_tool *t, struct desk_asking *a, struct desk_held *ret_held)
{
	uint32_t count = 0;
	struct view rows;
	enum err e = ask_web(t, a, &rows, &count);

	if (e == OK && count != 1) {
		desk_complain("the site has no such signature");
		e = ERR_NOT_FOUND;
	}
	if (e == OK)
		desk_held_read(&rows, ret_held);
	if (e == OK && (rows.bad || ret_held->slot != a->head.slot))
		e = ERR_INVALID;
	return e;
}

enum err desk_requests(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_HELD } };
	uint32_t now = clock_hour(clock_system());
	uint32_t count = 0;
	struct view rows;
	enum err e = ask_web(t, &a, &rows, &count);

	(void)word;
	for (uint32_t i = 0; e == OK && i < count; i++) {
		struct desk_held h;
		uint32_t due;

		desk_held_read(&rows, &h);
		due = h.asked_hour + DESK_ANSWER_DAYS * 24;
		printf("%llu\tpetition %llu\tasked ",
			(unsigned long long)h.slot,
			(unsigned long long)h.petition);
		desk_print_hour(h.asked_hour);
		printf("\t%s ", due < now ? "OVERDUE since" : "due");
		desk_print_hour(due);
		printf("\n");
	}
	if (e == OK && count == 0)
		printf("nobody waits\n");
	if (e == OK && count == DESK_HELD_MAX)
		printf("and more, newer ones\n");
	desk_asking_release(&a);
	return e;
}

enum err desk_answered(struct desk_tool *t, char **word)
{
	struct desk_asking a = { .head = { .op = DESK_ANSWERED } };
	uint32_t n = 0;
	enum err e = desk_slot_of(word[0], &a.head.slot);

	a.file = t->file;
	a.site = &t->site;
	a.body = STR("");
	if (e == OK)
		e = desk_tell(&a, "/desk/held", &n);
	if (e == OK)
		printf(n == 1 ? "noted: answered\n"
			      : "nobody waited for that answer\n");
	desk_asking_release(&a);
	return e;
}

/* ---- the answer ---- */

struct answer {
	struct desk_tool *tool;
	bool as_json;
	struct buf text; /* secret */
	struct json json;
	size_t n;
};

static const char *state_text(const struct desk_held *h)
{
	static const char *const text[] = { "no, it was not confirmed", "yes",
		"no, it was set aside", "no, it was withdrawn" };

	return h->state <= SIGNATURE_WITHDRAWN ? text[h->state] : "?";
}

/* What somebody typed stays on its line. */
static void put_clean(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_byte(b,
			(unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f
				? '?'
				: (uint8_t)text.at[i]);
}

static void put_line(struct buf *b, const char *name, struct str text)
{
	buf_printf(b, "    %-20s ", name);
	if (text.len == 0)
		buf_c(b, "(nothing)");
	put_clean(b, text);
	buf_c(b, "\n");
}

static void put_hour_line(struct buf *b, const char *name, uint32_t hour)
{
	char text[32];

	desk_hour_text(hour, text);
	put_line(b, name, str_c(text));
}

static void write_head(struct answer *w, const struct desk_opened *o)
{
	struct buf *b = &w->text;

	buf_c(b, "To: ");
	put_clean(b, o->body.email);
	buf_c(b, "\nSubject: What we hold about you\n\n");
	buf_printf(b, "You asked what we hold about you at %s. Here it is.\n",
		w->tool->site.url);
}

static void write_letter(struct answer *w, const struct desk_opened *o,
	const struct desk_held *h)
{
	struct buf *b = &w->text;

	if (w->n == 0)
		write_head(w, o);
	buf_printf(b, "\nYour signature on petition %llu\n\n",
		(unsigned long long)h->petition);
	buf_c(b, "  Sealed; a moderator opened it to write this letter:\n\n");
	put_line(b, "Name", o->body.name);
	put_line(b, "Email address", o->body.email);
	put_line(b, "Postcode", o->body.postcode);
	put_line(b, "Country", country_name(o->body.country));
	put_line(b, "Internet address", o->body.ip);
	put_line(b, "Updates wanted",
		o->body.wants_updates ? STR("yes") : STR("no"));
	buf_c(b, "\n  Beside it, without your name:\n\n");
	put_hour_line(b, "Signed, within", h->hour);
	put_line(b, "Counts", str_c(state_text(h)));
	put_line(b, "Counted for country", h->country);
	put_line(b, "Counted for area", h->area);
	put_line(b, "Address for updates",
		h->wants_updates ? STR("kept, sealed") : STR("not kept"));
	if (h->log_year != 0)
		buf_printf(b, "    %-20s entry %llu of %u\n", "Public log",
			(unsigned long long)h->leaf, h->log_year);
}

static void write_end(struct buf *b, const char *url)
{
	buf_printf(b,
		"\nBesides, we keep marks made from your email address, name, "
		"postcode and\ninternet address with secret keys. They tell "
		"whether somebody signs twice;\nnobody can read anything back "
		"from them.\n\n"
		"We use this to count signatures, to send you what you asked "
		"for, and to find\nfraud. We have it from the form you filled "
		"in, and give it to nobody else.\n"
		"Who can open it:       %s/who-can-read\n"
		"How long we keep it:   %s/privacy\n\n"
		"You may have it corrected or erased, withdraw your signature, "
		"or stop updates,\nby the links in any mail you had from us or "
		"by answering this one. You may\ncomplain to the authority for "
		"data protection.\n",
		url, url);
}

static void write_json(struct answer *w, const struct desk_opened *o,
	const struct desk_held *h)
{
	struct json *j = &w->json;
	char hour[32];

	desk_hour_text(h->hour, hour);
	json_object(j);
	json_key_u64(j, STR("petition"), h->petition);
	json_key_text(j, STR("name"), o->body.name);
	json_key_text(j, STR("email"), o->body.email);
	json_key_text(j, STR("postcode"), o->body.postcode);
	json_key_text(j, STR("country"), o->body.country);
	json_key_text(j, STR("internet_address"), o->body.ip);
	json_key_bool(j, STR("wants_updates"), o->body.wants_updates);
	json_key_text(j, STR("signed_hour"), str_c(hour));
	json_key_text(j, STR("counts"), str_c(state_text(h)));
	json_key_text(j, STR("counted_for_country"), h->country);
	json_key_text(j, STR("counted_for_area"), h->area);
	json_key_bool(j, STR("address_for_updates_kept"), h->wants_updates);
	if (h->log_year != 0) {
		json_key_u64(j, STR("log_year"), h->log_year);
		json_key_u64(j, STR("log_entry"), h->leaf);
	}
	json_end(j);
}

static enum err add(struct answer *w, uint64_t slot)
{
	struct desk_asking a = { .head = { .op = DESK_HELD, .slot = slot } };
	struct desk_held held;
	struct desk_opened o;
	enum err e;

	e = ask_one(w->tool, &a, &held);
	if (e != OK) {
		desk_asking_release(&a);
		return e;
	}
	e = desk_open_slot(w->tool, slot, DESK_REASON_REQUEST, &o);
	if (e == OK && w->as_json)
		write_json(w, &o, &held);
	else if (e == OK)
		write_letter(w, &o, &held);
	w->n += e == OK;
	desk_opened_release(&o);
	desk_asking_release(&a);
	return e;
}

static enum err add_found(void *context, const struct desk_row *r)
{
	return add(context, r->slot);
}

static enum err finish(struct answer *w)
{
	if (w->n == 0) {
		desk_complain("nothing is held under this address");
		return ERR_NOT_FOUND;
	}
	if (!w->as_json) {
		write_end(&w->text, w->tool->site.url);
		return buf_err(&w->text);
	}
	json_end(&w->json);
	json_end(&w->json);
	buf_c(&w->text, "\n");
	return json_done(&w->json);
}

static void begin(struct answer *w)
{
	buf_init(&w->text, LETTER_MAX);
	if (!w->as_json)
		return;
	json_init(&w->json, &w->text);
	json_object(&w->json);
	json_key_text(&w->json, STR("site"), str_c(w->tool->site.url));
	json_key(&w->json, STR("signatures"));
	json_array(&w->json);
}

/* Printed only when it is whole: half an answer must not be sent. */
enum err desk_answer(struct desk_tool *t, char **word)
{
	struct answer w = { .tool = t };
	uint64_t slot = 0;
	enum err e = OK;

	w.as_json = str_eq(str_c(word[1]), STR("json"));
	if (!w.as_json && !str_eq(str_c(word[1]), STR("letter"))) {
		desk_complain("\"%s\" is no form of an answer: letter or json",
			word[1]);
		return ERR_INVALID;
	}
	begin(&w);
	if (desk_is_address(word[0]))
		e = desk_each_of_mailbox(t, word[0], add_found, &w);
	else
		e = desk_slot_of(word[0], &slot);
	if (slot != 0)
		e = add(&w, slot);
	if (e == OK)
		e = finish(&w);
	if (e == OK)
		printf("%.*s", STR_ARG(buf_view(&w.text)));
	wipe(w.text.at, w.text.len);
	buf_release(&w.text);
	return e;
}
