#include "role/message.h"

#include "base/rng.h"
#include "base/tap.h"

static struct view view_of_buf(const struct buf *b)
{
	return view_of(b->at, b->len);
}

static void check_form(void)
{
	struct message_form f = { .id = 7,
		.petition = 700001,
		.hour = 500000,
		.wants_updates = true,
		.ip_len = 16,
		.ip_text = STR_INIT("2001:db8::1"),
		.name = STR_INIT("Zo\xC3\xAB O'Neill"),
		.email_mailed = STR_INIT("Z@example.org"),
		.email_lower = STR_INIT("z@example.org"),
		.email_canonical = STR_INIT("z@example.org"),
		.name_slug = STR_INIT("zoeoneill"),
		.postcode = STR_INIT("SW1A1AA"),
		.country = STR_INIT("GB") };
	struct message_form got;
	struct buf b;
	struct view v;

	memset(&f.rid, 9, sizeof(f.rid));
	buf_init(&b, 4096);
	put_form(&b, &f);
	v = view_of_buf(&b);
	take_form(&v, &got);
	CHECK(view_done(&v));
	CHECK_INT(got.id, 7);
	CHECK_INT(got.petition, 700001);
	CHECK(got.wants_updates && got.ip_len == 16);
	CHECK(memcmp(&got.rid, &f.rid, sizeof(f.rid)) == 0);
	CHECK_STR(got.name, f.name);
	CHECK_STR(got.email_canonical, f.email_canonical);
	CHECK_STR(got.country, STR("GB"));

	/* Cut anywhere, it is no form. */
	for (size_t n = 0; n < b.len; n++) {
		v = view_of(b.at, n);
		take_form(&v, &got);
		if (view_done(&v))
			break;
		if (n == b.len - 1)
			CHECK(!view_done(&v));
	}
	f.ip_len = 5;
	buf_clear(&b);
	put_form(&b, &f);
	v = view_of_buf(&b);
	take_form(&v, &got);
	CHECK(!view_done(&v));
	buf_release(&b);
}

static void check_sealed(void)
{
	struct message_sealed s = { .id = 3,
		.slot = 12,
		.n_headers = 1,
		.header = { { .compartment = 4, .header = STR_INIT("age") } },
		.identity = STR_INIT("record"),
		.job = STR_INIT("job") };
	struct message_sealed got;
	struct buf b;
	struct view v;

	buf_init(&b, 4096);
	put_sealed(&b, &s);
	s.is_old = true;
	put_sealed(&b, &s);
	s.err = ERR_GONE;
	put_sealed(&b, &s);
	v = view_of_buf(&b);
	take_sealed(&v, &got);
	CHECK_INT(got.slot, 12);
	CHECK_STR(got.header[0].header, STR("age"));
	CHECK_STR(got.identity, STR("record"));
	CHECK_INT(got.contact.len, 0);
	CHECK_STR(got.job, STR("job"));
	take_sealed(&v, &got);
	CHECK(got.err == OK && got.is_old && got.slot == 12);
	take_sealed(&v, &got);
	CHECK(got.err == ERR_GONE);
	CHECK(view_done(&v));
	buf_release(&b);
}

static void check_leave(void)
{
	struct message_leave in = { 7,
		{ KEEP_WISH_STOP, 99, { { 0x54, 1, 2 } } } };
	struct message_left out = { 8,
		{ KEEP_LEAVES, 100, 7, { { 0xc } }, { { 0xd } } } };
	struct message_leave got_in;
	struct message_left got_out;
	struct buf b;
	struct view v;

	buf_init(&b, 4096);
	put_leave(&b, &in);
	put_left(&b, &out);
	v = view_of_buf(&b);
	take_leave(&v, &got_in);
	take_left(&v, &got_out);
	CHECK(view_done(&v));
	CHECK(got_in.id == 7 && got_in.leave.wish == KEEP_WISH_STOP &&
		got_in.leave.slot == 99 && got_in.leave.token.byte[2] == 2);
	CHECK(got_out.id == 8 && got_out.left.outcome == KEEP_LEAVES &&
		got_out.left.slot == 100 && got_out.left.petition == 7 &&
		got_out.left.c.byte[0] == 0xc &&
		got_out.left.mac.byte[0] == 0xd);
	buf_clear(&b);
	in.leave.wish = (enum keep_wish)5;
	put_leave(&b, &in);
	v = view_of_buf(&b);
	take_leave(&v, &got_in);
	CHECK(v.bad);
	buf_release(&b);
}

static void check_slots(void)
{
	const uint64_t slot[] = { 1, 2, UINT64_MAX };
	uint64_t got[3];
	struct buf b;
	struct view v;

	buf_init(&b, 4096);
	put_slots(&b, slot, 3);
	v = view_of_buf(&b);
	CHECK_INT(take_slots(&v, got, 3), 3);
	CHECK(view_done(&v) && got[2] == UINT64_MAX);
	v = view_of_buf(&b);
	CHECK_INT(take_slots(&v, got, 2), 0);
	CHECK(!view_done(&v));
	buf_release(&b);
}

/* Readers of random bytes end, and believe in no text beyond the frame. */
static void check_noise(void)
{
	struct rng_fake rng;
	uint8_t noise[512];
	bool inside = true;

	rng_fake_init(&rng, 42);
	for (int i = 0; i < 20000; i++) {
		struct message_sealed sealed;
		struct message_answer answer;
		struct message_claimed claimed;
		struct message_left left;
		struct logbook_result result;
		struct message_job job;
		struct view v;

		rng_fill(&rng.rng, noise, sizeof(noise));
		noise[4] = (uint8_t)(i % 3 == 0 ? 0 : noise[4]);
		v = view_of(noise, sizeof(noise));
		take_sealed(&v, &sealed);
		inside = inside && sealed.n_headers <= MESSAGE_HEADERS_MAX &&
			sealed.job.len < sizeof(noise);
		v = view_of(noise, sizeof(noise));
		take_answer(&v, &answer);
		inside = inside &&
			(v.bad || answer.answer.verdict <= KEEP_SILENT);
		v = view_of(noise, sizeof(noise));
		take_claimed(&v, &claimed);
		inside = inside &&
			(v.bad || claimed.claimed.outcome <= KEEP_CLAIM_GONE);
		v = view_of(noise, sizeof(noise));
		take_left(&v, &left);
		inside = inside &&
			(v.bad || left.left.outcome <= KEEP_LEAVE_MEANT);
		v = view_of(noise, sizeof(noise));
		take_result(&v, &result);
		v = view_of(noise, sizeof(noise));
		take_job(&v, &job);
		inside = inside && job.job.len < sizeof(noise);
	}
	CHECK(inside);
}

static void check_desk(void)
{
	struct message_desk_said said = { .id = 5,
		.slot = 9,
		.petition = 700001,
		.erase = DESK_REASON_ORDER,
		.outcome = KEEP_LEAVE_FREED,
		.c = { { 1 } },
		.mac = { { 2 } },
		.answer = STR("sealed") };
	struct message_desk_said got;
	struct buf b;
	struct view v;

	buf_init(&b, 4096);
	put_desk_said(&b, &said);
	v = view_of(b.at, b.len);
	take_desk_said(&v, &got);
	CHECK(!v.bad && got.id == 5 && got.slot == 9 &&
		got.erase == DESK_REASON_ORDER &&
		got.outcome == KEEP_LEAVE_FREED && got.c.byte[0] == 1 &&
		got.mac.byte[0] == 2 && str_eq(got.answer, said.answer));
	b.at[b.len - 6 - 2 * 32 - 1] = KEEP_LEAVE_MEANT + 1;
	v = view_of(b.at, b.len);
	take_desk_said(&v, &got);
	CHECK(v.bad);
	buf_release(&b);
}

int main(void)
{
	check_form();
	check_sealed();
	check_leave();
	check_slots();
	check_desk();
	check_noise();
	return tap_done();
}
