#!/usr/bin/python3
"""Looks for what signers typed where it must not be.

usage: leak_scan.py served|sanitized PETITIOND PETITION-DESK

Signers with names, addresses, postcodes and IP addresses that stand nowhere
else sign a petition over real HTTP, with every detour a form has: the page for
who got no mail, a name corrected, mails that are refused or come back.  They
confirm, look at receipts, ask what is held, and leave; a desk looks for them,
opens, blocks and erases.  One second after the last answer of each part no
file below SITE, no log line and no memory of the supervisor or of a role may
hold any of it in any of its spellings, nor the secrets of their mails; and
none of these processes may leave a core file.  Prints TAP; must run as root,
for no role lets anybody else read its memory.
"""

import base64
import ipaddress
import mailbox
import os
import pty
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True  # leave no file in the source tree
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "live"),
                os.path.join(HERE, "..", "desk")]

import desk_test  # noqa: E402
import livesite  # noqa: E402
from scanner import (Needles, files_below, scan_file,  # noqa: E402
                     scan_process, secret_spellings, test_scanner)

# Root without the right to look into processes whatever they say.
_LESS = "=-sys_ptrace,-perfmon,-sys_admin"
UNPRIVILEGED = ("setpriv", "--bounding-set" + _LESS, "--inh-caps" + _LESS)
WISHES = ("withdraw", "updates", "erase", "data")


# ---- signers ----

def letters(n):
    """n random small letters: nowhere else in any memory."""
    return "".join(chr(97 + b % 26) for b in os.urandom(n))


class Canary:
    """A person whose every detail is unlike anything else."""

    def __init__(self):
        first, last = letters(9), letters(10)
        self.name = f"Zo\u00eb {first.capitalize()} O'{last.capitalize()}"
        self.slug = f"zoe{first}o{last}"
        self.local, self.tag = letters(11), letters(7)
        self.domain = f"{letters(10)}.example.org"
        self.email = f"{self.local.capitalize()}+{self.tag}@{self.domain}"
        n = os.urandom(3)
        self.postcode = "GL%d%d %d%c%c" % (
            n[0] % 9 + 1, n[1] % 10, n[2] % 10, 68 + n[0] % 3, 87 + n[1] % 3)
        self.ip = ipaddress.ip_address(
            bytes.fromhex("20010db8") + os.urandom(12))
        self.headers = {"X-Forwarded-For": str(self.ip)}

    def fields(self, **more):
        return {**livesite.person(self.name, self.email, self.postcode,
                                  updates="1"), **more}

    def needles(self, n):
        n.text("name", self.name)
        for part in self.name.split(" ")[1:]:
            n.text("part of the name", part)
        n.text("slugged name", self.slug)
        n.text("mailbox", self.local)
        n.text("mailbox's tag", self.tag)
        n.text("mail domain", self.domain)
        n.text("postcode", self.postcode)
        n.text("postcode", self.postcode.replace(" ", ""))
        n.text("IP address", str(self.ip))
        n.add("IP address", {"raw": self.ip.packed,
                             "network": self.ip.packed[:8],
                             "exploded": self.ip.exploded.encode(),
                             "hex": self.ip.packed.hex().encode()})


def petition_form(petition):
    return f"/petitions/{petition}/signatures/new"


def detours(site, petition, canary):
    """Everything a form can do but be sent; a list of statuses."""
    path = petition_form(petition)
    fields, headers = canary.fields(), canary.headers
    token = site.form(petition, headers)
    good = {**fields, "form": token}

    def post(where=path, more=(), **changed):
        return site.post(where, {**good, **changed},
                         {**headers, **dict(more)}).status
    return [
        post(),  # "Check your answers"
        post(stage="change"),
        post(stage="send", eligible=""),
        post(stage="send", email=canary.email + "@@"),
        post(stage="send", name=canary.name + "<>" * 300),
        post(stage="send", postcode=canary.postcode + " 1"),
        post(stage="send", country="ZZ"),
        post(stage="send", form="stale" + token[5:]),
        post("/petitions/1/signatures/new", stage="send"),
        post(more={"Origin": "http://elsewhere.example"}, stage="send"),
        post("/", stage="send"),
        site.post(path + "?name=" + urllib.parse.quote(canary.name),
                  good, headers).status,
        site.request("POST", path, urllib.parse.urlencode(
            [*good.items(), ("name", canary.name)]),
            {"Content-Type": "application/x-www-form-urlencoded",
             "Origin": site.base, **headers}).status,
        site.request("POST", path, urllib.parse.urlencode(good) + "%zz",
                     {"Content-Type": "application/x-www-form-urlencoded",
                      "Origin": site.base, **headers}).status,
        site.get("/" + urllib.parse.quote(canary.name), headers).status,
        site.get("/c?token=" + urllib.parse.quote(canary.email),
                 headers).status,
    ]


# ---- the scan ----

def report(tap, site, needles, when):
    """One check a place; what was found is shown."""
    pids = site.processes()
    # web first: it ends a connection that is kept too long.
    for name in sorted(pids, key=lambda name: name != "web"):
        try:
            found = scan_process(needles, name, pids[name])
        except FileNotFoundError:
            with open(site.stderr_path, encoding="utf-8",
                      errors="replace") as f:
                tap.check(False, f"{when}: {name} lives",
                          *f.read().splitlines()[-20:])
            continue
        tap.check(not found, f"{when}: nothing in the memory of {name}",
                  f"{len(found)} findings", *found[:40])
    found = [line for path in files_below(site.dir)
             for line in scan_file(needles, path)]
    tap.check(not found, f"{when}: nothing in a file of the site",
              *found[:40])
    found = scan_file(needles, site.stderr_path)
    tap.check(not found, f"{when}: nothing in the log lines", *found[:40])


def add_secrets(needles, link):
    text, o, h = link
    secret = base64.b32decode(text.split("-")[1] + "======")
    needles.add("T", secret_spellings(
        secret, [text, text.split("-")[1], text.lower()]))
    needles.add("o", secret_spellings(
        base64.urlsafe_b64decode(o + "="), [o]))
    needles.text("the mail's fragment", f"{o}.{h}")


def core_limit(pid):
    """What a core file of this process may have, soft and hard."""
    with open(f"/proc/{pid}/limits", encoding="ascii") as f:
        return next(line.split()[4:6] for line in f
                    if line.startswith("Max core file size"))


def lets_look(pid):
    """Does the kernel let its user look into the process?  Only if it is
    "dumpable"; the one who asks has no more rights than it."""
    done = subprocess.run([*UNPRIVILEGED, "cat", f"/proc/{pid}/maps"],
                          capture_output=True, check=False)
    return done.returncode == 0


def test_cores(tap, site):
    """No core file: not by limit, and not for a program that takes dumps
    whatever the limit, as core_pattern may name one."""
    other = subprocess.Popen([*UNPRIVILEGED, "cat"], stdin=subprocess.PIPE)
    livesite.until("another process that can be looked into", lambda:
                   lets_look(other.pid))
    other.stdin.close()
    other.wait()
    for name, pid in site.processes().items():
        tap.check(core_limit(pid) == ["0", "0"],
                  f"{name} may write no core file", core_limit(pid))
        tap.check(not lets_look(pid), f"{name} cannot be dumped")


def test_desk_cores(tap, desk):
    """Nor does a moderator's program, while it waits for its passphrase or
    has what is in the record."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(UNPRIVILEGED[0], [*UNPRIVILEGED, desk.program, "open",
                                    desk.path[:-len(".open")], "1", "audit"])
    while not os.read(fd, 4096).rstrip().endswith(b":"):
        pass
    tap.check(core_limit(pid) == ["0", "0"] and not lets_look(pid),
              "petition-desk leaves no core file", core_limit(pid))
    os.close(fd)
    os.waitpid(pid, 0)


def test_mails(tap, site, needles, petition):
    """Mails that did not come, came back or were refused, and a name that
    was misspelt."""
    patient, misspelt, right, bounced, refused = (Canary() for _ in range(5))
    for c in (patient, misspelt, right, bounced, refused):
        c.needles(needles)
    site.mailbox.refused.add(refused.email)
    for c in (patient, misspelt, bounced, refused):
        tap.check(site.sign(petition, c.fields(), c.headers).status == 303,
                  "a form was taken")
    path = f"/petitions/{petition}/signatures/"
    page = site.get(path + "thank-you", patient.headers)
    tap.check("/no-email" in page.text, "a way out for who got no mail")
    page = site.get(path + "no-email", patient.headers)
    tap.check(site.post(path + "new", {
        **patient.fields(), **livesite.hidden_fields(page.text),
        "stage": "send"}, patient.headers).status == 303, "the form again")
    add_secrets(needles, livesite.link_of(site.mailbox.wait(patient.email, 2)))

    link = livesite.link_of(site.mailbox.wait(misspelt.email))
    add_secrets(needles, link)
    page = site.get(f"/c/{link[0]}/correct", misspelt.headers)
    hidden = livesite.hidden_fields(page.text)
    tap.check("corrects" in hidden, "a form to correct the name")
    tap.check(site.post(path + "new", {
        **misspelt.fields(), "name": right.name, **hidden, "stage": "send"},
        misspelt.headers).status == 303, "the right name")
    link = livesite.link_of(site.mailbox.wait(misspelt.email, 2))
    add_secrets(needles, link)
    tap.check(site.confirm(link[0], misspelt.headers).status == 303,
              "is confirmed")

    mail = site.mailbox.wait(bounced.email)
    folder = os.path.join(site.dir, "mailer", "bounces")
    mailbox.Maildir(folder).add(livesite.report_on(
        mail.sender, bounced.email))
    livesite.until("the report to be read", lambda:
                   not os.listdir(os.path.join(folder, "new")))
    tap.check(os.listdir(os.path.join(folder, "cur")) == [],
              "a mail came back, and the report of it is gone")
    livesite.until("a mail to be refused", lambda:
                   refused.email in site.mailbox.told)
    tap.check(site.post("/petitions/local", {"postcode": patient.postcode},
                        patient.headers).status < 500,
              "a postcode asked for its area")


def test_leaving(tap, site, desk, petition, canaries, tokens):
    """Receipts, every page of the links to leave, and a desk's day."""
    first, second, third = canaries
    answer = site.confirm(tokens[0], first.headers)
    receipt = answer.getheader("Location")
    tap.check(site.get(receipt, first.headers).status == 200 and
              site.get(receipt.split("?")[0] + ".json",
                       first.headers).status == 200, "a receipt")

    slot = desk_test.slot_of(site, tokens[2])
    tap.check(desk.slots(petition, "email", third.email)[0] == [slot] and
              slot in desk.slots(petition, "postcode", third.postcode)[0] and
              slot in desk.slots(petition, "domain", third.domain)[0] and
              slot in desk.slots(petition, "ip", str(third.ip))[0],
              "a desk finds a signer by whatever it knows")
    done = desk.run("open", slot, "complaint")
    tap.check(third.name in done.stdout and third.email in done.stdout,
              "and opens the record", done.stderr)
    tap.check(third.name in desk.run("answer", third.email, "json").stdout,
              "and answers who asked what is held")
    tap.check([desk.run(word, third.email).returncode
               for word in ("block", "unblock")] == [0, 0],
              "and blocks the address for a while")
    tap.check(desk.run("erase", third.email, "order").returncode == 0,
              "and erases")

    for c, token, posts in ((first, tokens[0], ("data", "updates",
                                                "withdraw")),
                            (second, tokens[1], ("erase",)),
                            (third, tokens[2], ("withdraw",))):
        good = [site.get(f"/s/{token}", c.headers).status] + [
            site.get(f"/s/{token}/{wish}", c.headers).status
            for wish in WISHES]
        tap.check(good == [200] * 5, "the pages of the link to leave", good)
        for wish in posts:
            answer = site.post(f"/s/{token}/{wish}", {"confirm": "1"},
                               c.headers)
            left = answer.getheader("Location")
            tap.check(answer.status == 303 and "/left/" in left and
                      site.get(left, c.headers).status == 200,
                      f"the button: {wish}", answer.status, left)
        wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
        tap.check(site.post(f"/s/{wrong}/withdraw", {},
                            c.headers).status == 404, "a link mistyped")


def run(tap, site, desk):
    needles, canaries = Needles(), [Canary() for _ in range(3)]
    petition = site.open_petitions()[0]
    before = site.processes()

    tap.check(len(before) == 1 + len(livesite.ROLES), "all roles are found",
              before)
    test_cores(tap, site)
    test_desk_cores(tap, desk)
    for c in canaries:
        c.needles(needles)
    statuses = detours(site, petition, canaries[0])
    tap.check(statuses[:2] == [200, 200] and
              all(400 <= s < 500 for s in statuses[2:11]),
              "the detours end as they should", statuses)
    time.sleep(1)
    report(tap, site, needles, "after detours")

    for c in canaries[:-1]:
        answer = site.sign(petition, c.fields(), c.headers)
        tap.check(answer.status == 303, "a form was taken", answer.status)
    # A browser keeps its connection: the last canary's stays open.
    kept = site.connection()
    answer = kept.send("POST", petition_form(petition), {
        **canaries[-1].fields(), "form": site.form(petition),
        "stage": "send"}, canaries[-1].headers)
    tap.check(answer.status == 303, "a form came on a kept connection")
    mails = [site.mailbox.wait(c.email) for c in canaries]
    links = [livesite.link_of(m) for m in mails]
    for link in links:
        add_secrets(needles, link)
    time.sleep(1)
    report(tap, site, needles, "after signing")
    kept.close()

    for c, (text, _, _) in zip(canaries, links):
        site.get(f"/c/{text}", c.headers)
        site.get(f"/c?token={text}", c.headers)
        site.confirm(text[:-1] + ("A" if text[-1] != "A" else "B"), c.headers)
        answer = site.confirm(text, c.headers)
        tap.check(answer.status == 303, "confirmed", answer.status)
        tap.check(site.confirm(text, c.headers).status in (200, 303),
                  "confirmed again")
    time.sleep(1)
    report(tap, site, needles, "after confirming")

    again = canaries[0]  # "you have already signed"
    site.sign(petition, again.fields(), again.headers)
    site.mailbox.wait(again.email, 2)
    test_mails(tap, site, needles, petition)
    time.sleep(1)
    report(tap, site, needles, "after mails that went astray and signing again")
    test_leaving(tap, site, desk, petition, canaries,
                 [text for text, _, _ in links])
    time.sleep(1)
    report(tap, site, needles, "after desk and leaving")
    tap.check(site.processes() == before, "no role died")


def main():
    mode, petitiond, program = sys.argv[1:]
    if mode != "served":
        return livesite.skip_all("a sanitizer keeps what is freed")
    if os.geteuid() != 0:
        return livesite.skip_all("only root can read the roles' memory")
    tap = livesite.Tap()
    site = livesite.Site(petitiond, [
        ("http", "trusted_proxies", "127.0.0.1"),
        ("mail", "bounces", "bounces@petitions.example.org")],
        before=UNPRIVILEGED)
    try:
        test_scanner(tap, site.folder)
        run(tap, site, desk_test.Desk(
            os.path.abspath(program), desk_test.opened_copy(
                site, site.desk, site.desk + ".open")))
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
