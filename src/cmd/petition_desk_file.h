/*
 * petition_desk_file.h - a desk's own file: the keys that ask and that open.
 *
 *     # NAME
 *     AGE-SECRET-KEY-1...      opens records and answers; several may stand
 *     DESK-SECRET-KEY-...      the seed that signs requests, base64url
 *
 * It is kept as an age file under a passphrase; `age -d` asks for it.  A file
 * that is not encrypted is read as it is.  Beside it, FILE.site names the site
 * and the recipient of requests; it is public.
 */
#ifndef CMD_PETITION_DESK_FILE_H
#define CMD_PETITION_DESK_FILE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/age.h"
#include "crypto/sign.h"

enum { DESK_IDENTITIES_MAX = 8 };

struct desk_file {
	struct age_identity identity[DESK_IDENTITIES_MAX];
	size_t n_identities;
	struct sign_key key;
	bool has_key;
};

/* The opened file's text, into a file that is empty.  ERR_INVALID unless a key
 * and an identity are in it. */
MUST_USE enum err desk_file_parse(struct str text, struct desk_file *f);
/* In guarded memory; desk_file_free gives it back.  Complains. */
MUST_USE enum err desk_file_open(const char *path, struct desk_file **ret_file);
void desk_file_free(struct desk_file *f);

struct desk_site {
	char url[1024];
	struct age_recipient recipient;
};

/* URL and recipient, a line each. */
MUST_USE enum err desk_site_parse(struct str text, struct desk_site *ret_site);
/* Complains. */
MUST_USE enum err desk_site_read(const char *path, struct desk_site *ret_site);
/* Complains. */
MUST_USE enum err desk_site_write(
	const char *path, struct str url, struct str recipient);

/* Append a fresh signing key's secret line; its public key is returned. */
void desk_file_add_key(struct buf *b, struct sign_public *ret_public);

/* Print to standard error: petition-desk: TEXT */
void desk_complain(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
