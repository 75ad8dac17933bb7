#!/usr/bin/env python3
"""
Similar petitions: what a draft finds, in which states, and how often it finds
what a moderator called the same.  similar_eval.py compares rankings.

    similar_test.py PETITIOND
"""

import os
import sys
from urllib.parse import quote, urlencode

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from search_test import (  # noqa: E402
    CORPUS, DATA, HOSTILE, element, load, own_row, rows)
from similar_eval import PAIRS, read_pairs  # noqa: E402
from site_of_its_own import Site, Tap  # noqa: E402

# id, title, background, details; then the state.
OWN = [
    ((900001, "Plant a tree in every street", "Streets are hot.", None),
     "open"),
    ((900002, "Ban the sale of fireworks", "Dogs fear them.", None), "open"),
    ((900003, "Plant more trees along streets", "For shade.", None),
     "closed"),
    ((900004, "Trees for each street!", "Please.", None), "rejected"),
    ((900005, "Cheaper railway tickets", "Trains are dear.", None), "open"),
]


def own(n, row, state):
    e = own_row(n, row)
    a = e["attributes"]
    a["state"] = state
    if state == "open":
        a["closed_at"] = None
        a["opened_at"] = a["created_at"]
    if state == "rejected":
        a["opened_at"] = a["closed_at"] = None
        a["rejected_at"] = a["created_at"]
        a["rejection"] = {"code": "duplicate", "details": None}
    return e


def found(site, **asked):
    answer = site.get("/petitions/similar.json?" + urlencode(asked))
    return [e["id"] for e in answer.json["data"]]


def ours(tap, site):
    tree = "Trees in our streets"
    tap.equal(sorted(found(site, title=tree)), [900001, 900003],
              "open and closed ones that are like it, and no others")
    tap.equal(found(site, title=tree, state="open"), [900001], "open ones")
    tap.equal(found(site, title=tree, state="rejected"), [900004],
              "rejected ones")
    tap.equal(sorted(found(site, title=tree, state="all")),
              [900001, 900003, 900004], "all of them")
    tap.equal(found(site, title=tree, state="open", archived="yes"),
              [900001], "archived ones as well: there are none")
    tap.equal(sorted(found(site, title=tree, **{"except": 900001})),
              [900003], "without the petition that the draft is of")
    tap.equal(found(site, title="Something else", background="Our dogs"),
              [900002], "the background finds, too")
    tap.equal(found(site, title=""), [], "no draft, nothing similar")
    tap.equal(found(site, title="the of"), [], "nor for stop words")
    for bad in ("state=wrong", "archived=maybe", "except=x", "title=%FF"):
        tap.equal(site.get("/petitions/similar.json?title=a&" + bad).status,
                  400, "%s is refused" % bad)
    listed = site.get("/petitions.json?q=fireworks").json["data"]
    tap.equal(site.get("/petitions/similar.json?title=fireworks")
              .json["data"], listed, "elements are those of the lists")


def page(tap, site):
    text = site.get("/petitions/check").text
    tap.ok('name="q"' in text and "/signatures/new" not in text,
           "the page asks, and lists nothing yet")
    text = site.get("/petitions/check?q=trees+in+streets").text
    tap.ok("/petitions/900001/signatures/new" in text,
           "what is like it can be signed")
    tap.ok("/petitions/900003" not in text and "/petitions/900004" not in text,
           "closed and rejected ones are not offered")
    text = site.get("/petitions/check?q=" + quote("<b>quark</b>")).text
    tap.ok("&lt;b&gt;quark" in text and "/signatures/new" not in text,
           "nothing is like it, and what was typed is escaped")


def hostile(tap, site):
    statuses = {site.get(path + quote(query)).status
                for query in HOSTILE
                for path in ("/petitions/check?q=",
                             "/petitions/similar.json?title=",
                             "/petitions/similar.json?title=a&background=")}
    tap.equal(sorted(statuses), [200], "whatever is typed is answered")


def recall(tap, site):
    texts = {row["id"]: row for row in rows(CORPUS)}
    load(tap, site, "corpus", [element(r) for r in texts.values()])
    pairs = read_pairs()
    at = {1: 0, 5: 0, 10: 0}
    for draft, same in pairs:
        ids = found(site, title=texts[draft]["action"],
                    background=texts[draft]["background"] or "",
                    **{"except": draft})
        for k in at:
            at[k] += same in ids[:k]
    shares = {k: at[k] / len(pairs) for k in at}
    print("# %d pairs, recall %s" % (len(pairs), ", ".join(
        "at %d %.3f" % (k, v) for k, v in shares.items())))
    tap.ok(shares[5] >= 0.78, "of what a moderator called the same, 78 in "
           "100 are among the first five")


def main():
    tap = Tap()
    site = Site(sys.argv[1])
    try:
        site.serve()
        load(tap, site, "own",
             [own(i, row, state) for i, (row, state) in enumerate(OWN)])
        ours(tap, site)
        page(tap, site)
        hostile(tap, site)
        if os.path.exists(CORPUS) and os.path.exists(PAIRS):
            recall(tap, site)
        else:
            tap.run += 1
            print("ok %d - recall # SKIP no real documents at %s"
                  % (tap.run, DATA))
        tap.equal(site.stop(), 0, "the server ends well")
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
