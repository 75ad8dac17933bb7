/*
 * sign.h - the fields of the form, and the sentence for each fault.
 */
#ifndef PAGE_SIGN_H
#define PAGE_SIGN_H

#include "page/layout.h"

enum sign_field {
	SIGN_ELIGIBLE,
	SIGN_NAME,
	SIGN_EMAIL,
	SIGN_COUNTRY,
	SIGN_POSTCODE,
	SIGN_FIELDS
};

/* The name of the field in the form; ids on the page are the same. */
struct str sign_field_name(enum sign_field field);

/* What is wrong with a field, in words, translated; STR_NULL: nothing. */
struct str sign_fault_words(const struct page *p,
	const struct sign_faults *faults, enum sign_field field);

/* <form> that posts to the petition's form. */
void sign_form_tag(struct page *p, const struct petition *petition);
/* The fields of the form that nobody types. */
void sign_hidden(struct page *p, const struct sign_form *form);
/* Which petition this is about, above the heading. */
void sign_caption(struct page *p, const struct petition *petition);
/* The box at the top for a page with one fault; url is its field's. */
void sign_one_fault(struct page *p, struct str url, struct str words);
/* The first sentence where home is the United Kingdom, else the second with
 * home's name in it. */
struct str sign_at_home(const struct page *p, struct scratch *room,
	struct str united_kingdom, struct str other);

/* "Go back to the petition: TITLE" */
void sign_back(struct page *p, const struct petition *petition);

#endif
