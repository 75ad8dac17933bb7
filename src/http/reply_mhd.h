/*
 * reply_mhd.h - how a reply reaches libmicrohttpd.  Private to src/http.
 */
#ifndef HTTP_REPLY_MHD_H
#define HTTP_REPLY_MHD_H

#include <microhttpd.h>

#include "http/gate.h"
#include "http/reply.h"

enum { REPLY_ETAG_BYTES = 64 };

/* A reply of one encoding; etag "" for none.  Takes response in any case;
 * NULL is ERR_MEMORY. */
MUST_USE enum err reply_single(const struct http_spec *spec,
	struct MHD_Response *response, const char *etag,
	struct http_reply **ret_reply);

/* Queue the variant of reply that these facts ask for; borrows reply.  The
 * status may be 304 instead of the reply's own. */
enum MHD_Result reply_queue(const struct http_reply *reply,
	struct MHD_Connection *connection, const struct gate_facts *facts,
	unsigned *ret_status);

#endif
