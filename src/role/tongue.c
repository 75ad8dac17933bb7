#include "role/tongue.h"

#include "base/file.h"

struct loader {
	struct tongues *t;
	int locale_fd;
	tongue_complain complain;
	void *context;
};

static void tell(struct loader *l, struct str sentence)
{
	l->complain(l->context,
		sentence.at == NULL ? "too many languages" : sentence.at);
}

/* The site's own words for tag: STR_NULL if it has none. */
static struct str read_own(struct loader *l, struct str tag, struct buf *own)
{
	char name[64];
	enum err e;

	buf_init(own, MO_MAX_BYTES);
	if (l->locale_fd < 0)
		return STR_NULL;
	(void)snprintf(name, sizeof(name), "%.*s.mo", STR_ARG(tag));
	e = file_read(l->locale_fd, name, own);
	if (e == OK)
		return buf_view(own);
	if (e != ERR_NOT_FOUND)
		tell(l,
			arena_printf(&l->t->arena,
				"locale/%s: %s: our own words are shown", name,
				err_text(e)));
	return STR_NULL;
}

/* The layers of one language; NULL after telling why there is none. */
static const struct catalogue *load(
	struct loader *l, struct str tag, struct buf *own)
{
	struct str layer[2] = { read_own(l, tag, own), STR_NULL };
	const struct catalogue *c = NULL;
	const char *why = "";
	size_t bad = 0;

	if (!language_is_source(tag))
		layer[1] = language_built_in(tag);
	if (layer[0].at == NULL && layer[1].at == NULL &&
		!language_is_source(tag)) {
		tell(l,
			arena_printf(&l->t->arena,
				"[site] languages: there is no translation "
				"\"%.*s\": put one into locale/%.*s.mo or take "
				"it out",
				STR_ARG(tag), STR_ARG(tag)));
		return NULL;
	}
	if (catalogue_make(&l->t->arena, layer, 2, &c, &bad, &why) == OK)
		return c;
	tell(l,
		arena_printf(&l->t->arena,
			"locale/%.*s.mo is not used: %s: make it again with "
			"msgfmt",
			STR_ARG(tag), why));
	layer[0] = STR_NULL;
	if (layer[1].at == NULL && !language_is_source(tag))
		return NULL;
	return catalogue_make(&l->t->arena, layer, 2, &c, &bad, &why) == OK
		? c
		: NULL;
}

static bool is_taken(const struct tongues *t, struct str tag)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq_nocase(t->list[i].tag, tag))
			return true;
	return false;
}

static void add(struct loader *l, struct str tag)
{
	struct tongues *t = l->t;
	struct language *to = &t->list[t->n];

	if (!language_tag_fits(tag) || is_taken(t, tag) ||
		t->n == LANGUAGES_MAX) {
		tell(l,
			arena_printf(&t->arena,
				"[site] languages: \"%.*s\" is no tag of a "
				"language like cy or pt-BR, or stands there "
				"twice, or is one too many",
				STR_ARG(tag)));
		return;
	}
	to->words = load(l, tag, &t->own[t->n]);
	if (to->words == NULL) {
		buf_release(&t->own[t->n]);
		return;
	}
	to->tag = arena_copy(&t->arena, tag);
	to->prefix = arena_printf(&t->arena, "/%.*s", STR_ARG(tag));
	t->n++;
}

enum err tongues_load(const struct config *config, int locale_fd,
	tongue_complain complain, void *context, struct tongues *ret_tongues)
{
	struct tongues *t = ret_tongues;
	struct loader l = { t, locale_fd, complain, context };
	struct str rest = config->languages;
	struct str tag;

	*t = (struct tongues){ .n = 0 };
	arena_init(&t->arena, 1 << 20);
	while (str_split(&rest, ' ', &tag))
		if (str_trim(tag).len > 0)
			add(&l, str_trim(tag));
	if (t->n == 0)
		add(&l, STR("en"));
	return t->n > 0 ? OK : ERR_MEMORY;
}

void tongues_release(struct tongues *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->own[i]);
	arena_release(&t->arena);
	*t = (struct tongues){ .n = 0 };
}
