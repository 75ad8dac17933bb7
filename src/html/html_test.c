#include "html/html.h"

#include "base/tap.h"

#define GIVES(call, want)                                                      \
	do {                                                                   \
		struct buf out;                                                \
		struct html page = { .out = &out };                            \
                                                                               \
		buf_init(&out, 1 << 16);                                       \
		call;                                                          \
		CHECK_STR(buf_view(&out), STR(want));                          \
		buf_release(&out);                                             \
	} while (0)

static void test_text(void)
{
	GIVES(html_text(&page, STR("plain")), "plain");
	GIVES(html_text(&page, STR_NULL), "");
	GIVES(html_text(&page, STR("<b class='x'>\"&\"</b>")),
		"&lt;b class=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;");
	GIVES(html_text(&page, STR("Gr\xC3\xBC\xC3\x9F \xF0\x9F\x8C\xB3\n")),
		"Gr\xC3\xBC\xC3\x9F \xF0\x9F\x8C\xB3\n");
	GIVES(html_attr(&page, STR("\" onload=\"x")), "&quot; onload=&quot;x");
}

#define BAD "\xEF\xBF\xBD"

/* The cases of Unicode 15 table 3-8 to 3-11, and what HTML forbids. */
static void test_broken(void)
{
	GIVES(html_text(&page, STR("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41")),
		BAD BAD BAD BAD BAD BAD BAD BAD "A");
	GIVES(html_text(&page, STR("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41")),
		BAD BAD BAD BAD BAD BAD BAD BAD "A");
	GIVES(html_text(&page, STR("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41")),
		BAD BAD BAD BAD "A");
	GIVES(html_text(&page, STR("\xF4\x91\x92\x93\xFF\x41\x80\xBF")),
		BAD BAD BAD BAD BAD "A" BAD BAD);
	GIVES(html_text(&page, STR("a\xE2\x82")), "a" BAD);
	GIVES(html_text(&page, STR("\xC3<b>")), BAD "&lt;b&gt;");
	GIVES(html_text(&page, STR("a\0b\x01\x1F\x7F\t")),
		"a" BAD "b" BAD BAD BAD "\t");
	GIVES(html_text(&page, STR("\xC2\x85\xEF\xBF\xBE\xF4\x8F\xBF\xBF")),
		BAD BAD BAD);
}

static void test_url(void)
{
	GIVES(html_url(&page, STR("/petitions/1?a=b&c=d#e")),
		"/petitions/1?a=b&amp;c=d#e");
	GIVES(html_url(&page, STR("https://example.org/\xC3\xBC \"<'>")),
		"https://example.org/%C3%BC%20%22%3C%27%3E");
	GIVES(html_url(&page, STR("HTTP://example.org")), "HTTP://example.org");
	GIVES(html_url(&page, STR("mailto:a@example.org")),
		"mailto:a@example.org");
	GIVES(html_url(&page, STR("#main")), "#main");
	GIVES(html_url(&page, STR("?page=2")), "?page=2");
	GIVES(html_url(&page, STR("/")), "/");
	GIVES(html_url(&page, STR("")), "#");
	GIVES(html_url(&page, STR("javascript:alert(1)")), "#");
	GIVES(html_url(&page, STR(" javascript:alert(1)")), "#");
	GIVES(html_url(&page, STR("java\nscript:x")), "#");
	GIVES(html_url(&page, STR("//evil.example")), "#");
	GIVES(html_url(&page, STR("/\\evil.example")), "#");
	GIVES(html_url(&page, STR("data:text/html,x")), "#");
	GIVES(html_url(&page, STR("https://")), "#");
	GIVES(html_url_part(&page, STR("a b/c?&=\xC3\xBC~._-")),
		"a%20b%2Fc%3F%26%3D%C3%BC~._-");
}

/* What browsers strip before they look must not make a new address. */
static void test_url_stripped(void)
{
	GIVES(html_url(&page, STR("/\t/evil.example")), "/%09/evil.example");
	GIVES(html_url(&page, STR("/\n/evil.example")), "/%0A/evil.example");
}

static void test_elements(void)
{
	GIVES(html_elem(&page, "h1", STR("a<b")), "<h1>a&lt;b</h1>");
	GIVES(html_link(&page, STR("/x"), STR("<x>")),
		"<a href=\"/x\">&lt;x&gt;</a>");
	GIVES(html_hidden(&page, STR("form"), STR("\"")),
		"<input type=\"hidden\" name=\"form\" value=\"&quot;\">\n");
	GIVES(html_decimal(&page, 11277), "11277");
}

static void test_ceiling(void)
{
	struct buf small;
	struct html h = { .out = &small };

	buf_init(&small, 8);
	html_text(&h, STR("&&&"));
	CHECK_INT(buf_err(&small), ERR_TOO_LARGE);
	buf_release(&small);
}

int main(void)
{
	test_text();
	test_broken();
	test_url();
	test_url_stripped();
	test_elements();
	test_ceiling();
	return tap_done();
}
