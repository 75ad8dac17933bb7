#!/usr/bin/env python3
"""A site whose time passes: half a year and more in seconds.

usage: aging.py --build DIR [--seed S] [--keep]

disk.c moves everybody's clocks.  What was never confirmed dies after three
days, and its link with it; the tags of internet addresses after two weeks; the
petition closes by itself, and thirty days later nobody can be looked for among
its signers; six months later no key of theirs is left.  Each waits until both
clocks agree, `petitiond check` names what is overdue until then and is content
afterwards, the log tells of it, the count stays, and a stranger's recount of
all the years' logs agrees.
"""
import glob
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # leave no file in the source tree

from disk import OwnDisk
from driver import Driver, arguments, run
from oracle import at_rest, database, until
from people import exchange, slot_of
from server import Failure

HOUR = 3600
DAY = 24 * HOUR
SHRED = 9
FORMS = "forms that were never confirmed are older than"
WEEKS = "are over two weeks old"
TAGS = "the keys by which its signers can be looked for are alive"
RECORDS = "the keys of its records are alive"


class Aging(Driver):
    site_type = OwnDisk

    def __init__(self, args, tap):
        super().__init__(args, tap)
        self.wall = 0

    # ---- time ----

    def wall_says(self, days):
        """The time of day moves on; nobody has been running for longer."""
        self.wall += days * DAY
        self.site.disk.move_clock("all", self.wall)

    def wall_says_day(self, closed_ms, days):
        """So many days after a petition's end, or later if it is."""
        now = time.time() + self.wall
        left = closed_ms / 1000 + days * DAY - now
        self.wall_says(max(0, int(left // DAY) + 1))

    def run_for(self, hours):
        self.site.disk.let_pass(hours * HOUR)

    # ---- looks ----

    def tool(self, *command):
        """A command that lives in the site's time."""
        done = subprocess.run(
            command, env=self.site.environment(), text=True, check=False,
            pass_fds=self.site.inherited(), capture_output=True)
        return done.returncode, done.stdout + done.stderr

    def check(self, what, said=None):
        status, text = self.tool(self.site.program, "check", self.site.path)
        good = said in text and status == 1 if said else status == 0
        self.tap.ok([] if good else [f"status {status}: {text}"],
                    f"check {'names' if said else 'is content'}: {what}")

    def rows(self, sql, *values):
        with database(self.site) as db:
            rows = [tuple(r) for r in db.execute(sql, values)]
        db.close()
        return rows

    def shreds(self, petition):
        return [r[0] for r in self.rows(
            "SELECT reason FROM event WHERE type = ? AND petition_id = ?"
            " ORDER BY ev_seq", SHRED, petition)]

    async def link(self, token):
        status, _, _ = await exchange(self.site.port, "GET", f"/c/{token}")
        return status

    async def comes(self, what, holds):
        """holds() is true in the end: a test."""
        async def look():
            return None if await holds() else "not yet"

        await until(what, look)
        self.tap.ok([], what)

    # ---- what happens ----

    async def run(self):
        await self.open_site()
        try:
            await self.story()
            self.tap.ok(self.site.complaints(), "nothing complained")
        finally:
            await self.close_site()

    async def story(self):
        people = self.people
        petition = people.petitions[0]
        ada, bea = people.newcomer(), people.newcomer()
        for who in (ada, bea):
            await people.sign(petition, *who)
        tokens = [await self.relay.wait(who[1], set()) for who in (ada, bea)]
        await people.counted(petition, tokens[0], ada[0])
        await at_rest(self.site, [petition])
        self.check("a new site")
        await self.pending(tokens[1])
        await self.weeks(tokens[0])
        end_ms = await self.closes(petition)
        await self.dies(petition, end_ms, 33, [2], TAGS)
        await self.dies(petition, end_ms, 186, [2, 3], RECORDS)
        await self.recount(petition)

    async def pending(self, token):
        slot = slot_of(token)
        self.wall_says(6)
        self.check("what was never confirmed", FORMS)
        if await self.link(token) != 200:
            raise Failure("one clock alone ended a link")
        self.run_for(26)

        async def dead():
            return await self.link(token) == 404

        await self.comes("a link dies that nobody followed", dead)
        with open(f"{self.site.path}/keeper/locks", "rb") as f:
            f.seek(slot * 96)
            locks = f.read(96)
        self.tap.ok([] if not any(locks) and not self.rows(
            "SELECT slot FROM signature WHERE slot = ?", slot) else
            [f"slot {slot} is there"], "its locks are zero, its row is gone")
        self.check("nothing is left of it")

    async def content(self, what):
        async def holds():
            return self.tool(self.site.program, "check",
                             self.site.path)[0] == 0

        await self.comes(f"check is content in the end: {what}", holds)

    async def weeks(self, token):
        files = f"{self.site.path}/keeper/search-*"
        before = glob.glob(files)
        self.wall_says(21)
        self.check("tags of addresses", WEEKS)
        self.run_for(26)

        async def gone():
            await self.link(token)  # keeper may sleep by the kernel's clock
            return before and not glob.glob(files)

        await self.comes("the tags of internet addresses die", gone)
        await self.content("no half of their keys is left")

    async def closes(self, petition):
        (deadline,), = self.rows(
            "SELECT deadline_ms FROM petition WHERE id = ?", petition)
        self.wall_says_day(deadline, 0)
        self.run_for(1)

        async def closed():
            status, _, _ = await exchange(
                self.site.port, "GET",
                f"/petitions/{petition}/signatures/new")
            return status == 303

        await self.comes("the petition closes by itself", closed)
        return deadline

    async def dies(self, petition, end_ms, days, shreds, overdue):
        self.wall_says_day(end_ms, days)
        self.check(overdue, overdue)
        before = self.shreds(petition)
        self.run_for(1)  # keeper is asked, and notes it

        async def asked():
            path = f"{self.site.path}/keeper/due"
            return os.path.exists(path) and \
                os.path.getsize(path) >= 24 * len(shreds)

        await self.comes("keeper waits for its own clock", asked)
        if self.shreds(petition) != before:
            raise Failure("one clock alone destroyed keys")
        self.run_for(26)

        async def dead():
            return self.shreds(petition) == shreds

        await self.comes("they die, and the log tells", dead)

    async def recount(self, petition):
        await at_rest(self.site, [petition])
        self.tap.ok([] if self.rows(
            "SELECT counted FROM petition WHERE id = ?", petition) == [(1,)]
            else ["it moved"], "the count stays")
        self.run_for(26)  # the others closed in this half year, too
        await self.content("petitions that are over")
        status, text = self.tool(self.site.verifier, self.site.base)
        self.tap.ok([] if status == 0 else [text], "a stranger agrees")


def main():
    return run(arguments(__doc__, 1).parse_args(), Aging)


if __name__ == "__main__":
    sys.exit(main())
