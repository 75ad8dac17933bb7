#include "role/recipients.h"

#include <stdlib.h>

static const struct {
	enum compartment number;
	const char *name;
} names[] = {
	{ COMPARTMENT_IDENTITY, "identity" },
	{ COMPARTMENT_CONTACT, "contact" },
	{ COMPARTMENT_STANDING, "standing" },
};

const char *compartment_name(enum compartment c)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == c)
			return names[i].name;
	return c == COMPARTMENT_MAIL ? "mail" : "";
}

enum compartment compartment_of_name(struct str name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq(name, str_c(names[i].name)))
			return names[i].number;
	return (enum compartment)0;
}

/* A tab or a line's end would forge a declaration. */
static bool who_is_sane(struct str who)
{
	if (who.len == 0 || who.len > RECIPIENT_WHO_MAX || !str_is_utf8(who))
		return false;
	for (size_t i = 0; i < who.len; i++)
		if ((unsigned char)who.at[i] < 0x20 || who.at[i] == 0x7f)
			return false;
	return true;
}

static struct recipient_line *find(
	struct recipients *r, enum compartment c, struct str text)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->line[i].compartment == c &&
			str_eq(str_c(r->line[i].text), text))
			return &r->line[i];
	return NULL;
}

enum err recipients_add(struct recipients *r, enum compartment compartment,
	struct str text, struct str who)
{
	struct recipient_line l = { .compartment = compartment };
	enum err e;

	if (compartment < COMPARTMENT_IDENTITY ||
		compartment > COMPARTMENT_STANDING || !who_is_sane(who))
		return ERR_INVALID;
	e = age_recipient_parse(text, &l.recipient);
	if (e != OK)
		return e;
	if (find(r, compartment, text) != NULL)
		return ERR_EXISTS;
	/* One place is for mailer's. */
	if (r->n == RECIPIENTS_MAX - 1)
		return ERR_TOO_LARGE;
	(void)snprintf(l.text, sizeof(l.text), "%.*s", STR_ARG(text));
	(void)snprintf(l.who, sizeof(l.who), "%.*s", STR_ARG(who));
	r->line[r->n++] = l;
	return OK;
}

enum err recipients_remove(
	struct recipients *r, enum compartment compartment, struct str text)
{
	struct recipient_line *l = find(r, compartment, text);
	struct age_recipient list[RECIPIENTS_MAX];

	if (l == NULL)
		return ERR_NOT_FOUND;
	if (recipients_of(r, compartment, list) == 1)
		return ERR_DENIED;
	memmove(l, l + 1, (size_t)(r->line + r->n - (l + 1)) * sizeof(*l));
	r->n--;
	return OK;
}

static enum err read_line(struct recipients *r, struct str text)
{
	struct str compartment, recipient;
	enum err e;

	if (!str_split(&text, ' ', &compartment) ||
		!str_split(&text, ' ', &recipient) || text.at == NULL)
		return ERR_INVALID;
	e = recipients_add(
		r, compartment_of_name(compartment), recipient, str_trim(text));
	return e == ERR_EXISTS ? ERR_INVALID : e;
}

enum err recipients_read(struct str text, struct recipients *ret_recipients)
{
	struct recipients r = { .n = 0 };
	struct str line;
	enum err e = OK;

	while (e == OK && str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len > 0 && line.at[0] != '#')
			e = read_line(&r, line);
	}
	if (e == OK)
		*ret_recipients = r;
	return e;
}

void recipients_write(struct buf *b, const struct recipients *r)
{
	buf_c(b,
		"# Who can open what: COMPARTMENT RECIPIENT WHO.  Change it "
		"with `petitiond keys`.\n");
	for (size_t i = 0; i < r->n; i++)
		buf_printf(b, "%s %s %s\n",
			compartment_name(r->line[i].compartment),
			r->line[i].text, r->line[i].who);
}

size_t recipients_of(const struct recipients *r, enum compartment compartment,
	struct age_recipient ret_list[RECIPIENTS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->line[i].compartment == compartment)
			ret_list[n++] = r->line[i].recipient;
	return n;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(a, b);
}

void recipients_declare(
	struct buf *b, const struct recipients *r, struct str mailer)
{
	char line[RECIPIENTS_MAX][256];
	size_t n = r->n;

	for (size_t i = 0; i < n; i++)
		(void)snprintf(line[i], sizeof(line[i]), "%s\t%s\t%s\n",
			compartment_name(r->line[i].compartment),
			r->line[i].text, r->line[i].who);
	if (mailer.len > 0)
		(void)snprintf(line[n++], sizeof(line[0]),
			"mail\t%.*s\tmailer\n", STR_ARG(mailer));
	qsort(line, n, sizeof(line[0]), by_bytes);
	for (size_t i = 0; i < n; i++)
		buf_c(b, line[i]);
}
