/*
 * gzip.h - a body packed once (RFC 1952), for finished replies.
 *
 * Private to src/http; the only user of zlib here.
 */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

/* Malloced bytes in ret_packed.  ERR_TOO_LARGE when packing does not make it
 * smaller by at least an eighth. */
MUST_USE enum err gzip_pack(struct str body, struct str *ret_packed);

#endif
