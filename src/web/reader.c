#include "web/reader.h"

#include <pthread.h>

struct reader {
	pthread_mutex_t mutex;
	struct store *store;
};

enum err reader_open(const char *store_path, struct reader **ret_r)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return ERR_MEMORY;
	e = store_open(store_path, STORE_READER, &r->store);
	if (e == OK && pthread_mutex_init(&r->mutex, NULL) != 0) {
		store_close(r->store);
		e = ERR_MEMORY;
	}
	if (e != OK) {
		free(r);
		return e;
	}
	*ret_r = r;
	return OK;
}

void reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	store_close(r->store);
	(void)pthread_mutex_destroy(&r->mutex);
	free(r);
}

enum err reader_signature(
	struct reader *r, uint64_t slot, struct store_signature *ret_signature)
{
	enum err e;

	(void)pthread_mutex_lock(&r->mutex);
	e = store_signature(r->store, slot, ret_signature);
	(void)pthread_mutex_unlock(&r->mutex);
	return e;
}

enum err reader_receipt(struct arena *a, struct reader *r, uint64_t slot,
	struct store_receipt *ret_receipt)
{
	enum err e;

	(void)pthread_mutex_lock(&r->mutex);
	e = store_receipt(a, r->store, slot, ret_receipt);
	(void)pthread_mutex_unlock(&r->mutex);
	return e;
}

enum err reader_mails(struct reader *r, uint64_t *ret_n)
{
	enum err e;

	(void)pthread_mutex_lock(&r->mutex);
	e = store_mails_waiting(r->store, ret_n);
	(void)pthread_mutex_unlock(&r->mutex);
	return e;
}
