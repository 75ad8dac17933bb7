"""What must hold after any crash: signature-protocol's oracle, word for word,
from the ledger of acknowledgements and the files of a site at rest.

Shares no code with the server but the probe of keeper's files.
"""
import asyncio
import base64
import glob
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import time

from disk import copy_file, copy_tree
from people import exchange
from server import Failure

TENTATIVE, SETTLED, WON, BOOKED, DEAD = range(1, 6)  # keep_entry.h
CONFIRM = 0
SIGN, WITHDRAW = 2, 4
PENDING, VALIDATED, WITHDRAWN = 0, 1, 3


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_over(rid):
    """Six hours after it was made (by a clock that may have been set back)
    a form's id is forgotten; its row is not."""
    minute = struct.unpack(">I", rid[:4])[0]
    return time.time() > 60 * minute + 6 * 3600


# ---- coming to rest ----

def database(site):
    return open_database(f"{site.path}/web/site.db")


def open_database(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    db.row_factory = sqlite3.Row
    return db


async def until(what, holds, seconds=60):
    """Look again and again; holds() answers None when it is so."""
    end = time.monotonic() + seconds
    while True:
        missing = await holds()
        if missing is None:
            return
        if time.monotonic() > end:
            raise Failure(f"{what}: {missing}")
        await asyncio.sleep(0.1)


async def at_rest(site, petitions):
    """Every event is a leaf, every mail is out, the pages say so."""

    async def sequenced():
        with database(site) as db:
            n = db.execute("SELECT count(*) FROM event"
                           " WHERE leaf_index IS NULL").fetchone()[0]
        db.close()
        return f"{n} events have no leaf" if n else None

    async def gone():
        with database(site) as db:
            n = db.execute("SELECT count(*) FROM leaving").fetchone()[0]
        db.close()
        return f"{n} leavers are not destroyed" if n else None

    async def mailed():
        with database(site) as db:
            n = db.execute("SELECT count(*) FROM mail_queue").fetchone()[0]
        db.close()
        return f"{n} mails wait" if n else None

    async def shown():
        with database(site) as db:
            want = dict(db.execute(
                "SELECT id, carried_over + counted FROM petition"))
        db.close()
        for p in petitions:
            try:
                status, _, body = await asyncio.wait_for(exchange(
                    site.port, "GET", f"/petitions/{p}.json"), 20)
            except (OSError, asyncio.TimeoutError) as e:
                return f"petition {p}: {e!r}"
            if status != 200:
                return f"petition {p}: {status}"
            have = json.loads(body)["data"]["attributes"]["signature_count"]
            if have != want[p]:
                return f"petition {p}: {have} shown, {want[p]} counted"
        return None

    await until("events become leaves", sequenced)
    await until("who left is gone", gone)
    # A job that the relay was too slow for is tried again after 2 minutes.
    await until("mails go out", mailed, 150)
    await until("the public counts follow", shown)


# ---- reading a site at rest ----

class State:
    def __init__(self, site, db, raw):
        """From an open database, which is closed, and the log's leaves."""
        with db:
            def table(sql):
                return db.execute(sql).fetchall()

            self.rows = {r["slot"]: r for r in table(
                "SELECT * FROM signature")}
            self.records = {r[0] for r in table("SELECT slot FROM record")}
            self.sealed = [r[0] for r in table(
                "SELECT identity FROM record UNION ALL SELECT contact"
                " FROM record WHERE contact IS NOT NULL"
                " UNION ALL SELECT job FROM mail_job")]
            self.jobs = {r[0] for r in table("SELECT slot FROM mail_job")}
            self.rids = {r["rid"]: r["slot"] for r in table(
                "SELECT * FROM form_rid")}
            self.events = table("SELECT * FROM event ORDER BY ev_seq")
            self.petitions = {r["id"]: r for r in table(
                "SELECT * FROM petition")}
        db.close()
        self.entries = read_keeper(site)
        self.raw = raw
        self.leaves = []
        for leaf in self.raw:
            _, kind, _, _, petition = struct.unpack(">BBHIQ", leaf[:16])
            self.leaves.append((kind, petition, leaf[32:]))


def read_keeper(site):
    """{slot: entry} from a copy, because looking replays the journal."""
    copy = os.path.join(site.folder, "keeper-copy")
    os.mkdir(copy)
    try:
        for name in os.listdir(f"{site.path}/keeper"):
            if name in ("slots", "locks") or name.startswith("journal-"):
                copy_file(f"{site.path}/keeper/{name}", f"{copy}/{name}")
        done = subprocess.run([site.probe, copy], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        shutil.rmtree(copy)
    if done.returncode != 0:
        raise Failure(f"keeper's files do not open: {done.stderr}")
    entries = {}
    for line in done.stdout.splitlines():
        words = line.split()
        slot, petition, state, verdict, winner, locked = map(int, words[:6])
        entries[slot] = {
            "petition": petition, "state": state, "verdict": verdict,
            "winner": winner, "lock": bool(locked),
            "rid": bytes.fromhex(words[6]), "c": bytes.fromhex(words[7])}
    return entries


def read_log(site):
    """All leaves of all years' logs, from the public bundles."""
    leaves = []
    for checkpoint in glob.glob(f"{site.path}/public/log/*/checkpoint"):
        with open(checkpoint, encoding="utf-8") as f:
            size = int(f.read().splitlines()[1])
        folder = os.path.dirname(checkpoint) + "/tile/entries"
        for n in range((size + 255) // 256):
            width = min(256, size - 256 * n)
            path = f"{folder}/{n:03d}" if n < 1000 else \
                f"{folder}/x{n // 1000:03d}/{n % 1000:03d}"
            if width < 256:
                path += f".p/{width}"
            with open(path, "rb") as f:
                bundle = f.read()
            if len(bundle) != 66 * width:
                raise Failure(f"{path}: {len(bundle)} bytes")
            for i in range(width):
                leaves.append(bundle[66 * i + 2:66 * i + 66])
    return leaves


def roots(leaves, sizes):
    """{size: root in base64} of the trees of so many leaves: RFC 6962."""
    found = {}
    edge = []  # (height, hash), highest first
    for i, leaf in enumerate(leaves):
        height, node = 0, hashlib.sha256(b"\0" + leaf).digest()
        while edge and edge[-1][0] == height:
            node = hashlib.sha256(b"\1" + edge.pop()[1] + node).digest()
            height += 1
        edge.append((height, node))
        if i + 1 in sizes:
            root = edge[-1][1]
            for _, left in reversed(edge[:-1]):
                root = hashlib.sha256(b"\1" + left + root).digest()
            found[i + 1] = base64.b64encode(root).decode()
    return found


# ---- the oracle ----

class Oracle:
    def __init__(self, site, ledger, relay, watcher):
        self.site = site
        self.ledger = ledger
        self.relay = relay
        self.watcher = watcher
        self.after_cut = False  # the power was cut at least once
        self.faults = []

    def must(self, good, what):
        if not good and len(self.faults) < 40:
            self.faults.append(what)

    def check(self):
        """What is wrong, in words; nothing if all holds."""
        self.faults = []
        try:
            self.state = State(self.site, database(self.site),
                               read_log(self.site))
            self.check_forms()
            self.check_entries()
            self.check_rows()
            self.check_log()
            self.check_served()
            self.check_confirmed()
            self.check_people()
            self.check_leavers()
            self.check_streams()
            self.check_files()
            self.check_programs()
        except Failure as e:
            self.faults.append(str(e))
        return self.faults

    def check_kept(self):
        """Straight after a power cut, before anybody can mend anything: what
        was acknowledged is on the disk, whatever else is."""
        self.faults = []
        copy = os.path.join(self.site.folder, "web-copy")
        copy_tree(f"{self.site.path}/web", copy)
        try:
            s = self.state = State(self.site, open_database(f"{copy}/site.db"),
                                   [])
            for form in self.ledger.forms:
                slot = s.rids.get(unbase64(form["rid"])[:16])
                self.must(slot in s.rows, f"{form['person']}: no row kept")
            for slot, row in s.rows.items():
                e = s.entries.get(slot)
                self.must(e is not None, f"slot {slot}: no entry kept")
                self.must(e is None or e["state"] == DEAD or e["lock"],
                          f"slot {slot}: its lock was not kept")
            self.check_promises()
        except (Failure, sqlite3.Error) as e:
            self.faults.append(str(e))
        finally:
            shutil.rmtree(copy)
        return self.faults

    def check_promises(self):
        """Log's journal has what it promised."""
        journal = b""
        for path in glob.glob(f"{self.site.path}/log/journal-*"):
            with open(path, "rb") as f:
                journal += f.read()
        for a in self.ledger.confirmed:
            self.must(not a["promised"] or unbase64(a["c"]) in journal,
                      f"{a['person']}: promised and not kept in the journal")

    def check_forms(self):
        """No acknowledged POST without row and mail job."""
        s = self.state
        for form in self.ledger.forms:
            who = f"{form['person']} ({form['rid'][:8]})"
            rid = unbase64(form["rid"])[:16]
            slot = s.rids.get(rid)
            if slot is None and is_over(rid):
                continue
            if slot is None or slot not in s.rows:
                self.must(False, f"{who}: acknowledged and no row")
                continue
            entry = s.entries.get(slot)
            row = s.rows[slot]
            self.must(row["petition_id"] == form["petition"],
                      f"{who}: slot {slot} is another petition's")
            if entry is not None and entry["verdict"] == CONFIRM:
                self.must(slot in self.relay.tokens,
                          f"{who}: no mail for slot {slot} came")

    def check_entries(self):
        """No claimed entry without row; none left claimed and unbooked."""
        s = self.state
        for slot, e in s.entries.items():
            if e["state"] in (WON, BOOKED):
                row = s.rows.get(slot)
                self.must(row is not None, f"slot {slot} is claimed, no row")
                if row is None:
                    continue
                self.must(row["state"] == VALIDATED,
                          f"slot {slot} is claimed, its row is pending")
                self.must(row["commitment"] == e["c"],
                          f"slot {slot}: keeper and web differ in C")
                self.must(e["lock"], f"slot {slot} counts and lost its lock")
            if e["state"] == DEAD:
                self.must(not e["lock"], f"slot {slot} is freed, not its lock")
            if e["state"] == SETTLED:
                self.must(slot in s.rows, f"slot {slot} is settled, no row")

    def check_rows(self):
        """No row without record, entry, mail job while it is pending; no
        entry with a row freed but the losers of a claim."""
        s = self.state
        for slot, row in s.rows.items():
            e = s.entries.get(slot)
            if e is None:
                self.must(False, f"slot {slot} has a row, no entry")
            elif e["state"] == DEAD:
                self.must(row["state"] == WITHDRAWN or
                          row["state"] == PENDING and e["winner"] != 0,
                          f"slot {slot} has a row, its entry was freed")
            elif row["state"] == VALIDATED:
                self.must(e["state"] in (WON, BOOKED),
                          f"slot {slot} counts, its entry was not claimed")
            self.must(slot in s.records, f"slot {slot} has no record")
            self.must(slot in s.jobs or row["state"] != PENDING,
                      f"slot {slot} is pending and has no mail job")

    def check_log(self):
        """No event twice, no leaf that is none's, none missing."""
        s = self.state
        signs = [e for e in s.events if e["type"] == SIGN]
        self.must(len({e["slot"] for e in signs}) == len(signs),
                  "a slot has two SIGN events")
        for i, e in enumerate(s.events):
            self.must(e["ev_seq"] == i + 1, f"event {e['ev_seq']} at {i + 1}")
        in_log = sorted((p, c) for kind, p, c in s.leaves if kind == SIGN)
        wanted = sorted((e["petition_id"], e["c"]) for e in signs)
        self.must(len(set(in_log)) == len(in_log), "a SIGN leaf stands twice")
        self.must(in_log == wanted,
                  f"{len(in_log)} SIGN leaves for {len(wanted)} events")
        self.must(len(s.leaves) == len(s.events),
                  f"{len(s.leaves)} leaves for {len(s.events)} events")
        gone = [e for e in s.events if e["type"] == WITHDRAW]
        self.must(len({e["target_ev_seq"] for e in gone}) == len(gone),
                  "a slot has two WITHDRAW events")
        for p in s.petitions.values():
            n = sum(1 for q, _ in in_log if q == p["id"]) - sum(
                1 for kind, q, _ in s.leaves
                if kind == WITHDRAW and q == p["id"])
            self.must(p["counted"] == n, f"petition {p['id']} counts "
                      f"{p['counted']}, the log {n}")

    def check_served(self):
        """No checkpoint that was ever served has been taken back."""
        have = roots(self.state.raw, {n for n, _ in self.watcher.checkpoints})
        for size, root in sorted(self.watcher.checkpoints):
            self.must(have.get(size) == root,
                      f"the checkpoint of {size} leaves was taken back")

    def check_confirmed(self):
        """What was acknowledged, promised or not, is in the log once."""
        in_log = {(p, c) for kind, p, c in self.state.leaves if kind == SIGN}
        for a in self.ledger.confirmed:
            row = self.state.rows.get(a["slot"])
            c = unbase64(a["c"])
            self.must((a["petition"], c) in in_log,
                      f"{a['person']}: slot {a['slot']} was "
                      f"{'promised' if a['promised'] else 'confirmed'}"
                      " and is not in the log")
            self.must(row is not None and row["commitment"] == c,
                      f"slot {a['slot']}: its receipt has another C")

    def check_people(self):
        """Nobody counted twice, nobody counted who did not confirm."""
        s = self.state
        slots = {}
        for a in self.ledger.confirmed:
            slots.setdefault(a["person"], set()).add(a["slot"])
        counted = {slot for slot, row in s.rows.items()
                   if row["state"] == VALIDATED}
        for person, end in self.ledger.ended.items():
            n = len(slots.get(person, ()))
            self.must(n == (1 if end in ("counted", "left") else 0),
                      f"{person}: {end}, and {n} slots counted")
        confirmed = {slot for of in slots.values()
                     for slot in of} - self.ledger.left
        differ = (counted - self.ledger.maybe) ^ confirmed
        self.must(not differ, f"{len(differ)} slots count unconfirmed or the "
                  f"other way round: {sorted(differ)[:5]}")

    def check_leavers(self):
        """Who left is out of the count, and of the record nothing is left
        that opens; nobody else is."""
        s = self.state
        gone = {slot for slot, row in s.rows.items()
                if row["state"] == WITHDRAWN}
        self.must(gone == self.ledger.left,
                  f"{len(gone ^ self.ledger.left)} slots are withdrawn "
                  "unasked, or the other way round")
        for slot in gone:
            e = s.entries.get(slot)
            self.must(e is not None and e["state"] == DEAD and
                      not e["lock"], f"slot {slot} left and lives at keeper")

    def check_streams(self):
        """No key stream was used for two records: an epoch has each number
        once, whatever died between sealing and storing."""
        seen = set()
        for record in self.state.sealed:
            place = record[8:28]  # epoch and number: docs/formats.md 2
            self.must(place not in seen,
                      f"two records of number {place[16:].hex()} in an epoch")
            seen.add(place)

    def check_files(self):
        """No file half made, none of another making; what a power cut leaves
        beside partial tiles goes with them when the tile is full."""
        for folder, _, names in os.walk(self.site.path):
            for name in names:
                self.must(not name.endswith((".new", ".tmp", "-journal")) or
                          self.after_cut and folder.endswith(".p"),
                          f"stray {os.path.join(folder, name)}")

    def check_programs(self):
        """The programs that operators have see nothing wrong either."""
        for words in ([self.site.program, "check", self.site.path],
                      [self.site.verifier, "--state",
                       f"{self.site.folder}/verify-state",
                       f"{self.site.path}/public"]):
            done = subprocess.run(words, check=False, text=True, timeout=120,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.must(done.returncode == 0, f"{os.path.basename(words[0])} "
                      f"ended with {done.returncode}: {done.stdout}")
