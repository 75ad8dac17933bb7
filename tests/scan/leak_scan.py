#!/usr/bin/python3
"""Looks for what signers typed where it must not be.

usage: leak_scan.py served|sanitized PETITIOND

Signers with names, addresses, postcodes and IP addresses that stand nowhere
else sign a petition over real HTTP, with every detour a form has.  One second
after the last answer, and again one second after they confirmed, no file below
SITE, no log line and no memory of the supervisor or of a role may hold any of
it in any of its spellings, nor the secrets of their mails.  Prints TAP; must
run as root, for no role lets anybody else read its memory.
"""

import array
import base64
import ipaddress
import mmap
import os
import re
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True  # leave no file in the source tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "live"))

import livesite  # noqa: E402

CHUNK = 4 << 20
PAGE = mmap.PAGESIZE
AROUND = 24


# ---- what to look for ----

def base64_parts(data):
    """base64 of data at each of the three places it can begin at, without the
    letters that depend on what stands beside it."""
    parts = []
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data)
        begin = (0, 2, 3)[shift]
        end = len(text) if (shift + len(data)) % 3 == 0 else -4
        parts.append(text[begin:end])
    return [p for p in parts if len(p) >= 8]


def spellings(text):
    """{how: bytes} of a text that somebody typed."""
    raw = text.encode()
    forms = {"plain": raw, "hex": raw.hex().encode(),
             "HEX": raw.hex().upper().encode(),
             "UTF-16LE": text.encode("utf-16-le"),
             "UTF-16BE": text.encode("utf-16-be"),
             "UTF-32": text.encode("utf-32-le"),
             "URL": urllib.parse.quote_plus(text).encode(),
             "URL, lower": re.sub("%..", lambda m: m[0].lower(),
                                  urllib.parse.quote_plus(text)).encode(),
             "lower": text.lower().encode(), "upper": text.upper().encode()}
    for i, part in enumerate(base64_parts(raw)):
        forms[f"base64+{i}"] = part
        forms[f"base64url+{i}"] = part.translate(
            bytes.maketrans(b"+/", b"-_"))
    return forms


def secret_spellings(data, texts):
    """{how: bytes} of a secret: its bytes, and texts it is written as."""
    forms = {"raw": data, "hex": data.hex().encode(),
             "HEX": data.hex().upper().encode()}
    for i, part in enumerate(base64_parts(data)):
        forms[f"base64+{i}"] = part
        forms[f"base64url+{i}"] = part.translate(
            bytes.maketrans(b"+/", b"-_"))
    for i, text in enumerate(texts):
        forms[f"text {i}"] = text.encode()
    return forms


class Needles:
    def __init__(self):
        self.what = {}  # bytes -> what it is

    def add(self, what, forms):
        for how, needle in forms.items():
            if len(needle) >= 4:
                self.what.setdefault(needle, f"{what} ({how})")

    def text(self, what, text):
        self.add(what, spellings(text))

    def find(self, data):
        """[(offset, what)]"""
        found = []
        for needle, what in self.what.items():
            at = data.find(needle)
            while at >= 0:
                found.append((at, what))
                at = data.find(needle, at + 1)
        return sorted(found)


# ---- where to look ----

def resident(pid, first, last):
    """[(first, last)] of the pages that are there (in memory or swapped): the
    others have never been written to."""
    runs = []
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as f:
        entries = array.array("Q", os.pread(
            f.fileno(), (last - first) // PAGE * 8, first // PAGE * 8))
    for i, entry in enumerate(entries):
        at = first + i * PAGE
        if entry >> 62 == 0:
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + PAGE)
        else:
            runs.append((at, at + PAGE))
    return runs


def read_maps(pid):
    """[(first, last, name)] of the memory of a process that can hold more than
    what stands in a program file."""
    areas = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
        for line in f:
            word = line.split(None, 5)
            if word[1][0] != "r" or (word[1][1] != "w" and word[4] != "0"):
                continue
            first, last = (int(x, 16) for x in word[0].split("-"))
            name = word[5].strip() if len(word) > 5 else "anonymous"
            if name in ("[vvar]", "[vsyscall]", "[vdso]"):
                continue
            areas += [(*run, name) for run in resident(pid, first, last)]
    return areas


def show(data):
    return "".join(chr(b) if 32 <= b < 127 else "." for b in data)


def scan_bytes(needles, read, size, where):
    """Findings in size bytes that read(offset, length) gives, as lines."""
    longest = max(map(len, needles.what))
    lines, at = [], 0
    while at < size:
        data = read(at, min(CHUNK + longest, size - at))
        for offset, what in needles.find(data):
            if offset < CHUNK:
                lines.append(f"{where}+{at + offset:#x}: {what}: " + show(
                    data[max(0, offset - AROUND):offset + AROUND + 16]))
        at += CHUNK
    return lines


def scan_process(needles, name, pid):
    lines = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        def read(offset, length):
            try:
                return os.pread(mem.fileno(), length, first + offset)
            except OSError:
                return b""  # guard pages, devices
        for first, last, area in read_maps(pid):
            lines += scan_bytes(needles, read, last - first,
                                f"{name} {area} {first:#x}")
    return lines


def scan_file(needles, path):
    try:
        with open(path, "rb") as f:
            return scan_bytes(
                needles, lambda at, n: os.pread(f.fileno(), n, at),
                os.fstat(f.fileno()).st_size, path)
    except FileNotFoundError:
        return []  # a journal that was just rotated away


def files_below(folder):
    for here, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)
            if os.path.isfile(path):
                yield path


# ---- the test of the test ----

def test_scanner(tap, folder):
    """What was planted in a process and in a file is found."""
    secret = "Planted" + os.urandom(6).hex()
    needles = Needles()
    needles.text("planted", secret)
    child = subprocess.Popen(
        ["/usr/bin/python3", "-c",
         "import sys; x = sys.stdin.readline(); print(flush=True); "
         "y = x.encode('utf-16-le'); sys.stdin.readline()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdin.write(secret.encode() + b"\n")
    child.stdin.flush()
    child.stdout.readline()
    found = scan_process(needles, "child", child.pid)
    child.stdin.close()
    child.stdout.close()
    child.wait()
    tap.check(any("(plain)" in line for line in found),
              "the scanner finds a text in a process's memory")
    path = os.path.join(folder, "planted")
    for how, wrap in (("plain", lambda b: b), ("base64", base64.b64encode),
                      ("hex", lambda b: b.hex().encode()),
                      ("UTF-16", lambda b: b.decode().encode("utf-16-le"))):
        with open(path, "wb") as f:
            f.write(bytes(CHUNK - 9) + wrap(b"ab" + secret.encode() + b"yz"))
        tap.check(len(scan_file(needles, path)) > 0,
                  f"and in a file, across two reads ({how})")
    os.unlink(path)


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


def run(tap, site):
    needles, canaries = Needles(), [Canary() for _ in range(3)]
    petition = site.open_petitions()[0]
    before = site.processes()

    tap.check(len(before) == 1 + len(livesite.ROLES), "all roles are found",
              before)
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
    for text, o, h in links:
        secret = base64.b32decode(text.split("-")[1] + "======")
        needles.add("T", secret_spellings(
            secret, [text, text.split("-")[1], text.lower()]))
        needles.add("o", secret_spellings(
            base64.urlsafe_b64decode(o + "="), [o]))
        needles.text("the mail's fragment", f"{o}.{h}")
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
    time.sleep(1)
    report(tap, site, needles, "after signing again")
    tap.check(site.processes() == before, "no role died")


def main():
    mode, petitiond = sys.argv[1:]
    if mode != "served":
        return livesite.skip_all("a sanitizer keeps what is freed")
    if os.geteuid() != 0:
        return livesite.skip_all("only root can read the roles' memory")
    tap = livesite.Tap()
    site = livesite.Site(petitiond,
                         [("http", "trusted_proxies", "127.0.0.1")])
    try:
        test_scanner(tap, site.folder)
        run(tap, site)
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
