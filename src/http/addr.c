#include "http/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static struct http_addr from_v4(const void *byte)
{
	struct http_addr a = { .len = 4 };

	memcpy(a.byte, byte, 4);
	return a;
}

static struct http_addr from_v6(const void *byte)
{
	struct http_addr a = { .len = 16 };

	if (memcmp(byte, MAPPED, sizeof(MAPPED)) == 0)
		return from_v4((const uint8_t *)byte + sizeof(MAPPED));
	memcpy(a.byte, byte, 16);
	return a;
}

struct http_addr http_addr_of(const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (sa == NULL ? AF_UNSPEC : sa->sa_family) {
	case AF_INET:
		memcpy(&v4, sa, sizeof(v4));
		return from_v4(&v4.sin_addr);
	case AF_INET6:
		memcpy(&v6, sa, sizeof(v6));
		return from_v6(&v6.sin6_addr);
	default:
		return (struct http_addr){ 0 };
	}
}

enum err http_addr_parse(struct str text, struct http_addr *ret_addr)
{
	char c_text[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;

	if (text.len == 0 || text.len >= sizeof(c_text) ||
		str_find(text, '\0') != text.len)
		return ERR_INVALID;
	memcpy(c_text, text.at, text.len);
	c_text[text.len] = '\0';
	if (inet_pton(AF_INET, c_text, &v4) == 1)
		*ret_addr = from_v4(&v4);
	else if (inet_pton(AF_INET6, c_text, &v6) == 1)
		*ret_addr = from_v6(&v6);
	else
		return ERR_INVALID;
	return OK;
}

enum err http_net_parse(struct str text, struct http_net *ret_net)
{
	size_t cut = str_find(text, '/');
	struct http_addr a;
	uint64_t bits;
	enum err e;

	e = http_addr_parse(str_slice(text, 0, cut), &a);
	if (e != OK)
		return e;
	bits = a.len * 8u;
	if (cut < text.len) {
		e = str_u64(str_slice(text, cut + 1, text.len), &bits);
		if (e != OK || bits > a.len * 8u)
			return ERR_INVALID;
	}
	ret_net->base = http_addr_prefix(&a, (unsigned)bits);
	ret_net->bits = (uint8_t)bits;
	return OK;
}

void http_addr_write(struct buf *b, const struct http_addr *a)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (a->len == 4)
		(void)inet_ntop(AF_INET, a->byte, text, sizeof(text));
	else if (a->len == 16)
		(void)inet_ntop(AF_INET6, a->byte, text, sizeof(text));
	buf_c(b, text);
}

bool http_addr_eq(const struct http_addr *a, const struct http_addr *b)
{
	return a->len == b->len && memcmp(a->byte, b->byte, a->len) == 0;
}

struct http_addr http_addr_prefix(const struct http_addr *a, unsigned bits)
{
	struct http_addr p = { .len = a->len };
	size_t whole = bits / 8;

	if (bits >= a->len * 8u)
		return *a;
	memcpy(p.byte, a->byte, whole);
	if (bits % 8 != 0)
		p.byte[whole] = a->byte[whole] & (uint8_t)(0xff00 >> bits % 8);
	return p;
}

bool http_net_has(const struct http_net *net, const struct http_addr *a)
{
	struct http_addr p = http_addr_prefix(a, net->bits);

	return a->len != 0 && http_addr_eq(&p, &net->base);
}

bool http_is_trusted(const struct http_addr *peer,
	const struct http_net *trusted, size_t trusted_n)
{
	if (peer->len == 0)
		return true;
	for (size_t i = 0; i < trusted_n; i++)
		if (http_net_has(&trusted[i], peer))
			return true;
	return false;
}

/* One entry of X-Forwarded-For; some proxies write a port behind it, and an
 * IPv6 address then in brackets. */
static enum err parse_entry(struct str entry, struct http_addr *ret_addr)
{
	size_t colon;

	entry = str_trim(entry);
	if (str_starts(entry, STR("["))) {
		size_t end = str_find(entry, ']');

		return http_addr_parse(str_slice(entry, 1, end), ret_addr);
	}
	colon = str_find(entry, ':');
	if (colon < entry.len && str_find(entry, '.') < colon)
		entry = str_slice(entry, 0, colon);
	return http_addr_parse(entry, ret_addr);
}

/* Take the part behind the last comma off list. */
static struct str take_last(struct str *list)
{
	size_t i = list->len;
	struct str last;

	while (i > 0 && list->at[i - 1] != ',')
		i--;
	last = str_slice(*list, i, list->len);
	*list = str_slice(*list, 0, i > 0 ? i - 1 : 0);
	return last;
}

struct http_addr http_client_of(const struct http_addr *peer,
	struct str forwarded, const struct http_net *trusted, size_t trusted_n)
{
	struct http_addr client = *peer;

	while (http_is_trusted(&client, trusted, trusted_n) &&
		forwarded.len > 0) {
		struct http_addr a;

		if (parse_entry(take_last(&forwarded), &a) != OK)
			break;
		client = a;
	}
	return client;
}
