#include "mail/dsn.h"

#include "base/tap.h"

#define HEAD                                                                   \
	"Content-Type: Multipart/Report; boundary=\"b=1\"\r\n"                 \
	" ; report-type=delivery-status\r\n"                                   \
	"To: bounces+TOKEN@example.org\r\n"
#define STATUS_PART                                                            \
	"--b=1\r\ncontent-type: message/delivery-status\r\n\r\n"               \
	"Reporting-MTA: dns; mx.example\r\n\r\n"
#define END "\r\n--b=1--\r\n"

static enum dsn_kind kind_of(struct str message)
{
	return dsn_read(message).kind;
}

static void test_status(void)
{
	static const char *const hard[] = { "5.0.0", "5.1.1", "5.1.10 none",
		"5.2.1", "5.4.4" };
	static const char *const other[] = { "", "5", "5.1", "5.1.", "5..1",
		"5.2.2", "5.3.4", "5.4.1", "5.7.1", "4.1.1", "2.1.5", "x5.1.1",
		"5-1-1", "55.1.1", "05.1.1", "5.01.1" };

	for (size_t i = 0; i < sizeof(hard) / sizeof(*hard); i++)
		CHECK(dsn_status_is_hard(str_c(hard[i])));
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		CHECK(!dsn_status_is_hard(str_c(other[i])));
}

static void test_reply(void)
{
	CHECK(dsn_reply_is_hard(STR("550 5.1.1 no such user\r\n")));
	CHECK(dsn_reply_is_hard(STR("550-5.1.1 no such\r\n")));
	CHECK(dsn_reply_is_hard(STR("550 no such user")));
	CHECK(dsn_reply_is_hard(STR("553")));
	CHECK(!dsn_reply_is_hard(STR("550 5.7.1 relaying denied")));
	CHECK(!dsn_reply_is_hard(STR("552 5.2.2 full")));
	CHECK(!dsn_reply_is_hard(STR("554 no")));
	CHECK(!dsn_reply_is_hard(STR("450 5.1.1 later")));
	CHECK(!dsn_reply_is_hard(STR("")));
}

static void test_report(void)
{
	CHECK_INT(kind_of(STR(HEAD "\r\n" STATUS_PART
				   "Action: failed\r\nStatus: 5.1.1\r\n" END)),
		DSN_HARD);
	CHECK_INT(kind_of(STR(HEAD "\r\n" STATUS_PART
				   "ACTION : Failed\r\nstatus:\r\n\t5.1.1 "
				   "(no)\r\n" END)),
		DSN_HARD);
	CHECK_INT(kind_of(STR(HEAD "\r\n" STATUS_PART
				   "Action: failed\r\nStatus: 5.2.2\r\n" END)),
		DSN_SOFT);
	CHECK_INT(kind_of(STR(HEAD "\r\n" STATUS_PART
				   "Action: delayed\r\nStatus: 5.1.1\r\n" END)),
		DSN_SOFT);
	CHECK_INT(
		kind_of(STR(HEAD "\r\n" STATUS_PART "Action: failed\r\n" END)),
		DSN_NONE);
}

#define ENCODED(how, text)                                                     \
	STR(HEAD "\r\n--b=1\r\nContent-Type: "                                 \
		 "message/global-delivery-status\r\n"                          \
		 "Content-Transfer-Encoding: " how "\r\n\r\n" text END)

static void test_encoded(void)
{
	/* "Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n" */
	CHECK_INT(kind_of(ENCODED("Base64",
			  "UmVwb3J0aW5nLU1UQTogZG5zOyBteAoKQWN0aW9u\r\n"
			  "OiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\r\n")),
		DSN_HARD);
	CHECK_INT(kind_of(ENCODED("base64",
			  "UmVwb3J0aW5nLU1UQTogZG5zOyBteAoKQWN0aW9u\n"
			  "OiBmYWlsZWQKU3RhdHVzOiA1LjIuMgo\n")),
		DSN_SOFT);
	CHECK_INT(kind_of(ENCODED("base64", "")), DSN_NONE);
	CHECK_INT(kind_of(ENCODED("base64", "A")), DSN_NONE);
	CHECK_INT(kind_of(ENCODED("base64", "Action: failed\nStatus: 5.1.1")),
		DSN_NONE);
	CHECK_INT(kind_of(ENCODED(" quoted-printable ",
			  "Reporting-MTA: dns; mx\r\n\r\n"
			  "Act=69on: fai=\r\nled\r\nStatus:=20=35.1=\n.1"
			  "\r\n")),
		DSN_HARD);
	CHECK_INT(kind_of(ENCODED("quoted-printable",
			  "Action: failed\nStatus: =5.1.1\n")),
		DSN_SOFT);
	CHECK_INT(kind_of(ENCODED("quoted-printable",
			  "Action: failed\nStatus: 5.1.1\n=")),
		DSN_HARD);
	CHECK_INT(kind_of(ENCODED("8bit", "Action: failed\nStatus: 5.1.1\n")),
		DSN_HARD);
}

/* What somebody else wrote is no report, whatever it says in its text. */
static void test_no_report(void)
{
	CHECK_INT(kind_of(STR("")), DSN_NONE);
	CHECK_INT(kind_of(STR("\r\n\r\n")), DSN_NONE);
	CHECK_INT(kind_of(STR("Content-Type: text/plain\r\n\r\n" STATUS_PART
			      "Action: failed\r\nStatus: 5.1.1\r\n" END)),
		DSN_NONE);
	CHECK_INT(kind_of(STR("Content-Type: multipart/report\r\n\r\n"
			      "--\r\nContent-Type: message/delivery-status\r\n"
			      "\r\nAction: failed\r\nStatus: 5.1.1\r\n")),
		DSN_NONE);
	CHECK_INT(kind_of(STR(HEAD "\r\n--b=1\r\n\r\n"
				   "Action: failed\r\nStatus: 5.1.1\r\n" END)),
		DSN_NONE);
	CHECK_INT(kind_of(STR(HEAD "\r\n--b=12\r\nContent-Type: "
				   "message/delivery-status\r\n\r\n"
				   "Action: failed\r\nStatus: 5.1.1\r\n" END)),
		DSN_NONE);
}

static void test_head(void)
{
	struct dsn d = dsn_read(STR("A: b\r\nC: d\r\n\r\nE: f\r\n"));

	CHECK_STR(d.head, STR("A: b\r\nC: d"));
}

int main(void)
{
	test_status();
	test_reply();
	test_report();
	test_encoded();
	test_no_report();
	test_head();
	return tap_done();
}
