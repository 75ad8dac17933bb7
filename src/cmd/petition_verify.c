/*
 * petition-verify: recounts a site's petitions from its public files alone.
 *
 * Written from docs/log.md; it shares nothing with the server but src/base,
 * so that the two check each other.  That is why it calls libsodium itself
 * and uses neither src/crypto nor src/tlog.
 */
#include <sodium.h>

#include "cmd/petition_verify_look.h"

static const char help[] =
	"petition-verify - recount a site's petitions from its public log\n"
	"\n"
	"usage: petition-verify [options] DIR|URL\n"
	"       petition-verify promise [options] FILE [DIR|URL]\n"
	"       petition-verify receipt [options] FILE [DIR|URL]\n"
	"       petition-verify evidence --key VKEY FILE\n"
	"\n"
	"DIR is a site's public folder, URL the address of the site.  The\n"
	"second form checks the promise that a signer got, and whether the log\n"
	"kept it; the third the receipt that a signer saved: whether it is\n"
	"theirs, in the log, and counted.  The fourth judges evidence that\n"
	"somebody kept of a lie, by the site's keys alone.\n"
	"\n"
	"  --key VKEY      the site's verifier key, from where you trust it;\n"
	"                  else the site's own log/keys is believed.  May be\n"
	"                  given twice: names end in /log or /promise\n"
	"  --state FILE    remember what was seen; at the next look, prove that\n"
	"                  nothing of it was rewritten\n"
	"  --evidence FILE write what proves a lie to others\n"
	"  --petition ID   show this petition only\n"
	"  --year N        read the logs up to this year's, not all\n"
	"  --pages         URL: compare the count each petition's page says, too\n"
	"  --tiles         compare the hash tiles, too, which others' proofs use\n"
	"  --cache DIR     keep what never changes, so that it is loaded once\n"
	"  --progress      say how far it is, not only on a terminal\n"
	"  --json          one JSON object instead of a table\n"
	"  --help          this text\n"
	"\n"
	"exit: 0 all is good; 1 something is wrong with the log, in words;\n"
	"      2 usage; 3 this machine could not look (network, disk);\n"
	"      4 the receipt's signature was invalidated or withdrawn\n"
	"exit of evidence: 0 the lie is proven; 1 it is not; 2 usage;\n"
	"      3 only a look at the site can tell\n";

static bool take_key(struct options *o, const char *text)
{
	struct vkey key;
	struct keyring *ring;

	if (vkey_parse(str_c(text), &key) != OK)
		return false;
	ring = str_ends(str_c(key.name), STR("/promise")) ? &o->promise_keys
							  : &o->checkpoint_keys;
	if (ring->n == sizeof(ring->key) / sizeof(ring->key[0]))
		return false;
	ring->key[ring->n++] = key;
	return true;
}

static bool take_option(struct options *o, struct str name, const char *value)
{
	uint64_t year;

	if (str_eq(name, STR("--key")))
		return take_key(o, value);
	if (str_eq(name, STR("--petition")))
		return str_u64(str_c(value), &o->petition) == OK &&
			o->petition != 0;
	if (str_eq(name, STR("--year"))) {
		if (str_u64(str_c(value), &year) != OK || year < 1970 ||
			year > 9999)
			return false;
		o->year = (unsigned)year;
		return true;
	}
	if (str_eq(name, STR("--state")))
		o->state = value;
	else if (str_eq(name, STR("--cache")))
		o->cache = value;
	else if (str_eq(name, STR("--evidence")))
		o->evidence_to = value;
	else
		return false;
	return true;
}

enum form { RECOUNT, PROMISE, RECEIPT, EVIDENCE };

static bool take_place(struct options *o, enum form form, const char *word)
{
	if (form == PROMISE && o->promise == NULL)
		o->promise = word;
	else if (form == RECEIPT && o->receipt == NULL)
		o->receipt = word;
	else if (form == EVIDENCE && o->evidence == NULL)
		o->evidence = word;
	else if (form != EVIDENCE && o->where == NULL)
		o->where = word;
	else
		return false;
	return true;
}

static bool is_url(const char *where)
{
	return str_starts(str_c(where), STR("http://")) ||
		str_starts(str_c(where), STR("https://"));
}

static enum form form_of(const char *word)
{
	if (word != NULL && str_eq(str_c(word), STR("promise")))
		return PROMISE;
	if (word != NULL && str_eq(str_c(word), STR("receipt")))
		return RECEIPT;
	if (word != NULL && str_eq(str_c(word), STR("evidence")))
		return EVIDENCE;
	return RECOUNT;
}

static bool refuse(const char *word, const char *why)
{
	(void)fprintf(stderr, "petition-verify: %s: %s\n", word, why);
	return false;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	enum form form = form_of(argc > 1 ? argv[1] : NULL);

	for (int i = form != RECOUNT ? 2 : 1; i < argc; i++) {
		struct str word = str_c(argv[i]);

		if (str_eq(word, STR("--json")))
			o->json = true;
		else if (str_eq(word, STR("--pages")))
			o->pages = true;
		else if (str_eq(word, STR("--progress")))
			o->progress = true;
		else if (str_eq(word, STR("--tiles")))
			o->tiles = true;
		else if (!str_starts(word, STR("--"))) {
			if (!take_place(o, form, argv[i]))
				return refuse(argv[i], "one word too many");
		} else if (i + 1 == argc || !take_option(o, word, argv[i + 1]))
			return refuse(argv[i],
				"no such option, or not with this value");
		else
			i++;
	}
	/* Evidence is judged by a key that came another way. */
	if (form == EVIDENCE)
		return o->evidence != NULL && o->evidence_to == NULL &&
			o->checkpoint_keys.n > 0;
	if (form == RECEIPT)
		return o->receipt != NULL && !o->pages && !o->json;
	if (form == PROMISE)
		return o->promise != NULL && !o->pages &&
			(o->where != NULL || o->promise_keys.n > 0);
	/* A folder has no pages, and they tell nothing of a past year. */
	if (o->pages && (o->year != 0 || o->where == NULL || !is_url(o->where)))
		return false;
	return o->where != NULL;
}

int main(int argc, char **argv)
{
	struct options o = { .where = NULL };
	enum verdict_exit code;

	for (int i = 1; i < argc; i++) {
		if (!str_eq(str_c(argv[i]), STR("--help")))
			continue;
		(void)fputs(help, stdout);
		return VERDICT_GOOD;
	}
	if (!read_options(argc, argv, &o)) {
		(void)fputs("usage: petition-verify [options] DIR|URL, or "
			    "petition-verify promise|receipt [options] FILE "
			    "[DIR|URL], or petition-verify evidence --key VKEY "
			    "FILE; see --help\n",
			stderr);
		return VERDICT_USAGE;
	}
	if (sodium_init() < 0)
		return VERDICT_UNKNOWN;
	code = o.evidence != NULL   ? look_evidence(&o)
		: o.receipt != NULL ? look_receipt(&o)
		: o.promise != NULL ? look_promise(&o)
				    : look_recount(&o);
	if (fflush(stdout) != 0)
		return VERDICT_UNKNOWN;
	return (int)code;
}
