/* The index of postcodes: what goes in comes out, and nothing else does. */

#include "domain/postcodes.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/tap.h"
#include "domain/postcodes_build.h"

static void add(struct postcodes_builder *b, const char *postcode,
	const char *area, bool ended)
{
	CHECK_INT(postcodes_builder_add(b, str_c(postcode), str_c(area), ended),
		OK);
}

static void finish(struct postcodes_builder *b, struct buf *out, uint32_t want,
	struct postcodes *ret_index)
{
	uint32_t n = 0;

	buf_init(out, 1 << 24);
	CHECK_INT(postcodes_builder_write(b, out, &n), OK);
	CHECK_INT(n, want);
	postcodes_builder_free(b);
	CHECK_INT(postcodes_open(buf_view(out), ret_index), OK);
	CHECK(postcodes_intact(ret_index));
}

/* "A B", "(none)", "A ended", or "unknown" */
static struct str look(const struct postcodes *p, const char *postcode)
{
	static char text[512];
	struct postcode_found f;
	size_t len = 0;

	if (!postcodes_find(p, str_c(postcode), &f))
		return STR("unknown");
	for (size_t i = 0; i < f.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"%s%.*s", i == 0 ? "" : " ", STR_ARG(f.area[i]));
	if (f.n == 0)
		len = (size_t)snprintf(text, sizeof(text), "(none)");
	if (f.ended)
		(void)snprintf(text + len, sizeof(text) - len, " ended");
	return str_c(text);
}

static void test_small(void)
{
	struct postcodes_builder *b = postcodes_builder_new();
	struct postcodes p;
	struct buf out;

	add(b, "SW1A1AA", "E14001172", false);
	add(b, "M11AE", "E14001350", false);
	add(b, "M11AD", "E14001350", true);
	add(b, "IM11AA", "", true);
	/* A second area, then the first again; the first row ends it not. */
	add(b, "M11AE", "E14000807", true);
	add(b, "M11AE", "E14001350", false);
	add(b, "X", "12345678901234567890123456789012", false);
	finish(b, &out, 5, &p);
	CHECK_INT(p.key_len, 7);
	CHECK_STR(look(&p, "SW1A1AA"), STR("E14001172"));
	CHECK_STR(look(&p, "M11AE"), STR("E14001350 E14000807"));
	CHECK_STR(look(&p, "M11AD"), STR("E14001350 ended"));
	CHECK_STR(look(&p, "IM11AA"), STR("(none) ended"));
	CHECK_STR(look(&p, "X"), STR("12345678901234567890123456789012"));
	CHECK_STR(look(&p, "M11A"), STR("unknown"));
	CHECK_STR(look(&p, "M11AEE"), STR("unknown"));
	CHECK_STR(look(&p, "A"), STR("unknown"));
	CHECK_STR(look(&p, "ZZ999ZZ"), STR("unknown"));
	CHECK_STR(look(&p, ""), STR("unknown"));
	CHECK_STR(look(&p, "m11ae"), STR("unknown"));
	CHECK_STR(look(&p, "M1 1AE"), STR("unknown"));
	CHECK_STR(look(&p, "M11AEM11AEM11AE"), STR("unknown"));
	buf_release(&out);
}

static void test_refused(void)
{
	struct postcodes_builder *b = postcodes_builder_new();
	struct buf out;
	uint32_t n;

	CHECK_INT(postcodes_builder_add(b, STR(""), STR("A"), false),
		ERR_INVALID);
	CHECK_INT(postcodes_builder_add(b, STR("a1"), STR("A"), false),
		ERR_INVALID);
	CHECK_INT(
		postcodes_builder_add(b, STR("1234567890123"), STR("A"), false),
		ERR_INVALID);
	CHECK_INT(postcodes_builder_add(b, STR("A1"),
			  STR("123456789012345678901234567890123"), false),
		ERR_INVALID);
	CHECK_INT(postcodes_builder_add(b, STR("A1"), STR("A\0B"), false),
		ERR_INVALID);
	for (char c = 'A'; c <= 'I'; c++)
		CHECK_INT(postcodes_builder_add(
				  b, STR("A1"), (struct str){ &c, 1 }, false),
			OK);
	buf_init(&out, 1 << 20);
	CHECK_INT(postcodes_builder_write(b, &out, &n), ERR_TOO_LARGE);
	postcodes_builder_free(b);
	buf_release(&out);
}

static void test_empty(void)
{
	struct postcodes_builder *b = postcodes_builder_new();
	const struct postcodes none = { .bytes = STR_NULL };
	struct postcodes p;
	struct buf out;

	finish(b, &out, 0, &p);
	CHECK_STR(look(&p, "A1"), STR("unknown"));
	CHECK_STR(look(&none, "A1"), STR("unknown"));
	buf_release(&out);
}

enum { MANY = 20000 };

static void postcode_of(unsigned i, char *ret_text)
{
	unsigned x = i * 2654435761u % 1000000u;

	(void)snprintf(ret_text, 16, "%c%c%u%u%c%c", 'A' + x % 26,
		'A' + x / 26 % 26, x / 676 % 90, i % 10, 'A' + i / 10 % 26,
		'A' + i / 260 % 26);
}

static void test_many(void)
{
	struct postcodes_builder *b = postcodes_builder_new();
	struct postcodes p;
	unsigned wrong = 0;
	struct buf out;
	uint32_t n;
	char text[16];
	char area[16];

	for (unsigned i = 0; i < MANY; i++) {
		postcode_of(i, text);
		(void)snprintf(area, sizeof(area), "E%u", i % 650);
		if (postcodes_builder_add(
			    b, str_c(text), str_c(area), i % 3 == 0) != OK)
			wrong++;
	}
	buf_init(&out, 1 << 24);
	CHECK_INT(postcodes_builder_write(b, &out, &n), OK);
	CHECK_INT(postcodes_open(buf_view(&out), &p), OK);
	for (unsigned i = 0; i < MANY; i++) {
		struct postcode_found f;
		bool has = false;

		postcode_of(i, text);
		(void)snprintf(area, sizeof(area), "E%u", i % 650);
		if (!postcodes_find(&p, str_c(text), &f)) {
			wrong++;
			continue;
		}
		for (size_t k = 0; k < f.n; k++)
			has = has || str_eq(f.area[k], str_c(area));
		wrong += !has;
	}
	CHECK_INT(wrong, 0);
	CHECK(out.len < 12 * (size_t)MANY);
	/* A bit, a cut: found out. */
	out.at[out.len - 1] ^= 1;
	CHECK(!postcodes_intact(&p));
	CHECK_INT(postcodes_open(str_slice(buf_view(&out), 0, out.len - 1), &p),
		ERR_INVALID);
	CHECK_INT(postcodes_open(STR("PPI1"), &p), ERR_INVALID);
	postcodes_builder_free(b);
	buf_release(&out);
}

/* Written in Python from docs/formats.md alone. */
static void test_foreign(void)
{
	const char *source = getenv("PETITIOND_SOURCE");
	struct postcodes p;
	char path[1024];
	struct buf b;

	(void)snprintf(path, sizeof(path), "%s/fuzz/corpus/postcodes/small",
		source == NULL ? "." : source);
	buf_init(&b, 1 << 16);
	CHECK_INT(file_read(AT_FDCWD, path, &b), OK);
	CHECK_INT(postcodes_open(buf_view(&b), &p), OK);
	CHECK(postcodes_intact(&p));
	CHECK_STR(look(&p, "SW1A1AA"), STR("E14000639 E14001172"));
	CHECK_STR(look(&p, "M11AE"), STR("(none) ended"));
	CHECK_STR(look(&p, "A"), STR("E14000639 E14001172"));
	buf_release(&b);
}

int main(void)
{
	test_foreign();
	test_small();
	test_refused();
	test_empty();
	test_many();
	return tap_done();
}
