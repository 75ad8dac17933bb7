#include "base/arena.h"

#include "base/tap.h"

int main(void)
{
	struct arena a;
	char *first;

	arena_init(&a, 100000);
	first = arena_alloc(&a, 10);
	CHECK(first != NULL && first[9] == 0);
	CHECK((uintptr_t)arena_alloc(&a, 1) % 16 == 0);
	CHECK(arena_alloc(&a, 50000) != NULL);
	CHECK(arena_alloc(&a, 60000) == NULL);
	CHECK(arena_alloc(&a, SIZE_MAX) == NULL);
	CHECK(arena_array(&a, SIZE_MAX / 2, 3) == NULL);
	CHECK_STR(arena_printf(&a, "%d petitions", 3), STR("3 petitions"));
	CHECK_STR(arena_copy(&a, STR("abc")), STR("abc"));
	arena_clear(&a);
	CHECK_INT(a.used_bytes, 0);
	CHECK(arena_alloc(&a, 99000) != NULL);
	arena_release(&a);
	CHECK(arena_alloc(&a, 8) != NULL);
	arena_release(&a);
	return tap_done();
}
