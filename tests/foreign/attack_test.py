#!/usr/bin/env python3
"""A site that lies, and how each lie comes out.  Prints TAP.

usage: attack_test.py PATH/petition-verify

An honest log is served over HTTP, looked at, and then told a lie in.  Every
lie must be found by a recount, by what an earlier look kept, or by a signer's
receipt.  Where the site's signatures show it, the evidence is judged again by
somebody who has the file and the site's keys alone; where they do not, none
is claimed.  docs/log.md, section 8, has the table.
"""
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree

import make_log
from make_log import (CLOSE, HOUR, INVALIDATE, WITHDRAW, Log, Receipt, b64,
                      honest, sha)
from verifier import (Quiet, Tmp, check, done, expect, flip, run,
                      served)

SIZE = 900
LATE = (HOUR + 1) * 3600  # a leaf of the honest log is later


class Case:
    """A served log that somebody has looked at, and that somebody signed."""

    def __init__(self, folder, aside):
        self.d, self.aside = folder, aside
        self.log = honest(folder, SIZE)
        self.receipt = Receipt()
        self.number = self.log.sign(1, self.receipt.c)[1]
        self.log.hour += 30
        for _ in range(40):
            self.log.sign(2)
        self.log.write()
        self.earlier = list(self.log.leaves)
        self.keys = ("--key", self.log.signer.vkey,
                     "--key", self.log.promiser.vkey)

    def file(self, name):
        return os.path.join(self.aside, name)

    def keep(self, name, text):
        make_log.write(self.file(name), text.encode())
        return self.file(name)

    def promise(self):
        return self.keep("promise", self.log.promise(
            1, self.receipt.c, LATE))

    def rewrite(self, more=0):
        """Serve what the leaves are now, all signed again."""
        for _ in range(more):
            self.log.sign(2)
        shutil.rmtree(self.log.path("tile"))
        self.log.write()


def judge(what, case, words, keys=None, code=0):
    """The file and the keys, far from the site."""
    expect(what, code, words, "evidence", *(keys or case.keys),
           case.file("evidence"))


def attack(lie, words, tell, proof=None, look=None, more=(), code=0):
    """tell(case) lies.  The look (a recount unless another is named) must
    say words; proof is what the evidence says, None if there is none."""
    with Tmp() as d, Tmp() as aside, served(d) as url:
        case = Case(d, aside)
        state = case.file("state")
        expect(f"{lie}: before it, all is good", 0, "GOOD",
               "--state", state, url)
        tell(case)
        args = look(case) if look else ("--state", state)
        got, out, err = run(*args, *more, "--evidence", case.file("evidence"),
                            url)
        check(got == 1 and words in out, f"{lie}: is found",
              f"exit {got}, want: {words}\n{out}{err}")
        there = os.path.exists(case.file("evidence"))
        if proof is None:
            check(not there, f"{lie}: no evidence is claimed", err)
            return
        check(there, f"{lie}: evidence is kept", err)
        if there:
            judge(f"{lie}: the evidence is judged", case, proof, code=code)
            forged = Log(d, seed=b"forger")
            judge(f"{lie}: with the keys of another it is nothing", case,
                  "not ", ("--key", forged.signer.vkey,
                           "--key", forged.promiser.vkey), code=1)


def ask_promise(case):
    return "promise", case.promise()


def ask_receipt(case):
    return "receipt", case.keep("receipt", case.receipt.text(
        case.log.promise(1, case.receipt.c, LATE)))


def drop(case, again=True):
    del case.log.leaves[case.number]
    if again:
        case.rewrite(3)
    else:
        case.log.leaves.append(case.log.leaves[-1])
        case.log.write_entries()


def double(case):
    case.log.sign(1, case.receipt.c)
    case.rewrite()


def double_unsigned(case):
    case.log.leaves[case.number + 1] = case.log.leaves[case.number]
    case.log.write_entries()


def swap(case, again):
    a = case.log.leaves
    i, j = case.number, case.number + 1
    a[i], a[j] = a[j], a[i]
    if again:
        case.rewrite(5)
    else:
        case.log.write_entries()


def edit(case, again):
    n = case.number
    leaf = case.log.leaves[n]
    case.log.leaves[n] = leaf[:40] + sha(leaf)[:24]
    if again:
        case.rewrite(2)
    else:
        case.log.write_entries()


def test_leaves_that_nobody_signed():
    """The checkpoint stays as it is: the root gives the lie away, and since
    nobody signed these leaves, they prove nothing to others."""
    root = "do not give the root that its checkpoint signs"
    attack("drops a leaf", root, lambda c: drop(c, False))
    attack("doubles a leaf", root, double_unsigned)
    attack("reorders leaves", root, lambda c: swap(c, False))
    attack("edits a leaf", root, lambda c: edit(c, False))
    attack("hides a bundle", "entries/001 is missing",
           lambda c: os.unlink(c.log.entries_path(1, 256)))
    attack("hides the last bundle", "entries/003.p/173 is missing",
           lambda c: os.unlink(c.log.entries_path(3, 173)))
    attack("hides a hash tile", "tile/0/002 is missing", lambda c: os.unlink(
        c.log.path("tile/0/002")), more=("--tiles",))
    attack("edits a hash tile", "tile/0/001 holds another hash",
           lambda c: flip(c.log.path("tile/0/001"), 99), more=("--tiles",))
    attack("edits a tile higher up", "tile/1/000.p/3 holds another hash",
           lambda c: flip(c.log.path("tile/1/000.p/3"), 40),
           more=("--tiles",))


def test_signed_lies():
    """The site signs the lie.  What it signed before contradicts it."""
    two = "the site signed two logs of petitions.example.org/log/2026"
    past = "the log was rewritten: the first 941 leaves"
    attack("drops a leaf and signs", past, drop, two)
    attack("reorders leaves and signs", past, lambda c: swap(c, True), two)
    attack("edits a leaf and signs", past, lambda c: edit(c, True), two)

    def fork(case):
        case.log.leaves[-1] = case.log.leaves[-1][:32] + sha(b"other")
        case.rewrite()

    attack("forks at one size", past, fork,
           two + ", both of 941 leaves, with different roots")

    def roll_back(case):
        case.log.write_checkpoint(case.log.checkpoint(size=700))

    attack("rolls back", "had 941 leaves at the last look and has 700 now",
           roll_back, "whoever gets fewer than 941 is lied to", code=3)

    def roll_back_and_go_on(case):
        del case.log.leaves[700:]
        case.rewrite(400)

    attack("rolls back and goes on", past, roll_back_and_go_on, two)


def test_rules_broken():
    """The site signs leaves that no log may hold; they speak for
    themselves, whoever looks for the first time."""
    signed = "the site signed a log in which "

    def case(lie, words, tell):
        def lying(c):
            tell(c.log)
            c.rewrite()
        attack(lie, words, lying, signed)

    attack("counts somebody twice", "repeats the signature of leaf 900",
           double, signed + "leaf 941 of 2026 repeats")
    case("carries over more later", "changes what petition 2 carried over",
         lambda g: g.petition(2, carried=1000))
    case("closes at another count", "but the leaves before it give",
         lambda g: g.leaf(CLOSE, 1, g.count(1) + 5))
    case("goes on after closing", "comes after petition 1 was closed",
         lambda g: (g.leaf(CLOSE, 1, g.count(1)), g.sign(1)))
    case("closes twice", "comes after petition 1 was closed",
         lambda g: (g.leaf(CLOSE, 1, g.count(1)),
                    g.leaf(CLOSE, 1, g.count(1))))
    case("takes out another's signature", "no earlier SIGN of petition 2",
         lambda g: g.leaf(INVALIDATE, 2, 1, reason=2))
    case("takes out what is no signature", "no earlier SIGN of petition 1",
         lambda g: g.leaf(WITHDRAW, 1, 0))
    case("writes a leaf of no known type", "of the unknown type 12",
         lambda g: g.leaf(12, 1))
    case("counts before there is a petition", "comes before the PETITION",
         lambda g: g.leaf(make_log.SIGN, 9, c=sha(b"nine")))
    def go_back(log):
        log.hour -= 1
        log.sign(1)

    case("goes back in time", "is of an earlier hour than the leaf before it",
         go_back)
    case("sums up another count", "sums up another petition",
         lambda g: g.tally(1, signature_count=1))
    case("words another petition than it opened", "names another petition",
         lambda g: g.petition(7, id=8))


def test_promises_broken():
    broken = "the promise is broken"
    promised = "the site promised to count a signature of petition 1 and "

    def never(case):
        case.receipt.c = sha(b"never logged")

    attack("promises and never logs", broken, never, promised, ask_promise)
    attack("drops a promised leaf and signs", broken, drop, promised,
           ask_promise)
    attack("drops it, asked with the receipt", broken, drop, promised,
           ask_receipt)
    attack("counts it for another petition", broken,
           lambda c: (c.log.leaves.__setitem__(
               c.number, c.log.leaves[c.number][:8] + (2).to_bytes(8, "big") +
               c.log.leaves[c.number][16:]), c.rewrite()),
           promised, ask_promise)

    def clash(case):
        """Another person is sent the secret of somebody who signed, and so
        is shown that one's leaf."""
        case.receipt.name = "Another Person"
        case.receipt.email = "another@example.org"

    attack("clashes two signers on one leaf",
           "do not make the entry", clash, None, lambda c: (
               "receipt", c.keep("receipt", c.receipt.text())))


def test_pages():
    """A page is signed by nobody: it is caught, and proves nothing."""
    def page(case, count):
        make_log.write(os.path.join(case.d, "petitions", "1.json"), json.dumps(
            {"data": {"attributes": {"signature_count": count}}}).encode())

    attack("shows a false count", "the page of petition 1 counts",
           lambda c: page(c, c.log.count(1) + 100), more=("--pages",))


def test_years():
    """A log that was seen is gone: the earlier look remembers it."""
    with Tmp() as d, Tmp() as aside, served(d) as url:
        case = Case(d, aside)
        state = case.file("state")
        new = honest(d, 40, year=2027, after=case.log)
        new.write()
        expect("hides a year: before it, all is good", 0, "GOOD", "--state",
               state, url)
        new.write_years("2027\n")
        expect("hides a year: is found", 1, "of the last look is gone",
               "--state", state, url)
        expect("hides a year: by a newcomer too, for its petitions went on",
               1, "comes before the PETITION leaf", url)


def test_gossip():
    """Two people compare what they kept, without the site."""
    with Tmp() as d, Tmp() as aside, served(d) as url:
        case = Case(d, aside)
        mine, evidence = case.file("mine"), case.file("evidence")
        expect("my look", 0, "GOOD", "--state", mine, url)
        drop(case)
        expect("another's look at the other side of a split view", 0, "GOOD",
               url)
        expect("with what I kept it is found", 1, "was rewritten", "--state",
               mine, "--evidence", evidence, url)
        judge("and proven", case, "that does not begin with them")
        before = open(evidence, "rb").read()
        expect("evidence is not written over", 1, "was rewritten", "--state",
               mine, "--evidence", evidence, url)
        check(open(evidence, "rb").read() == before, "it is as it was")


def test_honest_site():
    """Nobody can make evidence against a site that did not lie."""
    with Tmp() as d, Tmp() as aside:
        case = Case(d, aside)
        log, aside = case.log, case.file
        early = log.checkpoint(size=700)
        late = log.checkpoint()
        h = [sha(b"\0" + leaf) for leaf in log.leaves]

        def parts(ranges):
            return "".join(f"{level} {b64(make_log.root_of(h[a:b]))}\n"
                           for level, a, b in ranges)

        good = ((9, 0, 512), (7, 512, 640), (5, 640, 672), (4, 672, 688),
                (3, 688, 696), (2, 696, 700), (2, 700, 704), (6, 704, 768),
                (7, 768, 896), (5, 896, 928), (3, 928, 936), (2, 936, 940),
                (0, 940, 941))

        def put(kind, **pieces):
            text = f"petition evidence/v1 {kind}\n".encode()
            for name, data in pieces.items():
                data = data if isinstance(data, bytes) else data.encode()
                name = name.replace("__", "/")
                text += f"{name} {len(data)}\n".encode() + data + b"\n"
            make_log.write(aside("evidence"), text)

        put("fork", earlier=early, later=late, parts=parts(good))
        judge("a log that grew", case, "as it should", code=1)
        put("fork", earlier=early, later=late,
            parts=parts(((10, 0, 1),) + good[1:]))
        judge("parts that are too large", case, "no tree", code=1)
        bad = parts(good).replace("9 ", "8 ", 1)
        put("fork", earlier=early, later=late, parts=bad)
        judge("parts that leave a hole", case, "no tree", code=1)
        lie = parts(good[:-1]) + f"0 {b64(sha(b'x'))}\n"
        put("fork", earlier=early, later=late, parts=lie)
        judge("parts of another tree", case, "do not give the later root",
              code=1)
        put("fork", earlier=late, later=late)
        judge("one checkpoint twice", case, "one checkpoint", code=1)
        put("fork", earlier=late, later=log.checkpoint(root=bytes(32)))
        judge("two that are signed", case, "with different roots")
        put("fork", earlier=late, later=log.checkpoint(
            root=bytes(32), origin="petitions.example.org/log/2027"))
        judge("of two years", case, "they are of two logs", code=1)
        put("fork", earlier=late)
        judge("one alone", case, "it has no later checkpoint", code=1)
        forged = Log(d, seed=b"forger")
        forged.leaves = list(log.leaves)
        put("fork", earlier=late, later=forged.checkpoint(root=bytes(32)))
        judge("one that the site did not sign", case,
              "the later checkpoint is not signed", code=1)
        put("gossip", earlier=late)
        judge("a kind that there is not", case, "unknown", code=1)

        whole = {"log__years": "2026\n", "log__2026__checkpoint": late}
        for n in range(0, len(log.leaves), 256):
            part = log.leaves[n:n + 256]
            tail = f".p/{len(part)}" if len(part) < 256 else ""
            whole[f"log/2026/tile/entries/{n // 256:03}{tail}"] = b"".join(
                b"\0\x40" + leaf for leaf in part)
        put("rule", **whole)
        judge("leaves that keep the rules", case, "keep every rule", code=1)
        lacking = dict(whole)
        del lacking["log/2026/tile/entries/001"]
        put("rule", **lacking)
        judge("leaves that are not all there", case, "not whole", code=1)
        edited = dict(whole)
        edited["log/2026/tile/entries/001"] = \
            whole["log/2026/tile/entries/001"].replace(b"\1\2\0\0", b"\1\1\0\0")
        put("rule", **edited)
        judge("leaves that were edited into a lie", case, "not whole", code=1)
        kept = log.promise(1, case.receipt.c, LATE)
        put("promise", promise=kept, **whole)
        judge("a promise that was kept", case, "the promise was kept", code=1)
        lost = sha(b"not there")
        put("promise", promise=log.promise(1, lost, LATE), **whole)
        judge("one that was not", case, "without it")
        put("promise", promise=log.promise(1, lost, (HOUR + 99) * 3600),
            **whole)
        judge("a deadline that no leaf has reached", case,
              "of the deadline or later", code=1)
        put("promise", promise=log.promise(1, lost, "-"), **whole)
        judge("a promise without a deadline", case, "no deadline", code=1)
        put("promise", promise=log.promise(
            1, lost, (HOUR - 24 * 365) * 3600), **whole)
        judge("a year in which it ran is left out", case, "is not in it",
              code=1)
        put("promise", **whole)
        judge("no promise at all", case, "it has no promise", code=1)
        put("promise", promise=kept, **whole)
        judge("no promise key", case, "name the promise key",
              ("--key", log.signer.vkey), code=1)
        other = Log(d, host="other.example")
        put("promise", promise=other.promise(1, lost, LATE), **whole)
        judge("a promise of another site", case, "the log is not",
              ("--key", log.signer.vkey, "--key", other.promiser.vkey),
              code=1)


def test_files():
    """What is no evidence file is refused."""
    with Tmp() as d:
        path = os.path.join(d, "evidence")
        key = Log(d).signer.vkey
        head = b"petition evidence/v1 fork\n"
        for what, text in (
                ("an empty file", b""), ("another text", b"hello\n"),
                ("no kind", b"petition evidence/v1 \n"),
                ("a kind in capitals", b"petition evidence/v1 FORK\n"),
                ("a piece cut short", head + b"earlier 10\nabc\n"),
                ("a piece without its newline", head + b"earlier 3\nabc"),
                ("a piece that comes twice", head + b"a 1\nx\na 1\ny\n"),
                ("a length with a zero before it", head + b"a 01\nx\n"),
                ("a length beyond all files", head + b"a " + b"9" * 19 +
                 b"\nx\n"),
                ("a name with a space in it", head + b"a b 1\nx\n"),
                ("a name that is too long", head + b"a" * 128 + b" 1\nx\n"),
                ("a line without an end", head + b"a" * 300)):
            make_log.write(path, text)
            got, out, err = run("evidence", "--key", key, path)
            check(got == 2 and "no evidence file" in err, what,
                  f"{got} {out}{err}")
        for what, args in (("no key", (path,)), ("no file", ("--key", key)),
                           ("a site", ("--key", key, path, d))):
            got, _, err = run("evidence", *args)
            check(got == 2 and "usage" in err, f"evidence: {what}", err)


def main():
    for test in (test_leaves_that_nobody_signed, test_signed_lies,
                 test_rules_broken, test_promises_broken, test_pages,
                 test_years, test_gossip, test_honest_site, test_files):
        test()
    done()


if __name__ == "__main__":
    main()
