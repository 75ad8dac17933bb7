#include "domain/plain.h"

#include "base/tap.h"

static void gives(struct str text, struct str want)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	plain_put(&out, text);
	CHECK_STR(buf_view(&out), want);
	buf_release(&out);
}

#define GIVES(text, want) gives(STR(text), STR(want))
#define STAYS(text) gives(STR(text), STR(text))

int main(void)
{
	STAYS("");
	STAYS("One\r\n\r\n  Two \n\n");
	STAYS("* a list\n- another\n1. third\n");
	STAYS("3 * 4 * 5, [sic], (yes) and ###no blank");
	STAYS("**** and * and a_b_c [x] (y) [x](y z)");
	STAYS("[unclosed](http://x");
	STAYS("*open");
	GIVES("## What for?\r\nthis", "What for?\r\nthis");
	GIVES("**Now** and *then*.", "Now and then.");
	GIVES("See [the bill](https://a.example/b).",
		"See the bill (https://a.example/b).");
	GIVES("[https://a.example](https://a.example)", "https://a.example");
	GIVES("**one** two** three", "one two** three");
	return tap_done();
}
