#include "role/bounce.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/wipe.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "mail/dsn.h"
#include "mail/header.h"
#include "role/keep_index.h"
#include "role/keep_marks.h"

enum {
	TAG_BYTES = 10,
	TOKEN_BYTES = TAG_BYTES + 8,
	KEY_BYTES = 32,
	LOCAL_MAX = 32, /* of 64, with a plus and the token behind it */
	MESSAGE_MAX_BYTES = 1 << 20,
	MESSAGES_MAX = 300, /* read at once: the mailer has other work */
	PATH_MAX_BYTES = 512,
};

struct bounces {
	int dir_fd;
	int marks_fd;
	uint64_t marks_len; /* bytes of the file */
	struct keep_marks marks;
	struct bounce_counts counts;
	struct buf address;
	uint8_t key[KEY_BYTES];
};

/* ---- tokens ---- */

static void tag_of(const struct bounces *s, const uint8_t slot[8],
	uint8_t ret_tag[TAG_BYTES])
{
	struct str parts[2] = { STR("petition-bounce/v1"), part_of(slot, 8) };
	struct sha256 mac;

	hmac_sha256(s->key, KEY_BYTES, parts, 2, &mac);
	memcpy(ret_tag, mac.byte, TAG_BYTES);
}

/* Slot to masked and back. */
static void mask(
	const struct bounces *s, const uint8_t tag[TAG_BYTES], uint8_t slot[8])
{
	struct str parts[2] = { STR("petition-bounce-mask/v1"),
		part_of(tag, TAG_BYTES) };
	struct sha256 mac;

	hmac_sha256(s->key, KEY_BYTES, parts, 2, &mac);
	for (size_t i = 0; i < 8; i++)
		slot[i] ^= mac.byte[i];
}

void bounce_sender(const struct bounces *s, uint64_t slot, struct buf *b)
{
	struct str address = buf_view(&s->address);
	size_t at = str_find(address, '@');
	uint8_t token[TOKEN_BYTES];

	if (address.len == 0)
		return;
	put_u64(token + TAG_BYTES, slot);
	tag_of(s, token + TAG_BYTES, token);
	mask(s, token, token + TAG_BYTES);
	buf_str(b, str_slice(address, 0, at));
	buf_c(b, "+");
	enc_base32(b, token, sizeof(token));
	buf_str(b, str_slice(address, at, address.len));
}

static bool read_token(const struct bounces *s, struct str text, uint64_t *ret)
{
	uint8_t token[TOKEN_BYTES];
	uint8_t tag[TAG_BYTES];

	if (dec_base32(text, token, sizeof(token)) != OK)
		return false;
	mask(s, token, token + TAG_BYTES);
	tag_of(s, token + TAG_BYTES, tag);
	if (!same_bytes(tag, token, TAG_BYTES))
		return false;
	*ret = get_u64(token + TAG_BYTES);
	return *ret > 0 && *ret < KEEP_SLOT_END;
}

bool bounce_slot(const struct bounces *s, struct str text, uint64_t *ret_slot)
{
	struct str part;

	while (str_split(&text, '+', &part)) {
		struct str token = str_slice(text, 0, BOUNCE_TOKEN_LEN);
		struct str rest = str_slice(text, token.len, text.len);

		if (str_starts(rest, STR("@")) &&
			read_token(s, token, ret_slot))
			return true;
	}
	return false;
}

/* ---- marks ---- */

bool bounce_is_marked(const struct bounces *s, uint64_t slot)
{
	return keep_marks_next(&s->marks, slot) == slot;
}

/* Best effort: a mark that is lost costs one more mail to nobody. */
void bounce_mark(struct bounces *s, uint64_t slot)
{
	uint8_t bytes[8];

	if (slot == 0 || bounce_is_marked(s, slot) ||
		keep_marks_set(&s->marks, slot) != OK)
		return;
	s->counts.marked++;
	put_u64(bytes, slot);
	if (file_pwrite(s->marks_fd, bytes, 8, s->marks_len) == OK)
		s->marks_len += 8;
}

static enum err read_marks(struct bounces *s)
{
	uint8_t bytes[8];
	uint64_t len;
	enum err e;

	s->marks_fd = openat(s->dir_fd, BOUNCE_MARKS_FILE,
		O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->marks_fd < 0)
		return err_from_errno(errno);
	e = file_size(s->marks_fd, &len);
	for (; e == OK && s->marks_len + 8 <= len; s->marks_len += 8) {
		uint64_t slot;

		e = file_pread(s->marks_fd, bytes, 8, s->marks_len);
		if (e != OK)
			break;
		slot = get_u64(bytes);
		if (slot == 0 || slot >= KEEP_SLOT_END)
			continue; /* zeros of a power cut */
		s->counts.marked += !bounce_is_marked(s, slot);
		e = keep_marks_set(&s->marks, slot);
	}
	return e;
}

/* `petitiond mails` has put another file in its place. */
static enum err read_marks_again(struct bounces *s)
{
	struct stat st;

	if (s->marks_fd >= 0) {
		if (fstat(s->marks_fd, &st) != 0)
			return err_from_errno(errno);
		if (st.st_nlink > 0)
			return OK;
		(void)close(s->marks_fd);
		s->marks_fd = -1;
	}
	keep_marks_release(&s->marks);
	s->marks_len = 0;
	s->counts.marked = 0;
	return read_marks(s);
}

/* ---- the folder ---- */

/* Out of new/, so that it is not read again: a copy in cur/, because the
 * fence allows no rename from one folder to another. */
static enum err set_aside(
	int dir_fd, const char *name, const char *path, struct str message)
{
	char kept[PATH_MAX_BYTES];
	enum err e;

	(void)snprintf(kept, sizeof(kept), "cur/%s:2,S", name);
	e = file_mkdir(dir_fd, "cur", 0700);
	if (e == OK)
		e = file_swap(dir_fd, kept, message.at, message.len, 0600);
	if (e == OK && unlinkat(dir_fd, path, 0) != 0)
		e = err_from_errno(errno);
	return e;
}

static enum err judge(struct bounces *s, int dir_fd, const char *name,
	const char *path, struct str message)
{
	struct dsn d = dsn_read(message);
	uint64_t slot;

	if (d.kind == DSN_NONE || !bounce_slot(s, d.head, &slot)) {
		s->counts.other++;
		return set_aside(dir_fd, name, path, message);
	}
	s->counts.hard += d.kind == DSN_HARD;
	s->counts.soft += d.kind == DSN_SOFT;
	if (d.kind == DSN_HARD)
		bounce_mark(s, slot);
	return unlinkat(dir_fd, path, 0) == 0 ? OK : err_from_errno(errno);
}

/* One that cannot be read (too large, gone meanwhile) stays where it is. */
static enum err read_one(struct bounces *s, int dir_fd, const char *name)
{
	char path[PATH_MAX_BYTES];
	struct buf message;
	enum err e;

	if (name[0] == '.' || strlen(name) > NAME_MAX)
		return OK;
	(void)snprintf(path, sizeof(path), "new/%s", name);
	buf_init(&message, MESSAGE_MAX_BYTES);
	e = file_read(dir_fd, path, &message);
	if (e == OK)
		e = judge(s, dir_fd, name, path, buf_view(&message));
	else if (e != ERR_MEMORY)
		e = OK;
	buf_release(&message);
	return e;
}

static enum err read_new(struct bounces *s, int dir_fd)
{
	int fd = openat(dir_fd, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t marked = s->counts.marked;
	struct dirent *d;
	enum err e = OK;

	if (dir == NULL)
		return errno == ENOENT ? OK : err_from_errno(errno);
	for (int i = 0; e == OK && i < MESSAGES_MAX; i++) {
		d = readdir(dir);
		if (d == NULL)
			break;
		e = read_one(s, dir_fd, d->d_name);
	}
	(void)closedir(dir);
	if (s->counts.marked != marked && e == OK)
		e = file_sync(s->marks_fd);
	return e;
}

enum err bounce_look(struct bounces *s, const char *folder)
{
	enum err e = read_marks_again(s);
	int fd;

	if (e != OK || s->address.len == 0)
		return e;
	e = file_open_dir(s->dir_fd, folder, &fd);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	e = read_new(s, fd);
	(void)close(fd);
	return e;
}

struct bounce_counts bounce_counts(const struct bounces *s)
{
	return s->counts;
}

/* ---- open and close ---- */

static enum err read_key(struct bounces *s, struct rng *rng)
{
	enum err e =
		file_read_exact(s->dir_fd, "bounce.key", s->key, KEY_BYTES);

	if (e != ERR_NOT_FOUND)
		return e;
	rng_fill(rng, s->key, KEY_BYTES);
	return file_create(s->dir_fd, "bounce.key", s->key, KEY_BYTES, 0600);
}

enum err bounces_open(int dir_fd, struct str address, struct rng *rng,
	struct bounces **ret_bounces)
{
	struct bounces *s = SECRET_NEW(struct bounces);
	enum err e = ERR_INVALID;

	if (s == NULL)
		return ERR_MEMORY;
	s->dir_fd = dir_fd;
	s->marks_fd = -1;
	buf_init(&s->address, 512);
	buf_str(&s->address, address);
	if (address.len == 0 ||
		(mail_address_ok(address) &&
			str_find(address, '@') <= LOCAL_MAX))
		e = read_key(s, rng);
	if (e == OK)
		e = read_marks(s);
	if (e != OK) {
		bounces_close(s);
		return e;
	}
	*ret_bounces = s;
	return OK;
}

void bounces_close(struct bounces *s)
{
	if (s == NULL)
		return;
	if (s->marks_fd >= 0)
		(void)close(s->marks_fd);
	keep_marks_release(&s->marks);
	buf_release(&s->address);
	secret_free(s);
}
