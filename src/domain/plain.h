/*
 * plain.h - Markdown as the public interface tells it: without its marks.
 *
 * Takes out the marks of headings ("# "), emphasis ("*" and "**") and links,
 * whose address stays behind their words: "[a](b)" becomes "a (b)".  All else,
 * white space and the marks of lists among it, stays byte for byte, so a text
 * without such marks comes out as it went in.
 */
#ifndef DOMAIN_PLAIN_H
#define DOMAIN_PLAIN_H

#include "base/buf.h"
#include "base/str.h"

void plain_put(struct buf *out, struct str markdown);

#endif
