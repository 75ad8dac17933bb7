#!/bin/sh
# setup.sh - install what petitiond needs, and only what is missing.
#
#     tools/setup.sh [run | test | bench | all]
#
# run   what building the server and running a demo site takes (the default)
# test  the same, and what the tests take: Chromium, Go, Python, fuzzing
# bench the same as run, and the controls of the benchmarks
# all   everything
#
# For Debian 12 and its relatives: system packages with apt-get (through sudo
# unless root), packages of npm in the folders that ask for them.  Does
# nothing, quickly, when all is there.
set -eu

run_packages="meson ninja-build pkg-config gcc gettext python3
	libsodium-dev nettle-dev libmicrohttpd-dev libsqlite3-dev
	libcurl4-openssl-dev libjansson-dev libunistring-dev libidn2-dev libstemmer-dev
	libpango1.0-dev fonts-dejavu-core libcmark-dev libseccomp-dev zlib1g-dev tzdata age"
test_packages="clang clang-format libclang-rt-14-dev
	golang-go golang-golang-x-mod-dev python3 python3-cryptography
	valgrind chromium fonts-dejavu sqlite3 zbar-tools"
bench_packages="python3 nginx-light wrk"

root=$(cd "$(dirname "$0")/.." && pwd)

fail()
{
	echo "setup: $1" >&2
	exit 1
}

usage()
{
	sed -n '4,9s/^# \{0,1\}//p' "$0"
}

# The packages among "$@" that dpkg does not have installed.
missing_among()
{
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" \
		2>/dev/null | sed -n 's/^installed //p')
	for package in "$@"; do
		case "
$have
" in
		*"
$package
"*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

apt()
{
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	fi
}

# Quietly, but show what it said when it failed.
quietly()
{
	said=$(mktemp)
	if "$@" >"$said" 2>&1; then
		rm -f "$said"
		return 0
	fi
	cat "$said" >&2
	rm -f "$said"
	return 1
}

install_packages()
{
	command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
		fail "no apt-get here: install by hand what this file lists"
	missing=$(missing_among "$@")
	[ -n "$missing" ] || return 0
	echo "setup: installing $missing"
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		fail "this needs root, and sudo is not here: run it as root"
	quietly apt -q update ||
		fail "apt-get update failed: is there a network?"
	# shellcheck disable=SC2086
	quietly apt -qy install --no-install-recommends $missing ||
		fail "apt-get could not install: $missing"
}

# True if the node on PATH is 18 or newer.
node_is_good()
{
	command -v node >/dev/null && command -v npm >/dev/null &&
		[ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ]
}

# npm ci in $1, unless the last one was for this very lock file.
install_modules()
{
	folder=$root/$1
	stamp=$folder/node_modules/.setup-lock
	cmp -s "$folder/package-lock.json" "$stamp" && return 0
	echo "setup: npm ci in $1"
	(cd "$folder" && quietly npm ci) ||
		fail "npm ci failed in $1: is there a network?"
	cp "$folder/package-lock.json" "$stamp"
}

what=${1-run}
case $what in
run) packages=$run_packages ;;
test) packages="$run_packages $test_packages" ;;
bench) packages="$run_packages $bench_packages" ;;
all) packages="$run_packages $test_packages $bench_packages" ;;
-h | --help)
	usage
	exit 0
	;;
*)
	usage >&2
	exit 2
	;;
esac
node_is_good || packages="$packages nodejs npm"
# shellcheck disable=SC2086
install_packages $packages
node_is_good || fail "node 18 or newer is needed, and npm with it"
install_modules tools/inbox
case $what in
test | all) install_modules tests/browser ;;
esac
