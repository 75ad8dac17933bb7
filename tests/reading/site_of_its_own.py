"""A site of its own for tests over HTTP: made, loaded, served, ended."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


class Tap:
    def __init__(self):
        self.run = 0
        self.failed = 0

    def ok(self, good, what):
        self.run += 1
        self.failed += not good
        print("%sok %d - %s" % ("" if good else "not ", self.run, what))
        return good

    def equal(self, got, want, what):
        if not self.ok(got == want, what):
            print("#  got %r" % (got,))
            print("# want %r" % (want,))

    def done(self):
        print("1..%d" % self.run)
        return 1 if self.failed else 0


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Site:
    """Ended and removed by close(), whatever happened."""

    def __init__(self, program, *init):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="petitiond-reading-")
        self.path = os.path.join(self.folder, "site")
        self.port = free_port()
        self.base = "http://127.0.0.1:%d" % self.port
        self.process = None
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.command("init", self.path, "--base-url", self.base, *init)

    def command(self, *args):
        """Run a subcommand; (exit status, what it said)."""
        done = subprocess.run([self.program, *args],
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 and args[0] == "init":
            raise RuntimeError(done.stdout)
        return done.returncode, done.stdout

    def serve(self, seconds=60):
        self.process = subprocess.Popen(
            [self.program, "serve", self.path, "--listen",
             "127.0.0.1:%d" % self.port], stdout=self.log, stderr=self.log)
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.get("/healthz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        self.log.seek(0)
        raise RuntimeError("the server does not come up: %s"
                           % self.log.read().decode(errors="replace"))

    def get(self, path, method="GET", headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            c.request(method, path, headers=headers or {})
            return Answer(c.getresponse())
        finally:
            c.close()

    def stop(self):
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.process = None
        return status

    def close(self):
        try:
            self.stop()
        finally:
            if self.process is not None:
                self.process.kill()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def skip_all(why):
    print("1..0 # SKIP %s" % why)
    sys.exit(0)
