/*
 * link.h - a channel between two roles: frames over a stream socket.
 *
 * A frame is u32 length of what follows (big-endian), u8 type, body.  A link
 * belongs to one thread, which polls its descriptor with link_events, calls
 * link_pump when it is ready, and then takes whole frames with link_next.
 * Sending only queues: link_pump writes.  Nothing here blocks.
 *
 * A peer that breaks the framing is cut off, as is one that lets more than
 * max_out_bytes pile up (ERR_BUSY then, the frame was not queued).
 */
#ifndef ROLE_LINK_H
#define ROLE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

enum { LINK_MAX_FRAME_BYTES = 64 << 20, LINK_HEAD_BYTES = 5 };

struct link {
	int fd; /* -1: nobody there */
	struct buf in;
	size_t in_read; /* frames of in before this were taken */
	size_t in_wiped; /* and what is before this was wiped */
	struct buf out;
	size_t out_sent;
	size_t frame_at; /* of the frame being written, see link_begin */
};

void link_init(struct link *l);
/* Take fd over (it becomes non-blocking); what the old peer left is dropped
 * and wiped. */
void link_attach(struct link *l, int fd);
/* Close, wipe what was queued. */
void link_close(struct link *l);

static inline bool link_up(const struct link *l)
{
	return l->fd >= 0;
}

/* POLLIN, and POLLOUT while something waits. */
short link_events(const struct link *l);

/* Write what waits, read what came.  ERR_GONE when the peer has left or broke
 * the framing: close then.  Whole frames that came before are still there. */
MUST_USE enum err link_pump(struct link *l);

/* Only write; for handing something over before going on. */
MUST_USE enum err link_flush(struct link *l);

/* Start a frame; the caller appends its body to the returned buf. */
struct buf *link_begin(struct link *l, uint8_t type);
/* Finish it.  An error (ceiling, memory) takes the frame back. */
MUST_USE enum err link_end(struct link *l);

/* Wipe the frames that were taken: their bodies are gone then.  For whoever
 * is about to wait. */
void link_forget(struct link *l);

/* Bytes that wait to be written. */
size_t link_waiting(const struct link *l);

/* The next whole frame, borrowed until the next link_pump or
 * link_forget; false if none. */
bool link_next(struct link *l, uint8_t *ret_type, struct view *ret_body);

#endif
