"""A served site, a mailbox and a signer, for tests against a live server.

Needs Python's standard library only.  Everything lives in one folder below the
system's temporary one and on free ports of this machine; close() ends and
removes it.  Nothing here shares code with petitiond.
"""

import email
import email.mime.multipart
import email.mime.text
import email.policy
import html.parser
import http.client
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
import urllib.parse

PASSPHRASE = "correct horse battery staple"
ROLES = ("web", "sealer", "keeper", "log", "mailer")


class Tap:
    def __init__(self):
        self.run = self.failed = 0

    def check(self, good, what, *details):
        self.run += 1
        print(f"{'' if good else 'not '}ok {self.run} - {what}", flush=True)
        if not good:
            self.failed += 1
            for detail in details:
                for line in str(detail).splitlines():
                    print("# " + line, flush=True)
        return good

    def done(self):
        print(f"1..{self.run}", flush=True)
        return 1 if self.failed else 0


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    return 0


def until(what, ask, seconds=60):
    """Ask until the answer is true; a limit only for what never comes."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- the mailbox ----

class Talk(socketserver.StreamRequestHandler):
    """One SMTP conversation (RFC 5321)."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def data(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        mail = email.message_from_bytes(
            b"".join(lines), policy=email.policy.default)
        mail.sender = self.sender  # the envelope's
        self.server.mails.append(mail)
        self.say("250 taken")

    def handle(self):
        self.server.talks.append(self.connection)
        self.say("220 here")
        while line := self.rfile.readline():
            verb = line.strip().upper().split(b" ")[0]
            address = line.decode().partition("<")[2].partition(">")[0]
            if verb == b"MAIL":
                self.sender = address
            if verb == b"DATA":
                self.data()
            elif verb == b"RCPT" and address in self.server.refused:
                self.say(f"550 5.1.1 <{address}>: nobody is here")
                self.server.told.add(address)
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")


class Mailbox(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Talk)
        self.mails, self.talks = [], []
        # Who is to be refused, and who was.
        self.refused, self.told = set(), set()
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def to(self, address):
        """The mails to an address, oldest first."""
        return [m for m in list(self.mails) if address in str(m["To"])]

    def wait(self, address, n=1):
        until(f"mail {n} to a signer", lambda: len(self.to(address)) >= n)
        return self.to(address)[n - 1]

    def close(self):
        """Gone, with every conversation that goes on."""
        self.shutdown()
        self.server_close()
        for talk in self.talks:
            try:
                talk.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was over


def mail_text(mail):
    return mail.get_body(("plain",)).get_content()


def link_of(mail):
    """(T's text, o, hash of the record) of a confirmation mail."""
    return re.search(r"/c/([A-Z2-7]+-[A-Z2-7]{26})#([\w-]{43})\.([\w-]{43})",
                     mail_text(mail)).groups()


def report_on(sender, address="ada@example.net"):
    """A report of RFC 3464, as Python writes one: nobody is there."""
    about = email.message_from_string(
        "Content-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; {address}\n"
        "Action: failed\nStatus: 5.1.1\n")
    report = email.mime.multipart.MIMEMultipart(
        "report", **{"report-type": "delivery-status"})
    report["To"] = sender
    report.attach(email.mime.text.MIMEText("There is nobody.\n"))
    report.attach(about)
    return report


# ---- the site ----

def with_setting(text, section, key, value):
    """text with `key = value` set in [section]."""
    head = text.index(f"[{section}]")
    tail = text.find("\n[", head)
    tail = len(text) if tail < 0 else tail
    body, n = re.subn(rf"(?m)^{key} *=.*$",
                      lambda _: f"{key} = {value}", text[head:tail])
    if n == 0:
        body += f"\n{key} = {value}\n"
    return text[:head] + body + text[tail:]


class Connection:
    """A connection that stays open from request to request."""

    def __init__(self, site):
        self.site = site
        self.http = http.client.HTTPConnection(
            "127.0.0.1", site.port, timeout=60)

    def request(self, method, path, body=None, headers=()):
        self.http.request(method, path, body, dict(headers))
        answer = self.http.getresponse()
        answer.bytes = answer.read()
        answer.text = answer.bytes.decode("utf-8", "replace")
        return answer

    def send(self, method, path, fields, headers=()):
        """As a browser sends a form."""
        body = urllib.parse.urlencode(fields).encode() if fields else None
        if body is not None:
            headers = {"Content-Type": "application/x-www-form-urlencoded",
                       "Origin": self.site.base, **dict(headers)}
        return self.request(method, path, body, headers)

    def close(self):
        self.http.close()


class Site:
    def __init__(self, petitiond, settings=(), before=(), popen=None):
        """before: words of a program that runs the server and gives way to
        it; popen: what else it is started with."""
        self.petitiond, self.before = petitiond, before
        self.popen = popen or {}
        self.folder = tempfile.mkdtemp(prefix="petitiond-live-")
        os.chmod(self.folder, 0o755)
        self.dir = os.path.join(self.folder, "site")
        self.desk = self.dir + "-desk.age"
        self.stderr_path = os.path.join(self.folder, "stderr")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.mailbox = Mailbox()
        self.process = None
        try:
            self._init(settings)
            self.serve()
        except BaseException:
            self.close()
            raise

    def _init(self, settings):
        passphrase = os.path.join(self.folder, "passphrase")
        with open(passphrase, "w", encoding="ascii") as f:
            f.write(PASSPHRASE + "\n")
        subprocess.run([self.petitiond, "init", self.dir, "--demo",
                        "--base-url", self.base,
                        "--passphrase-file", passphrase],
                       check=True, stdout=subprocess.DEVNULL)
        os.unlink(passphrase)
        path = os.path.join(self.dir, "petitiond.conf")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for section, key, value in (
                ("mail", "relay", f"smtp://127.0.0.1:{self.mailbox.port}"),
                ("log", "checkpoint_s", 1), ("log", "ripe_count", 1),
                ("log", "ripe_s", 1), *settings):
            text = with_setting(text, section, key, value)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def serve(self):
        with open(self.stderr_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.before, self.petitiond, "serve", self.dir,
                 "--listen", f"127.0.0.1:{self.port}"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                **self.popen)
        until("the server", self.healthy)

    def healthy(self):
        if self.process.poll() is not None:
            raise RuntimeError("petitiond ended:\n" + self.said())
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def said(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.mailbox.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self):
        """{name: pid} of the supervisor and its roles."""
        found = {"supervisor": self.process.pid}
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii") as f:
                    parent = int(f.read().rpartition(")")[2].split()[1])
                with open(f"/proc/{entry}/cmdline", "rb") as f:
                    words = f.read().decode().split("\0")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and words[1:2] == ["--role"]:
                found[words[2]] = int(entry)
        return found

    # ---- HTTP, one connection a request ----

    def connection(self):
        return Connection(self)

    def request(self, method, path, body=None, headers=()):
        c = Connection(self)
        try:
            return c.request(method, path, body, headers)
        finally:
            c.close()

    def get(self, path, headers=()):
        return self.request("GET", path, None, headers)

    def post(self, path, fields, headers=()):
        c = Connection(self)
        try:
            return c.send("POST", path, fields, headers)
        finally:
            c.close()

    def open_petitions(self):
        """Ids of the petitions on the home page that can be signed."""
        ids = dict.fromkeys(map(int, re.findall(
            r'href="/petitions/(\d+)"', self.get("/").text)))
        return [i for i in ids
                if self.get(f"/petitions/{i}/signatures/new").status == 200]

    def form(self, petition, headers=()):
        """A form token for a petition."""
        page = self.get(f"/petitions/{petition}/signatures/new", headers)
        return form_token(page.text)

    def sign(self, petition, person, headers=(), token=None):
        """Send a form; the answer to it."""
        token = token or self.form(petition, headers)
        return self.post(f"/petitions/{petition}/signatures/new",
                         {**person, "form": token, "stage": "send"}, headers)

    def confirm(self, token, headers=()):
        return self.post(f"/c/{token}", {"confirm": "1"}, headers)

    def log_folder(self):
        """SITE/public/log/YEAR."""
        log = os.path.join(self.dir, "public", "log")
        years = [y for y in os.listdir(log) if y.isdigit()]
        return os.path.join(log, max(years))


def person(name, address, postcode, **more):
    return {"eligible": "1", "name": name, "email": address, "country": "GB",
            "postcode": postcode, **more}


class _Hidden(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.fields = {}

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "input" and a.get("type") == "hidden":
            self.fields[a.get("name")] = a.get("value")


def hidden_fields(page):
    """{name: value} of what a form sends without being asked."""
    parser = _Hidden()
    parser.feed(page)
    return parser.fields


def form_token(page):
    return hidden_fields(page).get("form")
