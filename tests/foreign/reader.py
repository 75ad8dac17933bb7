#!/usr/bin/python3
"""An independent reader of petitiond's formats, written from docs/formats.md.

    reader.py vectors          print the frozen vectors (vectors.json)
    reader.py frozen FILE      TAP: FILE is what `vectors` would print
    reader.py sample PROGRAM   TAP: open what PROGRAM (seal_sample.c) sealed

Needs Python's standard library, python3-cryptography for ChaCha20-Poly1305,
and the `age` program for epoch headers.  It shares no code with petitiond.
"""

import base64
import concurrent.futures
import hashlib
import hmac as stdlib_hmac
import json
import os
import struct
import subprocess
import sys
import tempfile

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


class Refused(Exception):
    """The bytes are not what the format says, or do not authenticate."""


def u64(value):
    return struct.pack(">Q", value)


def sha256(data):
    return hashlib.sha256(data).digest()


def hmac(key, *parts):
    return stdlib_hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def hkdf(salt, ikm, info, length):
    prk = hmac(salt, ikm)
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = hmac(prk, block, info, bytes([i]))
        out += block
        i += 1
    return out[:length]


# --- deterministic CBOR ----------------------------------------------------

def cbor_head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    raise ValueError(value)


def cbor(item):
    if item is True or item is False:
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return cbor_head(0, item)
    if isinstance(item, bytes):
        return cbor_head(2, len(item)) + item
    if isinstance(item, str):
        text = item.encode()
        return cbor_head(3, len(text)) + text
    if isinstance(item, list):
        return cbor_head(4, len(item)) + b"".join(map(cbor, item))
    if isinstance(item, dict):
        return cbor_head(5, len(item)) + b"".join(
            cbor(k) + cbor(item[k]) for k in sorted(item))
    raise TypeError(item)


def uncbor_item(data):
    if not data:
        raise Refused("CBOR ends early")
    first, rest = data[0], data[1:]
    major, info = first >> 5, first & 31
    if first in (0xf4, 0xf5):
        return first == 0xf5, rest
    if info < 24:
        value = info
    elif info <= 27:
        size = 1 << (info - 24)
        value, rest = int.from_bytes(rest[:size], "big"), rest[size:]
    else:
        raise Refused("CBOR of indefinite length")
    if major == 0:
        return value, rest
    if major in (2, 3):
        if len(rest) < value:
            raise Refused("CBOR string ends early")
        text = rest[:value]
        return (text if major == 2 else text.decode()), rest[value:]
    if major == 4:
        items = []
        for _ in range(value):
            item, rest = uncbor_item(rest)
            items.append(item)
        return items, rest
    if major == 5:
        pairs = {}
        for _ in range(value):
            key, rest = uncbor_item(rest)
            pairs[key], rest = uncbor_item(rest)
        return pairs, rest
    raise Refused("CBOR type that no body has")


def uncbor(data):
    item, rest = uncbor_item(data)
    if rest or cbor(item) != data:
        raise Refused("CBOR is not deterministic")
    return item


# --- sections 1 and 2: epochs and records -----------------------------------

def chain(epoch_id, seed):
    """mk(0), mk(1), ..."""
    ck = hkdf(epoch_id, seed, b"petition-seal/v1 epoch", 32)
    while True:
        yield hmac(ck, b"\x01")
        ck = hmac(ck, b"\x02")


def message_key(epoch_id, seed, seq):
    for i, mk in enumerate(chain(epoch_id, seed)):
        if i == seq:
            return mk


def record_keys(mk, lock, head):
    both = hkdf(lock, mk, b"petition-seal/v1 record" + head, 64)
    return both[:32], both[32:]


def parse_record(record):
    if len(record) < 88 or record[:4] != b"PSR1":
        raise Refused("no record")
    compartment, size_class = record[4], record[5]
    if compartment not in (1, 2, 3, 4) or size_class not in (1, 2, 4):
        raise Refused("compartment or class")
    if len(record) != 88 + size_class * 512 + 16:
        raise Refused("length")
    if record[6:8] != bytes(2) or record[28:32] != bytes(4):
        raise Refused("zero bytes that are not")
    seq, petition, slot, hour = (
        struct.unpack(">I", record[24:28])[0],
        *struct.unpack(">QQQ", record[32:56]))
    if seq >= 1024:
        raise Refused("number in the epoch")
    return {"compartment": compartment, "class": size_class,
            "epoch": record[8:24], "seq": seq, "petition": petition,
            "slot": slot, "hour": hour}


def open_record(record, epoch_id, seed, lock):
    head = parse_record(record)
    if head["epoch"] != epoch_id:
        raise Refused("another epoch")
    mk = message_key(epoch_id, seed, head["seq"])
    key, commitment = record_keys(mk, lock, record[:56])
    if not stdlib_hmac.compare_digest(commitment, record[56:88]):
        raise Refused("key commitment")
    try:
        padded = ChaCha20Poly1305(key).decrypt(
            bytes(12), record[88:], record[:88])
    except InvalidTag as e:
        raise Refused("tag") from e
    body = padded.rstrip(b"\0")
    if body[-1:] != b"\x80":
        raise Refused("padding")
    return body[:-1]


def seal_record(epoch_id, seed, compartment, seq, petition, slot, hour, lock,
                body, min_class=1):
    """Only for the vectors: petitiond never seals in Python."""
    size_class = next(c for c in (1, 2, 4)
                      if c >= min_class and len(body) < c * 512)
    head = (b"PSR1" + bytes([compartment, size_class, 0, 0]) + epoch_id +
            struct.pack(">I", seq) + bytes(4) +
            u64(petition) + u64(slot) + u64(hour))
    key, commitment = record_keys(
        message_key(epoch_id, seed, seq), lock, head)
    padded = (body + b"\x80").ljust(size_class * 512, b"\0")
    return head + commitment + ChaCha20Poly1305(key).encrypt(
        bytes(12), padded, head + commitment)


# --- sections 3 to 7 --------------------------------------------------------

def commitment(o, petition, email, name, identity_record):
    return hmac(o, b"petition-leaf/v1", u64(petition),
                sha256(cbor([email, name])), sha256(identity_record))


TAG_BITS = {1: 128, 2: 128, 3: 128, 4: 128, 5: 20, 6: 24,
            16: 64, 17: 64, 18: 64}


def half_tag(k1, value):
    return hmac(k1, value)


def tag(k2, purpose, half):
    bits = TAG_BITS[purpose]
    length = (bits + 7) // 8
    number = int.from_bytes(hmac(k2, half)[:length], "big")
    spare = length * 8 - bits
    return (number >> spare << spare).to_bytes(length, "big")


def mask(s, slot, compartment, lock):
    pad = hmac(s, b"lock", u64(slot), bytes([compartment]))
    return bytes(a ^ b for a, b in zip(lock, pad))


def base32(data):
    return base64.b32encode(data).decode().rstrip("=")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token_text(slot, token):
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    text = digits[slot % 32]
    while slot >= 32:
        slot //= 32
        text = digits[slot % 32] + text
    return text + "-" + base32(token)


def token_hash(slot, token):
    return sha256(b"petition-token/v1" + u64(slot) + token)[:16]


def form_token(key, petition, rid):
    return base64url(
        rid + hmac(key, b"petition-form/v1", u64(petition), rid)[:16])


def event_mac(m, kind, petition, slot, c):
    return hmac(m, b"petition-event/v1", bytes([kind]), u64(petition),
                u64(slot), c)


# --- section 8: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) ------------------

def hchacha20(key, nonce16):
    words = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce16))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8),
                              (c, d, b, 7)):
            words[x] = (words[x] + words[y]) & 0xffffffff
            mixed = words[z] ^ words[x]
            words[z] = (mixed << turn | mixed >> (32 - turn)) & 0xffffffff

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4,
                    12 + (column + 3) % 4)
    return struct.pack("<8I", *words[:4], *words[12:])


def xchacha(key, nonce):
    return (ChaCha20Poly1305(hchacha20(key, nonce[:16])),
            bytes(4) + nonce[16:])


def wrap(credential, petition, purpose, nonce, key):
    name = u64(petition) + struct.pack(">I", purpose) + bytes(4)
    cipher, short = xchacha(credential, nonce)
    return name + nonce + cipher.encrypt(short, key, name)


def read_ring(data, credential):
    """{(petition, purpose): key}; whatever lies behind the last whole entry
    is an append that a crash cut short."""
    keys = {}
    for at in range(0, len(data) // 88 * 88, 88):
        entry = data[at:at + 88]
        if entry == bytes(88):
            continue
        petition, purpose, zero = struct.unpack(">QII", entry[:16])
        if zero != 0:
            raise Refused("zero bytes that are not")
        cipher, short = xchacha(credential, entry[16:40])
        keys[petition, purpose] = cipher.decrypt(
            short, entry[40:], entry[:16])
    return keys


# --- the frozen vectors -------------------------------------------------------

def made(label, length=32):
    """Bytes that everybody can make again."""
    return hkdf(b"", label.encode(), b"petitiond vectors", length)


EMAIL, NAME = "Zoë.Example+spring@Example.org", "Zoë Example"
BIG_SLOT = 0x7edcba9876543210


def record_vectors():
    epoch_id, seed = made("epoch id", 16), made("epoch seed")
    long_name = "n" * 900
    bodies = [
        (1, {1: NAME, 2: EMAIL, 3: "SW1A1AA", 4: "GB", 5: "2001:db8::7",
             6: made("o"), 7: True}),
        (1, {1: long_name, 2: EMAIL, 3: "", 4: "", 5: "192.0.2.7",
             6: made("o"), 7: False}),
        (2, {1: NAME, 2: EMAIL}),
        (3, {1: NAME, 2: EMAIL, 3: 2}),
        (4, {1: 1, 2: EMAIL, 3: NAME, 4: made("token", 16), 5: made("o"),
             6: made("identity record"), 7: 300000, 8: BIG_SLOT}),
    ]
    records = []
    for seq, (compartment, body) in enumerate(bodies):
        lock = made(f"lock {seq}") if compartment != 4 else bytes(32)
        records.append({
            "compartment": compartment, "seq": seq, "petition": 300000,
            "slot": BIG_SLOT, "hour": 498739, "lock": lock.hex(),
            "min_class": 2 if compartment == 4 else 1,
            "body": cbor(body).hex(),
            "record": seal_record(
                epoch_id, seed, compartment, seq, 300000, BIG_SLOT, 498739,
                lock, cbor(body), 2 if compartment == 4 else 1).hex()})
    late = seal_record(epoch_id, seed, 1, 1023, 1, 2, 3, made("lock late"),
                       b"late")
    return {"id": epoch_id.hex(), "seed": seed.hex(), "records": records,
            "last": {"lock": made("lock late").hex(), "body": b"late".hex(),
                     "record": late.hex()}}


def tag_vectors():
    rows = []
    values = {1: b"zoe@example.org", 2: b"zoe@example.org",
              3: b"zoe@example.org\0zoeexample",
              4: b"zoe@example.org\0SW1A1AA", 5: b"SW1A1AA",
              6: b"example.org", 16: bytes([192, 0, 2, 7]),
              17: bytes([192, 0, 2, 0]),
              18: bytes.fromhex("20010db8000100000000000000000000")}
    for purpose, value in values.items():
        k1, k2 = made(f"k1 {purpose}"), made(f"k2 {purpose}")
        half = half_tag(k1, value)
        rows.append({"purpose": purpose, "k1": k1.hex(), "k2": k2.hex(),
                     "value": value.hex(), "half": half.hex(),
                     "tag": tag(k2, purpose, half).hex()})
    return rows


def vectors():
    record = record_vectors()
    identity_record = bytes.fromhex(record["records"][0]["record"])
    token, rid = made("token", 16), made("rid", 16)
    locks = [{"s": made("s").hex(), "slot": slot, "compartment": c,
              "lock": made("lock").hex(),
              "masked": mask(made("s"), slot, c, made("lock")).hex()}
             for slot, c in ((0, 1), (1, 2), (BIG_SLOT, 3))]
    return {
        "epoch": record,
        "commitment": {
            "o": made("o").hex(), "petition": 300000, "email": EMAIL,
            "name": NAME, "identity_record": identity_record.hex(),
            "c": commitment(made("o"), 300000, EMAIL, NAME,
                            identity_record).hex()},
        "tags": tag_vectors(),
        "locks": locks,
        "tokens": [{"slot": slot, "token": token.hex(),
                    "text": token_text(slot, token),
                    "hash": token_hash(slot, token).hex()}
                   for slot in (0, 31, 32, 6100000, BIG_SLOT)],
        "form": {"key": made("form key").hex(), "petition": 300000,
                 "rid": rid.hex(),
                 "text": form_token(made("form key"), 300000, rid)},
        "event": {"m": made("m").hex(), "type": 2, "petition": 300000,
                  "slot": BIG_SLOT, "c": made("c").hex(),
                  "mac": event_mac(made("m"), 2, 300000, BIG_SLOT,
                                   made("c")).hex()},
        "wrap": {"credential": made("credential").hex(), "petition": 300000,
                 "purpose": 18, "nonce": made("nonce", 24).hex(),
                 "key": made("key").hex(),
                 "entry": wrap(made("credential"), 300000, 18,
                               made("nonce", 24), made("key")).hex()},
    }


def vectors_text():
    return json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"


# --- tests ------------------------------------------------------------------

class Tap:
    def __init__(self):
        self.run = self.failed = 0

    def check(self, good, what):
        self.run += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.run} - {what}", flush=True)

    def done(self):
        print(f"1..{self.run}")
        return 1 if self.failed else 0


def refuses(record, *rest):
    try:
        open_record(record, *rest)
    except Refused:
        return True
    return False


def flips(data):
    """data with one bit changed, for each bit."""
    for at, byte in enumerate(data):
        for bit in range(8):
            yield data[:at] + bytes([byte ^ 1 << bit]) + data[at + 1:]


def test_swaps(tap):
    """Records of two people, two petitions, two epochs: a part of one in the
    place of another's opens with neither lock."""
    one, two = (made("epoch id", 16), made("epoch seed")), \
        (made("other id", 16), made("other seed"))
    lock, other = made("lock a"), made("lock b")
    a = seal_record(*one, 1, 0, 1, 2, 3, lock, b"a")
    tap.check(open_record(a, *one, lock) == b"a", "a record opens")
    for what, b, epoch in (
            ("another signer's", seal_record(*one, 1, 1, 1, 5, 3, other, b"b"),
             one),
            ("another petition's",
             seal_record(*one, 1, 1, 4, 5, 3, other, b"b"), one),
            ("another compartment's",
             seal_record(*one, 2, 1, 1, 2, 3, other, b"b"), one),
            ("another epoch's", seal_record(*two, 1, 0, 1, 2, 3, other, b"b"),
             two)):
        tap.check(open_record(b, *epoch, other) == b"b" and
                  refuses(b, *epoch, lock) and refuses(a, *one, other),
                  f"{what} record opens with its own lock alone")
        mixed = [a[:first] + b[first:last] + a[last:]
                 for first, last in ((4, 5), (8, 24), (24, 28), (32, 40),
                                     (40, 48), (48, 56), (56, 88), (88, 600),
                                     (600, 616), (0, 88), (56, 616))]
        tap.check(all(refuses(m, *e, key) for m in mixed if m not in (a, b)
                      for e in (one, two) for key in (lock, other)),
                  f"no part of {what} takes the place of this one's")
    # The number of a record that was before: other keys were used.
    again = seal_record(*one, 1, 7, 1, 2, 3, lock, b"a")
    tap.check(refuses(again[:24] + a[24:28] + again[28:], *one, lock),
              "a number that was used before opens no other record")


def test_frozen(path):
    tap = Tap()
    with open(path, encoding="ascii") as f:
        tap.check(f.read() == vectors_text(), "the vectors are made as frozen")
    # draft-irtf-cfrg-xchacha section 2.2.1
    tap.check(hchacha20(bytes(range(32)), bytes.fromhex(
        "000000090000004a0000000031415927")).hex() ==
        "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
        "HChaCha20's published vector")
    # RFC 5869 appendix A.1
    tap.check(hkdf(bytes(range(13)), b"\x0b" * 22,
                   bytes(range(0xf0, 0xfa)), 42).hex().startswith(
                       "3cb25f25faacd57a90434f64d0362f2a"), "HKDF's")
    test_swaps(tap)
    return tap.done()


def age(identity, header):
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(identity + "\n")
        f.flush()
        return subprocess.run(["age", "--decrypt", "-i", f.name],
                              input=header, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)


def open_header(identity, header):
    done = age(identity, header)
    done.check_returncode()
    return done.stdout


def test_header(tap, s):
    """age authenticates every bit of a header, the stanzas of other
    recipients and the line ends among them: none is ignored."""
    row = s["records"]["identity"]
    header = bytes.fromhex(row["header"])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        opened = [at for at, done in enumerate(pool.map(
            lambda changed: age(row["identity"], changed), flips(header)))
            if done.returncode == 0]
    for bit in opened:
        print(f"# bit {bit} of {8 * len(header)}")
    tap.check(opened == [], "a header with any of its bits changed does not "
              "open")
    cut = [n for n in range(0, len(header), 7)
           if age(row["identity"], header[:n]).returncode == 0]
    tap.check(cut == [], "nor does one that ends early")
    tap.check(age(row["identity"], header + b"x").returncode != 0,
              "nor one with more behind it")
    for part in ("contact", "standing", "mail"):
        plain = age(row["identity"], bytes.fromhex(
            s["records"][part]["header"])).stdout
        tap.check(plain == b"" or refuses(
            bytes.fromhex(row["record"]), plain[:16], plain[16:],
            bytes.fromhex(row["lock"])),
                  f"the header of {part} opens no identity record")


def test_record(tap, s, part):
    row = s["records"][part]
    record = bytes.fromhex(row["record"])
    lock = bytes.fromhex(row["lock"])
    plain = open_header(row["identity"], bytes.fromhex(row["header"]))
    tap.check(len(plain) == 48, f"{part}: Debian's age opens the header")
    epoch_id, seed = plain[:16], plain[16:]
    head = parse_record(record)
    tap.check(head["epoch"] == epoch_id and head["petition"] == s["petition"]
              and head["slot"] == s["slot"] and head["hour"] == s["hour"],
              f"{part}: the clear part")
    body = uncbor(open_record(record, epoch_id, seed, lock))
    tap.check(all(refuses(changed, epoch_id, seed, lock)
                  for changed in flips(record)),
              f"{part}: refused with any bit changed")
    tap.check(all(refuses(record, epoch_id, seed, changed)
                  for changed in flips(lock)),
              f"{part}: refused with any bit of the lock changed")
    tap.check(part == "mail" or refuses(record, epoch_id, seed, bytes(32)),
              f"{part}: refused without its lock")
    tap.check(all(refuses(record, epoch_id, changed, lock)
                  for changed in flips(seed)),
              f"{part}: refused with any bit of the seed changed")
    return body


def test_values(tap, s, identity):
    o, c = identity[6], bytes.fromhex(s["c"])
    record = bytes.fromhex(s["records"]["identity"]["record"])
    tap.check(commitment(o, s["petition"], s["email"], s["name"], record) == c,
              "the commitment")
    keys = read_ring(bytes.fromhex(s["ring"]), bytes.fromhex(s["credential"]))
    week = s["hour"] // 168
    e2, ip = s["email_canonical"].encode(), bytes.fromhex(s["ip"])
    values = {1: s["email_lower"].encode(), 2: e2,
              3: e2 + b"\0" + s["slug"].encode(),
              4: e2 + b"\0" + s["postcode"].encode(),
              5: s["postcode"].encode(), 6: e2.rpartition(b"@")[2], 16: ip,
              17: ip[:8].ljust(16, b"\0"), 18: ip[:6].ljust(16, b"\0")}
    for row in s["tags"]:
        purpose = row["purpose"]
        key = keys[week if purpose >= 16 else s["petition"], purpose]
        half = half_tag(key, values[purpose])
        tap.check(half.hex() == row["half"], f"half-tag {purpose}")
        k2 = bytes.fromhex(s["k2"])
        tap.check(tag(k2, purpose, half).hex() == row["tag"],
                  f"tag {purpose}")
    for compartment, part in ((1, "identity"), (2, "contact")):
        row = s["records"][part]
        masked = mask(bytes.fromhex(s["k2"]), s["slot"], compartment,
                      bytes.fromhex(row["lock"]))
        tap.check(masked.hex() == row["masked"], f"{part}: the masked lock")


def test_job(tap, s, job, identity):
    tap.check(job[1] == 0 and job[2] == s["email"] and job[3] == s["name"] and
              job[5] == identity[6] and job[7] == s["petition"] and
              job[8] == s["slot"], "the mail job")
    record = bytes.fromhex(s["records"]["identity"]["record"])
    tap.check(job[6] == sha256(record), "the job's hash of the record")
    tap.check(token_text(s["slot"], job[4]) == s["token_text"],
              "the token's text")
    tap.check(token_hash(s["slot"], job[4]).hex() == s["token_hash"],
              "the token's hash")


def test_passphrase(tap, s):
    """Debian's age asks a terminal for a passphrase: `script` gives it one."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sealed.age")
        with open(path, "wb") as f:
            f.write(bytes.fromhex(s["passphrase_file"]))
        out = os.path.join(folder, "plain")
        run = subprocess.run(
            ["script", "--quiet", "--return", "--command",
             f"age --decrypt -o {out} {path}", "/dev/null"],
            input=s["passphrase"].encode() + b"\n", stdout=subprocess.PIPE)
        good = run.returncode == 0
        if good:
            with open(out, encoding="utf-8") as f:
                good = f.read() == s["passphrase_plain"]
    tap.check(good, "Debian's age opens a file under a passphrase")


def test_sample(program):
    tap = Tap()
    s = json.loads(subprocess.run([program], check=True,
                                  stdout=subprocess.PIPE).stdout)
    identity = test_record(tap, s, "identity")
    tap.check(identity == {1: s["name"], 2: s["email"], 3: s["postcode"],
                           4: s["country"], 5: s["ip_text"],
                           6: identity[6], 7: True} and
              len(identity[6]) == 32, "the identity body")
    contact = test_record(tap, s, "contact")
    tap.check(contact == {1: s["name"], 2: s["email"]}, "the contact body")
    standing = test_record(tap, s, "standing")
    tap.check(standing == {1: s["name"], 2: s["email"], 3: 1},
              "the standing body")
    job = test_record(tap, s, "mail")
    tap.check(s["records"]["mail"]["lock"] == "00" * 32, "a job has no lock")
    test_header(tap, s)
    test_values(tap, s, identity)
    test_job(tap, s, job, identity)
    test_passphrase(tap, s)
    return tap.done()


def main(argv):
    if argv[1:] == ["vectors"]:
        sys.stdout.write(vectors_text())
        return 0
    if len(argv) == 3 and argv[1] == "frozen":
        return test_frozen(argv[2])
    if len(argv) == 3 and argv[1] == "sample":
        return test_sample(argv[2])
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
