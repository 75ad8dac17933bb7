/* The page on which a reader counts one petition again. */
#include "web/routes.h"

void recount_show(
	struct app *app, struct http_request *r, const struct route_args *args)
{
	struct brief *b = shelf_brief(app->shelf, args->id);
	const struct petition *p = b == NULL ? NULL : brief_petition(b);
	struct buf page;

	if (p == NULL || !petition_is_visible(p) || p->archived) {
		brief_free(b);
		http_reply(r, app_error(app, 404));
		return;
	}
	buf_init(&page, 1 << 20);
	page_recount(&page, &app->site, p);
	http_reply(r, app_page(app, 200, &page));
	brief_free(b);
}
