#!/usr/bin/python3
"""Backups, and what a site makes of old and missing parts of itself.

usage: restore_test.py PETITIOND PETITION-VERIFY

A site lives, is backed up beside its running server, lives on, and loses now
the database, now the log, now keeper, now everything.  After each start the
parts agree, nobody's counted signature is gone, and a verifier that remembers
what it saw before finds one history.  Prints TAP.
"""
import glob
import os
import shutil
import signal
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True  # leave no file in the source tree
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

import livesite  # noqa: E402

PETITIOND, VERIFY = sys.argv[1:3]
tap = livesite.Tap()


class World:
    """A site, and what the people of it were told."""

    def __init__(self):
        self.site = livesite.Site(PETITIOND)
        self.petition = self.site.open_petitions()[0]
        self.people = 0
        self.signed = 0
        self.state = os.path.join(self.site.folder, "state")
        self.first = self.count()

    def count(self):
        import json
        return json.loads(self.site.get(
            f"/petitions/{self.petition}.json").text)[
                "data"]["attributes"]["signature_count"]

    def form(self):
        """Somebody sends the form; the code from the mail."""
        self.people += 1
        address = f"signer{self.people}@example.org"
        answer = self.site.sign(self.petition, livesite.person(
            f"Signer {self.people}", address, "SW1A 1AA"))
        assert answer.status == 303, answer.status
        return livesite.link_of(self.site.mailbox.wait(address))[0]

    def sign(self, n=1):
        for _ in range(n):
            answer = self.site.confirm(self.form())
            assert answer.status == 303, answer.status
            self.signed += 1

    def settle(self):
        """Every signature is a leaf and counted."""
        livesite.until("all to be counted",
                       lambda: self.count() == self.first + self.signed)

    def agrees(self, what):
        done = subprocess.run([PETITIOND, "check", self.site.dir],
                              capture_output=True, text=True)
        tap.check(done.returncode == 0, f"{what}: the parts agree",
                  done.stderr, self.site.said()[-3000:])
        done = subprocess.run(
            [VERIFY, "--state", self.state, self.site.base],
            capture_output=True, text=True)
        tap.check(done.returncode == 0,
                  f"{what}: the log is one history", done.stdout, done.stderr)

    def counted(self, what):
        try:
            self.settle()
            good = True
        except TimeoutError:
            good = False
        tap.check(good, f"{what}: {self.signed} signatures are counted",
                  self.count() - self.first, self.site.said()[-3000:])

    def path(self, *parts):
        return os.path.join(self.site.dir, *parts)

    def backup(self, name):
        path = os.path.join(self.site.folder, name)
        done = subprocess.run([PETITIOND, "backup", self.site.dir, path],
                              capture_output=True, text=True)
        tap.check(done.returncode == 0, f"{name} is written", done.stderr)
        return path

    def restore(self, *args):
        return subprocess.run([PETITIOND, "restore", *args],
                              capture_output=True, text=True)

    def crash(self):
        """No time to tidy up."""
        pids = self.site.processes()
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        self.site.process.wait()


def check_archive(world, path):
    with tarfile.open(path) as tar:
        names = tar.getnames()
        broken = [m.name for m in tar if not m.isfile()]
    for name in ("petitiond.conf", "web/site.db", "log/checkpoint.key",
                 "sealer/recipients", "sealer/k1.ring"):
        tap.check(name in names, f"the backup has {name}", names)
    tap.check(not broken and not [
        n for n in names if n.startswith(("keeper/", "mailer/"))
        or "credential" in n],
        "it has nothing of keeper, mailer or the credential", names)
    tap.check(os.stat(path).st_mode & 0o077 == 0, "nobody else reads it")
    tap.check(not glob.glob(path + ".*"), "and nothing is left beside it")
    done = subprocess.run([PETITIOND, "backup", world.site.dir, path],
                          capture_output=True, text=True)
    tap.check(done.returncode == 1 and "name a new file" in done.stderr,
              "a second one does not overwrite it", done.stderr)


def old_database(world):
    """The database of yesterday, everything else of today."""
    site = world.site
    pending = world.form()
    path = world.backup("old-database")
    check_archive(world, path)
    world.sign(3)
    assert site.confirm(pending).status == 303
    world.signed += 1
    late = world.form()
    world.settle()
    world.agrees("before")
    done = world.restore(path, site.dir)
    tap.check(done.returncode == 1 and "being served" in done.stderr,
              "a served site is not restored into", done.stderr)
    site.stop()
    done = world.restore(path, site.dir)
    tap.check(done.returncode == 0, "the old database is put back",
              done.stderr)
    site.serve()
    world.counted("old database")
    world.agrees("old database")
    tap.check("database-learned-from-log" in site.said(),
              "the start says what it did")
    answer = site.confirm(late)
    tap.check(answer.status in (404, 410, 422),
              "a form that only the lost database had is gone",
              answer.status)
    world.sign(1)
    world.counted("old database, going on")


def old_database_and_unlogged(world):
    """keeper knows a claim of which neither database nor log has heard."""
    site = world.site
    path = world.backup("unlogged")
    copy = site.dir + "-log"
    site.stop()
    shutil.copytree(world.path("log"), copy)
    shutil.copytree(world.path("public"), site.dir + "-public")
    site.serve()
    world.sign(2)
    site.stop()
    for name in ("log", "public"):
        shutil.rmtree(world.path(name))
        os.rename(f"{site.dir}-{name}", world.path(name))
    os.unlink(world.state)  # it saw what never was, in this world
    world.restore(path, site.dir)
    site.serve()
    world.counted("keeper newer than all others")
    world.agrees("keeper newer than all others")


def lost_log(world, what, keep_public):
    site = world.site
    site.stop()
    for path in glob.glob(world.path("log", "*")):
        if not path.endswith(".key"):
            os.unlink(path)
    if not keep_public:
        shutil.rmtree(world.path("public"))
        os.mkdir(world.path("public"))
    site.serve()
    world.counted(what)
    world.agrees(what)
    tap.check("log-was-rebuilt-from-the-database" in site.said(),
              f"{what}: the start says so")
    world.sign(1)
    world.counted(what + ", going on")
    world.agrees(what + ", going on")


def old_log(world):
    site = world.site
    site.stop()
    shutil.copytree(world.path("log"), site.dir + "-log")
    site.serve()
    world.sign(2)
    world.settle()
    world.agrees("before the old log")
    world.crash()
    shutil.rmtree(world.path("log"))
    os.rename(site.dir + "-log", world.path("log"))
    site.serve()
    world.counted("old log")
    world.agrees("old log")


def old_keeper(world):
    site = world.site
    site.stop()
    shutil.copytree(world.path("keeper"), site.dir + "-keeper")
    site.serve()
    world.sign(2)
    world.settle()
    site.stop()
    shutil.rmtree(world.path("keeper"))
    os.rename(site.dir + "-keeper", world.path("keeper"))
    site.serve()
    tap.check("keeper-is-older-than-the-database" in site.said() and
              "petitions-paused" in site.said(),
              "an old keeper is noticed", site.said()[-2000:])
    page = site.get(f"/petitions/{world.petition}/signatures/new")
    tap.check(page.status == 303 and "Signing is paused" in site.get(
        f"/petitions/{world.petition}").text,
              "F-157 its petition is paused, and says so", page.status)
    world.counted("old keeper")
    world.agrees("old keeper")
    site.stop()
    done = world.restore("--resume", "all", site.dir)
    tap.check(done.returncode == 0 and "1 petition takes" in done.stdout,
              "an operator may go on", done.stdout, done.stderr)
    site.serve()
    world.sign(1)
    world.counted("old keeper, going on")


def new_machine(world):
    site = world.site
    world.settle()
    path = world.backup("all")
    old_checkpoint = site.dir + "-checkpoint"
    shutil.copy(os.path.join(site.log_folder(), "checkpoint"), old_checkpoint)
    world.sign(1)
    world.settle()
    newest = site.dir + "-newest"
    shutil.copy(os.path.join(site.log_folder(), "checkpoint"), newest)
    site.stop()
    shutil.rmtree(site.dir)
    done = world.restore(path, site.dir)
    tap.check(done.returncode == 1 and "--newest" in done.stderr,
              "a new machine must be told of the newest checkpoint",
              done.stderr)
    done = world.restore("--newest", newest, path, site.dir)
    tap.check(done.returncode == 0, "it is told", done.stderr)
    with open(site.stderr_path, "ab") as log:
        site.process = subprocess.Popen(
            [PETITIOND, "serve", site.dir, "--listen",
             f"127.0.0.1:{site.port}"], stdout=log, stderr=log)
    livesite.until("log to refuse", lambda:
                   "published-log-is-newer-than-the-database" in site.said())
    tap.check(site.get("/healthz").status == 503,
              "a log that others have seen further on is not forked")
    site.stop()
    shutil.rmtree(site.dir)
    done = world.restore("--newest", old_checkpoint, path, site.dir)
    tap.check(done.returncode == 0, "with a backup as new as that it is made",
              done.stderr)
    world.signed -= 1
    os.unlink(world.state)
    site.serve()
    world.counted("new machine")
    world.agrees("new machine")
    done = subprocess.run(
        [VERIFY, "--state", old_checkpoint + "-state", site.base],
        capture_output=True, text=True)
    tap.check(done.returncode == 0, "anybody can verify it", done.stdout)
    site.stop()
    world.restore("--resume", "all", site.dir)
    site.serve()
    world.sign(1)
    world.counted("new machine, going on")
    world.agrees("new machine, going on")


def main():
    world = World()
    try:
        world.sign(3)
        old_database(world)
        lost_log(world, "lost log", True)
        lost_log(world, "lost log and its files", False)
        old_log(world)
        old_database_and_unlogged(world)
        old_keeper(world)
        new_machine(world)
    finally:
        world.site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
