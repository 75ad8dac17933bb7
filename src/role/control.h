/*
 * control.h - the line between the supervisor and each role.
 *
 * A SOCK_SEQPACKET socketpair, so messages keep their bounds: u8 type, u8
 * what, then up to CONTROL_MAX_BYTES of body, and at most one descriptor
 * (SCM_RIGHTS).  The role finds its end at descriptor CONTROL_FD.  When the
 * supervisor dies the line ends, and so does the role.
 */
#ifndef ROLE_CONTROL_H
#define ROLE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

enum { CONTROL_FD = 3, CONTROL_MAX_BYTES = 64 << 10 };

enum role_name {
	ROLE_WEB,
	ROLE_SEALER,
	ROLE_KEEPER,
	ROLE_LOG,
	ROLE_MAILER,
	ROLE_COUNT
};

/* "web", "sealer", "keeper", "log", "mailer". */
const char *role_name_text(enum role_name r);

enum control_type {
	/* supervisor to role */
	CONTROL_CONFIG = 1, /* body: configuration text */
	CONTROL_FOLDER, /* descriptor; what: enum control_folder */
	CONTROL_LISTEN, /* descriptor: a listening socket of http;
			 * what: enum control_listener */
	CONTROL_VITALS, /* descriptor: to web, for vitals_read */
	CONTROL_COMMANDS, /* descriptor: listening SITE/control.sock */
	CONTROL_SECRET, /* body: the credential, 32 bytes */
	CONTROL_START, /* all is here: lock the sandbox and begin */
	CONTROL_PEER, /* descriptor; what: enum role_name at its end */
	CONTROL_STOP, /* finish what was begun, then leave */
	CONTROL_RECIPIENT, /* to sealer: mailer's recipient of the period */
	/* role to supervisor */
	CONTROL_READY,
	CONTROL_MY_RECIPIENT, /* from mailer; body: age recipient text */
	CONTROL_LOST /* what: the peer whose link broke; another one, please */
};

enum control_listener { LISTENER_PUBLIC, LISTENER_METRICS };

enum control_folder {
	FOLDER_OWN,
	FOLDER_PUBLIC,
	FOLDER_PAGES,
	FOLDER_LOCALE,
	FOLDER_THEME
};

struct control_message {
	uint8_t type;
	uint8_t what;
	int fd; /* -1: none; the receiver owns it */
	size_t len;
	char body[CONTROL_MAX_BYTES + 1]; /* a NUL behind it */
};

/* fd -1 sends none; a sent descriptor stays the caller's. */
MUST_USE enum err control_send(int sock, uint8_t type, uint8_t what, int fd,
	const void *body, size_t len);

/* Blocks unless sock is non-blocking (then ERR_BUSY when there is nothing).
 * ERR_GONE when the other side has left. */
MUST_USE enum err control_receive(int sock, struct control_message *ret_m);

#endif
