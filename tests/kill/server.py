"""A demo site and its processes: made, started, killed, looked at.

Roles are found as the supervisor's children by their command line.  Faults are
armed through a page that all processes inherit (src/base/fault.h).
"""
import asyncio
import ctypes
import fcntl
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import time

ROLES = ("web", "sealer", "keeper", "log", "mailer")


class Failure(Exception):
    """Something that must hold does not."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class FaultPage:
    """left u32, deaths u32, name[48]: src/base/fault.c."""

    def __init__(self):
        low = os.memfd_create("faults")
        # The supervisor gives its roles low numbers.
        self.fd = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, 20)
        os.close(low)
        os.ftruncate(self.fd, mmap.PAGESIZE)
        self.map = mmap.mmap(self.fd, mmap.PAGESIZE)

    def arm(self, name, passes):
        self.disarm()
        self.map[8:56] = name.encode().ljust(48, b"\0")
        self.map[0:4] = struct.pack("=I", passes)

    def disarm(self):
        self.map[0:4] = bytes(4)

    def armed(self):
        return self.map[0:4] != bytes(4)

    def close(self):
        self.map.close()
        os.close(self.fd)


def die_with_us():
    """PR_SET_PDEATHSIG: a killed driver leaves no server behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Site:
    # What is expected of those who are killed; heirs do other things to them.
    excused = r"event=role-died.*signal=9"

    def __init__(self, build, folder, relay_port, settings):
        self.program = os.path.join(build, "src/cmd/petitiond")
        self.verifier = os.path.join(build, "src/cmd/petition-verify")
        self.probe = os.path.join(build, "tests/kill/kill_probe")
        self.folder = folder
        self.path = os.path.join(folder, "site")
        self.log_path = os.path.join(folder, "stderr")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.faults = FaultPage()
        self.process = None
        self.log_seen = 0
        self.starts = 0
        self.init(relay_port, settings)

    def init(self, relay_port, settings):
        subprocess.run(
            [self.program, "init", self.path, "--demo", "--base-url",
             self.base], check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)
        conf = os.path.join(self.path, "petitiond.conf")
        with open(conf, encoding="utf-8") as f:
            text = f.read()
        settings = dict(settings, relay=f"smtp://127.0.0.1:{relay_port}")
        for key, value in settings.items():
            text, n = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
            if n != 1:
                raise Failure(f"petitiond.conf has no {key}")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(text)

    # ---- processes ----

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", self.path, "--listen",
                 f"127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=log, pass_fds=self.inherited(),
                preexec_fn=die_with_us, env=self.environment())
        self.starts += 1

    def environment(self):
        return dict(os.environ, PETITIOND_FAULT_FD=str(self.faults.fd))

    def inherited(self):
        return [self.faults.fd]

    def role_pids(self):
        """{role: pid} of those that run."""
        pid = self.process.pid
        found = {}
        try:
            with open(f"/proc/{pid}/task/{pid}/children",
                      encoding="ascii") as f:
                children = f.read().split()
        except OSError:
            return found
        for child in children:
            try:
                with open(f"/proc/{child}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if len(words) > 2 and words[1] == b"--role":
                found[words[2].decode()] = int(child)
        return found

    def kill_role(self, role):
        """False if it does not run just now."""
        pid = self.role_pids().get(role)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    async def kill_all(self):
        """The supervisor first, half of the time last; then all are gone."""
        pids = self.role_pids().values()
        self.process.kill()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        await self.wait_gone(pids)
        self.process.wait()

    async def wait_gone(self, pids):
        until = time.monotonic() + 20
        while any(os.path.exists(f"/proc/{pid}") for pid in pids):
            if time.monotonic() > until:
                raise Failure("a killed role is still there")
            await asyncio.sleep(0.01)

    async def stop(self):
        """SIGTERM, as systemd would; an orderly end is part of the test."""
        pids = list(self.role_pids().values())
        self.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 40
        while self.process.poll() is None and time.monotonic() < until:
            await asyncio.sleep(0.02)
        status = self.process.poll()
        if status is None:
            await self.kill_all()
        if status != 0:
            raise Failure(f"serve ended with {status} after SIGTERM")
        await self.wait_gone(pids)

    # ---- what it said ----

    def complaints(self):
        """Lines since the last look that nothing done to the site explains:
        deaths of another kind, alarms, and things that cannot be."""
        bad = []
        with open(self.log_path, "rb") as f:
            f.seek(self.log_seen)
            text = f.read()
        end = text.rfind(b"\n") + 1
        self.log_seen += end
        for line in text[:end].decode("utf-8", "replace").splitlines():
            if re.search(r"level=alarm|event=(claim-without-row|"
                         r"log-is-ahead|log-refused|stop-overdue|"
                         r"mail-jobs-do-not-open)|Sanitizer", line) and \
                    not re.search(self.excused, line):
                bad.append(line)
        return bad

    def last_lines(self, n=60):
        with open(self.log_path, "rb") as f:
            lines = f.read().decode("utf-8", "replace").splitlines()
        return lines[-n:]

    def close(self):
        self.faults.close()
