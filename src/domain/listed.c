#include "domain/listed.h"

bool word_is_listed(struct str list, struct str word)
{
	struct str entry;

	while (str_split(&list, ',', &entry)) {
		entry = str_trim(entry);
		if (entry.len > 0 && str_eq_nocase(entry, word))
			return true;
	}
	return false;
}

/* tail begins with its dot: ".example.org". */
static bool is_under(struct str domain, struct str tail, bool deep)
{
	struct str front;

	if (domain.len <= tail.len ||
		!str_eq_nocase(
			str_slice(domain, domain.len - tail.len, domain.len),
			tail))
		return false;
	front = str_slice(domain, 0, domain.len - tail.len);
	return deep || str_find(front, '.') == front.len;
}

static bool fits(struct str entry, struct str domain)
{
	if (str_starts(entry, STR("**.")))
		return is_under(domain, str_slice(entry, 2, entry.len), true);
	if (str_starts(entry, STR("*.")))
		return is_under(domain, str_slice(entry, 1, entry.len), false);
	return str_eq_nocase(entry, domain);
}

bool domain_is_listed(struct str list, struct str domain)
{
	struct str entry;

	while (str_split(&list, ',', &entry)) {
		entry = str_trim(entry);
		if (entry.len > 0 && fits(entry, domain))
			return true;
	}
	return false;
}
