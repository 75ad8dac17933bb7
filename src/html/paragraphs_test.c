#include "html/html.h"

#include "base/tap.h"

static void gives(struct str text, struct str want)
{
	struct buf out;
	struct html page = { .out = &out };

	buf_init(&out, 1 << 16);
	html_paragraphs(&page, text);
	CHECK_STR(buf_view(&out), want);
	buf_release(&out);
}

#define GIVES(text, want) gives(STR(text), STR(want))
#define A(url, text) "<a rel=\"nofollow\" href=\"" url "\">" text "</a>"
#define WEB(url) A(url, url)
#define MAIL(address) A("mailto:" address, address)

static void test_splitting(void)
{
	GIVES("", "");
	GIVES(" \r\n \n", "");
	GIVES("One", "<p>One</p>\n");
	GIVES("One\nTwo\n", "<p>One<br>\nTwo</p>\n");
	GIVES("One\r\n\r\nTwo", "<p>One</p>\n<p>Two</p>\n");
	GIVES("\n\nOne\n \t\n\n Two ", "<p>One</p>\n<p>Two</p>\n");
	GIVES("One\rTwo", "<p>One<br>\nTwo</p>\n");
	GIVES("<script>&", "<p>&lt;script&gt;&amp;</p>\n");
}

static void test_web(void)
{
	GIVES("See http://example.org/a.",
		"<p>See " WEB("http://example.org/a") ".</p>\n");
	GIVES("(https://example.org/a_(b))",
		"<p>(" WEB("https://example.org/a_(b)") ")</p>\n");
	GIVES("https://example.org/?a=1&b=2",
		"<p>" WEB("https://example.org/?a=1&amp;b=2") "</p>\n");
	GIVES("https://example.org/\"onx=1",
		"<p>" WEB("https://example.org/") "&quot;onx=1</p>\n");
	GIVES("https://example.org/<b>",
		"<p>" WEB("https://example.org/") "&lt;b&gt;</p>\n");
	GIVES("http://a.example\r\nhttp://b.example",
		"<p>" WEB("http://a.example") "<br>\n" WEB(
			"http://b.example") "</p>\n");
	GIVES("https://example.org/\xC3\xBC",
		"<p>" A("https://example.org/%C3%BC",
			"https://example.org/\xC3\xBC") "</p>\n");
	GIVES("https://example.org/')))))!?",
		"<p>" WEB("https://example.org/") "&#39;)))))!?</p>\n");
	GIVES("javascript:alert(1) http:// https://. xhttp://a.example",
		"<p>javascript:alert(1) http:// https://. xhttp://a.example</p>\n");
}

static void test_mail(void)
{
	GIVES("Ask a.b+c@example.org.",
		"<p>Ask " A("mailto:a.b%2Bc@example.org",
			"a.b+c@example.org") ".</p>\n");
	GIVES("<ada@example.org>",
		"<p>&lt;" MAIL("ada@example.org") "&gt;</p>\n");
	GIVES("ada@localhost a@b@c.example @c.example ada@ .",
		"<p>ada@localhost a@b@c.example @c.example ada@ .</p>\n");
	GIVES("ada@example.org,bob@example.org",
		"<p>" MAIL("ada@example.org") "," MAIL(
			"bob@example.org") "</p>\n");
}

int main(void)
{
	test_splitting();
	test_web();
	test_mail();
	return tap_done();
}
