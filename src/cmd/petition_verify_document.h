/*
 * petition_verify_document.h - the documents that leaves name: each must be
 * there and have its hash, and a petition's must agree with its leaf
 * (docs/log.md, sections 2 and 6).
 */
#ifndef CMD_PETITION_VERIFY_DOCUMENT_H
#define CMD_PETITION_VERIFY_DOCUMENT_H

#include "cmd/petition_verify_recount.h"
#include "cmd/petition_verify_source.h"
#include "cmd/petition_verify_verdict.h"

enum { DOCUMENT_PATH_BYTES = 4 + 64 + 1 };

/* Check all documents of r and fill in the petitions' titles.  With partial a
 * missing one is no fault. */
void documents_verify(
	struct source *s, struct recount *r, bool partial, struct verdict *v);
/* "doc/HEX". */
void document_path(
	const struct named_doc *d, char ret_path[DOCUMENT_PATH_BYTES]);

#endif
