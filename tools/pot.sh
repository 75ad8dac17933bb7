#!/bin/sh
# pot.sh - all words that people read, as a template for translators.
#
#     tools/pot.sh SOURCE OUT.pot [DEPFILE]
#
# xgettext reads the literals that base/words.h and page/say.h mark.  Places
# in the source are left out, so that the template changes only when words do.
set -eu
source=$1
out=$2
depfile=${3-}

cd "$source"
files=$(find src/base src/domain src/html src/mail src/page src/web \
	-name '*.c' ! -name '*_test.c' ! -name sink.c ! -name sample.c ! -name preview.c |
	sort)
cd - >/dev/null
# shellcheck disable=SC2086
(cd "$source" && xgettext --from-code=UTF-8 --language=C --no-location \
	--add-comments=words: --sort-output --keyword \
	--keyword=tr:2 --keyword=site_tr:2 --keyword=site_tr_count:2,3 \
	--keyword=say:2 --keyword=sayf:2 --keyword=say_in:3 \
	--keyword=sayf_in:3 --keyword=say_count:2,3 \
	--keyword=words_say:2 --keyword=words_mark:1 \
	--package-name=petitiond --copyright-holder='petitiond contributors' \
	--output=- $files) |
	sed 's/charset=CHARSET/charset=UTF-8/
		s/nplurals=INTEGER; plural=EXPRESSION/nplurals=2; plural=n != 1/
		/^#, c-format$/d
		/^"POT-Creation-Date:/d' \
		>"$out.new"
mv "$out.new" "$out"
if [ -n "$depfile" ]; then
	printf '%s:' "$out" >"$depfile"
	for file in $files; do
		printf ' %s/%s' "$source" "$file" >>"$depfile"
	done
	printf '\n' >>"$depfile"
fi
