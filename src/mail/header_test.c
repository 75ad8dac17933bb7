/* header_test.c - addresses, lines, RFC 2047 words, dates. */
#include "mail/header.h"

#include "base/tap.h"

static struct str unstructured(
	struct buf *out, size_t name_len, struct str value)
{
	buf_clear(out);
	mail_unstructured(out, name_len, value);
	return buf_view(out);
}

static void test_addresses(void)
{
	CHECK(mail_address_ok(STR("ada@example.org")));
	CHECK(mail_address_ok(STR("a.b+c!{}@xn--bcher-kva.example")));
	CHECK(mail_address_ok(STR("j\xc3\xbcrgen@example.org")));
	CHECK(mail_address_ok(STR("root@localhost")));
	CHECK(!mail_address_ok(STR("")));
	CHECK(!mail_address_ok(STR("ada")));
	CHECK(!mail_address_ok(STR("@example.org")));
	CHECK(!mail_address_ok(STR("ada@")));
	CHECK(!mail_address_ok(STR("a@b@c")));
	CHECK(!mail_address_ok(STR("a..b@example.org")));
	CHECK(!mail_address_ok(STR(".a@example.org")));
	CHECK(!mail_address_ok(STR("a@-b.example")));
	CHECK(!mail_address_ok(STR("a@b..example")));
	CHECK(!mail_address_ok(STR("a b@example.org")));
	CHECK(!mail_address_ok(STR("a,b@example.org")));
	CHECK(!mail_address_ok(STR("a>@example.org")));
	CHECK(!mail_address_ok(STR("a@example.org>\r\nDATA")));
	CHECK(!mail_address_ok(STR("a\r\nBcc: b@example.org")));
	CHECK(!mail_address_ok(STR("a@example.org\n")));
	CHECK(!mail_address_ok(STR("\"a\"@example.org")));
	CHECK(!mail_address_ok((struct str){ "a\0@example.org", 14 }));
	CHECK(!mail_address_ok(STR("a\xff@example.org")));
	CHECK_STR(mail_address_domain(STR("a@b.example")), STR("b.example"));
}

static void test_lines(void)
{
	CHECK(mail_line_ok(STR("")));
	CHECK(mail_line_ok(STR("Zo\xc3\xab \xe2\x80\x94 \xf0\x9f\x8c\xb3")));
	CHECK(!mail_line_ok(STR("a\nb")));
	CHECK(!mail_line_ok(STR("a\rb")));
	CHECK(!mail_line_ok(STR("a\tb")));
	CHECK(!mail_line_ok(STR("a\x7f")));
	CHECK(!mail_line_ok(STR("a\xc2\x85")));
	CHECK(mail_line_ok(STR("a\xc2\xa0")));
	CHECK(!mail_line_ok(STR("a\xe2\x80\xa8")));
	CHECK(!mail_line_ok(STR("a\xe2\x80\xae")));
	CHECK(!mail_line_ok(STR("a\xe2\x81\xa6")));
	CHECK(mail_line_ok(STR("a\xe2\x80\xa6")));
	CHECK(!mail_line_ok(STR("a\xc3")));
	CHECK(mail_body_ok(STR("a\nb\n\n")));
	CHECK(!mail_body_ok(STR("a\r\nb\n")));
}

/* No line beyond 78, and every line begins with a blank but the first. */
static bool is_folded(struct str value, size_t used)
{
	struct str line;

	for (bool first = true; str_split(&value, '\n', &line); first = false) {
		size_t len = line.len + (first ? used : 0);

		if (str_ends(line, STR("\r")))
			len--;
		if (len > 78 || (!first && line.at[0] != ' '))
			return false;
	}
	return true;
}

static void test_unstructured(struct buf *out)
{
	struct buf text;

	CHECK_STR(unstructured(out, 7, STR("Plain words")), STR("Plain words"));
	CHECK_STR(unstructured(out, 7, STR("Zo\xc3\xab")),
		STR("=?UTF-8?B?Wm/Dqw==?="));
	CHECK_STR(unstructured(out, 7, STR("=?x?=")),
		STR("=?UTF-8?B?PT94Pz0=?="));
	buf_init(&text, 4096);
	for (int i = 0; i < 100; i++) {
		buf_c(&text,
			"\xf0\x9f\x8c\xb3"
			"a");
		if (!is_folded(unstructured(out, 7, buf_view(&text)), 9) ||
			!is_folded(unstructured(out, 40, buf_view(&text)), 42))
			break;
	}
	CHECK_INT(text.len, 500);
	buf_release(&text);
}

static void test_mailbox(struct buf *out)
{
	buf_clear(out);
	mail_mailbox(out, 4, STR(""), STR("a@b.example"));
	CHECK_STR(buf_view(out), STR("a@b.example"));
	buf_clear(out);
	mail_mailbox(out, 4, STR("The Petitions"), STR("a@b.example"));
	CHECK_STR(buf_view(out), STR("The Petitions\r\n <a@b.example>"));
	buf_clear(out);
	mail_mailbox(out, 4, STR("A, B"), STR("a@b.example"));
	CHECK_STR(buf_view(out), STR("=?UTF-8?B?QSwgQg==?=\r\n <a@b.example>"));
}

static void test_date(struct buf *out)
{
	buf_clear(out);
	mail_date(out, 1795458261000);
	CHECK_STR(buf_view(out), STR("Mon, 23 Nov 2026 18:24:21 +0000"));
	buf_clear(out);
	mail_date(out, 0);
	CHECK_STR(buf_view(out), STR("Thu, 1 Jan 1970 00:00:00 +0000"));
}

int main(void)
{
	struct buf out;

	buf_init(&out, 65536);
	test_addresses();
	test_lines();
	test_unstructured(&out);
	test_mailbox(&out);
	test_date(&out);
	buf_release(&out);
	return tap_done();
}
