#include "tlog/note.h"

#include "base/tap.h"
#include "tlog/checkpoint.h"
#include "tlog/promise.h"

/* The example of the signed-note specification (also golang.org/x/mod's
 * documentation): key, text and signature. */
static const struct str peter = STR_INIT(
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
static const struct str quote = STR_INIT(
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInN"
	"IuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n");

static void test_published(void)
{
	struct vkey key;
	struct note note;
	struct buf b;

	CHECK_INT(vkey_parse(peter, &key), OK);
	CHECK_STR(str_c(key.name), STR("PeterNeumann"));
	buf_init(&b, 1000);
	vkey_write(&b, &key);
	CHECK_STR(buf_view(&b), peter);
	buf_release(&b);
	CHECK_INT(note_parse(quote, &note), OK);
	CHECK_INT(note.count, 1);
	CHECK(str_ends(note.text, STR("problem is.\n")));
	CHECK_INT(note_verify(&note, &key), OK);
}

static void make_keys(
	struct str name, struct sign_key *ret_key, struct vkey *ret_vkey)
{
	struct secret_key seed = { { 7 } };
	struct sign_public public_key;

	sign_key_of_seed(&seed, ret_key);
	sign_public_of(ret_key, &public_key);
	CHECK_INT(vkey_make(name, &public_key, ret_vkey), OK);
}

static void test_vkey_refusals(void)
{
	static const struct str bad[] = { STR_INIT(""),
		STR_INIT("PeterNeumann"), STR_INIT("PeterNeumann+c74f20a3"),
		STR_INIT("PeterNeumann+c74f20a3+"),
		STR_INIT("PeterNeumann+c74f20a4+"
			 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		STR_INIT("PeterNeumann+C74F20A3+"
			 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		STR_INIT("PeterNeuman+c74f20a3+"
			 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		STR_INIT("PeterNeumann+c74f20a3+"
			 "AhpcgQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
		STR_INIT("PeterNeumann+c74f20a3+"
			 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T="),
		STR_INIT("PeterNeumann+c74f20a3+"
			 "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n") };
	struct vkey key;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(vkey_parse(bad[i], &key), ERR_INVALID);
	CHECK(!note_name_ok(STR("")));
	CHECK(!note_name_ok(STR("a b")));
	CHECK(!note_name_ok(STR("a+b")));
	CHECK(!note_name_ok(STR("a\xC2\xA0"
				"b")));
	CHECK(!note_name_ok(STR("a\xE2\x80\x89"
				"b")));
	CHECK(!note_name_ok(STR("a\xFF")));
	CHECK(note_name_ok(STR("petitions.example.org:8080/log")));
}

#define LINE                                                                   \
	"\xE2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZ" \
	"InNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static void test_note_refusals(void)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("\n"),
		STR_INIT("\n\n"), STR_INIT("text\n"), STR_INIT("text\n\n"),
		STR_INIT("text\n" LINE), STR_INIT("text\n\n" LINE "\n"),
		STR_INIT("text\n\n" LINE "junk\n"), STR_INIT("te\txt\n\n" LINE),
		STR_INIT("te\rxt\n\n" LINE), STR_INIT("te\xFFxt\n\n" LINE),
		STR_INIT("text\n\n-- PeterNeumann x08go/ZJ\n"),
		STR_INIT("text\n\n\xE2\x80\x94 PeterNeumann\n"),
		STR_INIT("text\n\n\xE2\x80\x94 PeterNeumann \n"),
		STR_INIT("text\n\n\xE2\x80\x94 PeterNeumann x08g\n"),
		STR_INIT("text\n\n\xE2\x80\x94 PeterNeumann x08gow==\n"),
		STR_INIT("text\n\n\xE2\x80\x94  x08go/ZJkuBS\n"),
		STR_INIT("text\n\n\xE2\x80\x94 P+N x08go/ZJkuBS\n"),
		STR_INIT("text\n\n\xE2\x80\x94 PN x08go/ZJkuBS extra\n"),
		STR_INIT("text\n\n\xE2\x80\x94 PN x08go/ZJkuBS") };
	struct note note;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(note_parse(bad[i], &note) == ERR_INVALID))
			printf("# case %zu\n", i);
	CHECK_INT(note_parse(STR("text\n\n" LINE LINE), &note), OK);
	CHECK_INT(note.count, 2);
}

static void test_verify(void)
{
	struct vkey key, other;
	struct sign_key secret;
	struct note note;
	struct buf b;

	buf_init(&b, 4096);
	buf_str(&b, quote);
	CHECK_INT(vkey_parse(peter, &key), OK);
	b.at[3] ^= 1;
	CHECK_INT(note_parse(buf_view(&b), &note), OK);
	CHECK_INT(note_verify(&note, &key), ERR_CRYPTO);
	b.at[3] ^= 1;
	make_keys(STR("PeterNeumann"), &secret, &other);
	CHECK_INT(note_parse(buf_view(&b), &note), OK);
	CHECK_INT(note_verify(&note, &other), ERR_NOT_FOUND);
	/* A second, wrong signature of a known key spoils the note. */
	buf_c(&b, "\xE2\x80\x94 PeterNeumann x08go/ZJkuBS\n");
	CHECK_INT(note_parse(buf_view(&b), &note), OK);
	CHECK_INT(note_verify(&note, &key), ERR_CRYPTO);
	buf_release(&b);
}

static void test_checkpoint(void)
{
	struct checkpoint c = { STR("example.org/log/2026"), 12345,
		{ { 1, 2, 3 } } };
	struct checkpoint back;
	struct sign_key secret;
	struct vkey key;
	struct buf b;

	make_keys(STR("example.org/log"), &secret, &key);
	buf_init(&b, 4096);
	checkpoint_sign(&b, &c, &key, &secret);
	CHECK_INT(buf_err(&b), OK);
	CHECK_INT(checkpoint_open(buf_view(&b), c.origin, &key, &back), OK);
	CHECK_INT(back.size, 12345);
	CHECK(tree_hash_eq(&back.root, &c.root));
	CHECK_INT(checkpoint_open(buf_view(&b), STR("example.org/log/2027"),
			  &key, &back),
		ERR_INVALID);
	b.at[b.len - 8] ^= 1;
	CHECK(checkpoint_open(buf_view(&b), c.origin, &key, &back) != OK);
	buf_release(&b);
}

#define ROOT "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void test_checkpoint_refusals(void)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("o\n5\n"),
		STR_INIT("\n5\n" ROOT "\n"), STR_INIT("o\n05\n" ROOT "\n"),
		STR_INIT("o\n+5\n" ROOT "\n"), STR_INIT("o\n-5\n" ROOT "\n"),
		STR_INIT("o\n\n" ROOT "\n"), STR_INIT("o\n5 \n" ROOT "\n"),
		STR_INIT("o\n5\n" ROOT),
		STR_INIT("o\n18446744073709551616\n" ROOT "\n"),
		STR_INIT("o\n5\n" ROOT "=\n"), STR_INIT("o\n5\nAQID\n"),
		STR_INIT("o\n5\n" ROOT "\nextension\n"),
		STR_INIT("o\n5\n" ROOT "\n\n") };
	struct checkpoint c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(checkpoint_parse(bad[i], &c) == ERR_INVALID))
			printf("# case %zu\n", i);
	CHECK_INT(checkpoint_parse(STR("o\n0\n" ROOT "\n"), &c), OK);
	CHECK_INT(c.size, 0);
}

static void test_promise(void)
{
	struct str host = STR("example.org");
	struct promise p = { 9, { 0xC0 }, promise_deadline_s(498000) };
	struct promise back;
	struct signature signature;
	struct sign_key secret;
	struct vkey key;
	struct buf b;

	CHECK_INT(p.deadline_s, 1792890000);
	make_keys(STR("example.org/promise"), &secret, &key);
	promise_sign(host, &p, &secret, &signature);
	buf_init(&b, 4096);
	promise_note(&b, host, &p, &key, &signature);
	CHECK(str_starts(buf_view(&b), STR("example.org/promise/v1\n9\nwAAA")));
	CHECK_INT(promise_open(buf_view(&b), host, &key, &back), OK);
	CHECK_INT(back.petition, 9);
	CHECK_INT(back.deadline_s, 1792890000);
	CHECK(memcmp(back.c, p.c, sizeof(p.c)) == 0);
	CHECK_INT(promise_open(buf_view(&b), STR("example.com"), &key, &back),
		ERR_INVALID);
	buf_release(&b);
}

static void test_promise_refusals(void)
{
	static const struct str bad[] = { STR_INIT(""),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n"),
		STR_INIT("h/promise/v2\n9\n" ROOT "\n5\n"),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n0\n"),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n05\n"),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n--\n"),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n\n"),
		STR_INIT("h/promise/v1\n09\n" ROOT "\n5\n"),
		STR_INIT("h/promise/v1\n9\n" ROOT "\n5\n\n"),
		STR_INIT("h/promise/v1\n9\nAAAA\n5\n") };
	struct promise p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(promise_parse(bad[i], STR("h"), &p) == ERR_INVALID))
			printf("# case %zu\n", i);
	CHECK_INT(promise_parse(
			  STR("h/promise/v1\n9\n" ROOT "\n-\n"), STR("h"), &p),
		OK);
	CHECK_INT(p.deadline_s, 0);
}

int main(void)
{
	CHECK_INT(crypto_init(), OK);
	test_published();
	test_vkey_refusals();
	test_note_refusals();
	test_verify();
	test_checkpoint();
	test_checkpoint_refusals();
	test_promise();
	test_promise_refusals();
	return tap_done();
}
