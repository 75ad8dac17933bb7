#include "page/layout.h"

#include <stdio.h>

#include "page/asset.h"

struct str petition_path(
	struct scratch *s, uint64_t id, bool archived, const char *tail)
{
	int n = snprintf(s->at, sizeof(s->at), "%s/petitions/%llu%s",
		archived ? "/archived" : "", (unsigned long long)id, tail);

	return (struct str){ s->at, (size_t)n };
}

static void asset_path(struct page *p, struct str name)
{
	const struct asset *a = asset_named(name);

	html_url(&p->h, a == NULL ? STR("#") : a->path);
}

/* The absolute address of path in a language. */
static void language_url(struct page *p, struct str prefix, struct str path)
{
	struct html h = {
		.out = p->h.out, .prefix = prefix, .has_prefix = language_has
	};

	html_url(&h, p->site->base_url);
	html_url(&h, path);
}

/* The prefix of a language's own address: the first one has none. */
static struct str own_prefix(const struct page_site *site, size_t i)
{
	return i == 0 ? STR("") : site->languages[i].prefix;
}

static void alternate(
	struct page *p, struct str lang, struct str prefix, struct str path)
{
	html_lit(&p->h, "<link rel=\"alternate\" hreflang=\"");
	html_attr(&p->h, lang);
	html_lit(&p->h, "\" href=\"");
	language_url(p, prefix, path);
	html_lit(&p->h, "\">\n");
}

/* The page's one address in this language, and those in the others. */
static void meta_url(struct page *p, struct str path)
{
	const struct page_site *site = p->site;
	struct str prefix = own_prefix(site, site->language);

	html_lit(&p->h, "<link rel=\"canonical\" href=\"");
	language_url(p, prefix, path);
	html_lit(&p->h, "\">\n<meta property=\"og:url\" content=\"");
	language_url(p, prefix, path);
	html_lit(&p->h, "\">\n");
	if (site->languages_count < 2 || !language_has(path))
		return;
	for (size_t i = 0; i < site->languages_count; i++)
		alternate(p, site->languages[i].words->lang,
			own_prefix(site, i), path);
	alternate(p, STR("x-default"), STR(""), path);
}

/* Underscores for Open Graph: en_GB. */
static void meta_locale(struct page *p, struct str lang)
{
	struct scratch s;
	size_t n = lang.len < sizeof(s.at) ? lang.len : sizeof(s.at);

	for (size_t i = 0; i < n; i++)
		s.at[i] = lang.at[i] == '-' ? '_' : lang.at[i];
	html_lit(&p->h, "<meta property=\"og:locale\" content=\"");
	html_attr(&p->h, (struct str){ s.at, n });
	html_lit(&p->h, "\">\n");
}

/* Its size is image/image.h's. */
static void image(struct page *p, struct str path)
{
	html_lit(&p->h, "<meta property=\"og:image\" content=\"");
	html_url(&p->h, p->site->base_url);
	html_url(&p->h, path);
	html_lit(&p->h,
		"\">\n<meta property=\"og:image:width\" content=\"1200\">\n"
		"<meta property=\"og:image:height\" content=\"630\">\n"
		"<meta name=\"twitter:card\" "
		"content=\"summary_large_image\">\n");
}

static void open_graph(struct page *p, const struct layout *l, struct str lang)
{
	html_lit(&p->h, "<meta property=\"og:site_name\" content=\"");
	html_attr(&p->h, p->site->title);
	html_lit(&p->h, "\">\n");
	meta_locale(p, lang);
	html_lit(&p->h, "<meta property=\"og:type\" content=\"");
	html_attr(&p->h, l->is_article ? STR("article") : STR("website"));
	html_lit(&p->h, "\">\n<meta property=\"og:title\" content=\"");
	if (l->is_article)
		sayf(p, "Petition: {1}", .arg = { l->title });
	else
		html_attr(&p->h, l->title.len > 0 ? l->title : p->site->title);
	html_lit(&p->h, "\">\n");
	if (l->description.len > 0) {
		html_lit(&p->h, "<meta name=\"description\" content=\"");
		html_attr(&p->h, l->description);
		html_lit(&p->h,
			"\">\n<meta property=\"og:description\" content=\"");
		html_attr(&p->h, l->description);
		html_lit(&p->h, "\">\n");
	}
	if (l->image.at != NULL)
		image(p, l->image);
	else
		html_lit(&p->h,
			"<meta name=\"twitter:card\" "
			"content=\"summary\">\n");
	if (l->path.len > 0 && !l->is_part)
		meta_url(p, l->path);
}

static void title(struct page *p, const struct layout *l)
{
	html_lit(&p->h, "<title>");
	if (l->has_faults)
		sayf(p, "Error: {1}", .arg = { l->title });
	else
		html_text(&p->h, l->title);
	if (l->title.len > 0)
		html_lit(&p->h, " - ");
	html_text(&p->h, p->site->title);
	html_lit(&p->h, "</title>\n");
}

static void head(struct page *p, const struct layout *l, struct str lang)
{
	html_lit(&p->h,
		"<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\">\n");
	title(p, l);
	html_lit(
		&p->h, "<meta name=\"color-scheme\" content=\"light dark\">\n");
	if (l->is_noindex)
		html_lit(&p->h, "<meta name=\"robots\" content=\"noindex\">\n");
	open_graph(p, l, lang);
	html_lit(&p->h, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
	asset_path(p, STR("icon.svg"));
	html_lit(&p->h, "\">\n<link rel=\"apple-touch-icon\" href=\"");
	asset_path(p, STR("icon-180.png"));
	html_lit(&p->h,
		"\">\n<link rel=\"manifest\" href=\"/manifest.json\">\n"
		"<link rel=\"stylesheet\" href=\"");
	asset_path(p, STR("style.css"));
	html_lit(&p->h, "\">\n");
	if (p->site->theme.css_path.len > 0) {
		html_lit(&p->h, "<link rel=\"stylesheet\" href=\"");
		html_url(&p->h, p->site->theme.css_path);
		html_lit(&p->h, "\">\n");
	}
	if (l->library.len > 0) {
		html_lit(&p->h, "<script defer src=\"");
		asset_path(p, l->library);
		html_lit(&p->h, "\"></script>\n");
	}
	if (l->script.len > 0) {
		html_lit(&p->h, "<script defer src=\"");
		asset_path(p, l->script);
		html_lit(&p->h, "\"></script>\n");
	}
	html_lit(&p->h, "</head>\n");
}

struct menu_item {
	struct str url;
	struct str label;
};

static void menu(struct page *p, const struct menu_item *item, size_t count,
	struct str here)
{
	html_lit(&p->h, "<ul>\n");
	for (size_t i = 0; i < count; i++) {
		html_lit(&p->h, "<li><a href=\"");
		html_url(&p->h, item[i].url);
		if (str_eq(item[i].url, here))
			html_lit(&p->h, "\" aria-current=\"page");
		html_lit(&p->h, "\">");
		html_text(&p->h, words_find(p->site->words, item[i].label));
		html_lit(&p->h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n");
}

/* The institution's own, in whatever language it has it. */
static void fragment(struct page *p, const struct page_fragment *f)
{
	if (f->markup.len == 0)
		return;
	html_lit(&p->h, "<div class=\"own\"");
	if (f->words != NULL && f->words != p->site->words) {
		html_lit(&p->h, " lang=\"");
		html_attr(&p->h, f->words->lang);
		html_lit(&p->h, "\" dir=\"");
		html_attr(&p->h,
			f->words->right_to_left ? STR("rtl") : STR("ltr"));
		html_lit(&p->h, "\"");
	}
	html_lit(&p->h, ">\n<div class=\"wrap\">\n");
	buf_str(p->h.out, f->markup);
	html_lit(&p->h, "</div>\n</div>\n");
}

/* The title stands beside it, so it says nothing to those who hear the page. */
static void logo(struct page *p)
{
	if (p->site->theme.logo_path.len > 0) {
		html_lit(&p->h, "<img src=\"");
		html_url(&p->h, p->site->theme.logo_path);
		html_lit(&p->h, "\" alt=\"\" height=\"44\">");
		return;
	}
	html_lit(&p->h,
		"<svg viewBox=\"0 0 32 32\" width=\"32\" height=\"32\" "
		"aria-hidden=\"true\" focusable=\"false\">"
		"<path d=\"M6 3h15l5 5v21H6z\"/>"
		"<path d=\"M10 12h12M10 17h12\"/>"
		"<path d=\"M10 24c2-4 3-4 4-1s2 2 3 0 2-2 5 0\"/>"
		"</svg>");
}

static void header(struct page *p, struct str here)
{
	static const struct menu_item item[] = {
		{ STR_INIT("/"), words_mark("Home") },
		{ STR_INIT("/petitions"), words_mark("Browse petitions") },
		{ STR_INIT("/help"), words_mark("How petitions work") },
		{ STR_INIT("/who-can-read"), words_mark("Who can read what") },
	};

	html_lit(&p->h,
		"<header class=\"top\">\n<div class=\"wrap\">\n"
		"<a class=\"brand\" href=\"");
	html_url(&p->h, STR("/"));
	html_lit(&p->h, "\">");
	logo(p);
	html_lit(&p->h, "<span>");
	html_text(&p->h, p->site->title);
	html_lit(&p->h, "</span></a>\n<nav aria-label=\"");
	html_attr(&p->h, tr(p, "Main"));
	html_lit(&p->h, "\">\n");
	menu(p, item, sizeof(item) / sizeof(item[0]), here);
	html_lit(&p->h, "</nav>\n</div>\n");
	fragment(p, &p->site->theme.header);
	html_lit(&p->h, "</header>\n");
}

void layout_begin(struct page *p, struct buf *out, const struct page_site *site,
	const struct layout *l)
{
	const struct catalogue *words =
		site->words == NULL ? catalogue_english() : site->words;

	*p = (struct page){ .h = { .out = out,
				    .prefix = site->prefix,
				    .has_prefix = language_has },
		.site = site,
		.path = l->path };
	html_lit(&p->h, "<!DOCTYPE html>\n<html lang=\"");
	html_attr(&p->h, words->lang);
	if (words->right_to_left)
		html_lit(&p->h, "\" dir=\"rtl");
	html_lit(&p->h, "\">\n");
	head(p, l, words->lang);
	html_lit(&p->h, "<body>\n<a class=\"skip\" href=\"#main\">");
	say(p, "Skip to main content");
	html_lit(&p->h, "</a>\n");
	header(p, l->path);
	html_lit(&p->h, "<main id=\"main\" class=\"wrap\" tabindex=\"-1\">\n");
}

/* Each language in its own words.  Those who choose the first one choose it
 * by name, or their browser's preference would lead them back. */
static void language_switch(struct page *p)
{
	const struct page_site *site = p->site;
	struct str path = site->here.at != NULL ? site->here
		: p->path.at != NULL            ? p->path
						: STR("/");

	if (site->languages_count < 2)
		return;
	html_lit(&p->h, "<nav class=\"languages\" aria-label=\"");
	html_attr(&p->h, tr(p, "Language"));
	html_lit(&p->h, "\">\n<ul>\n");
	for (size_t i = 0; i < site->languages_count; i++) {
		const struct language *l = &site->languages[i];
		struct html h = { .out = p->h.out,
			.prefix = l->prefix,
			.has_prefix = language_has };

		html_lit(&h, "<li><a lang=\"");
		html_attr(&h, l->words->lang);
		html_lit(&h, "\" hreflang=\"");
		html_attr(&h, l->words->lang);
		html_lit(&h, "\" dir=\"auto\" href=\"");
		html_url(&h, path);
		if (i == site->language)
			html_lit(&h, "\" aria-current=\"true");
		html_lit(&h, "\">");
		html_text(&h, l->words->name);
		html_lit(&h, "</a></li>\n");
	}
	html_lit(&p->h, "</ul>\n</nav>\n");
}

void layout_end(struct page *p)
{
	static const struct menu_item item[] = {
		{ STR_INIT("/help"), words_mark("Help") },
		{ STR_INIT("/standards"), words_mark("Petition standards") },
		{ STR_INIT("/privacy"), words_mark("Privacy") },
		{ STR_INIT("/cookies"), words_mark("Cookies") },
		{ STR_INIT("/accessibility"), words_mark("Accessibility") },
		{ STR_INIT("/who-can-read"), words_mark("Who can read what") },
		{ STR_INIT("/parliaments"), words_mark("Earlier periods") },
		{ STR_INIT("/c"), words_mark("Confirm with a code") },
		{ STR_INIT("/log/keys"), words_mark("Keys of the public log") },
	};

	html_lit(&p->h, "</main>\n<footer class=\"bottom\">\n");
	fragment(p, &p->site->theme.footer);
	html_lit(&p->h, "<div class=\"wrap\">\n<nav aria-label=\"");
	html_attr(&p->h, tr(p, "About this site"));
	html_lit(&p->h, "\">\n");
	menu(p, item, sizeof(item) / sizeof(item[0]), STR_NULL);
	html_lit(&p->h, "</nav>\n");
	language_switch(p);
	say_in(p, "p",
		"Every signature counts once, and anyone can check the count. "
		"No cookies, no tracking, no account.");
	html_lit(&p->h, "</div>\n</footer>\n</body>\n</html>\n");
}
