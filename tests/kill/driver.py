"""A site under load, to which something is done; then a look at what is left.

A Driver opens sites, keeps a crowd signing, plays rounds (its heirs say what a
round is), and after every block of them waits until everybody has ended the
life begun and lets the oracle look.  Prints TAP.
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

from oracle import Oracle, at_rest, until
from people import Ledger, People, Relay, exchange
from server import Failure, Site
from watcher import Watcher

SETTINGS = {"checkpoint_s": 1, "ripe_count": 1, "off": "yes",
            "siblings_per_mailbox": 20, "sponsors": 0, "inbox_url": ""}
CROWD = 16


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


class Driver:
    block_rounds = 10  # between two looks
    answers_between = 30  # some life between two rounds
    site_rounds = 400  # then a new site, or looking takes longer and longer
    site_type = Site
    crowd = CROWD
    people_type = People

    def __init__(self, args, tap):
        self.args = args
        self.tap = tap
        self.rng = random.Random(args.seed)
        self.folder = None
        self.site = None

    # ---- what heirs say ----

    async def first_start(self):
        self.site.start()
        await self.serving()

    def site_is_new(self):
        """People sign its first petition from now on."""

    async def play(self):
        """Do something to the site while people sign; what it was."""
        raise NotImplementedError

    # ---- a site ----

    async def open_site(self):
        self.folder = tempfile.mkdtemp(prefix="petitiond-kill-")
        self.relay = Relay()
        await self.relay.start()
        self.site = self.site_type(self.args.build, self.folder,
                                   self.relay.port, SETTINGS)
        self.ledger = Ledger(os.path.join(self.folder, "ledger"))
        await self.first_start()
        self.unsigned = await self.open_petitions()
        self.people = self.people_type(
            self.site, self.relay, self.ledger, [self.unsigned.pop()],
            self.rng.random())
        self.site_is_new()
        self.watcher = Watcher(self.site, self.people.petitions,
                               self.ledger.leaving)
        self.oracle = Oracle(self.site, self.ledger, self.relay, self.watcher)

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

    async def play_block(self, n, played):
        for _ in range(n):
            before = self.people.answers
            played.append(await self.play())
            # Or most rounds fall on a site at its start.
            end = time.monotonic() + 3
            while self.people.answers < before + self.answers_between and \
                    time.monotonic() < end:
                await asyncio.sleep(0.01)

    def end_of_rounds(self):
        """Whatever was done to the site is done no more."""
        self.site.faults.disarm()

    async def block(self, n):
        """n rounds under load, then a look."""
        played = []
        faults = []
        people = self.people
        try:
            people.crowd(self.crowd)
            watch = asyncio.create_task(self.watcher.watch())
            await self.play_block(n, played)
        finally:
            self.end_of_rounds()
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

    async def run_rounds(self, left):
        while left > 0 and not self.tap.bad:
            await self.open_site()
            site_left = min(left, self.site_rounds)
            left -= site_left
            done = 0
            try:
                while site_left > 0:
                    n = min(self.block_rounds, site_left)
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


def arguments(text, rounds):
    """The options that all have; the caller adds its own."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--keep", action="store_true",
                        help="leave the site for a look")
    return parser


def run(args, driver_type, look=lambda driver: None):
    """Everything; the exit status."""
    faulthandler.register(signal.SIGUSR1)  # where does it hang?
    tap = Tap()
    tap.note(f"--seed {args.seed} --rounds {args.rounds}")
    began = time.monotonic()
    driver = driver_type(args, tap)
    try:
        asyncio.run(driver.run())
        look(driver)
    except Failure as e:
        tap.ok([e], "the test itself")
    tap.note(f"{time.monotonic() - began:.0f} s")
    print(f"1..{tap.n}")
    return tap.bad != 0
