/*
 * postcodes_build.h - making an index of postcodes (postcodes.h).
 *
 * Rows are added in any order, then written once.  A postcode that comes
 * again adds its area to those it has; its first row says whether it has
 * ended.  A row takes 16 bytes here.
 */
#ifndef DOMAIN_POSTCODES_BUILD_H
#define DOMAIN_POSTCODES_BUILD_H

#include "base/buf.h"
#include "domain/postcodes.h"

struct postcodes_builder;

/* NULL when there is no memory; freed by postcodes_builder_free. */
struct postcodes_builder *postcodes_builder_new(void);
void postcodes_builder_free(struct postcodes_builder *b);

/*
 * A canonical postcode, and the code of an area or an empty text: it lies in
 * none.  ERR_INVALID if the postcode is not canonical or too long, or a code
 * is longer than POSTCODES_AREA_BYTES or has a NUL in it; ERR_TOO_LARGE for
 * more than 65,534 areas or 2^31 rows; ERR_MEMORY.
 */
MUST_USE enum err postcodes_builder_add(struct postcodes_builder *b,
	struct str postcode, struct str area, bool ended);

/*
 * Append the index to out; b is spent.  ERR_TOO_LARGE if a postcode has more
 * than POSTCODES_AREAS areas or there are too many lists of them, ERR_MEMORY;
 * otherwise as buf_err says.  ret_count: postcodes.
 */
MUST_USE enum err postcodes_builder_write(
	struct postcodes_builder *b, struct buf *out, uint32_t *ret_count);

#endif
