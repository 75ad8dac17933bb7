#include "cmd/petition_verify_leaf.h"

#include <inttypes.h>
#include <string.h>

#include "base/view.h"

struct leaf leaf_read(const uint8_t bytes[LEAF_BYTES])
{
	struct view v = view_of(bytes, LEAF_BYTES);
	struct leaf l;

	l.version = view_u8(&v);
	l.type = view_u8(&v);
	l.reason = view_u16(&v);
	l.hour = view_u32(&v);
	l.petition = view_u64(&v);
	l.target = view_u64(&v);
	l.aux = view_u64(&v);
	view_copy(&v, l.c, sizeof(l.c));
	return l;
}

/* The table of section 2. */

static const struct leaf_shape shapes[] = {
	/* clang-format off */
	[LEAF_PETITION]   = { "PETITION",   LEAF_SOME, LEAF_ANY,  0, 0,      false, true,  true },
	[LEAF_SIGN]       = { "SIGN",       LEAF_SOME, LEAF_ZERO, 0, 0,      false, true,  false },
	[LEAF_INVALIDATE] = { "INVALIDATE", LEAF_SOME, LEAF_ANY,  1, 4,      true,  false, false },
	[LEAF_WITHDRAW]   = { "WITHDRAW",   LEAF_SOME, LEAF_ANY,  0, 0,      true,  false, false },
	[LEAF_RESTORE]    = { "RESTORE",    LEAF_SOME, LEAF_ANY,  0, 0,      true,  false, false },
	[LEAF_TALLY]      = { "TALLY",      LEAF_SOME, LEAF_ZERO, 0, 0,      false, true,  true },
	[LEAF_CLOSE]      = { "CLOSE",      LEAF_SOME, LEAF_ANY,  0, 0,      false, false, false },
	[LEAF_KEY]        = { "KEY",        LEAF_ZERO, LEAF_ZERO, 0, 0,      false, true,  true },
	[LEAF_SHRED]      = { "SHRED",      LEAF_ANY,  LEAF_ZERO, 0, 0xFFFF, false, true,  true },
	[LEAF_ACCESS]     = { "ACCESS",     LEAF_ANY,  LEAF_ANY,  0, 0,      false, false, false },
	[LEAF_AUDIT]      = { "AUDIT",      LEAF_ANY,  LEAF_ZERO, 0, 0,      false, true,  true },
	[LEAF_CODE]       = { "CODE",       LEAF_ZERO, LEAF_ZERO, 0, 0,      false, true,  true },
	/* clang-format on */
};

static bool fits(enum leaf_need need, uint64_t value)
{
	return need == LEAF_ANY || (need == LEAF_SOME) == (value != 0);
}

static bool all_zero(const uint8_t c[32])
{
	static const uint8_t zero[32];

	return memcmp(c, zero, sizeof(zero)) == 0;
}

const struct leaf_shape *leaf_check(
	struct leaf_place at, const struct leaf *l, struct verdict *v)
{
	const struct leaf_shape *s =
		l->type < sizeof(shapes) / sizeof(shapes[0]) ? &shapes[l->type]
							     : NULL;

	if (l->version != 1) {
		verdict_proven(v,
			"leaf %" PRIu64 " of %u has version %u, not 1", at.leaf,
			at.year, l->version);
		return NULL;
	}
	if (s == NULL || s->name == NULL) {
		verdict_proven(v,
			"leaf %" PRIu64 " of %u is of the unknown type %u",
			at.leaf, at.year, l->type);
		return NULL;
	}
	if (!fits(s->petition, l->petition))
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) names petition %" PRIu64,
			at.leaf, at.year, s->name, l->petition);
	if (!fits(s->target, l->target) || (l->aux != 0 && !s->has_target) ||
		(!s->has_c && !all_zero(l->c)))
		verdict_proven(v,
			"leaf %" PRIu64
			" of %u (%s) fills a field that must be zero",
			at.leaf, at.year, s->name);
	if (l->reason < s->reason_min || l->reason > s->reason_max)
		verdict_proven(v,
			"leaf %" PRIu64 " of %u (%s) has the reason %u",
			at.leaf, at.year, s->name, l->reason);
	return s;
}
