#!/bin/sh
# po_update.sh - bring the translations up to the words of the source.
#
#     tools/po_update.sh [LANG...]
#
# New messages stand in po/LANG.po empty, to be filled in; left-over ones go.
set -eu
cd "$(dirname "$0")/.."
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
tools/pot.sh . "$pot"
for file in po/*.po; do
	lang=$(basename "$file" .po)
	[ $# -eq 0 ] || case " $* " in *" $lang "*) ;; *) continue ;; esac
	msgmerge --quiet --update --backup=none --no-fuzzy-matching \
		--no-location --sort-output "$file" "$pot"
	msgattrib --no-obsolete --sort-output -o "$file" "$file"
	printf '%s: ' "$lang"
	msgfmt --statistics -o /dev/null "$file"
done
