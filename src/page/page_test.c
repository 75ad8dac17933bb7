/*
 * page_test.c - every sample page against its golden page in golden/.
 *
 * After a change that is meant: page_test --write, then read the diff.
 * Hashes of assets are left out of the comparison.
 */
#include "page/pages.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/tap.h"
#include "page/asset.h"
#include "page/content.h"
#include "page/sample.h"

/* Every asset's path becomes /assets/NAME. */
static void without_hashes(const struct buf *in, struct buf *out)
{
	struct str rest = buf_view(in);
	size_t count;
	const struct asset *a = asset_list(&count);

	while (rest.len > 0) {
		size_t skip = 0;

		for (size_t i = 0; i < count && skip == 0; i++) {
			if (!str_starts(rest, a[i].path))
				continue;
			skip = a[i].path.len;
			buf_c(out, "/assets/");
			buf_str(out, a[i].name);
		}
		if (skip == 0) {
			buf_put(out, rest.at, 1);
			skip = 1;
		}
		rest = str_slice(rest, skip, rest.len);
	}
}

static bool has(struct str page, struct str part)
{
	for (size_t i = 0; i + part.len <= page.len; i++)
		if (str_eq(str_slice(page, i, i + part.len), part))
			return true;
	return false;
}

/* What holds for each page, whatever it says. */
static void check_rules(struct str page)
{
	CHECK(str_is_utf8(page));
	CHECK(str_starts(page, STR("<!DOCTYPE html>\n<html lang=\"")));
	CHECK(str_ends(page, STR("</body>\n</html>\n")));
	CHECK(has(page, STR("<main id=\"main\"")));
	CHECK(has(page, STR("<h1>")));
	CHECK(!has(page, STR("style=\"")));
	CHECK(!has(page, STR("<style")));
	CHECK(!has(page, STR("<script>")));
	CHECK(!has(page, STR(" onclick=")));
	CHECK(!has(page, STR("javascript:")));
	CHECK(!has(page, STR("<script>alert")));
}

static void check_golden(
	const char *folder, const struct sample *s, struct str page)
{
	char path[1024];
	struct buf golden;

	(void)snprintf(path, sizeof(path), "%s/%s.exp", folder, s->name);
	buf_init(&golden, 1 << 20);
	if (file_read(AT_FDCWD, path, &golden) != OK)
		printf("# cannot read %s\n", path);
	if (!tap_check(str_eq(page, buf_view(&golden)), s->name, __FILE__,
		    __LINE__))
		printf("# page_test --write, then git diff\n");
	buf_release(&golden);
}

static void write_golden(
	const char *folder, const struct sample *s, struct str page)
{
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s.exp", folder, s->name);
	CHECK(file_swap(AT_FDCWD, path, page.at, page.len, 0644) == OK);
}

static void test_samples(const char *folder, bool write)
{
	struct zone *zone = NULL;
	struct page_site site;
	size_t count;
	const struct sample *list = sample_list(&count);

	CHECK(zone_load("Europe/London", &zone) == OK);
	site = sample_site(zone);
	for (size_t i = 0; i < count; i++) {
		struct buf page;
		struct buf plain;

		buf_init(&page, 1 << 20);
		buf_init(&plain, 1 << 20);
		list[i].write(&page, &site);
		without_hashes(&page, &plain);
		CHECK(buf_err(&page) == OK && buf_err(&plain) == OK);
		check_rules(buf_view(&page));
		if (write)
			write_golden(folder, &list[i], buf_view(&plain));
		else
			check_golden(folder, &list[i], buf_view(&plain));
		buf_release(&page);
		buf_release(&plain);
	}
	zone_free(zone);
}

/* Broken and hostile texts in every field leave the page whole. */
static void test_hostile(void)
{
	struct page_site site = sample_site(NULL);
	struct str bad = STR("</main><script>x</script>\xFF\"'&{1}[a]");
	struct petition t = { .id = 1,
		.state = PETITION_OPEN,
		.action = bad,
		.background = bad,
		.additional_details = bad,
		.committee_note = bad,
		.creator_name = bad,
		.deadline_ms = WHEN_NONE,
		.opened_ms = WHEN_NONE,
		.closed_ms = WHEN_NONE,
		.rejected_ms = WHEN_NONE,
		.response_threshold_ms = WHEN_NONE,
		.debate_threshold_ms = WHEN_NONE,
		.scheduled_debate_date = DAY_NONE };
	struct sign_form form = { .name = bad,
		.email = bad,
		.country = bad,
		.postcode = bad,
		.token = bad };
	struct buf page;

	buf_init(&page, 1 << 20);
	page_petition(
		&page, &site, &t, &(struct page_around){ .reveal = false });
	check_rules(buf_view(&page));
	CHECK(!has(buf_view(&page), STR("</main><script>")));
	buf_clear(&page);
	page_sign(&page, &site, &t, &form, NULL);
	check_rules(buf_view(&page));
	buf_clear(&page);
	page_sign_check(&page, &site, &t, &form, true);
	check_rules(buf_view(&page));
	CHECK(!has(buf_view(&page), STR("</main><script>")));
	buf_release(&page);
}

/* A translation turns the page around, and is no way to write markup. */
static void test_translated(void)
{
	static const struct mo_message messages[] = {
		{ STR_INIT(""),
			STR_INIT("Content-Type: text/plain; charset=UTF-8\n"
				 "Language: he\nX-Direction: rtl\n") },
		{ STR_INIT("[Back to the petition]"),
			STR_INIT("\xD7\x97\xD7\x96\xD7\xA8\xD7\x94 [<b>]") },
	};
	const struct catalogue *hebrew = NULL;
	const char *why;
	size_t layer;
	struct arena a;
	struct buf bytes;
	struct str view;
	struct page_site site = sample_site(NULL);
	struct petition t = { .id = 1, .state = PETITION_CLOSED };
	struct buf page;

	arena_init(&a, 1 << 16);
	buf_init(&bytes, 1 << 12);
	mo_write(&bytes, messages, 2);
	view = buf_view(&bytes);
	CHECK_INT(catalogue_make(&a, &view, 1, &hebrew, &layer, &why), OK);
	site.words = hebrew;
	buf_init(&page, 1 << 20);
	page_sign_sent(&page, &site, &t);
	CHECK(has(buf_view(&page), STR("<html lang=\"he\" dir=\"rtl\">")));
	CHECK(has(buf_view(&page),
		STR("\xD7\x97\xD7\x96\xD7\xA8\xD7\x94 "
		    "<a href=\"/petitions/1\">&lt;b&gt;</a>")));
	buf_release(&page);
	buf_release(&bytes);
	arena_release(&a);
}

static void test_content(void)
{
	struct page_site site = sample_site(NULL);
	struct buf out;

	buf_init(&out, 1 << 20);
	CHECK_INT(page_content(&out, &site, STR("help"), STR("no title")),
		ERR_INVALID);
	CHECK_INT(page_content(&out, &site, STR("help"), STR("")), ERR_INVALID);
	CHECK_INT(page_content(&out, &site, STR("help"), STR("# \xFF")),
		ERR_INVALID);
	CHECK_INT(out.len, 0);
	CHECK_INT(page_content(&out, &site, STR("help"), STR("# T\n{")), OK);
	CHECK(has(buf_view(&out), STR("<p>{</p>")));
	buf_release(&out);
}

static void test_assets(void)
{
	const struct asset *style = asset_named(STR("style.css"));

	CHECK(style != NULL);
	if (style == NULL)
		return;
	CHECK(asset_find(style->path) == style);
	CHECK(asset_find(STR("/assets/style.css")) == NULL);
	CHECK(asset_named(STR("none.css")) == NULL);
	CHECK_INT(style->path.len, sizeof("/assets/style..css") - 1 + 16);
	CHECK(style->gzip.len > 0 && style->gzip.len <= 12 * 1024);
	CHECK_STR(style->type, STR("text/css; charset=utf-8"));
}

/* Thresholds and the count are in the page as clients look for them. */
static void test_count(void)
{
	struct page_site site = sample_site(NULL);
	size_t count;
	const struct sample *list = sample_list(&count);
	struct buf page;

	buf_init(&page, 1 << 20);
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, "petition-open") == 0)
			list[i].write(&page, &site);
	CHECK(has(buf_view(&page),
		STR("<span id=\"signature-count\">11,277 signatures</span>")));
	CHECK(has(buf_view(&page), STR("/petitions/700123/signatures/new\"")));
	buf_release(&page);
}

int main(int argc, char **argv)
{
	const char *source = getenv("PETITIOND_SOURCE");
	char folder[900];

	(void)snprintf(folder, sizeof(folder), "%s/src/page/golden",
		source == NULL ? "." : source);
	test_samples(folder, argc > 1 && strcmp(argv[1], "--write") == 0);
	test_hostile();
	test_translated();
	test_content();
	test_assets();
	test_count();
	return tap_done();
}
