#!/usr/bin/python3
"""Foreign tools on what a served site leaves behind.

usage: live_test.py served|sanitized PETITIOND PETITION-VERIFY LOCK_PROBE
                    [GOVERIFY]

A few people sign.  Go's sumdb/note and tlog check the log; petition-verify
recounts it from the folder and over HTTP; Debian's age opens the desk file and
an epoch's header; keeper's lock, that header and tests/foreign/reader.py open
the records, and the commitments are recomputed and found in the log and on the
receipts.  Prints TAP.
"""

import base64
import glob
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "foreign")]

import livesite  # noqa: E402
import make_log  # noqa: E402
import reader  # noqa: E402

PEOPLE = [
    livesite.person("Zo\u00eb Example", "Zoe.Example+spring@Example.org",
                    "SW1A 1AA", updates="1"),
    livesite.person("Ana O'Neill", "ana@example.net", "EH99 1SP"),
    livesite.person("\u0141ukasz Nowak", "lukasz@example.com", "CF99 1SN",
                    updates="1"),
]


class Signed:
    """One person's signature: mail, receipt, promise."""

    def __init__(self, site, petition, person):
        self.site, self.petition, self.person = site, petition, person
        assert site.sign(petition, person).status == 303
        mail = site.mailbox.wait(person["email"].split("@")[0])
        token, o, record_hash = livesite.link_of(mail)
        self.o = base64.urlsafe_b64decode(o + "=")
        self.record_hash = base64.urlsafe_b64decode(record_hash + "=")
        self.email = re.search(r"Email: +(\S+)",
                               livesite.mail_text(mail))[1]
        answer = site.confirm(token)
        assert answer.status == 303, answer.status
        self.receipt = urllib.parse.urlsplit(answer.getheader("Location"))
        slot, c = self.receipt.path.split("/")[2:]
        self.slot = int(slot)
        self.c = base64.urlsafe_b64decode(c + "=")

    def json(self):
        return json.loads(self.site.get(
            f"{self.receipt.path}.json?{self.receipt.query}").text)

    def is_logged(self):
        return self.json()["leaf"] is not None


def run(*args, **more):
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, **more)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def age_passphrase(path, out, passphrase):
    """Debian's age asks a terminal: it gets one."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("age", ["age", "--decrypt", "-o", out, path])
    said = b""
    try:
        while b"assphrase" not in said:
            said += os.read(fd, 1024)
        os.write(fd, passphrase.encode() + b"\n")
        while piece := os.read(fd, 1024):
            said += piece
    except OSError:
        pass  # the terminal ends with the process
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return status, said


def check_log(tap, site, signed, old, goverify):
    public = os.path.join(site.dir, "public")
    promises = []
    for i, s in enumerate(signed):
        path = os.path.join(site.folder, f"promise-{i}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(s.json()["promise"])
        promises.append(path)
    if goverify is None:
        print("ok # SKIP no go: Go's packages do not look at the log")
        tap.run += 1
    else:
        args = [x for p in promises for x in ("-promise", p)]
        code, out = run(goverify, "-old", old, *args, public)
        for said in ("the older checkpoint opens",
                     "goes on from the older checkpoint", "the root at",
                     "is in the tree", "promise-2 is signed"):
            tap.check(any(line.startswith("ok") and said in line
                          for line in out.splitlines()),
                      f"Go's packages: {said}", out)
        tap.check(code == 0 and "not ok" not in out,
                  "Go's packages find nothing wrong", out)
    return promises


def verify(tap, program, site, signed, promises):
    public = os.path.join(site.dir, "public")
    for where in (public, site.base):
        code, out = run(program, "--json", "--tiles", where)
        counts = [p for p in json.loads(out or "{}").get("petitions", [])
                  if p["petition"] == signed[0].petition]
        tap.check(code == 0 and [p["signed"] for p in counts] ==
                  [len(signed)],
                  f"petition-verify on {'DIR' if where == public else 'URL'}",
                  f"exit {code}", out)
        for p in promises:
            code, out = run(program, "promise", p, where)
            tap.check(code == 0, "a promise is kept", out)


def leaf(site, index):
    bundle, at = divmod(index, 256)
    folder = os.path.join(site.log_folder(), "tile", "entries")
    files = [f"{folder}/{bundle:03d}", *sorted(
        glob.glob(f"{folder}/{bundle:03d}.p/*"),
        key=lambda p: -int(os.path.basename(p)))]
    with open(next(f for f in files if os.path.exists(f)), "rb") as f:
        return f.read()[at * 66 + 2:(at + 1) * 66]


def documents(site, kind):
    """The documents that the log's leaves of a kind name, by petition."""
    found = []
    entries = os.path.join(site.log_folder(), "tile", "entries")
    for bundle in sorted({n.partition(".")[0] for n in os.listdir(entries)}):
        for at in range(256):
            line = leaf(site, int(bundle) * 256 + at)
            if not line:
                break
            if line[1] == kind:
                path = os.path.join(site.dir, "public", "doc",
                                    line[32:].hex())
                with open(path, "rb") as f:
                    found.append((int.from_bytes(line[8:16], "big"),
                                  f.read()))
    return found


def code(tap, site):
    """The CODE leaf names this program and the scripts that it serves."""
    said = documents(site, make_log.CODE)
    tap.check(len(said) == 1, "one program ran, and the log says which", said)
    for line in said[0][1].decode().splitlines():
        hash_, name = line.split("  ")
        if name == "petitiond":
            with open(site.petitiond, "rb") as f:
                body = f.read()
        else:
            body = site.get("/" + name).bytes
        tap.check(reader.sha256(body).hex() == hash_,
                  f"the log's hash of {os.path.basename(name)}")


def ending(tap, petition_verify, site, petition):
    """It closes: its count, then its totals go into the log."""
    site.stop()
    db = sqlite3.connect(os.path.join(site.dir, "web", "site.db"))
    db.execute("UPDATE petition SET deadline_ms = ? WHERE id = ?",
               ((int(time.time()) - 25 * 3600) * 1000, petition))
    db.commit()
    db.close()
    site.serve()
    livesite.until("the totals of the closed petition", lambda: [
        p for p, _ in documents(site, make_log.TALLY) if p == petition])
    said = [json.loads(body) for p, body in documents(site, make_log.TALLY)
            if p == petition]
    shown = json.loads(site.get(f"/petitions/{petition}.json").text)
    shown = shown["data"]["attributes"]
    tap.check(len(said) == 1 and said[0]["id"] == petition and all(
        said[0][key] == shown[key] for key in (
            "signature_count", "signatures_by_country",
            "signatures_by_constituency", "signatures_by_region")),
        "its last document has the totals that its page shows", said, shown)
    tap.check(sum(x["signature_count"]
                  for x in said[0]["signatures_by_country"]) ==
              said[0]["signature_count"], "and they add up to its count")
    code_, out = run(petition_verify, os.path.join(site.dir, "public"))
    tap.check(code_ == 0, "petition-verify agrees", out)


def drill(tap, site, signed, receipts, lock_probe):
    """Open what the desk may open, with nothing of ours but the lock."""
    plain = os.path.join(site.folder, "desk")
    status, said = age_passphrase(site.desk, plain, livesite.PASSPHRASE)
    tap.check(status == 0, "Debian's age opens the desk file", said)
    status, _ = age_passphrase(site.desk, plain + "2", "another passphrase")
    tap.check(status != 0, "with its passphrase only")
    with open(plain, encoding="ascii") as f:
        identities = re.findall(r"AGE-SECRET-KEY-1\w+", f.read())
    db = sqlite3.connect(os.path.join(site.dir, "web", "site.db"))
    for s, receipt in zip(signed, receipts):
        who = s.person["name"].split(" ")[0].encode("ascii", "ignore").decode()
        row = db.execute("SELECT identity, contact FROM record WHERE slot = ?",
                         (s.slot,)).fetchone()
        body = open_record(tap, site, db, identities, row[0], s, 1,
                           lock_probe, who)
        tap.check(body == {
            1: s.person["name"], 2: s.email,
            3: s.person["postcode"].replace(" ", ""), 4: "GB",
            5: "127.0.0.1", 6: s.o, 7: "updates" in s.person},
            f"{who}: the identity record holds what was typed", body)
        tap.check(reader.sha256(row[0]) == s.record_hash,
                  f"{who}: it is the record that the mail names")
        c = reader.commitment(body[6], s.petition, body[2], body[1], row[0])
        tap.check(c == s.c, f"{who}: its commitment is the receipt's")
        tap.check(leaf(site, receipt["leaf"])[32:] == c,
                  f"{who}: and the leaf's in the log")
        tap.check((row[1] is not None) == ("updates" in s.person),
                  f"{who}: a contact record only for updates")
        if row[1] is not None:
            body = open_record(tap, site, db, identities, row[1], s, 2,
                               lock_probe, who)
            tap.check(body == {1: s.person["name"], 2: s.email},
                      f"{who}: the contact record", body)
    db.close()


def open_record(tap, site, db, identities, record, s, compartment,
                lock_probe, who):
    head = reader.parse_record(record)
    header = db.execute("SELECT header FROM epoch WHERE id = ?",
                        (head["epoch"],)).fetchone()[0]
    opened = []
    for identity in identities:
        try:
            opened.append(reader.open_header(identity, header))
        except subprocess.CalledProcessError:
            pass  # another compartment's
    tap.check(len(opened) == 1 and len(opened[0]) == 48,
              f"{who}: Debian's age opens the epoch's header with one key")
    code, out = run(lock_probe, site.dir, s.slot, compartment)
    tap.check(code == 0, f"{who}: keeper has the lock", out)
    lock = bytes.fromhex(out.strip())
    epoch_id, seed = opened[0][:16], opened[0][16:]
    tap.check(reader.refuses(record, epoch_id, seed, bytes(32)),
              f"{who}: nothing opens without the lock")
    return reader.uncbor(reader.open_record(record, epoch_id, seed, lock))


def main():
    mode, petitiond, petition_verify, lock_probe = sys.argv[1:5]
    goverify = sys.argv[5] if len(sys.argv) > 5 else None
    if mode != "served":
        return livesite.skip_all("the same as served, and ten times slower")
    tap = livesite.Tap()
    site = livesite.Site(petitiond)
    try:
        petition = site.open_petitions()[0]
        first = Signed(site, petition, PEOPLE[0])
        livesite.until("the first leaf", first.is_logged)
        old = os.path.join(site.folder, "old")
        with open(os.path.join(site.log_folder(), "checkpoint"), "rb") as f, \
                open(old, "wb") as to:
            to.write(f.read())
        signed = [first] + [Signed(site, petition, p) for p in PEOPLE[1:]]
        for s in signed:
            livesite.until("a leaf", s.is_logged)
        receipts = [s.json() for s in signed]
        promises = check_log(tap, site, signed, old, goverify)
        verify(tap, petition_verify, site, signed, promises)
        code(tap, site)
        ending(tap, petition_verify, site, petition)
        site.stop()
        drill(tap, site, signed, receipts, lock_probe)
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
