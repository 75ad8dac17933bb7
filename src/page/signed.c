/*
 * signed.c - what a signer sees below "Your signature is confirmed": how many
 * have signed, where it counts, how to tell others, and what happens next.
 */
#include "page/receipt.h"

#include "page/local.h"

/* Addresses that open somebody else's form with text in it; nothing is loaded
 * from there.  The title goes in front of the address where there is room. */
struct share {
	struct str name;
	struct str before;
	struct str between;
};

/* clang-format off */
static const struct share shares[] = {
	{ words_mark("Email"), STR_INIT("mailto:?subject="), STR_INIT("&body=") },
	{ words_mark("WhatsApp"), STR_INIT("https://wa.me/?text="), STR_INIT("%20") },
	{ words_mark("Facebook"), STR_INIT("https://www.facebook.com/sharer/sharer.php?quote="), STR_INIT("&u=") },
	{ words_mark("Bluesky"), STR_INIT("https://bsky.app/intent/compose?text="), STR_INIT("%20") },
	{ STR_INIT("X"), STR_INIT("https://x.com/intent/post?text="), STR_INIT("&url=") },
};
/* clang-format on */

static void put_part(struct buf *b, struct str s)
{
	struct html h = { .out = b };

	html_url_part(&h, s);
}

static void share_link(struct page *p, const struct share *share,
	struct str title, struct str url)
{
	struct buf b;

	buf_init(&b, 8192);
	buf_str(&b, share->before);
	put_part(&b, title);
	buf_str(&b, share->between);
	put_part(&b, url);
	html_lit(&p->h, "<li>");
	html_link(&p->h, buf_view(&b), words_find(p->site->words, share->name));
	html_lit(&p->h, "</li>\n");
	buf_release(&b);
}

static void share(struct page *p, const struct page_receipt *r)
{
	struct scratch path;
	struct buf url;

	buf_init(&url, 1024);
	buf_str(&url, p->site->base_url);
	buf_str(&url, petition_path(&path, r->petition_id, false, ""));
	html_lit(&p->h, "<h2>");
	say(p, "Tell others");
	html_lit(&p->h, "</h2>\n<p>");
	say(p, "This address says nothing about you:");
	html_lit(&p->h, "</p>\n<pre tabindex=\"0\"><code>");
	html_text(&p->h, buf_view(&url));
	html_lit(&p->h, "</code></pre>\n<ul>\n");
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		share_link(p, &shares[i], r->action, buf_view(&url));
	html_lit(&p->h, "</ul>\n");
	buf_release(&url);
}

static void next(struct page *p)
{
	struct scratch first, second;

	html_lit(&p->h, "<h2>");
	say(p, "What happens next?");
	html_lit(&p->h, "</h2>\n");
	sayf_in(p, "p",
		"At {1} signatures the Government responds. At {2} signatures "
		"the petition is considered for a debate in Parliament.",
		.arg = { page_number(p, &first, p->site->response_threshold),
			page_number(p, &second, p->site->debate_threshold) });
	say_in(p, "p",
		"If you asked for updates, we email you then. The email that "
		"brought you here also lets you withdraw your signature, stop "
		"updates or see what we hold about you.");
}

void receipt_count(struct page *p, const struct page_receipt *r)
{
	html_lit(&p->h, "<p class=\"lead\">");
	say_count(p, "{1} signature so far", "{1} signatures so far", r->count);
	html_lit(&p->h, "</p>\n");
}

static bool is_counted(const struct page_receipt *r)
{
	return r->state == PAGE_WAITING || r->state == PAGE_COUNTED;
}

void receipt_area(struct page *p, const struct page_receipt *r)
{
	if (r->area == NULL || !is_counted(r))
		return;
	html_lit(&p->h, "<h2>");
	say(p, "Where your signature counts");
	html_lit(&p->h, "</h2>\n<p id=\"area\">");
	local_link(p, r->area, STR(""), r->area->name);
	html_lit(&p->h, "<br>");
	local_member(p, r->area, true);
	html_lit(&p->h, "</p>\n<p class=\"small\">");
	say(p,
		"This follows from your postcode. It stands in no entry of the "
		"log, and only who has the promise below can see it.");
	html_lit(&p->h, "</p>\n");
}

void receipt_more(struct page *p, const struct page_receipt *r)
{
	if (!is_counted(r))
		return;
	if (r->is_open)
		share(p, r);
	next(p);
}
