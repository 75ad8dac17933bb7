/*
 * runtime.h - what the five roles have in common: being born, and waiting.
 *
 * A role process is started by the supervisor with its control line at
 * CONTROL_FD.  role_begin reads settings, folders and secrets from it, changes
 * into the role's own folder and says so; role_fence then enters the sandbox.
 * After that the role turns in a loop around role_wait, which pumps its links
 * and takes new peers, and leaves when stopping is set.
 */
#ifndef ROLE_RUNTIME_H
#define ROLE_RUNTIME_H

#include <poll.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/err.h"
#include "role/config.h"
#include "role/control.h"
#include "role/link.h"
#include "web/committer.h"

enum { ROLE_EXTRA_FDS = 4 };

struct role {
	enum role_name name;
	struct config config;
	int own_fd; /* the role's folder, also the working directory */
	int public_fd; /* SITE/public, -1 if not its business */
	int pages_fd; /* web: SITE/pages, -1 if there is none */
	int locale_fd; /* web and mailer: SITE/locale, the same */
	int theme_fd; /* web: SITE/theme, the same */
	int listen_fd; /* web: listening for HTTP */
	int metrics_fd; /* web: for operators, -1 if nobody asks */
	int vitals_fd; /* web: see vitals.h */
	int commands_fd; /* web: listening SITE/control.sock */
	uint8_t credential[32];
	bool has_credential;

	struct link link[ROLE_COUNT]; /* by who is at the other end */
	bool fresh[ROLE_COUNT]; /* a new peer; the role clears it */
	bool lost[ROLE_COUNT]; /* the peer left; the role clears it */
	bool stopping; /* finish what was begun, then leave */
	bool orphaned; /* the supervisor is gone */

	char recipient[128]; /* sealer: the mailer's, "" until it is known */
	bool recipient_fresh;

	struct pollfd extra[ROLE_EXTRA_FDS]; /* polled along; see role_wait */
	size_t n_extra;

	committer_import *import; /* web: handed in, since cmd has it */
};

/* Until CONTROL_START.  Errors are logged; the process should end then. */
MUST_USE enum err role_begin(struct role *r, enum role_name name);

/* Enter the sandbox, tell the supervisor that this role is ready. */
MUST_USE enum err role_fence(struct role *r);

/* Wait at most timeout_ms (-1: for ever) until a link, an extra descriptor or
 * the control line has something; then pump every link.  extra[].revents hold
 * what poll said. */
MUST_USE enum err role_wait(struct role *r, int timeout_ms);

/* The link to peer is of no use: close it.  The channel's first role (see
 * supervisor.c) asks for another, in case the peer is still alive. */
void role_lose(struct role *r, enum role_name peer);

/* Write out what the links hold, without waiting. */
void role_flush(struct role *r);

void role_release(struct role *r);

/* One process's whole life; the exit status. */
int web_main(struct role *r);
int sealer_main(struct role *r);
int keeper_main(struct role *r);
int log_main(struct role *r);
int mailer_main(struct role *r);

/* Begin as name and run it.  import is for web. */
int role_run(enum role_name name, committer_import *import);

#endif
