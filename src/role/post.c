#include "role/post.h"

#include "base/bytes.h"
#include "base/enc.h"
#include "base/wipe.h"
#include "crypto/hash.h"
#include "mail/header.h"
#include "mail/letter.h"

enum {
	SUBJECT_MAX_BYTES = 4096,
	BODY_MAX_BYTES = 65536,
	SETTING_MAX_BYTES = 1024,
	REPORTS = 64, /* taken from the sender at once */
};

struct post {
	struct clock *clock;
	struct mail_sender *sender;
	struct bounces *bounces;
	const struct language *languages;
	size_t languages_count;
	struct buf base_url;
	struct buf site_title;
	struct buf from;
	struct buf from_name;
	struct buf host; /* of from; NUL-terminated */
};

/* One mail while it is written; reused and wiped for each. */
struct draft {
	struct buf subject;
	struct buf text;
	struct buf html;
	struct buf id;
	struct buf sender;
};

static void draft_init(struct draft *d)
{
	buf_init(&d->subject, SUBJECT_MAX_BYTES);
	buf_init(&d->text, BODY_MAX_BYTES);
	buf_init(&d->html, BODY_MAX_BYTES);
	buf_init(&d->id, SETTING_MAX_BYTES);
	buf_init(&d->sender, SETTING_MAX_BYTES);
}

static void draft_release(struct draft *d)
{
	buf_release(&d->subject);
	buf_release(&d->text);
	buf_release(&d->html);
	buf_release(&d->id);
	buf_release(&d->sender);
}

static bool draft_good(const struct draft *d)
{
	return buf_err(&d->subject) == OK && buf_err(&d->text) == OK &&
		buf_err(&d->html) == OK && buf_err(&d->id) == OK &&
		buf_err(&d->sender) == OK;
}

/*
 * The same for every try of a job, and nothing else's: a hash of slot and
 * token.  The token keeps it from being worked out from a slot, so that a
 * relay's log does not tell the order of signatures.
 */
static void put_message_id(
	struct buf *b, const struct post *p, const struct post_job *job)
{
	struct sha256_stream stream;
	struct sha256 hash;
	uint8_t slot[8];

	put_u64(slot, job->slot);
	sha256_begin(&stream);
	sha256_add(&stream, "petition-message/v1", 19);
	sha256_add(&stream, slot, sizeof(slot));
	sha256_add(&stream, job->token.at, job->token.len);
	if (job->is_reminder)
		sha256_add(&stream, "reminder", 8);
	sha256_end(&stream, &hash);
	enc_hex(b, hash.byte, 16);
	buf_c(b, "@");
	buf_str(b, buf_view(&p->host));
	wipe(&hash, sizeof(hash));
}

/* 0, the usual one, unless it is one of the others. */
static size_t language_of(const struct post *p, const struct post_job *job)
{
	for (size_t i = 1; i < p->languages_count; i++)
		if (str_eq(p->languages[i].tag, job->lang))
			return i;
	return 0;
}

static void draft_write(
	struct draft *d, const struct post *p, const struct post_job *job)
{
	size_t language = language_of(p, job);
	struct mail_letter letter = {
		.words = p->languages[language].words,
		.prefix =
			language == 0 ? STR("") : p->languages[language].prefix,
		.base_url = buf_view(&p->base_url),
		.site_title = buf_view(&p->site_title),
		.petition = job->petition,
		.title = job->title,
		.name = job->name,
		.email = job->email,
		.token = job->token,
		.o = job->o,
		.record_hash = job->record_hash,
	};
	struct mail_words words = { &d->subject, &d->text, &d->html };

	if (job->verdict == POST_ALREADY)
		mail_letter_already(&letter, &words);
	else if (job->is_reminder)
		mail_letter_reminder(&letter, &words);
	else
		mail_letter_confirm(&letter, &words);
	put_message_id(&d->id, p, job);
	bounce_sender(p->bounces, job->slot, &d->sender);
}

static enum err send_draft(
	struct post *p, const struct draft *d, const struct post_job *job)
{
	struct mail_message m = {
		.from = buf_view(&p->from),
		.sender = buf_view(&d->sender),
		.from_name = buf_view(&p->from_name),
		.to = job->email,
		.subject = buf_view(&d->subject),
		.lang = p->languages[language_of(p, job)].words->lang,
		.message_id = buf_view(&d->id),
		.text = buf_view(&d->text),
		.html = buf_view(&d->html),
		.date_ms = clock_wall_ms(p->clock),
		.can_wait = job->is_reminder,
	};

	if (!draft_good(d))
		return ERR_INVALID;
	return mail_sender_submit(p->sender, job->slot, &m);
}

/* False only if there was no room.  What cannot be a mail (a name with a line
 * break in it, say) is refused, in the same time as a mail takes. */
static bool submit_one(struct post *p, const struct post_job *job)
{
	struct mail_message none = { .to = job->email,
		.can_wait = job->is_reminder };
	struct draft d;
	enum err e;

	/* Only who can still confirm is reminded. */
	if (job->verdict == POST_SILENT ||
		bounce_is_marked(p->bounces, job->slot) ||
		(job->is_reminder && job->verdict != POST_CONFIRM)) {
		e = mail_sender_pretend(p->sender, job->slot, &none, MAIL_SENT);
		return e != ERR_BUSY;
	}
	draft_init(&d);
	draft_write(&d, p, job);
	e = send_draft(p, &d, job);
	draft_release(&d);
	if (e == ERR_INVALID || e == ERR_TOO_LARGE)
		e = mail_sender_pretend(
			p->sender, job->slot, &none, MAIL_REFUSED);
	return e != ERR_BUSY;
}

size_t post_submit(struct post *p, const struct post_job *jobs, size_t n)
{
	size_t taken = 0;

	while (taken < n && submit_one(p, &jobs[taken]))
		taken++;
	return taken;
}

size_t post_done(struct post *p, struct post_report *ret_reports, size_t max)
{
	struct mail_report mail[REPORTS];
	size_t n = 0;

	while (n < max) {
		size_t want = max - n < REPORTS ? max - n : REPORTS;
		size_t got = mail_sender_done(p->sender, mail, want);

		for (size_t i = 0; i < got; i++) {
			if (mail[i].no_mailbox)
				bounce_mark(p->bounces, mail[i].tag);
			ret_reports[n++] = (struct post_report){
				.slot = mail[i].tag,
				.again = mail[i].outcome == MAIL_LATER,
			};
		}
		if (got < want)
			break;
	}
	return n;
}

int post_fd(const struct post *p)
{
	return mail_sender_fd(p->sender);
}

size_t post_room(struct post *p)
{
	return mail_sender_room(p->sender);
}

struct mail_stats post_stats(struct post *p)
{
	return mail_sender_stats(p->sender);
}

/* "ADDRESS" or "NAME <ADDRESS>", NAME perhaps in double quotes. */
static enum err read_from(struct post *p, struct str from)
{
	size_t open = str_find(from, '<');
	struct str name = str_trim(str_slice(from, 0, open));
	struct str address = str_trim(from);

	if (open == from.len) {
		name = STR("");
	} else {
		if (!str_ends(address, STR(">")))
			return ERR_INVALID;
		address = str_slice(from, open + 1, str_find(from, '>'));
	}
	if (name.len >= 2 && name.at[0] == '"' && str_ends(name, STR("\"")))
		name = str_slice(name, 1, name.len - 1);
	if (!mail_address_ok(address) || !mail_line_ok(name))
		return ERR_INVALID;
	buf_str(&p->from, address);
	buf_str(&p->from_name, name);
	buf_str(&p->host, mail_address_domain(address));
	return OK;
}

static enum err read_settings(
	struct post *p, const struct post_settings *settings)
{
	struct str base = str_c(settings->base_url);
	struct str title = str_c(settings->site_title);
	enum err e;

	if ((!str_starts(base, STR("https://")) &&
		    !str_starts(base, STR("http://"))) ||
		str_ends(base, STR("/")) || !mail_line_ok(base) ||
		!mail_line_ok(title))
		return ERR_INVALID;
	buf_str(&p->base_url, base);
	buf_str(&p->site_title, title);
	e = read_from(p, str_c(settings->from));
	if (e != OK)
		return e;
	return buf_err(&p->base_url) != OK || buf_err(&p->site_title) != OK ||
			buf_err(&p->from) != OK || buf_err(&p->from_name) != OK
		? ERR_INVALID
		: OK;
}

enum err post_open(const struct post_settings *settings, struct clock *clock,
	struct rng *rng, struct post **ret_post)
{
	struct mail_settings mail = settings->mail;
	struct post *p = calloc(1, sizeof(*p));
	enum err e;

	if (p == NULL)
		return ERR_MEMORY;
	p->clock = clock;
	p->bounces = settings->bounces;
	p->languages = settings->languages;
	p->languages_count = settings->languages_count;
	buf_init(&p->base_url, SETTING_MAX_BYTES);
	buf_init(&p->site_title, SETTING_MAX_BYTES);
	buf_init(&p->from, SETTING_MAX_BYTES);
	buf_init(&p->from_name, SETTING_MAX_BYTES);
	buf_init(&p->host, SETTING_MAX_BYTES);
	e = read_settings(p, settings);
	if (e != OK)
		goto err0;
	if (mail.hello == NULL)
		mail.hello = p->host.at;
	e = mail_sender_open(&mail, clock, rng, &p->sender);
	if (e != OK)
		goto err0;

	*ret_post = p;
	return OK;

err0:
	post_close(p);
	return e;
}

void post_close(struct post *p)
{
	if (p == NULL)
		return;
	mail_sender_close(p->sender);
	buf_release(&p->base_url);
	buf_release(&p->site_title);
	buf_release(&p->from);
	buf_release(&p->from_name);
	buf_release(&p->host);
	free(p);
}
