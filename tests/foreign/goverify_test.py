#!/usr/bin/env python3
"""Runs goverify, which rests on Go's transparency-log packages, on logs of
make_log.py: an independent reader for an independent writer.  Prints TAP.

usage: goverify_test.py PATH/goverify
"""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave no file in the source tree

import make_log
from verifier import check, done


def goverify(*args):
    ended = subprocess.run([sys.argv[1], *args], text=True, timeout=300,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.returncode, ended.stdout


def main():
    for size in (0, 1, 2, 255, 256, 257, 1000, 70000):
        with tempfile.TemporaryDirectory() as aside:
            public = os.path.join(aside, "public")
            log = make_log.honest(public, size)
            log.write()
            args, old = [], os.path.join(aside, "old")
            if size > 1:
                make_log.write(old, log.checkpoint(size=size // 2).encode())
                promise = os.path.join(aside, "promise")
                make_log.write(promise, log.promise(
                    1, log.leaves[1][32:], 1780000000).encode())
                args = ["-old", old, "-promise", promise]
            code, out = goverify(*args, public)
            check(code == 0, f"an honest log of {size} leaves", out)
            if size != 1000:
                continue
            make_log.write(old, log.checkpoint(
                size=500, root=bytes(32)).encode())
            code, out = goverify("-old", old, public)
            check(code == 1 and out.count("not ok") == 1,
                  "a fork is refused", out)
            make_log.write(promise, log.promise(
                1, bytes(32), 1780000000).replace("\n1\n", "\n2\n").encode())
            code, out = goverify("-promise", promise, public)
            check(code == 1, "an edited promise is refused", out)
            log.write_checkpoint(log.checkpoint(root=bytes(32)))
            code, out = goverify(public)
            check(code == 1, "a wrong root is refused", out)
    with tempfile.TemporaryDirectory() as public:
        old = make_log.honest(public, 300)
        old.write()
        make_log.honest(public, 700, year=2027, after=old).write()
        code, out = goverify(public)
        check(code == 0 and out.count("give the root") == 2,
              "the logs of two years", out)
    done()


if __name__ == "__main__":
    main()
