#!/usr/bin/python3
"""post_test.py PROBE - reads our mails with somebody else's parser.

Runs post_probe against an SMTP server of its own, plain, with STARTTLS, with
TLS from the start and with a password, and looks at what arrived with Python's
email package.  Prints TAP.
"""

import base64
import datetime
import email
import email.policy
import email.utils
import hashlib
import hmac
import html.parser
import ipaddress
import mailbox
import pathlib
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True  # leave no file in the source tree
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/live"))

import livesite  # noqa: E402

TITLE = ("Plant trees & hedges \u2014 in <every> street, \U0001f333 please, "
         "and water them")
NAME = "Zo\u00eb O'Brien-\u0141ukasz <b>&amp;"
BASE = "https://petitions.example.org"
FRAGMENT = "%s.%s" % (
    base64.urlsafe_b64encode(b"\xfb" * 32).decode().rstrip("="),
    base64.urlsafe_b64encode(b"\xef" * 32).decode().rstrip("="))
LINK = BASE + "/c/B-ABCDEFGHIJKLMNOPQRSTUVWXYZ#" + FRAGMENT
LEAVE = BASE + "/s/B-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Tap:
    def __init__(self):
        self.run = self.failed = 0

    def is_true(self, good, what):
        self.run += 1
        print("%sok %d - %s" % ("" if good else "not ", self.run, what))
        self.failed += not good

    def equal(self, got, want, what):
        self.is_true(got == want, what)
        if got != want:
            print("#  got %r\n# want %r" % (got, want))

    def skip(self, why):
        self.run += 1
        print("ok %d # SKIP %s" % (self.run, why))


class Talk(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321), with STARTTLS and AUTH PLAIN."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def secure(self):
        self.request = self.server.tls.wrap_socket(
            self.request, server_side=True)
        self.setup()

    def hello(self):
        lines = ["hello"]
        if self.server.starttls and not self.encrypted:
            lines.append("STARTTLS")
        if self.server.password:
            lines.append("AUTH PLAIN")
        for line in lines[:-1]:
            self.say("250-" + line)
        self.say("250 " + lines[-1])

    def auth(self, line):
        said = line.split(" ")[2] if line.count(" ") >= 2 else None
        if said is None:
            self.say("334 ")
            said = self.rfile.readline().decode().strip()
        self.known = base64.b64decode(said) == self.server.password
        self.say("235 in" if self.known else "535 no")

    def data(self, envelope):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.server.mails.append((envelope, b"".join(lines), self.encrypted))
        self.say("250 taken")

    def handle(self):
        self.encrypted = False
        self.known = self.server.password is None
        if self.server.tls and not self.server.starttls:
            self.secure()
            self.encrypted = True
        self.say("220 here")
        envelope = []
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line[:4].upper()
            if verb == "EHLO":
                self.server.hellos.add(line[5:])
                self.hello()
            elif verb == "STAR":
                self.say("220 go")
                self.secure()
                self.encrypted = True
            elif verb == "AUTH":
                self.auth(line)
            elif not self.known and verb != "QUIT":
                self.say("530 who are you")
            elif verb == "MAIL":
                envelope = [line]
                self.say("250 ok")
            elif verb == "RCPT":
                if "<gone@" in line:
                    self.say("550 5.1.1 nobody here")
                    continue
                envelope.append(line)
                self.say("250 ok")
            elif verb == "DATA":
                self.data(envelope)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 what")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, tls=None, starttls=False, password=None):
        super().__init__(("127.0.0.1", 0), Talk)
        self.tls, self.starttls, self.password = tls, starttls, password
        self.mails, self.hellos = [], set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that will not trust us hangs up: that is a test


def probe(server, folder, scheme, *args):
    """Run the probe in a folder of its own below folder."""
    own = folder / scheme
    own.mkdir(exist_ok=True)
    relay = "%s://127.0.0.1:%d" % (scheme, server.server_address[1])
    done = subprocess.run([sys.argv[1], own, relay, *args], timeout=60,
                          capture_output=True, text=True, check=False)
    server.shutdown()
    server.server_close()
    return done


class Reader(html.parser.HTMLParser):
    """Texts and links of a page; what is open at its end."""

    VOID = {"meta", "hr", "br"}

    def __init__(self):
        super().__init__()
        self.texts, self.links, self.open, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def bodies(mail):
    plain = mail.get_body(("plain",))
    page = Reader()
    page.feed(mail.get_body(("html",)).get_content())
    page.close()
    return plain.get_content(), page


def slot_of(sender, key):
    """The slot in an envelope's sender (docs/formats.md section 6)."""
    local, host = sender.split("@")
    address, text = local.split("+")
    token = base64.b32decode(text + "===")
    tag, masked = token[:10], token[10:]
    mask = hmac.digest(key, b"petition-bounce-mask/v1" + tag, hashlib.sha256)
    slot = bytes(a ^ b for a, b in zip(masked, mask))
    want = hmac.digest(key, b"petition-bounce/v1" + slot, hashlib.sha256)
    assert (address, host) == ("bounces", "petitions.example.org")
    assert tag == want[:10]
    return int.from_bytes(slot, "big")


def sender_of(envelope):
    return envelope[0].split()[1].removeprefix("FROM:<").removesuffix(">")


def check_header(tap, envelope, raw, mail, to):
    tap.is_true("ada" not in envelope[0] and "bob" not in envelope[0],
                "nothing personal in the envelope's sender")
    tap.equal([e.split()[1] for e in envelope[1:]], ["TO:<%s>" % to],
              "envelope's recipient")
    tap.equal(mail["To"], to, "To is the address alone")
    tap.equal(mail["From"].addresses[0].display_name,
              "P\u00e9titions, all", "From's name")
    tap.equal(mail["From"].addresses[0].addr_spec,
              "no-reply@petitions.example.org", "From's address")
    tap.equal(mail["Auto-Submitted"], "auto-generated", "Auto-Submitted")
    tap.equal(mail["MIME-Version"], "1.0", "MIME-Version")
    tap.equal(mail.get_content_type(), "multipart/alternative",
              "the outermost type")
    tap.equal([p.get_content_type() for p in mail.iter_parts()],
              ["text/plain", "text/html"], "the parts, the plain one first")
    tap.equal([d for p in mail.walk() for d in p.defects], [], "no defects")
    for name in set(mail.keys()):
        tap.equal(len(mail.get_all(name)), 1, "one field %s" % name)
    age = (datetime.datetime.now(datetime.timezone.utc) -
           mail["Date"].datetime).total_seconds()
    tap.is_true(-60 < age < 3600, "Date is now")
    tap.is_true(all(len(line) <= 998 and line.isascii()
                    for line in raw.split(b"\r\n")),
                "lines are short and ASCII")
    head = raw.split(b"\r\n\r\n")[0]
    tap.is_true(b"\n" not in raw.replace(b"\r\n", b""), "no bare line feeds")
    # libcurl does not fold its Content-Type, which is 82 long: RFC 5322
    # section 2.1.1 asks for 78 and demands 998.
    tap.is_true(all(len(line) <= 78 for line in head.split(b"\r\n")
                    if not line.startswith(b"Content-Type:")),
                "header lines of ours fit 78")


def check_confirm(tap, raw, mail):
    plain, page = bodies(mail)
    text = "".join(page.texts)
    tap.equal(mail["Subject"], "Please confirm your signature: " + TITLE,
              "the subject")
    for word in (NAME, "ada@example.org", TITLE, "72 hours", "receipt",
                 "B-ABCDEFGHIJKLMNOPQRSTUVWXYZ", BASE + "/c"):
        tap.is_true(word in plain, "plain part has " + repr(word))
        tap.is_true(word in text, "HTML part has " + repr(word))
    tap.is_true(LINK in plain.splitlines(), "the link has a line of its own")
    tap.is_true(LEAVE in plain.splitlines(), "so has the way to leave")
    tap.equal(page.links, [BASE + "/petitions/200001", LINK,
                          BASE + "/c", LEAVE, BASE],
              "the links, and nothing that loads from elsewhere")
    tap.equal(page.open, [], "every element is closed")
    tap.is_true("b" not in page.tags and "every" not in page.tags,
                "no markup from outside")
    tap.is_true("Ada" not in mail["Subject"] and "ada@" not in mail["Subject"],
                "nothing personal in the subject")


def check_reminder(tap, mail, first):
    plain, page = bodies(mail)
    tap.equal(mail["Subject"],
              "Your signature is not confirmed yet: " + TITLE,
              "the subject of a reminder")
    tap.is_true(LINK in plain.splitlines(), "it has the same link")
    tap.equal(page.links, [BASE + "/petitions/200001", LINK,
                          BASE + "/c", LEAVE, BASE],
              "in both its parts")
    tap.is_true(mail["Message-ID"] != first["Message-ID"],
                "and is a mail of its own")


def check_already(tap, raw, mail):
    plain, page = bodies(mail)
    tap.equal(mail["Subject"], "You have already signed: " + TITLE,
              "the subject of the second")
    for text in (plain, "".join(page.texts)):
        tap.is_true("already signed" in text, "it says so")
        tap.is_true("/c/" not in text and FRAGMENT not in text,
                    "it has no link and no receipt")
        tap.is_true("bob@example.org" in text, "it names the address")
    leave = BASE + "/s/C-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    tap.is_true(leave in plain.splitlines(), "it has a way to leave")
    tap.equal(page.links, [BASE + "/petitions/200001", leave, BASE],
              "and no other link")


def check_bounce(tap, folder, server):
    """A report comes into the Maildir: its slot gets no mail any more."""
    key = (folder / "smtp" / "bounce.key").read_bytes()
    senders = [sender_of(envelope) for envelope, _, _ in server.mails]
    tap.equal([slot_of(sender, key) for sender in senders], [1, 2, 5, 1, 1],
              "each envelope's sender holds the slot, by Python's HMAC")
    box = mailbox.Maildir(folder / "smtp" / "bounces")
    box.add(livesite.report_on(senders[0]))
    box.add(livesite.report_on("bounces+%s@petitions.example.org" % ("A" * 29)))
    server = Server()
    done = probe(server, folder, "smtp")
    tap.equal(sorted(done.stdout.split("\n")[:-1]), REPORTS,
              "after a report all is reported as before")
    mails = [email.message_from_bytes(raw, policy=email.policy.default)
             for _, raw, _ in server.mails]
    tap.equal([(m["To"], m.get_body(("plain",)).get_content().count("F-ABC"))
               for m in mails],
              [("bob@example.org", 0), ("ada@example.org", 3)],
              "but the mailbox that is not there got nothing")
    left = list((folder / "smtp" / "bounces" / "cur").iterdir())
    tap.equal(len(left), 1, "a forged report is left for people")
    tap.equal(list((folder / "smtp" / "bounces" / "new").iterdir()), [],
              "and nothing is read twice")


REPORTS = sorted(["report 1 0"] * 3 + ["report 2 0"] * 2 + [
    "report 3 0", "report 4 0", "report 5 0"] + ["report 6 0"] * 2)


def check_plain(tap, folder):
    server = Server()
    done = probe(server, folder, "smtp")
    tap.equal(done.returncode, 0, "the probe ends well")
    reports = sorted(done.stdout.split("\n")[:-1])
    tap.equal(reports, REPORTS,
              "every job is reported done, whatever became of it")
    tap.equal(server.hellos, {"petitions.example.org"}, "EHLO names the site")
    mails = [email.message_from_bytes(raw, policy=email.policy.default)
             for _, raw, _ in server.mails]
    tap.equal([m["To"] for m in mails],
              ["ada@example.org", "bob@example.org", "ada@example.org",
               "ada@example.org", "ada@example.org"],
              "one mail each; none for the silent and the malformed, and "
              "no reminder for who signed before or is not there")
    if len(mails) != 5:
        return
    for (envelope, raw, _), mail in zip(server.mails, mails):
        check_header(tap, envelope, raw, mail, mail["To"])
    check_confirm(tap, server.mails[0][1], mails[0])
    check_already(tap, server.mails[1][1], mails[1])
    check_reminder(tap, mails[4], mails[0])
    ids = [m["Message-ID"] for m in mails]
    tap.equal(ids[3], ids[0], "a repeated job repeats its Message-ID")
    tap.equal(len(set(ids)), 4, "other jobs have others")
    tap.is_true(all(i.endswith("@petitions.example.org>") for i in ids),
                "Message-IDs are the site's")
    check_bounce(tap, folder, server)


def make_certificate(folder):
    """A self-signed certificate for 127.0.0.1: its file, and its key's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.datetime.utcnow()
    where = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([where]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    (folder / "cert").write_bytes(certificate.public_bytes(pem))
    (folder / "key").write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return str(folder / "cert"), str(folder / "key")


def check_tls(tap, folder):
    try:
        cert, key = make_certificate(folder)
    except ImportError:
        tap.skip("python3-cryptography is not installed")
        return
    other = folder / "other"
    other.mkdir()
    stranger, _ = make_certificate(other)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    password = b"\0site\0secret"

    for scheme, starttls in (("smtps", False), ("smtp", True)):
        what = "STARTTLS" if starttls else "smtps"
        server = Server(tls, starttls, password)
        done = probe(server, folder, scheme, cert, "site", "secret")
        tap.equal(done.returncode, 0, what + ": mails go out")
        tap.equal([e for _, _, e in server.mails], [True] * 5,
                  what + ": all encrypted")
        server = Server(tls, starttls)
        done = probe(server, folder, scheme, stranger)
        tap.equal((done.returncode, server.mails), (1, []),
                  what + ": no mail to a stranger's certificate")
        server = Server(tls, starttls, password)
        done = probe(server, folder, scheme, cert, "site", "wrong")
        tap.equal((done.returncode, server.mails, done.stdout), (1, [], ""),
                  what + ": a wrong password loses no mail")
    server = Server()
    done = probe(server, folder, "smtp", cert)
    tap.equal((done.returncode, server.mails), (1, []),
              "TLS required and not offered: no mail")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check_plain(tap, pathlib.Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        check_tls(tap, pathlib.Path(folder))
    print("1..%d" % tap.run)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
