/*
 * preload - fill a stopped site with N confirmed signatures, in-process, by
 * the roles' own libraries: sealed to the site's recipients, asked and claimed
 * at keeper's store, committed, journaled and made leaves of the public log.
 *
 *     preload SITE PETITION N
 *
 * The site must have been served once, so that the log knows its petitions;
 * afterwards `petitiond check SITE` finds nothing and `petitiond serve` goes on
 * from there.  Only the mail jobs, which confirming deletes, are blanks.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "domain/store.h"
#include "role/keep.h"
#include "role/logbook.h"
#include "role/seal.h"
#include "role/site.h"

enum {
	BATCH = KEEP_BATCH_MAX,
	CHECKPOINT_EVERY = 16, /* batches */
	EVENTS = 8192,
	JOB_BYTES = 16,
	TEXT = 64
};

/* One of a batch. */
struct person {
	char email[TEXT];
	char name[TEXT];
	char slug[TEXT];
	char ip[16];
};

struct preload {
	struct site site;
	struct clock clock; /* the system's, hurried so that leaves are ripe */
	int64_t hurry_ms;
	struct keyring *ring;
	struct sealer *sealer;
	struct keep *keep;
	struct logbook *book;
	struct store *store;
	struct arena scratch;

	uint64_t petition;
	struct person person[BATCH];
	struct sealer_form form[BATCH];
	struct sealed sealed[BATCH];
	struct epoch_id last_epoch[SEAL_LOCKS];
	struct keep_ask ask[BATCH];
	struct keep_answer answer[BATCH];
	struct keep_claim claim[BATCH];
	struct keep_claimed claimed[BATCH];
	uint64_t slot[BATCH];
	struct logbook_event event[EVENTS];
	struct logbook_result result[EVENTS];
};

static void must(enum err e, const char *what)
{
	if (e == OK)
		return;
	(void)fprintf(stderr, "preload: %s: %s\n", what, err_text(e));
	exit(1);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the clock ---- */

static struct preload *of_clock(struct clock *c)
{
	return (struct preload *)(void *)((char *)c -
		offsetof(struct preload, clock));
}

static int64_t wall_ms(struct clock *c)
{
	(void)c;
	return clock_wall_ms(clock_system());
}

static int64_t mono_ms(struct clock *c)
{
	return clock_mono_ms(clock_system()) + of_clock(c)->hurry_ms;
}

/* ---- opening what the roles open ---- */

static int open_folder(struct preload *p, const char *name)
{
	int fd;

	must(file_open_dir(p->site.dir_fd, name, &fd), name);
	return fd;
}

static void read_recipients(struct preload *p, int dir_fd)
{
	struct age_recipient list[2][16];
	size_t n[2] = { 0 };
	struct buf b;
	struct str text, line, word;

	buf_init(&b, 1 << 16);
	must(file_read(dir_fd, "recipients", &b), "recipients");
	text = buf_view(&b);
	while (str_split(&text, '\n', &line)) {
		size_t c = str_starts(line, STR("contact ")) ? 1 : 0;

		if (line.len == 0 || line.at[0] == '#' || n[c] == 16)
			continue;
		(void)str_split(&line, ' ', &word);
		(void)str_split(&line, ' ', &word);
		must(age_recipient_parse(word, &list[c][n[c]++]), "recipient");
	}
	must(sealer_recipients(p->sealer, COMPARTMENT_IDENTITY, list[0], n[0]),
		"identity");
	must(sealer_recipients(p->sealer, COMPARTMENT_CONTACT, list[1], n[1]),
		"contact");
	buf_release(&b);
}

static void open_sealer(struct preload *p, const struct secret_key *credential)
{
	int fd = open_folder(p, "sealer");

	must(keyring_open(fd, "k1.ring", credential, rng_system(), &p->ring),
		"k1.ring");
	must(sealer_new(&p->clock, rng_system(), p->ring, &p->sealer),
		"sealer");
	read_recipients(p, fd);
}

static void open_keep(struct preload *p, const struct secret_key *credential,
	struct secret_key *key)
{
	struct keep_setup setup = { .dir_fd = open_folder(p, "keeper"),
		.credential = credential,
		.mac_key = key,
		.clock = &p->clock,
		.rng = rng_system(),
		.settings = keep_settings_default() };

	must(file_read_exact(setup.dir_fd, "event.key", key, sizeof(*key)),
		"event.key");
	must(keep_open(&setup, &p->keep), "keeper");
}

static void open_book(struct preload *p, const struct secret_key *key)
{
	struct logbook_setup setup = { .host = p->site.config.host,
		.log_dir_fd = open_folder(p, "log"),
		.public_dir_fd = open_folder(p, "public"),
		.mac_key = key,
		.clock = &p->clock,
		.rng = rng_system(),
		.settings = logbook_settings_default() };

	setup.settings.ripe_count = 1;
	must(logbook_open(&setup, &p->book), "log");
}

static void open_all(struct preload *p, const char *path)
{
	struct secret_key *key = secret_alloc(2 * sizeof(*key));
	char db[4200];

	must(key == NULL ? ERR_MEMORY : OK, "keys");
	must(site_open(path, SITE_SERVE, &p->site), path);
	memcpy(&key[0], p->site.credential, sizeof(key[0]));
	open_sealer(p, &key[0]);
	open_keep(p, &key[0], &key[1]);
	open_book(p, &key[1]);
	secret_free(key);
	(void)snprintf(db, sizeof(db), "%s/web/site.db", path);
	must(store_open(db, STORE_WRITER, &p->store), "site.db");
	arena_init(&p->scratch, 256 << 20);
}

static void close_all(struct preload *p)
{
	store_close(p->store);
	logbook_close(p->book);
	keep_close(p->keep);
	sealer_free(p->sealer);
	keyring_close(p->ring);
	arena_release(&p->scratch);
	site_close(&p->site);
}

/* ---- a batch of persons ---- */

static void put_person(struct preload *p, size_t i, uint64_t slot)
{
	struct person *who = &p->person[i];
	struct sealer_form *f = &p->form[i];

	(void)snprintf(who->email, TEXT, "margaret.%llu@mail.example.org",
		(unsigned long long)slot);
	(void)snprintf(who->name, TEXT, "Margaret Example-Smith");
	(void)snprintf(who->slug, TEXT, "margaretexamplesmith");
	*f = (struct sealer_form){ .petition = p->petition,
		.slot = slot,
		.hour = clock_hour(&p->clock),
		.name = str_c(who->name),
		.email_mailed = str_c(who->email),
		.email_lower = str_c(who->email),
		.email_canonical = str_c(who->email),
		.name_slug = str_c(who->slug),
		.postcode = STR("SW1A1AA"),
		.country = STR("GB"),
		.ip_len = 4,
		.wants_updates = slot % 5 == 0 };
	put_u32(f->ip, (uint32_t)(0x0a000000 + slot / 3));
	(void)snprintf(who->ip, sizeof(who->ip), "%u.%u.%u.%u", f->ip[0],
		f->ip[1], f->ip[2], f->ip[3]);
	f->ip_text = str_c(who->ip);
}

static void put_ask(struct preload *p, size_t i)
{
	const struct sealed *d = &p->sealed[i];
	struct keep_ask *a = &p->ask[i];

	*a = (struct keep_ask){ .slot = p->form[i].slot,
		.petition = p->petition,
		.hour = p->form[i].hour,
		.token_hash = d->token_hash,
		.c = d->c };
	rng_fill(rng_system(), &a->rid, sizeof(a->rid));
	put_u32(a->rid.byte, (uint32_t)(clock_wall_ms(&p->clock) / 60000));
	memcpy(a->half, d->secret.half, sizeof(a->half));
	for (size_t c = 0; c < KEEP_LOCKS; c++) {
		a->lock_given[c] = d->has[c];
		a->lock[c] = d->secret.lock[c];
	}
	p->claim[i] = (struct keep_claim){ a->slot, d->secret.token };
	p->slot[i] = a->slot;
}

static void seal(struct preload *p, size_t n)
{
	uint64_t first;

	must(keep_range(p->keep, (uint32_t)n, &first), "range");
	for (size_t i = 0; i < n; i++)
		put_person(p, i, first + i);
	for (size_t at = 0; at < n; at += SEAL_BATCH_MAX) {
		size_t some = n - at < SEAL_BATCH_MAX ? n - at : SEAL_BATCH_MAX;

		must(seal_forms(p->sealer, p->form + at, some, p->sealed + at),
			"seal");
		for (size_t i = at; i < at + some; i++)
			must(p->sealed[i].err, "seal");
	}
	for (size_t i = 0; i < n; i++)
		put_ask(p, i);
}

static void keep(struct preload *p, size_t n)
{
	must(keep_ask(p->keep, p->ask, n, p->answer), "ask");
	for (size_t i = 0; i < n; i++)
		must(p->answer[i].err, "ask");
	must(keep_settled(p->keep, p->slot, n), "settled");
	must(keep_claim(p->keep, p->claim, n, p->claimed), "claim");
	for (size_t i = 0; i < n; i++)
		must(p->claimed[i].outcome == KEEP_CLAIMED ? OK : ERR_CORRUPT,
			"claim");
}

/* ---- the database ---- */

static struct bytes record_of(const struct sealed *d, size_t c)
{
	const struct psr1_record *r = &d->record[c];

	return d->has[c] ? (struct bytes){ r->byte, r->len } : BYTES_NONE;
}

/* The headers of epochs that begin with this form. */
static size_t put_epochs(
	struct preload *p, size_t i, struct store_epoch ret_epoch[SEAL_LOCKS])
{
	size_t n = 0;

	for (size_t c = 0; c < SEAL_LOCKS; c++) {
		const struct psr1_record *r = &p->sealed[i].record[c];
		struct str header;

		if (!p->sealed[i].has[c] ||
			memcmp(&p->last_epoch[c], r->byte + 8,
				sizeof(p->last_epoch[c])) == 0)
			continue;
		header = sealer_header(p->sealer, r);
		must(header.at == NULL ? ERR_NOT_FOUND : OK, "header");
		memcpy(&p->last_epoch[c], r->byte + 8,
			sizeof(p->last_epoch[c]));
		ret_epoch[n] = (struct store_epoch){ .compartment =
							     (uint8_t)(c + 1),
			.hour = p->form[i].hour,
			.header = { (const uint8_t *)header.at, header.len } };
		memcpy(ret_epoch[n++].id, r->byte + 8, STORE_ID_BYTES);
	}
	return n;
}

static void commit_one(struct preload *p, size_t i)
{
	static const uint8_t blank[JOB_BYTES];
	struct store_epoch epoch[SEAL_LOCKS];
	struct store_sealed in = { .slot = p->slot[i],
		.petition = p->petition,
		.hour = p->form[i].hour,
		.country = STR("GB"),
		.area = STR(""),
		.identity = record_of(&p->sealed[i], 0),
		.contact = record_of(&p->sealed[i], 1),
		.mail_job = { blank, sizeof(blank) },
		.epochs = epoch,
		.epochs_count = put_epochs(p, i, epoch) };
	struct store_claim claim = { .slot = p->slot[i],
		.petition = p->petition };
	enum store_insert inserted;
	enum store_confirm confirmed;
	struct store_place place;
	uint64_t slot;

	memcpy(in.rid, &p->ask[i].rid, sizeof(in.rid));
	memcpy(in.commitment, &p->sealed[i].c, sizeof(in.commitment));
	must(store_insert(
		     p->store, &in, clock_wall_ms(&p->clock), &inserted, &slot),
		"insert");
	must(inserted == STORE_INSERTED ? OK : ERR_INVALID,
		"insert (is the petition open?)");
	memcpy(claim.commitment, &p->claimed[i].c, sizeof(claim.commitment));
	memcpy(claim.mac, &p->claimed[i].mac, sizeof(claim.mac));
	must(store_confirm(p->store, &claim, &confirmed, &place), "confirm");
	must(confirmed == STORE_VALIDATED ? OK : ERR_CORRUPT, "confirm");
}

static void commit_all(struct preload *p, size_t n)
{
	must(store_begin(p->store), "begin");
	for (size_t i = 0; i < n; i++)
		commit_one(p, i);
	must(store_commit(p->store), "commit");
	must(keep_booked(p->keep, p->slot, n), "booked");
	for (size_t i = 0; i < n; i++)
		sealed_wipe(&p->sealed[i]);
}

/* ---- the log ---- */

static bool names_document(enum event_type type)
{
	return type == EVENT_PETITION || type == EVENT_KEY ||
		type >= EVENT_TALLY;
}

static void put_event(struct preload *p, const struct store_event *s, size_t i)
{
	struct logbook_event *e = &p->event[i];
	struct sha256 hash;
	struct str body;

	*e = (struct logbook_event){ .ev_seq = s->ev_seq,
		.type = (enum leaf_type)s->type,
		.reason = s->reason,
		.petition = s->petition,
		.slot = s->slot,
		.target_ev_seq = s->target_ev_seq,
		.count = s->count };
	memcpy(&e->c, s->c, sizeof(e->c));
	memcpy(&e->mac, s->mac, sizeof(e->mac));
	if (names_document(s->type) &&
		store_document(&p->scratch, p->store, s->c, &body) == OK)
		must(logbook_document(p->book, body, &hash), "document");
}

/* Everything that the database has and the log has not. */
static void journal(struct preload *p)
{
	size_t n;

	do {
		struct store_event *from;

		arena_clear(&p->scratch);
		must(store_events(&p->scratch, p->store,
			     logbook_next_seq(p->book), EVENTS, &from, &n),
			"events");
		for (size_t i = 0; i < n; i++)
			put_event(p, &from[i], i);
		if (n > 0)
			must(logbook_accept(p->book, p->event, n, p->result),
				"accept");
		for (size_t i = 0; i < n; i++)
			must(p->result[i].outcome == LOGBOOK_ACCEPTED
					? OK
					: ERR_INVALID,
				"event");
	} while (n == EVENTS);
}

static void publish(struct preload *p)
{
	struct logbook_batch b;
	struct store_leaf *leaf;
	struct store_moved *moved;
	struct store_checkpoint c;
	size_t n;

	p->hurry_ms += 60000;
	must(logbook_checkpoint(p->book, &b), "checkpoint");
	if (b.count == 0)
		return;
	arena_clear(&p->scratch);
	leaf = ARENA_ARRAY(&p->scratch, struct store_leaf, b.count);
	must(leaf == NULL ? ERR_MEMORY : OK, "leaves");
	for (size_t i = 0; i < b.count; i++)
		leaf[i] = (struct store_leaf){ b.placed[i].ev_seq,
			b.placed[i].leaf_index, b.placed[i].hour };
	c = (struct store_checkpoint){ .year = b.year,
		.size = b.size,
		.note = b.note,
		.made_ms = clock_wall_ms(&p->clock) };
	must(store_begin(p->store), "begin");
	must(store_sequence(
		     &p->scratch, p->store, &c, leaf, b.count, &moved, &n),
		"sequence");
	must(store_commit(p->store), "commit");
}

/* ---- the run ---- */

static void fill(struct preload *p, uint64_t n)
{
	double spent[4] = { 0 };
	uint64_t batches = 0;

	for (uint64_t done = 0; done < n; batches++) {
		size_t some = n - done < BATCH ? (size_t)(n - done) : BATCH;
		double at[5];

		at[0] = seconds();
		seal(p, some);
		at[1] = seconds();
		keep(p, some);
		at[2] = seconds();
		commit_all(p, some);
		at[3] = seconds();
		journal(p);
		if (batches % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1 ||
			done + some == n)
			publish(p);
		at[4] = seconds();
		for (size_t i = 0; i < 4; i++)
			spent[i] += at[i + 1] - at[i];
		done += some;
		if (batches % 16 == 0)
			must(keep_tick(p->keep), "tick");
	}
	printf("%llu signatures; us each: seal %.1f, keeper %.1f, database "
	       "%.1f, log %.1f\n",
		(unsigned long long)n, spent[0] / (double)n * 1e6,
		spent[1] / (double)n * 1e6, spent[2] / (double)n * 1e6,
		spent[3] / (double)n * 1e6);
}

int main(int argc, char **argv)
{
	static struct preload p;
	uint64_t n;

	if (argc != 4) {
		(void)fputs("usage: preload SITE PETITION N\n", stderr);
		return 2;
	}
	must(str_u64(str_c(argv[2]), &p.petition), argv[2]);
	must(str_u64(str_c(argv[3]), &n), argv[3]);
	must(crypto_init(), "libsodium");
	p.clock = (struct clock){ wall_ms, mono_ms };
	open_all(&p, argv[1]);
	journal(&p);
	publish(&p);
	fill(&p, n);
	close_all(&p);
	return 0;
}
