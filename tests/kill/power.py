#!/usr/bin/env python3
"""Cuts the power while people sign, and looks what the disk has kept.

usage: power.py --build DIR [--rounds N] [--seed S] [--how HOW] [--keep]

kill -9 leaves every write in the kernel's cache, so a missing fsync shows only
here: disk.c writes down what was written and what was synced, a round kills
everybody at a random moment, and disk.py makes of SITE what a disk may have
kept: only what was synced; all up to some moment; the names up to some moment
and any part of the data; or any part of anything.  What was acknowledged must
be in that; then the site starts on it, life goes on, and after every few
rounds the oracle looks, as in kill.py.

At last the layer has to show that it would see a forgotten sync: each of a few
is taken out, and something acknowledged must be lost.
"""
import asyncio
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree

from disk import OwnDisk
from driver import Driver, arguments, run

HOW = ("none", "prefix", "ordered", "any")
# Files whose syncs are taken out, each for itself: something must be lost.
NEEDED = ("web/site.db-wal", "keeper/journal-", "keeper/locks", "log/journal-")
TRIES = 4


class Power(Driver):
    block_rounds = 8
    answers_between = 5
    site_rounds = 16
    site_type = OwnDisk
    forget = None

    def forgets(self, path):
        return self.forget is not None and path.startswith(self.forget)

    async def cut(self, how):
        """A moment's life and the end of it: (what it was, what was lost)."""
        await asyncio.sleep(0.1 + 0.4 * self.rng.random())
        unsynced, lost = await self.site.cut_power(how, self.rng, self.forgets)
        self.oracle.after_cut = True
        return (f"{how}: {lost} of {unsynced} lost", self.oracle.check_kept())

    async def play(self):
        said, faults = await self.cut(self.args.how or self.rng.choice(HOW))
        self.people.failures += [f"{said}: {fault}" for fault in faults]
        self.site.start()
        return said

    async def run(self):
        await super().run()
        for self.forget in NEEDED:
            if not self.tap.bad:
                await self.play_without()
        self.forget = None

    async def play_without(self):
        """Signing on a disk that was not told to sync: what is lost?"""
        faults = []
        for _ in range(TRIES):
            await self.open_site()
            self.people.crowd(self.crowd)
            _, faults = await self.cut("none")
            await self.people.vanish()
            await self.close_site()
            if faults:
                break
        self.tap.ok([] if faults else ["and nothing was lost"],
                    f"a sync of {self.forget} that is missing is found")
        for fault in faults[:2]:
            self.tap.note(f"{fault} (as it should)")


def main():
    parser = arguments(__doc__, 20)
    parser.add_argument("--how", choices=HOW)
    return run(parser.parse_args(), Power)


if __name__ == "__main__":
    sys.exit(main())
