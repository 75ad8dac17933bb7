#include "base/zone.h"

#include <fcntl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/view.h"

#define DAY_S 86400
#define ZONE_MAX_BYTES 65536

/* When summer time begins or ends in a year: POSIX TZ, "M3.5.0/1". */
struct change {
	char kind; /* M, J or 0 for a plain day number */
	int month;
	int week;
	int day;
	int32_t at_s; /* local time of that day; may be negative or over 24 h */
};

/* The rule for all time behind the table. */
struct rule {
	bool present;
	bool summer;
	int32_t standard_s; /* to add to UTC */
	int32_t summer_s;
	struct change begin;
	struct change end;
};

struct zone {
	size_t count;
	int64_t *from_s; /* ascending instants */
	int32_t *offset_s; /* from that instant on */
	int32_t first_s; /* before the first */
	struct rule rule;
};

/* Howard Hinnant's method, in our words: count in years that begin in March,
 * so that the leap day comes last; 400 years have 146,097 days. */
int64_t civil_days(int year, int month, int day)
{
	int64_t months = (int64_t)year * 12 + (month - 1) - 2;
	int64_t y = months >= 0 ? months / 12 : -((11 - months) / 12);
	int64_t m = months - y * 12;
	int64_t era = y >= 0 ? y / 400 : -((399 - y) / 400);
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
		of_year - 719468;
}

int civil_weekday(int64_t days)
{
	int64_t w = (days + 4) % 7;

	return (int)(w < 0 ? w + 7 : w);
}

int civil_month_days(int year, int month)
{
	return (int)(civil_days(year, month + 1, 1) -
		civil_days(year, month, 1));
}

static struct civil civil_of(int64_t local_s)
{
	int64_t days = local_s >= 0 ? local_s / DAY_S
				    : -((DAY_S - 1 - local_s) / DAY_S);
	int64_t rest = local_s - days * DAY_S;
	int64_t n = days + 719468;
	int64_t era = n >= 0 ? n / 146097 : -((146096 - n) / 146097);
	int64_t of_era = n - era * 146097;
	int64_t y =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	return (struct civil){
		.year = (int)(y + era * 400 + (m >= 10 ? 1 : 0)),
		.month = (int)(m < 10 ? m + 3 : m - 9),
		.day = (int)(of_year - (153 * m + 2) / 5 + 1),
		.hour = (int)(rest / 3600),
		.minute = (int)(rest / 60 % 60),
		.second = (int)(rest % 60),
	};
}

/* The local second, of the wall then showing, at which c happens in year. */
static int64_t change_at(const struct change *c, int year)
{
	int64_t first;
	int day;

	if (c->kind == 'J') { /* 1 to 365, 29 February never counted */
		bool leap = civil_month_days(year, 2) == 29;

		return (civil_days(year, 1, c->day) +
			       (leap && c->day >= 60 ? 1 : 0)) *
			DAY_S +
			c->at_s;
	}
	if (c->kind == '0')
		return (civil_days(year, 1, 1) + c->day) * DAY_S + c->at_s;
	first = civil_days(year, c->month, 1);
	day = (c->day - civil_weekday(first) + 7) % 7 + (c->week - 1) * 7;
	if (day >= civil_month_days(year, c->month))
		day -= 7;
	return (first + day) * DAY_S + c->at_s;
}

static int32_t rule_offset_s(const struct rule *r, int64_t unix_s)
{
	int year;
	int64_t begin;
	int64_t end;

	if (!r->summer)
		return r->standard_s;
	year = civil_of(unix_s + r->standard_s).year;
	begin = change_at(&r->begin, year) - r->standard_s;
	end = change_at(&r->end, year) - r->summer_s;
	if (begin < end)
		return unix_s >= begin && unix_s < end ? r->summer_s
						       : r->standard_s;
	return unix_s >= end && unix_s < begin ? r->standard_s : r->summer_s;
}

int32_t zone_offset_s(const struct zone *z, int64_t unix_s)
{
	size_t low = 0;
	size_t high;

	if (z == NULL)
		return 0;
	high = z->count;
	if (z->rule.present && (high == 0 || unix_s >= z->from_s[high - 1]))
		return rule_offset_s(&z->rule, unix_s);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->from_s[middle] <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? z->first_s : z->offset_s[low - 1];
}

struct civil zone_civil(const struct zone *z, int64_t unix_s)
{
	return civil_of(unix_s + zone_offset_s(z, unix_s));
}

/* Offsets a day before and a day behind bracket any change near c: try the
 * earlier one first, and take it when neither fits (the hour left out). */
int64_t zone_unix(const struct zone *z, struct civil c)
{
	int64_t local = civil_days(c.year, c.month, c.day) * DAY_S +
		(int64_t)c.hour * 3600 + (int64_t)c.minute * 60 + c.second;
	int32_t before = zone_offset_s(z, local - DAY_S);
	int32_t after = zone_offset_s(z, local + DAY_S);

	if (zone_offset_s(z, local - before) == before)
		return local - before;
	if (zone_offset_s(z, local - after) == after)
		return local - after;
	return local - before;
}

/* --- reading the footer ------------------------------------------------ */

static bool take(struct str *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	*s = str_slice(*s, 1, s->len);
	return true;
}

static bool take_number(struct str *s, int max, int *ret_number)
{
	int n = 0;
	size_t digits = 0;

	while (digits < s->len && s->at[digits] >= '0' &&
		s->at[digits] <= '9' && digits < 4)
		n = n * 10 + (s->at[digits++] - '0');
	if (digits == 0 || n > max)
		return false;
	*s = str_slice(*s, digits, s->len);
	*ret_number = n;
	return true;
}

/* [+-]hh[:mm[:ss]]; up to 167 hours (RFC 8536 section 3.3.1). */
static bool take_time(struct str *s, int32_t *ret_s)
{
	bool minus = take(s, '-');
	int part[3] = { 0, 0, 0 };

	if (!minus)
		(void)take(s, '+');
	for (int i = 0; i < 3; i++) {
		if (i > 0 && !take(s, ':'))
			break;
		if (!take_number(s, i == 0 ? 167 : 59, &part[i]))
			return false;
	}
	*ret_s = part[0] * 3600 + part[1] * 60 + part[2];
	if (minus)
		*ret_s = -*ret_s;
	return true;
}

/* A name: letters, or anything in angle brackets. */
static bool take_name(struct str *s)
{
	size_t n = 0;

	if (take(s, '<')) {
		n = str_find(*s, '>');
		if (n == s->len)
			return false;
		*s = str_slice(*s, n + 1, s->len);
		return true;
	}
	while (n < s->len &&
		((s->at[n] >= 'A' && s->at[n] <= 'Z') ||
			(s->at[n] >= 'a' && s->at[n] <= 'z')))
		n++;
	*s = str_slice(*s, n, s->len);
	return n >= 3;
}

static bool take_change(struct str *s, struct change *ret_change)
{
	struct change c = { .kind = '0', .at_s = 2 * 3600 };
	bool good;

	if (take(s, 'M')) {
		c.kind = 'M';
		good = take_number(s, 12, &c.month) && c.month > 0 &&
			take(s, '.') && take_number(s, 5, &c.week) &&
			c.week > 0 && take(s, '.') && take_number(s, 6, &c.day);
	} else {
		c.kind = take(s, 'J') ? 'J' : '0';
		good = take_number(s, 365, &c.day);
	}
	if (good && take(s, '/'))
		good = take_time(s, &c.at_s);
	*ret_change = c;
	return good;
}

/* POSIX counts offsets westward; we add to UTC, hence the signs. */
static bool rule_parse(struct str s, struct rule *ret_rule)
{
	struct rule r = { .present = true };
	int32_t west;

	if (!take_name(&s) || !take_time(&s, &west))
		return false;
	r.standard_s = -west;
	if (s.len > 0) {
		r.summer = true;
		r.summer_s = r.standard_s + 3600;
		if (!take_name(&s))
			return false;
		if (s.len > 0 && s.at[0] != ',') {
			if (!take_time(&s, &west))
				return false;
			r.summer_s = -west;
		}
		if (!take(&s, ',') || !take_change(&s, &r.begin) ||
			!take(&s, ',') || !take_change(&s, &r.end))
			return false;
	}
	*ret_rule = r;
	return s.len == 0;
}

/* --- reading the table ------------------------------------------------- */

/* Counts of the header, in the order of RFC 8536 section 3.1. */
struct header {
	uint8_t version;
	uint32_t utc, standard, leap, time, type, name;
};

static bool header_read(struct view *v, struct header *ret_header)
{
	const uint8_t *magic = view_take(v, 4);
	struct header h;

	if (magic == NULL || memcmp(magic, "TZif", 4) != 0)
		return false;
	h.version = view_u8(v);
	(void)view_take(v, 15);
	h.utc = view_u32(v);
	h.standard = view_u32(v);
	h.leap = view_u32(v);
	h.time = view_u32(v);
	h.type = view_u32(v);
	h.name = view_u32(v);
	if (v->bad || h.time > 4096 || h.type == 0 || h.type > 256 ||
		h.name > 4096 || h.leap > 4096 || h.utc > 256 ||
		h.standard > 256)
		return false;
	*ret_header = h;
	return true;
}

static bool table_read(struct zone *z, struct view *v, const struct header *h)
{
	const uint8_t *index;
	const uint8_t *types;

	z->count = h->time;
	z->from_s = calloc(h->time + 1, sizeof(*z->from_s));
	z->offset_s = calloc(h->time + 1, sizeof(*z->offset_s));
	if (z->from_s == NULL || z->offset_s == NULL)
		return false;
	for (uint32_t i = 0; i < h->time; i++) {
		z->from_s[i] = (int64_t)view_u64(v);
		if (i > 0 && z->from_s[i] <= z->from_s[i - 1])
			return false;
	}
	index = view_take(v, h->time);
	types = view_take(v, (size_t)h->type * 6);
	(void)view_take(v,
		(size_t)h->name + (size_t)h->leap * 12 + h->standard + h->utc);
	if (v->bad || types == NULL)
		return false;
	for (uint32_t i = 0; i <= h->time; i++) {
		uint32_t type = i == 0 ? 0 : index[i - 1];
		struct view at = view_of(types + (size_t)type * 6, 4);
		int32_t offset;

		if (type >= h->type)
			return false;
		offset = (int32_t)view_u32(&at);
		if (offset < -93600 || offset > 93600)
			return false;
		*(i == 0 ? &z->first_s : &z->offset_s[i - 1]) = offset;
	}
	return true;
}

static bool zone_read(struct zone *z, struct str tzif)
{
	struct view v = view_of(tzif.at, tzif.len);
	struct header h;
	struct str footer;
	size_t end;

	if (!header_read(&v, &h) || h.version < '2')
		return false;
	/* The old block, with times of 32 bits, is passed over. */
	(void)view_take(&v,
		(size_t)h.time * 5 + (size_t)h.type * 6 + h.name +
			(size_t)h.leap * 8 + h.standard + h.utc);
	if (!header_read(&v, &h) || !table_read(z, &v, &h))
		return false;
	footer = str_slice(tzif, tzif.len - v.len, tzif.len);
	if (!take(&footer, '\n'))
		return false;
	end = str_find(footer, '\n');
	if (end == footer.len)
		return false;
	return end == 0 || rule_parse(str_slice(footer, 0, end), &z->rule);
}

enum err zone_parse(struct str tzif, struct zone **ret_zone)
{
	struct zone *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return ERR_MEMORY;
	if (!zone_read(z, tzif)) {
		zone_free(z);
		return ERR_CORRUPT;
	}
	*ret_zone = z;
	return OK;
}

void zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->from_s);
	free(z->offset_s);
	free(z);
}

/* Letters, digits and "_+-", parts divided by "/": no way out of the folder. */
static bool is_name(struct str name)
{
	struct str part;

	if (name.len == 0 || name.len > 64)
		return false;
	while (str_split(&name, '/', &part)) {
		if (part.len == 0)
			return false;
		for (size_t i = 0; i < part.len; i++) {
			char c = part.at[i];

			if (!(c >= 'A' && c <= 'Z') &&
				!(c >= 'a' && c <= 'z') &&
				!(c >= '0' && c <= '9') &&
				strchr("_+-", c) == NULL)
				return false;
		}
	}
	return true;
}

static enum err zone_utc(struct zone **ret_zone)
{
	struct zone *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return ERR_MEMORY;
	*ret_zone = z;
	return OK;
}

enum err zone_load(const char *name, struct zone **ret_zone)
{
	char path[128];
	struct buf b;
	enum err e;

	if (!is_name(str_c(name)))
		return ERR_INVALID;
	if (strcmp(name, "UTC") == 0)
		return zone_utc(ret_zone);
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	buf_init(&b, ZONE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, &b);
	if (e == OK)
		e = zone_parse(buf_view(&b), ret_zone);
	buf_release(&b);
	return e;
}
