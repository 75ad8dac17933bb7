#include "role/theme.h"

#include "base/enc.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "page/theme.h"

struct loader {
	int fd;
	const struct language *list;
	size_t n;
	theme_complain complain;
	void *context;
	struct theme *t;
};

static void tell(struct loader *l, const char *file, const char *what)
{
	char sentence[400];

	(void)snprintf(sentence, sizeof(sentence),
		"theme/%s: %s: ours is shown", file, what);
	l->complain(l->context, sentence);
}

static void tell_fault(
	struct loader *l, const char *file, const struct theme_fault *f)
{
	struct str at = str_slice(f->at, 0, 60);
	char sentence[400];

	(void)snprintf(sentence, sizeof(sentence),
		at.len > 0 ? "theme/%s:%u: \"%.*s\" %s: ours is shown"
			   : "theme/%s:%u: %.*s%s: ours is shown",
		file, f->line, STR_ARG(at), f->what);
	l->complain(l->context, sentence);
}

/* ERR_NOT_FOUND in silence; else an error that was told. */
static enum err read_file(
	struct loader *l, const char *file, size_t max_bytes, struct buf *b)
{
	enum err e;

	buf_init(b, max_bytes);
	e = l->fd < 0 ? ERR_NOT_FOUND : file_read(l->fd, file, b);
	if (e == ERR_TOO_LARGE)
		tell(l, file, "it is too large");
	else if (e != OK && e != ERR_NOT_FOUND)
		tell(l, file, err_text(e));
	return e;
}

/* A name that changes with the content. */
static void name_path(struct str body, const char *end, char path[32])
{
	struct sha256 hash;
	struct buf hex;

	sha256(body.at, body.len, &hash);
	buf_init(&hex, 64);
	enc_hex(&hex, hash.byte, 8);
	(void)snprintf(path, 32, "/theme/%s.%s",
		buf_err(&hex) == OK ? hex.at : "0", end);
	buf_release(&hex);
}

static enum err load_css(struct loader *l)
{
	struct theme_fault fault;
	struct buf text;
	enum err e = read_file(l, "theme.css", THEME_CSS_MAX_BYTES, &text);

	if (e == OK) {
		e = theme_css(buf_view(&text), &l->t->css, &fault);
		if (e == ERR_INVALID)
			tell_fault(l, "theme.css", &fault);
		if (e == OK)
			name_path(buf_view(&l->t->css), "css", l->t->css_path);
		else
			buf_clear(&l->t->css);
	}
	buf_release(&text);
	return e;
}

static enum err load_logo(struct loader *l, bool is_svg)
{
	const char *file = is_svg ? "logo.svg" : "logo.png";
	struct buf *b = &l->t->logo;
	enum err e = read_file(l, file, THEME_LOGO_MAX_BYTES, b);

	if (e == OK && theme_logo(buf_view(b), is_svg) != OK) {
		tell(l, file, is_svg ? "it is no SVG" : "it is no PNG");
		e = ERR_INVALID;
	}
	if (e != OK) {
		buf_release(b);
		return e;
	}
	l->t->logo_is_svg = is_svg;
	name_path(buf_view(b), is_svg ? "svg" : "png", l->t->logo_path);
	return OK;
}

/* One fragment for a view, from this file. */
static enum err load_file(struct loader *l, const char *file, size_t view,
	bool quiet, struct buf *out)
{
	struct html h = { .out = out, .has_prefix = language_has };
	struct theme_fault fault;
	struct buf text;
	enum err e = read_file(l, file, THEME_FRAGMENT_MAX_BYTES, &text);

	if (view > 0)
		h.prefix = l->list[view % l->n].prefix;
	if (e == OK)
		e = theme_fragment(buf_view(&text), &h, &fault);
	if (e == ERR_INVALID && !quiet)
		tell_fault(l, file, &fault);
	if (e != OK)
		buf_clear(out);
	buf_release(&text);
	return e;
}

/* In the view's language, or else in the first. */
static enum err load_text(
	struct loader *l, const char *name, size_t view, struct theme_text *to)
{
	const struct language *language = &l->list[view % l->n];
	char file[96];
	enum err e = ERR_NOT_FOUND;

	/* A reference can be longer than its character, never by so much. */
	buf_init(&to->markup, 8 * (size_t)THEME_FRAGMENT_MAX_BYTES);
	(void)snprintf(file, sizeof(file), "%s.%.*s.html", name,
		STR_ARG(language->tag));
	if (view % l->n != 0)
		e = load_file(l, file, view, false, &to->markup);
	to->words = language->words;
	if (e != ERR_NOT_FOUND)
		return e;
	to->words = l->list[0].words;
	(void)snprintf(file, sizeof(file), "%s.html", name);
	return load_file(l, file, view, view > 0, &to->markup);
}

/* What was told is told; only memory ends a start. */
static bool is_over(enum err e)
{
	return e == ERR_MEMORY;
}

enum err theme_load(int theme_fd, const struct language *list, size_t n,
	theme_complain complain, void *context, struct theme *ret_theme)
{
	struct loader l = { theme_fd, list, n, complain, context, ret_theme };
	enum err e;

	*ret_theme = (struct theme){ .logo_is_svg = false };
	buf_init(&ret_theme->css, 4 * (size_t)THEME_CSS_MAX_BYTES);
	e = load_css(&l);
	if (!is_over(e))
		e = load_logo(&l, true);
	if (e == ERR_NOT_FOUND)
		e = load_logo(&l, false);
	for (size_t i = 0; !is_over(e) && i < language_views(n); i++) {
		e = load_text(&l, "header", i, &ret_theme->header[i]);
		if (!is_over(e))
			e = load_text(&l, "footer", i, &ret_theme->footer[i]);
	}
	return is_over(e) ? e : OK;
}

void theme_release(struct theme *t)
{
	buf_release(&t->css);
	buf_release(&t->logo);
	for (size_t i = 0; i < VIEWS_MAX; i++) {
		buf_release(&t->header[i].markup);
		buf_release(&t->footer[i].markup);
	}
}

static struct page_fragment fragment(const struct theme_text *t)
{
	return (struct page_fragment){
		t->markup.len == 0 ? STR("") : buf_view(&t->markup), t->words
	};
}

struct page_theme theme_page(const struct theme *t, size_t view)
{
	return (struct page_theme){ .css_path = str_c(t->css_path),
		.logo_path = str_c(t->logo_path),
		.header = fragment(&t->header[view]),
		.footer = fragment(&t->footer[view]) };
}
