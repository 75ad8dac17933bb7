#!/usr/bin/python3
"""The mails of a served site, read and answered by Python's email package.

usage: mails_test.py PETITIOND

Somebody signs; the mail has a sender of its own; a report that it cannot be
delivered comes into the Maildir in the mailer's folder, and is understood
inside the mailer's fence.  Prints TAP.
"""

import http.client
import mailbox
import os
import socket
import sys

sys.dont_write_bytecode = True  # leave no file in the source tree
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import livesite  # noqa: E402


class Metrics(http.client.HTTPConnection):
    """SITE/metrics.sock."""

    def __init__(self, site):
        super().__init__("site")
        self.path = os.path.join(site.dir, "metrics.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def read(self):
        self.request("GET", "/metrics")
        text = self.getresponse().read().decode()
        self.close()
        return dict(line.split(" ") for line in text.splitlines()
                    if " " in line and not line.startswith("#")
                    and "{" not in line)


def bounces(tap, site, petition):
    site.sign(petition, livesite.person("Ada", "ada@example.net", "SW1A 1AA"))
    mail = site.mailbox.wait("ada@example.net")
    tap.check(mail.sender.startswith("bounces+")
              and mail.sender.endswith("@petitions.example.org")
              and "ada" not in mail.sender,
              "a mail has an envelope sender of its own", mail.sender)
    folder = os.path.join(site.dir, "mailer", "bounces")
    box = mailbox.Maildir(folder)
    box.add(livesite.report_on(mail.sender))
    box.add(livesite.report_on("bounces+%s@petitions.example.org" % ("A" * 29)))
    livesite.until("the reports to be read",
                   lambda: not os.listdir(os.path.join(folder, "new")))
    tap.check(len(os.listdir(os.path.join(folder, "cur"))) == 1,
              "a report is read and deleted, a forged one is left for people")
    token = livesite.link_of(mail)[0]
    tap.check(site.confirm(token).status == 303,
              "whoever has the link can confirm all the same")
    site.stop()
    site.serve()
    said = livesite.until("mailer's count", lambda: (
        lambda m: m.get("petitiond_mails_undeliverable") == "1" and m)(
            Metrics(site).read()))
    tap.check(said, "the metrics count who cannot be reached")
    tap.check("sandbox" not in site.said() and "role-died" not in site.said(),
              "all of it inside the fence", site.said())


def main():
    tap = livesite.Tap()
    site = livesite.Site(sys.argv[1], (
        ("mail", "bounces", "bounces@petitions.example.org"),))
    try:
        bounces(tap, site, site.open_petitions()[0])
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
