#!/usr/bin/python3
"""An independent reader of keeper's files, written from docs/formats.md
sections 4, 5, 8, 12 and 13.

    keeper_reader.py vectors                print the frozen vectors
    keeper_reader.py test FILE PROBE SAMPLE TAP: FILE is what `vectors` would
        print, and PROBE (tests/kill/probe.c) reads the folder in it as this
        reader does; and this reader reads the folders that SAMPLE
        (keep_sample.c) leaves

Shares no code with petitiond but PROBE, which it is compared with.
"""

import glob
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True  # leave no file in the source tree

from reader import (Refused, Tap, half_tag, made, mask, read_ring, tag, u64,
                    wrap)

ENTRY, LOCKS = 192, 96
ADD, CLAIM, KILL, ACKNOWLEDGE, LEAVE, STOP = range(1, 7)
TENTATIVE, SETTLED, WON, BOOKED, DEAD = range(1, 6)
LEAVING, UNSETTLED = 1, 2
FIELDS = (("slot", "Q"), ("petition", "Q"), ("group", "Q"), ("claimed", "Q"),
          ("hour", "I"), ("uptime_hour", "I"), ("rid", "16s"),
          ("token_hash", "16s"), ("c", "32s"), ("e1", "16s"), ("e2", "16s"),
          ("n", "16s"), ("q", "16s"), ("postcode", "3s"), ("domain", "3s"),
          ("state", "B"), ("verdict", "B"), ("corrects", "Q"), ("flags", "B"),
          ("zero", "7s"))
LAYOUT = struct.Struct(">" + "".join(kind for _, kind in FIELDS))
# What a slot's death leaves.
KEPT = ("slot", "petition", "group", "claimed", "hour", "uptime_hour",
        "token_hash", "verdict")


def entry_of(data):
    return dict(zip((name for name, _ in FIELDS), LAYOUT.unpack(data)))


def bytes_of(entry):
    return LAYOUT.pack(*(entry[name] for name, _ in FIELDS))


def nothing(slot):
    return {**entry_of(bytes(ENTRY)), "slot": slot}


# ---- section 13 ----

def read_slots(data):
    """{slot: entry} as the file has them."""
    if data[:ENTRY] != b"PKS1".ljust(ENTRY, b"\0"):
        raise Refused("no head of slots")
    entries = {}
    for slot in range(1, len(data) // ENTRY):
        part = data[slot * ENTRY:(slot + 1) * ENTRY]
        entry = entry_of(part)
        if entry["state"] == 0 and part == bytes(ENTRY):
            continue
        if entry["slot"] != slot or not 1 <= entry["state"] <= DEAD:
            raise Refused(f"slot {slot}")
        entries[slot] = entry
    return entries


def batches(segment):
    """The bodies of a segment's whole records."""
    at = 0
    while segment[at:at + 4] == b"PKJ1":
        length, crc = struct.unpack(">II", segment[at + 4:at + 12])
        body = segment[at + 12:at + 12 + length]
        if len(body) < length or zlib.crc32(body) != crc:
            return
        yield body
        at += 12 + length


def kill(entry, winner, rid_stays):
    dead = nothing(entry["slot"])
    dead.update({name: entry[name] for name in KEPT})
    dead.update(state=DEAD, claimed=winner or entry["claimed"],
                flags=entry["flags"] & LEAVING)
    if rid_stays:
        dead["rid"] = entry["rid"]
    if rid_stays == 2:
        dead["flags"] |= UNSETTLED
    return dead


class Keeper:
    def __init__(self, folder):
        def content(name):
            with open(os.path.join(folder, name), "rb") as f:
                return f.read()
        self.entries = read_slots(content("slots"))
        self.locks = bytearray(content("locks"))
        for path in sorted(glob.glob(os.path.join(folder, "journal-*"))):
            for body in batches(content(os.path.basename(path))):
                self.replay(body)

    def zero(self, slot, first, count):
        at = slot * LOCKS + 32 * first
        if at < len(self.locks):
            self.locks[at:at + 32 * count] = bytes(32 * count)

    def lock(self, slot, compartment):
        at = slot * LOCKS + 32 * (compartment - 1)
        return bytes(self.locks[at:at + 32]).ljust(32, b"\0")

    def replay(self, body):
        while body:
            op, body = body[0], body[1:]
            if op == ADD:
                entry = entry_of(body[:ENTRY])
                self.entries[entry["slot"]] = entry
                body = body[ENTRY:]
                continue
            slot, body = struct.unpack(">Q", body[:8])[0], body[8:]
            entry = self.entries.get(slot, nothing(slot))
            if op == CLAIM:
                group, body = struct.unpack(">Q", body[:8])[0], body[8:]
                entry = {**entry, "group": group, "state": WON}
                self.entries[slot] = entry
                self.entries[group] = {**self.entries[group], "claimed": slot}
                continue
            if op == KILL:
                winner, rid = struct.unpack(">QB", body[:9])
                body = body[9:]
                entry = kill(entry, winner, rid)
                self.zero(slot, 0, 3)
            elif op == ACKNOWLEDGE:
                to, body = body[0], body[1:]
                entry = acknowledge(entry, to)
            elif op == LEAVE:
                entry = {**entry, "flags": entry["flags"] | LEAVING}
            elif op == STOP:
                self.zero(slot, 1, 1)
                continue
            else:
                raise Refused(f"operation {op}")
            self.entries[slot] = entry

    def lines(self):
        """As tests/kill/probe.c prints."""
        return "".join(
            f"{slot} {e['petition']} {e['state']} {e['verdict']} "
            f"{e['claimed']} {int(self.lock(slot, 1) != bytes(32))} "
            f"{e['rid'].hex()} {e['c'].hex()}\n"
            for slot, e in sorted(self.entries.items()))


def acknowledge(entry, to):
    if entry["state"] == to - 1 and to in (SETTLED, BOOKED):
        entry = {**entry, "state": to}
    if to == SETTLED:
        entry = {**entry, "flags": entry["flags"] & ~UNSETTLED}
    return entry


# ---- section 12 ----

def mixed(x):
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 % 2 ** 64
    x = (x ^ x >> 27) * 0x94d049bb133111eb % 2 ** 64
    return x ^ x >> 31


class Index:
    def __init__(self, data):
        if data[:4] != b"PKI1" or zlib.crc32(data[:-4]) != \
                struct.unpack(">I", data[-4:])[0]:
            raise Refused("the index")
        self.data, self.at = data, 4
        self.segment, self.end = self.take("Q"), self.take("Q")
        self.people = self.tables(12)
        self.salt = self.take("Q")
        self.rids = set()
        for _ in range(16):
            self.take("I")
            self.rids |= self.tables(8)
        self.open = []
        while (slot := self.take("Q")) != 0:
            self.open.append(slot)
        if self.at != len(data) - 4:
            raise Refused("bytes behind the index")

    def take(self, kind):
        value, = struct.unpack_from(">" + kind, self.data, self.at)
        self.at += struct.calcsize(">" + kind)
        return value

    def tables(self, bits):
        """{(the first bits + 24 of a key, slot)}"""
        found = set()
        for table in range(1 << bits):
            for _ in range(self.take("I")):
                cell = self.take("Q")
                found.add((table << 24 | cell >> 40, cell % 2 ** 40))
        return found

    def has_person(self, key, slot):
        return (key >> 28, slot) in self.people

    def has_rid(self, rid, slot):
        key = mixed(struct.unpack(">Q", rid[8:])[0] ^ self.salt)
        return (key >> 32, slot) in self.rids


# ---- the frozen vectors ----

def record(*ops):
    body = b"".join(ops)
    return b"PKJ1" + struct.pack(">II", len(body), zlib.crc32(body)) + body


def vector_entry(slot, group, person):
    return {**nothing(slot), "petition": 300000, "group": group,
            "hour": 498739, "uptime_hour": 7, "rid": made(f"rid {slot}", 16),
            "token_hash": made(f"token {slot}", 16), "c": made(f"c {slot}"),
            **{name: made(f"{name} {person}", 16)
               for name in ("e1", "e2", "n", "q")}, "state": TENTATIVE}


def vectors():
    """A folder: of a group of three the second was claimed, which killed the
    others; one left; one was burnt; the last record is torn."""
    one, two, three, four = (vector_entry(slot, 1 if slot < 4 else 4, slot)
                             for slot in (1, 2, 3, 4))

    def op(number, slot, more=b""):
        return bytes([number]) + u64(slot) + more
    journal = (
        record(*(bytes([ADD]) + bytes_of(e) for e in (one, two)),
               op(ACKNOWLEDGE, 1, bytes([SETTLED]))) +
        record(bytes([ADD]) + bytes_of(three), bytes([ADD]) + bytes_of(four),
               op(ACKNOWLEDGE, 2, bytes([SETTLED])),
               op(ACKNOWLEDGE, 4, bytes([SETTLED]))) +
        record(op(CLAIM, 2, u64(1)), op(KILL, 1, u64(2) + b"\1"),
               op(KILL, 3, u64(2) + b"\2"), op(CLAIM, 4, u64(4))) +
        record(op(ACKNOWLEDGE, 2, bytes([BOOKED])), op(STOP, 2)) +
        record(op(LEAVE, 4), op(KILL, 4, u64(0) + b"\0"),
               bytes([ADD]) + bytes_of(kill(nothing(5), 0, 0))) +
        record(op(ACKNOWLEDGE, 4, b"\2"))[:-1])
    s = made("s")
    locks = bytes(LOCKS) + b"".join(
        mask(s, slot, c, made(f"lock {slot} {c}")) if c < 3 else bytes(32)
        for slot in (1, 2, 3, 4) for c in (1, 2, 3))
    return {
        "slots": b"PKS1".ljust(ENTRY, b"\0").hex(), "locks": locks.hex(),
        "journal-0000000000000001": journal.hex(),
        "keys": wrap(made("credential"), 300000, 32, made("nonce", 24),
                     s).hex()}


def vectors_text():
    return json.dumps(vectors(), indent=1) + "\n"


# ---- tests ----

def probe(program, folder):
    """What petitiond's own code reads in a copy, which it changes."""
    with tempfile.TemporaryDirectory() as copy:
        for path in glob.glob(os.path.join(folder, "*")):
            shutil.copy(path, copy)
        return subprocess.run([program, copy], check=True, text=True,
                              stdout=subprocess.PIPE).stdout


def test_vectors(tap, path, program):
    with open(path, encoding="ascii") as f:
        text = f.read()
    tap.check(text == vectors_text(), "the folder is made as frozen")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in json.loads(text).items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(bytes.fromhex(data))
        keeper = Keeper(folder)
        states = {slot: (e["state"], e["claimed"], e["flags"])
                  for slot, e in keeper.entries.items()}
        tap.check(states == {
            1: (DEAD, 2, 0), 2: (BOOKED, 0, 0), 3: (DEAD, 2, UNSETTLED),
            4: (DEAD, 4, LEAVING), 5: (DEAD, 0, 0)}, "what became of each")
        tap.check(keeper.lines() == probe(program, folder),
                  "petitiond reads it as we do")
        with open(os.path.join(folder, "keys"), "rb") as f:
            s = read_ring(f.read(), made("credential"))[300000, 32]
        tap.check(mask(s, 2, 1, keeper.lock(2, 1)) == made("lock 2 1") and
                  keeper.lock(2, 2) == bytes(32),
                  "one lock is left, and it is the one that was given")


def half(purpose, *values):
    """sealer's half as keep_fixture.h makes it: the purpose stands for k1."""
    return half_tag(bytes([0x33]) + bytes(31), bytes([purpose]) +
                    b"".join(v.encode() for v in values))


def test_tags(tap, keeper, people, keys):
    good = []
    for slot, (petition, email, mailbox, name, postcode) in people.items():
        e = keeper.entries[slot]
        want = {"e1": (1, email), "e2": (2, mailbox), "n": (3, mailbox, name),
                "q": (4, mailbox, postcode), "postcode": (5, postcode),
                "domain": (6, "example.org")}
        alive = e["state"] != DEAD
        for field, (purpose, *values) in want.items():
            made_tag = tag(keys[petition, purpose], purpose,
                           half(purpose, *values))
            good.append(e[field] == (made_tag if alive
                                     else bytes(len(made_tag))))
        lock = bytes([0x4c, 1]) + bytes(22) + u64(slot)
        masked = keeper.lock(slot, 1)
        good.append(masked == bytes(32) if not alive else
                    mask(keys[petition, 32], slot, 1, masked) == lock)
    tap.check(len(good) == 7 * len(people) and all(good),
              "tags and locks of who lives are theirs, of who left zeros")


def test_small_files(tap, folder, keeper, people, keys):
    def content(pattern):
        path, = glob.glob(os.path.join(folder, pattern))
        with open(path, "rb") as f:
            return path, f.read()
    path, search = content("search-*")
    week = int(path.rpartition("-")[2])
    rows = {struct.unpack(">Q", search[at:at + 8])[0]: search[at + 8:at + 32]
            for at in range(32, len(search), 32)}
    mine = b"".join(tag(keys[week, p], p, half(p, "192.0.2.1"))
                    for p in (16, 17, 18))
    left = [slot for slot, e in keeper.entries.items()
            if e["flags"] & LEAVING]
    tap.check(search[:8] == b"PKI1" + bytes(4) and
              search[8:16] == u64(week) and
              all(rows.get(slot, bytes(24)) == (
                  bytes(24) if slot in left else mine) for slot in people),
              "the week's search file; rows of who left are zeros")
    _, due = content("due")
    tap.check(due == b"PKD1" + struct.pack(">IQII", 2, 8, 0, 0),
              "what is due: all keys of petition 8, first asked for at hour 0")
    _, blocked = content("blocked")
    site = tag(keys[2 ** 64 - 1, 33], 2, half(33, "troll@example.org"))
    tap.check(blocked == site, "the blocked address")
    _, reserved = content("range")
    tap.check(reserved[:8] == b"PKR1" + bytes(4) and
              struct.unpack(">Q", reserved[8:])[0] > max(keeper.entries),
              "the range")
    _, openings = content("openings")
    tap.check(len(openings) == 32 and openings[:8] == b"PKO1\0\5\0\1" and
              struct.unpack(">Q", openings[16:24])[0] in people,
              "an opening for the reason audit")


def sampled(program, how, folder):
    """Run SAMPLE: (credential, {slot: who signed})."""
    said = subprocess.run([program, how, folder], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()
    people = {}
    for line in said[1:]:
        slot, petition, *words = line.split("\t")
        people[int(slot)] = (int(petition), *words)
    return bytes.fromhex(said[0]), people


def test_sample(tap, program, prober):
    with tempfile.TemporaryDirectory() as folder:
        credential, people = sampled(program, "story", folder)
        keeper = Keeper(folder)
        tap.check(keeper.lines() == probe(prober, folder) and
                  len(keeper.entries) == len(people),
                  "a keeper's folder: we read what petitiond reads")
        with open(os.path.join(folder, "keys"), "rb") as f:
            keys = read_ring(f.read(), credential)
        test_tags(tap, keeper, people, keys)
        test_small_files(tap, folder, keeper, people, keys)
        # All of it is in the journal, too.
        slots = os.path.join(folder, "slots")
        with open(slots, "rb") as f:
            whole = f.read()
        with open(slots, "wb") as f:
            f.write(whole[:ENTRY])
        tap.check(Keeper(folder).entries == keeper.entries,
                  "and from its journal alone")
        with open(slots, "wb") as f:
            f.write(whole)
        sampled(program, "rest", folder)
        rested = Keeper(folder)
        tap.check(rested.entries == keeper.entries and
                  rested.locks == keeper.locks, "at rest it is the same")
        with open(os.path.join(folder, "index"), "rb") as f:
            index = Index(f.read())
        people_alive = {
            (int.from_bytes(e["e2"][:8], "big") >> 28, slot)
            for slot, e in keeper.entries.items() if e["state"] != DEAD} | {
            (mixed(e["group"] ^ 0x67726f7570) >> 28, slot)
            for slot, e in keeper.entries.items()
            if e["state"] != DEAD and e["group"] != slot}
        tap.check(index.people == people_alive and index.end >
                  max(keeper.entries), "the index: who lives")
        tap.check(all(index.has_rid(e["rid"], slot)
                      for slot, e in keeper.entries.items()
                      if e["rid"] != bytes(16)) and
                  index.open == [slot for slot, e in sorted(
                      keeper.entries.items())
                      if e["state"] in (TENTATIVE, WON) or
                      e["flags"] & UNSETTLED],
                  "which requests, and of whom web has something to learn")


def main(argv):
    if argv[1:] == ["vectors"]:
        sys.stdout.write(vectors_text())
        return 0
    if len(argv) == 5 and argv[1] == "test":
        tap = Tap()
        test_vectors(tap, argv[2], argv[3])
        test_sample(tap, argv[4], argv[3])
        return tap.done()
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
