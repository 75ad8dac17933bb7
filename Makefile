# What people type.  The build itself is Meson's: meson.build.
#
# Everything but `make help` first installs what is missing (tools/setup.sh).

SITE = demo
LISTEN =
DATA =
FUZZ_SECONDS = 30
SOAK_ROUNDS = 10000
BENCH =

.PHONY: help run test check bench fuzz soak clean

help:
	@echo 'make run     serve a demo site and a mailbox for its mails on this machine'
	@echo '             (LISTEN=127.0.0.1:8080 SITE=demo DATA=folder of real documents)'
	@echo 'make test    build with two compilers and sanitizers, run every test'
	@echo 'make check   the rules of the source, in seconds'
	@echo 'make bench   measure (BENCH=options of bench/run.py)'
	@echo 'make fuzz    every fuzz target for FUZZ_SECONDS=30'
	@echo 'make soak    a nation signs; kill it SOAK_ROUNDS=10000 times; power, disk, clocks'
	@echo 'make clean   remove the builds, keep the sites'

run:
	@tools/setup.sh run
	@tools/build build --buildtype=release -- src/cmd/petitiond src/cmd/petition-verify
	@exec node tools/run.mjs build '$(SITE)' '$(LISTEN)' '$(DATA)'

test:
	@tools/setup.sh test
	@exec python3 tools/run-tests.py

check:
	@tools/setup.sh test
	@exec python3 tools/check.py

bench:
	@tools/setup.sh bench
	@tools/build build-bench --buildtype=release -Dbench=true --
	@exec python3 bench/run.py build-bench $(BENCH)

fuzz:
	@tools/setup.sh test
	@CC=clang tools/build build-fuzz --buildtype=debugoptimized \
		-Db_sanitize=address,undefined -Dfuzz=true --
	@exec tools/fuzz build-fuzz $(FUZZ_SECONDS)

soak:
	@tools/setup.sh test
	@tools/build build-faults --buildtype=release -Dfaults=true --
	@python3 tests/kill/lives.py --build build-faults --replay --speed 60 \
		--connections 1024
	@python3 tests/kill/lives.py --build build-faults --replay --over 600 \
		--lives 60000 --kill 2
	@exec python3 tests/kill/soak.py --build build-faults --rounds $(SOAK_ROUNDS)

clean:
	rm -rf build build-test build-release build-faults build-clang \
		build-bench build-fuzz
