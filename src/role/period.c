#include "role/period.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/secret.h"

struct period_key {
	uint64_t hour;
	uint64_t uptime_min;
	struct age_identity identity;
};

struct period {
	int dir_fd;
	struct clock *clock;
	struct rng *rng;
	uint64_t uptime_min;
	size_t n; /* newest last */
	struct period_key key[PERIOD_KEYS_MAX];
};

enum { NAME_MAX_BYTES = 64, KEY_TEXT_MAX = 256, UPTIME_DIGITS = 20 };

static void key_name(const struct period_key *k, char ret_name[NAME_MAX_BYTES])
{
	(void)snprintf(ret_name, NAME_MAX_BYTES, "key-%llu-%llu",
		(unsigned long long)k->hour, (unsigned long long)k->uptime_min);
}

/* False for a name that is none of ours. */
static bool parse_name(struct str name, struct period_key *ret_key)
{
	struct str part;

	return str_split(&name, '-', &part) && str_eq(part, STR("key")) &&
		str_split(&name, '-', &part) &&
		str_u64(part, &ret_key->hour) == OK && name.at != NULL &&
		str_u64(name, &ret_key->uptime_min) == OK;
}

static enum err read_key(
	struct period *p, const char *name, struct period_key *k)
{
	struct buf text;
	enum err e;

	buf_init(&text, KEY_TEXT_MAX);
	e = file_read(p->dir_fd, name, &text);
	if (e == OK)
		e = age_identity_parse(str_trim(buf_view(&text)), &k->identity);
	buf_release(&text);
	return e;
}

static void insert(struct period *p, const struct period_key *k)
{
	size_t at = p->n;

	while (at > 0 && p->key[at - 1].hour > k->hour) {
		p->key[at] = p->key[at - 1];
		at--;
	}
	p->key[at] = *k;
	p->n++;
}

static enum err read_keys(struct period *p)
{
	int fd = openat(p->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct period_key k;
	struct dirent *d;
	enum err e = OK;

	if (dir == NULL)
		return err_from_errno(errno);
	while (e == OK && (d = readdir(dir)) != NULL) {
		if (!parse_name(str_c(d->d_name), &k))
			continue;
		if (p->n == PERIOD_KEYS_MAX) {
			e = ERR_TOO_LARGE;
			break;
		}
		e = read_key(p, d->d_name, &k);
		if (e == OK)
			insert(p, &k);
	}
	(void)closedir(dir);
	return e;
}

static enum err read_uptime(struct period *p)
{
	struct buf text;
	enum err e;

	buf_init(&text, 32);
	e = file_read(p->dir_fd, "uptime", &text);
	if (e == OK)
		e = str_u64(buf_view(&text), &p->uptime_min) == OK
			? OK
			: ERR_CORRUPT;
	buf_release(&text);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err draw(struct period *p)
{
	struct period_key *k = &p->key[p->n];
	char name[NAME_MAX_BYTES];
	struct buf text;
	enum err e;

	if (p->n == PERIOD_KEYS_MAX)
		return ERR_TOO_LARGE;
	k->hour = clock_hour(p->clock);
	k->uptime_min = p->uptime_min;
	age_identity_generate(p->rng, &k->identity);
	key_name(k, name);
	buf_init(&text, KEY_TEXT_MAX);
	age_identity_text(&k->identity, &text);
	e = buf_err(&text);
	if (e == OK)
		e = file_create(p->dir_fd, name, text.at, text.len, 0600);
	buf_release(&text);
	if (e == OK)
		p->n++;
	return e;
}

enum err period_open(int dir_fd, struct clock *clock, struct rng *rng,
	struct period **ret_period)
{
	struct period *p = SECRET_NEW(struct period);
	enum err e;

	if (p == NULL)
		return ERR_MEMORY;
	p->dir_fd = dir_fd;
	p->clock = clock;
	p->rng = rng;
	e = read_uptime(p);
	if (e == OK)
		e = read_keys(p);
	if (e == OK && p->n == 0)
		e = draw(p);
	if (e != OK) {
		secret_free(p);
		return e;
	}
	*ret_period = p;
	return OK;
}

void period_close(struct period *p)
{
	secret_free(p);
}

/* In place and of one length: whatever a power cut leaves is a number, though
 * perhaps that of some minutes ago. */
static enum err count_uptime(struct period *p)
{
	char text[UPTIME_DIGITS + 1];
	enum err e;
	int fd;

	(void)snprintf(text, sizeof(text), "%0*llu", UPTIME_DIGITS,
		(unsigned long long)++p->uptime_min);
	fd = openat(p->dir_fd, "uptime", O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return file_create(
			p->dir_fd, "uptime", text, UPTIME_DIGITS, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	e = file_pwrite(fd, text, UPTIME_DIGITS, 0);
	(void)close(fd);
	return e;
}

static bool is_dead(const struct period *p, const struct period_key *k)
{
	return clock_hour(p->clock) >= k->hour + PERIOD_LIVES_H &&
		p->uptime_min >= k->uptime_min + PERIOD_UPTIME_H * 60;
}

static enum err destroy_oldest(struct period *p)
{
	static const char zero[KEY_TEXT_MAX];
	char name[NAME_MAX_BYTES];
	int fd;

	key_name(&p->key[0], name);
	fd = openat(p->dir_fd, name, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		/* As far as the file system writes in place. */
		enum err e = file_pwrite(fd, zero, AGE_IDENTITY_TEXT_LEN, 0);

		if (e == OK)
			e = file_sync(fd);
		(void)close(fd);
		if (e != OK)
			return e;
	}
	if (unlinkat(p->dir_fd, name, 0) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	memmove(&p->key[0], &p->key[1], (p->n - 1) * sizeof(p->key[0]));
	p->n--;
	explicit_bzero(&p->key[p->n], sizeof(p->key[0]));
	return file_sync_dir(p->dir_fd);
}

enum err period_tick(struct period *p, bool *ret_changed)
{
	enum err e = count_uptime(p);
	bool changed = false;

	if (e == OK &&
		clock_hour(p->clock) >=
			p->key[p->n - 1].hour + PERIOD_SEALS_H) {
		e = draw(p);
		changed = e == OK;
	}
	while (e == OK && p->n > 1 && is_dead(p, &p->key[0]))
		e = destroy_oldest(p);
	*ret_changed = changed;
	return e;
}

void period_recipient(const struct period *p, struct buf *b)
{
	struct age_recipient recipient;

	age_recipient_of(&p->key[p->n - 1].identity, &recipient);
	age_recipient_text(&recipient, b);
}

enum err period_open_header(
	const struct period *p, struct str header, struct buf *ret_plain)
{
	enum err e = ERR_NOT_FOUND;

	for (size_t i = p->n; i > 0 && e == ERR_NOT_FOUND; i--)
		e = age_open(&p->key[i - 1].identity, header, ret_plain);
	return e;
}
