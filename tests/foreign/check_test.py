#!/usr/bin/env python3
"""Runs `petitiond check` on a site whose log spans two years.  The log is
make_log.py's, the rows are written here as web would have committed them;
what only one of both says, check must tell.  Prints TAP.

usage: check_test.py PATH/petitiond
"""
import os
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave no file in the source tree

from make_log import INVALIDATE, WITHDRAW, Log, honest
from verifier import check, done


def petitiond(*args):
    ended = subprocess.run([sys.argv[1], *args], text=True, timeout=300,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ended.returncode, ended.stdout


def new_site(folder):
    """A site that was never served, and its database."""
    site = os.path.join(folder, "site")
    passphrase = os.path.join(folder, "passphrase")
    with open(passphrase, "w") as f:
        f.write("correct horse battery staple\n")
    code, out = petitiond("init", site, "--passphrase-file", passphrase)
    check(code == 0, "a new site", out)
    return site, sqlite3.connect(os.path.join(site, "web", "site.db"))


def commit(db, logs, counted):
    """The checkpoints and counts, as if web had committed them."""
    for table in ("event", "checkpoint", "petition_text", "petition"):
        db.execute(f"DELETE FROM {table}")
    for log in logs:
        db.execute("INSERT INTO checkpoint VALUES (?, ?, ?, 0)",
                   (log.year, len(log.leaves), log.checkpoint()))
    for number, n in counted.items():
        db.execute("INSERT INTO petition (id, state, archived, lang,"
                   " carried_over, counted, has_totals)"
                   " VALUES (?, 6, 0, 'en', ?, ?, 0)",
                   (number, logs[0].petitions[number]["carried"], n))
        db.execute("INSERT INTO petition_text (petition_id, lang, action)"
                   " VALUES (?, 'en', 'Mend it')", (number,))
    db.commit()


def main():
    with tempfile.TemporaryDirectory() as folder:
        site, db = new_site(folder)
        public = os.path.join(site, "public")
        old = honest(public, 300)
        # A signature of the old year is invalidated in the new one, and
        # another withdrawn in both years' eyes but once.
        new = honest(public, 300, year=2027, after=old)
        new.mark(INVALIDATE, 1, (2026, 1))
        new.mark(WITHDRAW, 1, (2026, 1))
        counted = {p: new.count(p) - row["carried"]
                   for p, row in new.petitions.items()}

        def look(what, words, logs=(old, new), counts=None):
            """There are no rows of signatures, which check tells of each
            petition; that is not what this test is about."""
            for log in logs:
                log.write()
            commit(db, logs, counts or counted)
            _, out = petitiond("check", site)
            said = [line for line in out.splitlines()
                    if "more than its rows have" not in line]
            check(said == [] if words is None else
                  any(words in line for line in said), what, out)

        look("two years' logs and their counts agree", None)
        look("a count of the second year alone does not",
             "petition 1: the log counts", counts={**counted, 1: 3})
        wrong = honest(public, 300, year=2027,
                       after=honest(public, 300))
        wrong.leaf(WITHDRAW, 2, 1, aux=2026)
        look("a target that is another petition's",
             "leaf 300 of the log of 2027 means a leaf that is no earlier "
             "signature of petition 2", logs=(old, wrong))
        wrong.leaves[-1] = wrong.leaves[0]
        wrong.leaf(WITHDRAW, 1, 1, aux=2025)
        look("a target in a year without a log",
             "leaf 301 of the log of 2027 means", logs=(old, wrong))
        look("the second year without the first",
             "of the log of 2027 means", logs=(new,))
        db.close()
    done()


if __name__ == "__main__":
    main()
