#!/usr/bin/python3
"""The mails of a served site, read and answered by Python's email package.

usage: mails_test.py PETITIOND

Somebody signs, waits, is reminded, and signs again: each mail is looked at
whole.  Another's mail has a sender of its own; a report that it cannot be
delivered comes into the Maildir in the mailer's folder, and is understood
inside the mailer's fence.  Others sign in other languages, one of them from
right to left, and every link of their mails is followed.  At last the relay
goes away for a while.  Prints TAP.
"""

import datetime
import http.client
import mailbox
import html.parser
import os
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.parse

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


def relay_away(tap, site, petition):
    """Nobody takes mail, and the server is started again: no form notices,
    and nobody's mail is lost or doubled."""
    people = [f"zoe{n}@example.net" for n in range(12)]
    thanks = f"/petitions/{petition}/signatures/thank-you"
    site.mailbox.close()
    for n, address in enumerate(people):
        answer = site.sign(petition, livesite.person("Zo\u00eb", address,
                                                     "SW1A 1AA"))
        if answer.status != 303 or answer.getheader("Location") != thanks:
            break
        if n == 5:
            site.stop()
            site.serve()
    tap.check(n == 11 and answer.status == 303,
              "a relay that is away changes nothing on the screen",
              answer.status)
    before = site.mailbox.mails
    site.mailbox = livesite.Mailbox(site.mailbox.port)
    tokens = [livesite.link_of(site.mailbox.wait(address))[0]
              for address in people]
    # Somebody's mail behind all of theirs.
    sign_in(site, petition, "", "last@example.net")
    tap.check([len(site.mailbox.to(address)) for address in people] ==
              [1] * len(people), "it comes back: one mail each")
    tap.check([site.confirm(token).status for token in tokens] == [303] * 12,
              "and each confirms")
    site.mailbox.mails[:0] = before


# A language that comes with the site, not with us.
ARABIC = '''msgid ""
msgstr ""
"Language: ar\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"X-Direction: rtl\\n"

msgid "Please confirm your signature"
msgstr "\u064a\u0631\u062c\u0649 \u062a\u0623\u0643\u064a\u062f \u062a\u0648\u0642\u064a\u0639\u0643"
'''


class Page(html.parser.HTMLParser):
    """The html element's attributes, and where links lead."""

    def __init__(self, text):
        super().__init__()
        self.html, self.links = {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "html":
            self.html = dict(attrs)
        self.links += [v for k, v in attrs if k == "href"]


def own_words(site):
    folder = os.path.join(site.dir, "locale")
    os.makedirs(folder, exist_ok=True)
    po = os.path.join(site.folder, "ar.po")
    with open(po, "w", encoding="utf-8") as f:
        f.write(ARABIC)
    subprocess.run(["msgfmt", "-o", os.path.join(folder, "ar.mo"), po],
                   check=True)


def sign_in(site, petition, prefix, address):
    """Sign by the form in a language; its mail."""
    path = f"{prefix}/petitions/{petition}/signatures/new"
    token = livesite.form_token(site.get(path).text)
    site.post(path, {**livesite.person("Zo\u00eb", address, "SW1A 1AA"),
                     "form": token, "stage": "send"})
    return site.mailbox.wait(address)


ONE_EACH = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version",
            "Content-Type", "Auto-Submitted", "Content-Language")


def check_head(tap, mail, what):
    """The fields of RFC 5322, and nothing of a person in them."""
    age = datetime.datetime.now(datetime.timezone.utc) - \
        mail["Date"].datetime
    others = " ".join([mail.sender] + [
        str(value) for name, value in mail.items() if name != "To"])
    tap.check(all(len(mail.get_all(name, [])) == 1 for name in ONE_EACH),
              f"{what}: each field once", mail.keys())
    tap.check(all(value.isascii() for _, value in mail.raw_items()),
              f"{what}: fields are ASCII or encoded")
    tap.check(mail["Auto-Submitted"] == "auto-generated"
              and mail["List-Unsubscribe"] is None,
              f"{what}: made by a program for who asked, not for a list")
    tap.check(abs(age) < datetime.timedelta(hours=1), f"{what}: its date",
              mail["Date"])
    tap.check(re.fullmatch(r"<[0-9a-f]{32}@[\w.-]+>", mail["Message-ID"]),
              f"{what}: its Message-ID", mail["Message-ID"])
    tap.check(not any(word in others for word in
                      ("Zo\u00eb", "zoe", "SW1A", "Ada", "/s/", "/c/")),
              f"{what}: nothing of the person outside To", others)


def check_links(tap, site, mail, what):
    """Every link of either part answers, in the language of the mail."""
    page = Page(mail.get_body(("html",)).get_content())
    text = re.findall(r"https?://\S+", livesite.mail_text(mail))
    tap.check(sorted(set(text)) == sorted(set(page.links)),
              f"{what}: the same links in both parts", text, page.links)
    for link in sorted(set(text)):
        url = urllib.parse.urlsplit(link)
        answer = site.get(url.path or "/")
        tap.check(link.startswith(site.base) and answer.status == 200
                  and Page(answer.text).html["lang"]
                  == mail["Content-Language"],
                  f"{what}: a link answers, in its language",
                  link, answer.status)


def whole(tap, site, mail, what):
    """What must hold for each mail that we send."""
    parts = [(p.get_content_type(), p.get_content_charset())
             for p in mail.iter_parts()]
    tap.check(mail.get_content_type() == "multipart/alternative"
              and parts == [("text/plain", "utf-8"), ("text/html", "utf-8")],
              f"{what}: a text part and an HTML part", parts)
    tap.check(not any(part.defects for part in mail.walk()),
              f"{what}: no defects")
    check_head(tap, mail, what)
    check_links(tap, site, mail, what)


def seem_older(site, hours):
    """All signatures that wait were made so many hours earlier, and nobody
    has looked since whom to remind."""
    site.stop()
    db = sqlite3.connect(os.path.join(site.dir, "web", "site.db"))
    with db:
        db.execute("UPDATE signature SET hour = hour - ? WHERE state = 0",
                   (hours,))
        db.execute("DELETE FROM meta WHERE key = 'reminded'")
    db.close()
    site.serve()


def every_mail(tap, site, petition):
    """To confirm, the reminder, and that it is signed already."""
    address = "zoe@example.net"
    first = sign_in(site, petition, "", address)
    whole(tap, site, first, "to confirm")
    seem_older(site, 50)
    subprocess.run([site.petitiond, "tick", site.dir], check=True,
                   stdout=subprocess.DEVNULL)
    second = site.mailbox.wait(address, 2)
    whole(tap, site, second, "reminder")
    tap.check(str(second["Subject"]).startswith(
        "Your signature is not confirmed yet: "), "reminder: its subject",
        second["Subject"])
    tap.check(livesite.link_of(first) == livesite.link_of(second),
              "reminder: the same link once more")
    tap.check(first["Message-ID"] != second["Message-ID"],
              "reminder: a Message-ID of its own")
    assert site.confirm(livesite.link_of(second)[0]).status == 303
    sign_in(site, petition, "", address)
    third = site.mailbox.wait(address, 3)
    whole(tap, site, third, "signed already")
    tap.check("/c/" not in livesite.mail_text(third)
              and str(third["Subject"]).startswith("You have already signed: "),
              "signed already: nothing to confirm", third["Subject"])
    leave = re.search(r"/s/\S+", livesite.mail_text(third)).group()
    tap.check(site.post(leave + "/withdraw", {}).status == 303,
              "signed already: a way out")


def language(tap, site, petition, tag, direction, subject):
    mail = sign_in(site, petition, "/" + tag, f"zoe-{tag}@example.net")
    page = Page(mail.get_body(("html",)).get_content())
    tap.check(str(mail["Subject"]).startswith(subject + ": "),
              f"{tag}: the subject", mail["Subject"])
    tap.check(mail["Content-Language"] == tag, f"{tag}: Content-Language")
    tap.check(page.html == {"lang": tag, "dir": direction},
              f"{tag}: language and direction of the HTML part", page.html)
    whole(tap, site, mail, tag)
    tap.check(all(link.startswith(f"{site.base}/{tag}") for link in page.links),
              f"{tag}: the links lead on in it", page.links)
    return mail


def languages(tap, site, petition):
    mail = language(tap, site, petition, "de", "ltr",
                    "Bitte best\u00e4tigen Sie Ihre Unterschrift")
    text = livesite.mail_text(mail)
    tap.check("Name:" in text and "Guten Tag," in text
              and "Hello" not in text and "signature" not in text,
              "de: nothing is left in English", text)
    tap.check(max(map(len, (line for line in text.splitlines()
                            if "://" not in line))) <= 76,
              "de: lines are wrapped")
    language(tap, site, petition, "ar", "rtl",
             "\u064a\u0631\u062c\u0649 \u062a\u0623\u0643\u064a\u062f "
             "\u062a\u0648\u0642\u064a\u0639\u0643")
    assert site.confirm(livesite.link_of(mail)[0]).status == 303
    sign_in(site, petition, "", "zoe-de@example.net")
    again = site.mailbox.wait("zoe-de@example.net", 2)
    tap.check(again["Content-Language"] == "en-GB"
              and str(again["Subject"]).startswith("You have already signed"),
              "the usual language for who signs in it, whatever was before",
              again["Content-Language"], again["Subject"])


def lift(tap, site):
    """Marks as an operator sees them and takes them back."""
    def said(*words):
        done = subprocess.run([site.petitiond, "mails", site.dir, *words],
                              capture_output=True, text=True)
        return done.returncode, done.stdout

    tap.check(said() == (0, "1 cannot be reached\n"), "the command counts them")
    tap.check(said("lift", "987654") == (0, "0 lifted, 1 left\n"),
              "somebody else's is not lifted")
    tap.check([said("lift")[0], said("lift", "0")[0], said("lift", "all", "2")[0],
               said("drop", "1")[0]] == [2, 2, 2, 2], "nonsense is wrong usage")
    tap.check(said("lift", "all") == (0, "1 lifted, 0 left\n"),
              "all are lifted")
    site.stop()
    site.serve()
    tap.check(livesite.until("mailer's count", lambda: Metrics(site).read().get(
        "petitiond_mails_undeliverable") == "0"), "the mailer knows")


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
    own_words(site)
    site.stop()
    site.serve()
    said = livesite.until("mailer's count", lambda: (
        lambda m: m.get("petitiond_mails_undeliverable") == "1" and m)(
            Metrics(site).read()))
    tap.check(said, "the metrics count who cannot be reached")
    lift(tap, site)
    tap.check("sandbox" not in site.said() and "role-died" not in site.said(),
              "all of it inside the fence", site.said())


def main():
    tap = livesite.Tap()
    site = livesite.Site(sys.argv[1], (
        ("mail", "bounces", "bounces@petitions.example.org"),
        ("site", "languages", "en de ar"), ("limits", "off", "yes")))
    try:
        petition = site.open_petitions()[0]
        every_mail(tap, site, petition)
        bounces(tap, site, petition)
        languages(tap, site, petition)
        relay_away(tap, site, petition)
    finally:
        site.close()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
