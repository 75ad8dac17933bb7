#include "page/sample.h"

#include "page/local.h"

#include "page/content.h"

#define OPENED_MS INT64_C(1779100200000) /* 18 May 2026 */
#define DEADLINE_MS INT64_C(1795046399999) /* 18 November 2026 */
#define CHECKPOINT_MS INT64_C(1787221450000) /* 20 August 2026 */

struct page_site sample_site(const struct zone *zone)
{
	return (struct page_site){
		.base_url = STR("https://petitions.example.org"),
		.title = STR("Petitions of Example"),
		.zone = zone,
		.sponsors = 5,
		.response_threshold = 10000,
		.debate_threshold = 100000,
		.duration_months = 6,
		.home = { STR("GB"), STR("") },
		.checkpoint_ms = CHECKPOINT_MS,
		.log_path = STR("/log/2026"),
		.one_machine = true,
		.credential_in_file = true,
	};
}

/* Nothing has happened to it yet. */
static struct petition fresh(enum petition_state state)
{
	return (struct petition){
		.id = 700123,
		.state = state,
		.lang = STR("en-GB"),
		.action = STR("Plant one tree for every household in the "
			      "country"),
		.background = STR("Streets are too hot in summer, and planting "
				  "is cheap. We ask the Government to pay for "
				  "one tree for every household, planted where "
				  "people walk."),
		.additional_details = STR(
			"A street with trees is up to four degrees cooler.\r\n"
			"\r\nSee https://trees.example.org/report?a=1&b=2 and "
			"ask trees@example.org."),
		.creator_name = STR("Ada Green"),
		.created_ms = OPENED_MS - 86400000,
		.updated_ms = OPENED_MS,
		.rejected_ms = WHEN_NONE,
		.opened_ms = OPENED_MS,
		.closed_ms = WHEN_NONE,
		.deadline_ms = DEADLINE_MS,
		PETITION_NOTHING_YET,
	};
}

static const struct petition_response response = {
	.responded_on = 20640, /* 6 July 2026 */
	.summary = STR_INIT("The Government is planting already, and looks at "
			    "paying for more."),
	.details = STR_INIT("# What we do\r\n\r\nThis year two million will "
			    "be planted:\r\n\r\n* in streets,\r\n"
			    "* in **yards**.\r\n\r\nRead "
			    "[the plan](https://plans.example.org/trees)."
			    "\r\n\r\nMinistry of Shade"),
};

static const struct petition_activity activity[] = {
	{ .subject = STR_INIT("MPs ask about trees"),
		.body = STR_INIT("The question and its answer stand at "
				 "https://questions.example.org/1."),
		.occurred_on = 20600 },
	{ .subject = STR_INIT("A committee visits a street"),
		.body = STR_INIT("It was cooler than expected."),
		.occurred_on = 20650 },
};

static const struct store_summary open_list[] = {
	{ .id = 700123,
		.state = PETITION_OPEN,
		.action = STR_INIT("Plant one tree for every household in the "
				   "country"),
		.count = 11277,
		.opened_ms = OPENED_MS,
		.closed_ms = WHEN_NONE,
		.deadline_ms = DEADLINE_MS,
		.rejected_ms = WHEN_NONE,
		.response_ms = OPENED_MS + INT64_C(4000000000),
		.scheduled_debate_date = 20800,
		.debated_on = DAY_NONE },
	{ .id = 700124,
		.state = PETITION_OPEN,
		.action = STR_INIT("Keep <b>libraries</b> open on Sundays & "
				   "holidays"),
		.count = 1,
		.opened_ms = OPENED_MS,
		.closed_ms = WHEN_NONE,
		.deadline_ms = DEADLINE_MS,
		.rejected_ms = WHEN_NONE,
		.response_ms = WHEN_NONE,
		.scheduled_debate_date = DAY_NONE,
		.debated_on = DAY_NONE },
};

static const struct store_summary debated_list[] = {
	{ .id = 700001,
		.state = PETITION_CLOSED,
		.action = STR_INIT("Do not ban strong encryption"),
		.count = 4150262,
		.opened_ms = OPENED_MS - INT64_C(31536000000),
		.closed_ms = DEADLINE_MS - INT64_C(31536000000),
		.deadline_ms = DEADLINE_MS - INT64_C(31536000000),
		.rejected_ms = WHEN_NONE,
		.response_ms = OPENED_MS,
		.scheduled_debate_date = 20500,
		.debated_on = 20500 },
	{ .id = 700002,
		.state = PETITION_REJECTED,
		.action = STR_INIT("Make the summer longer"),
		.count = 5,
		.opened_ms = WHEN_NONE,
		.closed_ms = WHEN_NONE,
		.deadline_ms = WHEN_NONE,
		.rejected_ms = OPENED_MS,
		.response_ms = WHEN_NONE,
		.scheduled_debate_date = DAY_NONE,
		.debated_on = DAY_NONE },
};

static const struct store_trend trends[] = {
	{ 700123, STR_INIT("Plant one tree for every household in the country"),
		1240, 11277 },
	{ 700124, STR_INIT("Repair <the> clock & ring it"), 1, 20 },
};

static void home(struct buf *out, const struct page_site *site)
{
	page_home(out, site,
		&(struct page_home){
			.trends = trends,
			.trends_count = 2,
			.open = { open_list, 2, 40 },
			.responded = { open_list, 1, 1 },
			.debated = { debated_list, 1, 1 },
		});
}

static void list(struct buf *out, const struct page_site *site)
{
	page_browse(out, site,
		&(struct page_browse){
			.facet = STORE_OPEN,
			.list = { open_list, 2, 2 },
			.page = 1,
			.pages = 1,
		});
}

static void list_middle(struct buf *out, const struct page_site *site)
{
	static const struct page_topic topic[] = {
		{ STR_INIT("environment"), STR_INIT("Environment & air") },
	};

	page_browse(out, site,
		&(struct page_browse){
			.facet = STORE_ALL,
			.list = { debated_list, 2, 2310 },
			.page = 7,
			.pages = 93,
			.topic = topic,
			.topics_count = 1,
		});
}

static void list_empty(struct buf *out, const struct page_site *site)
{
	page_browse(out, site,
		&(struct page_browse){ .facet = STORE_AWAITING_DEBATE,
			.page = 1,
			.pages = 1 });
}

static void list_archived(struct buf *out, const struct page_site *site)
{
	static const struct store_period periods[] = {
		{ 2,
			{ .period = STR_INIT("2017-2019"),
				.government = STR_INIT("Conservative") } },
		{ 1,
			{ .period = STR_INIT("2015-2017"),
				.government = STR_INIT("Conservative") } },
	};
	struct store_summary archived = debated_list[0];

	archived.id = 106369;
	archived.archived = true;
	page_browse(out, site,
		&(struct page_browse){
			.archived = true,
			.facet = STORE_PUBLISHED,
			.list = { &archived, 1, 26 },
			.page = 2,
			.pages = 2,
			.period = STR("2015-2017"),
			.periods = periods,
			.periods_count = 2,
		});
}

static void check(struct buf *out, const struct page_site *site)
{
	page_check(out, site,
		&(struct page_check){ .words = STR("Trees for <every> street"),
			.list = { open_list, 2, 2 } });
}

static void check_none(struct buf *out, const struct page_site *site)
{
	page_check(out, site, &(struct page_check){ .words = STR("The moon") });
}

static void check_empty(struct buf *out, const struct page_site *site)
{
	page_check(out, site, &(struct page_check){ .words = STR("") });
}

static void home_empty(struct buf *out, const struct page_site *site)
{
	page_home(out, site, &(struct page_home){ 0 });
}

static void petition_new(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	t.counted = 1;
	page_petition(out, site, &t, &(struct page_around){ .reveal = false });
}

static void petition_open(struct buf *out, const struct page_site *site)
{
	static const struct store_history points[] = { { OPENED_MS + 86400000,
							       2000 },
		{ OPENED_MS + 864000000, 10350 }, { CHECKPOINT_MS, 11277 } };
	struct petition t = fresh(PETITION_OPEN);

	t.carried_over = 11000;
	t.counted = 277;
	t.committee_note = STR("The Committee has asked the Ministry to say "
			       "how many trees there are.");
	t.response_threshold_ms = OPENED_MS + INT64_C(2000000000);
	t.response_ms = OPENED_MS + INT64_C(4000000000);
	t.response = &response;
	t.activities = activity;
	t.activities_count = 2;
	page_petition(out, site, &t,
		&(struct page_around){
			.has_map = true, .points = points, .points_count = 3 });
}

static void petition_debated(struct buf *out, const struct page_site *site)
{
	static const struct petition_debate debate = {
		.debated_on = 20660,
		.overview = STR_INIT("MPs of all sides spoke for more shade."),
		.video_url = STR_INIT("https://video.example.org/1"),
		.transcript_url = STR_INIT("https://text.example.org/1"),
		.debate_pack_url = STR_INIT("javascript:alert(1)"),
	};
	struct petition t = fresh(PETITION_CLOSED);

	t.counted = 104705;
	t.closed_ms = DEADLINE_MS;
	t.response_threshold_ms = OPENED_MS + INT64_C(2000000000);
	t.debate_threshold_ms = OPENED_MS + INT64_C(6000000000);
	t.response = &response;
	t.debate = &debate;
	page_petition(out, site, &t, &(struct page_around){ .reveal = true });
}

static void petition_archived(struct buf *out, const struct page_site *site)
{
	static const struct petition_period period = {
		.period = STR_INIT("2015-2017"),
		.government = STR_INIT("Conservative"),
		.dissolution_ms = INT64_C(1493766060000),
		.response_threshold = 10000,
		.debate_threshold = 100000,
	};
	struct petition t = fresh(PETITION_CLOSED);

	t.id = 106369;
	t.archived = true;
	t.action = STR("Do not ban strong encryption");
	t.opened_ms = INT64_C(1440082975704);
	t.closed_ms = INT64_C(1456012799999);
	t.carried_over = 11277;
	t.response = &response;
	t.response_ms = INT64_C(1453115966587);
	t.response_threshold_ms = INT64_C(1451499944046);
	t.period = &period;
	t.activities = activity;
	t.activities_count = 2;
	page_petition(out, site, &t, &(struct page_around){ .reveal = false });
}

static void petition_rejected(struct buf *out, const struct page_site *site)
{
	static const struct petition_rejection rejection = {
		.code = STR_INIT("irrelevant"),
		.details = STR_INIT("Ask your council: "
				    "https://council.example.org."),
	};
	struct petition t = fresh(PETITION_REJECTED);

	t.opened_ms = WHEN_NONE;
	t.rejected_ms = OPENED_MS;
	t.rejection = &rejection;
	page_petition(out, site, &t, &(struct page_around){ .reveal = false });
}

static const struct sign_form filled = {
	.eligible = true,
	.name = STR_INIT("Zo\xC3\xAB O'Brien"),
	.email = STR_INIT("zoe@example.org"),
	.country = STR_INIT("GB"),
	.postcode = STR_INIT("sw1a 1aa"),
	.updates = true,
	.token = STR_INIT("AbCdEf"),
};

static void sign(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_form form = { .token = STR("AbCdEf") };

	page_sign(out, site, &t, &form, NULL);
}

static void sign_faulty(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_form form = {
		.name = STR("\"><script>alert(1)</script>"),
		.email = STR("zoe.example.org"),
		.country = STR("FR"),
		.postcode = STR("nowhere"),
		.token = STR("AbCdEf"),
	};
	struct sign_faults faults = {
		.not_eligible = true,
		.name = NAME_LINK,
		.email = EMAIL_NO_AT,
		.postcode = POSTCODE_SHAPE,
	};

	page_sign(out, site, &t, &form, &faults);
}

static void sign_stale(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_faults faults = { .stale = true };

	page_sign(out, site, &t, &filled, &faults);
}

static void sign_check(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_sign_check(out, site, &t, &filled, false);
}

static void leave_open(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_leave_choose(
		out, site, &t, true, STR("B-AAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void leave_closed(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_CLOSED);

	page_leave_choose(
		out, site, &t, false, STR("B-AAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void leave_withdraw(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_leave(out, site, &t, true, PAGE_WITHDRAW);
}

static void leave_erase(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_CLOSED);

	page_leave(out, site, &t, false, PAGE_ERASE);
}

static void leave_show(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_leave(out, site, &t, true, PAGE_SHOW);
}

static void left_withdrawn(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_left(out, site, &t, LEFT_WITHDRAWN);
}

static void left_other(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_left(out, site, &t, LEFT_OTHER);
}

static void sign_sent(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_sign_sent(out, site, &t);
}

static void sign_no_email(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_form form = {
		.token = STR("AbCdEf"), .shown = STR("GhIj"), .no_email = true
	};

	page_sign(out, site, &t, &form, NULL);
}

static void sign_correct(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_form form = { .token = STR("AbCdEf"),
		.shown = STR("GhIj"),
		.corrects = STR("B-AAAAAAAAAAAAAAAAAAAAAAAAAA") };

	page_sign(out, site, &t, &form, NULL);
}

static void sign_person(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);
	struct sign_form form = filled;

	form.website = STR("https://spam.example");
	form.ask_person = true;
	page_sign_check(out, site, &t, &form, true);
}

static void confirm(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_confirm(out, site, &t, STR("B-AAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void confirm_type(struct buf *out, const struct page_site *site)
{
	page_confirm_type(out, site, STR_NULL, false);
}

static void confirm_wrong(struct buf *out, const struct page_site *site)
{
	page_confirm_type(out, site, STR("C-\"ABC"), true);
}

static void confirm_again(struct buf *out, const struct page_site *site)
{
	struct petition t = fresh(PETITION_OPEN);

	page_confirm_again(out, site, &t);
}

static struct page_receipt receipt_of(enum page_counted state)
{
	struct page_receipt r = {
		.slot = 7,
		.petition_id = 700123,
		.action = STR("Plant one tree for every household in the "
			      "country"),
		.promise =
			STR("petitions.example.org/promise/v1\n700123\n"
			    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
			    "1787310000\n\n\xE2\x80\x94 "
			    "petitions.example.org/promise "
			    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
		.count = 11278,
		.is_open = true,
		.log_path = STR("/log/2026"),
		.state = state,
		.leaf = 11278,
		.out_ms = 1780000000000,
		.out_leaf = 11290,
	};

	for (size_t i = 0; i < sizeof(r.commitment); i++)
		r.commitment[i] = (uint8_t)i;
	return r;
}

static void receipt_waiting(struct buf *out, const struct page_site *site)
{
	struct page_receipt r = receipt_of(PAGE_WAITING);

	page_receipt(out, site, &r);
}

static void receipt_logged(struct buf *out, const struct page_site *site)
{
	struct page_receipt r = receipt_of(PAGE_COUNTED);
	struct page_area area = { .name = STR("Amberhaven"),
		.slug = STR("amberhaven"),
		.member = STR("Ada Thornbury MP"),
		.member_url = STR("https://members.example/ada-thornbury") };

	r.area = &area;
	page_receipt(out, site, &r);
}

static void receipt_withdrawn(struct buf *out, const struct page_site *site)
{
	struct page_receipt r = receipt_of(PAGE_WITHDRAWN);

	page_receipt(out, site, &r);
}

static void receipt_apart(struct buf *out, const struct page_site *site)
{
	struct page_receipt r = receipt_of(PAGE_INVALIDATED);

	r.reason = 1;
	r.promise = STR("");
	page_receipt(out, site, &r);
}

static void readers(struct buf *out, const struct page_site *site)
{
	static const struct page_reader reader[] = {
		{ PAGE_IDENTITY, STR_INIT("Moderation desk, Ms Moss"),
			STR_INIT("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
				 "qqqqqqqqqqqqqqqqq3290gq"),
			OPENED_MS, WHEN_NONE },
		{ PAGE_IDENTITY, STR_INIT("Moderation desk, Mr Fern"),
			STR_INIT("age1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
				 "zzzzzzzzzzzzzzzzz3290gq"),
			OPENED_MS, CHECKPOINT_MS },
		{ PAGE_CONTACT, STR_INIT("Campaign key of this site"),
			STR_INIT("age1wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
				 "wwwwwwwwwwwwwwwww3290gq"),
			OPENED_MS, WHEN_NONE },
		{ PAGE_MAIL, STR_INIT("Mail program, key of this day"),
			STR_INIT("age1eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
				 "eeeeeeeeeeeeeeeee3290gq"),
			OPENED_MS, WHEN_NONE },
	};

	page_readers(out, site, reader, sizeof(reader) / sizeof(reader[0]));
}

static void standards(struct buf *out, const struct page_site *site)
{
	if (page_content(out, site, STR("standards"), STR_NULL) != OK)
		buf_c(out, "refused");
}

/* What an operator may write, and what must not come of it. */
static void operators(struct buf *out, const struct page_site *site)
{
	if (page_content(out, site, STR("help"),
		    STR("# Help & more\n\nAt {response_threshold} "
			"signatures on {site}, {unknown}.\n\n"
			"<script>alert(1)</script>\n\n"
			"[no](javascript:alert(1)) and [yes](/standards)\n\n"
			"## One `code`\n\n## Two\n\n## Three\n")) != OK)
		buf_c(out, "refused");
}

static void waiting_of(struct buf *out, const struct page_site *site,
	enum petition_state state)
{
	struct petition t = fresh(state);

	t.carried_over = 0;
	t.counted = 3;
	page_waiting(out, site, &t);
}

static void waiting_gathering(struct buf *out, const struct page_site *site)
{
	waiting_of(out, site, PETITION_VALIDATED);
}

static void waiting_checked(struct buf *out, const struct page_site *site)
{
	waiting_of(out, site, PETITION_FLAGGED);
}

static void periods(struct buf *out, const struct page_site *site)
{
	static const struct store_period at[] = {
		{ 2,
			{ STR_INIT("2017-2019"), STR_INIT("Green & Yellow"),
				INT64_C(1572998460000), 10000, 100000 } },
		{ 1,
			{ STR_INIT("2015-2017"), STR_INIT("Blue"),
				INT64_C(1493766060000), 10000, 100000 } },
	};

	page_periods(out, site, at, 2);
}

static void topics(struct buf *out, const struct page_site *site)
{
	static const struct store_topic at[] = {
		{ STR_INIT("environment"), STR_INIT("Environment & air") },
		{ STR_INIT("nameless"), { 0 } },
	};

	page_topics(out, site, at, 2);
}

static void error_404(struct buf *out, const struct page_site *site)
{
	page_error(out, site, 404);
}

static void error_503(struct buf *out, const struct page_site *site)
{
	page_error(out, site, 503);
}

static void again(struct buf *out, const struct page_site *site)
{
	page_again(out, site);
}

/* ---- where people live ---- */

static const struct page_area sample_areas[] = {
	{ STR_INIT("Amberhaven"), STR_INIT("amberhaven"),
		STR_INIT("Ada Thornbury MP"),
		STR_INIT("https://members.example/ada-thornbury"),
		STR_INIT("Coast") },
	{ STR_INIT("Otterby & <Fen>"), STR_INIT("otterby-fen"), { 0 }, { 0 },
		{ 0 } },
	{ STR_INIT("Ynys M\xC3\xB4n"), STR_INIT("ynys-mon"),
		STR_INIT("Katya Rusk"), { 0 }, { 0 } },
};

static void local(struct buf *out, const struct page_site *site)
{
	page_local(out, site,
		&(struct page_local){ .typed = STR(""),
			.area = sample_areas,
			.area_count = 3 });
}

static void local_unknown(struct buf *out, const struct page_site *site)
{
	page_local(out, site,
		&(struct page_local){ .answer = LOCAL_UNKNOWN_POSTCODE,
			.typed = STR("\"><QC9 9ZZ") });
}

static void local_choose(struct buf *out, const struct page_site *site)
{
	page_local(out, site,
		&(struct page_local){ .answer = LOCAL_CHOOSE,
			.typed = STR("qc1 7st"),
			.postcode = STR("QC17ST"),
			.found = sample_areas,
			.found_count = 2 });
}

static void local_ended(struct buf *out, const struct page_site *site)
{
	page_local(out, site,
		&(struct page_local){ .answer = LOCAL_CHOOSE,
			.typed = STR("qc1 9zz"),
			.postcode = STR("QC19ZZ"),
			.ended = true,
			.found = sample_areas,
			.found_count = 1 });
}

static void area(struct buf *out, const struct page_site *site)
{
	static const struct store_local at[] = {
		{ .id = 700001,
			.state = PETITION_OPEN,
			.action = STR_INIT("Open libraries on Saturdays"),
			.local = 134,
			.count = 2417 },
		{ .id = 700004,
			.state = PETITION_CLOSED,
			.action = STR_INIT("Plant <trees>"),
			.local = 1,
			.count = 104883 },
	};

	page_area(out, site,
		&(struct page_area_list){ sample_areas[0], true, at, 2 });
}

static void area_vacant(struct buf *out, const struct page_site *site)
{
	page_area(
		out, site, &(struct page_area_list){ .area = sample_areas[1] });
}

const struct sample *sample_list(size_t *ret_count)
{
	static const struct sample samples[] = {
		{ "home", home },
		{ "home-empty", home_empty },
		{ "local", local },
		{ "local-unknown", local_unknown },
		{ "local-choose", local_choose },
		{ "local-ended", local_ended },
		{ "area", area },
		{ "area-vacant", area_vacant },
		{ "check", check },
		{ "check-none", check_none },
		{ "check-empty", check_empty },
		{ "list", list },
		{ "list-middle", list_middle },
		{ "list-empty", list_empty },
		{ "list-archived", list_archived },
		{ "petition-new", petition_new },
		{ "petition-open", petition_open },
		{ "petition-debated", petition_debated },
		{ "petition-archived", petition_archived },
		{ "petition-rejected", petition_rejected },
		{ "sign", sign },
		{ "sign-faulty", sign_faulty },
		{ "sign-stale", sign_stale },
		{ "sign-check", sign_check },
		{ "sign-sent", sign_sent },
		{ "sign-no-email", sign_no_email },
		{ "sign-correct", sign_correct },
		{ "sign-person", sign_person },
		{ "leave", leave_open },
		{ "leave-closed", leave_closed },
		{ "leave-withdraw", leave_withdraw },
		{ "leave-erase", leave_erase },
		{ "leave-show", leave_show },
		{ "left-withdrawn", left_withdrawn },
		{ "left-other", left_other },
		{ "confirm", confirm },
		{ "confirm-type", confirm_type },
		{ "confirm-wrong", confirm_wrong },
		{ "confirm-bad", page_confirm_bad },
		{ "confirm-again", confirm_again },
		{ "receipt-waiting", receipt_waiting },
		{ "receipt-logged", receipt_logged },
		{ "receipt-withdrawn", receipt_withdrawn },
		{ "receipt-apart", receipt_apart },
		{ "map", sample_map },
		{ "widget", sample_widget },
		{ "map-none", sample_map_none },
		{ "readers", readers },
		{ "help", page_help },
		{ "privacy", page_privacy },
		{ "standards", standards },
		{ "help-own", operators },
		{ "waiting-gathering", waiting_gathering },
		{ "waiting-checked", waiting_checked },
		{ "periods", periods },
		{ "topics", topics },
		{ "error-404", error_404 },
		{ "error-503", error_503 },
		{ "error-again", again },
	};

	*ret_count = sizeof(samples) / sizeof(samples[0]);
	return samples;
}
