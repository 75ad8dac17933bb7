/* RFC 8032 section 7.1, tests 1 to 3, and refusals. */
#include "crypto/sign.h"

#include "base/enc.h"
#include "base/tap.h"

struct vector {
	const char *seed;
	const char *public;
	struct str message;
	const char *signature;
};

static const struct vector vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f7075"
		"11a",
		STR_INIT(""),
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490"
		"1555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e"
		"7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af46"
		"60c",
		STR_INIT("\x72"),
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb6"
		"9da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612"
		"bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908"
		"025",
		STR_INIT("\xaf\x82"),
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac"
		"3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea"
		"1ec40a" },
};

static void test_vector(const struct vector *v)
{
	struct secret_key seed;
	struct sign_key key;
	struct sign_public public;
	struct sign_public want_public;
	struct signature s;
	struct signature want;

	CHECK(dec_hex(str_c(v->seed), &seed, 32) == OK);
	CHECK(dec_hex(str_c(v->public), &want_public, 32) == OK);
	CHECK(dec_hex(str_c(v->signature), &want, 64) == OK);
	sign_key_of_seed(&seed, &key);
	sign_public_of(&key, &public);
	CHECK(memcmp(&public, &want_public, 32) == 0);
	sign(&key, v->message, &s);
	CHECK(memcmp(&s, &want, 64) == 0);
	CHECK(sign_verify(&public, v->message, &s));
	s.byte[40] ^= 1;
	CHECK(!sign_verify(&public, v->message, &s));
	s.byte[40] ^= 1;
	CHECK(!sign_verify(&public, STR("another message"), &s));
	public.byte[3] ^= 1;
	CHECK(!sign_verify(&public, v->message, &s));
}

static void test_drawn(void)
{
	struct rng_fake rng;
	struct sign_key *a = SECRET_NEW(struct sign_key);
	struct sign_key *b = SECRET_NEW(struct sign_key);
	struct sign_public public;
	struct signature s;

	rng_fake_init(&rng, 1);
	sign_keygen(&rng.rng, a);
	sign_keygen(&rng.rng, b);
	CHECK(memcmp(a, b, sizeof(*a)) != 0);
	sign_public_of(b, &public);
	sign(a, STR("m"), &s);
	CHECK(!sign_verify(&public, STR("m"), &s));
	sign(b, STR("m"), &s);
	CHECK(sign_verify(&public, STR("m"), &s));
	secret_free(a);
	secret_free(b);
	secret_free(NULL);
}

int main(void)
{
	CHECK(crypto_init() == OK);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		test_vector(&vectors[i]);
	test_drawn();
	return tap_done();
}
