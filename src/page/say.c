#include "page/say.h"

/* One place or bracket of a message. */
static void write_mark(struct page *p, struct str *msg, size_t *links,
	const struct say_values *v)
{
	size_t end;

	if (msg->at[0] == '{' && msg->len > 2 && msg->at[1] >= '1' &&
		msg->at[1] <= '4' && msg->at[2] == '}') {
		html_text(&p->h, v->arg[msg->at[1] - '1']);
		*msg = str_slice(*msg, 3, msg->len);
		return;
	}
	end = str_find(*msg, ']');
	if (msg->at[0] == '[' && end < msg->len && *links < 2) {
		html_link(&p->h, v->url[*links], str_slice(*msg, 1, end));
		*links += 1;
		*msg = str_slice(*msg, end + 1, msg->len);
		return;
	}
	html_text(&p->h, str_slice(*msg, 0, 1));
	*msg = str_slice(*msg, 1, msg->len);
}

void say_values(struct page *p, struct str msg, const struct say_values *v)
{
	size_t links = 0;

	while (msg.len > 0) {
		size_t plain = 0;

		while (plain < msg.len && msg.at[plain] != '{' &&
			msg.at[plain] != '[')
			plain++;
		html_text(&p->h, str_slice(msg, 0, plain));
		msg = str_slice(msg, plain, msg.len);
		if (msg.len > 0)
			write_mark(p, &msg, &links, v);
	}
}

void say_plural(struct page *p, struct str one, struct str many, uint64_t n)
{
	struct scratch s;

	say_values(p, words_find_plural(p->site->words, one, many, n),
		&(struct say_values){ .arg = { page_number(p, &s, n) } });
}

static bool is_other(const struct page *p, struct str lang)
{
	const struct catalogue *words = p->site->words;
	struct str own =
		words == NULL ? catalogue_english()->lang : words->lang;

	return lang.len > 0 && !str_eq_nocase(lang, own);
}

void say_paragraphs(struct page *p, struct str lang, struct str text)
{
	bool other = text.len > 0 && is_other(p, lang);

	if (other) {
		html_lit(&p->h, "<div");
		say_lang(p, lang);
		html_lit(&p->h, ">\n");
	}
	html_paragraphs(&p->h, text);
	if (other)
		html_lit(&p->h, "</div>\n");
}

void say_lang(struct page *p, struct str lang)
{
	if (!is_other(p, lang))
		return;
	html_lit(&p->h, " lang=\"");
	html_attr(&p->h, lang);
	html_lit(&p->h, "\" dir=\"auto\"");
}

struct str page_number(const struct page *p, struct scratch *s, uint64_t n)
{
	return format_number(p->site->words, s, n);
}

struct str page_date(const struct page *p, struct scratch *s, int64_t wall_ms)
{
	return format_date(p->site->words, p->site->zone, wall_ms, s);
}

struct str page_date_time(
	const struct page *p, struct scratch *s, int64_t wall_ms)
{
	return format_date_time(p->site->words, p->site->zone, wall_ms, s);
}

static void time_element(struct page *p, struct str machine, struct str text)
{
	html_lit(&p->h, "<time datetime=\"");
	html_attr(&p->h, machine);
	html_lit(&p->h, "\">");
	html_text(&p->h, text);
	html_lit(&p->h, "</time>");
}

void say_date(struct page *p, int64_t wall_ms)
{
	struct scratch machine;
	struct scratch text;

	time_element(p, format_rfc3339(wall_ms, &machine),
		page_date(p, &text, wall_ms));
}

void say_date_time(struct page *p, int64_t wall_ms)
{
	struct scratch machine;
	struct scratch text;

	time_element(p, format_rfc3339(wall_ms, &machine),
		page_date_time(p, &text, wall_ms));
}

void say_day(struct page *p, int32_t day)
{
	struct scratch machine;
	struct scratch text;
	struct str moment = format_rfc3339((int64_t)day * 86400000, &machine);

	time_element(p, str_slice(moment, 0, 10),
		format_day(p->site->words, day, &text));
}

void say_fault(struct page *p, struct str id, struct str words)
{
	html_lit(&p->h, "<p class=\"fault\" id=\"");
	html_attr(&p->h, id);
	html_lit(&p->h, "-fault\"><span class=\"hidden\">");
	say(p, "Error:");
	html_lit(&p->h, "</span> ");
	html_text(&p->h, words);
	html_lit(&p->h, "</p>\n");
}

void say_faults_begin(struct page *p)
{
	html_lit(&p->h,
		"<div class=\"faults\" role=\"alert\" "
		"aria-labelledby=\"faults\" tabindex=\"-1\">\n"
		"<h2 id=\"faults\">");
	say(p, "There is a problem");
	html_lit(&p->h, "</h2>\n");
}
