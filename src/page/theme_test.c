#include "page/theme.h"

#include "base/tap.h"
#include "page/asset.h"
#include "page/sample.h"

static bool has(struct str in, struct str what)
{
	for (size_t i = 0; i + what.len <= in.len; i++)
		if (str_starts(str_slice(in, i, in.len), what))
			return true;
	return false;
}

/* ---- theme.css ---- */

static void test_css_taken(void)
{
	struct theme_fault fault;
	struct buf out;

	buf_init(&out, 1 << 16);
	CHECK_INT(
		theme_css(STR("/* a */ :root {\n --brand : #5B1A3A ;\n"
			      "--sans: \"Open\n  Sans\", serif; --wrap:60rem}\n"
			      "@media (prefers-color-scheme:dark){:root{"
			      "--brand:rgb(1 2 3 / 50%)}}"),
			&out, &fault),
		OK);
	CHECK_STR(buf_view(&out),
		STR("@media screen{:root{--sans:\"Open Sans\", serif;"
		    "--wrap:60rem;}}\n"
		    "@media screen and (prefers-color-scheme:light){:root{"
		    "--brand:#5B1A3A;}}\n"
		    "@media screen and (prefers-color-scheme:dark){:root{"
		    "--brand:rgb(1 2 3 / 50%);}}\n"
		    "@media screen and (prefers-contrast:more){:root{"
		    "--soft:var(--text);--line:var(--edge);}}\n"));
	buf_clear(&out);
	CHECK_INT(theme_css(STR(""), &out, &fault), OK);
	buf_release(&out);
}

static void refuse_css(struct str text, uint32_t line, struct str at)
{
	struct theme_fault fault = { .line = 0 };
	struct buf out;

	buf_init(&out, 1 << 16);
	CHECK_INT(theme_css(text, &out, &fault), ERR_INVALID);
	CHECK_INT(fault.line, line);
	CHECK_STR(fault.at, at);
	buf_release(&out);
}

static void test_css_refused(void)
{
	refuse_css(STR(":root{\n\n--brnad:red;}"), 3, STR("--brnad"));
	refuse_css(STR(":root{--brand:url(//a/b);}"), 1, STR("url(//a/b)"));
	refuse_css(STR(":root{--brand:rgb(url(a));}"), 1, STR("rgb(url(a))"));
	refuse_css(STR(":root{--brand:#12345;}"), 1, STR("#12345"));
	refuse_css(STR(":root{--brand:#;}"), 1, STR("#"));
	refuse_css(STR(":root{--brand:r\\65 d;}"), 1, STR("r\\65 d"));
	refuse_css(STR(":root{--brand:red /* x */;}"), 1, STR("red /* x */"));
	refuse_css(STR(":root{--brand:;}"), 1, STR("--brand"));
	refuse_css(STR(":root{--wrap:1;}"), 1, STR("1"));
	refuse_css(STR(":root{--wrap:1..2rem;}"), 1, STR("1..2rem"));
	refuse_css(STR(":root{--sans:\"a;}"), 1, STR("\"a"));
	refuse_css(STR(":root{--sans:a,,b;}"), 1, STR("a,,b"));
	refuse_css(STR(":root{--sans:\"a\"b\";}"), 1, STR("\"a\"b\""));
	refuse_css(STR(":root{color:red;}"), 1, STR("color"));
	refuse_css(STR(":root{--brand:red}}"), 1, STR_NULL);
	refuse_css(STR("\n@import \"a\";"), 2, STR_NULL);
	refuse_css(STR("body{--brand:red}"), 1, STR_NULL);
	refuse_css(STR("@media print{:root{--brand:red}}"), 1, STR_NULL);
	refuse_css(
		STR("@media (prefers-color-scheme:dark){body{}}"), 1, STR_NULL);
	refuse_css(STR(":root{--brand:red;"), 1, STR_NULL);
	refuse_css(STR(":root{}\n/*"), 2, STR_NULL);
}

/* What a theme may set is what our stylesheet has, no more and no less. */
static void test_properties(void)
{
	const struct asset *style = asset_named(STR("style.css"));
	size_t n;
	const struct theme_property *p = theme_properties(&n);
	struct str rest = style->body;
	struct str line;

	for (size_t i = 0; i < n; i++) {
		char use[64];

		(void)snprintf(use, sizeof(use), "\t%.*s:", STR_ARG(p[i].name));
		CHECK(has(style->body, str_c(use)));
	}
	while (str_split(&rest, '\n', &line)) {
		struct str name = str_slice(
			str_trim(line), 0, str_find(str_trim(line), ':'));
		size_t i = 0;

		if (!str_starts(name, STR("--")))
			continue;
		while (i < n && !str_eq(p[i].name, name))
			i++;
		CHECK(i < n);
	}
}

/* ---- fragments ---- */

static void take_html(struct str text, struct str want)
{
	struct theme_fault fault = { .line = 0 };
	struct buf out;
	struct html h = {
		.out = &out, .prefix = STR("/cy"), .has_prefix = language_has
	};

	buf_init(&out, 1 << 16);
	CHECK_INT(theme_fragment(text, &h, &fault), OK);
	CHECK_STR(out.len == 0 ? STR("") : buf_view(&out), want);
	buf_release(&out);
}

static void test_html_taken(void)
{
	take_html(STR(""), STR(""));
	take_html(STR("<p>A &amp; B > C<br>\n<em>\"D\"</em></p>\n"),
		STR("<p>A &amp; B &gt; C<br>\n<em>&quot;D&quot;</em></p>"));
	take_html(STR("<!-- <b> --><ul>\n<li lang='cy' dir=\"ltr\">"
		      "<a href='/help'>x</a></li>\n</ul>"),
		STR("<ul><li lang=\"cy\" dir=\"ltr\">"
		    "<a href=\"/cy/help\">x</a></li></ul>"));
	take_html(STR("<p><a href=\"https://e.org/?a=1&amp;b=%20'\">"
		      "<strong><span>x</span></strong></a ></p >"),
		STR("<p><a href=\"https://e.org/?a=1&amp;b=%20%27\">"
		    "<strong><span>x</span></strong></a></p>"));
}

static void refuse_html(struct str text, uint32_t line, struct str at)
{
	struct theme_fault fault = { .line = 0 };
	struct buf out;
	struct html h = { .out = &out };

	buf_init(&out, 1 << 16);
	CHECK_INT(theme_fragment(text, &h, &fault), ERR_INVALID);
	CHECK_INT(fault.line, line);
	CHECK_STR(fault.at, at);
	buf_release(&out);
}

static void test_html_refused(void)
{
	refuse_html(STR("<p>a\n<script>x</script></p>"), 2, STR("script"));
	refuse_html(STR("<P>a</P>"), 1, STR_NULL);
	refuse_html(STR("<p onclick=\"x\">a</p>"), 1, STR("onclick"));
	refuse_html(STR("<p style=\"x\">a</p>"), 1, STR("style"));
	refuse_html(STR("<p><a href=\"javascript:x\">a</a></p>"), 1,
		STR("javascript:x"));
	refuse_html(STR("<p><a href=\"//e.org\">a</a></p>"), 1, STR("//e.org"));
	refuse_html(STR("<p><a>a</a></p>"), 1, STR("a"));
	refuse_html(STR("<p><a href='/a' href='/b'>a</a></p>"), 1, STR("href"));
	refuse_html(
		STR("<p><a href='/a'><a href='/b'>a</a></a></p>"), 1, STR("a"));
	refuse_html(STR("<p><a href='/a>a</a></p>"), 1, STR("href"));
	refuse_html(STR("<p><a href=/a>a</a></p>"), 1, STR("href"));
	refuse_html(STR("<p lang=\"\">a</p>"), 1, STR(""));
	refuse_html(STR("<p dir='up'>a</p>"), 1, STR("up"));
	refuse_html(STR("\nhello"), 2, STR("hello"));
	refuse_html(STR("<ul>x</ul>"), 1, STR("x"));
	refuse_html(STR("<ul><p>x</p></ul>"), 1, STR("p"));
	refuse_html(STR("<p><p>x</p></p>"), 1, STR("p"));
	refuse_html(STR("<em>x</em>"), 1, STR("em"));
	refuse_html(STR("<p><em>x</p></em>"), 1, STR("p"));
	refuse_html(STR("</p>"), 1, STR("p"));
	refuse_html(STR("<p>a\n"), 1, STR("p"));
	refuse_html(STR("<p>a &copy; b</p>"), 1, STR("&"));
	refuse_html(STR("<p>1 < 2</p>"), 1, STR_NULL);
	refuse_html(STR("<p"), 1, STR("p"));
	refuse_html(STR("<!-- x"), 1, STR_NULL);
	refuse_html(STR("<p>\n\x01</p>"), 2, STR_NULL);
	refuse_html(STR("<p>\xff</p>"), 1, STR_NULL);
	refuse_html(STR("<p><em><em><em><em><em><em><em><em>x"), 1, STR("em"));
}

static void test_logo(void)
{
	CHECK_INT(theme_logo(STR("<svg/>"), true), OK);
	CHECK_INT(theme_logo(
			  STR("<?xml version=\"1.0\"?>\n<!-- --><svg/>"), true),
		OK);
	CHECK_INT(theme_logo(STR("<html/>"), true), ERR_INVALID);
	CHECK_INT(theme_logo(STR("<?xml?><html/>"), true), ERR_INVALID);
	CHECK_INT(theme_logo(STR(""), true), ERR_INVALID);
	CHECK_INT(theme_logo(STR("\x89PNG\r\n\x1a\n..."), false), OK);
	CHECK_INT(theme_logo(STR("<svg/>"), false), ERR_INVALID);
}

/* ---- on a page ---- */

static void test_page(void)
{
	struct page_site site = sample_site(NULL);
	struct buf page;

	site.theme = (struct page_theme){ .css_path = STR("/theme/1.css"),
		.logo_path = STR("/theme/2.svg"),
		.header = { .markup = STR("<p>over</p>") },
		.footer = { .markup = STR("<p>under</p>") } };
	buf_init(&page, 1 << 20);
	page_help(&page, &site);
	CHECK(has(buf_view(&page),
		STR(".css\">\n<link rel=\"stylesheet\" "
		    "href=\"/theme/1.css\">\n")));
	CHECK(has(buf_view(&page),
		STR("<img src=\"/theme/2.svg\" alt=\"\" height=\"44\">"
		    "<span>")));
	CHECK(has(buf_view(&page),
		STR("</nav>\n</div>\n<div class=\"own\">\n"
		    "<div class=\"wrap\">\n<p>over</p></div>\n</div>\n"
		    "</header>")));
	CHECK(has(buf_view(&page),
		STR("<footer class=\"bottom\">\n<div class=\"own\">\n"
		    "<div class=\"wrap\">\n<p>under</p></div>\n</div>\n"
		    "<div class=\"wrap\">")));
	buf_release(&page);
}

int main(void)
{
	test_css_taken();
	test_css_refused();
	test_properties();
	test_html_taken();
	test_html_refused();
	test_logo();
	test_page();
	return tap_done();
}
