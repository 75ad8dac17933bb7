#!/usr/bin/env python3
"""Takes the mail relay away while people sign.

usage: relay.py --build DIR [--rounds N] [--seed S] [--keep]

A round: the relay is down, refuses, or takes the connection and says nothing;
people fill in their forms and are answered as ever.  Then it is back, time
passes (disk.c moves the monotonic clock, for mails wait two minutes), every
mail comes, once, and its link works.
"""
import asyncio
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree

from disk import OwnDisk
from driver import Driver, arguments, run
from oracle import until
from server import Failure

MOODS = ("down", "refusing", "hanging")
SIGNERS = 12
WAIT_S = 130  # more than flow_mail.c waits
LOOKS = 80    # between two jumps: a mail under way takes one for a time-out


class Away(Driver):
    block_rounds = len(MOODS)
    answers_between = 0
    crowd = 0  # nobody whose mail is to come at once
    site_type = OwnDisk

    def __init__(self, args, tap):
        super().__init__(args, tap)
        self.turn = 0

    async def play(self):
        mood = MOODS[self.turn % len(MOODS)]
        self.turn += 1
        relay, people = self.relay, self.people
        relay.mood, relay.met = mood, 0
        signers = [people.newcomer() for _ in range(SIGNERS)]
        petition = people.petitions[0]
        await asyncio.gather(*(people.sign(petition, name, address)
                               for name, address in signers))

        async def tried():
            return None if relay.met else "the mailer does not try"

        await until("the relay is asked", tried)
        if any(address in relay.mails for _, address in signers):
            raise Failure("a mail came through a relay that is away")
        relay.mood = "fine"

        looks = 0

        async def arrived():
            nonlocal looks
            missing = [a for _, a in signers if a not in relay.mails]
            if missing and looks % LOOKS == 0:
                self.site.disk.let_pass(WAIT_S)
            looks += 1
            return f"{len(missing)} mails are missing" if missing else None

        await until("mails follow when the relay is back", arrived)
        for name, address in signers:
            (token,) = relay.mails[address].values()
            await people.counted(petition, token, name)
        return f"{mood}: {relay.met} connections, {SIGNERS} mails later"

    async def block(self, n):
        faults, played = await super().block(n)
        if self.relay.copies:
            faults.append(f"{self.relay.copies} mails came twice")
        return faults, played


def main():
    return run(arguments(__doc__, len(MOODS)).parse_args(), Away)


if __name__ == "__main__":
    sys.exit(main())
