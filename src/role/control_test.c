#include "role/control.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "base/tap.h"

static struct control_message m;

int main(void)
{
	static const char big[CONTROL_MAX_BYTES + 1];
	int pair[2];
	int file[2];
	char got[3] = "";

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(control_send(pair[0], CONTROL_CONFIG, 3, -1, "text", 4) == OK);
	CHECK(control_send(pair[0], CONTROL_STOP, 0, -1, NULL, 0) == OK);
	CHECK(control_receive(pair[1], &m) == OK);
	CHECK(m.type == CONTROL_CONFIG && m.what == 3 && m.fd == -1);
	CHECK_STR(((struct str){ m.body, m.len }), STR("text"));
	CHECK(control_receive(pair[1], &m) == OK);
	CHECK(m.type == CONTROL_STOP && m.len == 0);

	/* A descriptor arrives as one of ours, closed on exec. */
	CHECK(pipe2(file, O_CLOEXEC) == 0);
	CHECK(control_send(pair[0], CONTROL_PEER, ROLE_LOG, file[1], NULL, 0) ==
		OK);
	CHECK(close(file[1]) == 0);
	CHECK(control_receive(pair[1], &m) == OK);
	if (CHECK(m.fd >= 0)) {
		CHECK((fcntl(m.fd, F_GETFD) & FD_CLOEXEC) != 0);
		CHECK(write(m.fd, "hi", 2) == 2);
		CHECK(read(file[0], got, 2) == 2);
		CHECK_STR(str_c(got), STR("hi"));
		CHECK(close(m.fd) == 0);
	}

	CHECK(control_send(pair[0], 1, 0, -1, big, sizeof(big)) ==
		ERR_TOO_LARGE);
	CHECK(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
	CHECK(control_receive(pair[1], &m) == ERR_BUSY);
	CHECK(send(pair[0], "x", 1, 0) == 1);
	CHECK(control_receive(pair[1], &m) == ERR_INVALID);
	CHECK(close(pair[0]) == 0);
	CHECK(control_receive(pair[1], &m) == ERR_GONE);
	CHECK(control_send(pair[1], 1, 0, -1, NULL, 0) == ERR_GONE);
	(void)close(pair[1]);
	(void)close(file[0]);
	return tap_done();
}
