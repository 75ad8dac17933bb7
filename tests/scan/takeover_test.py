#!/usr/bin/python3
"""Plays a web process that was taken over.

usage: takeover_test.py served|sanitized PETITIOND

A site is served while one person signs and confirms and another signs only.
Then web's sockets are ours: sealer, keeper, log and mailer run as under the
supervisor, and are asked whatever their links allow.  We must learn no
verdict, confirm nobody, open nothing, and break nothing.  Prints TAP.
"""

import base64
import hashlib
import os
import random
import sqlite3
import sys
import time

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "live")]

import everything  # noqa: E402
import livesite  # noqa: E402
import rolelines as r  # noqa: E402
from rolelines import KEEPER, LOG, MAILER, SEALER  # noqa: E402

ACCEPTED, REFUSED_MAC, REFUSED_TWICE = 1, 3, 4
WON, AGAIN, ALREADY, WRONG, GONE = range(5)
LEAVE_WRONG = 5


def somebody(letter):
    """People of one shape, so that every field has one length."""
    return {"name": f"Person {letter * 6}", "slug": f"person{letter * 6}",
            "email": f"signer.{letter * 8}@example.org".lower(),
            "canonical": f"signer.{letter * 8}@example.org".lower(),
            "postcode": "SW1A1AA"}


class Web:
    """The sockets of web, and the roles behind them."""

    AGAIN, WRONG = AGAIN, WRONG

    def __init__(self, petitiond, site):
        self.roles, self.sent = {}, set()
        self.stderr = os.open(site.stderr_path, os.O_WRONLY | os.O_APPEND)
        try:
            for name in (SEALER, KEEPER, LOG, MAILER):
                self.roles[name] = r.Role(petitiond, site.dir, name,
                                          self.stderr)
            self.roles[SEALER].say(r.RECIPIENT, 0,
                                   self.roles[MAILER].hear(r.MY_RECIPIENT))
            r.join(self.roles[SEALER], self.roles[KEEPER])
            self.link, self.heard = {}, []
            for name in self.roles:
                self.meet(name)
        except BaseException:
            self.close()
            raise
        self.number = 0

    def said(self):
        """{(role, type)} of every message that was sent."""
        return self.sent | {(name, kind) for name, link in self.link.items()
                            for kind in link.said}

    def meet(self, name, agree=True):
        """A fresh channel, as after a broken one.  Sealer's declaration is
        returned, and agreed to or not."""
        if name in self.link:
            self.sent = self.said()
            self.heard.append(self.link[name].heard)
            self.link[name].sock.close()
        link = self.link[name] = r.join_us(self.roles[name])
        if name == KEEPER:
            while link.receive(r.UNSETTLED).u8() == 0:
                pass
            link.send(r.RECONCILED, b"\1" + r.slots() * 3 + r.u64(0))
        elif name == SEALER:
            declared = link.receive(r.DECLARATION).data
            if agree:
                link.send(r.DECLARED, hashlib.sha256(declared).digest())
            return declared
        elif name == LOG:
            self.next_seq = link.receive(r.LOG_STATE).u64()
        return None

    def all_heard(self):
        return b"".join(self.heard + [x.heard for x in self.link.values()])

    def form(self, petition, who, rid=None):
        """Submit a form: (frame, row)."""
        now = int(time.time())
        rid = rid or r.u32(now // 60) + os.urandom(12)
        self.number += 1
        self.link[SEALER].send(r.FORMS, r.u32(1) + r.form(
            self.number, rid, petition, now // 3600, who))
        frame = self.link[SEALER].receive(r.SEALED)
        return (frame.data, r.sealed(frame)[0]) if frame else (b"", None)

    def settle(self, slot):
        self.link[KEEPER].send(r.SETTLED, r.slots(slot))

    def claims(self, *pairs):
        self.link[KEEPER].send(r.CLAIMS, r.u32(len(pairs)) + b"".join(
            r.claim(i, *p) for i, p in enumerate(pairs)))
        frame = self.link[KEEPER].receive(r.CLAIMED)
        return r.claimed(frame) if frame else None

    def event(self, kind, petition, slot, c, mac, target=0):
        """Send one event: its outcome."""
        self.link[LOG].send(r.EVENTS, r.u32(1) + r.event(
            self.next_seq, kind, petition, slot, c, mac, target))
        frame = self.link[LOG].receive(r.RESULTS)
        if frame is None:
            return None
        self.next_seq += 1
        row = r.results(frame)[0]
        return row["outcome"], row["promised"]

    def job(self, row, petition, title="A title", slot=None):
        """Hand a job to the mailer: the DONE lists that name it.  Those of
        earlier ones may still be under way."""
        slot = slot or row["slot"]
        for header in row["headers"]:
            self.link[MAILER].send(
                r.HEADER, bytes([header[0]]) + header[1] + r.text(header[2]))
        self.link[MAILER].send(r.JOBS, r.u32(1) + r.job(
            slot, petition, title, row["job"]))
        while (frame := self.link[MAILER].receive(r.DONE)) is not None:
            done = r.done(frame)
            if slot in done[0] + done[1]:
                return done
        return None

    def alive(self):
        return all(role.alive() for role in self.roles.values())

    def close(self):
        for role in self.roles.values():
            role.stop()
        os.close(self.stderr)


def leaf_kinds(site):
    """How many leaves of each type were published."""
    folder = os.path.join(site.log_folder(), "tile", "entries")
    files = [os.path.join(here, name) for here, _, names in os.walk(folder)
             for name in names]
    with open(max(files, key=os.path.getsize), "rb") as f:
        data = f.read()
    kinds = {}
    for at in range(0, len(data), 66):
        kinds[data[at + 3]] = kinds.get(data[at + 3], 0) + 1
    return kinds


def shape(row):
    """What web sees of a sealed form, but for what is random."""
    return ([(k, len(v) if isinstance(v, bytes) else v)
             for k, v in sorted(row.items())
             if k not in ("id", "slot", "headers")],
            [(h[0], len(h[2])) for h in row["headers"]],
            row["identity"][4:8], row["job"][4:8], row["contact"][4:8])


def test_verdicts(tap, web, site, petition, signed, fresh):
    """Same answers for who signed, who did not, and who asked too often."""
    seen = {}
    for what, who in (("signed before", signed), ("never signed", fresh)):
        frame, row = web.form(petition, who)
        web.settle(row["slot"])
        done = web.job(row, petition)
        seen[what] = (len(frame), shape(row), done == ([row["slot"]], []),
                      web.claims((row["slot"], bytes(16)))[0]["outcome"])
        row["who"] = who
        seen[what + " row"] = row
    tap.check(seen["signed before"] == seen["never signed"],
              "a form of who signed before is answered as any other", seen)
    mail = site.mailbox.wait(fresh["email"])
    tap.check("#" in livesite.mail_text(mail),
              "(who did not gets a link by mail)")
    mail = site.mailbox.wait(signed["email"], 2)
    tap.check("already" in livesite.mail_text(mail).lower(),
              "(who signed is told so, by mail only)")
    siblings = []
    for _ in range(6):  # more than siblings_per_mailbox
        frame, row = web.form(petition, fresh)
        web.settle(row["slot"])
        siblings.append(row)
    done = web.job(row, petition)
    tap.check((len(frame), shape(row), done == ([row["slot"]], []),
               web.claims((row["slot"], bytes(16)))[0]["outcome"]) ==
              seen["never signed"],
              "and so is one that gets no mail at all")
    return siblings[0], seen["never signed row"]


def test_claims(tap, web, petition, pending, row, known, token):
    """Nobody is confirmed without the token of a mail."""
    guesses = [bytes(16), b"\xff" * 16, os.urandom(16), row["c"][:16],
               row["c"][16:], row["job"][88:104], row["rid"],
               row["identity"][8:24], row["identity"][56:72], token]
    outcomes = {c["outcome"] for slot in (pending["slot"], row["slot"])
                for c in web.claims(*((slot, g) for g in guesses))}
    tap.check(outcomes == {WRONG}, "guessed and replayed tokens claim nothing",
              outcomes)
    got = web.claims(*((slot, token) for slot in range(1, 200)
                       if slot != known["slot"]))
    tap.check({c["outcome"] for c in got} == {WRONG} and
              {c["mac"] for c in got} == {bytes(32)} and
              {c["petition"] for c in got} == {0},
              "a token is good for its own slot only, and none tells more")
    got = web.claims((known["slot"], token))[0]
    tap.check(got["outcome"] == AGAIN and got["mac"] == known["mac"],
              "repeating a claim gives what it gave before")
    web.link[KEEPER].send(r.EXPIRE, r.slots(pending["slot"], row["slot"],
                                            known["slot"]))
    tap.check(r.View(web.link[KEEPER].receive(r.EXPIRED).data).u32() == 0,
              "nothing young or claimed is freed")


def test_mail_confirms(tap, web, site, petition, row, sibling):
    """The other way round, so that refusals mean something: a mail's token
    confirms, and a claim's mac makes a leaf.  What it does to the person's
    other forms is not told."""
    token = base64.b32decode(livesite.link_of(site.mailbox.wait(
        row["who"]["email"]))[0].split("-")[1] + "======")
    got = web.claims((row["slot"], token))[0]
    tap.check(got["outcome"] == WON and got["c"] == row["c"],
              "the token of a mail claims its slot", got)
    got = web.event(2, petition, row["slot"], got["c"], got["mac"])
    tap.check(got == (ACCEPTED, 1), "and that claim is promised a leaf", got)
    web.link[KEEPER].send(r.EXPIRE, r.slots(sibling["slot"]))
    tap.check(r.View(web.link[KEEPER].receive(r.EXPIRED).data).u32() == 0 and
              web.claims((sibling["slot"], bytes(16)))[0]["outcome"] == WRONG,
              "which of the pending forms is that person's is not told")


def test_leaving(tap, web, pending, row, known, token):
    """Nobody leaves, and nothing dies, without the token of a mail."""
    keeper = web.link[KEEPER]
    guesses = [bytes(16), os.urandom(16), row["rid"], row["job"][88:104]]
    pairs = [(slot, g) for slot in (known["slot"], pending["slot"])
             for g in guesses] + [(pending["slot"], token)]
    for wish in (1, 2, 3, 4):
        keeper.send(r.LEAVE, r.u32(len(pairs)) + b"".join(
            r.leave(i, wish, *p) for i, p in enumerate(pairs)))
        got = r.left(keeper.receive(r.LEFT))
        tap.check({x["outcome"] for x in got} == {LEAVE_WRONG} and
                  {x["petition"] for x in got} == {0} and
                  {x["mac"] for x in got} == {bytes(32)},
                  f"wish {wish} with guessed and replayed tokens: nothing")
    keeper.send(r.DESTROY, r.slots(known["slot"], pending["slot"]))
    tap.check(r.View(keeper.receive(r.DESTROYED).data).u32() == 0,
              "what no signer asked for is not destroyed")
    tap.check(web.claims((known["slot"], token))[0]["outcome"] == AGAIN,
              "the signature counts as before")


def test_events(tap, web, site, petition, other, pending, known):
    """No leaf without keeper's word."""
    before = leaf_kinds(site)
    zero = bytes(32)
    sign, withdraw = 2, 4
    got = [web.event(*e) for e in (
        (sign, petition, pending["slot"], pending["c"], zero),
        (sign, petition, pending["slot"], pending["c"], os.urandom(32)),
        (sign, petition, pending["slot"], pending["c"], known["mac"]),
        (sign, petition, pending["slot"], known["c"], known["mac"]),
        (sign, other, known["slot"], known["c"], known["mac"]),
        (sign, petition, known["slot"], pending["c"], known["mac"]),
        (withdraw, petition, known["slot"], known["c"], known["mac"]),
        (withdraw, petition, known["slot"], zero, known["mac"]),
    )]
    tap.check(all(g is not None and g[0] not in (ACCEPTED, None) and not g[1]
                  for g in got),
              "forged and borrowed macs make no leaf and no promise", got)
    got = web.event(sign, petition, known["slot"], known["c"], known["mac"])
    tap.check(got == (REFUSED_TWICE, 0), "nor does a slot's second SIGN", got)
    time.sleep(2.5)  # two checkpoints
    tap.check(leaf_kinds(site).get(sign) == before[sign],
              "the log has no new SIGN leaf", leaf_kinds(site), before)


def test_jobs(tap, web, site, petition, other, pending, row):
    """A job is good for its own slot and petition, and only mailer reads it."""
    count = len(site.mailbox.mails)
    wrong = [
        web.job(pending, other),
        web.job(pending, petition, slot=row["slot"]),
        web.job({**pending, "job": row["job"]}, petition),
        web.job({**pending, "job": pending["job"][:-1] + b"\0"}, petition),
        web.job({**pending, "job": pending["identity"]}, petition),
        web.job({**pending, "job": b"PSR1"}, petition),
    ]
    time.sleep(1)
    tap.check(len(site.mailbox.mails) == count,
              "a job under another slot or petition sends no mail", wrong)
    done = web.job(pending, petition, "\r\nBcc: spy@example.org\r\n\r\n")
    time.sleep(1)
    mails = site.mailbox.mails[count:]
    tap.check(done is not None and
              all("spy" not in str(m["Bcc"]) + str(m["To"]) for m in mails),
              "a title cannot add a recipient", done)


def junk(rng, samples):
    """Malformed bodies: (type, body)."""
    for kind in [*range(len(r.MESSAGES) + 3), 255]:
        for body in (b"", b"\0", b"\xff" * 4, b"\xff" * 12, b"\0\0\0\1",
                     b"\0\1\0\0" + b"\xaa" * 40, bytes(64),
                     rng.randbytes(17), rng.randbytes(300)):
            yield kind, body
    for kind, body in samples:
        for i in range(1, 17):
            yield kind, body[:len(body) * i // 17]
        for _ in range(40):
            at = rng.randrange(len(body))
            yield kind, (body[:at] + rng.randbytes(1 + rng.randrange(4)) +
                         body[at + 1 + rng.randrange(4):])
        yield kind, body + b"\0"
        yield kind, b"\xff\xff\xff\xff" + body[4:]


def test_junk(tap, web, petition, row, known):
    rng = random.Random(20261123)
    now = int(time.time())
    who = somebody("z")
    header = row["headers"][-1]
    samples = {
        SEALER: [(r.FORMS, r.u32(1) + r.form(
            9, r.u32(now // 60) + rng.randbytes(12), petition, now // 3600,
            who))],
        KEEPER: [(r.CLAIMS, r.u32(2) + r.claim(1, known["slot"], bytes(16)) +
                  r.claim(2, row["slot"], bytes(16))),
                 (r.SETTLED, r.slots(1, 2, 3)), (r.BOOKED, r.slots(1, 2)),
                 (r.EXPIRE, r.slots(1, 2, 2 ** 63, 2 ** 64 - 1))],
        LOG: [(r.EVENTS, r.u32(1) + r.event(
            web.next_seq, 2, petition, known["slot"], known["c"],
            bytes(32)))],
        MAILER: [(r.JOBS, r.u32(1) + r.job(
            row["slot"], petition, "T", row["job"])),
            (r.HEADER, bytes([header[0]]) + rng.randbytes(16) +
             r.text(header[2]))],
    }
    for name, role in web.roles.items():
        for kind, body in junk(rng, samples[name]):
            web.link[name].send(kind, body)
        for raw in (r.u32(0), b"\xff" * 8, r.u32(100) + b"\1ab",
                    rng.randbytes(4096)):
            web.meet(name)
            web.link[name].raw(raw)
            web.link[name].receive(seconds=0.2)
        web.meet(name)
        tap.check(role.alive(),
                  f"{r.NAMES[name]} lives after malformed frames")
    _, answer = web.form(petition, somebody("y"))
    tap.check(answer is not None and answer["err"] == 0,
              "sealer and keeper serve on")
    tap.check(web.event(2, petition, known["slot"], known["c"],
                        known["mac"]) == (REFUSED_TWICE, 0), "log serves on")
    tap.check(web.job(answer, petition) == ([answer["slot"]], []),
              "mailer serves on")


def served_part(site):
    """(petition, other, who signed and confirmed, who signed only, token)."""
    petition, other = site.open_petitions()[:2]
    signed, waiting = somebody("a"), somebody("b")
    for who in (signed, waiting):
        site.sign(petition, livesite.person(
            who["name"], who["email"], who["postcode"], updates="1"))
        site.mailbox.wait(who["email"])
    link = livesite.link_of(site.mailbox.wait(signed["email"]))
    answer = site.confirm(link[0])
    assert answer.status == 303, answer.status
    where = answer.getheader("Location").split("?")[0]
    livesite.until("the leaf", lambda: '"leaf":null' not in
                   site.get(where + ".json").text.replace(" ", ""))
    site.stop()
    return (petition, other, signed, waiting,
            base64.b32decode(link[0].split("-")[1] + "======"))


def rows_of(site):
    """What web's database holds of a confirmed and of a pending one."""
    db = sqlite3.connect(os.path.join(site.dir, "web", "site.db"))
    slot, c, mac = db.execute(
        "SELECT slot, c, mac FROM event WHERE type = 2").fetchone()
    p = db.execute(
        "SELECT s.slot, s.commitment, r.identity, j.job FROM signature s "
        "JOIN record r USING (slot) JOIN mail_job j USING (slot) "
        "WHERE s.ev_seq IS NULL").fetchone()
    headers = db.execute("SELECT compartment, id, header FROM epoch "
                         "WHERE compartment = 4").fetchall()
    db.close()
    return ({"slot": slot, "c": c, "mac": mac},
            {"slot": p[0], "c": p[1], "identity": p[2], "job": p[3],
             "headers": headers})


def run(tap, site, petitiond):
    petition, other, signed, waiting, token = served_part(site)
    known, pending = rows_of(site)
    web = Web(petitiond, site)
    try:
        sibling, row = test_verdicts(tap, web, site, petition, signed,
                                   somebody("c"))
        test_claims(tap, web, petition, pending, row, known, token)
        test_leaving(tap, web, pending, row, known, token)
        test_events(tap, web, site, petition, other, pending, known)
        test_jobs(tap, web, site, petition, other, pending, row)
        test_mail_confirms(tap, web, site, petition, row, sibling)
        everything.test_desk(tap, web, site, petition, known, signed)
        everything.test_declared(tap, web, petition, somebody("d"))
        everything.test_reconcile(tap, web, known, pending, token)
        everything.test_shred(tap, web, site, petition, known, token)
        everything.test_log(tap, web, site, known)
        everything.test_foreign(tap, web, site, petition,
                                random.Random(20261124))
        everything.test_all_asked(tap, web)
        test_junk(tap, web, petition, row, known)
        heard = web.all_heard().lower()
        tap.check(not any(who[k].encode().lower() in heard
                          for who in (signed, waiting)
                          for k in ("name", "email", "slug")),
                  "no name or address came back over any link")
        tokens = [livesite.link_of(m) for m in site.mailbox.mails
                  if "#" in livesite.mail_text(m)]
        tap.check(not any(base64.b32decode(t.split("-")[1] + "======")
                          in web.all_heard() or
                          base64.urlsafe_b64decode(o + "=") in web.all_heard()
                          for t, o, _ in tokens),
                  f"nor a token or an o of the {len(tokens)} mails")
        tap.check(web.alive(), "all roles are alive")
        everything.test_history(tap, web, site)
    finally:
        web.close()


def main():
    mode, petitiond = sys.argv[1:]
    if mode != "served":
        return livesite.skip_all("the same as served, and much slower")
    tap = livesite.Tap()
    site = livesite.Site(petitiond, [("log", "checkpoint_s", 1)])
    try:
        run(tap, site, os.path.abspath(petitiond))
        tap.check("event=role-died" not in site.said(), "no role died")
    except BaseException:
        print("# " + site.said()[-2000:].replace("\n", "\n# "))
        raise
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
