"""The page of disk.c: a site whose disk and clock are ours, and what a disk
may look like after the power was cut.

What is certain is what POSIX says: a write is on the disk if its file was
synced after it, an entry of a folder if that folder was.  Of all else the disk
may have any part, sector by sector and entry by entry.
"""
import mmap
import os
import shutil
import stat
import struct

from server import ROLES, Failure, Site

PAGE_BYTES = 1 << 30
RECORDS_AT = 4096
SECTOR = 512
MADE, WRITTEN, CUT, RENAMED, REMOVED, SYNCED = range(1, 7)
MAGIC = 0x6b736944

# struct page of disk.c
TAIL, STAMP, REFUSED, END, DEV, OFF, FULL, ROOM, WALL = \
    0, 8, 16, 24, 32, 40, 44, 48, 56
MONO = WALL + 8 * (len(ROLES) + 1)
BITS = {role: 1 << (i + 1) for i, role in enumerate(ROLES)}


class Disk:
    def __init__(self, dev):
        self.fd = os.memfd_create("disk")
        self.dev = dev
        self.wall_ms = [0] * (len(ROLES) + 1)
        self.mono_ms = 0
        self.clear()

    def put(self, form, at, value):
        os.pwrite(self.fd, struct.pack(form, value), at)

    def get(self, form, at):
        return struct.unpack(
            form, os.pread(self.fd, struct.calcsize(form), at))[0]

    def clear(self):
        """No records, power on, room for all; nobody may be running."""
        os.ftruncate(self.fd, 0)
        os.ftruncate(self.fd, PAGE_BYTES)
        self.put("=Q", TAIL, RECORDS_AT)
        self.put("=Q", END, PAGE_BYTES)
        self.put("=Q", DEV, self.dev)
        for i, ms in enumerate(self.wall_ms):
            self.put("=q", WALL + 8 * i, ms)
        self.put("=q", MONO, self.mono_ms)

    def power_off(self):
        self.put("=I", OFF, 1)

    def fill(self, roles, room):
        """So many pieces more fit for each of these; then none does."""
        self.put("=i", ROOM, room)
        self.put("=I", FULL, sum(BITS[role] for role in roles))

    def refused(self):
        return self.get("=Q", REFUSED)

    def move_clock(self, role, seconds):
        """The time of day of a role, or of all; kept by clear."""
        for i, name in enumerate(("supervisor",) + ROLES):
            if role in (name, "all"):
                self.wall_ms[i] = seconds * 1000
                self.put("=q", WALL + 8 * i, seconds * 1000)

    def let_pass(self, seconds):
        """Time, for everybody at once; by the monotonic clock alone."""
        self.mono_ms += seconds * 1000
        self.put("=q", MONO, self.mono_ms)

    def records(self):
        end = self.get("=Q", TAIL)
        if end > PAGE_BYTES:
            raise Failure("more was written than the tester has room for")
        found = []
        with mmap.mmap(self.fd, PAGE_BYTES, prot=mmap.PROT_READ) as m:
            at = RECORDS_AT
            while at < end:
                magic, size, began, ended, a, b, c, kind, n = \
                    struct.unpack_from("=IIQQQQQII", m, at)
                if magic != MAGIC:
                    at += 8  # whoever was writing it down is dead
                    continue
                found.append(Record(began, ended, kind, (a, b, c),
                                    m[at + 56:at + 56 + n]))
                at += size
        found.sort(key=lambda r: r.began)
        return found

    def close(self):
        os.close(self.fd)


class Record:
    def __init__(self, began, ended, kind, args, data):
        self.began, self.ended, self.kind = began, ended, kind
        self.args, self.data = args, data
        self.safe = False


class Node:
    """A file or a folder, as the disk has it."""

    def __init__(self, mode, source=None):
        self.mode = mode
        self.source = source  # where its contents were before
        self.entries = {}     # of a folder: name -> Node
        self.changes = []     # to a file: (offset, bytes) or size
        self.path = ""

    def is_folder(self):
        return stat.S_ISDIR(self.mode)


def read_tree(path, source, found):
    """The Node of a folder and all below; found: inode -> Node.  Inodes are
    those of path, contents those of source, a copy."""
    node = Node(os.stat(path).st_mode)
    found[os.stat(path).st_ino] = node
    for entry in os.scandir(path):
        st = entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            child = read_tree(entry.path, f"{source}/{entry.name}", found)
        elif entry.is_file(follow_symlinks=False):
            child = Node(st.st_mode, f"{source}/{entry.name}")
        else:
            continue
        found[st.st_ino] = child
        node.entries[entry.name] = child
    return node


def copy_file(source, target):
    """Slots stand far apart, so the files have holes."""
    with open(source, "rb") as a, open(target, "wb") as b:
        size = os.fstat(a.fileno()).st_size
        at = 0
        while at < size:
            try:
                at = os.lseek(a.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(a.fileno(), at, os.SEEK_HOLE)
            a.seek(at)
            b.seek(at)
            while at < hole:
                part = a.read(min(1 << 20, hole - at))
                b.write(part)
                at += len(part)
        b.truncate(size)
    shutil.copymode(source, target)


def copy_tree(source, target):
    os.mkdir(target)
    shutil.copymode(source, target)
    for entry in os.scandir(source):
        to = f"{target}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            copy_tree(entry.path, to)
        elif entry.is_file(follow_symlinks=False):
            copy_file(entry.path, to)


class Cut:
    """One look at the disk after the power went."""

    def __init__(self, records, top, nodes, rng, forget=None):
        self.records = records
        self.top = top
        self.nodes = dict(nodes)  # inode -> Node, as of the record at hand
        self.rng = rng
        self.forget = forget or (lambda path: False)
        self.names(top, "")

    def names(self, node, path):
        """Where things are meant to be: for the syncs to forget."""
        node.path = path
        for name, child in node.entries.items():
            self.names(child, f"{path}/{name}".lstrip("/"))

    # ---- what is certain ----

    def mark_safe(self):
        """Backwards: how far each file and folder was synced at last."""
        last = {}     # Node -> stamp of the last sync's begin
        everything = 0
        for r, touched in reversed(self.touched()):
            if r.kind == SYNCED:
                if r.ended == 0:
                    continue
                if r.args[0] == 0:
                    everything = max(everything, r.began)
                elif touched and not self.forget(touched[0].path):
                    node = touched[0]
                    last[node] = max(last.get(node, 0), r.began)
            elif r.ended != 0:
                synced = max([everything] + [last.get(n, 0)
                                             for n in touched])
                r.safe = r.ended < synced

    def touched(self):
        """[(record, nodes)]: inodes are given again, so by the order."""
        nodes = self.nodes
        found = []
        for r in self.records:
            a, b, c = r.args
            if r.kind == MADE:
                if r.ended == 0 and b == 0:
                    continue
                parent = nodes.get(a)
                node = nodes[b] = Node(c)
                r.node = node
                if parent is None:
                    continue
                r.parents = (parent, parent)
                node.path = f"{parent.path}/{r.data.decode()}".lstrip("/")
            elif r.kind in (REMOVED, RENAMED):
                r.parents = (nodes.get(a), nodes.get(b if r.kind == RENAMED
                                                     else a))
                if None in r.parents:
                    continue
                r.node = nodes.get(c)
                if r.kind == RENAMED and r.node is not None:
                    r.node.path = r.parents[1].path + "/" + \
                        r.data.split(b"\0")[1].decode()
            elif a != 0:
                r.node = nodes.get(a)
                if r.node is None:
                    continue
                found.append((r, (r.node,)))
                continue
            else:
                found.append((r, ()))
                continue
            found.append((r, r.parents))
        self.known = [r for r, _ in found]
        return found

    # ---- what is left ----

    def choose(self, how):
        """Mark what survives: r.kept is True, False, or a chance."""
        open_ones = [r for r in self.known if not r.safe]
        upto = self.rng.choice(open_ones).began if open_ones else 0
        chance = self.rng.choice((0.1, 0.5, 0.9))
        for r in self.known:
            is_data = r.kind == WRITTEN
            if r.safe:
                r.kept = 1
            elif how == "none":
                r.kept = 0
            elif how == "prefix" or (how == "ordered" and not is_data):
                r.kept = r.began <= upto
            else:
                r.kept = chance
        return len(open_ones)

    def pieces(self, r):
        """The parts of a write that are on the disk, by sector."""
        at = r.args[1]
        if r.kept == 1:
            return [(at, r.data)]
        found = []
        i = 0
        while i < len(r.data):
            n = min(SECTOR - (at + i) % SECTOR, len(r.data) - i)
            if self.rng.random() < r.kept:
                found.append((at + i, r.data[i:i + n]))
            i += n
        return found

    def apply(self):
        lost = 0
        for r in self.known:
            if r.kind == SYNCED or r.kept == 0:
                lost += r.kept == 0 and r.kind != SYNCED
            elif r.kind == WRITTEN:
                r.node.changes += self.pieces(r)
            elif r.kept < 1 and self.rng.random() >= r.kept:
                lost += 1
            elif r.kind == CUT:
                r.node.changes.append(r.args[1])
            else:
                self.apply_name(r)
        return lost

    def apply_name(self, r):
        old, new = r.parents
        if r.kind == MADE:
            new.entries[r.data.decode()] = r.node
        elif r.kind == REMOVED:
            old.entries.pop(r.data.decode(), None)
        else:
            was, now = (name.decode() for name in r.data.split(b"\0"))
            if r.node is None:
                return
            if old.entries.get(was) is r.node:
                del old.entries[was]
            new.entries[now] = r.node

    # ---- writing it ----

    def write(self, path):
        self.write_folder(self.top, path)

    def write_folder(self, node, path):
        os.mkdir(path)
        os.chmod(path, stat.S_IMODE(node.mode))
        for name, child in node.entries.items():
            if name.endswith("-shm"):
                continue  # memory shared by processes: nobody's to keep
            if child.is_folder():
                self.write_folder(child, f"{path}/{name}")
            else:
                self.write_file(child, f"{path}/{name}")

    def write_file(self, node, path):
        if node.source is None:
            with open(path, "wb"):
                pass
        else:
            copy_file(node.source, path)
        os.chmod(path, stat.S_IMODE(node.mode))
        with open(path, "r+b") as f:
            for change in node.changes:
                if isinstance(change, int):
                    f.truncate(change)
                else:
                    f.seek(change[0])
                    f.write(change[1])


class OwnDisk(Site):
    """A site whose processes have disk.c before libc."""

    def __init__(self, build, *more):
        self.shim = os.path.abspath(
            os.path.join(build, "tests/kill/kill_disk.so"))
        self.disk = None
        super().__init__(build, *more)
        self.disk = Disk(os.stat(self.path).st_dev)

    def environment(self):
        return dict(super().environment(), LD_PRELOAD=self.shim,
                    PETITIOND_DISK_FD=str(self.disk.fd))

    def inherited(self):
        return super().inherited() + [self.disk.fd]

    # ---- power ----

    def keep_copy(self):
        """What the disk has for certain before a start."""
        self.forget_copy()
        copy_tree(self.path, self.path + "-before")
        self.nodes = {}
        self.top = read_tree(self.path, self.path + "-before", self.nodes)
        self.disk.clear()

    def forget_copy(self):
        shutil.rmtree(self.path + "-before", ignore_errors=True)

    def start(self):
        self.keep_copy()
        super().start()

    async def cut_power(self, how, rng, forget=None):
        """(changes that no sync had made certain, how many are lost)."""
        self.disk.power_off()
        await self.kill_all()
        cut = Cut(self.disk.records(), self.top, self.nodes, rng, forget)
        cut.mark_safe()
        unsynced = cut.choose(how)
        lost = cut.apply()
        shutil.rmtree(self.path)
        cut.write(self.path)
        return unsynced, lost

    def close(self):
        super().close()
        self.forget_copy()
        self.disk.close()
