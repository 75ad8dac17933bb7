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
import asyncio
import os
import re
import sys
import time

sys.dont_write_bytecode = True  # leave no file in the source tree

from driver import Driver, arguments, run
from server import ROLES

SECOND_CHANCES = 4

# Places that a running site does not come by, and who kills there instead.
ELSEWHERE = {
    "store-migrate-begin": "init: store's crash_test",
    "store-migrate-commit": "init: store's crash_test",
    "keeper-destroy-one": "a petition's end: keep_crash_test",
    "keeper-destroy-before-write": "a petition's end: keep_crash_test",
    "keeper-destroy-after-sync": "a petition's end: keep_crash_test",
    "keeper-search-before-delete": "a week's end: keep_crash_test",
    "keeper-search-after-delete": "a week's end: keep_crash_test",
    "keeper-uptime-before-write": "each minute: keep_crash_test",
    "keeper-uptime-after-write": "each minute: keep_crash_test",
    "keeper-journal-after-delete": "a full journal: keep_crash_test",
    "keeper-opening-before-write": "a desk's opening: acts",
    "keeper-opening-after-sync": "a desk's opening: acts",
    "keeper-due-before-write": "a petition's end: acts",
    "log-rotate-before": "a full segment: logbook_crash_test",
    "log-rotate-synced": "a full segment: logbook_crash_test",
    "log-rotate-begun": "a full segment: logbook_crash_test",
    "log-rotate-saved": "a full segment: logbook_crash_test",
}

# Places that nobody's test kills at: said in every run until one does.
UNREHEARSED = {
    "log-rebuild-journaled": "after a restore",
    "log-rebuild-published": "after a restore",
    "web-adopted": "after a restore",
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


class Killer(Driver):
    def __init__(self, args, tap):
        super().__init__(args, tap)
        self.faults = {name: role for name, role in find_faults().items()
                       if name not in ELSEWHERE and
                       name not in UNREHEARSED and
                       (args.only is None or args.only in name)}
        self.hit = set()
        self.rounds = Rounds(self.faults, self.rng)

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

    def site_is_new(self):
        self.rounds.new_site()

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
        if kind == "fault":
            return await self.play_fault(what, how)
        if kind == "chain":
            return await self.play_chain(what, how)
        if kind == "kill":
            return await self.play_kill(what, how)
        if kind == "two":
            return await self.play_two(what, how)
        if kind == "again":
            return await self.play_again(what, how)
        await asyncio.sleep(0.3 * how)
        return await self.play_all()

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
    parser = arguments(__doc__, 200)
    parser.add_argument("--only")
    return run(parser.parse_args(), Killer, Killer.look_at_faults)


if __name__ == "__main__":
    sys.exit(main())
