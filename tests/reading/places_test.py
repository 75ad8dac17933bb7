#!/usr/bin/env python3
"""
Where addresses lead: petitions in each state, addresses that have moved, icons,
what operators watch, and what a broken file does to a site that is served.

    places_test.py PETITIOND

Needs no data from elsewhere: a demo site, whose database is changed while it
is stopped.
"""

import http.client
import json
import os
import re
import socket
import sqlite3
import sys
from email.utils import parsedate_to_datetime

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from site_of_its_own import Site, Tap  # noqa: E402

# The numbers of domain/petition.h, and what anybody gets at /petitions/ID.
STATES = {1: "gathering-support", 2: "gathering-support",
          3: "moderation-info", 4: "moderation-info", 5: 404, 9: 404, 11: 410}
MOVED = {"/api/petitions": "/", "/api/petitions/7": "/", "/departments": "/",
         "/departments/7": "/", "/help/standards": "/standards",
         "/how-it-works": "/help", "/faq": "/help",
         "/terms-and-conditions": "/help", "/privacy-policy": "/privacy",
         "/petitions/check_results": "/petitions/check"}


class Watched(http.client.HTTPConnection):
    """The operators' listener, a socket in the site's folder."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    @classmethod
    def get(cls, site, path, method="GET"):
        c = cls(os.path.join(site.path, "metrics.sock"))
        try:
            c.request(method, path)
            r = c.getresponse()
            return r.status, r.read().decode()
        finally:
            c.close()


def set_states(site, ids):
    """One petition for each state; {state: id}."""
    db = sqlite3.connect(os.path.join(site.path, "web", "site.db"))
    of = dict(zip(STATES, ids))
    for state, petition in of.items():
        db.execute("UPDATE petition SET state = ?, opened_ms = NULL"
                   " WHERE id = ?", (state, petition))
    db.commit()
    db.close()
    return of


def documents(site, ids):
    """Copies of a sample of the demo under other numbers, as files."""
    paths = []
    sample = site.get("/petitions.json?state=open").json["data"][0]
    for petition in ids:
        sample["id"] = petition
        path = os.path.join(site.folder, "%d.json" % petition)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(sample, f)
        paths.append(path)
    return paths


def check_states(tap, site, of):
    for state, petition in of.items():
        want = STATES[state]
        got = site.get("/petitions/%d" % petition)
        if isinstance(want, int):
            tap.equal(got.status, want, "state %d: %d" % (state, want))
            tap.equal(site.get("/petitions/%d/gathering-support"
                               % petition).status, 302,
                      "and it is not waiting")
            continue
        to = "/petitions/%d/%s" % (petition, want)
        tap.equal((got.status, got.headers["Location"]), (302, to),
                  "state %d leads to %s" % (state, want))
        page = site.get(to)
        tap.equal(page.status, 200, "which is there")
        tap.ok("noindex" in page.text and "<h1>" in page.text,
               "and not for search engines")
        tap.ok(site.get("/petitions.json?state=open").json["data"][0]
               ["attributes"]["action"] not in page.text,
               "without a word of the petition")
        other = {"gathering-support": "moderation-info",
                 "moderation-info": "gathering-support"}[want]
        tap.equal(site.get("/petitions/%d/%s" % (petition, other))
                  .headers["Location"], to, "from the other one too")
        tap.equal(site.get("/petitions/%d.json" % petition).status, 302,
                  "nor is there JSON of it")
    open_one = site.get("/petitions.json?state=open").json["data"][0]["id"]
    tap.equal(site.get("/petitions/%d/moderation-info" % open_one)
              .headers["Location"], "/petitions/%d" % open_one,
              "a published one leads to its page")
    tap.equal(site.get("/petitions/99/moderation-info").status, 404,
              "no such petition")


def check_moved(tap, site):
    for path, to in MOVED.items():
        got = site.get(path)
        tap.equal((got.status, got.headers["Location"]), (301, to),
                  "%s has moved" % path)
    got = site.get("/archived/petitions/106369")
    tap.equal(got.status, 200, "an archived petition")
    for path in ("/petitions/106369", "/petitions/106369.json"):
        got = site.get(path)
        tap.equal((got.status, got.headers["Location"]),
                  (302, "/archived" + path), "%s: from there" % path)
    open_one = site.get("/petitions.json?state=open").json["data"][0]["id"]
    tap.equal(site.get("/archived/petitions/%d.json" % open_one)
              .headers["Location"], "/petitions/%d.json" % open_one,
              "and back")


def check_monitors(tap, site):
    got = site.get("/ping")
    tap.equal((got.status, got.text), (200, "PONG"), "/ping")
    got = site.get("/health-check")
    health = got.json
    tap.equal(list(health), ["hostname", "url", "client_ip", "localtime",
                             "utctime", "database_connection",
                             "database_persistence", "database_integrity"],
              "the keys of /health-check")
    tap.equal((health["url"], health["client_ip"], health["hostname"]),
              ("/health-check", "127.0.0.1", site.base[len("http://"):]),
              "who and where")
    tap.equal({v for k, v in health.items() if k.startswith("database_")},
              {"OK"}, "all is well")
    moments = [parsedate_to_datetime(health[k])
               for k in ("localtime", "utctime")]
    tap.equal(moments[0], moments[1], "one moment, by two clocks")
    tap.equal(moments[1].strftime("%a, %d %b %Y %H:%M:%S +0000"),
              health["utctime"], "in the form of mails, weekday and all")
    tap.equal(got.headers["Cache-Control"], "no-store", "not to be kept")


def check_formats(tap, site):
    for path in ("/petitions.pdf", "/petitions/106369.csv", "/help.json",
                 "/archived/petitions/106369.xml", "/departments.csv"):
        got = site.get(path)
        tap.ok(got.status == 406 and "<h1>" in got.text, "%s: 406" % path)
    for path in ("/petitions.html", "/help.php", "/petitions/106369.x"):
        got = site.get(path)
        tap.equal((got.status, got.headers["Location"]),
                  (302, path.split(".")[0]), "%s: without it" % path)
    for path in ("/nothing.pdf", "/.pdf", "/petitions/x.pdf",
                 "/nothing.here"):
        tap.equal(site.get(path).status, 404, "%s: 404" % path)


def check_methods(tap, site):
    got = site.get("/petitions.json", "OPTIONS")
    tap.equal((got.status, got.headers["Allow"],
               got.headers["Access-Control-Allow-Origin"], got.body),
              (204, "GET, HEAD, OPTIONS", "*", b""), "data may be asked for")
    got = site.get("/petitions/local", "OPTIONS")
    tap.equal((got.status, "POST" in got.headers["Allow"],
               got.headers["Access-Control-Allow-Origin"]),
              (204, True, None), "a form is for our own pages")
    for path in ("/", "/petitions.json", "/petitions.csv", "/topics.json"):
        whole, head = site.get(path), site.get(path, "HEAD")
        tap.equal((head.status, head.body, head.headers["ETag"],
                   head.headers["Content-Length"]),
                  (200, b"", whole.headers["ETag"], str(len(whole.body))),
                  "HEAD %s" % path)
        same = site.get(path, headers={"If-None-Match":
                                       whole.headers["ETag"]})
        tap.equal((same.status, same.body), (304, b""), "304 %s" % path)
        tap.equal(same.headers["Access-Control-Allow-Origin"],
                  whole.headers["Access-Control-Allow-Origin"],
                  "for the same readers")
        tap.equal(site.get(path, "POST").status, 405, "POST %s" % path)
        tap.equal(site.get(path, "PUT").status, 405, "PUT %s" % path)


def check_icons(tap, site):
    got = site.get("/manifest.json")
    tap.equal(got.headers["Content-Type"], "application/manifest+json",
              "the manifest's type")
    manifest = got.json
    tap.equal((manifest["display"], manifest["start_url"],
               manifest["orientation"]), ("standalone", "/", "portrait"),
              "the manifest")
    for icon in manifest["icons"]:
        got = site.get(icon["src"])
        width = int.from_bytes(got.body[16:20], "big")
        tap.equal((got.status, got.headers["Content-Type"], "%dx%d"
                   % (width, width)), (200, icon["type"], icon["sizes"]),
                  "an icon of %s" % icon["sizes"])
    tap.equal(site.get("/favicon.ico").body[:4], b"\0\0\1\0", "favicon.ico")
    tap.equal(site.get("/apple-touch-icon.png").body[1:4], b"PNG",
              "apple-touch-icon.png")
    for path in ("/parliaments", "/topics"):
        got = site.get(path)
        tap.ok(got.status == 200 and "<h1>" in got.text, path)


def check_metrics(tap, site):
    secret = "/petitions/12345/secret-of-somebody"
    site.get(secret)
    site.get("/petitions?q=secret-of-somebody")
    tap.equal(site.get("/metrics").status, 404, "/metrics is not public")
    status, text = Watched.get(site, "/metrics")
    tap.equal(status, 200, "but operators see it")
    for line in text.splitlines():
        if not re.fullmatch(r'#.*|petitiond_[a-z_]+(\{[a-z]+="[^"]*"'
                            r'(,[a-z]+="[^"]*")*\})? [0-9.]+', line):
            tap.ok(False, "a line of Prometheus: %s" % line)
    value = dict(line.rsplit(" ", 1) for line in text.splitlines()
                 if not line.startswith("#"))
    key = ('petitiond_http_requests_total{method="GET",'
           'route="/petitions/:id",status="%d"}')
    tap.ok(int(value[key % 302]) >= 5 and int(value[key % 404]) >= 2,
           "requests are counted by route and status")
    tap.ok(int(value['petitiond_http_requests_total{method="none",'
                     'route="none",status="404"}']) >= 1, "others too")
    tap.ok("secret" not in text and "127.0.0.1" not in text,
           "nothing of what was asked for, or by whom")
    for name in ("web", "sealer", "keeper", "log", "mailer"):
        tap.ok(int(value['petitiond_role_resident_bytes{role="%s"}' % name])
               > 1 << 20, "memory of %s" % name)
    for name in ("committer_batches_total", "shelf_bytes", "mails_waiting",
                 "forms_taken", "http_connections"):
        tap.ok("petitiond_" + name in value, name)
    tap.equal(Watched.get(site, "/healthz"), (200, "ok\n"), "healthy")
    tap.equal(Watched.get(site, "/readyz")[0], 200, "ready")
    tap.equal(Watched.get(site, "/petitions")[0], 404, "nothing else there")
    tap.equal(Watched.get(site, "/metrics", "POST")[0], 405, "read only")


def check_bad_files(tap, site):
    """A clear answer, and nothing half stored, while it is served."""
    with open(os.path.join(site.folder, "800001.json"), "rb") as f:
        whole = f.read()
    cut = os.path.join(site.folder, "cut.json")
    before = site.get("/petitions.json").json["links"]["last"]
    two = whole.replace(b"800001", b"800777", 1)
    for name, content in (("cut in half", two[:len(two) // 2]),
                          ("one good, one cut", two + b"\n" + two[:99]),
                          ("not UTF-8", two.replace(b"open", b"\xff", 1)),
                          ("nothing", b"")):
        with open(cut, "wb") as f:
            f.write(content)
        status, said = site.command("import", site.path, cut)
        tap.ok(status == 1 and "cut.json" in said, "%s: %s"
               % (name, said.strip().splitlines()[0]))
    tap.equal(site.get("/petitions/800777").status, 404, "nothing was stored")
    tap.equal(site.get("/petitions.json").json["links"]["last"], before,
              "nor is the list longer")
    path = os.path.join(site.folder, "again.json")
    with open(path, "wb") as f:
        f.write(whole.replace(b'"Plant', b'"Replant').replace(
            b"800001", b"800008"))
    tap.equal(site.command("import", site.path, path)[0], 0, "a good one")
    status, said = site.command("import", site.path, path)
    tap.ok(status == 1 and "800008" in said and "--replace" in said,
           "an id that is there is said so: %s" % said.strip())
    tap.equal(site.command("import", site.path, "--replace", path)[0], 0,
              "--replace overwrites")
    table = os.path.join(site.folder, "regions.csv")
    with open(table, "w", encoding="utf-8") as f:
        f.write("id,name\nE1,North\n")
    status, said = site.command("load", site.path, "regions", table)
    tap.ok(status == 1 and "code" in said, "a missing column: %s"
           % said.strip())
    with open(table, "w", encoding="utf-8") as f:
        f.write("code,name\nE1,North\nE2\n")
    status, said = site.command("load", site.path, "regions", table)
    tap.ok(status == 1 and ":3:" in said, "a short row: %s" % said.strip())


def main():
    tap = Tap()
    site = Site(sys.argv[1], "--demo")
    try:
        site.serve()
        ids = list(range(800001, 800001 + len(STATES)))
        status, said = site.command("import", site.path,
                                    *documents(site, ids))
        tap.equal(status, 0, said.strip())
        site.stop()
        of = set_states(site, ids)
        site.serve()
        check_states(tap, site, of)
        check_moved(tap, site)
        check_monitors(tap, site)
        check_formats(tap, site)
        check_methods(tap, site)
        check_icons(tap, site)
        check_metrics(tap, site)
        check_bad_files(tap, site)
        tap.equal(site.stop(), 0, "it stops well")
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
