#include "web/embed.h"

#include "image/image.h"
#include "web/make.h"

enum { OUT_MAX_BYTES = 1 << 20 };

/* Those that are archived too, at either address: what was embedded once goes
 * on being shown. */
static enum err find(const struct question *q, struct petition **ret_petition)
{
	enum err e =
		store_petition_element(q->arena, q->store, q->id, ret_petition);

	return e == OK ? make_shown(*ret_petition) : e;
}

static enum err make(const struct question *q,
	void (*page)(struct buf *, const struct page_site *,
		const struct petition *),
	enum make_embed what, struct http_reply **ret_reply)
{
	struct petition *p;
	struct buf b;
	enum err e = find(q, &p);

	if (e != OK)
		return e;
	buf_init(&b, OUT_MAX_BYTES);
	page(&b, q->site, p);
	return make_embed(q->site, &b, what, ret_reply);
}

enum err widget_make(const struct question *q, struct http_reply **ret_reply)
{
	return make(q, page_widget, MAKE_FRAME, ret_reply);
}

enum err badge_make(const struct question *q, struct http_reply **ret_reply)
{
	return make(q, page_badge, MAKE_BADGE, ret_reply);
}

/* What pango shows must be well-formed. */
static struct str clean(struct str s)
{
	return str_is_utf8(s) ? s : STR("");
}

enum err card_make(const struct question *q, struct http_reply **ret_reply)
{
	const struct page_site *site = q->site;
	struct petition *p;
	struct page_card card;
	struct buf b;
	enum err e = find(q, &p);

	if (e != OK)
		return e;
	page_card(site, p, &card);
	buf_init(&b, OUT_MAX_BYTES);
	e = image_card(&b,
		&(struct image_card){ .site = clean(site->title),
			.title = clean(p->action),
			.count = card.count,
			.goal = card.goal,
			.percent = card.percent });
	if (e == OK)
		return make_embed(site, &b, MAKE_CARD, ret_reply);
	buf_release(&b);
	return e;
}
