#!/usr/bin/env python3
"""What `make soak` does: kills, power cuts, full disks, wrong clocks and a relay
that is away, one after the other, for hours.

usage: soak.py --build DIR [--rounds N] [--seed S]

Kills take N rounds, the others as many of them as the table says.  Prints what
each prints, and at last one line a part and a verdict; status 1 if any failed.
"""
import argparse
import os
import random
import subprocess
import sys
import time

# Program, and which part of N rounds it takes.
PARTS = (("kill", 1), ("power", 0.3), ("full", 0.1), ("clocks", 0.1),
         ("relay", 0.01))
LEAST = 8


def play(name, rounds, args):
    """(checks passed, checks failed, seconds)."""
    here = os.path.dirname(os.path.abspath(__file__))
    began = time.monotonic()
    passed = failed = 0
    with subprocess.Popen(
            [sys.executable, os.path.join(here, name + ".py"), "--build",
             args.build, "--rounds", str(rounds), "--seed", str(args.seed)],
            stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(f"{name}: {line}", end="", flush=True)
            passed += line.startswith("ok ")
            failed += line.startswith("not ok ")
    if process.returncode != 0 and not failed or not passed:
        failed += 1
    return passed, failed, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=10000)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().getrandbits(32))
    args = parser.parse_args()
    lines = []
    good = True
    for name, part in PARTS:
        rounds = max(LEAST, int(args.rounds * part))
        passed, failed, seconds = play(name, rounds, args)
        good = good and failed == 0
        lines.append(f"{name}: {rounds} rounds, {passed} looks good, "
                     f"{failed} bad, {seconds:.0f} s")
    print("\n".join(lines))
    print(f"soak, seed {args.seed}: {'all holds' if good else 'FAILED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
