#!/usr/bin/env python3
"""run-tests.py - what `make test` runs: every build, every test, one sum.

    tools/run-tests.py

Builds with GCC and Clang, checks the rules of the source, runs the tests of
each build, prints the output of those that failed and the reasons of those
that were skipped, and ends with one line

    N passed, N failed, N skipped

A number counts checks: lines of TAP.  A test that died, timed out or broke its
plan counts as one failure more.  What one build must skip and another one runs
(places to kill a process, the sandbox) is not skipped.  The tests' temporary
files and their home are in a folder that must be empty of strays at the end,
and the tree must be as it was.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Name, CC, options, and which tests run there (by suite and name).
# Sanitizers find most; release has the sandbox and the journeys; faults has
# the places where kill tests end a process; Clang has other warnings.
def all_tests(suite, name):
    return True


def kill_tests(suite, name):
    return suite == "kill" or "crash" in name


def no_tests(suite, name):
    return False


BUILDS = [
    ("build-release", "gcc", ["--buildtype=release"], all_tests),
    ("build-test", "gcc", ["-Db_sanitize=address,undefined"], all_tests),
    ("build-faults", "gcc", ["--buildtype=release", "-Dfaults=true"],
     kill_tests),
    ("build-clang", "clang", [], no_tests),
]

LINE = re.compile(r"^(not )?ok\b(?: (\d+))?(?: -)?\s*(.*)$")
SKIP = re.compile(r"#\s*SKIP\b\s*(.*)$", re.I)
SKIP_ALL = re.compile(r"^1\.\.0\b.*?#\s*SKIP\b\s*(.*)$", re.I)


class Sum:
    def __init__(self):
        self.passed = 0
        self.failed = []  # (where, what)
        self.skipped = collections.defaultdict(set)  # (test, why): builds
        self.ran = collections.defaultdict(set)  # test: builds

    def fail(self, where, what, output=""):
        self.failed.append((where, what))
        say(f"FAILED {where}: {what}")
        if output:
            say("\n".join("    " + line for line in output.splitlines()[-200:]))

    def tap(self, build, test, output, died):
        """Count a test's output; died says how it ended badly, or ''."""
        self.ran[test].add(build)
        bad = []
        for line in output.splitlines():
            whole = SKIP_ALL.match(line)
            if whole:
                self.skipped[test, whole[1]].add(build)
                continue
            found = LINE.match(line)
            if not found:
                continue
            why = SKIP.search(found[3])
            if found[1]:
                bad.append(found[3])
            elif why:
                self.skipped[test, why[1]].add(build)
            else:
                self.passed += 1
        if died and not bad:
            bad.append(died)
        for what in bad[:-1]:
            self.fail(f"{build}: {test}", what)
        if bad:
            self.fail(f"{build}: {test}", bad[-1], output)

    def skips(self):
        """Those that no build made up for."""
        return sorted(key for key, builds in self.skipped.items()
                      if builds == self.ran[key[0]])


def say(text):
    print(text, flush=True)


def run(command, **more):
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", **more)


def run_script(total, name, env):
    done = run([sys.executable, str(ROOT / "tools" / name), "--tap"], env=env)
    total.tap("tree", name, done.stdout,
              f"exit status {done.returncode}" if done.returncode else "")


def build(total, name, cc, options):
    env = dict(os.environ, CC=cc)
    for command in ([["meson", "setup", name, *options]]
                    if not (ROOT / name / "build.ninja").exists() else []) + [
                        ["ninja", "-C", name]]:
        done = run(command, env=env)
        if done.returncode:
            total.fail(name, " ".join(command), done.stdout)
            return False
    return True


def test(total, name, wanted, env):
    listed = run(["meson", "introspect", name, "--tests"])
    names = [t["name"] for t in json.loads(listed.stdout)
             if wanted(t["suite"][0].split(":")[-1], t["name"])]
    log = ROOT / name / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    if not names:
        return
    done = run(["meson", "test", "-C", name, "--no-rebuild", *names], env=env)
    if not log.exists():
        total.fail(name, "meson test wrote no log", done.stdout)
        return
    seen = set()
    for line in log.read_text(errors="replace").splitlines():
        result = json.loads(line)
        which = result["name"].split(" / ")[-1]
        seen.add(which)
        output = result.get("stdout", "")
        died = ""
        if result["result"] not in ("OK", "SKIP"):
            died = f"{result['result']}, status {result['returncode']}"
            output += result.get("stderr", "")
        total.tap(name, which, output, died)
    for which in set(names) - seen:
        total.fail(f"{name}: {which}", "did not run", done.stdout)


def tree_state():
    """What git sees as changed; None outside a clone."""
    done = run(["git", "status", "--porcelain", "--untracked-files=all"])
    return done.stdout if done.returncode == 0 else None



def run_all(total, folder):
    temporary, home = folder / "tmp", folder / "home"
    temporary.mkdir()
    home.mkdir()
    env = dict(os.environ, TMPDIR=str(temporary), HOME=str(home), CI="true",
               XDG_CONFIG_HOME=str(home), XDG_CACHE_HOME=str(home))
    before = tree_state()
    for script in ("check.py", "check_test.py"):
        run_script(total, script, env)
    for name, cc, options, wanted in BUILDS:
        start, passed = time.monotonic(), total.passed
        if build(total, name, cc, options):
            built = time.monotonic()
            test(total, name, wanted, env)
            say(f"{name}: {cc} {' '.join(options)}: built in "
                f"{built - start:.0f} s, {total.passed - passed} checks "
                f"passed in {time.monotonic() - built:.0f} s")
    strays = sorted(p.name for p in temporary.iterdir())
    total.tap("tree", "strays", "", f"left behind: {' '.join(strays)}"
              if strays else "")
    total.passed += not strays
    if before is not None:
        after = tree_state()
        total.tap("tree", "tree", "", "" if after == before else
                  f"the tests changed the tree:\n{after}")
        total.passed += after == before


def main():
    total = Sum()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="petitiond-test-"))
    try:
        run_all(total, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    skips = total.skips()
    for which, why in skips:
        say(f"skipped {which}: {why}")
    for where, what in total.failed:
        say(f"failed {where}: {what}")
    say(f"{total.passed} passed, {len(total.failed)} failed, "
        f"{len(skips)} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
