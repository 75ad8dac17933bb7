#include "page/sign.h"

#include "domain/country.h"

struct str sign_field_name(enum sign_field field)
{
	static const struct str name[SIGN_FIELDS] = {
		[SIGN_ELIGIBLE] = STR_INIT("eligible"),
		[SIGN_NAME] = STR_INIT("name"),
		[SIGN_EMAIL] = STR_INIT("email"),
		[SIGN_COUNTRY] = STR_INIT("country"),
		[SIGN_POSTCODE] = STR_INIT("postcode"),
	};

	return name[field];
}

bool sign_faults_any(const struct sign_faults *f)
{
	return f->not_eligible || f->name != NAME_FINE ||
		f->email != EMAIL_FINE || f->country ||
		f->postcode != POSTCODE_FINE || f->stale;
}

static struct str name_words(const struct page *p, enum name_fault fault)
{
	switch (fault) {
	case NAME_FINE:
		return STR_NULL;
	case NAME_MISSING:
		return tr(p, "Enter your name");
	case NAME_TOO_LONG:
		return tr(p, "Your name must be 255 characters or fewer");
	case NAME_UNREADABLE:
		return tr(p, "Your name holds characters that cannot be read");
	case NAME_FIRST:
		return tr(p, "Your name cannot begin with -, =, + or @");
	case NAME_LINK:
		return tr(
			p, "Your name cannot hold a link or an email address");
	}
	return STR_NULL;
}

static struct str email_words(const struct page *p, enum email_fault fault)
{
	switch (fault) {
	case EMAIL_FINE:
		return STR_NULL;
	case EMAIL_MISSING:
		return tr(p, "Enter your email address");
	case EMAIL_TOO_LONG:
		return tr(p, "Your email address is too long to be one");
	case EMAIL_NO_AT:
		return tr(p,
			"Enter an email address with one @ in it, like "
			"name@example.org");
	case EMAIL_LOCAL:
		return tr(p,
			"The part of your email address before the @ does not "
			"look right");
	case EMAIL_DOMAIN:
		return tr(p,
			"The part of your email address after the @ does not "
			"look right");
	}
	return STR_NULL;
}

struct str sign_at_home(const struct page *p, struct scratch *room,
	struct str united_kingdom, struct str other)
{
	struct str code = p->site->home.country;
	struct str name;

	if (str_eq(code, STR("GB")))
		return united_kingdom;
	name = words_find(p->site->words, country_name(code));
	return format_message(room, other, &name, 1);
}

static struct str postcode_words(
	const struct page *p, enum postcode_fault fault)
{
	switch (fault) {
	case POSTCODE_FINE:
		return STR_NULL;
	case POSTCODE_MISSING:
		return tr(p, "Enter your postcode");
	case POSTCODE_TOO_LONG:
		return tr(p, "Your postcode is too long to be one");
	case POSTCODE_SHAPE:
		return str_eq(p->site->home.country, STR("GB"))
			? tr(p, "Enter a full UK postcode, like SW1A 1AA")
			: tr(p, "Enter your postcode as it stands in your address");
	}
	return STR_NULL;
}

static struct str eligible_words(const struct page *p)
{
	return p->site->eligible.len > 0
		? tr(p, "Tick the box if it is true of you")
		: tr(p,
			  "Tick the box if you are a British citizen or live "
			  "in the UK");
}

struct str sign_fault_words(const struct page *p,
	const struct sign_faults *faults, enum sign_field field)
{
	if (faults == NULL)
		return STR_NULL;
	switch (field) {
	case SIGN_ELIGIBLE:
		return faults->not_eligible ? eligible_words(p) : STR_NULL;
	case SIGN_NAME:
		return name_words(p, faults->name);
	case SIGN_EMAIL:
		return email_words(p, faults->email);
	case SIGN_COUNTRY:
		return faults->country ? tr(p, "Choose where you live")
				       : STR_NULL;
	case SIGN_POSTCODE:
		return postcode_words(p, faults->postcode);
	case SIGN_FIELDS:
		break;
	}
	return STR_NULL;
}
