/*
 * log.h - structured log lines (logfmt) on standard error.
 *
 *     time=2026-11-23T18:24:21Z role=web level=notice event=listen port=8080
 *
 * No personal data: values are numbers, error names, petition ids and words
 * that the code spells out.  What a person typed has no way in: a text value
 * must be a literal (log_word), and the compiler sees to it; only paths and
 * addresses from the configuration go through log_path.
 *
 * A line is put together in place and written by one write(2), so lines of
 * several threads do not mix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct log_line {
	char text[512];
	size_t len;
};

/* Name the process, once, at its start; role lives for ever. */
void log_role(const char *role);

void log_begin(struct log_line *l, const char *level, const char *event);
void log_int(struct log_line *l, const char *key, int64_t value);
void log_raw(struct log_line *l, const char *key, const char *value);
void log_end(struct log_line *l);

#define log_word(l, key, s) log_raw((l), (key), "" s "")
/* A path or address of the operator's own configuration. */
void log_path(struct log_line *l, const char *key, const char *value);

/* Whole lines for the common cases; event and key are literals. */
#define log_notice(event) log_simple("notice", "" event "")
#define log_notice_int(event, key, value)                                      \
	log_simple_int("notice", "" event "", "" key "", (value))
/* Level by the error's own (err_level); ERR_QUIET ones are not logged. */
#define log_err(event, e) log_failure("" event "", (e))

void log_simple(const char *level, const char *event);
void log_simple_int(
	const char *level, const char *event, const char *key, int64_t value);
void log_failure(const char *event, enum err e);

#endif
