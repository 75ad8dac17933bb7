/*
 * proof_bench - proofs a second and core, made from tiles in memory and
 * checked, next to the hashes that a check is made of.
 *
 *     proof_bench [LEAVES]               1000000
 */
#include <time.h>

#include "base/str.h"
#include "tlog/proof.h"
#include "tlog/tile.h"

enum { LEVELS = 4, PROOFS = 20000, HASHES = 1000000 };

struct memory {
	struct tlog_reader reader;
	struct tree_hash *level[LEVELS];
	uint64_t size;
};

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "%s failed\n", what);
	exit(1);
}

static enum err read_tile(struct tlog_reader *r, unsigned level, uint64_t index,
	unsigned width, struct tree_hash *ret_hashes)
{
	struct memory *m = (struct memory *)r;

	if (level >= LEVELS || width > tlog_tile_width(m->size, level, index))
		return ERR_NOT_FOUND;
	memcpy(ret_hashes, &m->level[level][index * 256],
		width * sizeof(*ret_hashes));
	return OK;
}

static void fill(struct memory *m, uint64_t n)
{
	m->reader.read_tile = read_tile;
	m->size = n;
	for (unsigned l = 0; l < LEVELS; l++) {
		uint64_t hashes = n >> 8 * l;

		m->level[l] = calloc(hashes + 1, sizeof(*m->level[l]));
		must(m->level[l] != NULL, "memory");
		for (uint64_t i = 0; i < hashes; i++)
			if (l == 0)
				tlog_hash_leaf(&i, sizeof(i), &m->level[l][i]);
			else
				tlog_hash_fold(&m->level[l - 1][i * 256], 8,
					&m->level[l][i]);
	}
}

static void say(const char *what, unsigned n, double start)
{
	double took = cpu_s() - start;

	(void)printf(
		"%-24s %9.0f/s  %8.2f us\n", what, n / took, took / n * 1e6);
}

static void inclusion(struct memory *m, const struct tree_hash *root)
{
	static struct tlog_proof proof[PROOFS];
	double start = cpu_s();

	for (unsigned i = 0; i < PROOFS; i++)
		must(tlog_prove_inclusion(&m->reader,
			     (uint64_t)i * 7919 % m->size, m->size,
			     &proof[i]) == OK,
			"inclusion");
	say("inclusion, made", PROOFS, start);
	start = cpu_s();
	for (unsigned i = 0; i < PROOFS; i++) {
		uint64_t at = (uint64_t)i * 7919 % m->size;

		must(tlog_check_inclusion(&m->level[0][at], at, m->size,
			     &proof[i], root) == OK,
			"inclusion");
	}
	say("inclusion, checked", PROOFS, start);
}

static void consistency(struct memory *m, const struct tree_hash *root)
{
	static struct tlog_proof proof[PROOFS];
	static struct tree_hash old[PROOFS];
	double start = cpu_s();

	for (unsigned i = 0; i < PROOFS; i++)
		must(tlog_prove_consistency(&m->reader,
			     1 + (uint64_t)i * 7919 % m->size, m->size,
			     &proof[i]) == OK,
			"consistency");
	say("consistency, made", PROOFS, start);
	for (unsigned i = 0; i < PROOFS; i++)
		must(tlog_root_at(&m->reader, 1 + (uint64_t)i * 7919 % m->size,
			     &old[i]) == OK,
			"root");
	start = cpu_s();
	for (unsigned i = 0; i < PROOFS; i++)
		must(tlog_check_consistency(1 + (uint64_t)i * 7919 % m->size,
			     &old[i], m->size, root, &proof[i]) == OK,
			"consistency");
	say("consistency, checked", PROOFS, start);
}

int main(int argc, char **argv)
{
	static struct memory m;
	struct tree_hash root;
	uint64_t n = 1000000;
	double start;

	must(argc < 2 || (str_u64(str_c(argv[1]), &n) == OK && n > 0), "usage");
	fill(&m, n);
	must(tlog_root_at(&m.reader, n, &root) == OK, "root");
	inclusion(&m, &root);
	consistency(&m, &root);
	start = cpu_s();
	for (unsigned i = 0; i < HASHES; i++)
		tlog_hash_node(&root, &root, &root);
	say("a node's hash (control)", HASHES, start);
	for (unsigned l = 0; l < LEVELS; l++)
		free(m.level[l]);
	return 0;
}
