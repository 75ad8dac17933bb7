#include "domain/when.h"

enum { DAY_MS = 86400000 };

struct date {
	int32_t year;
	int32_t month;
	int32_t day;
};

static struct date date_of_days(int32_t days)
{
	int32_t z = days + 719468;
	int32_t era = (z >= 0 ? z : z - 146096) / 146097;
	int32_t of_era = z - era * 146097;
	int32_t y =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int32_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int32_t m = (5 * of_year + 2) / 153;
	struct date d = { .day = of_year - (153 * m + 2) / 5 + 1 };

	d.month = m < 10 ? m + 3 : m - 9;
	d.year = y + era * 400 + (d.month <= 2 ? 1 : 0);
	return d;
}

/* Exactly n digits from s, stepping over them. */
static bool digits(struct str *s, size_t n, int32_t *ret_value)
{
	int32_t value = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->at[i] < '0' || s->at[i] > '9')
			return false;
		value = value * 10 + (s->at[i] - '0');
	}
	*s = str_slice(*s, n, s->len);
	*ret_value = value;
	return true;
}

static bool sign(struct str *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	*s = str_slice(*s, 1, s->len);
	return true;
}

static bool date_read(struct str *s, int32_t *ret_day)
{
	struct date d;

	if (!digits(s, 4, &d.year) || !sign(s, '-') ||
		!digits(s, 2, &d.month) || !sign(s, '-') ||
		!digits(s, 2, &d.day))
		return false;
	if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
		d.day > civil_month_days(d.year, d.month))
		return false;
	*ret_day = (int32_t)civil_days(d.year, d.month, d.day);
	return true;
}

enum err day_parse(struct str text, int32_t *ret_day)
{
	int32_t day;

	if (!date_read(&text, &day) || text.len != 0)
		return ERR_INVALID;
	*ret_day = day;
	return OK;
}

/* Up to nine digits behind a full stop, cut to milliseconds. */
static bool fraction_read(struct str *s, int64_t *ret_ms)
{
	int64_t ms = 0;
	size_t n = 0;

	*ret_ms = 0;
	if (!sign(s, '.'))
		return true;
	for (; s->len > 0 && s->at[0] >= '0' && s->at[0] <= '9'; n++) {
		if (n < 3)
			ms = ms * 10 + (s->at[0] - '0');
		*s = str_slice(*s, 1, s->len);
	}
	for (size_t i = n; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return n >= 1 && n <= 9;
}

/* Z or +hh:mm or -hh:mm, in milliseconds east of UTC. */
static bool offset_read(struct str *s, int64_t *ret_ms)
{
	bool west = s->len > 0 && s->at[0] == '-';
	int32_t hours, minutes;

	*ret_ms = 0;
	if (sign(s, 'Z'))
		return true;
	if ((!sign(s, '+') && !sign(s, '-')) || !digits(s, 2, &hours) ||
		!sign(s, ':') || !digits(s, 2, &minutes) || hours > 23 ||
		minutes > 59)
		return false;
	*ret_ms = (west ? -1 : 1) * (int64_t)(hours * 60 + minutes) * 60000;
	return true;
}

enum err when_parse(struct str text, int64_t *ret_ms)
{
	int32_t day, hour, minute, second;
	int64_t fraction, offset;

	if (!date_read(&text, &day) || !sign(&text, 'T') ||
		!digits(&text, 2, &hour) || !sign(&text, ':') ||
		!digits(&text, 2, &minute) || !sign(&text, ':') ||
		!digits(&text, 2, &second) ||
		!fraction_read(&text, &fraction) ||
		!offset_read(&text, &offset) || text.len != 0)
		return ERR_INVALID;
	if (hour > 23 || minute > 59 || second > 60)
		return ERR_INVALID;
	if (second == 60)
		second = 59;
	*ret_ms = (int64_t)day * DAY_MS +
		(int64_t)((hour * 60 + minute) * 60 + second) * 1000 +
		fraction - offset;
	return OK;
}

/* Floor of ms in days; *ret_rest is what is left, never negative. */
static int32_t whole_days(int64_t ms, int32_t *ret_rest)
{
	int64_t days = ms / DAY_MS;

	if (ms % DAY_MS < 0)
		days--;
	*ret_rest = (int32_t)(ms - days * DAY_MS);
	return (int32_t)days;
}

/* YYYY-MM-DDTHH:MM:SS.mmm of a moment already moved to where it is read. */
static void put_clock(struct buf *b, int64_t ms)
{
	int32_t rest;

	day_put(b, whole_days(ms, &rest));
	buf_printf(b, "T%02d:%02d:%02d.%03d", rest / 3600000, rest / 60000 % 60,
		rest / 1000 % 60, rest % 1000);
}

void when_put(struct buf *b, int64_t ms)
{
	put_clock(b, ms);
	buf_byte(b, 'Z');
}

void day_put(struct buf *b, int32_t day)
{
	struct date d = date_of_days(day);

	buf_printf(b, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* Floored, so that moments before 1970 work too. */
static int64_t whole_seconds(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

void when_put_local(struct buf *b, const struct zone *zone, int64_t ms)
{
	int32_t east_s = zone_offset_s(zone, whole_seconds(ms));
	int32_t minutes = east_s / 60;

	put_clock(b, ms + (int64_t)east_s * 1000);
	buf_printf(b, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
		abs(minutes) % 60);
}

int32_t day_of(const struct zone *zone, int64_t ms)
{
	int64_t s = whole_seconds(ms);
	int32_t rest;

	return whole_days((s + zone_offset_s(zone, s)) * 1000, &rest);
}

/* One millisecond before the next local day begins.  That need not be at
 * midnight: some zones change their clocks just there. */
int64_t day_end_ms(const struct zone *zone, int32_t day)
{
	struct date next = date_of_days(day + 1);
	struct civil c = {
		.year = next.year, .month = next.month, .day = next.day
	};

	return zone_unix(zone, c) * 1000 - 1;
}

int32_t day_add_months(int32_t day, unsigned months)
{
	struct date d = date_of_days(day);
	int32_t month = d.month - 1 + (int32_t)months;
	int32_t last;

	d.year += month / 12;
	d.month = month % 12 + 1;
	last = civil_month_days(d.year, d.month);
	return (int32_t)civil_days(
		d.year, d.month, d.day < last ? d.day : last);
}
