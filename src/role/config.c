#include "role/config.h"

#include <stddef.h>

enum kind { KIND_TEXT, KIND_NUMBER, KIND_YES_NO };

/* Who is told a section's values: letters of the roles' names. */
struct key {
	const char *section;
	const char *name;
	enum kind kind;
	size_t offset;
	const char *fallback;
	uint32_t min, max;
	const char *roles; /* w s k l m */
	const char *comment;
};

/* clang-format off */
#define TEXT(sec, name, field, fallback, roles, comment) \
	{ sec, name, KIND_TEXT, offsetof(struct config, field), fallback, 0, 0, roles, comment }
#define NUMBER(sec, name, field, fallback, min, max, roles, comment) \
	{ sec, name, KIND_NUMBER, offsetof(struct config, field), fallback, min, max, roles, comment }
#define YES_NO(sec, name, field, fallback, roles, comment) \
	{ sec, name, KIND_YES_NO, offsetof(struct config, field), fallback, 0, 0, roles, comment }

static const struct key keys[] = {
	TEXT("site", "base_url", base_url, "http://127.0.0.1:8080", "wlm",
		"Where people reach the site; it stands in mails and names the log."),
	TEXT("site", "title", title, "Petitions", "wm", "What the site is called."),
	TEXT("site", "languages", languages, "en", "wm",
		"Languages of the pages, the usual one first, separated by spaces: en de."),
	TEXT("site", "timezone", timezone, "Europe/London", "wm",
		"The institution's zone: days begin and end by it."),

	TEXT("site", "get_involved", get_involved, "", "w",
		"Where people read how to take part, linked below petitions: URL TEXT."),
	TEXT("site", "follow", follow, "", "w", "Where they can follow what happens: URL TEXT."),
	TEXT("site", "map_url", map_url, "", "w",
		"A page that shows signatures on a map; ?petition=ID is put behind it."),

	TEXT("site", "country", home_country, "GB", "w",
		"ISO code of the site's own country: the form begins with it, and asks there for a postcode."),
	TEXT("site", "postcodes", postcodes, "", "w",
		"Shapes of its postcodes, A a letter, 9 a digit, X either: 9999AA; empty: the United Kingdom's."),
	TEXT("site", "area", area, "", "w", "What an area is called that elects a member; empty: constituency,"),
	TEXT("site", "areas", areas, "", "w", "what several of them are; empty: constituencies,"),
	TEXT("site", "member", member, "", "w", "and what its member is; empty: MP."),

	TEXT("http", "listen", listen, "127.0.0.1:8080", "w", "Address and port to listen on."),
	TEXT("http", "trusted_proxies", trusted_proxies, "", "w",
		"Addresses whose X-Forwarded-For is believed, separated by commas."),
	TEXT("http", "tls_certificate", tls_certificate, "", "w", "PEM files, if no proxy does TLS."),
	TEXT("http", "tls_key", tls_key, "", "w", NULL),
	TEXT("http", "metrics_listen", metrics_listen, "metrics.sock", "",
		"Where /healthz, /readyz and /metrics are: ADDRESS:PORT, or a socket in SITE; empty: nowhere."),
	NUMBER("http", "cache_mib", cache_mib, "128", 1, 65536, "w", "Memory for finished pages."),
	NUMBER("http", "threads", http_threads, "1", 1, 2, "w", "I/O threads."),
	NUMBER("http", "connections", http_connections, "10000", 16, 60000, "w",
		"Connections in total, and from one IPv4 address or IPv6 /64."),
	NUMBER("http", "connections_per_address", http_connections_per_address, "200", 1, 60000, "w", NULL),

	TEXT("mail", "relay", relay, "smtp://127.0.0.1:25", "m", "The mail relay: smtp://HOST:PORT or smtps://HOST:PORT."),
	TEXT("mail", "from", from, "petitions@localhost", "m", "The sender of every mail."),
	TEXT("mail", "user", mail_user, "", "m", "If the relay asks for it; the password stands in a file of its own."),
	TEXT("mail", "password_file", mail_password_file, "", "m", NULL),
	NUMBER("mail", "connections", mail_connections, "8", 1, 64, "m", "Connections to the relay at a time."),
	NUMBER("mail", "domain_at_once", domain_at_once, "0", 0, 64, "m",
		"Mails to one domain of recipients under way at a time, and a second; 0: the relay sees to that."),
	NUMBER("mail", "domain_per_second", domain_per_second, "0", 0, 1000, "m", NULL),
	TEXT("mail", "bounces", bounces, "", "m",
		"Where reports of mails that cannot be delivered go: ADDRESS@HOST, for ADDRESS+anything@HOST; empty: nowhere."),
	TEXT("mail", "bounce_folder", bounce_folder, "bounces", "m", "The Maildir in SITE/mailer into which they are delivered."),
	NUMBER("mail", "reminder_hours", reminder_hours, "48", 0, 70, "w",
		"Who has not confirmed by then gets the mail once more; 0: nobody."),
	TEXT("mail", "inbox_url", inbox_url, "", "w", "Demo only: the page where its mails can be read."),

	NUMBER("log", "checkpoint_s", checkpoint_s, "10", 1, 3600, "lw", "Seconds between checkpoints."),
	NUMBER("log", "ripe_count", ripe_count, "8", 1, 1000, "l",
		"A petition's leaves wait until so many wait together,"),
	NUMBER("log", "ripe_s", ripe_s, "900", 1, 86400, "l", "or the oldest has waited so long."),

	NUMBER("petition", "response_threshold", response_threshold, "10000", 1, 4000000000u, "w", "Signatures for a response,"),
	NUMBER("petition", "debate_threshold", debate_threshold, "100000", 1, 4000000000u, "w", "for a debate,"),
	NUMBER("petition", "sponsors", sponsors, "5", 0, 20, "w", "and supporters before moderation."),
	NUMBER("petition", "duration_months", duration_months, "6", 1, 120, "w", "How long a petition is open."),
	NUMBER("petition", "place_changes", place_changes, "10", 1, 1000, "w",
		"Public figures by area and country move after so many changes, or when the day is over,"),
	NUMBER("petition", "place_least", place_least, "0", 0, 1000, "w",
		"and places with fewer signatures are not shown; 0: all are."),

	TEXT("petition", "eligible", eligible, "", "w",
		"What signers must be, as they tick it; empty: I am a British citizen or I live in the UK."),

	YES_NO("limits", "off", limits_off, "no", "wk", "yes only for load tests."),
	NUMBER("limits", "form_seconds", form_seconds, "3", 0, 60, "w",
		"Whoever sends a form sooner ticks that they are a person; 0: nobody."),
	NUMBER("limits", "burst", burst, "20", 0, 1000000, "k",
		"Forms of one address (IPv6: one /64) for one petition at once; 0, here and below: no limit."),
	NUMBER("limits", "burst_s", burst_s, "60", 1, 86400, "k", "Seconds until so many may come again."),
	NUMBER("limits", "address", address, "60", 0, 1000000, "k", "The same over a longer time."),
	NUMBER("limits", "address_s", address_s, "600", 1, 86400, "k", NULL),
	NUMBER("limits", "network", network, "1000", 0, 1000000, "k", "Of one network: IPv4 /24 or IPv6 /48."),
	NUMBER("limits", "network_s", network_s, "600", 1, 86400, "k", NULL),
	NUMBER("limits", "domain", domain, "0", 0, 1000000, "k", "Of one domain of e-mail addresses."),
	NUMBER("limits", "domain_s", domain_s, "600", 1, 86400, "k", NULL),
	NUMBER("limits", "country", country, "0", 0, 1000000, "k", "Of all the countries listed next, together."),
	NUMBER("limits", "country_s", country_s, "600", 1, 86400, "k", NULL),
	TEXT("limits", "countries", countries, "", "w", "Codes of countries, separated by commas."),
	TEXT("limits", "only_countries", only_countries, "", "w",
		"If any stands here, signatures from elsewhere are set apart."),
	TEXT("limits", "allowed_addresses", allowed_addresses, "", "w",
		"Addresses and networks (192.0.2.0/24) that no limit holds for, separated by commas."),
	TEXT("limits", "blocked_addresses", blocked_addresses, "", "w",
		"Those whose signatures are set apart."),
	TEXT("limits", "allowed_domains", allowed_domains, "", "s",
		"Domains of e-mail addresses that no limit holds for; *. is one label before it, **. any."),
	TEXT("limits", "blocked_domains", blocked_domains, "", "s",
		"Those whose signatures are set apart."),
	NUMBER("limits", "siblings_per_mailbox", siblings_per_mailbox, "5", 1, 1000, "k",
		"Unconfirmed forms that one mailbox may have on one petition."),

	NUMBER("retention", "tags_days", tags_days, "30", 1, 3650, "w",
		"Days after closing until nobody can be looked for among the signers,"),
	NUMBER("retention", "records_days", records_days, "183", 1, 3650, "w",
		"and until no record of them opens any more."),

	NUMBER("keys", "openings_per_day", openings_per_day, "50", 0, 100000, "k",
		"Records that one desk may open a day, and as many that it may erase."),
	TEXT("keys", "credential", credential, "credential.key", "w",
		"The file with the secret that wraps keeper's and sealer's keys at rest."),
};
/* clang-format on */

struct reader {
	struct config *config;
	config_complain complain;
	void *context;
	bool failed;
	bool seen[sizeof(keys) / sizeof(keys[0])];
};

static const size_t N_KEYS = sizeof(keys) / sizeof(keys[0]);

static void complain(struct reader *r, uint32_t line, struct str text)
{
	r->failed = true;
	r->complain(r->context, line, text.at == NULL ? "too long" : text.at);
}

static void set(
	struct reader *r, uint32_t line, const struct key *k, struct str value)
{
	char *at = (char *)r->config + k->offset;
	struct arena *a = &r->config->arena;
	uint64_t n;

	switch (k->kind) {
	case KIND_TEXT:
		*(struct str *)(void *)at = arena_copy(a, value);
		break;
	case KIND_NUMBER:
		if (str_u64(value, &n) != OK || n < k->min || n > k->max) {
			complain(r, line,
				arena_printf(a,
					"[%s] %s: \"%.*s\" is not a number "
					"from %u to %u: write one",
					k->section, k->name, STR_ARG(value),
					k->min, k->max));
			break;
		}
		*(uint32_t *)(void *)at = (uint32_t)n;
		break;
	case KIND_YES_NO:
		if (!str_eq(value, STR("yes")) && !str_eq(value, STR("no"))) {
			complain(r, line,
				arena_printf(a,
					"[%s] %s: \"%.*s\" is neither yes nor "
					"no: write one of them",
					k->section, k->name, STR_ARG(value)));
			break;
		}
		*(bool *)(void *)at = str_eq(value, STR("yes"));
		break;
	}
}

static bool section_known(struct str section)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (str_eq(section, str_c(keys[i].section)))
			return true;
	return false;
}

static void read_pair(
	struct reader *r, uint32_t line, struct str section, struct str text)
{
	struct arena *a = &r->config->arena;
	size_t eq = str_find(text, '=');
	struct str name = str_trim(str_slice(text, 0, eq));

	if (eq == text.len) {
		complain(r, line,
			arena_printf(a,
				"\"%.*s\" is neither [section] nor key = "
				"value: mend or delete it",
				STR_ARG(text)));
		return;
	}
	for (size_t i = 0; i < N_KEYS; i++) {
		if (!str_eq(section, str_c(keys[i].section)) ||
			!str_eq(name, str_c(keys[i].name)))
			continue;
		if (r->seen[i])
			complain(r, line,
				arena_printf(a,
					"[%s] %s stands here for the second "
					"time: keep one",
					keys[i].section, keys[i].name));
		r->seen[i] = true;
		set(r, line, &keys[i],
			str_trim(str_slice(text, eq + 1, text.len)));
		return;
	}
	complain(r, line,
		arena_printf(a, "[%.*s] knows no key \"%.*s\": delete it",
			STR_ARG(section), STR_ARG(name)));
}

static struct str read_section(struct reader *r, uint32_t line, struct str text)
{
	struct str name = str_trim(str_slice(text, 1, text.len - 1));

	if (!str_ends(text, STR("]")) || !section_known(name)) {
		complain(r, line,
			arena_printf(&r->config->arena,
				"\"%.*s\" is no section of this file: see "
				"petitiond init --help",
				STR_ARG(text)));
		return STR_NULL;
	}
	return name;
}

/* Line numbers of the given key, for complaints made at the end. */
static void check_whole(struct reader *r)
{
	struct config *c = r->config;
	struct str url = c->base_url;

	while (str_ends(url, STR("/")))
		url.len--;
	c->base_url = url;
	if (str_starts(url, STR("http://")))
		c->host = str_slice(url, 7, url.len);
	else if (str_starts(url, STR("https://")))
		c->host = str_slice(url, 8, url.len);
	if (c->host.len == 0 || str_find(c->host, '/') != c->host.len ||
		str_find(c->host, ' ') != c->host.len)
		complain(r, 0,
			STR("[site] base_url is not http://HOST or "
			    "https://HOST: mend it"));
	if (str_find(c->from, '@') == c->from.len)
		complain(r, 0,
			STR("[mail] from has no @: write an e-mail address"));
	if (c->bounces.len > 0 &&
		(str_find(c->bounces, '@') > 32 ||
			str_find(c->bounces, '@') == c->bounces.len))
		complain(r, 0,
			STR("[mail] bounces is no e-mail address with at most "
			    "32 characters before its @"));
	if (!str_starts(c->relay, STR("smtp://")) &&
		!str_starts(c->relay, STR("smtps://")))
		complain(r, 0,
			STR("[mail] relay is not smtp://HOST:PORT: mend it"));
	if ((c->tls_certificate.len == 0) != (c->tls_key.len == 0))
		complain(r, 0,
			STR("[http] tls_certificate and tls_key go together: "
			    "give both or neither"));
	if (c->debate_threshold < c->response_threshold)
		complain(r, 0,
			STR("[petition] debate_threshold is below "
			    "response_threshold: raise it"));
}

enum err config_parse(struct str text, config_complain told, void *context,
	struct config *ret_config)
{
	struct config c = { 0 };
	struct reader r = { &c, told, context, false, { false } };
	struct str section = STR_NULL;
	struct str line;
	uint32_t n = 0;

	arena_init(&c.arena, 1 << 20);
	for (size_t i = 0; i < N_KEYS; i++)
		set(&r, 0, &keys[i], str_c(keys[i].fallback));
	if (text.len > 1 << 18 || !str_is_utf8(text)) {
		complain(&r, 0, STR("is not a text file of a sane size"));
		text = STR("");
	}
	while (str_split(&text, '\n', &line)) {
		n++;
		line = str_trim(line);
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[')
			section = read_section(&r, n, line);
		else if (section.at != NULL)
			read_pair(&r, n, section, line);
		else if (!r.failed)
			complain(&r, n,
				STR("stands before any [section]: move it"));
	}
	check_whole(&r);
	if (r.failed) {
		arena_release(&c.arena);
		return ERR_INVALID;
	}
	*ret_config = c;
	return OK;
}

void config_release(struct config *c)
{
	arena_release(&c->arena);
	*c = (struct config){ 0 };
}

static struct str template_value(
	const struct key *k, struct str base_url, struct str title, bool demo)
{
	if (k->offset == offsetof(struct config, base_url))
		return base_url;
	if (k->offset == offsetof(struct config, title))
		return title;
	if (demo && k->offset == offsetof(struct config, languages))
		return STR("en de");
	if (demo && k->offset == offsetof(struct config, ripe_count))
		return STR("1");
	if (demo && k->offset == offsetof(struct config, place_changes))
		return STR("1");
	if (demo && k->offset == offsetof(struct config, checkpoint_s))
		return STR("2");
	if (demo && k->offset == offsetof(struct config, form_seconds))
		return STR("0");
	if (demo &&
		(k->offset == offsetof(struct config, burst) ||
			k->offset == offsetof(struct config, address)))
		return STR("0"); /* everybody comes from this machine */
	if (demo && k->offset == offsetof(struct config, relay))
		return STR("smtp://127.0.0.1:1025");
	if (demo && k->offset == offsetof(struct config, inbox_url))
		return STR("http://127.0.0.1:1080");
	if (demo && k->offset == offsetof(struct config, from))
		return STR("petitions@example.org");
	return str_c(k->fallback);
}

void config_template(
	struct buf *b, struct str base_url, struct str title, bool demo)
{
	const char *section = "";

	buf_c(b,
		"# petitiond's configuration.  `petitiond check SITE` explains "
		"every mistake by line.\n");
	for (size_t i = 0; i < N_KEYS; i++) {
		const struct key *k = &keys[i];

		if (!str_eq(str_c(section), str_c(k->section)))
			buf_printf(b, "\n[%s]\n", k->section);
		section = k->section;
		if (k->comment != NULL)
			buf_printf(b, "# %s\n", k->comment);
		buf_printf(b, "%s = ", k->name);
		buf_str(b, template_value(k, base_url, title, demo));
		buf_c(b, "\n");
	}
}

static bool role_needs(const char *roles, const char *role)
{
	return strchr(roles, role[0]) != NULL;
}

void config_for_role(struct buf *b, struct str text, const char *role)
{
	struct str section = STR_NULL;
	struct str line;

	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.len > 1 && line.at[0] == '[') {
			section = str_trim(str_slice(line, 1, line.len - 1));
			buf_str(b, line);
			buf_c(b, "\n");
			continue;
		}
		for (size_t i = 0; i < N_KEYS; i++) {
			struct str name = str_trim(
				str_slice(line, 0, str_find(line, '=')));

			if (!str_eq(section, str_c(keys[i].section)) ||
				!str_eq(name, str_c(keys[i].name)) ||
				!role_needs(keys[i].roles, role))
				continue;
			buf_str(b, line);
			buf_c(b, "\n");
		}
	}
}
