#include "role/logbook_journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/enc.h"
#include "base/fault.h"
#include "base/file.h"
#include "crypto/hash.h"

void journal_name(uint64_t segment, char ret_name[32])
{
	(void)snprintf(
		ret_name, 32, "journal-%016llx", (unsigned long long)segment);
}

static void check_of(struct str head, struct str body, uint8_t ret_check[8])
{
	struct sha256_stream s;
	struct sha256 hash;

	sha256_begin(&s);
	sha256_add(&s, head.at, head.len);
	sha256_add(&s, body.at, body.len);
	sha256_end(&s, &hash);
	memcpy(ret_check, hash.byte, 8);
}

void journal_close(struct journal *j)
{
	if (j->fd >= 0)
		(void)close(j->fd);
	j->fd = -1;
}

static void make_head(const struct journal *j, uint64_t segment,
	const uint8_t salt[8], uint8_t ret_head[JOURNAL_HEAD_BYTES])
{
	memset(ret_head, 0, JOURNAL_HEAD_BYTES);
	memcpy(ret_head, "PLJ1", 4);
	put_u64(ret_head + 8, segment);
	put_u64(ret_head + 16, j->next_entry);
	memcpy(ret_head + 24, salt, 8);
	check_of(part_of(ret_head, 32), STR(""), ret_head + 32);
}

enum err journal_begin(struct journal *j, struct rng *rng, uint64_t segment)
{
	uint8_t head[JOURNAL_HEAD_BYTES];
	uint8_t salt[8];
	char name[32];
	enum err e;
	int fd;

	journal_name(segment, name);
	rng_fill(rng, salt, sizeof(salt));
	make_head(j, segment, salt, head);
	e = file_create(j->dir_fd, name, head, sizeof(head), 0600);
	if (e != OK)
		return e;
	FAULT("log-segment-made");
	fd = openat(j->dir_fd, name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	journal_close(j);
	j->fd = fd;
	j->segment = segment;
	j->bytes = sizeof(head);
	memcpy(j->salt, salt, sizeof(salt));
	return OK;
}

static void make_entry_head(const struct journal *j, enum journal_kind kind,
	struct str body, uint8_t ret_head[JOURNAL_ENTRY_HEAD_BYTES])
{
	memset(ret_head, 0, JOURNAL_ENTRY_HEAD_BYTES);
	memcpy(ret_head, j->salt, 8);
	put_u64(ret_head + 8, j->next_entry);
	put_u32(ret_head + 16, (uint32_t)body.len);
	ret_head[20] = (uint8_t)kind;
	check_of(part_of(ret_head, 24), body, ret_head + 24);
}

/* The body goes in two halves so that a test can die between them. */
enum err journal_append(
	struct journal *j, enum journal_kind kind, struct str body)
{
	uint8_t head[JOURNAL_ENTRY_HEAD_BYTES];
	uint64_t at = j->bytes + sizeof(head);
	size_t half = body.len / 2;
	enum err e;

	if (body.len > JOURNAL_BODY_MAX)
		return ERR_TOO_LARGE;
	make_entry_head(j, kind, body, head);
	FAULT("log-journal-before");
	e = file_pwrite(j->fd, head, sizeof(head), j->bytes);
	if (e == OK)
		e = file_pwrite(j->fd, body.at, half, at);
	if (e != OK)
		return e;
	FAULT("log-journal-half");
	e = file_pwrite(j->fd, body.at + half, body.len - half, at + half);
	if (e != OK)
		return e;
	FAULT("log-journal-written");
	e = file_sync(j->fd);
	if (e != OK)
		return e;
	FAULT("log-journal-durable");
	j->bytes = at + body.len;
	j->next_entry++;
	return OK;
}

/* True if an entry with this number or a higher one begins at `at`. */
static bool entry_at(const struct journal *j, struct str file, size_t at,
	uint64_t number, struct str *ret_body, enum journal_kind *ret_kind)
{
	const uint8_t *head = (const uint8_t *)file.at + at;
	uint8_t check[8];
	struct str body;

	if (file.len - at < JOURNAL_ENTRY_HEAD_BYTES ||
		memcmp(head, j->salt, 8) != 0 || get_u64(head + 8) < number)
		return false;
	body = str_slice(file, at + JOURNAL_ENTRY_HEAD_BYTES, file.len);
	if (get_u32(head + 16) > body.len)
		return false;
	body.len = get_u32(head + 16);
	check_of(part_of(head, 24), body, check);
	if (memcmp(check, head + 24, sizeof(check)) != 0)
		return false;
	*ret_body = body;
	*ret_kind = (enum journal_kind)head[20];
	return true;
}

/* Whole entries anywhere behind a torn one: that is damage. */
static bool entry_behind(const struct journal *j, struct str file, size_t at)
{
	enum journal_kind kind;
	struct str body;

	while (file.len - at > JOURNAL_ENTRY_HEAD_BYTES) {
		const char *next = memmem(
			file.at + at, file.len - at, j->salt, sizeof(j->salt));

		if (next == NULL)
			return false;
		at = (size_t)(next - file.at);
		if (entry_at(j, file, at, j->next_entry + 1, &body, &kind))
			return true;
		at++;
	}
	return false;
}

static enum err read_entries(
	struct journal *j, struct str file, struct journal_reader *r)
{
	size_t at = JOURNAL_HEAD_BYTES;
	enum journal_kind kind;
	struct str body;

	while (entry_at(j, file, at, j->next_entry, &body, &kind)) {
		enum err e;

		if (get_u64((const uint8_t *)file.at + at + 8) != j->next_entry)
			return ERR_CORRUPT;
		j->next_entry++;
		at += JOURNAL_ENTRY_HEAD_BYTES + body.len;
		j->bytes = at;
		e = r->entry(r, kind, body);
		if (e != OK)
			return e;
	}
	return entry_behind(j, file, at) ? ERR_CORRUPT : OK;
}

/* A beginning that a crash cut short holds no entry, for the head is synced
 * before the first. */
static enum err read_head(struct journal *j, uint64_t segment, struct str file)
{
	const uint8_t *at = (const uint8_t *)file.at;
	uint8_t head[JOURNAL_HEAD_BYTES];

	if (file.len < JOURNAL_HEAD_BYTES)
		return ERR_NOT_FOUND;
	make_head(j, segment, at + 24, head);
	if (memcmp(head, at, sizeof(head)) != 0)
		return file.len == JOURNAL_HEAD_BYTES ? ERR_NOT_FOUND
						      : ERR_CORRUPT;
	memcpy(j->salt, at + 24, sizeof(j->salt));
	return OK;
}

static enum err read_mapped(struct journal *j, uint64_t segment,
	bool may_be_torn, struct str file, struct journal_reader *r)
{
	enum err e = read_head(j, segment, file);

	if (e != OK)
		return e;
	j->bytes = JOURNAL_HEAD_BYTES;
	e = read_entries(j, file, r);
	if (e == OK && j->bytes < file.len && !may_be_torn)
		e = ERR_CORRUPT;
	return e;
}

/* Open the segment and map it: its entries are read once, front to back. */
static enum err map_segment(
	const char *name, int dir_fd, int *ret_fd, struct str *ret_file)
{
	int fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
	struct str file = STR("");
	uint64_t size;
	enum err e;

	if (fd < 0)
		return err_from_errno(errno);
	e = file_size(fd, &size);
	if (e == OK && size > 0) {
		void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (at == MAP_FAILED)
			e = err_from_errno(errno);
		file = (struct str){ at, size };
	}
	if (e != OK) {
		(void)close(fd);
		return e;
	}
	*ret_fd = fd;
	*ret_file = file;
	return OK;
}

enum err journal_read(struct journal *j, uint64_t segment, bool may_be_torn,
	struct journal_reader *r)
{
	struct str file = STR_NULL;
	char name[32];
	enum err e;
	int fd = -1;

	journal_name(segment, name);
	e = map_segment(name, j->dir_fd, &fd, &file);
	if (e != OK)
		return e;
	e = read_mapped(j, segment, may_be_torn, file, r);
	if (file.len > 0)
		(void)munmap((void *)(uintptr_t)file.at, file.len);
	if (e == OK && j->bytes < file.len &&
		ftruncate(fd, (off_t)j->bytes) != 0)
		e = err_from_errno(errno);
	if (e != OK) {
		(void)close(fd);
		if (e == ERR_NOT_FOUND && unlinkat(j->dir_fd, name, 0) != 0)
			e = err_from_errno(errno);
		return e;
	}
	journal_close(j);
	j->fd = fd;
	j->segment = segment;
	return OK;
}

/* The number of a segment's file; false for any other name. */
static bool segment_of(const char *name, uint64_t *ret_segment)
{
	struct str s = str_c(name);
	uint8_t bytes[8];

	if (!str_starts(s, STR("journal-")) ||
		dec_hex(str_slice(s, 8, s.len), bytes, sizeof(bytes)) != OK)
		return false;
	*ret_segment = get_u64(bytes);
	return true;
}

enum err journal_remove_below(struct journal *j, uint64_t segment)
{
	int fd = openat(j->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	enum err e = OK;

	if (dir == NULL) {
		e = err_from_errno(errno);
		if (fd >= 0)
			(void)close(fd);
		return e;
	}
	while (e == OK && (entry = readdir(dir)) != NULL) {
		uint64_t n;

		if (segment_of(entry->d_name, &n) && n < segment &&
			unlinkat(fd, entry->d_name, 0) != 0)
			e = err_from_errno(errno);
	}
	(void)closedir(dir);
	return e;
}
