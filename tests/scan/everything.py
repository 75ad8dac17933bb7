"""Every message that a link knows, sent by a taken-over web (takeover_test).

ASKED are those that web sends, each with the role that hears it; the others go
to web or pass between two others, and whoever hears them from web must not.  A
type that stands in neither list fails the test, and so does one of ASKED that
no test sends in its right form.
"""

import base64
import hashlib
import os
import subprocess
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import \
    Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (Encoding,
                                                          PublicFormat)

import rolelines as r
from rolelines import KEEPER, LOG, MAILER, SEALER

ASKED = {
    "FORMS": SEALER, "DESK": SEALER, "DECLARED": SEALER,
    "RECONCILED": KEEPER, "TELL_ALL": KEEPER, "SETTLED": KEEPER,
    "CLAIMS": KEEPER, "BOOKED": KEEPER, "EXPIRE": KEEPER, "LEAVE": KEEPER,
    "DESTROY": KEEPER, "SHRED": KEEPER,
    "LOG_HAVE": LOG, "DOCUMENT": LOG, "EVENTS": LOG, "PLACES": LOG,
    "RECALL": LOG,
    "HEADER": MAILER, "JOBS": MAILER,
}
# To web, and between sealer and keeper.
OTHERS = ("SEALED", "DECLARATION", "DESK_SAID", "UNSETTLED", "AGREED",
          "CLAIMED", "EXPIRED", "LEFT", "DESTROYED", "SHREDDED", "LOG_STATE",
          "RESULTS", "CHECKPOINT", "PLACES_ASK", "RECALLED", "DONE",
          "MAIL_COUNTS", "RANGE_ASK", "RANGE", "ASKS", "ANSWERS", "DESK_ASK",
          "DESK_TOLD", "FORGET_KEYS", "FORGET_WEEKS")
DESK_REFUSED = 1
SEARCH, OPEN, ERASE, BLOCK = 1, 4, 8, 9


def file_hashes(site, *paths):
    hashes = []
    for path in paths:
        with open(os.path.join(site.dir, path), "rb") as f:
            hashes.append(hashlib.sha256(f.read()).hexdigest())
    return hashes


def unsettled(view):
    """(is it the last frame, {slot: (claimed, C, mac)})"""
    more = view.u8()
    rows = {}
    for _ in range(view.u32()):
        slot, _, _ = view.u64(), view.u64(), view.take(16)
        rows[slot] = view.u8(), view.take(32), view.take(32)
        view.u8()
    return more != 0, rows


# ---- desks ----

def desk_head(key, named, op, purpose=0, slot=0, petition=0, body=b""):
    """A head by docs/formats.md section 11, signed by key and naming another
    if named is one."""
    public = named or key.public_key().public_bytes(
        Encoding.Raw, PublicFormat.Raw)
    head = (b"PDK1" + bytes([op, purpose]) + r.u16(1) +
            r.u64(int(time.time())) + os.urandom(16) + r.u64(petition) +
            r.u64(slot) + bytes(16) + hashlib.sha256(body).digest() + public)
    return head + key.sign(b"petition-desk/v1" + head) + body


def test_desk(tap, web, site, petition, known, who):
    """A desk's questions, sealed as a desk would, by one that nobody let in
    or under the name of one that was."""
    key = Ed25519PrivateKey.generate()
    with open(site.desk + ".site", encoding="ascii") as f:
        recipient = f.read().split()[1]
    with open(os.path.join(site.dir, "web", "desks"), encoding="ascii") as f:
        admitted = base64.urlsafe_b64decode(f.read().split()[0][5:] + "=")
    value = who["canonical"].encode()
    body = os.urandom(16) + r.text(value) + r.text(value)
    answers = []
    for number, named in enumerate((None, admitted)):
        for op, more in ((OPEN, {"slot": known["slot"]}),
                         (ERASE, {"slot": known["slot"]}),
                         (SEARCH, {"purpose": 2, "petition": petition,
                                   "body": body}),
                         (BLOCK, {"purpose": 2, "body": body})):
            request = subprocess.run(
                ["age", "-r", recipient],
                input=desk_head(key, named, op, **more),
                stdout=subprocess.PIPE, check=True).stdout
            web.link[SEALER].send(r.DESK, r.u32(number) + request)
            said = web.link[SEALER].receive(r.DESK_SAID)
            answers.append((said.u32(), said.u8(), said.u64(), said.u64(),
                            said.u16(), said.data[said.at:]))
    tap.check({a[1:] for a in answers} == {(DESK_REFUSED, 0, 0, 0, b"")},
              "desks that nobody admitted open, erase, find and block nothing",
              answers)


# ---- sealer, keeper, log ----

def test_declared(tap, web, petition, who):
    """Nothing is sealed to readers that the log has not heard of."""
    declared = web.meet(SEALER, agree=False)
    now = int(time.time())
    form = r.u32(1) + r.form(1, r.u32(now // 60) + os.urandom(12), petition,
                             now // 3600, who)
    for answer in (os.urandom(32), bytes(32), b""):
        web.link[SEALER].send(r.DECLARED, answer)
    web.link[SEALER].send(r.FORMS, form)
    tap.check(web.link[SEALER].receive(r.SEALED, seconds=1.5) is None,
              "no form is sealed before its readers are declared")
    web.link[SEALER].send(r.DECLARED, hashlib.sha256(declared).digest())
    web.link[SEALER].send(r.FORMS, form)
    tap.check(web.link[SEALER].receive(r.SEALED) is not None,
              "and then it is")


def test_reconcile(tap, web, known, pending, token):
    """A web that claims to be older, and to know better."""
    keeper = web.link[KEEPER]
    keeper.send(r.BOOKED, r.slots(pending["slot"]))
    keeper.send(r.TELL_ALL)
    rows, more = {}, True
    while more:
        last, part = unsettled(keeper.receive(r.UNSETTLED))
        rows.update(part)
        more = not last
        if more:
            keeper.send(r.RECONCILED, b"\0" + r.slots() * 3)
    tap.check(rows[known["slot"]] == (1, known["c"], known["mac"]) and
              rows[pending["slot"]] == (0, bytes(32), bytes(32)),
              "keeper tells web what it knew, and confirms nobody by it")
    # Who counts is to be freed, who does not to be booked.
    keeper.send(r.RECONCILED, b"\1" + r.slots() + r.slots(known["slot"]) +
                r.slots(pending["slot"]) + r.u64(0))
    keeper.receive(r.AGREED)
    tap.check([c["outcome"] for c in web.claims(
        (known["slot"], token), (pending["slot"], bytes(16)))] ==
              [web.AGAIN, web.WRONG],
              "whoever counts is not freed, whoever does not is not booked")


def test_shred(tap, web, site, petition, known, token):
    """The end of a petition that is open: two clocks have to agree."""
    before = file_hashes(site, "keeper/keys", "sealer/k1.ring")
    for what in (1, 2):
        web.link[KEEPER].send(r.SHRED, bytes([what]) + r.slots(
            petition, 0, 2 ** 64 - 1))
        answer = web.link[KEEPER].receive(r.SHREDDED)
        tap.check(answer.u8() == what and answer.u32() == 0,
                  f"no key dies of a word, kind {what}")
    web.link[KEEPER].send(r.SHRED, b"\3" + r.slots(petition))
    tap.check(web.claims((known["slot"], token))[0]["outcome"] == web.AGAIN
              and file_hashes(site, "keeper/keys", "sealer/k1.ring") == before,
              "and keys are as they were")


def published(site):
    """(year, note) of the newest checkpoint."""
    with open(os.path.join(site.log_folder(), "checkpoint"), "rb") as f:
        return int(os.path.basename(site.log_folder())), f.read()


def forged(note):
    """A longer history, under the signature of this one."""
    lines = note.split(b"\n")
    return b"\n".join([lines[0], b"1000000", *lines[2:]])


def test_log(tap, web, site, known):
    """What log knows, a document, places that nobody asked for."""
    log = web.link[LOG]
    year, note = published(site)
    log.send(r.LOG_HAVE, r.u16(year) + r.u64(0) + r.text(note))
    log.send(r.DOCUMENT, b'{"title":"of nobody"}')
    log.send(r.PLACES, b"\1" + r.u64(0) + r.u32(0) + r.u32(1) + r.u16(year) +
             r.text(forged(note)))
    log.send(r.RECALL, r.u64(1))
    told = log.receive(r.RECALLED)
    tap.check(told is not None and known["c"] in told.data,
              "log tells web its own events")
    tap.check(web.roles[LOG].alive() and published(site) == (year, note),
              "and takes no history from it")


def test_history(tap, web, site):
    """The very last: a web that shows a checkpoint which log did not sign
    ends it.  Nothing would be worse than a second history."""
    year, note = published(site)
    web.link[LOG].send(r.LOG_HAVE, r.u16(year) + r.u64(10 ** 6) +
                       r.text(forged(note)))
    end = time.monotonic() + 20
    while web.roles[LOG].alive() and time.monotonic() < end:
        time.sleep(0.05)
    tap.check(not web.roles[LOG].alive() and published(site) == (year, note),
              "a forged checkpoint stops log, and nothing is published")


# ---- what is not web's to say ----

def foreign(petition, now, rng):
    """{type: a body in its right form} of what passes between two others."""
    ask = (r.u32(now // 60) + bytes(12) + r.u64(1) + r.u64(petition) +
           r.u32(now // 3600) + rng.randbytes(9 * 32) + rng.randbytes(32) +
           b"\0" + rng.randbytes(16) + rng.randbytes(32) + b"\1" + bytes(32) +
           b"\0\0" + r.u64(0) + bytes(16))
    return {
        "RANGE_ASK": r.u32(1000), "RANGE": r.u64(10 ** 9) + r.u32(1000),
        "ASKS": r.u32(1) + ask,
        "ANSWERS": r.u32(1) + r.u64(1) + b"\0" + r.u64(1) + b"\0\1",
        "DESK_ASK": r.u32(7) + rng.randbytes(192) + r.u32(1) + r.u64(petition)
        + rng.randbytes(64),
        "DESK_TOLD": r.u32(7) + b"\0" + r.u64(1) + r.u64(petition) + r.u16(0),
        "FORGET_KEYS": r.slots(petition), "FORGET_WEEKS": r.u64(2 ** 64 - 1)}


def test_foreign(tap, web, site, petition, rng):
    files = ("keeper/keys", "keeper/range", "sealer/k1.ring", "keeper/desks")
    before = file_hashes(site, *files)
    bodies = foreign(petition, int(time.time()), rng)
    answers = []
    for role, link in web.link.items():
        while link.receive(seconds=0.05) is not None:
            pass  # what was on its way
        for name in OTHERS:
            for body in (bodies.get(name, b""), r.slots(petition), r.u32(0)):
                link.send(r.MESSAGES[name], body)
        while (frame := link.receive(seconds=0.3)) is not None:
            answers.append((r.NAMES[role], frame.kind))
    tap.check(all(kind in (r.CHECKPOINT, r.DECLARATION, r.MAIL_COUNTS)
                  for _, kind in answers),
              "nobody answers what is not web's to say", answers)
    tap.check(file_hashes(site, *files) == before,
              "no key, slot or desk comes or goes by it")
    tap.check(all(role.alive() for role in web.roles.values()),
              "and nobody dies of it")


def test_all_asked(tap, web):
    """At the end: was all of it said?"""
    tap.check(set(ASKED) | set(OTHERS) == set(r.MESSAGES) and
              not set(ASKED) & set(OTHERS),
              "every type of message is in this test",
              set(r.MESSAGES) ^ (set(ASKED) | set(OTHERS)))
    missing = [name for name, role in ASKED.items()
               if (role, r.MESSAGES[name]) not in web.said()]
    tap.check(missing == [], "and was sent to who hears it", missing)
    missing = [(name, r.NAMES[role]) for name in OTHERS for role in web.roles
               if (role, r.MESSAGES[name]) not in web.said()]
    tap.check(missing == [], "or, if it is not web's to say, to everybody",
              missing)
