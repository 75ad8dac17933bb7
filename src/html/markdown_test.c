#include "html/markdown.h"

#include "base/tap.h"

static void gives(struct str text, struct str want)
{
	const struct html_markdown how = { .heading = 3, .keep_lines = true };
	struct buf out;
	struct html page = { .out = &out };

	buf_init(&out, 1 << 20);
	html_markdown(&page, &how, text);
	CHECK_STR(buf_view(&out), want);
	buf_release(&out);
}

#define GIVES(text, want) gives(STR(text), STR(want))
#define A(url, text) "<a rel=\"nofollow\" href=\"" url "\">" text "</a>"

static void test_plain_text(void)
{
	GIVES("", "");
	GIVES(" \r\n", "");
	GIVES("One", "<p>One</p>\n");
	GIVES("One\r\nTwo\r\n\r\nThree", "<p>One<br>\nTwo</p>\n<p>Three</p>\n");
	GIVES("See https://example.org/a_b_c?x=1&y=2.",
		"<p>See " A("https://example.org/a_b_c?x=1&amp;y=2",
			"https://example.org/a_b_c?x=1&amp;y=2") ".</p>\n");
	GIVES("5 < 6 & 7", "<p>5 &lt; 6 &amp; 7</p>\n");
}

static void test_marks(void)
{
	GIVES("*a* **b** `c<d`",
		"<p><em>a</em> <strong>b</strong> <code>c&lt;d</code></p>\n");
	GIVES("To do:\n- one\n- two\n",
		"<p>To do:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n");
	GIVES("3. c\n4. d",
		"<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n"
		"</ol>\n");
	GIVES("1. a\n\n   b", "<ol>\n<li><p>a</p>\n<p>b</p>\n</li>\n</ol>\n");
	GIVES("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n");
	GIVES("```\n<b>\n```",
		"<pre tabindex=\"0\"><code>&lt;b&gt;\n</code></pre>\n");
	GIVES("a\n\n---\n", "<p>a</p>\n<hr>\n");
	GIVES("![a tree](https://example.org/t.png)", "<p>a tree</p>\n");
}

static void test_links(void)
{
	GIVES("[the *bill*](https://example.org/b)",
		"<p>" A("https://example.org/b", "the <em>bill</em>") "</p>\n");
	GIVES("[https://a.example](https://b.example)",
		"<p>" A("https://b.example", "https://a.example") "</p>\n");
	GIVES("<https://a.example>",
		"<p>" A("https://a.example", "https://a.example") "</p>\n");
	GIVES("[x](/help) [y](#z)",
		"<p>" A("/help", "x") " " A("#z", "y") "</p>\n");
	GIVES("[x](javascript:alert(1)) [y](//evil.example) [z](data:a)",
		"<p>x y z</p>\n");
	GIVES("[x]( JaVaScRiPt:alert(1))", "<p>x</p>\n");
	GIVES("[x](https://a.example/\"onclick=)",
		"<p>" A("https://a.example/%22onclick=", "x") "</p>\n");
}

static void test_html_is_text(void)
{
	GIVES("<script>alert(1)</script>",
		"<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
	GIVES("a <b onclick=x>b</b>",
		"<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n");
	GIVES("a\xFF\xC0 b", "<p>a\xEF\xBF\xBD\xEF\xBF\xBD b</p>\n");
}

/* The page's outline has no gaps, whatever levels people use. */
static void test_headings(void)
{
	GIVES("# One", "<h3>One</h3>\n");
	GIVES("##Why\nso", "<h3>Why</h3>\n<p>so</p>\n");
	GIVES("#tag", "<p>#tag</p>\n");
	GIVES("### A\n##### B\n### C", "<h3>A</h3>\n<h4>B</h4>\n<h3>C</h3>\n");
	GIVES("### low first\n# high", "<h3>low first</h3>\n<h3>high</h3>\n");
}

static void test_deep(void)
{
	char text[4096];
	struct buf out;
	struct html page = { .out = &out };
	const struct html_markdown how = { .heading = 3 };
	size_t quotes = 0;

	memset(text, '>', sizeof(text));
	text[sizeof(text) - 1] = 'x';
	buf_init(&out, 1 << 20);
	html_markdown(&page, &how, (struct str){ text, sizeof(text) });
	for (size_t i = 0; i < out.len; i++)
		quotes += out.at[i] == '<' ? 1 : 0;
	CHECK_INT(quotes, 2 * 16 + 2);
	buf_release(&out);
}

int main(void)
{
	test_plain_text();
	test_marks();
	test_links();
	test_html_is_text();
	test_headings();
	test_deep();
	return tap_done();
}
