#!/usr/bin/env python3
"""
How long a search takes among many petitions, next to SQLite's own FTS5 over
the same texts.

    search_bench.py PETITIOND [PETITIONS]

The petitions are made up: words of no language, common ones often and rare
ones seldom (as in texts of people), and in between the words of the 20
queries, as often as they are in the corpus they were collected from.  Each
query is asked several times, never twice for the same page, so that no
answer comes out of the cache.  The control asks an FTS5 table with SQLite's
English stemmer for the same words and the 50 of most signatures, inside one
Python process, without HTTP.
"""

import json
import os
import random
import sqlite3
import statistics
import sys
import time
from urllib.parse import quote_plus

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tests", "reading"))
from site_of_its_own import Site  # noqa: E402

ROUNDS = 15
FILE_PETITIONS = 20000  # a file to import has 60 MiB at most
# Words, and in how many of 4,134 petitions they were found.
QUERIES = [("agricultural runoff", 0), ("air quality", 51),
           ("carbon emissions", 139), ("climate change", 364), ("energy", 839),
           ("environment", 1226), ("fracking", 24), ("global warming", 74),
           ("green space", 56), ("land degradation", 1), ("nature", 684),
           ("nuclear power", 32), ("overfishing", 12), ("pesticide use", 60),
           ("renewable energy", 103), ("river", 97), ("soil erosion", 3),
           ("urban planning", 7), ("wildfire management", 0),
           ("wildlife", 435)]


class Writer:
    """Texts of made-up words, by Zipf's law, and of the queries' words."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
        self.words = ["".join(self.random.choices(syllables, k=1 + i % 4))
                      for i in range(30000)]
        total = 0.0
        self.weights = []
        for i in range(len(self.words)):
            total += 1.0 / (i + 1)
            self.weights.append(total)

    def text(self, length):
        words = self.random.choices(self.words, cum_weights=self.weights,
                                    k=length)
        for query, of_4134 in QUERIES:
            if self.random.random() < of_4134 / 4134 / 2:
                words.insert(self.random.randrange(len(words)), query)
        return " ".join(words)

    def petition(self, number):
        stamp = "2022-%02d-%02dT12:00:00.000Z" % (
            self.random.randint(1, 12), self.random.randint(1, 28))
        return {"type": "petition", "id": number, "attributes": {
            "action": self.text(10)[:150].strip(),
            "background": self.text(35)[:300].strip(),
            "additional_details": self.text(80)[:800].strip(),
            "state": self.random.choice(["closed", "rejected", "rejected"]),
            "signature_count": int(self.random.paretovariate(0.5)) % 3000000,
            "created_at": stamp, "updated_at": stamp, "opened_at": stamp,
            "closed_at": stamp}}


def control_of(documents):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(title, background, details,"
               " tokenize = 'porter unicode61')")
    db.execute("CREATE TABLE p (id INTEGER PRIMARY KEY, n INTEGER)")
    for d in documents:
        a = d["attributes"]
        db.execute("INSERT INTO t (rowid, title, background, details)"
                   " VALUES (?, ?, ?, ?)",
                   (d["id"], a["action"], a["background"],
                    a["additional_details"]))
        db.execute("INSERT INTO p VALUES (?, ?)",
                   (d["id"], a["signature_count"]))
    return db


def ask_control(db, query):
    start = time.perf_counter()
    words = " ".join(query.split())
    match = " OR ".join("(%s : (%s))" % (c, words)
                        for c in ("title", "background", "details"))
    db.execute("SELECT id, count(*) OVER () FROM p WHERE id IN"
               " (SELECT rowid FROM t WHERE t MATCH ?)"
               " ORDER BY n DESC LIMIT 50", (match,)).fetchall()
    return (time.perf_counter() - start) * 1e3


def ask(site, query, count):
    start = time.perf_counter()
    answer = site.get("/petitions.json?count=%d&q=%s"
                      % (count, quote_plus(query)))
    took = (time.perf_counter() - start) * 1e3
    if answer.status != 200:
        raise RuntimeError("%s: status %d" % (query, answer.status))
    return took


def load(site, documents):
    path = os.path.join(site.folder, "many.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for d in documents:
            f.write(json.dumps(d) + "\n")
    status, said = site.command("import", site.path, path)
    if status != 0:
        raise RuntimeError(said)


def main(program, petitions):
    writer = Writer(20260101)
    site = Site(program)
    try:
        documents = [writer.petition(100000 + i) for i in range(petitions)]
        start = time.perf_counter()
        for i in range(0, petitions, FILE_PETITIONS):
            load(site, documents[i:i + FILE_PETITIONS])
        print("%d petitions imported in %.0f s"
              % (petitions, time.perf_counter() - start))
        control = control_of(documents)
        site.serve()
        print("%-22s %8s %8s %8s %6s" % ("query", "median", "slowest",
                                         "control", "ratio"))
        slowest = 0.0
        for query, _ in QUERIES:
            ours, bare = [], []
            for i in range(ROUNDS):
                ours.append(ask(site, query, 50 - i))
                bare.append(ask_control(control, query))
            middle = statistics.median(ours)
            slowest = max(slowest, middle)
            print("%-22s %8.2f %8.2f %8.2f %6.2f"
                  % (query, middle, max(ours), statistics.median(bare),
                     middle / statistics.median(bare)))
        print("slowest query: %.1f ms (median of %d; goal 50)"
              % (slowest, ROUNDS))
    finally:
        site.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100000)
