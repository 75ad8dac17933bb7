#include "role/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/wipe.h"

/* More than a frame, so that one can wait while the next is written. */
static const size_t MAX_OUT_BYTES = (size_t)LINK_MAX_FRAME_BYTES * 4;
static const size_t READ_BYTES = 256 << 10;

void link_init(struct link *l)
{
	*l = (struct link){ .fd = -1 };
	buf_init(&l->in, (size_t)LINK_MAX_FRAME_BYTES * 2);
	buf_init(&l->out, MAX_OUT_BYTES);
}

void link_close(struct link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	buf_release(&l->in);
	buf_release(&l->out);
	l->fd = -1;
	l->in_read = l->in_wiped = 0;
	l->out_sent = 0;
}

void link_attach(struct link *l, int fd)
{
	int room = 4 << 20;

	link_close(l);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	l->fd = fd;
}

size_t link_waiting(const struct link *l)
{
	return l->out.len - l->out_sent;
}

short link_events(const struct link *l)
{
	return (short)(POLLIN | (link_waiting(l) > 0 ? POLLOUT : 0));
}

enum err link_flush(struct link *l)
{
	if (l->fd < 0)
		return ERR_GONE;
	while (link_waiting(l) > 0) {
		ssize_t n = send(l->fd, l->out.at + l->out_sent,
			link_waiting(l), MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return OK;
		if (n < 0)
			return ERR_GONE;
		wipe(l->out.at + l->out_sent, (size_t)n);
		l->out_sent += (size_t)n;
	}
	buf_clear(&l->out);
	l->out_sent = 0;
	return OK;
}

/* Give back the room of frames that were taken. */
static void compact(struct link *l)
{
	buf_drop(&l->in, l->in_read);
	l->in_read = l->in_wiped = 0;
}

void link_forget(struct link *l)
{
	if (l->in_read == l->in.len) {
		compact(l);
		return;
	}
	wipe(l->in.at + l->in_wiped, l->in_read - l->in_wiped);
	l->in_wiped = l->in_read;
}

static enum err fill(struct link *l)
{
	compact(l);
	for (;;) {
		size_t before = l->in.len;
		char *at = buf_space(&l->in, READ_BYTES);
		ssize_t n;

		if (at == NULL)
			return ERR_GONE;
		n = recv(l->fd, at, READ_BYTES, 0);
		l->in.len = before + (n > 0 ? (size_t)n : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return OK;
		if (n <= 0)
			return ERR_GONE;
		if ((size_t)n < READ_BYTES || l->in.len > LINK_MAX_FRAME_BYTES)
			return OK;
	}
}

enum err link_pump(struct link *l)
{
	enum err e = link_flush(l);

	return e == OK ? fill(l) : e;
}

struct buf *link_begin(struct link *l, uint8_t type)
{
	/* Fold away what was sent, or a busy link would grow for ever. */
	if (l->out_sent > MAX_OUT_BYTES / 4) {
		buf_drop(&l->out, l->out_sent);
		l->out_sent = 0;
	}
	l->frame_at = l->out.len;
	buf_u32(&l->out, 0);
	buf_byte(&l->out, type);
	return &l->out;
}

enum err link_end(struct link *l)
{
	size_t len = l->out.len - l->frame_at - 4;
	enum err e = buf_err(&l->out);

	if (l->fd < 0)
		e = ERR_GONE;
	else if (e == ERR_TOO_LARGE || len > LINK_MAX_FRAME_BYTES)
		e = ERR_BUSY;
	if (e != OK) {
		l->out.len = l->frame_at;
		l->out.err = OK;
		return e;
	}
	put_u32((uint8_t *)l->out.at + l->frame_at, (uint32_t)len);
	return OK;
}

bool link_next(struct link *l, uint8_t *ret_type, struct view *ret_body)
{
	size_t have = l->in.len - l->in_read;
	const uint8_t *at = (const uint8_t *)l->in.at + l->in_read;
	uint32_t len;

	if (have < LINK_HEAD_BYTES)
		return false;
	len = get_u32(at);
	if (len == 0 || len > LINK_MAX_FRAME_BYTES) {
		link_close(l); /* the peer speaks something else */
		return false;
	}
	if (have - 4 < len)
		return false;
	*ret_type = at[4];
	*ret_body = view_of(at + LINK_HEAD_BYTES, len - 1);
	l->in_read += 4 + (size_t)len;
	return true;
}
