#include "base/rng.h"
#include "lives.h"

/* Of a hundred; the rest are plain. */
static const struct {
	const char *name;
	unsigned percent;
} kinds[LIFE_KINDS] = {
	[LIFE_PLAIN] = { "plain", 0 },
	[LIFE_EMPTY_NAME] = { "without a name at first", 5 },
	[LIFE_BAD_POSTCODE] = { "with no postcode at first", 5 },
	[LIFE_DOUBLE] = { "pressed twice", 6 },
	[LIFE_AGAIN_BEFORE] = { "signed twice, pressed both", 4 },
	[LIFE_AGAIN_AFTER] = { "signed again when counted", 4 },
	[LIFE_HOUSEHOLD] = { "two of one mailbox", 3 },
	[LIFE_LOST_MAIL] = { "got no mail", 3 },
	[LIFE_LATE] = { "confirmed late", 3 },
	[LIFE_NEVER] = { "never confirmed", 3 },
};

enum { ABROAD_PERCENT = 4, UPDATES_PERCENT = 25, STOPS_PERCENT = 20 };

static const char *const countries[] = { "FR", "DE", "ES", "US", "AU" };

static const struct {
	const char *name;
	enum load_kind kind;
	bool wants_body;
} steps[] = {
	[STEP_SEE] = { "see the page", LOAD_PAGE, true },
	[STEP_ASSETS] = { "get its assets", LOAD_ASSET, false },
	[STEP_SEE_AGAIN] = { "see it again", LOAD_AGAIN, false },
	[STEP_FORM] = { "open the form", LOAD_FORM, true },
	[STEP_FORM_ASSETS] = { "get the form's assets", LOAD_ASSET, false },
	[STEP_FAULT] = { "make a mistake", LOAD_FAULT, false },
	[STEP_CHECK] = { "check", LOAD_CHECK, false },
	[STEP_SEND] = { "send", LOAD_POST, false },
	[STEP_MAIL] = { "wait for the mail", LOAD_MAIL, false },
	[STEP_LINK] = { "open the link", LOAD_LINK, false },
	[STEP_CONFIRM] = { "confirm", LOAD_CONFIRM, false },
	[STEP_RECEIPT] = { "read the receipt", LOAD_RECEIPT, false },
	[STEP_STOP] = { "stop updates", LOAD_STOP, false },
	[STEP_OTHER] = { "confirm again", LOAD_OTHER, false },
	[STEP_END] = { "end", LOAD_KINDS, false },
};

const char *life_step_name(enum life_step step)
{
	return steps[step].name;
}

const char *life_kind_name(enum life_kind kind)
{
	return kinds[kind].name;
}

static unsigned draw(unsigned below)
{
	return (unsigned)rng_below(rng_system(), below);
}

static enum life_kind draw_kind(void)
{
	unsigned of_hundred = draw(100);

	for (int k = 1; k < LIFE_KINDS; k++) {
		if (of_hundred < kinds[k].percent)
			return (enum life_kind)k;
		of_hundred -= kinds[k].percent;
	}
	return LIFE_PLAIN;
}

void life_begin(struct life_world *w, struct life *l, uint32_t id)
{
	*l = (struct life){ .id = id, .kind = draw_kind(), .country = "GB" };
	w->kinds[l->kind]++;
	/* Nine in ten sign the first petition. */
	l->petition =
		w->petition[draw(10) == 0 ? draw((unsigned)w->petitions) : 0];
	l->abroad = draw(100) < ABROAD_PERCENT &&
		l->kind != LIFE_BAD_POSTCODE && l->kind != LIFE_HOUSEHOLD;
	l->updates = draw(100) < UPDATES_PERCENT;
	l->stops = l->updates && draw(100) < STOPS_PERCENT;
	if (l->abroad)
		l->country = countries[draw(5)];
	else
		l->postcode = w->postcode[draw((unsigned)w->postcodes)];
}

unsigned life_requests(const struct life_world *w, const struct life *l)
{
	switch (l->step) {
	case STEP_ASSETS:
		return (unsigned)w->page_assets;
	case STEP_FORM_ASSETS:
		return (unsigned)w->form_assets;
	case STEP_SEND:
		return l->kind == LIFE_DOUBLE ? 2 : 1;
	case STEP_MAIL:
	case STEP_END:
		return 0;
	default:
		return 1;
	}
}

/* ---- requests ---- */

static void put_plus(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_byte(b, text.at[i] == ' ' ? '+' : (uint8_t)text.at[i]);
}

static void put_form(
	const struct life_world *w, const struct life *l, struct buf *b)
{
	bool faulty = l->step == STEP_FAULT;
	bool second = l->kind == LIFE_HOUSEHOLD && l->round == 1;

	buf_printf(b, "eligible=1&form=%s&shown=%s&country=%s&name=", l->form,
		l->shown, l->country);
	if (!faulty || l->kind != LIFE_EMPTY_NAME)
		buf_printf(
			b, "%s+%s+%u", second ? "Bo" : "Ida", w->salt, l->id);
	buf_printf(b, "&email=life.%u%%40%s.example.org&postcode=", l->id,
		w->salt);
	if (faulty && l->kind == LIFE_BAD_POSTCODE)
		buf_c(b, "nonsense");
	else
		put_plus(b, l->postcode);
	if (l->updates)
		buf_c(b, "&updates=1");
	buf_printf(b, "&website=&stage=%s",
		l->step == STEP_SEND ? "send" : "check");
}

/* The same asset is asked for again only after a failure. */
static const char *next_asset(const struct life_world *w, struct life *l)
{
	bool of_form = l->step == STEP_FORM_ASSETS;
	size_t n = of_form ? w->form_assets : w->page_assets;
	size_t i = l->asset++ % n;

	return of_form ? w->form_asset[i] : w->page_asset[i];
}

static void path_of(
	const struct life_world *w, struct life *l, char *ret_path, size_t size)
{
	const char *token =
		l->token[l->step == STEP_OTHER ? 1 - l->used : l->used];
	bool lost = l->kind == LIFE_LOST_MAIL && l->round == 1;
	unsigned long long id = l->petition;

	switch (l->step) {
	case STEP_ASSETS:
	case STEP_FORM_ASSETS:
		(void)snprintf(ret_path, size, "%s", next_asset(w, l));
		break;
	case STEP_FORM:
		(void)snprintf(ret_path, size, "/petitions/%llu/signatures/%s",
			id, lost ? "no-email" : "new");
		break;
	case STEP_FAULT:
	case STEP_CHECK:
	case STEP_SEND:
		(void)snprintf(
			ret_path, size, "/petitions/%llu/signatures/new", id);
		break;
	case STEP_LINK:
	case STEP_CONFIRM:
	case STEP_OTHER:
		(void)snprintf(ret_path, size, "/c/%s", token);
		break;
	case STEP_RECEIPT:
		(void)snprintf(ret_path, size, "%s", l->receipt);
		break;
	case STEP_STOP:
		(void)snprintf(ret_path, size, "/s/%s/updates", token);
		break;
	default:
		(void)snprintf(ret_path, size, "/petitions/%llu", id);
	}
}

void life_put(const struct life_world *w, struct life *l, struct buf *b,
	enum load_kind *ret_kind, bool *ret_wants_body)
{
	bool is_form = l->step == STEP_FAULT || l->step == STEP_CHECK ||
		l->step == STEP_SEND;
	bool is_post = is_form || l->step == STEP_CONFIRM ||
		l->step == STEP_OTHER || l->step == STEP_STOP;
	struct buf body;
	char path[160];

	buf_init(&body, 2048);
	if (is_form)
		put_form(w, l, &body);
	path_of(w, l, path, sizeof(path));
	load_put_head(b,
		&(struct load_head){ .method = is_post ? "POST " : "GET ",
			.path = path,
			.host = w->host,
			.body_len = body.len,
			.etag = l->step == STEP_SEE_AGAIN ? str_c(l->etag)
							  : STR(""),
			.plain = steps[l->step].wants_body });
	buf_str(b, buf_view(&body));
	buf_release(&body);
	*ret_kind = steps[l->step].kind;
	*ret_wants_body = steps[l->step].wants_body;
}

/* ---- answers ---- */

/* What stands between two marks; empty if they are not there. */
static struct str between(struct str text, const char *before, char after)
{
	const char *at = memmem(text.at, text.len, before, strlen(before));
	const char *end;

	if (at == NULL)
		return STR("");
	at += strlen(before);
	end = memchr(at, after, text.len - (size_t)(at - text.at));
	return end == NULL ? STR("") : (struct str){ at, (size_t)(end - at) };
}

static bool keep(struct str text, char *ret_text, size_t size)
{
	if (text.len == 0 || text.len >= size)
		return false;
	memcpy(ret_text, text.at, text.len);
	ret_text[text.len] = '\0';
	return true;
}

static bool has_path(char (*path)[96], size_t n, struct str text)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_c(path[i]), text))
			return true;
	return false;
}

/* What a browser gets at once: all but the icons of telephones' desktops. */
static void find_assets(struct life_world *w, struct str body, bool of_form)
{
	static const char MARK[] = "\"/assets/";
	char(*path)[96] = of_form ? w->form_asset : w->page_asset;
	size_t *n = of_form ? &w->form_assets : &w->page_assets;
	const char *end = body.at + body.len, *at = body.at;

	while ((at = memmem(at, (size_t)(end - at), MARK, sizeof(MARK) - 1)) !=
		NULL) {
		struct str rest = { at + 1, (size_t)(end - at) - 1 };
		struct str found = str_slice(rest, 0, str_find(rest, '"'));

		at += sizeof(MARK) - 1;
		if (*n < LIFE_PATHS_MAX && found.len < sizeof(path[0]) &&
			memmem(found.at, found.len, "icon-180", 8) == NULL &&
			!has_path(w->page_asset, w->page_assets, found) &&
			!has_path(path, *n, found))
			(void)keep(found, path[(*n)++], sizeof(path[0]));
	}
}

static bool take_page(
	struct life_world *w, struct life *l, const struct load_reply *reply)
{
	if (w->page_assets == 0)
		find_assets(w, reply->body, false);
	return keep(load_field(reply->head, "\r\nETag: "), l->etag,
		sizeof(l->etag));
}

static bool take_form(
	struct life_world *w, struct life *l, const struct load_reply *reply)
{
	if (w->form_assets == 0)
		find_assets(w, reply->body, true);
	return keep(between(reply->body, "name=\"form\" value=\"", '"'),
		       l->form, sizeof(l->form)) &&
		keep(between(reply->body, "name=\"shown\" value=\"", '"'),
			l->shown, sizeof(l->shown));
}

/* Location: /receipts/SLOT/C, with a promise behind it or without. */
static bool take_receipt(
	struct life_world *w, struct life *l, const struct load_reply *reply)
{
	struct str at = load_field(reply->head, "\r\nLocation: ");
	struct str path = str_slice(at, 0, str_find(at, '?'));
	unsigned long long slot;
	char c[44];

	if (!keep(at, l->receipt, sizeof(l->receipt)) &&
		!keep(path, l->receipt, sizeof(l->receipt)))
		return false;
	if (sscanf(l->receipt, "/receipts/%llu/%43[A-Za-z0-9_-]", &slot, c) !=
			2 ||
		strlen(c) != 43)
		return false;
	(void)fprintf(w->ledger, "confirm %llu %s %llu %u.%u %d\n", slot, c,
		(unsigned long long)l->petition, l->id,
		l->kind == LIFE_HOUSEHOLD ? l->round : 0, path.len < at.len);
	return true;
}

static void take_sent(const struct life_world *w, const struct life *l)
{
	(void)fprintf(w->ledger, "form %s %llu %u.%u\n", l->form,
		(unsigned long long)l->petition, l->id,
		l->kind == LIFE_HOUSEHOLD ? l->round : 0);
}

/* ---- from step to step ---- */

static void end_person(
	struct life_world *w, const struct life *l, bool is_counted)
{
	*(is_counted ? &w->counted : &w->pending) += 1;
	(void)fprintf(w->ledger, "end %u.%u %s %llu %s %.*s\n", l->id,
		l->kind == LIFE_HOUSEHOLD ? l->round : 0,
		is_counted ? "counted" : "pending",
		(unsigned long long)l->petition, l->country,
		STR_ARG(l->postcode));
}

static enum life_step counted(struct life_world *w, struct life *l)
{
	bool again = l->kind == LIFE_AGAIN_AFTER || l->kind == LIFE_HOUSEHOLD;

	end_person(w, l, true);
	if (again && l->round == 0) {
		l->round = 1;
		return STEP_FORM;
	}
	return l->kind == LIFE_AGAIN_BEFORE ? STEP_OTHER : STEP_END;
}

static enum life_step mailed(struct life_world *w, struct life *l)
{
	bool twice = l->kind == LIFE_AGAIN_BEFORE || l->kind == LIFE_LOST_MAIL;

	if (l->kind == LIFE_AGAIN_AFTER && l->round == 1)
		return l->told > 0 ? STEP_END : STEP_MAIL;
	if (l->tokens <= l->round)
		return STEP_MAIL;
	if (l->kind == LIFE_NEVER) {
		end_person(w, l, false);
		return STEP_END;
	}
	if (twice && l->round == 0) {
		l->round = 1;
		return STEP_FORM;
	}
	l->used = l->kind == LIFE_AGAIN_BEFORE ? draw(2) : l->round;
	return STEP_LINK;
}

static enum life_step typed(const struct life *l)
{
	bool errs = l->kind == LIFE_EMPTY_NAME || l->kind == LIFE_BAD_POSTCODE;

	return errs && l->round == 0 ? STEP_FAULT : STEP_CHECK;
}

static enum life_step next(struct life_world *w, struct life *l)
{
	switch (l->step) {
	case STEP_SEE:
		return w->page_assets > 0 ? STEP_ASSETS : STEP_SEE_AGAIN;
	case STEP_FORM:
		return l->round == 0 && w->form_assets > 0 ? STEP_FORM_ASSETS
							   : typed(l);
	case STEP_FORM_ASSETS:
		return typed(l);
	case STEP_SEND:
		return mailed(w, l);
	case STEP_RECEIPT:
		return l->stops && l->round == 0 ? STEP_STOP : counted(w, l);
	case STEP_STOP:
		return counted(w, l);
	case STEP_OTHER:
		return STEP_END;
	default:
		return (enum life_step)(l->step + 1);
	}
}

static bool take_good(
	struct life_world *w, struct life *l, const struct load_reply *reply)
{
	switch (l->step) {
	case STEP_SEE:
		return take_page(w, l, reply);
	case STEP_FORM:
		return take_form(w, l, reply);
	case STEP_SEND:
		take_sent(w, l);
		return true;
	case STEP_CONFIRM:
		return take_receipt(w, l, reply);
	default:
		return true;
	}
}

enum life_answer life_take(
	struct life_world *w, struct life *l, const struct load_reply *reply)
{
	if (reply->status == LOAD_STATUS_CLOSED || reply->status >= 500)
		return LIFE_PRESSES_AGAIN;
	if (!load_good(reply) || !take_good(w, l, reply))
		return LIFE_IS_WRONGED;
	if (--l->out > 0)
		return LIFE_WAITS;
	l->step = next(w, l);
	return l->step == STEP_MAIL ? LIFE_WAITS : LIFE_GOES_ON;
}

enum life_answer life_mail(
	struct life_world *w, struct life *l, struct str token)
{
	for (unsigned i = 0; i < l->tokens; i++)
		if (str_eq(str_c(l->token[i]), token))
			return LIFE_WAITS; /* once more, after a crash */
	if (token.len == 0)
		l->told++;
	else if (l->tokens == LIFE_TOKENS ||
		!keep(token, l->token[l->tokens], LIFE_TOKEN_ROOM))
		return LIFE_IS_WRONGED;
	else
		(void)fprintf(w->ledger, "mail %.*s\n",
			(int)str_find(token, '-'), l->token[l->tokens++]);
	if (l->step != STEP_MAIL)
		return LIFE_WAITS;
	l->step = mailed(w, l);
	return l->step == STEP_MAIL ? LIFE_WAITS : LIFE_GOES_ON;
}

bool life_of_address(
	const struct life_world *w, struct str address, uint32_t *ret_id)
{
	struct str rest = address, name, number;
	uint64_t id;

	if (!str_split(&rest, '@', &name) || !str_starts(rest, str_c(w->salt)))
		return false;
	if (!str_split(&name, '.', &number) || str_u64(name, &id) != OK ||
		id > UINT32_MAX)
		return false;
	*ret_id = (uint32_t)id;
	return true;
}
