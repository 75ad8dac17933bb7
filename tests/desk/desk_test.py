#!/usr/bin/python3
"""A moderator's desk against a served site.

usage: desk_test.py served|sanitized PETITIOND PETITION-DESK

Searches by address, postcode, domain and internet address return slots and
open nothing; opening shows one record, with an ACCESS entry in the log and a
row at keeper; caps, strangers, replays and other people's sets are refused;
sets are put aside, large ones by two.  Prints TAP.
"""
import json
import os
import pty
import re
import sqlite3
import struct
import subprocess
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))

import livesite  # noqa: E402

INVALIDATE, WITHDRAW, SHRED, ACCESS = 3, 4, 9, 10


def at_terminal(args, answers):
    """Run args at a terminal and type an answer to each question."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(args[0], args)
    said = b""
    for answer in (*answers, None):
        while answer is None or not said.rstrip().endswith(b":"):
            try:
                more = os.read(fd, 4096)
            except OSError:
                more = b""
            if not more:
                break
            said += more
        if answer is not None:
            os.write(fd, answer.encode() + b"\n")
            said += b"\n"
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


class Desk:
    """petition-desk with an opened file of keys."""

    def __init__(self, program, path):
        self.program, self.path = program, path

    def run(self, command, *words):
        done = subprocess.run(
            [self.program, command, self.path, *map(str, words)],
            capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, check=False)
        return done

    def slots(self, *words):
        done = self.run("search", *words)
        return [int(x.split("\t")[0]) for x in done.stdout.splitlines()
                if "\t" in x], done


def opened_copy(site, encrypted, plain):
    """The keys of an age file, decrypted by Debian's age at a terminal."""
    status, said = at_terminal(
        ["age", "--decrypt", "-o", plain, encrypted], [livesite.PASSPHRASE])
    if status != 0:
        raise RuntimeError(said)
    if os.path.exists(encrypted + ".site"):
        with open(encrypted + ".site", encoding="ascii") as f:
            text = f.read()
        with open(plain + ".site", "w", encoding="ascii") as f:
            f.write(text)
    return plain


def events(site, kind):
    db = sqlite3.connect(f"file:{site.dir}/web/site.db?mode=ro", uri=True)
    rows = db.execute("SELECT petition_id, count, reason, slot FROM event"
                      " WHERE type = ? ORDER BY ev_seq", (kind,)).fetchall()
    db.close()
    return rows


def slot_of(site, token):
    """The slot that a mail's token names (docs/formats.md section 6)."""
    n = 0
    for c in token.split("-")[0]:
        n = n * 32 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(c)
    return n


class People:
    def __init__(self, site, petition):
        self.site, self.petition, self.slot = site, petition, {}
        self.mails, self.token = {}, {}

    def sign(self, who, address, postcode, ip="192.0.2.7", confirm=True,
             petition=None):
        person = livesite.person(who, address, postcode)
        headers = [("X-Forwarded-For", ip)]
        self.site.sign(petition or self.petition, person, headers)
        self.mails[address] = self.mails.get(address, 0) + 1
        mail = self.site.mailbox.wait(address, self.mails[address])
        token = livesite.link_of(mail)[0]
        if confirm:
            self.site.confirm(token, headers)
        self.token[who] = token
        self.slot[who] = slot_of(self.site, token)
        return self.slot[who]


def opening(site):
    """keeper's newest row."""
    with open(os.path.join(site.dir, "keeper", "openings"), "rb") as f:
        return f.read()[-32:]


def test_searches(tap, site, desk, people, other):
    p, s = people.petition, people.slot
    found, done = desk.slots(p, "email", "ADA@Example.org")
    tap.check(found == [s["Ada Lovelace"]], "by e-mail address", done)
    found, done = desk.slots(p, "email", "ada+x@example.org")
    tap.check(found == [s["Ada Lovelace"]] and "similar" in done.stdout,
              "a similar address is said to be similar", done.stdout)
    found, done = desk.slots("all", "email", "ada@example.org")
    tap.check(sorted(found) == sorted([s["Ada Lovelace"], s["Ada Elsewhere"]]),
              "of all petitions", done)
    found, _ = desk.slots(p, "email", "nobody@example.org")
    tap.check(found == [], "nobody is nobody")
    bots = [s[f"Robot {x}"] for x in "ABCD"]
    found, done = desk.slots(p, "domain", "bots.example")
    tap.check(sorted(found) == bots, "by domain", done)
    found, done = desk.slots(p, "postcode", "sw1a 1aa")
    tap.check(sorted(found) == [s["Ada Lovelace"], s["Grace Hopper"]],
              "by postcode", done)
    found, done = desk.slots(p, "ip", "198.51.100.9")
    tap.check(sorted(found) == bots, "by internet address", done)
    found, done = desk.slots(p, "ip-narrow", "198.51.100.200")
    tap.check(sorted(found) == bots, "by /24", done)
    found, _ = desk.slots(p, "ip", "198.51.100.10")
    tap.check(found == [], "the next address is another")
    found, done = desk.slots(other, "domain", "bots.example")
    tap.check(found == [], "each petition by itself", done)
    for words in ((p, "shoe", "x"), ("x", "email", "a@b.example"),
                  (p, "email", "nonsense"), (p, "ip", "1.2.3")):
        tap.check(desk.run("search", *words).returncode == 1,
                  f"search {words} is refused in a sentence")
    tap.check(events(site, ACCESS) == [], "searching opens nothing")


def test_waves(tap, desk, people):
    p = people.petition
    bots = sorted(people.slot[f"Robot {x}"] for x in "ABCD")
    done = desk.run("waves", p)
    rows = [x.split("\t") for x in done.stdout.splitlines()]
    domain = [r for r in rows if r[1] == "domain" and r[0] == "4"]
    address = [r for r in rows if r[1] == "ip" and r[0] == "4"]
    tap.check(len(domain) == 1 and len(address) == 1, "waves show", done)
    tap.check("bots" not in done.stdout and "198.51" not in done.stdout,
              "as tags")
    for row in (*domain, *address):
        done = desk.run("cluster", p, row[1], row[2])
        found = sorted(int(x.split("\t")[0])
                       for x in done.stdout.splitlines())
        tap.check(found == bots, f"the cluster behind a {row[1]}", done)


def test_opening(tap, site, desk, people, passphrase_file, other):
    slot = people.slot["Ada Lovelace"]
    done = desk.run("open", slot, "fraud")
    for text in ("Ada Lovelace", "ada@example.org", "SW1A1AA", "192.0.2.7"):
        tap.check(text in done.stdout, f"open shows {text}", done)
    tap.check(events(site, ACCESS) == [(people.petition, 1, 0, 0)] * 2,
              "and stands in the log", events(site, ACCESS))
    row = opening(site)
    tap.check( row[:4] == b"PKO1" and
              struct.unpack(">Q", row[16:24])[0] == slot and row[5] == 1,
              "and with keeper: slot and reason", row.hex())
    tap.check(desk.run("open", slot, "because").returncode == 1,
              "without a reason nothing opens")
    tap.check(desk.run("open", 10 ** 6, "fraud").returncode == 1 and
              len(events(site, ACCESS)) == 2, "no entry, no opening")
    status, said = at_terminal(
        [desk.program, "open", passphrase_file, str(slot), "fraud"],
        [livesite.PASSPHRASE])
    tap.check(status == 0 and "Ada Lovelace" in said,
              "with the file under its passphrase, too", said)
    done = desk.run("answer", "ada@example.org", "letter")
    tap.check(done.stdout.startswith("To: ada@example.org\nSubject: ") and
              done.stdout.count("Ada Lovelace") == 1 and
              done.stdout.count("Ada Elsewhere") == 1 and
              f"petition {other}" in done.stdout, "what is held about Ada",
              done)
    tap.check(len(events(site, ACCESS)) == 5, "each opening is an entry")
    done = desk.run("open", slot, "fraud")
    tap.check(done.returncode == 0, "the last of the day", done)
    done = desk.run("open", slot, "fraud")
    tap.check(done.returncode == 1 and "as many records today" in done.stderr,
              "one more is one too many", done)
    tap.check(desk.run("search", people.petition, "email",
                       "ada@example.org").returncode == 0,
              "searching goes on")


def new_desk(tap, site, petitiond, program, name):
    """A second desk, from its init to its first search."""
    path = os.path.join(site.folder, name)
    status, said = at_terminal([program, "init", path, name],
                               [livesite.PASSPHRASE] * 2)
    line = re.search(r"keys SITE admit (desk1\S+) (age1\S+)", said)
    tap.check(status == 0 and line, f"init {name}", said)
    plain = opened_copy(site, path, path + ".open")
    with open(site.desk + ".site", encoding="ascii") as f:
        url, recipient = f.read().split()
    done = subprocess.run([program, "join", plain, url, recipient],
                          capture_output=True, text=True, check=False)
    tap.check(done.returncode == 0, "join", done)
    desk = Desk(program, plain)
    done = desk.run("search", 1, "email", "ada@example.org")
    tap.check(done.returncode == 1 and "not admitted" in done.stderr,
              "a stranger's key finds nothing", done)
    done = subprocess.run([petitiond, "keys", site.dir, "admit", *line.groups(),
                           name], capture_output=True, text=True, check=False)
    tap.check(done.returncode == 0 and recipient in done.stdout and
              "Declared." in done.stdout, "admit", done)
    return desk, line[1]


def checked(petitiond, site):
    return subprocess.run([petitiond, "check", site.dir], capture_output=True,
                          text=True, check=False)


def test_showing(tap, site, petitiond, desk, people):
    """"Show me what you hold": from the link in the mail to the answer."""
    slot, token = people.slot["Grace Hopper"], people.token["Grace Hopper"]
    done = desk.run("requests")
    tap.check(done.stdout == "nobody waits\n", "nobody waits", done)
    for _ in range(2):
        site.post(f"/s/{token}/data", {})
    done = desk.run("requests")
    rows = done.stdout.splitlines()
    tap.check(len(rows) == 1 and rows[0].startswith(f"{slot}\t") and
              "\tdue " in rows[0], "who asked waits, by slot", done)
    tap.check("Grace" not in done.stdout and "grace" not in done.stdout,
              "and is not named")
    before = len(events(site, ACCESS))
    done = desk.run("answer", slot, "json")
    held = json.loads(done.stdout)["signatures"]
    tap.check(len(held) == 1 and held[0]["name"] == "Grace Hopper" and
              held[0]["email"] == "grace@example.org" and
              held[0]["postcode"] == "SW1A1AA" and
              held[0]["internet_address"] == "192.0.2.7" and
              held[0]["counts"] == "yes" and
              held[0]["petition"] == people.petition,
              "the answer as JSON", done)
    tap.check(len(events(site, ACCESS)) == before + 1,
              "is an opening that the log tells")
    row = opening(site)
    tap.check(row[5] == 3 and struct.unpack(">Q", row[16:24])[0] == slot,
              "with the reason: its owner asked", row.hex())
    tap.check("have no answer" not in checked(petitiond, site).stderr,
              "check is patient for a month")
    db = sqlite3.connect(f"{site.dir}/web/site.db")
    db.execute("UPDATE show_request SET hour = hour - 28 * 24 - 1")
    db.commit()
    db.close()
    done = checked(petitiond, site)
    tap.check(done.returncode == 1 and
              "1 people asked more than 28 days ago" in done.stderr,
              "and then says so", done)
    tap.check("OVERDUE" in desk.run("requests").stdout, "as requests does")
    for words in ((slot, "poem"), ("nobody@example.org", "letter"),
                  (10 ** 6, "letter"), ("0", "letter")):
        done = desk.run("answer", *words)
        tap.check(done.returncode == 1 and done.stdout == "",
                  f"no answer for {words}", done)
    done = desk.run("answered", slot)
    tap.check(done.stdout == "noted: answered\n" and
              desk.run("requests").stdout == "nobody waits\n",
              "answered: nobody waits any more", done)
    done = desk.run("answered", slot)
    tap.check(done.stdout.startswith("nobody waited"), "twice is once", done)
    tap.check("have no answer" not in checked(petitiond, site).stderr,
              "and check is content")


def test_sets(tap, site, desk, second, people):
    bots = [people.slot[f"Robot {x}"] for x in "ABCD"]
    before = events(site, INVALIDATE)
    done = desk.run("set-aside", "fraud", *bots)
    tap.check(done.stdout.startswith("3 set aside"),
              "a set goes, but who never confirmed", done)
    tap.check(sorted(r[3] for r in events(site, INVALIDATE)) == bots[:3] and
              {r[2] for r in events(site, INVALIDATE)} == {2} and
              before == [], "as INVALIDATE of each slot, with its reason")
    done = desk.run("set-aside", "fraud", *bots)
    tap.check(done.stdout.startswith("0 set aside"), "once", done)
    many = [people.slot["Ada Lovelace"], *range(10 ** 6, 10 ** 6 + 50)]
    done = desk.run("set-aside", "staff", *many)
    request = done.stdout.strip()
    tap.check(done.returncode == 0 and len(events(site, INVALIDATE)) == 3 and
              "two people" in done.stderr, "51 wait for a second desk", done)
    tap.check(desk.run("sign", request).returncode == 1 and
              len(events(site, INVALIDATE)) == 3, "which is another one")
    done = second.run("sign", request)
    tap.check(done.stdout.startswith("1 set aside"), "and then go", done)


def count_of(site, petition):
    db = sqlite3.connect(f"file:{site.dir}/web/site.db?mode=ro", uri=True)
    row = db.execute("SELECT counted FROM petition WHERE id = ?",
                     (petition,)).fetchone()
    db.close()
    return row[0]


def test_erasing(tap, site, petitiond, desk, people, other):
    """A desk erases as a signer could by a link."""
    slot = people.slot["Ada Elsewhere"]
    livesite.until("the count", lambda: count_of(site, other) > 0)
    before = count_of(site, other)
    tap.check(desk.run("erase", slot, "because").returncode == 1 and
              desk.run("erase", 10 ** 6, "request").returncode == 1 and
              events(site, WITHDRAW) == [],
              "without a reason or a signature nothing is erased")
    done = desk.run("erase", slot, "request")
    tap.check(done.stdout == f"{slot}\tpetition {other}\terased\n",
              "erase by slot", done)
    livesite.until("the erasure", lambda: "erased before" in
                   desk.run("erase", slot, "request").stdout)
    tap.check([r[0] for r in events(site, WITHDRAW)] == [other] and
              [(r[0], r[2]) for r in events(site, SHRED)] == [(other, 4)],
              "withdrawn, and the log tells that a desk did it",
              events(site, SHRED))
    livesite.until("the count", lambda: count_of(site, other) == before - 1)
    tap.check(True, "it does not count any more")
    found, done = desk.slots("all", "email", "ada@example.org")
    tap.check(found == [people.slot["Ada Lovelace"]], "and is not found", done)
    slot = people.slot["Robot D"]
    done = desk.run("erase", slot, "fraud")
    tap.check(done.stdout == f"{slot}\tpetition {people.petition}\t"
              "erased; it was never confirmed\n" and
              desk.run("erase", slot, "fraud").returncode == 1,
              "one that was never confirmed", done)
    done = desk.run("erase", "grace+x@example.org", "request")
    tap.check(done.stdout == "nothing found\n", "no similar address", done)
    done = desk.run("erase", "Grace@example.org", "order")
    tap.check(done.returncode == 0 and
              str(people.slot["Grace Hopper"]) in done.stdout,
              "erase by address", done)
    tap.check(len(events(site, WITHDRAW)) == 2 and
              len(events(site, SHRED)) == 2, "is in the log, too")
    with open(os.path.join(site.dir, "keeper", "erasures"), "rb") as f:
        rows = f.read()
    tap.check(len(rows) == 96 and [rows[i + 5] for i in (0, 32, 64)] ==
              [3, 1, 4] and [rows[i + 6] for i in (0, 32, 64)] == [0, 1, 0],
              "keeper has noted why", rows.hex())
    done = checked(petitiond, site)
    tap.check("erase" not in done.stderr, "check finds them in the log", done)
    with open(os.path.join(site.dir, "keeper", "erasures"), "ab") as f:
        f.write(rows[:16] + bytes(6) + b"\7\7" + rows[24:32])
    done = checked(petitiond, site)
    tap.check(done.returncode == 1 and
              "told by desks to erase 3 signatures" in done.stderr,
              "and misses one that the log does not tell", done)


def test_blocking(tap, site, desk, people, other):
    """What is signed from a blocked mailbox is set apart, in silence."""
    done = desk.run("blocked")
    tap.check(done.stdout == "0 addresses are blocked\n", "nobody is blocked",
              done)
    done = desk.run("block", "Troll+1@example.org")
    tap.check(done.stdout == "1 address is blocked\n", "block", done)
    done = desk.run("block", "troll@example.org")
    tap.check(done.returncode == 1 and "blocked before" in done.stderr,
              "once, whatever follows a plus", done)
    tap.check(desk.run("block", "troll").returncode == 1, "addresses only")
    before = len(events(site, INVALIDATE))
    slot = people.sign("Tom Troll", "troll+2@example.org", "SW1A 1AA",
                       petition=other)
    livesite.until("the entry that it does not count", lambda:
                   len(events(site, INVALIDATE)) == before + 1)
    tap.check(events(site, INVALIDATE)[-1] == (other, 0, 1, slot),
              "F-124 mailed and confirmed as any, and set apart",
              events(site, INVALIDATE)[-1])
    people.sign("Tina Troll", "tina@example.org", "SW1A 1AA", petition=other)
    tap.check(len(events(site, INVALIDATE)) == before + 1,
              "F-125 another address of that domain is not")
    for folder in ("keeper", "sealer", "web", "log"):
        for name in os.listdir(os.path.join(site.dir, folder)):
            path = os.path.join(site.dir, folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    if b"troll" in f.read().lower():
                        tap.check(False, f"{path} has the address")
    done = desk.run("unblock", "TROLL@example.org")
    tap.check(done.stdout == "0 addresses are blocked\n", "unblock", done)
    tap.check(desk.run("unblock", "troll@example.org").returncode == 1,
              "once")


def test_web_learns_nothing(tap, site, people):
    """Garbage, and somebody else's bytes."""
    for body in (b"", b"age-encryption.org/v1\n", os.urandom(400)):
        answer = site.request("POST", "/desk", body,
                              [("Content-Type", "application/octet-stream")])
        tap.check(answer.status == 403, f"{len(body)} strange bytes: 403",
                  answer.status)
    answer = site.request("POST", "/desk/set-aside", b"\1" + os.urandom(200))
    tap.check(answer.status == 400, "a strange set: 400", answer.status)


def run(tap, site, petitiond, program):
    petition, other = site.open_petitions()[:2]
    desk = Desk(program, opened_copy(site, site.desk, site.desk + ".open"))
    people = People(site, petition)
    people.sign("Ada Lovelace", "ada@example.org", "SW1A 1AA")
    people.sign("Ada Elsewhere", "ada@example.org", "SW1A 1AA",
                petition=other)
    people.sign("Grace Hopper", "grace@example.org", "SW1A 1AA")
    for x in "ABCD":
        people.sign(f"Robot {x}", f"{x}{x}@bots.example", "EH99 1SP",
                    ip="198.51.100.9", confirm=x != "D")
    test_searches(tap, site, desk, people, other)
    test_waves(tap, desk, people)
    test_showing(tap, site, petitiond, desk, people)
    test_opening(tap, site, desk, people, site.desk, other)
    second, key = new_desk(tap, site, petitiond, program, "moss")
    test_sets(tap, site, desk, second, people)
    test_erasing(tap, site, petitiond, desk, people, other)
    test_blocking(tap, site, desk, people, other)
    test_web_learns_nothing(tap, site, people)
    done = subprocess.run([petitiond, "keys", site.dir, "dismiss", key],
                          capture_output=True, text=True, check=False)
    tap.check(done.returncode == 0, "dismiss", done)
    tap.check(second.run("waves", petition).returncode == 1,
              "who was dismissed asks in vain")
    tap.check("event=role-died" not in site.said(), "no role died",
              site.said()[-600:])


def main():
    mode, petitiond, program = sys.argv[1:]
    if mode != "served":
        return livesite.skip_all("the same as served, and much slower")
    tap = livesite.Tap()
    site = livesite.Site(petitiond, [
        ("keys", "openings_per_day", 6),
        ("http", "trusted_proxies", "127.0.0.1")])
    try:
        run(tap, site, petitiond, os.path.abspath(program))
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
