#!/usr/bin/env python3
"""pseudo.py - a pseudo-language from right to left: pseudo.py EN.mo OUT.mo

Every letter becomes an Arabic one, every message stands in brackets and is
some letters longer, dates begin with the year, and thousands have another
sign.  A page in it that shows a Latin letter has a word built in.  Places
({1}) and the brackets of links stay.
"""
import pathlib
import re
import struct
import sys

LATIN = "abcdefghijklmnopqrstuvwxyz"
ARABIC = "ابجدهوزحطيكلمنسعفصقرشتثخذض"
LETTERS = {**dict(zip(LATIN, ARABIC)), **dict(zip(LATIN.upper(), ARABIC))}
SPECIAL = {"1,000": "1'000", "{1} {2} {3}": "⟦{3} {2} {1}⟧"}
# Places, URLs and addresses stay as they are.
KEPT = re.compile(r"(\{[1-9]\}|https?://\S+|%[A-Z])")
HEADER = ("Content-Type: text/plain; charset=UTF-8\n"
          "Language: ar-XB\nX-Language-Name: ⟦شقشدهت⟧\nX-Direction: rtl\n"
          "Plural-Forms: nplurals=2; plural=n!=1;\n")


def mirror(text):
    if text in SPECIAL:
        return SPECIAL[text]
    parts = KEPT.split(text)
    parts[::2] = ["".join(LETTERS.get(c, c) for c in p) for p in parts[::2]]
    return "⟦" + "".join(parts) + " ـ" + "ـ" * (len(text) // 4) + "⟧"


def catalogue(path):
    """{id: text}, the forms of each separated by NUL, as in the file."""
    data = pathlib.Path(path).read_bytes()
    magic, _, count, ids, texts = struct.unpack_from("<5I", data)
    if magic != 0x950412DE:
        sys.exit(f"{path}: no .mo file of this machine")
    found = {"": HEADER}
    for i in range(count):
        key, text = (data[at:at + size].decode() for size, at in (
            struct.unpack_from("<II", data, table + 8 * i)
            for table in (ids, texts)))
        if key:
            found[key] = "\0".join(map(mirror, text.split("\0")))
    return found


def write(path, messages):
    rows = sorted((k.encode(), v.encode()) for k, v in messages.items())
    at = 28 + 16 * len(rows)
    tables, texts = [b"", b""], b""
    for column in (0, 1):
        for row in rows:
            tables[column] += struct.pack("<II", len(row[column]),
                                          at + len(texts))
            texts += row[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28,
                       28 + 8 * len(rows), 0, at)
    pathlib.Path(path).write_bytes(head + tables[0] + tables[1] + texts)


if __name__ == "__main__":
    write(sys.argv[2], catalogue(sys.argv[1]))
