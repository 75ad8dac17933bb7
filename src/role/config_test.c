#include "role/config.h"

#include "base/tap.h"

struct told {
	uint32_t line[8];
	char text[8][200];
	size_t n;
};

static void note(void *context, uint32_t line, const char *text)
{
	struct told *t = context;

	if (t->n == 8)
		return;
	t->line[t->n] = line;
	(void)snprintf(t->text[t->n++], sizeof(t->text[0]), "%s", text);
}

static void check_defaults(void)
{
	struct told t = { 0 };
	struct config c;

	if (!CHECK(config_parse(STR(""), note, &t, &c) == OK))
		return;
	CHECK_STR(c.host, STR("127.0.0.1:8080"));
	CHECK_INT(c.checkpoint_s, 10);
	CHECK_INT(c.ripe_count, 8);
	CHECK_INT(c.ripe_s, 900);
	CHECK_INT(c.response_threshold, 10000);
	CHECK(!c.limits_off);
	config_release(&c);
}

static void check_template(void)
{
	struct told t = { 0 };
	struct config c;
	struct buf b;
	struct buf part;

	buf_init(&b, 1 << 16);
	buf_init(&part, 1 << 16);
	config_template(&b, STR("https://petitions.example.org/"),
		STR("Petitions"), true);
	if (!CHECK(config_parse(buf_view(&b), note, &t, &c) == OK))
		return;
	CHECK_STR(c.base_url, STR("https://petitions.example.org"));
	CHECK_STR(c.host, STR("petitions.example.org"));
	CHECK_INT(c.ripe_count, 1);
	config_release(&c);
	config_for_role(&part, buf_view(&b), "log");
	CHECK(strstr(part.at, "ripe_count = 1") != NULL);
	CHECK(strstr(part.at, "relay =") == NULL);
	CHECK(config_parse(buf_view(&part), note, &t, &c) == OK);
	config_release(&c);
	CHECK_INT(t.n, 0);
	buf_release(&b);
	buf_release(&part);
}

static void check_mistakes(void)
{
	struct told t = { 0 };
	struct config c;

	CHECK(config_parse(STR("[site]\n"
			       "base_url = ftp://x\n"
			       "titel = Petitions\n"
			       "\n"
			       "[log]\n"
			       "ripe_count = none\n"
			       "ripe_s = 5\n"
			       "ripe_s = 6\n"
			       "what is this\n"
			       "[nonsense]\n"),
		      note, &t, &c) == ERR_INVALID);
	CHECK_INT(t.n, 6);
	CHECK_INT(t.line[0], 3);
	CHECK(strstr(t.text[0], "\"titel\"") != NULL);
	CHECK_INT(t.line[1], 6);
	CHECK(strstr(t.text[1], "\"none\"") != NULL);
	CHECK_INT(t.line[2], 8);
	CHECK_INT(t.line[3], 9);
	CHECK_INT(t.line[4], 10);
	CHECK(strstr(t.text[5], "base_url") != NULL);
	CHECK(config_parse(STR("title = x\n"), note, &t, &c) == ERR_INVALID);
	CHECK(config_parse(STR("[site]\ntitle = \xff\n"), note, &t, &c) ==
		ERR_INVALID);
}

int main(void)
{
	check_defaults();
	check_template();
	check_mistakes();
	return tap_done();
}
