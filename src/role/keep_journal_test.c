#include "role/keep_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tap.h"

/* What a reading told, joined. */
struct heard {
	char text[64];
	size_t len;
	enum err answer;
};

static enum err hear(void *context, struct str body)
{
	struct heard *h = context;

	if (body.len > sizeof(h->text) - h->len)
		return ERR_INTERNAL;
	memcpy(h->text + h->len, body.at, body.len);
	h->len += body.len;
	return h->answer;
}

static struct str read_all(int dir, struct heard *h, uint64_t *ret_last)
{
	uint64_t first = 0;

	*h = (struct heard){ .answer = OK };
	CHECK(keep_journal_read(dir, hear, h, &first, ret_last) == OK);
	CHECK((first == 0) == (*ret_last == 0) && first <= *ret_last);
	return (struct str){ h->text, h->len };
}

static void flip(int dir, const char *name, uint64_t off)
{
	int fd = openat(dir, name, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	CHECK(file_pread(fd, &byte, 1, off) == OK);
	byte ^= 0x10;
	CHECK(file_pwrite(fd, &byte, 1, off) == OK);
	(void)close(fd);
}

static void three_records(int dir, uint64_t number)
{
	struct keep_journal j;

	CHECK(keep_journal_begin(dir, number, &j) == OK);
	CHECK(keep_journal_append(&j, STR("one"), true) == OK);
	CHECK(keep_journal_append(&j, STR("two"), false) == OK);
	CHECK(keep_journal_append(&j, STR("three"), true) == OK);
	CHECK_INT(j.bytes, 3 * 12 + 11);
	keep_journal_close(&j);
}

static void segments(int dir)
{
	struct keep_journal j;
	struct heard h;
	uint64_t last;

	CHECK_STR(read_all(dir, &h, &last), STR(""));
	CHECK_INT(last, 0);
	three_records(dir, 10);
	three_records(dir, 9); /* order is by number */
	flip(dir, "journal-000000000000000a", 12);
	CHECK_STR(read_all(dir, &h, &last), STR("onetwothree"));
	CHECK_INT(last, 10);
	flip(dir, "journal-000000000000000a", 12);
	CHECK_STR(read_all(dir, &h, &last), STR("onetwothreeonetwothree"));
	CHECK(keep_journal_begin(dir, 10, &j) == ERR_EXISTS);
	CHECK(keep_journal_begin(dir, 11, &j) == OK);
	CHECK(keep_journal_forget(&j) == OK);
	CHECK_STR(read_all(dir, &h, &last), STR(""));
	CHECK_INT(last, 11);
	keep_journal_close(&j);
	CHECK(unlinkat(dir, "journal-000000000000000b", 0) == 0);
}

/* A flipped bit ends the reading before its record; none is heard wrong. */
static void flipped_bits(int dir)
{
	const struct str whole = STR("onetwothree");
	struct heard h;
	uint64_t first, last;

	three_records(dir, 1);
	for (uint64_t off = 0; off < 47; off++) {
		size_t good = off < 15 ? 0 : off < 30 ? 3 : 6;

		flip(dir, "journal-0000000000000001", off);
		CHECK_STR(read_all(dir, &h, &last), str_slice(whole, 0, good));
		flip(dir, "journal-0000000000000001", off);
	}
	h = (struct heard){ .answer = ERR_FULL };
	CHECK(keep_journal_read(dir, hear, &h, &first, &last) == ERR_FULL);
	CHECK(unlinkat(dir, "journal-0000000000000001", 0) == 0);
}

int main(void)
{
	char path[] = "/tmp/keep_journal_testXXXXXX";
	int dir;

	if (!CHECK(mkdtemp(path) != NULL))
		return tap_done();
	CHECK(file_open_dir(AT_FDCWD, path, &dir) == OK);
	segments(dir);
	flipped_bits(dir);
	CHECK(close(dir) == 0);
	CHECK(rmdir(path) == 0);
	return tap_done();
}
