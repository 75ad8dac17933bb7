/*
 * glance.h - reading a pointer that another thread may replace, without a
 * lock: sleepable read-copy-update in its smallest form.
 *
 *     readers                          the writer
 *     unsigned g = glance_begin(&gl);  old = atomic_exchange(&p, new);
 *     x = atomic_load(&p); ref(x);     glance_wait(&gl);
 *     glance_end(&gl, g);              unref(old);
 *
 * A reader holds its glance for a few instructions, long enough to take a
 * reference.  glance_wait returns when every reader that could have seen the
 * old pointer has ended; it yields meanwhile, and one writer at a time calls
 * it.
 */
#ifndef WEB_GLANCE_H
#define WEB_GLANCE_H

#include <sched.h>
#include <stdatomic.h>

struct glance {
	atomic_uint side; /* which counter new readers take */
	atomic_uint reading[2];
};

static inline unsigned glance_begin(struct glance *g)
{
	unsigned side = atomic_load(&g->side) & 1;

	(void)atomic_fetch_add(&g->reading[side], 1);
	return side;
}

static inline void glance_end(struct glance *g, unsigned side)
{
	(void)atomic_fetch_sub(&g->reading[side], 1);
}

/* Twice, because a reader may have read the side before it was flipped and
 * counted itself behind. */
static inline void glance_wait(struct glance *g)
{
	for (int i = 0; i < 2; i++) {
		unsigned side = atomic_fetch_add(&g->side, 1) & 1;

		while (atomic_load(&g->reading[side]) != 0)
			(void)sched_yield();
	}
}

#endif
