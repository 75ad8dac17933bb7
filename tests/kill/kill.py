#!/usr/bin/env python3
"""Kills the server in every way while people sign, and looks what is left.

usage: kill.py --build DIR [--rounds N] [--seed S] [--only TEXT] [--keep]

A round is one of: a role dies at a named place (FAULT in src/), at its first
or a later pass, under load or while it starts, perhaps with a second place
for whoever mends the first; a role is killed at a random moment; two are; all
are, with the supervisor.  After every ten rounds
everybody ends the life begun, and the oracle (oracle.py) looks at the site.
Prints TAP; the seed that it prints gives the same rounds again, though not
the same moments.  --only rehearses the faults whose name holds TEXT; --keep
leaves the site for a look.
"""
import argparse
import asyncio
import faulthandler
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # leave no file in the source tree

from oracle import Oracle, at_rest, until
from people import Ledger, People, Relay, exchange
from server import ROLES, Failure, Site
from watcher import Watcher

SETTINGS = {"checkpoint_s": 1, "ripe_count": 1, "off": "yes",
            "siblings_per_mailbox": 20, "sponsors": 0, "inbox_url": ""}
CROWD = 16
BLOCK = 10  # rounds between two looks
SECOND_CHANCES = 4
SITE_ROUNDS = 400  # then a new site, or looking takes longer and longer

# Places that a running site does not come by, and who kills there instead.
ELSEWHERE = {
    "store-migrate-begin": "init: store's crash_test",
    "store-migrate-commit": "init: store's crash_test",
    "keeper-destroy-one": "a petition's end: keep_crash_test",
    "keeper-destroy-before-write": "a petition's end: keep_crash_test",
    "keeper-destroy-after-sync": "a petition's end: keep_crash_test",
    "keeper-search-before-forget": "a withdrawal: keep_crash_test",
    "keeper-search-before-delete": "a week's end: keep_crash_test",
    "keeper-search-after-delete": "a week's end: keep_crash_test",
    "keeper-uptime-before-write": "each minute: keep_crash_test",
    "keeper-uptime-after-write": "each minute: keep_crash_test",
    "keeper-journal-after-delete": "a full journal: keep_crash_test",
    "log-rotate-before": "a full segment: logbook_crash_test",
    "log-rotate-synced": "a full segment: logbook_crash_test",
    "log-rotate-begun": "a full segment: logbook_crash_test",
    "log-rotate-saved": "a full segment: logbook_crash_test",
}

# Places that nobody's test kills at: said in every run until one does.
UNREHEARSED = {
    "keeper-destroyed": "who left is told of again",
    "web-destroyed-heard": "who left is told of again",
    "log-rebuild-journaled": "after a restore",
    "log-rebuild-published": "after a restore",
    "web-adopted": "after a restore",
    "keeper-opening-before-write": "a desk's opening",
    "keeper-opening-after-sync": "a desk's opening",
    "keeper-due-before-write": "each hour, what is due by uptime",
}

# Passed when a site starts for the first time.
FIRST = ("log-segment-made", "log-begun", "log-years-before",
         "log-years-written", "log-document-before", "log-document-written")
# Passed when a petition is signed for the first time: a new site's first
# rounds.
EARLY = ("keeper-keys-before-draw", "keyring-append-before-sync",
         "keeper-keys-after-draw")


def find_faults():
    """{name: role} of every FAULT in src/."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    owners = {"web": "web", "committer": "web", "store": "web",
              "keeper": "keeper", "keyring": "keeper", "sealer": "sealer",
              "log": "log", "mailer": "mailer"}
    found = {}
    for folder, _, names in os.walk(os.path.join(top, "src")):
        for name in names:
            if not name.endswith(".c") or name.endswith("_test.c"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                for fault in re.findall(r'FAULT\("([^"]+)"\)', f.read()):
                    found[fault] = owners[fault.split("-")[0]]
    return found


class Tap:
    def __init__(self):
        self.n = 0
        self.bad = 0

    def ok(self, faults, what):
        self.n += 1
        self.bad += bool(faults)
        print(f"{'not ' if faults else ''}ok {self.n} - {what}")
        for fault in faults:
            for line in str(fault).splitlines():
                print(f"#   {line}")
        sys.stdout.flush()

    def note(self, text):
        print(f"# {text}", flush=True)


class Rounds:
    """The plan, drawn from the seed alone."""

    def __init__(self, faults, rng):
        self.faults = faults
        self.rng = rng
        self.deck = []

    def new_site(self):
        for name in reversed(EARLY):
            if name in self.faults:
                self.deck.append(("fault", name, 1))

    def shuffle(self):
        rng = self.rng
        for name in sorted(set(self.faults) - set(FIRST + EARLY)):
            self.deck.append(("fault", name, 1))
            self.deck.append(("fault", name, rng.randint(2, 12)))
        for _ in range(len(self.faults) // 2):
            self.deck.append(("chain", tuple(rng.sample(sorted(
                set(self.faults) - set(FIRST + EARLY)), 2)),
                              rng.randint(1, 5)))
        for _ in range(len(self.faults) // 4):
            self.deck.append(("kill", rng.choice(ROLES), rng.random()))
        for _ in range(len(self.faults) // 6):
            self.deck.append(("two", tuple(rng.sample(ROLES, 2)),
                              rng.random()))
            self.deck.append(("again", rng.choice(ROLES), rng.random()))
        for _ in range(len(self.faults) // 8):
            self.deck.append(("all", "", rng.random()))
        rng.shuffle(self.deck)

    def draw(self):
        if not self.deck:
            self.shuffle()
        return self.deck.pop()


class Driver:
    def __init__(self, args, tap):
        self.args = args
        self.tap = tap
        self.rng = random.Random(args.seed)
        faults = {name: role for name, role in find_faults().items()
                  if name not in ELSEWHERE and name not in UNREHEARSED and
                  (args.only is None or args.only in name)}
        self.faults = faults
        self.hit = set()
        self.rounds = Rounds(faults, self.rng)
        self.folder = None
        self.site = None

    # ---- a site ----

    async def open_site(self):
        self.folder = tempfile.mkdtemp(prefix="petitiond-kill-")
        self.relay = Relay()
        await self.relay.start()
        self.site = Site(self.args.build, self.folder, self.relay.port,
                         SETTINGS)
        self.ledger = Ledger(os.path.join(self.folder, "ledger"))
        await self.first_start()
        self.unsigned = await self.open_petitions()
        self.people = People(self.site, self.relay, self.ledger,
                             [self.unsigned.pop()], self.rng.random())
        self.rounds.new_site()
        self.watcher = Watcher(self.site, self.people.petitions)
        self.oracle = Oracle(self.site, self.ledger, self.relay, self.watcher)

    async def first_start(self):
        for name in FIRST:
            if name not in self.faults:
                continue
            self.site.faults.arm(name, 1)
            if self.site.process is None:
                self.site.start()
            end = time.monotonic() + 3
            while self.site.faults.armed() and time.monotonic() < end:
                await asyncio.sleep(0.001)
            if not self.site.faults.armed():
                self.hit.add(name)
                self.tap.note(f"a first start died at {name}")
        self.site.faults.disarm()
        if self.site.process is None:
            self.site.start()
        await self.serving()

    async def serving(self):
        async def answers():
            try:
                status, _, _ = await asyncio.wait_for(
                    exchange(self.site.port, "GET", "/"), 5)
                return None if status == 200 else status
            except (OSError, asyncio.TimeoutError) as e:
                return repr(e)

        await until("the site serves", answers, 30)

    async def open_petitions(self):
        _, _, body = await exchange(self.site.port, "GET", "/")
        found = []
        for p in sorted(set(re.findall(rb"/petitions/(\d+)", body))):
            path = f"/petitions/{int(p)}/signatures/new"
            status, _, _ = await exchange(self.site.port, "GET", path)
            if status == 200:
                found.append(int(p))
        if not found:
            raise Failure("the demo has no open petition")
        return found

    async def close_site(self):
        await self.site.kill_all()
        self.site.close()
        self.ledger.close()
        self.relay.server.close()
        if self.args.keep or self.tap.bad:
            self.tap.note(f"left for a look: {self.folder}")
        else:
            shutil.rmtree(self.folder)

    # ---- rounds ----

    async def play_fault(self, name, passes):
        """Under load; else while its role starts; else while all start."""
        page = self.site.faults
        role = self.faults[name]
        page.arm(name, passes)
        if name in EARLY[1:]:  # at the first, all are unsigned
            self.people.petitions.append(self.unsigned.pop())
        for kick in (None, role, "all"):
            if kick is not None and passes > 1:
                page.arm(name, 1)  # later passes are rare: take the next
            if kick == "all":
                await self.play_all()
            elif kick is not None:
                self.site.kill_role(kick)
            end = time.monotonic() + 1.2
            while page.armed() and time.monotonic() < end:
                await asyncio.sleep(0.01)
            if not page.armed():
                self.hit.add(name)
                return f"{name}:{passes}"
        page.disarm()
        return f"{name}:{passes} (not reached)"

    async def play_chain(self, names, passes):
        """As soon as one has died, another may, at the first pass."""
        page = self.site.faults
        page.arm(names[0], passes)
        end = time.monotonic() + 1
        while page.armed() and time.monotonic() < end:
            await asyncio.sleep(0.001)
        page.arm(names[1], 1)
        end = time.monotonic() + 1
        while page.armed() and time.monotonic() < end:
            await asyncio.sleep(0.001)
        page.disarm()
        return f"{names[0]}:{passes} then {names[1]}"

    async def play_kill(self, role, moment):
        await asyncio.sleep(0.3 * moment)
        self.site.kill_role(role)
        return f"kill {role}"

    async def play_two(self, roles, moment):
        await asyncio.sleep(0.3 * moment)
        for role in roles:
            self.site.kill_role(role)
            await asyncio.sleep(max(0, 0.1 * moment - 0.05))
        return f"kill {roles[0]} and {roles[1]}"

    async def play_again(self, role, moment):
        """Killed, and killed again while it starts."""
        self.site.kill_role(role)
        end = time.monotonic() + 5
        await asyncio.sleep(0.02 + 0.1 * moment)
        while not self.site.kill_role(role) and time.monotonic() < end:
            await asyncio.sleep(0.002)
        return f"kill {role} twice"

    async def play_all(self):
        await self.site.kill_all()
        self.site.start()
        return "kill all"

    async def play(self):
        kind, what, how = self.rounds.draw()
        before = self.people.answers
        if kind == "fault":
            said = await self.play_fault(what, how)
        elif kind == "chain":
            said = await self.play_chain(what, how)
        elif kind == "kill":
            said = await self.play_kill(what, how)
        elif kind == "two":
            said = await self.play_two(what, how)
        elif kind == "again":
            said = await self.play_again(what, how)
        else:
            await asyncio.sleep(0.3 * how)
            said = await self.play_all()
        # Some life between two deaths, or most fall on a site at its start.
        end = time.monotonic() + 3
        while self.people.answers < before + 30 and time.monotonic() < end:
            await asyncio.sleep(0.01)
        return said

    async def block(self, n):
        """n rounds under load, then a look."""
        played = []
        faults = []
        people = self.people
        try:
            people.crowd(CROWD)
            watch = asyncio.create_task(self.watcher.watch())
            for _ in range(n):
                played.append(await self.play())
        finally:
            self.site.faults.disarm()
            await people.disperse()
        try:
            await at_rest(self.site, people.petitions)
            self.watcher.stopping = True
            await watch
            await self.site.stop()
        except Failure as e:
            faults.append(e)
            await self.site.kill_all()
        self.watcher.stopping = True
        await watch
        faults += people.failures
        faults += self.watcher.faults
        faults += self.ledger.hung
        faults += self.oracle.check()
        faults += self.site.complaints()
        people.failures = []
        self.ledger.hung.clear()
        return faults, ", ".join(played)

    async def run(self):
        await self.run_rounds(self.args.rounds)
        # Some places are passed once in a while only: those that were not
        # reached get their turns again before they count as missed.
        for _ in range(SECOND_CHANCES):
            missed = self.missed()
            if not missed or self.tap.bad:
                break
            self.tap.note(f"once more: {', '.join(missed)}")
            self.rounds.deck = [("fault", name, 1) for name in missed]
            await self.run_rounds(len(missed) + len(EARLY))

    def missed(self):
        for name, when in sorted(UNREHEARSED.items()):
            self.tap.note(f"{name} is killed at by no test: {when}")
        if self.args.rounds < 200 and self.args.only is None:
            return []
        return sorted(set(self.faults) - set(self.hit))

    async def run_rounds(self, left):
        while left > 0:
            await self.open_site()
            site_left = min(left, SITE_ROUNDS)
            left -= site_left
            done = 0
            try:
                while site_left > 0:
                    n = min(BLOCK, site_left)
                    faults, played = await self.block(n)
                    site_left -= n
                    done += n
                    self.tap.ok(faults, played)
                    if faults:
                        for line in self.site.last_lines():
                            self.tap.note(line)
                        return
                    self.site.start()
                    await self.serving()
            finally:
                self.tap.note(
                    f"{done} rounds, {self.people.serial} people, "
                    f"{len(self.ledger.forms)} forms, "
                    f"{len(self.ledger.confirmed)} confirmations, "
                    f"{sum(a['promised'] for a in self.ledger.confirmed)} "
                    f"promises, {self.relay.copies} mails came twice")
                await self.close_site()

    def look_at_faults(self):
        for name, who in sorted(ELSEWHERE.items()):
            self.tap.note(f"{name} is not played here: {who}")
        if self.args.rounds < 200 and self.args.only is None:
            self.tap.note("too few rounds for every named place")
            return
        missed = self.missed()
        self.tap.ok([f"never died at {name}" for name in missed],
                    "a role died at every named place")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--only")
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)  # where does it hang?
    tap = Tap()
    tap.note(f"--seed {args.seed} --rounds {args.rounds}")
    began = time.monotonic()
    driver = Driver(args, tap)
    try:
        asyncio.run(driver.run())
        driver.look_at_faults()
    except Failure as e:
        tap.ok([e], "the test itself")
    tap.note(f"{time.monotonic() - began:.0f} s")
    print(f"1..{tap.n}")
    return tap.bad != 0


if __name__ == "__main__":
    sys.exit(main())
