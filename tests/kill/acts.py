#!/usr/bin/env python3
"""Kills keeper in what a desk does and where a petition's time is over.

usage: acts.py PETITIOND PETITION-DESK   (of a build with faults)

A crowd does not come by here, so each act is done by hand: a record is opened,
a signature erased, a closed petition's keys destroyed.  keeper dies at each
named place in it, is begun again, and the act is asked for until it is done.
Then it was done once, is written down wherever it must be, and `petitiond
check` sees nothing wrong.  Prints TAP.
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", part)
                for part in ("kill", "live", "desk")]

import desk_test  # noqa: E402
import livesite  # noqa: E402
import shred_test  # noqa: E402
from server import FaultPage  # noqa: E402

WITHDRAW, SHRED, ACCESS = 4, 9, 10
NOTING, NOTED = "keeper-opening-before-write", "keeper-opening-after-sync"
ERASING = (NOTED, "keeper-zero-before-write", "keeper-destroyed",
           "keeper-search-before-forget")
ENDING = ("keeper-due-before-write", "keeper-destroy-before-write",
          "keeper-destroy-after-sync", "keeper-destroy-one")


class Acts:
    def __init__(self, petitiond, program):
        self.tap = livesite.Tap()
        self.petitiond = petitiond
        self.faults = FaultPage()
        self.site = livesite.Site(
            petitiond, [("keys", "openings_per_day", 1000),
                        ("limits", "off", "yes")],
            popen={"pass_fds": [self.faults.fd], "env": dict(
                os.environ, PETITIOND_FAULT_FD=str(self.faults.fd))})
        self.petition = self.site.open_petitions()[0]
        self.desk = desk_test.Desk(program, desk_test.opened_copy(
            self.site, self.site.desk, self.site.desk + ".open"))
        self.people = desk_test.People(self.site, self.petition)
        self.signed = self.first = 0  # people; those of other petitions

    def someone(self):
        """The slot of somebody new who counts."""
        self.signed += 1
        slot = self.people.sign(f"Canary {self.signed}",
                                f"canary{self.signed}@example.org", "SW1A 1AA")
        livesite.until("the count", lambda: self.counted() == self.standing())
        return slot

    def counted(self):
        return shred_test.query(
            self.site, "SELECT counted FROM petition WHERE id = ?",
            self.petition)[0][0]

    def standing(self):
        """People who signed and did not leave."""
        return self.signed - self.first - sum(
            row[0] == self.petition
            for row in desk_test.events(self.site, WITHDRAW))

    def dies_at(self, fault):
        livesite.until(f"a death at {fault}",
                       lambda: not self.faults.armed(), 60)
        self.tap.check(True, f"keeper died at {fault}")
        livesite.until("the server", self.site.healthy)

    def dies_in(self, fault, *words):
        """What a desk heard whose keeper died: it would wait for 20 s."""
        self.faults.arm(fault, 1)
        desk = subprocess.Popen(
            [self.desk.program, words[0], self.desk.path,
             *map(str, words[1:])], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.dies_at(fault)
        desk.kill()
        return desk.communicate()[0]

    def keeper_rows(self, name):
        path = os.path.join(self.site.dir, "keeper", name)
        return os.path.getsize(path) / 32 if os.path.exists(path) else 0

    def checked(self, fault):
        shred_test.checked(self.tap, self.site, self.petitiond,
                           f"check is content after {fault}")

    # ---- acts ----

    def opening(self, fault):
        slot = self.someone()
        before = (self.keeper_rows("openings"),
                  len(desk_test.events(self.site, ACCESS)))
        first = self.dies_in(fault, "open", slot, "audit")
        self.tap.check(b"Canary" not in first,
                       "nothing was opened by who died", first)
        done = self.desk.run("open", slot, "audit")
        self.tap.check(f"Canary {self.signed}" in done.stdout,
                       "asked again it opens", done)
        after = (self.keeper_rows("openings"),
                 len(desk_test.events(self.site, ACCESS)))
        self.tap.check(after == (before[0] + 1, before[1] + 1),
                       "one opening is noted once, and the log tells of it",
                       before, after)
        self.checked(fault)

    def erasing(self, fault):
        slot = self.someone()
        counted = self.counted()
        self.dies_in(fault, "erase", slot, "order")
        livesite.until("the erasure", lambda: "erased before" in
                       self.desk.run("erase", slot, "order").stdout)
        self.tap.check(self.desk.run("open", slot, "audit").returncode == 1,
                       "its record opens no more")
        livesite.until("the count", lambda: self.counted() == counted - 1)
        gone = len(desk_test.events(self.site, WITHDRAW))
        told = [r[2] for r in desk_test.events(self.site, SHRED)]
        self.tap.check(gone == told.count(4) and
                       self.counted() == self.standing(),
                       "it left the count once, and the log tells once",
                       gone, told)
        self.checked(fault)

    def ending(self):
        """The petition closed half a year ago, by the wall clock first."""
        site = self.site
        slot = self.someone()
        site.stop()
        shred_test.query(
            site, "UPDATE petition SET state = 7, closed_ms ="
            " (unixepoch() - 190 * 86400) * 1000 WHERE id = ?", self.petition)
        self.faults.arm(ENDING[0], 1)
        site.serve()
        self.dies_at(ENDING[0])
        site.stop()  # web asks when it starts, and then every minute
        site.serve()
        due = os.path.join(site.dir, "keeper", "due")
        livesite.until("the first asks", lambda: os.path.exists(due) and
                       os.path.getsize(due) >= 48)
        self.tap.check(f"Canary {self.signed}" in
                       self.desk.run("open", slot, "audit").stdout and
                       shred_test.shred_events(site, self.petition)[-1:] !=
                       [3], "one clock alone destroys nothing")
        for fault in ENDING[1:]:
            site.stop()
            if fault == ENDING[1]:
                shred_test.age_uptime(site, 26)
            self.faults.arm(fault, 1)
            site.serve()
            self.dies_at(fault)
        site.stop()
        site.serve()
        livesite.until("the keys to die", lambda: set(
            shred_test.shred_events(site, self.petition)) >= {2, 3})
        self.tap.check(sorted(x for x in shred_test.shred_events(
            site, self.petition) if x != 4) == [2, 3],
            "index and records died, and the log tells each once")
        keys = [shred_test.keys_of(os.path.join(site.dir, *path),
                                   self.petition)
                for path in (("keeper", "keys"), ("sealer", "k1.ring"))]
        self.tap.check(keys == [0, 0], "no key of it is left", keys)
        done = self.desk.run("open", slot, "audit")
        self.tap.check(done.returncode == 1 and "destroyed" in done.stderr,
                       "no record opens", done)
        self.checked(ENDING[-1])

    def run(self):
        self.opening(NOTING)
        for fault in ERASING:
            self.erasing(fault)
        self.ending()
        self.petition = self.people.petition = self.site.open_petitions()[0]
        self.first = self.signed
        self.opening(NOTED)
        alarms = [line for line in self.site.said().splitlines()
                  if "level=alarm" in line]
        self.tap.check(alarms and all("signal=9" in x for x in alarms),
                       "nobody died of anything else", *alarms)


def main():
    acts = Acts(*map(os.path.abspath, sys.argv[1:]))
    try:
        acts.run()
    except BaseException:
        print("# " + acts.site.said()[-3000:].replace("\n", "\n# "))
        raise
    finally:
        acts.site.close()
        acts.faults.close()
    return acts.tap.done()


if __name__ == "__main__":
    sys.exit(main())
