#include "role/control.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

const char *role_name_text(enum role_name r)
{
	static const char *const name[ROLE_COUNT] = {
		[ROLE_WEB] = "web",
		[ROLE_SEALER] = "sealer",
		[ROLE_KEEPER] = "keeper",
		[ROLE_LOG] = "log",
		[ROLE_MAILER] = "mailer",
	};

	return (unsigned)r < ROLE_COUNT ? name[r] : "nobody";
}

enum err control_send(int sock, uint8_t type, uint8_t what, int fd,
	const void *body, size_t len)
{
	uint8_t head[2] = { type, what };
	char none = 0;
	struct iovec part[2] = { { head, sizeof(head) }, { &none, 0 } };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary = { .space = { 0 } };
	struct msghdr m = { .msg_iov = part, .msg_iovlen = 2 };

	if (len > CONTROL_MAX_BYTES)
		return ERR_TOO_LARGE;
	if (len > 0) {
		part[1].iov_base = (void *)(uintptr_t)body;
		part[1].iov_len = len;
	}
	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = ancillary.space;
		m.msg_controllen = sizeof(ancillary.space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	while (sendmsg(sock, &m, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return errno == EPIPE || errno == ECONNRESET
				? ERR_GONE
				: err_from_errno(errno);
	return OK;
}

static int take_fd(struct msghdr *m)
{
	int fd = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
		c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

enum err control_receive(int sock, struct control_message *ret_m)
{
	uint8_t head[2];
	struct iovec part[2] = { { head, sizeof(head) },
		{ ret_m->body, CONTROL_MAX_BYTES } };
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct msghdr m = { .msg_iov = part,
		.msg_iovlen = 2,
		.msg_control = ancillary.space,
		.msg_controllen = sizeof(ancillary.space) };
	ssize_t n;

	do
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_BUSY
							       : ERR_GONE;
	if (n == 0)
		return ERR_GONE;
	ret_m->fd = take_fd(&m);
	if (n < 2 || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		if (ret_m->fd >= 0)
			(void)close(ret_m->fd);
		return ERR_INVALID;
	}
	ret_m->type = head[0];
	ret_m->what = head[1];
	ret_m->len = (size_t)n - 2;
	ret_m->body[ret_m->len] = '\0';
	return OK;
}
