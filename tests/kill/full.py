#!/usr/bin/env python3
"""Fills the disk while people sign, and makes room again.

usage: full.py --build DIR [--rounds N] [--seed S] [--keep]

A round lets so many more pieces fit for one role, or for all, cuts the next in
half and refuses all that follow with ENOSPC (disk.c), for a moment; then there
is room again.  Every number of pieces from none comes in turn, so that each
write of each role is the first that does not fit.  Nobody is told anything
but "try again" (people.py presses on and takes a 500 for a fault), and after
every few rounds the oracle looks, as in kill.py.  Once a site somebody looks
at the pages: they say so and keep what was typed.
"""
import asyncio
import html
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree

from disk import OwnDisk
from driver import Driver, arguments, run
from people import exchange
from server import ROLES


class FullDisk(OwnDisk):
    # A role whose files cannot be written ends, says so, and is begun again.
    excused = r"event=role-died.*(signal=9|status=1)|error=full"


class Filler(Driver):
    block_rounds = 10
    answers_between = 10
    site_type = FullDisk

    def __init__(self, args, tap):
        super().__init__(args, tap)
        self.deck = []
        self.most = 4

    async def open_site(self):
        await super().open_site()
        self.tap.ok(await self.look_at_pages(),
                    "on a full disk a page keeps what was typed")

    async def look_at_pages(self):
        """Form and button, first without room, then with."""
        people = self.people
        petition = people.petitions[0]
        name, address = "Zo\u00eb O'Full & Co", "zoe@example.org"
        token = await people.open_form(petition)
        faults = await self.refused_page(
            f"/petitions/{petition}/signatures/new",
            people.fields(token, name, address), (name, address, token))
        await people.send_form(petition, token, name, address)
        mail = await self.relay.wait(address, set())
        faults += await self.refused_page(f"/c/{mail}", {}, ("<button",))
        await people.counted(petition, mail, name)
        return faults

    async def refused_page(self, path, fields, keeps):
        self.site.disk.fill(("web",), 0)
        status, _, body = await exchange(self.site.port, "POST", path, fields)
        self.site.disk.fill((), 0)
        page = html.unescape(body.decode())
        return [f"{path.split('/c/')[0]}: status {status}"] * (
            status != 503) + [f"the page has lost {what}" for what in keeps
                              if what not in page]

    def draw(self):
        """(roles, pieces): each role with 0, 1, 2, ... that still fit."""
        if not self.deck:
            for role in ROLES:
                self.deck += [((role,), n) for n in range(self.most)]
            self.deck += [(ROLES, self.rng.randrange(4 * self.most))
                          for _ in range(4)]
            self.rng.shuffle(self.deck)
            self.most = min(2 * self.most, 64)
        return self.deck.pop()

    async def play(self):
        roles, room = self.draw()
        disk = self.site.disk
        before = disk.refused()
        if room < 2 and self.unsigned:  # a petition that is new to all
            self.people.petitions.append(self.unsigned.pop())
        disk.fill(roles, room)
        await asyncio.sleep(0.2 + 0.6 * self.rng.random())
        disk.fill((), 0)
        refused = disk.refused() - before
        return f"{roles[0] if len(roles) == 1 else 'all'} after {room}: " \
            f"{refused} refused"

    def end_of_rounds(self):
        super().end_of_rounds()
        self.site.disk.fill((), 0)


def main():
    return run(arguments(__doc__, 30).parse_args(), Filler)


if __name__ == "__main__":
    sys.exit(main())
