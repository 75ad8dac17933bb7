#!/usr/bin/env python3
"""Sets the clock wrong while people sign: by a day or by months, forwards or
back, of one role or of all, and right again.

usage: clocks.py --build DIR [--rounds N] [--seed S] [--keep]

disk.c moves the time of day that a role is told; roles but web are killed on some of
the jumps, so that they start on it too.  Clocks may make a form too old, and
whoever sent it opens it again; nothing else may come of them: nobody's
signature, link or mail is lost, nobody signs twice, and the log is one history
whose hours and checkpoints never go back (docs/protocol.md, "Clocks").
"""
import asyncio
import struct
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree

from disk import OwnDisk
from driver import Driver, arguments, run
from oracle import database
from people import People, token_in
from server import ROLES

HOUR = 3600
DAY = 24 * HOUR
JUMPS = (DAY, -DAY, 2 * HOUR, -2 * HOUR, -400 * DAY)


class Patient(People):
    """Whose form grew too old, or is from tomorrow, sends the one that comes
    back with all that was typed; a second press of the old one would be a
    second form."""

    def fresh_form(self, status, body):
        return token_in(body) if status == 422 else None

    def lives(self):
        lives = super().lives()
        for life in (self.late_press, self.twice, self.walked_away):
            del lives[life]
        return lives


class Clocks(Driver):
    block_rounds = 6
    answers_between = 10
    site_type = OwnDisk
    people_type = Patient

    def __init__(self, args, tap):
        super().__init__(args, tap)
        self.deck = []
        self.made = 0

    def draw(self):
        if not self.deck:
            self.deck = [(role, jump) for role in ROLES + ("all", "all")
                         for jump in JUMPS]
            self.rng.shuffle(self.deck)
        return self.deck.pop()

    async def play(self):
        role, jump = self.draw()
        kill = role not in ("web", "all") and self.rng.random() < 0.3
        said = f"{role} {jump / HOUR:+.0f} h{' killed' * kill}"
        for seconds in (jump, 0):
            self.site.disk.move_clock(role, seconds)
            if kill:
                self.site.kill_role(role)
            await asyncio.sleep(0.5 + 0.5 * self.rng.random())
        return said

    async def block(self, n):
        faults, played = await super().block(n)
        # Keys of a week that a wrong clock began go within the hour.
        faults = [f for f in faults if "which destroys them" not in str(f)]
        return faults + self.look_at_times(), played

    def look_at_times(self):
        """Neither leaves nor checkpoints nor histories go back."""
        hours = [struct.unpack(">BBHI", leaf[:8])[3]
                 for leaf in self.oracle.state.raw]
        with database(self.site) as db:
            made = db.execute(
                "SELECT max(made_ms) FROM checkpoint").fetchone()[0]
            counts = [[row[0] for row in db.execute(
                "SELECT count FROM history WHERE petition_id = ?"
                " ORDER BY at_ms", (p,))] for p in self.people.petitions]
        db.close()
        faults = []
        if hours != sorted(hours):
            faults.append("a leaf's hour is before that of one before it")
        if counts != [sorted(of) for of in counts]:
            faults.append("a petition's history goes down")
        if made < self.made:
            faults.append("a checkpoint was made before its predecessor")
        self.made = made
        return faults

    def end_of_rounds(self):
        super().end_of_rounds()
        self.site.disk.move_clock("all", 0)


def main():
    return run(arguments(__doc__, 18).parse_args(), Clocks)


if __name__ == "__main__":
    sys.exit(main())
