/*
 * health.c - what monitors ask that know the service this one follows: /ping
 * and /health-check (docs/interface.md).
 */
#include "json/json.h"
#include "web/app.h"
#include "web/routes.h"

static void answer(struct http_request *r, struct str type, struct buf *b)
{
	const struct http_spec spec = { .content_type = type };
	struct http_reply *reply = NULL;

	if (http_once(&spec, b, &reply) != OK)
		reply = NULL;
	buf_release(b);
	http_reply(r, reply);
}

void ping_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct buf b;

	(void)app;
	(void)args;
	buf_init(&b, 16);
	buf_c(&b, "PONG");
	answer(r, STR("text/plain; charset=utf-8"), &b);
}

/* "Sat, 01 Aug 2026 11:00:00 +0100" (RFC 5322 section 3.3). */
static struct str moment(struct arena *a, const struct zone *zone, int64_t s)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int offset = (int)zone_offset_s(zone, s) / 60;
	struct civil c = zone_civil(zone, s);
	int minutes = offset < 0 ? -offset : offset;

	return arena_printf(a, "%.3s, %02d %.3s %d %02d:%02d:%02d %c%02d%02d",
		days + (s + offset * 60) / 86400 % 7 * 3, c.day,
		months + (c.month - 1) * 3, c.year, c.hour, c.minute, c.second,
		offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static struct str verdict(bool good)
{
	return good ? STR("OK") : STR("FAILED");
}

/* The name is the site's, not the machine's: that is nobody's business. */
void health_check_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	int64_t now_s = clock_wall_ms(app->clock) / 1000;
	uint64_t mails;
	bool reads = reader_mails(app->reader, &mails) == OK;
	bool stores = reads && atomic_load(&app->state->takes_forms);
	struct buf b, client;
	struct json j;

	(void)args;
	buf_init(&b, 4096);
	buf_init(&client, 64);
	http_addr_write(&client, &r->client);
	json_init(&j, &b);
	json_object(&j);
	json_key_text(&j, STR("hostname"), app->host);
	json_key_text(&j, STR("url"), r->path);
	json_key_text(&j, STR("client_ip"), buf_view(&client));
	json_key_text(
		&j, STR("localtime"), moment(&r->arena, app->site.zone, now_s));
	json_key_text(&j, STR("utctime"), moment(&r->arena, NULL, now_s));
	json_key_text(&j, STR("database_connection"), verdict(reads));
	json_key_text(&j, STR("database_persistence"), verdict(stores));
	json_key_text(&j, STR("database_integrity"), verdict(reads));
	json_end(&j);
	if (json_done(&j) != OK)
		buf_clear(&b);
	buf_release(&client);
	answer(r, STR("application/json; charset=utf-8"), &b);
}
