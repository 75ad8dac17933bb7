"""Plays the supervisor and web against real sealer, keeper, log and mailer.

The control line is that of src/role/control.h, frames are those of
src/role/link.h, messages those of src/role/message.h, written anew from them.
"""

import os
import re
import select
import socket
import struct
import time

WEB, SEALER, KEEPER, LOG, MAILER = range(5)
NAMES = ("web", "sealer", "keeper", "log", "mailer")


def _numbers(path, begin, prefix):
    """{NAME: number} of an enum in one of the headers, counted from 1."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    with open(os.path.join(top, path), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    body = text[text.index(begin):]
    names = re.findall(rf"\b{prefix}(\w+)", body[:body.index("}")])
    return {name: i + 1 for i, name in enumerate(names)}


# Numbers shift when a message is added; what is in them is written below.
MESSAGES = _numbers("src/role/message.h", "enum message {", "MSG_")
globals().update(MESSAGES)
globals().update(_numbers("src/role/control.h", "enum control_type {",
                          "CONTROL_"))


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def text(s):
    data = s if isinstance(s, bytes) else s.encode()
    return u16(len(data)) + data


def slots(*numbers):
    return u32(len(numbers)) + b"".join(map(u64, numbers))


class View:
    def __init__(self, data, kind=None):
        self.data, self.at, self.kind = data, 0, kind

    def take(self, n):
        self.at += n
        if self.at > len(self.data):
            raise ValueError("a frame ends early")
        return self.data[self.at - n:self.at]

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return struct.unpack(">H", self.take(2))[0]

    def u32(self):
        return struct.unpack(">I", self.take(4))[0]

    def u64(self):
        return struct.unpack(">Q", self.take(8))[0]

    def text(self):
        return self.take(self.u16())


class Link:
    """Our end of a channel; remembers every byte that came, and which types
    of messages went."""

    def __init__(self, sock):
        self.sock, self.data, self.heard = sock, b"", b""
        self.said = set()
        sock.settimeout(30)

    def send(self, kind, body=b""):
        self.said.add(kind)
        self.raw(u32(len(body) + 1) + bytes([kind]) + body)

    def raw(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # cut off: the next one is told by receive

    def receive(self, *kinds, seconds=30):
        """The next frame of one of these kinds, or None: cut off, or silence
        for so long."""
        end = time.monotonic() + seconds
        while True:
            while len(self.data) >= 4:
                n = struct.unpack(">I", self.data[:4])[0]
                if len(self.data) < 4 + n:
                    break
                frame, self.data = self.data[4:4 + n], self.data[4 + n:]
                if not kinds or frame[0] in kinds:
                    return View(frame[1:], frame[0])
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            try:
                more = self.sock.recv(1 << 16)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            self.heard += more
            self.data += more


class Role:
    """A role's process, as the supervisor starts it."""

    def __init__(self, petitiond, site, name, stderr):
        ours, theirs = socket.socketpair(
            socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.name, self.control = name, ours
        ours.settimeout(60)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.dup2(stderr, 2)
                fd = os.dup(theirs.fileno())
                os.dup2(fd, 3)
                os.closerange(4, 256)
                os.environ["LD_BIND_NOW"] = "1"
                os.execv(petitiond, ["petitiond", "--role", NAMES[name]])
            finally:
                os._exit(1)
        theirs.close()
        with open(os.path.join(site, "petitiond.conf"), "rb") as f:
            self.say(CONFIG, 0, f.read())
        self.give(os.path.join(site, NAMES[name]), 0)
        if name == LOG:
            self.give(os.path.join(site, "public"), 1)
        if name in (SEALER, KEEPER):
            with open(os.path.join(site, "credential.key"), "rb") as f:
                self.say(SECRET, 0, f.read())
        self.say(START, 0)
        self.hear(READY)

    def say(self, kind, what, body=b"", fd=None):
        socket.send_fds(self.control, [bytes([kind, what]) + body],
                        [] if fd is None else [fd])

    def give(self, folder, what):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self.say(FOLDER, what, b"", fd)
        os.close(fd)

    def hear(self, kind):
        while True:
            data = self.control.recv(1 << 16)
            if not data:
                raise RuntimeError(f"{NAMES[self.name]} ended")
            if data[0] == kind:
                return data[2:]

    def alive(self):
        try:
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False  # it was dead before

    def stop(self):
        try:
            self.say(STOP, 0)
        except OSError:
            pass
        self.control.close()  # an orphan leaves
        for _ in range(200):
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0] != 0:
                    return
            except ChildProcessError:
                return
            time.sleep(0.05)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def join(a, b):
    one, two = socket.socketpair()
    a.say(PEER, b.name, b"", one.fileno())
    b.say(PEER, a.name, b"", two.fileno())
    one.close()
    two.close()


def join_us(role):
    """web's end of a fresh channel to role."""
    ours, theirs = socket.socketpair()
    role.say(PEER, WEB, b"", theirs.fileno())
    theirs.close()
    return Link(ours)


# ---- messages ----

def form(number, rid, petition, hour, who):
    return (u32(number) + rid + u64(petition) + u32(hour) + b"\1\0" + u64(0) +
            bytes(16) + bytes([192, 0, 2, 7]) + bytes(12) + b"\4" +
            b"".join(map(text, ("192.0.2.7", who["name"], who["email"],
                                who["email"].lower(), who["canonical"],
                                who["slug"], who["postcode"], "GB"))))


def sealed(view):
    """[{...}] of a SEALED frame."""
    rows = []
    for _ in range(view.u32()):
        row = {"id": view.u32(), "err": view.u8(), "rid": view.take(16)}
        rows.append(row)
        if row["err"] != 0:
            continue
        row.update(slot=view.u64(), is_old=view.u8())
        if row["is_old"]:
            continue
        row["c"] = view.take(32)
        row["headers"] = [(view.u8(), view.take(16), view.text())
                          for _ in range(view.u8())]
        row.update(identity=view.text(), contact=view.text(),
                   job=view.text())
    return rows


def claim(number, slot, token):
    return u32(number) + u64(slot) + token


def claimed(view):
    return [{"id": view.u32(), "outcome": view.u8(), "slot": view.u64(),
             "petition": view.u64(), "c": view.take(32),
             "mac": view.take(32), "apart": view.u8()}
            for _ in range(view.u32())]


def leave(number, wish, slot, token):
    return u32(number) + bytes([wish]) + u64(slot) + token


def left(view):
    return [{"id": view.u32(), "outcome": view.u8(), "slot": view.u64(),
             "petition": view.u64(), "c": view.take(32),
             "mac": view.take(32)} for _ in range(view.u32())]


def event(seq, kind, petition, slot, c, mac, target=0):
    return (u64(seq) + bytes([kind]) + u16(0) + u64(petition) + u64(slot) +
            u64(target) + u64(0) + c + mac + b"\1")


def results(view):
    rows = []
    for _ in range(view.u32()):
        row = {"seq": view.u64(), "outcome": view.u8(), "promised": view.u8()}
        if row["promised"]:
            view.take(8 + 64)
        rows.append(row)
    return rows


def job(slot, petition, title, sealed_job, lang=""):
    return (u64(slot) + u64(petition) + b"\0" + text(lang) + text(title) +
            text(sealed_job))


def done(view):
    return ([view.u64() for _ in range(view.u32())],
            [view.u64() for _ in range(view.u32())])
