#!/usr/bin/env python3
"""
Every document of the data folder is imported and asked for again: each key,
value, null and their order must come out as they went in, links aside.

    reading_test.py PETITIOND

A running server closes what is over, so an element that says "open" though
its last day has passed is expected back as the rule says: closed at the end
of that day, without closing_date and creator_name.

Ids that come twice (a petition at several moments, or in two result pages)
are imported under other numbers, so that each document stands for itself.
"""

import glob
import json
import os
import sys
import time
import xml.etree.ElementTree as xml
from calendar import monthrange
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from site_of_its_own import Site, Tap, skip_all  # noqa: E402

DATA = os.environ.get("PETITIOND_DATA", "")
NOW = "now"  # a time within this run
# What documents before 2020, and elements of lists, do not say.
YOUNG_KEYS = {"committee_note", "debate_scheduled_on", "departments", "topics",
              "signatures_by_country", "signatures_by_constituency",
              "signatures_by_region", "other_parliamentary_business",
              "responded_on", "occurred_on", "creator_name",
              "public_engagement_url", "debate_summary_url"}


def london_day_end(day):
    """The last millisecond of a day in London, as UTC text."""
    date = datetime.fromisoformat(day)
    last_sunday = [max(d for d in range(25, 32)
                       if datetime(date.year, m, d).weekday() == 6)
                   for m in (3, 10)]
    summer = (datetime(date.year, 3, last_sunday[0]) <= date
              < datetime(date.year, 10, last_sunday[1]))
    end = date + timedelta(days=1, hours=-1 if summer else 0)
    return (end - timedelta(milliseconds=1)).strftime(
        "%Y-%m-%dT%H:%M:%S.999Z")


def last_day(attributes):
    """The closing date; before 2020, six months after the opening one."""
    if "closing_date" in attributes:
        return attributes["closing_date"]
    y, m, d = map(int, attributes["opened_at"][:10].split("-"))
    y, m = y + (m + 5) // 12, (m + 5) % 12 + 1
    return "%04d-%02d-%02d" % (y, m, min(d, monthrange(y, m)[1]))


def as_served(element):
    """What a server whose clock is now must say of this element."""
    a = dict(element["attributes"])
    if a["state"] == "open":
        day = last_day(a)
        assert day < datetime.now(timezone.utc).date().isoformat()
        a["state"] = "closed"
        a["closed_at"] = london_day_end(day)
        a["updated_at"] = NOW
    a.pop("closing_date", None)
    if element["type"] == "petition" and "creator_name" in a:
        a["creator_name"] = None
    return a


class Compare:
    """Notes each difference between what is served and what is wanted."""

    def __init__(self):
        self.faults = []

    def value(self, where, got, want, ordered=True):
        if isinstance(want, dict) and isinstance(got, dict):
            self.object(where, got, want, ordered)
        elif isinstance(want, list) and isinstance(got, list):
            if len(got) != len(want):
                self.faults.append("%s has %d entries, not %d"
                                   % (where, len(got), len(want)))
            for i, (g, w) in enumerate(zip(got, want)):
                self.value("%s[%d]" % (where, i), g, w, ordered)
        elif want == NOW:
            day = datetime.now(timezone.utc).date()
            if got[:10] not in (day.isoformat(),
                                (day - timedelta(days=1)).isoformat()):
                self.faults.append("%s is %s, not now" % (where, got))
        elif got != want or type(got) is not type(want):
            self.faults.append("%s is %.200r, not %.200r" % (where, got, want))

    def object(self, where, got, want, ordered):
        extra = [k for k in got if k not in want]
        for k in extra:
            # A date that younger documents have is made of what is there.
            if k not in YOUNG_KEYS or (got[k] not in (None, [])
                                       and k != "occurred_on"):
                self.faults.append("%s has %s: %.80r" % (where, k, got[k]))
        for k in want:
            if k not in got:
                self.faults.append("%s lacks %s" % (where, k))
            elif k != "links":
                self.value("%s.%s" % (where, k), got[k], want[k], ordered)
        common = [k for k in got if k in want]
        if ordered and common != [k for k in want if k in got]:
            self.faults.append("%s has its keys in the order %s"
                               % (where, common))


def check(tap, what, got, want, ordered=True):
    c = Compare()
    c.value("attributes", got, want, ordered)
    tap.ok(not c.faults, what)
    for fault in c.faults[:10]:
        print("# %s" % fault)


class Documents:
    """All documents, each element under a number of its own."""

    def __init__(self, folder):
        self.taken = set()
        self.other = 5000000
        self.files = []  # (label, what to import)
        self.alone = {}  # id: (label, element)
        self.listed = {}
        self.archived = {}
        for path in sorted(glob.glob("%s/full/*.json" % folder)
                           + glob.glob("%s/241584/*.json" % folder)
                           + glob.glob("%s/722903/*.json" % folder)):
            self.document(path)
        for path in sorted(glob.glob("%s/index/*.json" % folder)):
            self.page(path)
        for path in sorted(glob.glob("%s/archived-index/*.json" % folder)):
            with open(path, encoding="utf-8") as f:
                element = json.load(f)
            self.archived[element["id"]] = (path, element)

    def number(self, element):
        if element["id"] in self.taken:
            self.other += 1
            element["id"] = self.other
        self.taken.add(element["id"])

    def document(self, path):
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        self.number(document["data"])
        self.files.append((path, document))
        self.alone[document["data"]["id"]] = (path, document["data"])

    def page(self, path):
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        for element in document["data"]:
            self.number(element)
            self.listed[element["id"]] = (path, element)
        self.files.append((path, document))


def load_lists(tap, site):
    for kind, name, rows in (("departments", "departments.json", 18),
                             ("topics", "topics.json", 2),
                             ("areas", "constituencies-2024-mp.csv", 650),
                             ("areas", "constituency-region-2024.csv", 650),
                             ("regions", "regions.csv", 12),
                             ("countries", "countries.csv", 237)):
        status, said = site.command("load", site.path, kind,
                                    "%s/lists/%s" % (DATA, name))
        tap.equal((status, said), (0, "%d rows loaded\n" % rows),
                  "%s are loaded" % kind)


def import_all(tap, site, documents):
    names = []
    for i, (_, document) in enumerate(documents.files):
        name = os.path.join(site.folder, "%d.json" % i)
        with open(name, "w", encoding="utf-8") as f:
            json.dump(document, f, ensure_ascii=False)
        names.append(name)
    status, said = site.command("import", site.path, *names)
    n = len(documents.alone) + len(documents.listed)
    tap.equal((status, said), (0, "%d petitions imported\n" % n),
              "all documents are imported beside the running server")


def import_archived(tap, site, documents):
    paths = [path for path, _ in documents.archived.values()]
    status, said = site.command("import", site.path, "--period", "2015-2017",
                                *paths)
    tap.ok(status == 1 and "there is no period" in said,
           "a period that is not known is asked for")
    status, said = site.command("load", site.path, "periods",
                                "%s/lists/periods.csv" % DATA)
    tap.equal((status, said), (0, "5 rows loaded\n"),
              "periods are loaded beside the running server")
    status, said = site.command("import", site.path, "--period", "2015-2017",
                                *paths)
    tap.equal((status, said), (0, "2 petitions imported\n"),
              "and the elements without a period have one")
    status, said = site.command("import", site.path, "--period", "2015-2017",
                                *paths)
    tap.ok(status == 1 and "taken already" in said, "they are there already")


def wait_until_closed(site, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not site.get("/petitions.json?state=open").json["data"]:
            return True
        time.sleep(0.2)
    return False


def check_alone(tap, site, documents):
    for number, (path, element) in documents.alone.items():
        got = site.get("/petitions/%d.json" % number)
        document = got.json
        label = os.path.relpath(path, DATA)
        tap.equal((got.status, list(document), list(document["data"]),
                   document["data"]["type"]),
                  (200, ["links", "data"], ["type", "id", "attributes"],
                   "petition"), "%s has its frame" % label)
        check(tap, label, document["data"]["attributes"], as_served(element))


def walk(tap, site, path):
    """All elements of a list, page by page, by its own links."""
    elements = []
    url = site.base + path
    while url is not None:
        got = site.get(url[len(site.base):])
        page = got.json
        if list(page) != ["links", "data"] or list(page["links"]) != [
                "self", "first", "last", "next", "prev"]:
            tap.ok(False, "the frame of %s" % url)
            break
        if page["links"]["self"] != url:
            tap.ok(False, "%s calls itself %s" % (url, page["links"]["self"]))
            break
        elements += page["data"]
        url = page["links"]["next"]
    return elements


def check_listed(tap, site, documents):
    elements = walk(tap, site, "/petitions.json?count=50")
    ids = [e["id"] for e in elements]
    n = len(documents.alone) + len(documents.listed)
    tap.equal((len(ids), len(set(ids))), (n, n), "every petition is listed")
    order = [(-e["attributes"]["signature_count"],
              e["attributes"]["created_at"]) for e in elements]
    tap.ok(all(a[0] < b[0] or (a[0] == b[0] and a[1] >= b[1])
               for a, b in zip(order, order[1:])), "in the order of the site")
    tap.ok(all(list(e) == ["type", "id", "links", "attributes"]
               for e in elements), "each with its frame")
    found = {e["id"]: e for e in elements}
    for path in sorted({p for p, _ in documents.listed.values()}):
        c = Compare()
        for number, (p, element) in documents.listed.items():
            if p == path:
                c.value(str(number), found[number]["attributes"],
                        as_served(element))
        tap.ok(not c.faults, os.path.relpath(path, DATA))
        for fault in c.faults[:10]:
            print("# %s" % fault)


def check_archived(tap, site, documents):
    listed = walk(tap, site, "/archived/petitions.json?parliament=2015-2017")
    tap.equal([e["id"] for e in listed], [131215, 106369],
              "archived petitions are listed")
    for e in listed:
        path, element = documents.archived[e["id"]]
        # The order of keys is that of the interface; these two are older.
        check(tap, os.path.relpath(path, DATA), e["attributes"],
              as_served(element), ordered=False)
        tap.equal(list(e), ["type", "id", "links", "parliament",
                            "attributes"], "its frame")
        tap.equal(list(e["parliament"].items()),
                  [("period", "2015-2017"), ("government", "Conservative"),
                   ("dissolution_at", "2017-05-03T00:01:00.000+01:00"),
                   ("response_threshold", 10000),
                   ("debate_threshold", 100000)], "its parliament")
    alone = site.get("/archived/petitions/106369.json").json["data"]
    tap.equal(list(alone), ["type", "id", "parliament", "attributes"],
              "the document of 106369")
    check(tap, "says the same", alone["attributes"],
          as_served(documents.archived[106369][1]), ordered=False)


def check_page_of_106369(tap, site):
    for tail in ("", ".json"):
        got = site.get("/petitions/106369" + tail)
        tap.equal((got.status, got.headers["Location"]),
                  (302, "/archived/petitions/106369" + tail),
                  "/petitions/106369%s goes to the archive" % tail)
    page = site.get("/archived/petitions/106369").text
    with open("%s/petitions/archived-index/106369.json" % DATA,
              encoding="utf-8") as f:
        a = json.load(f)["attributes"]
    for part in (
            "This petition was submitted during the 2015\u20132017 "
            "Conservative government",
            'href="/archived/petitions?parliament=2015-2017"',
            ">%s</h1>" % a["action"], a["background"][:60],
            "More details", 'href="http://www.revk.uk/2015/07/'
            'ban-multiplication.html"',
            "This petition is closed", "This petition ran for 6 months",
            "11,277 signatures", "Government responded",
            "This response was given on <time datetime=\"2016-01-18",
            "18 January 2016", a["government_response"]["summary"][:60],
            "Read the response in full", "Get involved and follow"):
        tap.ok(part in page, "106369 shows %.40s" % part)
    tap.ok("<details>" in page, "the full response is folded")
    page = site.get("/archived/petitions/106369?reveal_response=yes").text
    tap.ok("<details open>" in page, "and unfolded when asked for")


def check_tables(tap, site):
    periods = site.get("/parliaments.json").json
    tap.equal([p["period"] for p in periods],
              ["2019-2024", "2017-2019", "2015-2017", "2010-2015"],
              "periods that have ended, the newest first")
    tap.equal(list(periods[0]), ["period", "dissolution_at", "government",
                                 "response_threshold", "debate_threshold"],
              "their keys")
    tap.equal(periods[2]["dissolution_at"], "2017-05-03T00:01:00.000+01:00",
              "with the local offset")
    tap.equal(site.get("/parliaments/2024-.json").status, 404,
              "not the one that sits")
    areas = site.get("/constituencies.json").json
    tap.equal((len(areas), list(areas) == sorted(areas)), (650, True),
              "650 constituencies by code")
    tap.equal(list(areas["E14001063"].items()),
              [("mp", "Alex Baker MP"), ("party", None),
               ("constituency", "Aldershot"), ("ons_code", "E14001063"),
               ("start_date", None), ("end_date", None)], "one of them")
    tap.equal(site.get("/parliaments/current/constituencies.json").json,
              areas, "the same for the current period")
    tap.equal(list(site.get("/topics.json").json.items()),
              [("covid-19", {"code": "covid-19", "name": "Covid 19"}),
               ("race-and-equality", {"code": "race-and-equality",
                                      "name": "Race and equality"})],
              "topics")
    departments = site.get("/departments.json").json
    names = [d["name"] for d in departments]
    tap.ok(len(names) >= 18 and names == sorted(names)
           and len(set(names)) == len(names), "departments by name, each once")
    for path in ("/parliaments.json", "/petitions.json", "/topics.json",
                 "/petitions/300000/count.json", "/petitions/300000.json",
                 "/archived/petitions/106369.json", "/petitions/106369.json"):
        got = site.get(path, headers={"Origin": "https://other.example"})
        tap.equal(got.headers["Access-Control-Allow-Origin"], "*",
                  "anybody's script may read %s" % path)
        tap.equal(got.headers["Set-Cookie"], None, "without a cookie")


def check_count(tap, site):
    got = site.get("/petitions/300000/count.json").json
    whole = site.get("/petitions/300000.json").json["data"]["attributes"]
    tap.equal(list(got), ["signature_count", "response_threshold_reached_at",
                          "government_response_at",
                          "debate_threshold_reached_at",
                          "scheduled_debate_date", "debate_outcome_at",
                          "debated"], "the keys of count.json")
    tap.equal(got["signature_count"], whole["signature_count"], "the count")
    tap.equal(got["debated"], bool(whole["debate"]
                                   and whole["debate"]["debated_on"]),
              "whether it was debated")


def check_lists(tap, site):
    for state, test in (
            ("closed", lambda a: a["state"] == "closed"),
            ("rejected", lambda a: a["state"] == "rejected"),
            ("with_response", lambda a: a["government_response_at"]),
            ("awaiting_response", lambda a: a["government_response_at"] is None
             and a["response_threshold_reached_at"]),
            ("debated", lambda a: (a["debate"] or {}).get("debated_on")
             or a["scheduled_debate_date"]),
            ("awaiting_debate", lambda a: a["debate"] is None),
            ("not_debated", lambda a: a["debate"]
             and a["debate"]["debated_on"] is None)):
        elements = walk(tap, site, "/petitions.json?state=%s" % state)
        tap.ok(all(test(e["attributes"]) for e in elements),
               "%d are %s" % (len(elements), state))
    everything = walk(tap, site, "/petitions.json")
    want = [e["id"] for e in everything
            if "covid-19" in e["attributes"]["topics"]]
    got = [e["id"] for e in walk(tap, site,
                                 "/petitions.json?topic=covid-19")]
    tap.ok(want and got == want, "%d of a topic" % len(got))
    tap.equal(site.get("/petitions.json?topic=nothing").json["data"], [],
              "none of a topic that there is not")
    last = (len(everything) + 24) // 25
    page = site.get("/petitions.json?page=%d" % (last + 5)).json
    tap.equal((page["data"], page["links"]["next"],
               page["links"]["prev"].split("?")[1]),
              ([], None, "page=%d" % last), "behind the last page")
    got = site.get("/petitions?page=%d&state=all" % (last + 5))
    tap.equal((got.status, got.headers["Location"]),
              (302, "/petitions?page=%d" % last), "a page goes to the last")
    csv = site.get("/petitions.csv")
    tap.equal((len(csv.text.splitlines()) - 1,
               csv.headers["Content-Disposition"]),
              (len(everything),
               "attachment; filename=filtered-petitions.csv"),
              "all of them as CSV")
    html = site.get("/petitions").text
    tap.equal(html.count('<li><a href="/petitions/'), 25, "25 on a page")


def check_words(tap, site):
    for name, words in (("help", "<h1>Our own help</h1>"),
                        ("standards", "<h1>Petition standards</h1>"),
                        ("privacy", "<h1>Privacy</h1>"),
                        ("cookies", "<h1>Cookies</h1>"),
                        ("accessibility", "<h1>Accessibility</h1>")):
        got = site.get("/" + name)
        tap.ok(got.status == 200 and words in got.text, "/%s" % name)


def check_bad(tap, site):
    for path, status in (("/petitions?state=nonsense", 302),
                         ("/petitions?topic=%FF", 400),
                         ("/petitions?page=%00", 400),
                         ("/petitions?count=many&page=-1", 200),
                         ("/petitions.json?count=51", 200),
                         ("/archived/petitions?parliament=x", 400),
                         ("/archived/petitions?parliament=999", 404),
                         ("/archived/petitions?parliament=1801-1802", 404),
                         ("/petitions/99", 404), ("/petitions/99.json", 404),
                         ("/petitions/99/count.json", 404),
                         ("/petitions/99.atom", 404),
                         ("/petitions/99?reveal_response=yes", 404),
                         ("/archived/petitions/99", 404),
                         ("/parliaments/1801-1802.json", 404),
                         ("/feeds/none.atom", 404),
                         ("/petitions?q=300000", 302)):
        tap.equal(site.get(path).status, status, "%s: %d" % (path, status))
    try:
        status = site.get("/petitions?q=" + "x" * 2000000).status
    except OSError:
        status = 414  # refused before it was read
    tap.ok(status in (400, 414, 431), "2 MB of q is refused")
    tap.equal(site.get("/healthz").status, 200, "and nothing broke")


def check_feeds(tap, site):
    atom = "{http://www.w3.org/2005/Atom}"
    for path in ("/feeds/newest.atom", "/feeds/responded.atom",
                 "/feeds/debated.atom", "/petitions/300000.atom",
                 "/archived/petitions/106369.atom"):
        feed = xml.fromstring(site.get(path).body)
        entries = feed.findall(atom + "entry")
        dates = [e.find(atom + "updated").text for e in entries]
        ids = [e.find(atom + "id").text for e in entries]
        tap.ok(feed.tag == atom + "feed"
               and (entries or path == "/feeds/newest.atom")
               and dates == sorted(dates, reverse=True)
               and len(set(ids)) == len(ids)
               and all(e.find(atom + k) is not None for e in entries
                       for k in ("title", "link", "content")),
               "%s: %d entries, the newest first" % (path, len(entries)))
    sitemap = xml.fromstring(site.get("/sitemap.xml").body)
    tap.ok(len(sitemap) > 200, "the site map has %d pages" % len(sitemap))
    tap.ok("Sitemap: %s/sitemap.xml" % site.base
           in site.get("/robots.txt").text, "robots.txt names it")


def main(program):
    if not os.path.isdir("%s/petitions/full" % DATA):
        skip_all("the data folder is not here (PETITIOND_DATA)")
    tap = Tap()
    documents = Documents("%s/petitions" % DATA)
    site = Site(program)
    try:
        os.mkdir(os.path.join(site.path, "pages"))
        with open(os.path.join(site.path, "pages", "help.md"), "w",
                  encoding="utf-8") as f:
            f.write("# Our own help\n\nAsk us.\n")
        load_lists(tap, site)
        site.serve()
        import_all(tap, site, documents)
        import_archived(tap, site, documents)
        tap.ok(wait_until_closed(site), "what is over gets closed")
        check_alone(tap, site, documents)
        check_listed(tap, site, documents)
        check_archived(tap, site, documents)
        check_page_of_106369(tap, site)
        check_tables(tap, site)
        check_count(tap, site)
        check_lists(tap, site)
        check_feeds(tap, site)
        check_words(tap, site)
        check_bad(tap, site)
        tap.equal(site.stop(), 0, "the server ends in order")
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
