#include "json/json.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tap.h"

static void test_document(void)
{
	struct buf b;
	struct json j;

	buf_init(&b, 4096);
	json_init(&j, &b);
	json_object(&j);
	json_key_u64(&j, STR("id"), 18446744073709551615u);
	json_key_text(&j, STR("action"), STR("<b>Zoë & \"Co\"</b>"));
	json_key(&j, STR("list"));
	json_array(&j);
	json_i64(&j, -9223372036854775807 - 1);
	json_bool(&j, true);
	json_bool(&j, false);
	json_null(&j);
	json_array(&j);
	json_end(&j);
	json_object(&j);
	json_end(&j);
	json_end(&j);
	json_key_null(&j, STR("none"));
	json_key_bool(&j, STR("yes"), true);
	json_key_i64(&j, STR("n"), -1);
	json_key(&j, STR("raw"));
	json_raw(&j, STR("[1,2]"));
	json_end(&j);
	CHECK_INT(json_done(&j), OK);
	CHECK_STR(buf_view(&b),
		STR("{\"id\":18446744073709551615,"
		    "\"action\":\"<b>Zoë & \\\"Co\\\"</b>\","
		    "\"list\":[-9223372036854775808,true,false,null,[],{}],"
		    "\"none\":null,\"yes\":true,\"n\":-1,\"raw\":[1,2]}"));
	buf_release(&b);
}

static const struct {
	struct str text;
	struct str json;
} strings[] = {
	{ STR_INIT(""), STR_INIT("\"\"") },
	{ STR_INIT("a/b"), STR_INIT("\"a/b\"") },
	{ STR_INIT("\\"), STR_INIT("\"\\\\\"") },
	{ STR_INIT("\b\f\n\r\t"), STR_INIT("\"\\b\\f\\n\\r\\t\"") },
	{ STR_INIT("\0\x01\x1f\x7f"),
		STR_INIT("\"\\u0000\\u0001\\u001f\x7f\"") },
	{ STR_INIT("\xe2\x80\xa8"), STR_INIT("\"\xe2\x80\xa8\"") },
	{ STR_INIT("\xf0\x9f\x98\x80"), STR_INIT("\"\xf0\x9f\x98\x80\"") },
};

static void test_strings(void)
{
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct buf b;
		struct json j;

		buf_init(&b, 256);
		json_init(&j, &b);
		json_text(&j, strings[i].text);
		CHECK_INT(json_done(&j), OK);
		CHECK_STR(buf_view(&b), strings[i].json);
		buf_release(&b);
	}
}

static void test_failures(void)
{
	struct buf b;
	struct json j;

	buf_init(&b, 64);
	json_init(&j, &b);
	json_text(&j, STR("\xc3("));
	CHECK_INT(json_done(&j), ERR_INVALID);
	buf_release(&b);

	buf_init(&b, 4);
	json_init(&j, &b);
	json_text(&j, STR("too long"));
	CHECK_INT(json_done(&j), ERR_TOO_LARGE);
	buf_release(&b);
}

static void value_without_key(struct json *j)
{
	json_object(j);
	json_u64(j, 1);
}

static void key_in_array(struct json *j)
{
	json_array(j);
	json_key(j, STR("a"));
}

static void end_too_many(struct json *j)
{
	json_end(j);
}

static void key_without_value(struct json *j)
{
	json_object(j);
	json_key(j, STR("a"));
	json_end(j);
}

static void two_values(struct json *j)
{
	json_u64(j, 1);
	json_u64(j, 2);
}

/* True if misuse ends the process by assert's SIGABRT. */
static bool aborts(void (*misuse)(struct json *j))
{
	struct buf b;
	struct json j;
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		(void)signal(SIGABRT, SIG_DFL);
		(void)fclose(stderr);
		buf_init(&b, 256);
		json_init(&j, &b);
		misuse(&j);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGABRT;
}

static void test_misuse(void)
{
#ifdef NDEBUG
	tap_skip("asserts are compiled out");
#else
	CHECK(aborts(value_without_key));
	CHECK(aborts(key_in_array));
	CHECK(aborts(end_too_many));
	CHECK(aborts(key_without_value));
	CHECK(aborts(two_values));
#endif
}

int main(void)
{
	test_document();
	test_strings();
	test_failures();
	test_misuse();
	return tap_done();
}
