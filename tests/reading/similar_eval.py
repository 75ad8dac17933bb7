#!/usr/bin/env python3
"""
How well a ranking of similar petitions finds what a moderator called the same.

    similar_eval.py PETITIOND SIMILAR_BENCH

Each petition that was rejected as a duplicate is a draft; the petition that
the moderator named is what should be found, among the open and closed ones.
Numbers of terms and weights are chosen on one half of the pairs and reported
on the other one, and the other way round.  Needs PETITIOND_DATA.
"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from search_test import CORPUS, DATA, element, rows  # noqa: E402
from site_of_its_own import Site  # noqa: E402

PAIRS = os.path.join(DATA, "search", "duplicate-pairs-dev.tsv")
# texts, terms, weight, signed: struct similar_how
PLAIN = (0, 0, 0, 0)
SIGNED = (0, 0, 0, 0.2)
USUAL = (10, 30, 1, 0.2)
GRID = [(n, t, w, s) for n in (10, 20) for t in (20, 30, 60)
        for w in (0.5, 1, 2) for s in (0.2,)]
RANKS = (1, 5, 10)


def read_pairs():
    """(duplicate, petition) where both texts are in the corpus."""
    with open(PAIRS, encoding="utf-8") as f:
        all_of_them = [line.split("\t") for line in f.read().splitlines()[1:]]
    return [(int(a), int(b)) for a, b, known in all_of_them if known == "1"]


def flat(text):
    return " ".join((text or "").split())


def drafts(pairs, texts, background):
    return "".join("%d\t%s\t%s\n" % (
        a, flat(texts[a]["action"]),
        flat(texts[a]["background"]) if background else "")
        for a, _ in pairs)


def hits(found, pairs):
    """For each pair at which place its petition is; 99: at none."""
    return [(ids.index(b) if b in ids else 99)
            for ids, (_, b) in zip(found, pairs)]


def recall(places):
    return tuple(sum(p < k for p in places) / len(places) for k in RANKS)


def show(name, mode, places, more=""):
    print("%-28s %-16s %.3f %.3f %.3f %s"
          % ((name, mode) + recall(places) + (more,)))
    sys.stdout.flush()


def rank(bench, store, how, typed):
    done = subprocess.run([bench, store] + [str(v) for v in how], input=typed,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=True)
    return ([[int(i) for i in line.split()]
             for line in done.stdout.splitlines()], done.stderr.strip())


def choose(by_how, half):
    """What does best on this half: at 5, then at 1."""
    def value(how):
        at1, at5, _ = recall([p for i, p in enumerate(by_how[how])
                              if i % 2 == half])
        return (at5, at1)
    return max(sorted(by_how), key=value)


def split(by_how, mode):
    kept = []
    for half in (0, 1):
        how = choose(by_how, half)
        print("# chosen on half %d: %r" % (half, how))
        kept += [p for i, p in enumerate(by_how[how]) if i % 2 != half]
    show("chosen on the other half", mode, kept)


def main():
    petitiond, bench = sys.argv[1:3]
    texts = {row["id"]: row for row in rows(CORPUS)}
    pairs = read_pairs()
    site = Site(petitiond)
    try:
        path = os.path.join(site.folder, "corpus")
        with open(path, "w", encoding="utf-8") as f:
            for row in texts.values():
                f.write(json.dumps(element(row)) + "\n")
        print(site.command("import", site.path, path)[1].strip())
        store = os.path.join(site.path, "web", "site.db")
        print("%d pairs; recall at 1, 5, 10; ms median, 95 %%, slowest"
              % len(pairs))
        for mode, background in (("title", False), ("title+background", True)):
            typed = drafts(pairs, texts, background)
            for name, how in (("BM25", PLAIN), ("BM25, signatures", SIGNED),
                              ("feedback", USUAL[:3] + (0,)),
                              ("feedback, signatures", USUAL)):
                found, ms = rank(bench, store, how, typed)
                show(name, mode, hits(found, pairs), ms)
            split({how: hits(rank(bench, store, how, typed)[0], pairs)
                   for how in GRID}, mode)
    finally:
        site.close()


if __name__ == "__main__":
    main()
