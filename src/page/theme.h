/*
 * theme.h - reading what an institution puts around its pages: SITE/theme.
 *
 * theme.css may only give values to custom properties that our stylesheet has:
 *
 *     :root { --brand: #5b1a3a; --sans: "Open Sans", sans-serif; }
 *     @media (prefers-color-scheme: dark) { :root { --brand: #2d0d1d; } }
 *
 * A value is checked by what its property holds: a colour, a width or a list
 * of typefaces.  So no address, no rule of its own and nothing that ends a
 * block can stand in it.  Colours outside the dark block hold for the light
 * scheme only, and none holds on paper: whoever gives half a palette does not
 * get dark text on our dark ground.
 *
 * header.html and footer.html are fragments: p, and ul of li, around text, a
 * (href is required: http:, https:, mailto:, or a path), strong, em, span and
 * br; lang and dir on each but br.  Every element is closed in its place.
 * &amp; &lt; &gt; &quot; &#39; are the references; comments are left out.
 *
 * Both are written anew from what was read, never copied through.  Nothing
 * here does I/O; nothing is kept.
 */
#ifndef PAGE_THEME_H
#define PAGE_THEME_H

#include "html/html.h"

enum {
	THEME_CSS_MAX_BYTES = 16 << 10,
	THEME_FRAGMENT_MAX_BYTES = 16 << 10,
	THEME_LOGO_MAX_BYTES = 128 << 10
};

/* The first mistake of a file. */
struct theme_fault {
	uint32_t line; /* from 1 */
	struct str at; /* the word it is about, in the text; may be empty */
	const char *what;
};

enum theme_holds { THEME_COLOUR, THEME_WIDTH, THEME_TYPEFACES };

struct theme_property {
	struct str name; /* "--brand" */
	enum theme_holds holds;
};

/* All that a theme may set. */
const struct theme_property *theme_properties(size_t *ret_count);

/* The stylesheet to serve, appended to out.  ERR_INVALID after a mistake, with
 * out half written; the caller drops it. */
MUST_USE enum err theme_css(
	struct str text, struct buf *out, struct theme_fault *ret_fault);

/* The same for a fragment, whose links get the prefix of h. */
MUST_USE enum err theme_fragment(
	struct str text, struct html *h, struct theme_fault *ret_fault);

/* ERR_INVALID unless bytes begin as an SVG document (UTF-8) or, is_svg being
 * false, a PNG do.  Pictures are shown by <img>, where no script runs. */
MUST_USE enum err theme_logo(struct str bytes, bool is_svg);

#endif
