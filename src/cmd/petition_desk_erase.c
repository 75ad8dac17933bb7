/* Signatures erased by a desk, as their signers could by a link. */
#include "cmd/petition_desk_tool.h"

struct erasing {
	struct desk_tool *tool;
	uint16_t reason;
	uint32_t n;
};

static enum err erase_slot(struct erasing *x, uint64_t slot)
{
	static const char *const text[] = { "", "erased",
		"erased; it was never confirmed", "erased before" };
	struct desk_asking a = { .file = x->tool->file,
		.site = &x->tool->site,
		.head = { .op = DESK_ERASE, .slot = slot, .reason = x->reason },
		.body = STR("") };
	struct view rows;
	uint32_t count = 0, outcome = 0;
	uint64_t petition = 0;
	bool right = false;
	enum err e = desk_ask(&a, &rows, &count);

	if (e == OK) {
		right = count == 1 && view_u64(&rows) == slot;
		petition = view_u64(&rows);
		outcome = view_u32(&rows);
		right = right && view_done(&rows) && outcome >= DESK_ERASED &&
			outcome <= DESK_ERASED_BEFORE;
		e = right ? OK : ERR_INVALID;
	}
	if (right)
		printf("%llu\tpetition %llu\t%s\n", (unsigned long long)slot,
			(unsigned long long)petition, text[outcome]);
	x->n += right;
	desk_asking_release(&a);
	return e;
}

static enum err erase_found(void *context, const struct desk_row *r)
{
	return erase_slot(context, r->slot);
}

enum err desk_erase(struct desk_tool *t, char **word)
{
	struct erasing x = { .tool = t };
	uint64_t slot = 0;
	enum err e = desk_reason_of(word[1], &x.reason);

	if (e != OK)
		return e;
	if (desk_is_address(word[0])) {
		e = desk_each_of_mailbox(t, word[0], erase_found, &x);
		if (e == OK && x.n == 0)
			printf("nothing found\n");
		return e;
	}
	e = desk_slot_of(word[0], &slot);
	return e == OK ? erase_slot(&x, slot) : e;
}
