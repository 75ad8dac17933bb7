/* One record, opened by a desk for a reason. */
#include "base/wipe.h"
#include "cmd/petition_desk_tool.h"
#include "crypto/secret.h"

enum err desk_slot_of(const char *text, uint64_t *ret_slot)
{
	if (str_u64(str_c(text), ret_slot) == OK && *ret_slot != 0)
		return OK;
	desk_complain("\"%s\" is no slot", text);
	return ERR_INVALID;
}

enum err desk_reason_of(const char *text, uint16_t *ret_reason)
{
	if (desk_reason_parse(str_c(text), ret_reason) == OK)
		return OK;
	desk_complain("\"%s\" is no reason: fraud, complaint, request, order "
		      "or audit",
		text);
	return ERR_INVALID;
}

static enum err open_record(const struct desk_asking *a,
	const struct lock *lock, struct desk_opened *o)
{
	struct opener *opener = NULL;
	enum err e = psr1_parse(a->record, &o->head);

	if (e == OK && o->head.slot != a->head.slot)
		e = ERR_INVALID;
	if (e == OK)
		e = ERR_NOT_FOUND;
	for (size_t i = 0; i < a->file->n_identities && e == ERR_NOT_FOUND; i++)
		e = opener_of_header(&a->file->identity[i], a->header,
			COMPARTMENT_IDENTITY, &opener);
	if (e == OK)
		e = psr1_open(opener, a->record, lock, &o->plain);
	if (e == OK)
		e = body_identity_read(buf_view(&o->plain), &o->body);
	opener_free(opener);
	if (e == ERR_NOT_FOUND)
		desk_complain("the record is sealed to others: this desk was "
			      "not among the recipients at that time");
	else if (e != OK)
		desk_complain("the record does not open: %s", err_text(e));
	return e;
}

enum err desk_open_slot(struct desk_tool *t, uint64_t slot, uint16_t reason,
	struct desk_opened *ret_opened)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = DESK_OPEN, .slot = slot, .reason = reason },
		.body = STR("") };
	struct lock *lock = SECRET_NEW(struct lock);
	struct view rows;
	uint32_t count;
	enum err e = lock == NULL ? ERR_MEMORY : desk_ask(&a, &rows, &count);

	buf_init(&ret_opened->plain, PSR1_RECORD_MAX);
	if (e == OK) {
		bool right = view_u64(&rows) == slot;

		(void)view_u64(&rows);
		view_copy(&rows, lock, sizeof(*lock));
		e = right && count == 1 && view_done(&rows) ? OK : ERR_INVALID;
	}
	if (e == OK)
		e = open_record(&a, lock, ret_opened);
	secret_free(lock);
	desk_asking_release(&a);
	return e;
}

void desk_opened_release(struct desk_opened *o)
{
	wipe(o->plain.at, o->plain.len);
	buf_release(&o->plain);
}

static void print_text(const char *name, struct str text)
{
	printf("%-10s ", name);
	/* What somebody typed must not drive the terminal. */
	for (size_t i = 0; i < text.len; i++)
		putchar((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f
				? '?'
				: text.at[i]);
	printf("\n");
}

static void print_identity(const struct desk_opened *o)
{
	printf("slot       %llu\npetition   %llu\nsealed     ",
		(unsigned long long)o->head.slot,
		(unsigned long long)o->head.petition);
	desk_print_hour((uint32_t)o->head.hour);
	printf("\n");
	print_text("name", o->body.name);
	print_text("email", o->body.email);
	print_text("postcode", o->body.postcode);
	print_text("country", o->body.country);
	print_text("address", o->body.ip);
	printf("updates    %s\n", o->body.wants_updates ? "yes" : "no");
}

enum err desk_open(struct desk_tool *t, char **word)
{
	struct desk_opened o;
	uint64_t slot = 0;
	uint16_t reason = 0;
	enum err e = desk_slot_of(word[0], &slot);

	if (e == OK)
		e = desk_reason_of(word[1], &reason);
	if (e != OK)
		return e;
	e = desk_open_slot(t, slot, reason, &o);
	if (e == OK)
		print_identity(&o);
	desk_opened_release(&o);
	return e;
}
