#include "base/plural.h"

#include <string.h>

/* Steps work on a stack of numbers.  ?: takes three from it, others two, !
 * one: nothing has an effect, so nothing need be left out. */
enum what {
	PUSH_N,
	PUSH_NUMBER,
	OP_NOT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_REMAINDER,
	OP_ADD,
	OP_SUBTRACT,
	OP_LESS,
	OP_GREATER,
	OP_LESS_EQUAL,
	OP_GREATER_EQUAL,
	OP_EQUAL,
	OP_UNEQUAL,
	OP_AND,
	OP_OR,
	OP_CHOOSE
};

/* Of nested parentheses and choices. */
enum { DEPTH_MAX = 24, LEVELS = 6 };

struct reader {
	struct str rest;
	struct plural *plural;
	unsigned depth;
	enum err err;
};

static const struct op {
	const char *text;
	uint8_t what;
	uint8_t level; /* 0 binds loosest */
} ops[] = {
	/* The longer ones first. */
	{ "||", OP_OR, 0 },
	{ "&&", OP_AND, 1 },
	{ "==", OP_EQUAL, 2 },
	{ "!=", OP_UNEQUAL, 2 },
	{ "<=", OP_LESS_EQUAL, 3 },
	{ ">=", OP_GREATER_EQUAL, 3 },
	{ "<", OP_LESS, 3 },
	{ ">", OP_GREATER, 3 },
	{ "+", OP_ADD, 4 },
	{ "-", OP_SUBTRACT, 4 },
	{ "*", OP_MULTIPLY, 5 },
	{ "/", OP_DIVIDE, 5 },
	{ "%", OP_REMAINDER, 5 },
};

static void fail(struct reader *r)
{
	r->err = ERR_INVALID;
	r->rest = STR("");
}

static void add(struct reader *r, uint8_t what, uint32_t number)
{
	struct plural *p = r->plural;

	if (p->n == PLURAL_STEPS_MAX)
		fail(r);
	else
		p->step[p->n++] = (struct plural_step){ what, number };
}

static void skip_space(struct reader *r)
{
	while (r->rest.len > 0 &&
		(r->rest.at[0] == ' ' || r->rest.at[0] == '\t'))
		r->rest = str_slice(r->rest, 1, r->rest.len);
}

static bool take(struct reader *r, const char *text)
{
	struct str want = str_c(text);

	skip_space(r);
	if (!str_starts(r->rest, want))
		return false;
	r->rest = str_slice(r->rest, want.len, r->rest.len);
	return true;
}

static void number(struct reader *r)
{
	uint64_t value = 0;
	size_t n = 0;

	while (n < r->rest.len && r->rest.at[n] >= '0' && r->rest.at[n] <= '9')
		n++;
	if (n == 0 || n > 9 || str_u64(str_slice(r->rest, 0, n), &value) != OK)
		fail(r);
	r->rest = str_slice(r->rest, n, r->rest.len);
	add(r, PUSH_NUMBER, (uint32_t)value);
}

static void choice(struct reader *r);

static void operand(struct reader *r)
{
	if (++r->depth > DEPTH_MAX) {
		fail(r);
	} else if (take(r, "!")) {
		operand(r);
		add(r, OP_NOT, 0);
	} else if (take(r, "(")) {
		choice(r);
		if (!take(r, ")"))
			fail(r);
	} else if (take(r, "n")) {
		add(r, PUSH_N, 0);
	} else {
		number(r);
	}
	r->depth--;
}

static const struct op *take_op(struct reader *r, unsigned level)
{
	skip_space(r);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!str_starts(r->rest, str_c(ops[i].text)))
			continue;
		if (ops[i].level != level)
			return NULL;
		(void)take(r, ops[i].text);
		return &ops[i];
	}
	return NULL;
}

static void binary(struct reader *r, unsigned level)
{
	const struct op *op;

	if (level == LEVELS) {
		operand(r);
		return;
	}
	binary(r, level + 1);
	while (r->err == OK && (op = take_op(r, level)) != NULL) {
		binary(r, level + 1);
		add(r, op->what, 0);
	}
}

static void choice(struct reader *r)
{
	if (++r->depth > DEPTH_MAX) {
		fail(r);
		return;
	}
	binary(r, 0);
	if (r->err == OK && take(r, "?")) {
		choice(r);
		if (!take(r, ":"))
			fail(r);
		choice(r);
		add(r, OP_CHOOSE, 0);
	}
	r->depth--;
}

void plural_english(struct plural *ret_plural)
{
	*ret_plural = (struct plural){ .forms = 2,
		.n = 3,
		.step = { { PUSH_N, 0 }, { PUSH_NUMBER, 1 },
			{ OP_UNEQUAL, 0 } } };
}

enum err plural_parse(struct str text, struct plural *ret_plural)
{
	struct plural p = { 0 };
	struct reader r = { .rest = text, .plural = &p };

	if (!take(&r, "nplurals") || !take(&r, "="))
		return ERR_INVALID;
	skip_space(&r);
	number(&r);
	if (r.err != OK || p.step[0].number < 1 ||
		p.step[0].number > PLURAL_FORMS_MAX)
		return ERR_INVALID;
	p.forms = p.step[0].number;
	p.n = 0;
	if (!take(&r, ";") || !take(&r, "plural") || !take(&r, "="))
		return ERR_INVALID;
	choice(&r);
	(void)take(&r, ";");
	skip_space(&r);
	if (r.err != OK || r.rest.len > 0)
		return ERR_INVALID;
	*ret_plural = p;
	return OK;
}

static uint64_t apply(uint8_t what, uint64_t a, uint64_t b)
{
	switch ((enum what)what) {
	case OP_MULTIPLY:
		return a * b;
	case OP_DIVIDE:
		return b == 0 ? 0 : a / b;
	case OP_REMAINDER:
		return b == 0 ? 0 : a % b;
	case OP_ADD:
		return a + b;
	case OP_SUBTRACT:
		return a - b;
	case OP_LESS:
		return a < b;
	case OP_GREATER:
		return a > b;
	case OP_LESS_EQUAL:
		return a <= b;
	case OP_GREATER_EQUAL:
		return a >= b;
	case OP_EQUAL:
		return a == b;
	case OP_UNEQUAL:
		return a != b;
	case OP_AND:
		return a != 0 && b != 0;
	case OP_OR:
		return a != 0 || b != 0;
	default:
		return 0;
	}
}

/* The parser wrote the steps, so the stack holds what each of them takes. */
unsigned plural_form(const struct plural *p, uint64_t n)
{
	uint64_t stack[PLURAL_STEPS_MAX]; /* a step adds one at most */
	size_t top = 0;

	for (size_t i = 0; i < p->n; i++) {
		uint8_t what = p->step[i].what;

		if (what == PUSH_N) {
			stack[top++] = n;
		} else if (what == PUSH_NUMBER) {
			stack[top++] = p->step[i].number;
		} else if (what == OP_NOT) {
			stack[top - 1] = stack[top - 1] == 0;
		} else if (what == OP_CHOOSE) {
			top -= 2;
			stack[top - 1] = stack[top - 1] != 0 ? stack[top]
							     : stack[top + 1];
		} else {
			top--;
			stack[top - 1] =
				apply(what, stack[top - 1], stack[top]);
		}
	}
	return top == 1 && stack[0] < p->forms ? (unsigned)stack[0] : 0;
}
