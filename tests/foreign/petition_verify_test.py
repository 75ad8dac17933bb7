#!/usr/bin/env python3
"""Runs petition-verify on honest and lying logs.  Prints TAP.

usage: petition_verify_test.py PATH/petition-verify
"""
import json
import os
import shutil
import sys
import threading
import time

sys.dont_write_bytecode = True  # leave no file in the source tree

import make_log
from make_log import (ACCESS, CLOSE, CODE, HOUR, INVALIDATE, KEY, RESTORE,
                      SIGN, WITHDRAW, Log, Receipt, Signer, honest)
from verifier import (Quiet, Tmp, check, done, expect, flip, run,
                      served)


def counts_of(log, *args):
    code, out, err = run("--json", *args)
    if code != 0:
        return f"exit {code}: {out}{err}"
    rows = {}
    for row in json.loads(out)["petitions"]:
        number = row.pop("petition")
        row.pop("title"), row.pop("closed")
        rows[number] = row
    return rows


def test_honest():
    for size in (0, 1, 2, 3, 255, 256, 257, 1000, 70000):
        with Tmp() as d:
            log = honest(d, size)
            log.write()
            got = counts_of(log, d)
            check(got == log.expected(), f"an honest log of {size} leaves",
                  f"got {got}\nwant {log.expected()}")
            if size == 1000:
                expect("its table has the title", 0,
                       "Mend the bridge \u2713", d)
                expect("the verdict is one line", 0, "\nGOOD: ", d)
                expect("with the key given by hand", 0, "GOOD",
                       "--key", log.signer.vkey, d)
                other = Signer(log.signer.name, b"another").vkey
                expect("with another key", 1, "not signed by the site's key",
                       "--key", other, d)
                expect("one petition", 0, "GOOD", "--petition", 2, d)
                expect("a petition that is not there", 1,
                       "petition 3 is not in the log", "--petition", 3, d)


def test_full_for_partial():
    with Tmp() as d:
        log = honest(d, 256)
        log.write()
        log.write_checkpoint(log.checkpoint(size=200))
        expect("a full tile stands for a vanished partial one", 0, "GOOD", d)


def test_marks():
    """INVALIDATE and WITHDRAW once; RESTORE never undoes a WITHDRAW."""
    with Tmp() as d:
        log = Log(d)
        log.petition(5, carried=100)
        s = [log.sign(5) for _ in range(6)]
        for kind, target in ((INVALIDATE, 0), (INVALIDATE, 0), (WITHDRAW, 1),
                             (RESTORE, 1), (INVALIDATE, 2), (RESTORE, 2),
                             (RESTORE, 3), (INVALIDATE, 4), (WITHDRAW, 4),
                             (RESTORE, 4), (WITHDRAW, 1)):
            log.mark(kind, 5, s[target])
        log.leaf(CLOSE, 5, 103)
        log.write()
        got = counts_of(log, d)
        check(got == log.expected() and got[5]["count"] == 103,
              "marks count once, withdrawal is for ever", got)


def test_rules():
    """Each case breaks one rule of docs/log.md, section 2."""
    def case(what, words, tell):
        with Tmp() as d:
            log = honest(d, 300)
            tell(log)
            log.write()
            expect(what, 1, words, d)

    doc = {"reason": 1}
    case("SIGN before PETITION", "comes before the PETITION leaf",
         lambda g: g.leaf(SIGN, 9, c=g.commitment(9, 9)))
    case("ACCESS before PETITION", "comes before the PETITION leaf",
         lambda g: g.leaf(ACCESS, 9, 1))
    case("carried-over changed", "changes what petition 2 carried over",
         lambda g: g.petition(2, carried=18))
    case("a SIGN twice", "repeats the signature of leaf 1",
         lambda g: g.sign(1, c=g.leaves[1][32:]))
    case("a target of another petition", "no earlier SIGN of petition 2",
         lambda g: g.leaf(INVALIDATE, 2, 1, **doc))
    case("a target that is no SIGN", "no earlier SIGN of petition 1",
         lambda g: g.leaf(WITHDRAW, 1, 0))
    case("a target that is itself", "no earlier SIGN of petition 1",
         lambda g: g.leaf(WITHDRAW, 1, len(g.leaves)))
    case("a target beyond the log", "no earlier SIGN of petition 1",
         lambda g: g.leaf(RESTORE, 1, 1 << 63))
    case("version 2", "has version 2",
         lambda g: g.leaf(SIGN, 1, c=bytes(31) + b"\1", version=2))
    case("type 12", "unknown type 12", lambda g: g.leaf(12, 1))
    case("type 0", "unknown type 0", lambda g: g.leaf(0))
    case("type 255", "unknown type 255", lambda g: g.leaf(255))
    case("aux filled", "must be zero",
         lambda g: g.leaf(SIGN, 1, c=bytes(31) + b"\1", aux=1))
    case("a SIGN with a target", "must be zero",
         lambda g: g.leaf(SIGN, 1, 1, c=bytes(31) + b"\1"))
    case("a WITHDRAW with C", "must be zero",
         lambda g: g.leaf(WITHDRAW, 1, 1, c=bytes(31) + b"\1"))
    case("INVALIDATE without reason", "has the reason 0",
         lambda g: g.leaf(INVALIDATE, 1, 1))
    case("INVALIDATE with reason 5", "has the reason 5",
         lambda g: g.leaf(INVALIDATE, 1, 1, reason=5))
    case("WITHDRAW with a reason", "has the reason 1",
         lambda g: g.leaf(WITHDRAW, 1, 1, reason=1))
    case("SIGN of petition 0", "names petition 0",
         lambda g: g.leaf(SIGN, 0, c=bytes(31) + b"\1"))
    case("CODE of a petition", "names petition 1",
         lambda g: g.leaf(CODE, 1, c=g.document(b"x")))
    case("CLOSE with another count", "but the leaves before it give",
         lambda g: g.leaf(CLOSE, 1, g.count(1) + 1))
    case("totals of another count", "sums up another petition or another",
         lambda g: g.tally(1, signature_count=g.count(1) + 1))
    case("totals that carry over more", "sums up another petition or another",
         lambda g: g.tally(2, carried_over=18))
    case("an hour that goes back", "of an earlier hour than the leaf before",
         lambda g: (setattr(g, "hour", g.hour - 1), g.sign(1)))
    case("totals of another petition", "sums up another petition or another",
         lambda g: g.tally(1, id=2))
    case("totals that are none", "sums up another petition or another",
         lambda g: g.leaf(make_log.TALLY, 1, c=g.document(b"{")))
    case("a document of another petition", "names another petition",
         lambda g: g.petition(7, id=8))
    case("a document that carries over more", "carries over another",
         lambda g: g.petition(7, carried_over=5))
    case("a petition's document that is none", "does not read as a petition",
         lambda g: g.leaf(make_log.PETITION, 7, c=g.document(b"{}")))
    case("a document that was never there", "is missing",
         lambda g: g.leaf(KEY, c=make_log.sha(b"nowhere")))


def test_files():
    """Each case damages the files of an honest log."""
    def case(what, words, harm, size=600):
        with Tmp() as d:
            log = honest(d, size)
            log.write()
            harm(log, d)
            expect(what, 1, words, d)

    def drop(log, d):
        del log.leaves[450]
        log.leaves.append(log.leaves[-1])
        log.write_entries()

    case("an edited leaf", "do not give the root",
         lambda g, d: flip(g.entries_path(1, 256), 50 * 66 + 40))
    case("a dropped leaf", "do not give the root", drop)
    case("a missing bundle", "entries/001 is missing",
         lambda g, d: os.unlink(g.entries_path(1, 256)))
    case("a missing partial bundle", "entries/002.p/88 is missing",
         lambda g, d: os.unlink(g.entries_path(2, 88)))
    case("a bundle cut short", "does not hold 256 entries",
         lambda g, d: os.truncate(g.entries_path(0, 256), 66 * 200))
    case("a bundle too long", "is too long",
         lambda g, d: make_log.write(g.entries_path(0, 256), bytes(20000)))
    case("an entry of 65 bytes", "is not of 64 bytes",
         lambda g, d: flip(g.entries_path(0, 256), 66 * 3 + 1))
    case("an altered document", "was altered",
         lambda g, d: flip(os.path.join(
             d, "doc", g.leaves[0][32:].hex()), 20))
    case("a missing document", "is missing",
         lambda g, d: os.unlink(os.path.join(
             d, "doc", g.leaves[2][32:].hex())))
    case("a wrong signature", "not signed by the site's key",
         lambda g, d: flip(g.path("checkpoint"), 40))
    case("a root nobody has", "do not give the root",
         lambda g, d: g.write_checkpoint(g.checkpoint(root=bytes(32))))
    case("a checkpoint of another origin", "is not one of",
         lambda g, d: g.write_checkpoint(
             g.checkpoint(origin="petitions.example.org/log/2025")))
    case("a checkpoint beyond the leaves", "is missing",
         lambda g, d: g.write_checkpoint(g.checkpoint(size=601)))
    case("no checkpoint", "has no checkpoint",
         lambda g, d: os.unlink(g.path("checkpoint")))
    case("no keys", "there is no log/keys",
         lambda g, d: os.unlink(os.path.join(d, "log", "keys")))
    case("no log", "there is no log/keys",
         lambda g, d: shutil.rmtree(os.path.join(d, "log")))
    case("a key with a wrong id", "no good checkpoint key",
         lambda g, d: flip(os.path.join(d, "log", "keys"), 40))


def test_notes():
    """Notes that are almost right."""
    with Tmp() as d:
        log = honest(d, 10)
        log.write()
        note = log.checkpoint()
        head, sig = note.split("\n\n")
        witness = Signer("witness.example", b"witness")
        ours = log.signer.note(head + "\n").split("\n\n")[1]
        theirs = witness.note(head + "\n").split("\n\n")[1]

        def put(what, code, words, text):
            log.write_checkpoint(text)
            expect(what, code, words, d)

        put("a witness signs too", 0, "GOOD",
            f"{head}\n\n{theirs}{ours}")
        put("only a witness signs", 1, "not signed", f"{head}\n\n{theirs}")
        put("an extension line", 1, "is not one of",
            log.signer.note(head + "\nmore\n"))
        put("a size with a zero before it", 1, "is not one of",
            log.signer.note(head.replace("\n10\n", "\n010\n") + "\n"))
        put("no blank line", 1, "not signed", f"{head}\n{sig}")
        put("no newline at the end", 1, "not signed", note[:-1])
        put("an empty note", 1, "not signed", "\n")
        put("an enormous size", 3, "too large",
            log.checkpoint(size=1 << 62))


def test_state():
    with Tmp() as d, Tmp() as aside:
        state = os.path.join(aside, "state")
        log = honest(d, 700)
        log.write()
        expect("a first look", 0, "GOOD", "--state", state, d)
        expect("a second look", 0, "GOOD", "--state", state, d)
        log.sign(1)
        for _ in range(500):
            log.sign(2)
        log.write()
        expect("a longer log", 0, "GOOD", "--state", state, d)
        log.write_checkpoint(log.checkpoint(size=700))
        expect("a rolled back checkpoint", 1,
               "the log was rewritten: petitions.example.org/log/2026 had "
               "1201 leaves at the last look and has 700 now",
               "--state", state, d)
        expect("the same without a state", 0, "GOOD", d)
        log.write_checkpoint()
        expect("the state stays after a fault", 0, "GOOD",
               "--state", state, d)
        fork = honest(d, 699)
        for _ in range(900):
            fork.sign(1)
        shutil.rmtree(log.path("tile"))
        fork.write()
        expect("a fork", 1, "the log was rewritten: the first 1201 leaves",
               "--state", state, d)
        expect("the fork by itself is sound", 0, "GOOD", d)
        shutil.move(os.path.join(d, "log", "2026"),
                    os.path.join(d, "log", "away"))
        newer = Log(d, year=2027)
        newer.write()
        expect("a list of years without the one seen", 1,
               "the log petitions.example.org/log/2026 of the last look is "
               "gone", "--state", state, d)
        make_log.write(state, b"what is this\n")
        expect("a state file that is none", 3, "no state file",
               "--state", state, d)


def test_years():
    """The years of a site are one history."""
    with Tmp() as d:
        old = honest(d, 30)
        old.write()
        then = old.expected()
        new = honest(d, 700, year=2027, after=old)
        new.write()
        got = counts_of(new, d)
        check(got == new.expected(), "two years are counted as one history",
              f"got {got}\nwant {new.expected()}")
        reached = sum(leaf[1] in (INVALIDATE, WITHDRAW, RESTORE) and
                      leaf[24:32] == (2026).to_bytes(8, "big")
                      for leaf in new.leaves)
        check(reached > 0, "some of whose targets are in the first", reached)
        expect("both logs are named", 0, "log/2026: 30 leaves\n"
               "petitions.example.org/log/2027: 700 leaves", d)
        got = counts_of(old, "--year", 2026, d)
        check(got == then, "up to a year", f"got {got}\nwant {then}")
        expect("a year that is not there", 1,
               "log/years lists no log of 2025", "--year", 2025, d)
        later = Log(d, year=2030, after=new)
        later.sign(1)
        later.write()
        expect("years without a log may lie between", 0, "log/2030: 1 leaves",
               d)
        Log(d, year=2031, after=later).write()
        expect("a year's log may be empty", 0, "log/2031: 0 leaves", d)


def test_marks_across_years():
    with Tmp() as d:
        old = Log(d)
        old.petition(5, carried=100)
        s = [old.sign(5) for _ in range(6)]
        old.mark(INVALIDATE, 5, s[0])
        old.mark(INVALIDATE, 5, s[1])
        old.mark(WITHDRAW, 5, s[2])
        old.write()
        new = Log(d, year=2027, after=old)
        s.append(new.sign(5))
        for kind, target in ((INVALIDATE, 0), (RESTORE, 1), (RESTORE, 2),
                             (WITHDRAW, 3), (WITHDRAW, 3), (INVALIDATE, 6)):
            new.mark(kind, 5, s[target])
        new.leaf(CLOSE, 5, 103)
        new.write()
        got = counts_of(new, d)
        check(got == new.expected() and got[5]["count"] == 103,
              "marks count once across years", got)


def test_rules_across_years():
    """Each case breaks one rule of docs/log.md in the second year."""
    def case(what, words, tell=None, harm=None, code=1):
        """tell lies in leaves, harm spoils the files."""
        with Tmp() as d:
            old = honest(d, 60)
            old.write()
            new = honest(d, 40, year=2027, after=old)
            if tell:
                tell(new, old)
            new.write()
            if harm:
                harm(new, old)
            expect(what, code, words, d)

    def leaf(*args, **more):
        return lambda new, old: new.leaf(*args, **more)

    no_sign = "which is no earlier SIGN of petition 1"
    case("a target in the old year", "GOOD",
         leaf(WITHDRAW, 1, 1, aux=2026), code=0)
    case("it is not one of this year", "leaf 40 of 2027 (WITHDRAW) targets "
         "leaf 41 of 2027, " + no_sign, leaf(WITHDRAW, 1, 41))
    case("it is no SIGN there", "targets leaf 0 of 2026, " + no_sign,
         leaf(WITHDRAW, 1, 0, aux=2026))
    case("it is another petition's", "targets leaf 1 of 2026, "
         "which is no earlier SIGN of petition 2",
         leaf(WITHDRAW, 2, 1, aux=2026))
    case("it is beyond that log", "targets leaf 60 of 2026, " + no_sign,
         leaf(WITHDRAW, 1, 60, aux=2026))
    case("that log is none", "targets leaf 1 of 2025, " + no_sign,
         leaf(WITHDRAW, 1, 1, aux=2025))
    case("aux is the leaf's own year", "gives 2027 as its target's year",
         leaf(WITHDRAW, 1, 1, aux=2027))
    case("aux is a later year", "gives 2028 as its target's year",
         leaf(WITHDRAW, 1, 1, aux=2028))
    case("aux is no year", "gives 18446744073709551615 as",
         leaf(WITHDRAW, 1, 1, aux=(1 << 64) - 1))
    case("aux of a leaf without a target", "must be zero",
         leaf(SIGN, 1, c=bytes(31) + b"\1", aux=2026))
    case("a SIGN twice", "of 2027 repeats the signature of leaf 1 of 2026",
         lambda new, old: new.leaf(SIGN, 1, c=old.leaves[1][32:]))
    case("carried-over changed", "carried over from 17 to 18",
         lambda new, old: new.petition(2, carried=18))
    case("CLOSE with this year's count alone",
         "but the leaves before it give", leaf(CLOSE, 2, 17))
    case("the old year is not listed", "comes before the PETITION leaf",
         harm=lambda new, old: new.write_years("2027\n"))
    case("the old year is not there", "the log of 2026 has no checkpoint",
         harm=lambda new, old: shutil.rmtree(old.path("")))
    case("the old year lost a leaf", "log/2026 do not give the root",
         harm=lambda new, old: (old.leaves.pop(7), old.leaves.append(
             old.leaves[8]), old.write_entries()))
    for text in ("2027\n2026\n", "2026\n2026\n2027\n", "2026\n2027",
                 "2026 \n2027\n", "2026\n\n2027\n", "02026\n", "2026\r\n",
                 "0000\n2026\n2027\n", "<html>\n"):
        case(f"a list of years that is {text!r}", "is no list of years",
             harm=lambda new, old, text=text: new.write_years(text))
    case("more years than we have room for", "too many years",
         harm=lambda new, old: new.write_years(
             "".join(f"{y}\n" for y in range(2000, 2065))), code=3)
    with Tmp() as d:
        old = honest(d, 60)
        old.write()
        new = Log(d, year=2027, after=old)
        new.hour = old.hour - 1
        new.sign(1)
        new.write()
        expect("a year that begins before the last one's end", 1,
               "leaf 0 of 2027 is of an earlier hour", d)
    case("no list of years", "there is no log/years",
         harm=lambda new, old: os.unlink(
             os.path.join(new.folder, "log", "years")))
    case("a list without years", "GOOD",
         harm=lambda new, old: new.write_years(""), code=0)


def test_state_across_years():
    with Tmp() as d, Tmp() as aside:
        state = os.path.join(aside, "state")
        old = honest(d, 60)
        old.write()
        expect("a look in the old year", 0, "GOOD", "--state", state, d)
        old.sign(1)
        old.write()
        new = honest(d, 40, year=2027, after=old)
        new.write()
        expect("a look in the new one", 0, "GOOD", "--state", state, d)
        old.sign(1)
        old.write()
        new.write_years()
        expect("the old one goes on", 1, "petitions.example.org/log/2026 "
               "went on after the log of 2027 had begun",
               "--state", state, d)


def test_promises():
    with Tmp() as d, Tmp() as aside:
        log = honest(d, 1000)
        log.write()
        path = os.path.join(aside, "promise")
        leaf = 1
        c, past = log.leaves[leaf][32:], HOUR * 3600

        def put(text):
            make_log.write(path, text.encode())

        put(log.promise(1, c, past))
        expect("a promise kept", 0, "KEPT: the signature of petition 1 is "
               "leaf 1 of petitions.example.org/log/2026", "promise", path, d)
        kept_in = os.path.join(aside, "evidence")
        got, out, err = run("promise", "--evidence", kept_in, path, d)
        check(got == 0 and err == "" and not os.path.exists(kept_in),
              "a promise kept is evidence of nothing", out + err)
        expect("a promise by itself", 0, "SIGNED", "promise",
               "--key", log.promiser.vkey, path)
        expect("both keys by hand", 0, "KEPT", "promise", "--key",
               log.promiser.vkey, "--key", log.signer.vkey, path, d)
        put(log.promise(2, c, past))
        expect("a promise broken", 1, "the promise is broken",
               "promise", path, d)
        put(log.promise(1, bytes(32), (HOUR + 900) * 3600))
        expect("a promise overdue, the log asleep", 1, "is overdue",
               "promise", path, d)
        now = int(time.time())
        put(log.promise(1, bytes(32), now + 90000))
        expect("a promise not due yet", 0, "WAITING", "promise", path, d)
        put(log.promise(1, bytes(32), "-"))
        expect("a sponsor's promise", 0, "no deadline", "promise", path, d)
        put(log.promise(1, c, past).replace("\n1\n", "\n2\n", 1))
        expect("an edited promise", 1, "not signed", "promise", path, d)
        put(log.promiser.note("something else\n"))
        expect("another text by that key", 1, "is no promise",
               "promise", path, d)
        other = Log(aside, host="other.example")
        put(other.promise(1, c, past))
        expect("a promise of another site", 1, "not signed",
               "promise", path, d)
        expect("the same with its key", 1, "the log is not", "promise",
               "--key", other.promiser.vkey, path, d)


def test_receipts():
    with Tmp() as d, Tmp() as aside:
        path = os.path.join(aside, "receipt")
        log = honest(d, 600)
        r = Receipt()

        def put(text):
            make_log.write(path, text.encode())

        def look(what, code, words):
            log.write()
            expect(what, code, words, "receipt", path, d)

        promise = log.promise(1, r.c, (HOUR + 900) * 3600)
        put(r.text())
        look("a receipt that waits", 0, "WAITING")
        put(r.text(promise))
        look("one whose promise is overdue", 1, "overdue")
        mine = log.sign(1, r.c)
        look("a counted receipt", 0,
             f"COUNTED: as leaf {mine[1]} of petitions.example.org/log/2026")
        log.hour += 24
        log.mark(INVALIDATE, 1, mine, 2)
        look("an invalidated one says when and why", 4,
             "was invalidated on 2026-01-")
        look("and why", 4, ": fraud")
        log.hour += 24
        log.mark(INVALIDATE, 1, mine, 4)
        look("one that was invalidated twice: the first time", 4,
             "was invalidated on 2026-01-06: fraud")
        log.mark(RESTORE, 1, mine)
        look("one that was restored", 0, "COUNTED")
        log.mark(INVALIDATE, 1, mine, 1)
        look("one above a limit", 4, "was set apart on 2026-01-")
        log.mark(WITHDRAW, 1, mine)
        look("a withdrawn one", 4, "was withdrawn on 2026-01-")
        put(r.text(promise, name="Somebody Else"))
        look("somebody else's name", 1, "do not make the entry")
        put(r.text(log.promise(1, bytes(32), (HOUR + 9) * 3600)))
        look("another's promise", 1, "about another entry")
        put(r.text(promise.replace("\n1\n", "\n2\n", 1)))
        look("an edited promise", 1, "not signed by the site's key")
        for name, text in (("no receipt at all", "hello\n"),
                           ("one cut short", r.text()[:200]),
                           ("one with a line more", r.text() + "x y\n"),
                           ("a short secret", r.text(secret="abc"))):
            put(text)
            code, _, err = run("receipt", path, d)
            check(code == 2 and "no receipt" in err, name, err)
        long = Receipt("N" * 300, "e" * 240 + "@example.org")
        put(long.text())
        log.sign(1, long.c)
        look("long texts", 0, "COUNTED")


def test_http():
    with Tmp() as d, Tmp() as cache:
        old = honest(d, 300)
        old.write()
        log = honest(d, 1000, year=2027, after=old)
        log.write()
        common = ("--cache", cache)
        with served(d) as url:
            got = counts_of(log, *common, url)
            check(got == log.expected(), "over HTTP", got)
            Quiet.asked.clear()
            expect("again, with a slash", 0, "GOOD", *common, url + "/")
            full = [p for p in Quiet.asked
                    if "entries" in p and ".p" not in p or "doc/" in p]
            check(full == [], "full tiles and documents came from the cache",
                  full)
            Quiet.asked.clear()
            expect("without a cache", 0, "GOOD", url)
            docs = [p for p in Quiet.asked if "doc/" in p]
            check(len(docs) > 3 and len(docs) == len(set(docs)),
                  "each document is loaded once", docs)
            flip(os.path.join(cache, "doc", old.leaves[0][32:].hex()), 20)
            expect("a damaged cached document is loaded anew", 0, "GOOD",
                   *common, url)
            os.unlink(log.entries_path(3, 232))
            expect("a missing bundle over HTTP", 1, "is missing", url)
            expect("but not in the year before", 0, "GOOD",
                   "--year", "2026", url)
        expect("nobody listens", 3, "UNKNOWN", url)


class Breaking(Quiet):
    """Every first reply with a long body breaks off in its middle; ranges are
    served, unless whole says no."""
    whole = False
    broken = set()
    ranges = []
    gave_up = None

    def do_GET(self):
        path = self.translate_path(self.path)
        if self.gave_up and self.gave_up in self.path:
            self.close_connection = True
            return
        if not os.path.isfile(path):
            self.send_error(404)
            return
        with open(path, "rb") as f:
            data = f.read()
        start = 0
        asked = self.headers.get("Range")
        if asked:
            self.ranges.append((self.path, asked))
        if asked and not self.whole:
            start = int(asked[len("bytes="):].split("-")[0])
            self.send_response(206)
            self.send_header("Content-Range", "bytes %d-%d/%d" % (
                start, len(data) - 1, len(data)))
        else:
            self.send_response(200)
        data = data[start:]
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if len(data) > 4000 and self.path not in self.broken:
            self.broken.add(self.path)
            data = data[:1500]
            self.close_connection = True
        self.wfile.write(data)


def test_broken_downloads():
    with Tmp() as d, Tmp() as cache:
        log = honest(d, 700)
        log.write()
        for whole in (False, True):
            Breaking.whole = whole
            Breaking.broken.clear()
            Breaking.ranges.clear()
            with served(d, Breaking) as url:
                got = counts_of(log, url)
            how = "starts again" if whole else "goes on"
            check(got == log.expected(), f"a download that breaks off {how}",
                  got)
            full = [p for p, r in Breaking.ranges if r == "bytes=1500-"]
            check(len(full) == 2 and all(".p" not in p for p in full),
                  "parts are asked for of what never changes", full)
        Breaking.gave_up = "entries/002"
        with served(d, Breaking) as url:
            expect("a site that is gone in the middle", 3, "UNKNOWN",
                   "--cache", cache, url)
            Breaking.gave_up = None
            Breaking.asked.clear()
            expect("and comes back", 0, "GOOD", "--cache", cache, url)
            again = [p for p in Breaking.asked if "entries" in p]
            check(again == ["/log/2026/tile/entries/002.p/188"],
                  "the run goes on from where it was", again)


def test_progress():
    with Tmp() as d:
        log = honest(d, 700)
        log.write()
        code, out, err = run("--progress", d)
        check(code == 0 and "log 2026: 0 of 700 leaves\n" in err and
              "log 2026: 700 of 700 leaves\n" in err, "--progress says it",
              err)
        code, out, err = run(d)
        check(code == 0 and err == "", "not unasked in a file", err)


class Growing(Quiet):
    """The log grows when a page is asked for, as if leaves came just now."""
    grow = None

    def do_GET(self):
        if self.grow and "/petitions/" in self.path:
            self.grow()
        super().do_GET()


def test_pages():
    with Tmp() as d:
        log = honest(d, 300)
        log.write()
        def page(number, count):
            path = os.path.join(d, "petitions", f"{number}.json")
            make_log.write(path + ".new", json.dumps(
                {"data": {"attributes": {"signature_count": count}}}
            ).encode())
            os.replace(path + ".new", path)  # the verifier may be looking

        def more():
            log.sign(1)
            log.write()
            page(1, log.count(1))
            Growing.grow = None

        def late():
            page(1, log.count(1))
            Growing.grow = None

        with served(d, Growing) as url:
            expect("no page is no fault", 0, "GOOD", "--pages", url)
            page(1, log.count(1))
            page(2, log.count(2))
            expect("pages that agree", 0, "GOOD", "--pages", url)
            Growing.grow = staticmethod(more)
            expect("a page newer than the checkpoint", 0, "GOOD", "--pages",
                   url)
            page(1, log.count(1) - 1)
            expect("a page that lies", 1, f"the page of petition 1 counts "
                   f"{log.count(1) - 1} signatures, the log {log.count(1)}",
                   "--pages", url)
            expect("unless pages are left out", 0, "GOOD", url)
            expect("or only another is asked for", 0, "GOOD", "--petition",
                   2, "--pages", url)
            timer = threading.Timer(0.5, late)
            timer.start()
            expect("a page that is late", 0, "GOOD", "--pages", url)
            timer.join()
            Growing.grow = staticmethod(more)
            page(2, log.count(2) + 5)
            expect("a lie beyond what came since", 1,
                   "the page of petition 2", "--pages", url)
            page(2, "many")
            expect("a page without a count", 1, "has no signature_count",
                   "--pages", url)
            Growing.grow = None


def test_usage():
    for args in ((), ("--frobnicate",), ("a", "b"), ("--key", "x", "d"),
                 ("--petition", "0", "d"), ("--year", "26", "d"),
                 ("promise",), ("promise", "file"), ("--pages", "."),
                 ("--pages", "--year", "2026", "http://127.0.0.1:1"),
                 ("/does/not/exist",), ("--key",)):
        got, out, err = run(*args)
        check(got == 2 and err != "", f"usage: {' '.join(args)}",
              f"exit {got}\n{out}{err}")
    for words, args in (
            ("--jsno: no such option", ("--jsno", ".")),
            ("--petition: no such option, or not with this value",
             ("--petition", "abc", ".")),
            ("b: one word too many", ("a", "b")),
            ("begins with https://", ("petitions.example.org",)),
            ("begins with https://", (__file__,)),
            ("not the address of a site", ("https://",)),
            ("the cache is no folder",
             ("--cache", __file__, "http://127.0.0.1:1"))):
        got, out, err = run(*args)
        check(got == 2 and words in err, f"it says {words!r}", err)
    with Tmp() as d:
        expect("another folder", 1, "no petition site", d)
    expect("--help", 0, "usage:", "--help")


def main():
    for test in (test_usage, test_honest, test_full_for_partial, test_marks,
                 test_rules, test_files, test_notes, test_state, test_years,
                 test_marks_across_years, test_rules_across_years,
                 test_state_across_years, test_promises,
                 test_receipts, test_http,
                 test_broken_downloads, test_progress,
                 test_pages):
        test()
    done()


if __name__ == "__main__":
    main()
