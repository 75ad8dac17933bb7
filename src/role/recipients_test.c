#include "role/recipients.h"

#include "base/tap.h"

/* Any 32 bytes are a recipient; bech32 makes the text of them. */
static struct str recipient(uint8_t first, struct buf *b)
{
	struct age_recipient r = { { first } };

	buf_init(b, 256);
	age_recipient_text(&r, b);
	return buf_view(b);
}

int main(void)
{
	struct recipients r = { .n = 0 }, again;
	struct age_recipient list[RECIPIENTS_MAX];
	struct buf one, two, file, declared;
	struct str a = recipient(1, &one), b = recipient(2, &two);

	buf_init(&file, 1 << 16);
	buf_init(&declared, 1 << 16);
	CHECK(recipients_add(&r, COMPARTMENT_IDENTITY, a, STR("desk")) == OK);
	CHECK(recipients_add(&r, COMPARTMENT_IDENTITY, a, STR("desk")) ==
		ERR_EXISTS);
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, a, STR("desk")) == OK);
	CHECK(recipients_add(&r, COMPARTMENT_IDENTITY, b,
		      STR("Ms Moss, custodian")) == OK);
	CHECK(recipients_add(&r, COMPARTMENT_MAIL, b, STR("x")) == ERR_INVALID);
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, STR("age1x"), STR("x")) ==
		ERR_INVALID);
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, b, STR("")) ==
		ERR_INVALID);
	/* A line of its own would declare somebody else. */
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, b, STR("x\ty")) ==
		ERR_INVALID);
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, b, STR("x\ny")) ==
		ERR_INVALID);
	CHECK_INT(recipients_of(&r, COMPARTMENT_IDENTITY, list), 2);
	CHECK(list[0].byte[0] == 1 && list[1].byte[0] == 2);

	recipients_write(&file, &r);
	CHECK(recipients_read(buf_view(&file), &again) == OK);
	CHECK_INT(again.n, 3);
	CHECK_STR(str_c(again.line[2].who), STR("Ms Moss, custodian"));
	recipients_declare(&declared, &again, a);
	CHECK(str_starts(buf_view(&declared), STR("contact\t")));
	CHECK(str_ends(buf_view(&declared), STR("\tmailer\n")));

	buf_clear(&file);
	buf_printf(&file, "identity %.*s a\nidentity %.*s b\n", STR_ARG(a),
		STR_ARG(a));
	CHECK(recipients_read(buf_view(&file), &again) == ERR_INVALID);
	CHECK(recipients_read(STR("identity"), &again) == ERR_INVALID);
	CHECK(recipients_read(STR("mail age1 x"), &again) == ERR_INVALID);
	CHECK(recipients_read(STR("# nobody\n\n"), &again) == OK);

	CHECK(recipients_remove(&r, COMPARTMENT_STANDING, a) == ERR_NOT_FOUND);
	CHECK(recipients_remove(&r, COMPARTMENT_IDENTITY, a) == OK);
	CHECK_INT(recipients_of(&r, COMPARTMENT_IDENTITY, list), 1);
	CHECK(list[0].byte[0] == 2);
	CHECK(recipients_remove(&r, COMPARTMENT_IDENTITY, b) == ERR_DENIED);
	CHECK(recipients_remove(&r, COMPARTMENT_CONTACT, a) == ERR_DENIED);

	r.n = 0;
	for (uint8_t i = 0; i < RECIPIENTS_MAX - 1; i++) {
		struct buf many;

		CHECK(recipients_add(&r, COMPARTMENT_IDENTITY,
			      recipient((uint8_t)(i + 1), &many),
			      STR("x")) == OK);
		buf_release(&many);
	}
	CHECK(recipients_add(&r, COMPARTMENT_CONTACT, a, STR("x")) ==
		ERR_TOO_LARGE);
	buf_release(&one);
	buf_release(&two);
	buf_release(&file);
	buf_release(&declared);
	return tap_done();
}
