/*
 * config.h - SITE/petitiond.conf, the one configuration file.
 *
 * An INI file: [section] lines, `key = value` lines, # or ; comments on lines
 * of their own, blank lines.  Values run to the end of the line, trimmed.
 * Every mistake is told with its line, and all of them at once:
 *
 *     petitiond.conf:7: [log] ripe_count: "none" is not a number ...
 *
 * The strings of a struct config live in its own arena; config_release ends
 * them.  Durations and sizes carry their unit in the name.
 */
#ifndef ROLE_CONFIG_H
#define ROLE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct config {
	struct arena arena;

	struct str base_url; /* no slash at the end */
	struct str host; /* of base_url, with its port if it names one */
	struct str title;
	struct str languages; /* tags, the first is the usual one: "en de" */
	struct str timezone; /* of the zone database: Europe/London */

	struct str get_involved; /* "URL TEXT"; empty: none */
	struct str follow; /* the same */
	struct str map_url;
	struct str home_country; /* ISO code of the site's own */
	struct str postcodes; /* shapes of its postcodes (domain/text.h) */
	struct str area, areas, member; /* what they are called */

	struct str listen; /* ADDR:PORT or [ADDR]:PORT */
	struct str trusted_proxies;
	struct str tls_certificate;
	struct str tls_key;
	struct str metrics_listen; /* ADDR:PORT, a name in SITE, or empty */
	uint32_t http_threads;
	uint32_t cache_mib;
	uint32_t http_connections;
	uint32_t http_connections_per_address;

	struct str relay; /* smtp://HOST:PORT */
	struct str from;
	struct str mail_user;
	struct str mail_password_file;
	uint32_t mail_connections;
	uint32_t domain_at_once, domain_per_second; /* 0: no limit */
	struct str bounces; /* address of the reports; empty: none */
	struct str bounce_folder; /* a Maildir in SITE/mailer */
	uint32_t reminder_hours;
	struct str inbox_url; /* demo only: where the mails can be read */

	uint32_t checkpoint_s;
	uint32_t ripe_count;
	uint32_t ripe_s;

	uint32_t response_threshold;
	uint32_t debate_threshold;
	uint32_t sponsors;
	uint32_t duration_months;
	struct str eligible; /* what a signer must be; empty: words of ours */
	uint32_t place_changes;
	uint32_t place_least;

	bool limits_off;
	uint32_t form_seconds;
	uint32_t burst, burst_s;
	uint32_t address, address_s;
	uint32_t network, network_s;
	uint32_t domain, domain_s;
	uint32_t country, country_s;
	struct str countries; /* lists: separated by commas */
	struct str only_countries;
	struct str allowed_addresses, blocked_addresses;
	struct str allowed_domains, blocked_domains;
	uint32_t siblings_per_mailbox;

	uint32_t openings_per_day;
	uint32_t tags_days;
	uint32_t records_days;

	struct str credential; /* file of 32 bytes, relative to SITE */
};

/* Told once a mistake: line is 1-based, 0 for the file as a whole. */
typedef void (*config_complain)(void *context, uint32_t line, const char *text);

/*
 * Read text into ret_config, defaults first.  ERR_INVALID after complaining
 * of each mistake; the config is released then.
 */
MUST_USE enum err config_parse(struct str text, config_complain complain,
	void *context, struct config *ret_config);

void config_release(struct config *c);

/* The file that `petitiond init` writes, every key with its comment. */
void config_template(
	struct buf *b, struct str base_url, struct str title, bool demo);

/* The sections that role `name` needs, as text for config_parse: a secret of
 * one role never travels to another. */
void config_for_role(struct buf *b, struct str text, const char *role);

#endif
