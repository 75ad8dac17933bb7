"""Looks for texts and secrets, in all their spellings, in files and in the
memory of processes.  Reading another's memory takes root.
"""

import array
import base64
import mmap
import os
import re
import subprocess
import tempfile
import urllib.parse

CHUNK = 4 << 20
PAGE = mmap.PAGESIZE
AROUND = 24
SMALL = 16 << 10


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
        self.lines = None

    def add(self, what, forms):
        for how, needle in forms.items():
            if len(needle) >= 4:
                self.what.setdefault(needle, f"{what} ({how})")

    def text(self, what, text):
        self.add(what, spellings(text))

    def hex_lines(self):
        """A file of them all for grep, whose patterns hold no line feed."""
        if self.lines is None or self.lines[0] != len(self.what):
            f = tempfile.NamedTemporaryFile("w", encoding="ascii")
            f.writelines(needle.hex() + "\n" for needle in self.what)
            f.flush()
            self.lines = len(self.what), f
        return self.lines[1].name

    def may_be_in(self, data):
        """grep looks for hundreds of texts at once, bytes.find for one."""
        if len(data) < SMALL:
            return True
        return subprocess.run(
            ["grep", "-q", "-F", "-f", self.hex_lines()],
            input=data.hex().encode(), check=False).returncode != 1

    def find(self, data):
        """[(offset, what)]"""
        found = []
        if not self.may_be_in(data):
            return found
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
