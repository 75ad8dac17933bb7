/*
 * The parts that need no socket: addresses, limits, targets, CSRF, and what
 * a finished reply is asked for.
 */
#include "base/tap.h"
#include "http/addr.h"
#include "http/csrf.h"
#include "http/limit.h"
#include "http/select.h"
#include "http/target.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

static struct http_addr addr(const char *text)
{
	struct http_addr a = { 0 };

	if (*text != '\0' && http_addr_parse(str_c(text), &a) != OK)
		abort();
	return a;
}

static const struct {
	const char *net, *addr;
	bool has;
} nets[] = {
	{ "10.0.0.0/8", "10.255.1.2", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.1.2.3", "10.1.2.3", true },
	{ "10.1.2.3", "10.1.2.2", false },
	{ "192.0.2.128/25", "192.0.2.129", true },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "0.0.0.0/0", "192.0.2.1", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "192.0.2.1", false },
	{ "2001:db8::/32", "2001:db8:1::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "10.0.0.0/8", "::ffff:10.0.0.1", true },
};

static void test_nets(void)
{
	static const char *const bad[] = { "", "10.0.0", "10.0.0.0/33",
		"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::1/129", "a",
		"10.0.0.0 " };
	struct http_net n;

	for (size_t i = 0; i < COUNT(nets); i++) {
		struct http_addr a = addr(nets[i].addr);

		CHECK_INT(http_net_parse(str_c(nets[i].net), &n), OK);
		tap_check_int(http_net_has(&n, &a), nets[i].has, nets[i].addr,
			__FILE__, __LINE__);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK_INT(http_net_parse(str_c(bad[i]), &n), ERR_INVALID);
}

/* 10.0.0.0/8 and ::1 are proxies. */
static const struct {
	const char *peer;
	struct str forwarded;
	const char *client;
} clients[] = {
	{ "192.0.2.1", STR_INIT(""), "192.0.2.1" },
	{ "192.0.2.1", STR_INIT("198.51.100.1"), "192.0.2.1" }, /* a lie */
	{ "10.0.0.1", STR_INIT(""), "10.0.0.1" },
	{ "10.0.0.1", STR_INIT("198.51.100.1"), "198.51.100.1" },
	{ "10.0.0.1", STR_INIT("203.0.113.9, 198.51.100.1"), "198.51.100.1" },
	{ "10.0.0.1", STR_INIT("198.51.100.1,10.0.0.2 "), "198.51.100.1" },
	{ "10.0.0.1", STR_INIT("1.1.1.1, 10.0.0.3,\t10.0.0.2"), "1.1.1.1" },
	{ "10.0.0.1", STR_INIT("10.0.0.3,10.0.0.2"), "10.0.0.3" },
	{ "10.0.0.1", STR_INIT("198.51.100.1, unknown"), "10.0.0.1" },
	{ "10.0.0.1", STR_INIT("1.1.1.1, , 10.0.0.2"), "10.0.0.2" },
	{ "::1", STR_INIT("2001:db8::1"), "2001:db8::1" },
	{ "::1", STR_INIT("[2001:db8::1]:443"), "2001:db8::1" },
	{ "::1", STR_INIT("198.51.100.1:443"), "198.51.100.1" },
	{ "::1", STR_INIT("::ffff:198.51.100.1"), "198.51.100.1" },
	{ "", STR_INIT("198.51.100.1"), "198.51.100.1" }, /* unix socket */
	{ "", STR_INIT(""), "" },
};

static void test_clients(void)
{
	struct http_net trusted[2];

	CHECK_INT(http_net_parse(STR("10.0.0.0/8"), &trusted[0]), OK);
	CHECK_INT(http_net_parse(STR("::1"), &trusted[1]), OK);
	for (size_t i = 0; i < COUNT(clients); i++) {
		struct http_addr peer = addr(clients[i].peer);
		struct http_addr got =
			http_client_of(&peer, clients[i].forwarded, trusted, 2);
		struct buf b;

		buf_init(&b, 64);
		http_addr_write(&b, &got);
		CHECK_STR(buf_view(&b), str_c(clients[i].client));
		buf_release(&b);
	}
}

static struct http_addr numbered(unsigned i)
{
	struct http_addr a = { .len = 4 };

	a.byte[2] = (uint8_t)(i >> 8);
	a.byte[3] = (uint8_t)i;
	return a;
}

/* Against a plain array of counts, with a table as full as it may be. */
static void test_limit(void)
{
	enum { ADDRESSES = 64, STEPS = 20000 };
	unsigned held[ADDRESSES] = { 0 };
	unsigned total = 0, wrong = 0;
	uint64_t r = 1;
	struct limit l;

	CHECK_INT(limit_init(&l, ADDRESSES, 3, 42), OK);
	for (int i = 0; i < STEPS; i++) {
		unsigned k;
		struct http_addr a;

		r = r * 6364136223846793005u + 1442695040888963407u;
		k = (unsigned)(r >> 33) % ADDRESSES;
		a = numbered(k);
		if ((r >> 60) < 9) {
			wrong += limit_allows(&l, &a) != (held[k] < 3);
			if (limit_take(&l, &a)) {
				wrong += held[k]++ >= 3;
				total++;
			} else {
				wrong += held[k] < 3;
			}
		} else if (held[k] > 0) {
			limit_give(&l, &a);
			held[k]--;
			total--;
		}
	}
	CHECK_INT(wrong, 0);
	for (unsigned k = 0; k < ADDRESSES; k++)
		while (held[k]-- > 0) {
			struct http_addr a = numbered(k);

			limit_give(&l, &a);
		}
	CHECK_INT(l.used, 0);
	limit_release(&l);
}

static void test_limit_by_prefix(void)
{
	struct http_addr a = addr("2001:db8:1:2::1");
	struct http_addr b = addr("2001:db8:1:2:ffff::2");
	struct http_addr c = addr("2001:db8:1:3::1");
	struct http_addr none = { 0 };
	struct limit l;

	CHECK_INT(limit_init(&l, 8, 1, 7), OK);
	CHECK(limit_take(&l, &a));
	CHECK(!limit_take(&l, &b));
	CHECK(limit_take(&l, &c));
	CHECK(limit_take(&l, &none) && limit_take(&l, &none));
	limit_give(&l, &none);
	limit_give(&l, &a);
	CHECK(limit_take(&l, &b));
	limit_release(&l);
}

static const struct {
	struct str raw, path, query;
} targets[] = {
	{ STR_INIT("/"), STR_INIT("/"), { NULL, 0 } },
	{ STR_INIT("/?"), STR_INIT("/"), STR_INIT("") },
	{ STR_INIT("/a/b/"), STR_INIT("/a/b/"), { NULL, 0 } },
	{ STR_INIT("/a?b?c"), STR_INIT("/a"), STR_INIT("b?c") },
	{ STR_INIT("/%C3%AB+x"), STR_INIT("/\xc3\xab+x"), { NULL, 0 } },
	{ STR_INIT("/..a/.b"), STR_INIT("/..a/.b"), { NULL, 0 } },
	{ STR_INIT("HTTPS://a"), STR_INIT("/"), { NULL, 0 } },
	{ STR_INIT("http://a:1/b?c"), STR_INIT("/b"), STR_INIT("c") },
};

static const struct str bad_targets[] = { STR_INIT(""), STR_INIT("a"),
	STR_INIT("*"), STR_INIT("//"), STR_INIT("//a"), STR_INIT("/a//b"),
	STR_INIT("/."), STR_INIT("/.."), STR_INIT("/a/./b"),
	STR_INIT("/a/%2e%2e/b"), STR_INIT("/a%2Fb"), STR_INIT("/a%5cb"),
	STR_INIT("/a\\b"), STR_INIT("/a%00"), STR_INIT("/a%0a"),
	STR_INIT("/a%7f"), STR_INIT("/a%"), STR_INIT("/a%ff"), STR_INIT("/a b"),
	STR_INIT("/a#b"), STR_INIT("http://"), STR_INIT("http:///a"),
	STR_INIT("http://a?b"), STR_INIT("http:/a"), STR_INIT("https//a") };

static void test_targets(struct arena *a)
{
	struct http_target t;

	for (size_t i = 0; i < COUNT(targets); i++) {
		CHECK_INT(http_target_parse(a, targets[i].raw, &t), OK);
		CHECK_STR(t.path, targets[i].path);
		CHECK_STR(t.query, targets[i].query);
		CHECK((t.query.at == NULL) == (targets[i].query.at == NULL));
	}
	for (size_t i = 0; i < COUNT(bad_targets); i++)
		tap_check_int(http_target_parse(a, bad_targets[i], &t),
			ERR_INVALID, bad_targets[i].at, __FILE__, __LINE__);
}

#define OWN "https://petitions.example.org"

static const struct {
	const char *site, *origin; /* NULL: the field is absent */
	bool good;
} csrf[] = {
	{ "same-origin", OWN, true },
	{ "same-origin", "null", true }, /* our own no-referrer page */
	{ "same-origin", NULL, true },
	{ "none", NULL, true },
	{ "none", "null", true },
	{ "same-site", OWN, false },
	{ "same-site", "null", false },
	{ "cross-site", OWN, false },
	{ "cross-site", "null", false }, /* a sandboxed frame elsewhere */
	{ "cross-site", NULL, false },
	{ "", OWN, false },
	{ "Same-Origin", OWN, false },
	{ "same-origin, cross-site", OWN, false },
	{ "same-origin", "https://evil.example", false },
	{ "same-origin", "http://petitions.example.org", false },
	{ NULL, OWN, true },
	{ NULL, "https://Petitions.Example.org", true },
	{ NULL, NULL, true }, /* no browser */
	{ NULL, "null", true }, /* a browser before Sec-Fetch-Site */
	{ NULL, "", false },
	{ NULL, OWN ".evil.example", false },
	{ NULL, OWN ":8443", false },
	{ NULL, OWN "/", false },
	{ NULL, "https://evil.example", false },
};

static void test_csrf(void)
{
	for (size_t i = 0; i < COUNT(csrf); i++)
		CHECK_INT(http_csrf_ok(str_c(csrf[i].site),
				  str_c(csrf[i].origin), STR(OWN)),
			csrf[i].good);
}

static const struct {
	struct str accept;
	bool gzip;
} encodings[] = {
	{ { NULL, 0 }, false },
	{ STR_INIT(""), false },
	{ STR_INIT("gzip"), true },
	{ STR_INIT("GZIP"), true },
	{ STR_INIT("gzip, deflate, br, zstd"), true },
	{ STR_INIT("br;q=1.0, gzip;q=0.8, *;q=0.1"), true },
	{ STR_INIT("gzip;q=0"), false },
	{ STR_INIT("gzip ; q=0.000"), false },
	{ STR_INIT("gzip;q=0.001"), true },
	{ STR_INIT("*"), true },
	{ STR_INIT("*;q=0"), false },
	{ STR_INIT("*, gzip;q=0"), false },
	{ STR_INIT("identity"), false },
	{ STR_INIT("x-gzip"), false },
	{ STR_INIT("br"), false },
};

static const struct {
	struct str asked;
	bool matches; /* "a" in quotes */
} tags[] = {
	{ { NULL, 0 }, false },
	{ STR_INIT("\"a\""), true },
	{ STR_INIT("W/\"a\""), true },
	{ STR_INIT("*"), true },
	{ STR_INIT("\"b\", \"a\""), true },
	{ STR_INIT("\"b\",W/\"a\" "), true },
	{ STR_INIT("a"), false },
	{ STR_INIT("\"a"), false },
	{ STR_INIT("\"A\""), false },
	{ STR_INIT("\"ab\""), false },
};

static void test_select(void)
{
	for (size_t i = 0; i < COUNT(encodings); i++)
		CHECK_INT(select_gzip(encodings[i].accept), encodings[i].gzip);
	for (size_t i = 0; i < COUNT(tags); i++)
		CHECK_INT(select_matches(tags[i].asked, STR("\"a\"")),
			tags[i].matches);
	CHECK(select_matches(STR("\"a\""), STR("W/\"a\"")));
}

int main(void)
{
	struct arena a;

	arena_init(&a, 65536);
	test_nets();
	test_clients();
	test_limit();
	test_limit_by_prefix();
	test_targets(&a);
	test_csrf();
	test_select();
	arena_release(&a);
	return tap_done();
}
