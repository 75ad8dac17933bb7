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

/* Check all documents of r and fill in the petitions' titles. */
void documents_verify(struct source *s, struct recount *r, struct verdict *v);

#endif
