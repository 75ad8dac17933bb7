#include "page/format.h"

#include <stdio.h>

/* The next piece of a message: plain text, or a place (ret_place 1 to 9). */
static struct str piece(struct str *msg, size_t *ret_place)
{
	size_t i = 0;
	struct str plain;

	*ret_place = 0;
	while (i < msg->len &&
		!(msg->at[i] == '{' && i + 2 < msg->len &&
			msg->at[i + 1] >= '1' && msg->at[i + 1] <= '9' &&
			msg->at[i + 2] == '}'))
		i++;
	plain = str_slice(*msg, 0, i);
	if (i < msg->len) {
		*ret_place = (size_t)(msg->at[i + 1] - '0');
		i += 3;
	}
	*msg = str_slice(*msg, i, msg->len);
	return plain;
}

static size_t append(struct scratch *s, size_t len, struct str text)
{
	size_t n = text.len;

	if (n > sizeof(s->at) - len)
		n = sizeof(s->at) - len;
	while (n > 0 && n < text.len && ((uint8_t)text.at[n] & 0xC0) == 0x80)
		n--;
	if (n > 0)
		memcpy(s->at + len, text.at, n);
	return len + n;
}

struct str format_message(
	struct scratch *s, struct str msg, const struct str *arg, size_t count)
{
	size_t len = 0;

	while (msg.len > 0) {
		size_t place;

		len = append(s, len, piece(&msg, &place));
		if (place > 0 && place <= count)
			len = append(s, len, arg[place - 1]);
	}
	return (struct str){ s->at, len };
}

struct str format_number(
	const struct catalogue *words, struct scratch *s, uint64_t n)
{
	struct str comma = words == NULL ? STR(",") : words->thousands;
	char digit[24];
	int digits =
		snprintf(digit, sizeof(digit), "%llu", (unsigned long long)n);
	size_t len = 0;

	for (int i = 0; i < digits; i++) {
		if (i > 0 && (digits - i) % 3 == 0)
			len = append(s, len, comma);
		len = append(s, len, (struct str){ digit + i, 1 });
	}
	return (struct str){ s->at, len };
}

struct str format_share(
	const struct catalogue *words, struct scratch *s, uint64_t millionths)
{
	/* By how many digits there are: decimals, and what they leave out. */
	static const struct {
		uint64_t from;
		int decimals;
		unsigned unit;
	} forms[] = { { 100000, 0, 10000 }, { 10000, 1, 1000 },
		{ 1000, 2, 100 }, { 100, 3, 10 }, { 0, 4, 1 } };
	bool comma = words != NULL && str_eq(words->thousands, STR("."));
	struct scratch whole;
	struct str text;
	size_t i = 0;
	uint64_t n;
	int len;

	while (millionths < forms[i].from)
		i++;
	n = (millionths + forms[i].unit / 2) / forms[i].unit;
	text = format_number(words, &whole, n * forms[i].unit / 10000);
	if (forms[i].decimals == 0 || millionths == 0)
		len = snprintf(s->at, sizeof(s->at), "%.*s%%", STR_ARG(text));
	else
		len = snprintf(s->at, sizeof(s->at), "%.*s%s%0*u%%",
			STR_ARG(text), comma ? "," : ".", forms[i].decimals,
			(unsigned)(n % (10000 / forms[i].unit)));
	return (struct str){ s->at, (size_t)len };
}

static struct str month_name(const struct catalogue *words, int month)
{
	static const struct str name[] = { words_mark("January"),
		words_mark("February"), words_mark("March"),
		words_mark("April"), words_mark("May"), words_mark("June"),
		words_mark("July"), words_mark("August"),
		words_mark("September"), words_mark("October"),
		words_mark("November"), words_mark("December") };

	return words_find(words, name[month - 1]);
}

static int64_t seconds_of(int64_t wall_ms)
{
	return wall_ms >= 0 ? wall_ms / 1000 : -((999 - wall_ms) / 1000);
}

static struct str date_of(
	const struct catalogue *words, struct civil c, struct scratch *s)
{
	char day[12];
	char year[12];

	(void)snprintf(day, sizeof(day), "%d", c.day);
	(void)snprintf(year, sizeof(year), "%d", c.year);
	/* words: a date: day, month, year */
	return format_message(s, words_say(words, "{1} {2} {3}"),
		(struct str[]){
			str_c(day), month_name(words, c.month), str_c(year) },
		3);
}

struct str format_date(const struct catalogue *words, const struct zone *zone,
	int64_t wall_ms, struct scratch *s)
{
	return date_of(words, zone_civil(zone, seconds_of(wall_ms)), s);
}

struct str format_date_time(const struct catalogue *words,
	const struct zone *zone, int64_t wall_ms, struct scratch *s)
{
	struct civil c = zone_civil(zone, seconds_of(wall_ms));
	struct scratch date;
	char time[12];

	(void)snprintf(
		time, sizeof(time), "%02d:%02d", c.hour % 100, c.minute % 100);
	/* words: a date and its time of day */
	return format_message(s, words_say(words, "{1} at {2}"),
		(struct str[]){ date_of(words, c, &date), str_c(time) }, 2);
}

struct str format_day(
	const struct catalogue *words, int32_t day, struct scratch *s)
{
	return date_of(words, zone_civil(NULL, (int64_t)day * 86400), s);
}

struct str format_years(struct scratch *s, struct str period)
{
	size_t dash = str_find(period, '-');
	struct str to = str_slice(period, dash + 1, period.len);
	int n = snprintf(s->at, sizeof(s->at), "%.*s%s%.*s", (int)dash,
		period.at == NULL ? "" : period.at,
		dash < period.len ? "\xE2\x80\x93" : "", STR_ARG(to));

	return (struct str){ s->at,
		n < (int)sizeof(s->at) ? (size_t)n : sizeof(s->at) - 1 };
}

struct str format_rfc3339(int64_t wall_ms, struct scratch *s)
{
	struct civil c = zone_civil(NULL, seconds_of(wall_ms));
	int n = snprintf(s->at, sizeof(s->at), "%04d-%02d-%02dT%02d:%02d:%02dZ",
		c.year, c.month, c.day, c.hour, c.minute, c.second);

	return (struct str){ s->at, (size_t)n };
}

unsigned format_percent(uint64_t count, uint64_t of)
{
	double percent;

	if (of == 0 || count >= of)
		return 100;
	percent = (double)count * 100.0 / (double)of;
	if (percent >= 99.0)
		return 99;
	return count > 0 && percent < 1.0 ? 1 : (unsigned)percent;
}
