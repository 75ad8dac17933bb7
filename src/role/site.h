/*
 * site.h - the site directory: opening it, its lock, its sockets.
 *
 *     SITE/petitiond.conf   SITE/credential.key   SITE/lock
 *     SITE/web/ sealer/ keeper/ log/ mailer/ public/    SITE/control.sock
 *
 * These functions complain on standard error themselves, in sentences for the
 * operator ("petitiond: what is wrong: what to do"), because only they know
 * the file and the line.
 */
#ifndef ROLE_SITE_H
#define ROLE_SITE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "role/config.h"

enum site_use {
	SITE_LOOK, /* read only; no lock */
	SITE_COMMAND, /* alone on a stopped site; ERR_BUSY while it is served */
	SITE_SERVE /* the same, and needs the credential */
};

struct site {
	char path[4096];
	int dir_fd;
	int lock_fd; /* -1 for SITE_LOOK */
	struct buf config_text;
	struct config config;
	uint8_t credential[32];
};

/* ERR_BUSY is silent for SITE_COMMAND: the caller goes to the socket. */
MUST_USE enum err site_open(
	const char *path, enum site_use use, struct site *ret_site);
void site_close(struct site *s);

/* The lock of a site's folder, without complaint; -1 while it is taken. */
int site_lock(int dir_fd);

/* Print to standard error: petitiond: TEXT */
void complain(const char *format, ...) PRINTF_LIKE(1, 2);

/* A listening TCP socket for ADDR:PORT or [ADDR]:PORT; an address in use is
 * waited for, at most three seconds. */
MUST_USE enum err site_listen_http(struct str address, int *ret_fd);
/* For operators: ADDR:PORT, or a socket of this name in SITE, mode 0600; an
 * old one is replaced.  -1 if address is empty. */
MUST_USE enum err site_listen_metrics(
	struct site *s, struct str address, int *ret_fd);
/* SITE/control.sock, mode 0600; an old one is replaced. */
MUST_USE enum err site_listen_commands(struct site *s, int *ret_fd);
/* Connect to it.  ERR_NOT_FOUND when nobody listens. */
MUST_USE enum err site_connect_commands(const char *path, int *ret_fd);

#endif
