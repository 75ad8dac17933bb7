/*
 * verify_evidence_fuzz.c - an evidence file and a state file from anybody.
 * Evidence is judged by the keys of tests/foreign/make_log.py, which signed
 * what is in the corpus, so that what stands behind the signatures is reached.
 */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "cmd/petition_verify_evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const uint8_t *data, size_t size)
{
	struct options o = { .checkpoint_keys = { .n = 1 },
		.promise_keys = { .n = 1 } };
	struct pieces *p;
	char words[256] = "";
	void *copy = malloc(size + 1);
	FILE *file;

	assert(copy != NULL);
	memcpy(copy, data, size);
	assert(vkey_parse(STR("petitions.example.org/log+c16ce23b+AZ/izYFs1Cn"
			      "LyhBBBsPCI0/355R52ZPEFUunEFZlOFkk"),
		       &o.checkpoint_keys.key[0]) == OK);
	assert(vkey_parse(STR("petitions.example.org/promise+34c9db25+AWRywzF"
			      "GASMiAcUvVDMhKxTMq6gmrmKtoU6kb+guBsks"),
		       &o.promise_keys.key[0]) == OK);
	file = fmemopen(copy, size, "rb");
	assert(file != NULL);
	if (pieces_read(file, &p) == OK) {
		enum err e = evidence_judge(p, &o, words, sizeof(words));

		assert(words[0] != '\0' && e != ERR_INTERNAL);
		pieces_free(p);
	}
	free(copy);
}

static void read_state(struct str in)
{
	struct state *s = calloc(1, sizeof(*s));

	assert(s != NULL);
	if (state_read(in, s) == OK)
		for (unsigned i = 0; i < s->n; i++)
			assert(s->seen[i].note_len <= sizeof(s->seen[i].note) &&
				state_find(s, str_c(s->seen[i].origin)) !=
					NULL);
	free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (sodium_init() < 0 || size == 0)
		return 0;
	judge(data, size);
	read_state((struct str){ (const char *)data, size });
	return 0;
}
