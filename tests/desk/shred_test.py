#!/usr/bin/python3
"""The shredding drill.

usage: shred_test.py served|sanitized PETITIOND PETITION-DESK

A petition closes, its time passes by both clocks, and its keys die: nobody is
found, no record opens, not with every key that is left and not from a copy of
everything but keeper that was made before.  The count stays, and the log says
what died.  One clock alone destroys nothing.  A record, header or lock that
was exchanged or changed opens nothing either.  Prints TAP.
"""
import os
import shutil
import sqlite3
import struct
import subprocess
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "live"))

import desk_test  # noqa: E402
import livesite  # noqa: E402

SHRED = 9


def query(site, text, *values):
    db = sqlite3.connect(f"{site.dir}/web/site.db")
    rows = db.execute(text, values).fetchall()
    db.commit()
    db.close()
    return rows


def shred_events(site, petition):
    return [r[0] for r in query(
        site, "SELECT reason FROM event WHERE type = ? AND petition_id = ?"
        " ORDER BY ev_seq", SHRED, petition)]


def age_uptime(site, hours):
    """What keeper believes to have been running, so many hours more."""
    path = os.path.join(site.dir, "keeper", "uptime")
    before = 0
    if os.path.exists(path):
        with open(path, "rb") as f:
            before = struct.unpack(">Q", f.read()[8:])[0]
    with open(path, "wb") as f:
        f.write(b"PKU1" + bytes(4) + struct.pack(">Q", before + hours * 3600))


def keys_of(path, petition):
    """Entries of a key ring that belong to a petition: its first 8 bytes."""
    with open(path, "rb") as f:
        data = f.read()
    return sum(data[i:i + 8] == struct.pack(">Q", petition)
               for i in range(0, len(data), 88))


def checked(tap, site, petitiond, what, good=True):
    done = subprocess.run([petitiond, "check", site.dir], capture_output=True,
                          text=True, check=False)
    tap.check((done.returncode == 0) == good, what, done.stderr)
    return done


def add_bytes(path, more):
    """Append to a file; what to call to take them off again."""
    size = os.path.getsize(path)
    with open(path, "ab") as f:
        f.write(more)
    return lambda: os.truncate(path, size)


def name_of_key(petition, purpose):
    return struct.pack(">QL", petition, purpose) + b"\1" * 76


def test_check_sees(tap, site, petitiond, petition, other):
    """Each thing that should be dead, alive: check names it."""
    keeper, sealer = f"{site.dir}/keeper", f"{site.dir}/sealer/k1.ring"
    weeks = "of internet addresses that are over two weeks old"
    plants = (
        (f"{keeper}/keys", name_of_key(1000, 16),
         f"keeper/keys holds 1 keys {weeks}"),
        (sealer, name_of_key(1000, 18),
         f"sealer/k1.ring holds 1 keys {weeks}"),
        (sealer, name_of_key(petition, 2), "sealer/k1.ring holds 1 keys of "
         "petitions of which the log says that no record opens"),
        (f"{keeper}/keys", name_of_key(petition, 32),
         "keeper/keys holds 1 keys "
         "of petitions of which the log says that no record opens"),
        (f"{keeper}/untagged", struct.pack(">Q", other),
         "`untagged` names 1 petitions"),
        (f"{keeper}/destroyed", struct.pack(">Q", other),
         "`destroyed` names 1 petitions"),
        (f"{keeper}/destroyed", b"torn", "`destroyed` is torn"),
    )
    for path, more, said in plants:
        undo = add_bytes(path, more)
        done = checked(tap, site, petitiond, f"check fails: {said}", False)
        tap.check(said in done.stderr, f"and says why: {said}", done.stderr)
        undo()
    checked(tap, site, petitiond, "and is content when all that is gone")


def test_old_keys(tap, site, petitiond, petition, copy):
    """A copy of keeper's keys from before brings back what had died."""
    keeper = f"{site.dir}/keeper"
    site.stop()
    for name in ("keys", "due", "untagged", "destroyed"):
        if os.path.exists(f"{copy}/{name}"):
            shutil.copy(f"{copy}/{name}", f"{keeper}/{name}")
        else:
            os.remove(f"{keeper}/{name}")
    tap.check(keys_of(f"{keeper}/keys", petition) > 0,
              "an old copy of keeper has keys of the dead")
    site.serve()
    livesite.until("the ask", lambda: os.path.exists(f"{keeper}/due") and
                   os.path.getsize(f"{keeper}/due") >= 48)
    checked(tap, site, petitiond, "check names them", False)
    site.stop()
    age_uptime(site, 26)
    site.serve()
    livesite.until("them to die again",
                   lambda: keys_of(f"{keeper}/keys", petition) == 0)
    livesite.until("order", lambda: subprocess.run(
        [petitiond, "check", site.dir], capture_output=True,
        check=False).returncode == 0)
    tap.check(shred_events(site, petition) == [2, 3],
              "they die once more when both clocks agree, with no new entry")


def test_left_lock(tap, site, petitiond, petition, desk, people):
    """A keeper from before the wish to leave still has the lock."""
    slot = people.sign("Canary Red", "red@example.org", "SW1A 1AA",
                       petition=petition)
    locks = f"{site.dir}/keeper/locks"
    with open(locks, "rb") as f:
        f.seek(slot * 96)
        before = f.read(96)
    tap.check(desk.run("erase", slot, "request").returncode == 0, "erase")
    livesite.until("the erasure", lambda: "erased before" in
                   desk.run("erase", slot, "request").stdout)
    checked(tap, site, petitiond, "who left has no lock")
    with open(locks, "r+b") as f:
        f.seek(slot * 96)
        tap.check(f.read(96) == bytes(96) != before, "it is zero on disk")
        f.seek(slot * 96)
        f.write(before)
    done = checked(tap, site, petitiond, "an old lock is found", False)
    tap.check("records of 1 signers who left" in done.stderr, "and named",
              done.stderr)
    with open(locks, "r+b") as f:
        f.seek(slot * 96)
        f.write(bytes(96))


def test_tampered(tap, site, petition, desk, people):
    """A web or a disk that hands the desk something else than was sealed."""
    slot, other = (people.sign(f"Canary {x}", f"{x}@example.org", "SW1A 1AA",
                               petition=petition) for x in ("Green", "Blue"))
    locks = f"{site.dir}/keeper/locks"

    def record(n):
        return query(site, "SELECT identity FROM record WHERE slot = ?", n)[0][0]

    def put_record(data):
        query(site, "UPDATE record SET identity = ? WHERE slot = ?", data, slot)

    def headers():
        return dict(query(site, "SELECT id, header FROM epoch"))

    def put_lock(data, n=slot):
        with open(locks, "r+b") as f:
            f.seek(n * 96)
            before = f.read(32)
            f.seek(n * 96)
            f.write(data)
        return before

    def refused(what):
        done = desk.run("open", slot, "audit")
        tap.check(done.returncode == 1 and "Canary" not in done.stdout, what,
                  done)
    good, theirs = record(slot), record(other)
    put_record(theirs)
    refused("another signer's record does not open in this one's place")
    put_record(theirs[:40] + good[40:48] + theirs[48:])
    refused("nor does it with this one's slot written into it")
    put_record(good[:32] + bytes(7) + b"\1" + good[40:])
    refused("nor this one's moved to another petition")
    put_record(good)
    header = headers()[good[8:24]]
    foreign = next(h for i, h in headers().items() if h != header)
    query(site, "UPDATE epoch SET header = ? WHERE id = ?", foreign,
          good[8:24])
    refused("nor with another epoch's header")
    query(site, "UPDATE epoch SET header = ? WHERE id = ?", header, good[8:24])
    lock = put_lock(bytes(32), other)
    put_lock(lock, other)
    own = put_lock(lock)
    refused("nor with another signer's lock")
    put_lock(bytes([own[0] ^ 1]) + own[1:])
    refused("nor with a bit of its lock changed")
    put_lock(bytes(32))
    refused("nor without its lock")
    put_lock(own)
    tap.check("Canary Green" in desk.run("open", slot, "audit").stdout,
              "all as it was: it opens")


def run(tap, site, petitiond, program):
    petition = site.open_petitions()[0]
    desk = desk_test.Desk(program, desk_test.opened_copy(
        site, site.desk, site.desk + ".open"))
    people = desk_test.People(site, petition)
    slot = people.sign("Canary Yellow", "canary@example.org", "SW1A 1AA")
    livesite.until("the count", lambda: query(
        site, "SELECT counted FROM petition WHERE id = ?", petition) == [(1,)])
    tap.check(desk.slots(petition, "email", "canary@example.org")[0] == [slot]
              and "Canary Yellow" in desk.run("open", slot, "audit").stdout,
              "found and opened while the petition is open")
    site.stop()
    copy = os.path.join(site.folder, "copy")
    os.mkdir(copy)
    for part in ("web", "sealer", "log", "keeper"):
        shutil.copytree(os.path.join(site.dir, part),
                        os.path.join(copy, part))

    # The wall clock says that it closed three months ago.
    query(site, "UPDATE petition SET state = 7, closed_ms = closed_ms,"
          " deadline_ms = deadline_ms WHERE id = ?", petition)
    query(site, "UPDATE petition SET closed_ms ="
          " (unixepoch() - 90 * 86400) * 1000 WHERE id = ?", petition)
    site.serve()
    due = os.path.join(site.dir, "keeper", "due")
    livesite.until("the first ask", lambda: os.path.exists(due) and
                   os.path.getsize(due) >= 24)
    tap.check(shred_events(site, petition) == [] and
              "Canary Yellow" in desk.run("open", slot, "audit").stdout,
              "one clock alone destroys nothing")
    checked(tap, site, petitiond, "check tells that something is overdue",
            False)
    site.stop()
    age_uptime(site, 26)
    site.serve()
    livesite.until("the index to die",
                   lambda: shred_events(site, petition) == [2])
    tap.check(desk.slots(petition, "email", "canary@example.org")[0] == [] and
              "Canary Yellow" in desk.run("open", slot, "audit").stdout,
              "after 30 days nobody is found, a record still opens")
    tap.check(keys_of(f"{site.dir}/keeper/keys", petition) == 1 and
              keys_of(f"{site.dir}/sealer/k1.ring", petition) == 0,
              "both halves of the index's keys are gone")
    site.stop()
    query(site, "UPDATE petition SET closed_ms ="
          " (unixepoch() - 190 * 86400) * 1000 WHERE id = ?", petition)
    site.serve()
    livesite.until("the next ask", lambda: os.path.getsize(due) >= 48)
    site.stop()
    age_uptime(site, 26)
    site.serve()
    livesite.until("the rest to die",
                   lambda: shred_events(site, petition) == [2, 3])
    done = desk.run("open", slot, "audit")
    tap.check(done.returncode == 1 and "destroyed" in done.stderr,
              "after six months no record opens", done)
    tap.check(keys_of(f"{site.dir}/keeper/keys", petition) == 0,
              "no key of the petition is left")
    tap.check(query(site, "SELECT counted FROM petition WHERE id = ?",
                    petition) == [(1,)], "the count stays")
    checked(tap, site, petitiond, "check finds everything in order")
    test_old_keys(tap, site, petitiond, petition, f"{copy}/keeper")
    other = site.open_petitions()[0]
    test_left_lock(tap, site, petitiond, other, desk, people)
    test_tampered(tap, site, other, desk, people)
    test_check_sees(tap, site, petitiond, petition, other)
    livesite.until("the leaves", lambda: query(
        site, "SELECT count(*) FROM event WHERE leaf_index IS NULL"
        " AND type = ?", SHRED) == [(0,)])

    # Everything but keeper comes back from before.
    site.stop()
    for part in ("web", "sealer"):
        shutil.rmtree(os.path.join(site.dir, part))
        shutil.copytree(os.path.join(copy, part),
                        os.path.join(site.dir, part))
    site.serve()
    livesite.until("forms", site.healthy)
    done = desk.run("open", slot, "audit")
    tap.check(done.returncode == 1 and "Canary" not in done.stdout,
              "nor with everything but keeper as it was before", done)
    tap.check(desk.slots(petition, "email", "canary@example.org")[0] == [],
              "and nobody is found")
    tap.check("event=role-died" not in site.said(), "no role died",
              site.said()[-800:])


def main():
    mode, petitiond, program = sys.argv[1:]
    if mode != "served":
        return livesite.skip_all("the same as served, and much slower")
    tap = livesite.Tap()
    site = livesite.Site(petitiond)
    try:
        run(tap, site, petitiond, os.path.abspath(program))
    except BaseException:
        print("# " + site.said()[-3000:].replace("\n", "\n# "))
        raise
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
