/*
 * keep_search.h - search tags of IP addresses: append-only, a file a week,
 * short-lived.  They help the desk to find waves and decide nothing.
 *
 *     search-WEEK   head: "PKI1" ‖ zero[4] ‖ week u64 ‖ uptime hour u64 ‖
 *                   zero[8], then rows: slot u64 ‖ ip[8] ‖ /24[8] ‖ /48[8]
 *
 * Rows are not waited for: a power failure may cost the last of them, a crash
 * of the process only a torn one.  Rows of freed slots stay until the file
 * goes; those of signers who left are zeroed (keep_search_forget).
 */
#ifndef ROLE_KEEP_SEARCH_H
#define ROLE_KEEP_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/tag.h"

struct keep_search {
	int dir_fd;
	int fd; /* of the week last written, or -1 */
	uint64_t week;
	uint64_t bytes;
	struct buf rows; /* of this batch */
};

void keep_search_init(struct keep_search *s, int dir_fd);
void keep_search_release(struct keep_search *s);

/* Add a row to the batch; tag has IP, /24 and /48.  Rows of another week than
 * the batch's first go to the file at once. */
MUST_USE enum err keep_search_add(struct keep_search *s, uint64_t week,
	uint32_t uptime_hour, uint64_t slot, const struct tag tag[3]);
/* Write the batch's rows. */
MUST_USE enum err keep_search_flush(struct keep_search *s);

/* Zero the rows of these slots in that week's file, if there is one, and wait
 * for the disk.  Reads the file once.  Not within a batch. */
MUST_USE enum err keep_search_forget(
	struct keep_search *s, uint64_t week, const uint64_t slot[], size_t n);

/* Call fn for each row of that week's file, if there is one. */
typedef enum err keep_search_fn(
	void *context, uint64_t slot, const struct tag tag[3]);
MUST_USE enum err keep_search_scan(struct keep_search *s, uint64_t week,
	keep_search_fn *fn, void *context);

/* The oldest week with a file that both clocks call over: before first_kept,
 * and more than agree_hours of uptime since it was made.  False if there is none. */
MUST_USE enum err keep_search_oldest_over(struct keep_search *s,
	uint64_t first_kept, uint32_t uptime_hour, uint32_t agree_hours,
	bool *ret_found, uint64_t *ret_week);
/* Is there a file of that week? */
bool keep_search_has(const struct keep_search *s, uint64_t week);
MUST_USE enum err keep_search_delete(struct keep_search *s, uint64_t week);

#endif
