#!/usr/bin/env python3
"""Builds sample logs from docs/log.md alone, for testing verifiers.

usage: make_log.py DIR SIZE   an honest log of SIZE leaves below DIR, with a
                              promise that was kept in DIR/promise

As a module: Log builds leaf by leaf and keeps its own count; its methods
write whatever they are told, so a test can lie.  Only the standard library
and python3-cryptography are used, and nothing of petitiond.
"""
import base64
import hashlib
import hmac
import json
import os
import struct
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

PETITION, SIGN, INVALIDATE, WITHDRAW, RESTORE, TALLY = 1, 2, 3, 4, 5, 6
CLOSE, KEY, SHRED, ACCESS, AUDIT, CODE = 7, 8, 9, 10, 11, 13
HOST = "petitions.example.org"
HOUR = 491_000  # in January 2026


def sha(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


class Signer:
    """An Ed25519 key with a signed-note name, from a fixed seed."""

    def __init__(self, name, seed):
        self.name = name
        self.key = ed25519.Ed25519PrivateKey.from_private_bytes(sha(seed))
        public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        typed = b"\x01" + public
        self.id = sha(name.encode() + b"\n" + typed)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(typed)}"

    def note(self, text):
        signature = self.id + self.key.sign(text.encode())
        return f"{text}\n\u2014 {self.name} {b64(signature)}\n"


def split_point(n):
    """The largest power of two below n (RFC 6962, 2.1)."""
    return 1 << (n - 1).bit_length() - 1


def root_of(hashes):
    """The tree hash as RFC 6962 defines it, not as we compute it."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split_point(len(hashes))
    return sha(b"\x01" + root_of(hashes[:k]) + root_of(hashes[k:]))


def tile_path(n):
    """C2SP: three digits a part, x before all but the last."""
    parts = [f"{n % 1000:03}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03}")
    return "/".join(parts)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


class Log:
    """One year's log; after is the log of an earlier year, which goes on.
    A SIGN leaf is known by its year and index."""

    def __init__(self, folder, host=HOST, year=2026, seed=b"sample",
                 after=None):
        self.folder, self.host, self.year = folder, host, year
        self.years = (after.years if after else []) + [year]
        self.signer = Signer(f"{host}/log", seed + b" checkpoint")
        self.promiser = Signer(f"{host}/promise", seed + b" promise")
        self.leaves = []
        self.signed = 0
        self.first_hour = HOUR + (year - 2026) * 8760
        self.hour = self.first_hour
        self.petitions = after.petitions if after else {}

    def leaf(self, kind, petition=0, target=0, c=bytes(32), reason=0,
             version=1, aux=0):
        """Append any leaf at all; give its index."""
        self.leaves.append(struct.pack(
            ">BBHIQQQ", version, kind, reason, self.hour, petition, target,
            aux) + c)
        return len(self.leaves) - 1

    def document(self, data):
        path = os.path.join(self.folder, "doc", sha(data).hex())
        write(path, data)
        return sha(data)

    def petition(self, number, carried=0, title=None, **wrong):
        doc = {"id": number, "action": title or f"Mend bridge {number}",
               "background": "It sways.", "additional_details": "",
               "opened_at": "2026-01-05T08:00:00Z",
               "closing_date": "2026-07-05", "carried_over": carried}
        doc.update(wrong)
        text = json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
        self.petitions.setdefault(number, {
            "carried": carried, "signs": set(), "invalid": set(),
            "withdrawn": set()})
        return self.leaf(PETITION, number, carried,
                         self.document(text.encode()))

    def commitment(self, petition, n):
        return sha(b"somebody %d %d %d" % (petition, self.year, n))

    def sign(self, petition, c=None):
        self.signed += 1
        index = self.leaf(SIGN, petition,
                          c=c or self.commitment(petition, self.signed))
        self.petitions[petition]["signs"].add((self.year, index))
        return self.year, index

    def mark(self, kind, petition, target, reason=None):
        """INVALIDATE, WITHDRAW or RESTORE."""
        p = self.petitions[petition]
        if kind == INVALIDATE:
            p["invalid"].add(target)
        elif kind == RESTORE:
            p["invalid"].discard(target)
        else:
            p["withdrawn"].add(target)
        if reason is None:
            reason = 1 if kind == INVALIDATE else 0
        year, index = target
        return self.leaf(kind, petition, index, reason=reason,
                         aux=0 if year == self.year else year)

    def tally(self, petition, **wrong):
        doc = {"id": petition,
               "carried_over": self.petitions[petition]["carried"],
               "signature_count": self.count(petition)}
        doc.update(wrong)
        return self.leaf(TALLY, petition,
                         c=self.document(json.dumps(doc).encode()))

    def count(self, petition):
        p = self.petitions[petition]
        gone = p["invalid"] | p["withdrawn"]
        return p["carried"] + len(p["signs"]) - len(gone)

    def expected(self):
        """What a verifier's JSON must say of each petition."""
        rows = {}
        for number, p in self.petitions.items():
            rows[number] = {
                "carried_over": p["carried"], "signed": len(p["signs"]),
                "invalidated": len(p["invalid"] - p["withdrawn"]),
                "withdrawn": len(p["withdrawn"]),
                "count": self.count(number)}
        return rows

    def root(self, size=None):
        return root_of([sha(b"\x00" + leaf) for leaf in self.leaves[:size]])

    def path(self, name):
        return os.path.join(self.folder, "log", str(self.year), name)

    def checkpoint(self, size=None, root=None, origin=None):
        size = len(self.leaves) if size is None else size
        text = "{}\n{}\n{}\n".format(
            origin or f"{self.host}/log/{self.year}", size,
            b64(root or self.root(size)))
        return self.signer.note(text)

    def write_checkpoint(self, note=None):
        write(self.path("checkpoint"), (note or self.checkpoint()).encode())

    def entries_path(self, n, width):
        tail = f".p/{width}" if width < 256 else ""
        return self.path(f"tile/entries/{tile_path(n)}{tail}")

    def write_entries(self):
        for n in range(0, len(self.leaves), 256):
            part = self.leaves[n:n + 256]
            write(self.entries_path(n // 256, len(part)),
                  b"".join(struct.pack(">H", 64) + x for x in part))

    def write_tiles(self):
        level, hashes = 0, [sha(b"\x00" + leaf) for leaf in self.leaves]
        while hashes:
            for n in range(0, len(hashes), 256):
                part = hashes[n:n + 256]
                tail = f".p/{len(part)}" if len(part) < 256 else ""
                write(self.path(f"tile/{level}/{tile_path(n // 256)}{tail}"),
                      b"".join(part))
            full = len(hashes) // 256
            hashes = [root_of(hashes[n * 256:n * 256 + 256])
                      for n in range(full)]
            level += 1

    def write_keys(self):
        write(os.path.join(self.folder, "log", "keys"),
              f"checkpoint {self.signer.vkey}\n"
              f"promise {self.promiser.vkey}\n".encode())

    def write_years(self, text=None):
        """The list of this year and those before it, or any text."""
        if text is None:
            text = "".join(f"{year:04}\n" for year in self.years)
        write(os.path.join(self.folder, "log", "years"), text.encode())

    def write(self):
        self.write_keys()
        self.write_years()
        self.write_entries()
        self.write_tiles()
        self.write_checkpoint()

    def promise(self, petition, c, deadline):
        return self.promiser.note("{}/promise/v1\n{}\n{}\n{}\n".format(
            self.host, petition, b64(c), deadline))


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def cbor_text(text):
    data = text.encode()
    n = len(data)
    head = (bytes([0x60 + n]) if n < 24 else bytes([0x78, n]) if n < 256
            else b"\x79" + n.to_bytes(2, "big"))
    return head + data


class Receipt:
    """What a signer saves (docs/log.md, section 7)."""

    def __init__(self, name="Zo\u00eb Example", email="zoe@example.org"):
        self.name, self.email, self.petition = name, email, 1
        self.o, self.h = sha(b"o"), sha(b"record")
        person = sha(b"\x82" + cbor_text(email) + cbor_text(name))
        self.c = hmac.new(self.o, b"petition-leaf/v1" + struct.pack(">Q", 1) +
                          person + self.h, "sha256").digest()

    def text(self, promise="", **other):
        v = {"site": "https://petitions.example.org",
             "petition": self.petition, "commitment": b64url(self.c),
             "secret": b64url(self.o), "record": b64url(self.h),
             "name": self.name, "email": self.email, **other}
        return "petition receipt/v1\n" + "".join(
            f"{k} {v[k]}\n" for k in v) + (f"\n{promise}" if promise else "")


def openings(log, signs):
    """A history's first leaves, every type of leaf that needs no other."""
    bridge = "Mend the bridge \u2713"
    return [
        lambda: log.petition(1, carried=0, title=bridge),
        lambda: signs[1].append(log.sign(1)),
        lambda: log.leaf(KEY, c=log.document(b"identity\tage1x\tdesk\n")),
        lambda: log.leaf(CODE, c=log.document(b"0" * 64 + b"  petitiond\n")),
        lambda: log.petition(2, carried=17),
        lambda: log.tally(2),
        lambda: log.leaf(ACCESS, 1, 3),
        lambda: log.leaf(AUDIT, c=log.document(b"all well\n")),
        lambda: log.leaf(ACCESS, 0, 1),
        lambda: log.leaf(SHRED, 2, reason=1, c=log.document(b"keys\n")),
        lambda: log.petition(1, title=bridge),
        lambda: log.petition(4, carried=5),
        lambda: log.sign(4),
    ]


def honest(folder, size, after=None, **options):
    """A log of size leaves with every type of leaf that finds room.  After
    an earlier year's it goes on with that one's petitions and SIGNs."""
    log = Log(folder, after=after, **options)
    signs = {p: sorted(log.petitions.get(p, {"signs": ()})["signs"])
             for p in (1, 2)}
    first = [] if after else openings(log, signs)
    while len(log.leaves) < size:
        n = len(log.leaves)
        p = 1 + n % 2
        if n < len(first):
            first[n]()
        elif n == size - 1 and n > 100 and not after:
            log.leaf(CLOSE, 4, log.count(4))
        elif n % 11 == 5 and signs[p]:
            kind = (INVALIDATE, WITHDRAW, RESTORE)[n // 11 % 3]
            log.mark(kind, p, signs[p][n * 7 % len(signs[p])])
        else:
            signs[p].append(log.sign(p))
        log.hour = log.first_hour + n // 500
    return log


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, size = sys.argv[1], int(sys.argv[2])
    log = honest(folder, size)
    log.write()
    for leaf in log.leaves:
        if leaf[1] == SIGN:
            write(os.path.join(folder, "promise"), log.promise(
                struct.unpack(">Q", leaf[8:16])[0], leaf[32:],
                (HOUR + 25) * 3600).encode())
            break


if __name__ == "__main__":
    main()
