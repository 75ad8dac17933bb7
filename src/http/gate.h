/*
 * gate.h - which request heads are let in (RFC 9112, read strictly).
 *
 * libmicrohttpd 0.9.75 hides things: it ends a value at a NUL, joins folded
 * lines and takes a bare CR or LF for a line's end.  But it parses in place,
 * so the texts it shows lie where they came in, and the gaps between them
 * give everything away: one byte behind the method and the target, CRLF
 * behind the version and every value, and the head ends where it says.  A
 * gap of any other size is refused; nothing outside the texts is read.
 *
 * Private to src/http.
 */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "http/http.h"

enum {
	GATE_MAX_FIELDS = 64,
	GATE_MAX_HEAD_BYTES = 8192,
	GATE_MAX_TARGET_BYTES = 2048,
};

/* The fields that the server itself looks at. */
enum gate_known {
	GATE_HOST,
	GATE_CONTENT_LENGTH,
	GATE_TRANSFER_ENCODING,
	GATE_ACCEPT_ENCODING,
	GATE_IF_NONE_MATCH,
	GATE_ORIGIN,
	GATE_SEC_FETCH_SITE,
	GATE_CONTENT_TYPE,
	GATE_FORWARDED_FOR,
	GATE_KNOWN_COUNT,
};

struct gate_field {
	struct str name;
	struct str value;
};

/* A head as it was shown; views of the bytes as they came in. */
struct gate_head {
	struct str method;
	struct str target;
	struct str version;
	size_t bytes; /* of the head, up to and with the empty line */
	size_t field_n; /* may be beyond GATE_MAX_FIELDS: then refused */
	struct gate_field field[GATE_MAX_FIELDS];
};

/* What the server needs to know of a head that was let in. */
struct gate_facts {
	enum http_method method;
	uint64_t content_length;
	struct str known[GATE_KNOWN_COUNT]; /* trimmed; STR_NULL if absent */
};

/* 0, or the status to refuse with; the connection then ends. */
unsigned gate_judge(const struct gate_head *h, struct gate_facts *ret_facts);

#endif
