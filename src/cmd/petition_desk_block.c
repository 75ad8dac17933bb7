/* The list of mailboxes whose signatures are set apart. */
#include "base/wipe.h"
#include "cmd/petition_desk_tool.h"

static enum err ask(struct desk_tool *t, enum desk_op op, struct str body,
	uint32_t *ret_changed)
{
	struct desk_asking a = { .file = t->file,
		.site = &t->site,
		.head = { .op = op },
		.body = body };
	uint32_t count = 0, changed = 0, n = 0;
	struct view rows;
	enum err e = desk_ask(&a, &rows, &count);

	if (e == OK) {
		changed = view_u32(&rows);
		n = view_u32(&rows);
		e = count == 1 && view_done(&rows) ? OK : ERR_INVALID;
	}
	if (e == OK) {
		printf("%u %s blocked\n", n,
			n == 1 ? "address is" : "addresses are");
		*ret_changed = changed;
	}
	desk_asking_release(&a);
	return e;
}

static enum err change(struct desk_tool *t, enum desk_op op, const char *email,
	const char *no_change)
{
	uint32_t changed = 0;
	struct buf body;
	enum err e;

	buf_init(&body, DESK_BODY_MAX);
	e = desk_search_body(t, PURPOSE_EMAIL_CANONICAL, email, &body);
	if (e == OK)
		e = ask(t, op, buf_view(&body), &changed);
	wipe(body.at, body.len);
	buf_release(&body);
	if (e == OK && changed == 0)
		desk_complain("%s", no_change);
	return e == OK && changed == 0 ? ERR_EXISTS : e;
}

enum err desk_block(struct desk_tool *t, char **word)
{
	return change(
		t, DESK_BLOCK, word[0], "this address was blocked before");
}

enum err desk_unblock(struct desk_tool *t, char **word)
{
	return change(t, DESK_UNBLOCK, word[0], "this address was not blocked");
}

enum err desk_blocked(struct desk_tool *t, char **word)
{
	uint32_t changed;

	(void)word;
	return ask(t, DESK_BLOCKED, STR(""), &changed);
}
