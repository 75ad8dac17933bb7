/*
 * addr.h - client addresses, address ranges, and who stands behind a proxy.
 *
 * An address is IPv4 (4 bytes) or IPv6 (16 bytes), network order.  An IPv4
 * address mapped into IPv6 (RFC 4291 section 2.5.5.2) is read as IPv4, so a
 * client has one address whichever listener it came through.  len 0 means
 * "none": the peer of a unix socket.
 */
#ifndef HTTP_ADDR_H
#define HTTP_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct sockaddr;

struct http_addr {
	uint8_t byte[16]; /* what is not used is zero */
	uint8_t len; /* 4, 16 or 0 */
};

/* All addresses that share the first bits of base. */
struct http_net {
	struct http_addr base;
	uint8_t bits;
};

struct http_addr http_addr_of(const struct sockaddr *sa);

/* "192.0.2.1" or "2001:db8::1". */
MUST_USE enum err http_addr_parse(struct str text, struct http_addr *ret_addr);
/* The same with "/bits" behind it, or without: one address. */
MUST_USE enum err http_net_parse(struct str text, struct http_net *ret_net);

void http_addr_write(struct buf *b, const struct http_addr *a);
bool http_addr_eq(const struct http_addr *a, const struct http_addr *b);
/* All but the first bits set to zero. */
struct http_addr http_addr_prefix(const struct http_addr *a, unsigned bits);
bool http_net_has(const struct http_net *net, const struct http_addr *a);

/* The right-most address that is not one of ours: of `forwarded`, the
 * X-Forwarded-For fields in their order joined by commas, read from the
 * right for as long as the one behind is trusted.  A peer that is not trusted
 * is the client itself, whatever it claims.  A peer without an address (unix
 * socket) is trusted.  What cannot be read ends the walk. */
struct http_addr http_client_of(const struct http_addr *peer,
	struct str forwarded, const struct http_net *trusted, size_t trusted_n);

/* True if peer is one of the proxies, or has no address. */
bool http_is_trusted(const struct http_addr *peer,
	const struct http_net *trusted, size_t trusted_n);

#endif
