#!/usr/bin/env python3
"""A crowd of complete lives, and the proof that each was counted as told.

usage: lives.py --build DIR [--replay] [--kill SECONDS] [--keep]
                [options of petition_lives]

bench/petition_lives sends people to a demo site and keeps the ledger of what
they were told.  --replay has them come as they came to petition 241584, the
fiercest three hours of it, from PETITIOND_DATA; where that is not there, as to
the sample's.  --kill kills a role, two or all of them about every so many
seconds meanwhile.  At the end the ledger is held against database, keeper,
log, pages and verifier, totals are added up by country, area and region, and
every file is searched for what people typed.  Prints TAP, and the table that
it rests on.
"""
import argparse
import asyncio
import collections
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "scan"),
                os.path.join(HERE, "..", "live")]

from driver import Tap  # noqa: E402
from scanner import Needles, files_below, scan_bytes  # noqa: E402
from oracle import (SIGN, VALIDATED, Oracle, at_rest,  # noqa: E402
                    unbase64, until)
from people import Relay, exchange, slot_of  # noqa: E402
from server import ROLES, Failure, Site, free_port  # noqa: E402
from watcher import Watcher  # noqa: E402

SAMPLES = os.path.join(HERE, "../../samples/lists")
SETTINGS = {"checkpoint_s": 1, "ripe_count": 1, "off": "yes",
            "siblings_per_mailbox": 20, "sponsors": 0, "inbox_url": "",
            "connections_per_address": 60000}
PETITIONS = (700001, 700002, 700003)
SCAN_MAX_BYTES = 1 << 31


# ---- what they were told ----

class Told:
    """The ledger, as the oracle reads it."""

    def __init__(self, path):
        self.forms = []
        self.confirmed = []
        self.ended = {}
        self.maybe = set()
        self.left = set()
        self.tokens = set()  # slots whose mail came
        self.people = []  # (petition, country, postcode) of the counted
        self.errors = None
        self.salt = None
        with open(path, encoding="ascii") as f:
            for line in f:
                self.take(*line.rstrip("\n").split(" ", 1))

    def take(self, kind, rest):
        words = rest.split(" ")
        if kind == "form":
            self.forms.append({"rid": words[0], "petition": int(words[1]),
                               "person": words[2]})
        elif kind == "confirm":
            self.confirmed.append(
                {"slot": int(words[0]), "c": words[1],
                 "petition": int(words[2]), "person": words[3],
                 "promised": words[4] == "1"})
        elif kind == "mail":
            self.tokens.add(slot_of(rest))
        elif kind == "end":
            person, end, petition, country = words[:4]
            self.ended[person] = end
            if end == "counted":
                self.people.append(
                    (int(petition), country, " ".join(words[4:])))
        elif kind == "errors":
            self.errors = int(rest)
        elif kind == "salt":
            self.salt = rest
        else:
            raise Failure(f"the ledger says {kind}")


# ---- what the site says ----

async def documents(site):
    """{petition: attributes} as the public interface shows them."""
    found = {}
    for p in PETITIONS:
        _, _, body = await exchange(site.port, "GET", f"/petitions/{p}.json")
        found[p] = json.loads(body)["data"]["attributes"]
    return found


def totals(documents_):
    """{(what, petition, code): count}"""
    sums = collections.Counter()
    for p, d in documents_.items():
        sums["petition", p, ""] = d["signature_count"]
        for what, key, code in (
                ("country", "signatures_by_country", "code"),
                ("area", "signatures_by_constituency", "ons_code"),
                ("region", "signatures_by_region", "ons_code")):
            for row in d[key]:
                sums[what, p, row[code]] = row["signature_count"]
    return sums


def rows(name):
    with open(f"{SAMPLES}/{name}.csv", encoding="utf-8") as f:
        yield from csv.DictReader(f)


def told_totals(told):
    """As docs/operating.md says: on a seam the first area counts, and what is
    no area that is listed (islands have a code too) counts for none."""
    areas = {row["code"] for row in rows("areas")}
    place = {}
    for row in rows("postcodes"):
        place.setdefault(row["pcds"], row)
    sums = collections.Counter()
    for petition, country, postcode in told.people:
        sums["petition", petition, ""] += 1
        sums["country", petition, country] += 1
        if postcode and place[postcode]["pcon24cd"] in areas:
            sums["area", petition, place[postcode]["pcon24cd"]] += 1
            sums["region", petition, place[postcode]["rgn24cd"]] += 1
    return sums


# ---- the proof ----

class Proof(Oracle):
    def __init__(self, site, told, watcher, before, after):
        super().__init__(site, told, told, watcher)
        self.before, self.after = totals(before), totals(after)
        self.table = []

    def row(self, what, told, found):
        self.table.append((what, told, found))
        self.must(told == found, f"{what}: {told} told, {found} found")

    def compare(self, what):
        """Totals of one kind grew by what people were told."""
        told = told_totals(self.ledger)
        grew = {k: self.after[k] - self.before[k]
                for k in set(self.after) | set(self.before) if k[0] == what}
        told = {k: n for k, n in told.items() if k[0] == what}
        for key in sorted(set(told) | {k for k, n in grew.items() if n}):
            self.must(told.get(key, 0) == grew.get(key, 0),
                      f"{what} {key[2]} of {key[1]}: {told.get(key, 0)} "
                      f"told, {grew.get(key, 0)} more")
        self.row(f"counted, by {what} ({len(told)})", sum(told.values()),
                 sum(grew.values()))

    def check_totals(self):
        s = self.state  # as check() read it
        rids = {unbase64(f["rid"])[:16] for f in self.ledger.forms}
        ended = collections.Counter(self.ledger.ended.values())
        signed = [e for e in s.events if e["type"] == SIGN]
        self.row("forms acknowledged: rows in the database",
                 len(rids), len(s.rows))
        self.row("forms acknowledged: requests known by their number",
                 len(rids), len(s.rids))
        self.row("of these never posted by anybody", 0,
                 len(set(s.rids) - rids))
        self.row("people counted: signatures that count", ended["counted"],
                 sum(r["state"] == VALIDATED for r in s.rows.values()))
        self.row("people counted: events", ended["counted"], len(signed))
        self.row("people counted: leaves in the log", ended["counted"],
                 sum(kind == SIGN for kind, _, _ in s.leaves))
        self.row("people counted: the database's own sums",
                 ended["counted"],
                 sum(p["counted"] for p in s.petitions.values()))
        for what in ("petition", "country", "area", "region"):
            self.compare(what)

    def check_words(self):
        """Nothing that somebody typed stands in a file of the site."""
        needles = Needles()
        needles.text("what was typed", self.ledger.salt)
        found, size = [], 0
        for path in [*files_below(self.site.path), self.site.log_path]:
            lines, n = scan_extents(needles, path)
            found += lines
            size += n
        for line in found[:5]:
            self.must(False, line)
        self.row(f"names and addresses in {size >> 20} MiB of files", 0,
                 len(found))


def scan_extents(needles, path):
    """Findings in a file, without its holes, and how many bytes it has."""
    lines, size = [], 0
    with open(path, "rb") as f:
        end, at = os.fstat(f.fileno()).st_size, 0
        while at < end:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(f.fileno(), at, os.SEEK_HOLE)
            first = at
            lines += scan_bytes(
                needles, lambda o, n, first=first: os.pread(
                    f.fileno(), n, first + o), hole - at, path)
            size += hole - at
            at = hole
    return lines, size


# ---- a run ----

def curve():
    data = os.environ.get("PETITIOND_DATA",
                          os.path.join(HERE, "../../../shared/data"))
    path = os.path.join(data, "timeseries/241584-revoke-article-50.csv")
    if os.path.exists(path):
        return ["--curve", path, "--hours", "3"]
    return ["--curve", f"{SAMPLES}/history-700001.csv", "--over", "180"]


class Run:
    def __init__(self, args, tap, folder):
        self.args, self.tap, self.folder = args, tap, folder
        self.sink = free_port()
        self.site = Site(args.build, folder, self.sink, SETTINGS)
        self.random = random.Random(args.seed)
        self.kills = collections.Counter()

    async def serving(self):
        async def answers():
            try:
                status, _, _ = await asyncio.wait_for(
                    exchange(self.site.port, "GET", "/"), 5)
                return None if status == 200 else status
            except (OSError, asyncio.TimeoutError) as e:
                return repr(e)

        await until("the site serves", answers)

    def command(self):
        args = self.args
        words = [f"{args.build}/bench/petition_lives", "--url",
                 self.site.base, "--sink", self.sink, "--postcodes",
                 f"{SAMPLES}/postcodes.csv", "--ledger",
                 f"{self.folder}/ledger", "--pid", self.site.process.pid]
        for p in PETITIONS:
            words += ["--petition", p]
        if args.replay:
            words += curve()
        words += args.options
        return [str(w) for w in words]

    async def kill(self):
        """Until cancelled: a role, two, or all with the supervisor."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / self.args.kill))
            how = self.random.choice((*ROLES, "two", "all"))
            self.kills[how] += 1
            if how == "all":
                await asyncio.shield(self.kill_all())
            else:
                roles = self.random.sample(ROLES, 2) if how == "two" else [how]
                for role in roles:
                    self.site.kill_role(role)

    async def kill_all(self):
        await self.site.kill_all()
        self.site.start()

    async def crowd(self):
        """The exit status of the tool; what it says becomes notes."""
        process = await asyncio.create_subprocess_exec(
            *self.command(), stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        kills = asyncio.create_task(self.kill()) if self.args.kill else None
        async for line in process.stdout:
            self.tap.note(line.decode().rstrip())
        if kills is not None:
            kills.cancel()
            await asyncio.gather(kills, return_exceptions=True)
        status = await process.wait()
        if status not in (0, 1):
            raise Failure(f"petition_lives ended with {status}")
        return status

    async def go(self):
        self.site.start()
        await self.serving()
        before = await documents(self.site)
        watcher = Watcher(self.site, PETITIONS)
        watch = asyncio.create_task(watcher.watch())
        status = await self.crowd()
        await self.serving()
        relay = Relay()  # for mails that nobody waits for
        await relay.start(self.sink)
        try:
            await at_rest(self.site, PETITIONS)
            after = await documents(self.site)
        finally:
            relay.server.close()
            watcher.stopping = True
            await watch
            await self.site.stop()
        self.judge(status, watcher, before, after)

    def judge(self, status, watcher, before, after):
        tap, told = self.tap, Told(f"{self.folder}/ledger")
        proof = Proof(self.site, told, watcher, before, after)
        tap.ok([f"exit status {status}"] if status else [],
               "every life came to its end")
        if self.args.kill:
            tap.note("killed: " + ", ".join(
                f"{n} {how}" for how, n in sorted(self.kills.items())))
        else:
            tap.ok([f"{told.errors} errors"] if told.errors else [],
                   "no request was refused or cut off")
        tap.ok(proof.check(), "database, keeper, log and verifier agree "
               "with what people were told")
        for check, what in (
                (proof.check_totals, "totals by country, area and region add "
                 "up, and nobody else is in the database"),
                (proof.check_words, "what people typed is in no file")):
            proof.faults = []
            check()
            tap.ok(proof.faults, what)
        tap.ok(watcher.faults + self.site.complaints(),
               "nothing published was taken back, nothing complained")
        tap.note(f"{'':58} {'told':>9} {'found':>9}")
        for what, a, b in proof.table:
            tap.note(f"{what:58} {a:9} {b:9}{'' if a == b else '  WRONG'}")
        tap.note("verdict: " + ("BAD" if tap.bad else "GOOD"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--kill", type=float)
    parser.add_argument("--seed", type=int, default=random.getrandbits(32))
    parser.add_argument("--keep", action="store_true")
    args, args.options = parser.parse_known_args()
    tap = Tap()
    if args.kill:
        tap.note(f"seed {args.seed}")
    folder = tempfile.mkdtemp(prefix="petitiond-lives-")
    run = None
    try:
        run = Run(args, tap, folder)
        asyncio.run(run.go())
    except Failure as e:
        tap.ok([e], "the run came to its end")
        for line in run.site.last_lines() if run else []:
            tap.note(line)
    finally:
        if run and run.site.process and run.site.process.poll() is None:
            asyncio.run(run.site.kill_all())
        if run:
            run.site.close()
        if args.keep or tap.bad:
            tap.note(f"left for a look: {folder}")
        else:
            shutil.rmtree(folder)
    print(f"1..{tap.n}")
    return 1 if tap.bad else 0


if __name__ == "__main__":
    sys.exit(main())
