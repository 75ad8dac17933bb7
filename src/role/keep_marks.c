#include "role/keep_marks.h"

enum { WORDS = 512, PIECE_BITS = WORDS * 64 };

void keep_marks_release(struct keep_marks *m)
{
	for (size_t i = 0; i < m->pieces; i++)
		free(m->piece[i]);
	free(m->piece);
	*m = (struct keep_marks){ 0 };
}

static enum err widen(struct keep_marks *m, size_t pieces)
{
	uint64_t **wider = reallocarray(m->piece, pieces, sizeof(*m->piece));

	if (wider == NULL)
		return ERR_MEMORY;
	for (size_t i = m->pieces; i < pieces; i++)
		wider[i] = NULL;
	m->piece = wider;
	m->pieces = pieces;
	return OK;
}

enum err keep_marks_set(struct keep_marks *m, uint64_t slot)
{
	size_t piece = slot / PIECE_BITS;
	enum err e;

	if (piece >= m->pieces) {
		e = widen(m, piece + 1);
		if (e != OK)
			return e;
	}
	if (m->piece[piece] == NULL)
		m->piece[piece] = calloc(WORDS, sizeof(uint64_t));
	if (m->piece[piece] == NULL)
		return ERR_MEMORY;
	m->piece[piece][slot % PIECE_BITS / 64] |= UINT64_C(1) << (slot % 64);
	return OK;
}

void keep_marks_clear(struct keep_marks *m, uint64_t slot)
{
	size_t piece = slot / PIECE_BITS;

	if (piece < m->pieces && m->piece[piece] != NULL)
		m->piece[piece][slot % PIECE_BITS / 64] &=
			~(UINT64_C(1) << (slot % 64));
}

uint64_t keep_marks_next(const struct keep_marks *m, uint64_t slot)
{
	while (slot / PIECE_BITS < m->pieces) {
		const uint64_t *piece = m->piece[slot / PIECE_BITS];
		uint64_t word;

		if (piece == NULL) {
			slot = (slot / PIECE_BITS + 1) * PIECE_BITS;
			continue;
		}
		word = piece[slot % PIECE_BITS / 64] >> (slot % 64);
		if (word != 0)
			return slot + (uint64_t)__builtin_ctzll(word);
		slot = (slot / 64 + 1) * 64;
	}
	return 0;
}
