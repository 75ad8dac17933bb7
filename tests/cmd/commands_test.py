#!/usr/bin/env python3
"""petitiond's commands as an operator types them: commands_test.py PETITIOND.

Every mistake is told in a sentence on standard error that says what to do,
and nothing is half done.  Prints TAP.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

PETITIOND = sys.argv[1]
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
count = failed = 0


def ok(good, what, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {what}", flush=True)
    if not good and detail:
        print("# " + str(detail).replace("\n", "\n# "), flush=True)


def run(*args, **more):
    return subprocess.run([PETITIOND, *map(str, args)], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, **more)


def says(result, status, *words):
    """The exit status, and each word in a line that begins petitiond:."""
    lines = [x for x in result.stderr.splitlines()
             if x.startswith("petitiond: ")]
    good = result.returncode == status and all(
        any(w in x for x in lines) for w in words)
    ok(good, f"{' '.join(result.args[1:3])}: exit {status}, "
       + ", ".join(words), result.stderr or result.stdout)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, site, port):
        self.port = port
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [PETITIOND, "serve", str(site), "--listen", f"127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL, stderr=self.log)

    def wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                return False
            try:
                with urllib.request.urlopen(self.url("/healthz")) as answer:
                    return answer.status == 200
            except OSError:
                time.sleep(0.1)
        return False

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        with urllib.request.urlopen(self.url(path)) as answer:
            return answer.read()

    def children(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return [int(x) for x in open(path).read().split()]

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)

    def read_log(self):
        self.log.seek(0)
        return self.log.read()


def check_usage():
    for command in ("init", "serve", "import", "keys", "tick", "check"):
        result = run(command, "--help")
        ok(result.returncode == 0 and result.stdout.startswith("usage: "),
           f"{command} --help", result.stdout)
        ok(run(command).returncode == 2, f"{command} alone is wrong usage")
    ok("usage:" in run("--help").stdout, "--help")
    ok(re.match(r"petitiond \d", run("--version").stdout), "--version")
    says(run("sing"), 2, 'no command "sing"')


def check_init(top):
    site = top / "site"
    result = run("init", site, "--title", "Test petitions")
    ok(result.returncode == 0 and "site-desk.age" in result.stdout
       and re.search(r"shown this once: (\w{5}-){4}\w{5}$", result.stdout,
                     re.M), "init says who can open what", result.stderr)
    desk = top / "site-desk.age"
    ok(desk.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt "),
       "the desk file is an age file under a passphrase")
    ok(desk.stat().st_mode & 0o777 == 0o600, "only its owner reads it")
    for name in ("web", "sealer", "keeper", "log", "mailer"):
        ok((site / name).stat().st_mode & 0o777 == 0o700,
           f"{name}/ is its role's alone")
    says(run("init", site), 1, "File exists")
    shutil.rmtree(site)
    says(run("init", site), 1, "may be another site's only key")
    shutil.rmtree(site, ignore_errors=True)
    desk.unlink()
    words = top / "words"
    words.write_text("\n")
    says(run("init", site, "--passphrase-file", words), 1, "is empty")
    ok(not site.exists(), "nothing was begun")
    return site


def check_config(site):
    conf = site / "petitiond.conf"
    good = conf.read_text()
    conf.write_text(good.replace("checkpoint_s = 2", "checkpoint_s = soon")
                    .replace("[mail]", "[mail]\ncolour = red"))
    line = 1 + conf.read_text().splitlines().index("colour = red")
    result = run("check", site)
    says(result, 1, f"petitiond.conf:{line}:", '"soon" is not a number')
    says(run("serve", site), 1, '"soon" is not a number')
    conf.write_text(good)
    key = site / "credential.key"
    key.chmod(0o644)
    says(run("serve", site), 1, "chmod 600")
    key.chmod(0o600)
    key.rename(site / "elsewhere")
    says(run("serve", site), 1, "restore it from where you keep it")
    (site / "elsewhere").rename(key)
    says(run("serve", site.parent / "none"), 1, "petitiond init")


def check_listen(site):
    """An address in use: waited for a moment, then complained about."""
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    says(run("serve", site, "--listen", f"127.0.0.1:{port}"), 1,
         f"cannot listen on 127.0.0.1:{port}: Address already in use")
    server = Server(site, port)
    time.sleep(0.5)
    taken.close()
    ok(server.wait(), "it takes an address that another leaves",
       server.read_log())
    server.stop()


def check_serve(site, top):
    port = free_port()
    server = Server(site, port)
    ok(server.wait(), "it serves", server.read_log())
    says(run("serve", site), 1, "being served already")
    other = top / "other"
    run("init", other, "--demo")
    says(run("serve", other, "--listen", "nonsense"), 1,
         "not ADDRESS:PORT")
    check_keys(site, server)
    check_postcodes(site, server, top)
    check_import(site, server, top)
    children = server.children()
    ok(len(children) == 5, "five roles run", children)
    os.kill(children[2], signal.SIGKILL)
    for _ in range(100):
        time.sleep(0.1)
        if len(server.children()) == 5 and server.wait():
            break
    ok(len(server.children()) == 5, "a dead role is started again")
    ok(server.stop() == 0, "SIGTERM ends it with 0", server.read_log())
    ok(not any(pathlib.Path(f"/proc/{p}").exists() for p in children),
       "no role stays behind")
    log = server.read_log()
    ok("event=role-died who=" in log and "event=stopped" in log,
       "the log says what happened", log)


def new_recipient():
    """An age recipient of which nobody knows the identity."""
    made = subprocess.run(["age-keygen"], capture_output=True, text=True)
    return re.search(r"age1[a-z0-9]{58}", made.stdout + made.stderr)[0]


def check_keys(site, server):
    """Readers come and go beside the running server, the log first."""
    before = run("keys", site).stdout
    desk = re.search(r"    desk\n      (age1\w+)\n      since \d{4}", before)
    ok(desk and "    mailer\n" in before, "keys shows who can open what",
       before)
    key = os.path.join(site, "mailer", "standing.key")
    standing = subprocess.run(["age-keygen", "-y", key], capture_output=True,
                              text=True, check=True).stdout.strip()
    ok(standing in before and
       standing in server.get("/who-can-read").decode() and
       os.stat(key).st_mode & 0o777 == 0o600,
       "so it does who writes to creators and sponsors, as does the page")
    says(run("keys", site, "add", "identity", "age1qqq", "Ms Moss"), 1,
         "not an age recipient")
    says(run("keys", site, "remove", "identity", desk[1]), 1,
         "nobody would be left")
    says(run("keys", site, "add", "mail", desk[1], "x"), 2,
         "no such compartment")
    new = new_recipient()
    result = run("keys", site, "add", "identity", new, "Ms Moss <custodian>")
    ok(result.stdout.startswith("Declared."), "add is declared",
       result.stdout + result.stderr)
    says(run("keys", site, "add", "identity", new, "again"), 1, "already")
    result = run("keys", site, "remove", "identity", desk[1])
    ok(result.stdout.startswith("Declared."), "remove is declared",
       result.stdout + result.stderr)
    after = run("keys", site).stdout
    ok(f"Ms Moss <custodian>\n      {new}\n      since" in after and
       f"{desk[1]}\n      no longer added" in after, "keys shows both", after)
    for _ in range(100):  # a page that was shown is made again behind
        page = server.get("/who-can-read").decode()
        if "No longer added" in page:
            break
        time.sleep(0.1)
    ok("Ms Moss &lt;custodian&gt;" in page and new in page and
       "No longer added" in page, "and so does the page")
    db = sqlite3.connect(f"file:{site}/web/site.db?mode=ro", uri=True)
    documents = [x[0] for x in db.execute(
        "SELECT body FROM event JOIN document ON sha256 = c WHERE type = 8"
        " ORDER BY ev_seq")]
    db.close()
    ok(new in documents[-1] and f"identity\t{desk[1]}" not in documents[-1]
       and f"identity\t{desk[1]}" in documents[-2] and new in documents[-2],
       "each change is a KEY event of its own", documents)


def lies_in(server, postcode):
    """Where the search for a postcode leads."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    request = urllib.request.Request(
        server.url("/petitions/local"),
        urllib.parse.urlencode({"where": postcode}).encode(),
        {"Sec-Fetch-Site": "same-origin"})
    try:
        with urllib.request.build_opener(Stay).open(request) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.headers.get("Location", "").rpartition("/")[2] or e.code


def check_postcodes(site, server, top):
    """An index that is replaced whole, beside the running server."""
    index = site / "web/postcodes.idx"
    ok(lies_in(server, "qc1 1aa") == "amberhaven", "the demo has postcodes")
    ours = top / "postcodes.csv"
    ours.write_text("Postcode,Area_Code\nQC1 1AA,X14000102\n")
    result = run("load", site, "postcodes", ours)
    ok(result.returncode == 0 and result.stdout == "1 row loaded\n",
       "load postcodes", result.stderr)
    ok(lies_in(server, "QC1 1AA") == "cockle-sands", "the new ones hold")
    ok(lies_in(server, "QC1 1AB") == 422, "the old ones are gone")
    whole = index.read_bytes()
    bad = top / "bad.csv"
    bad.write_text("pcds,pcon\nQC1 1AA,X14000101\n?,X14000101\n")
    says(run("load", site, "postcodes", SAMPLES / "lists/postcodes.csv", bad),
         1, "bad.csv:3:")
    says(run("load", site, "postcodes", top / "absent.csv"), 1,
         "absent.csv")
    ok(index.read_bytes() == whole, "one bad file leaves the old index")
    ok(run("load", site, "postcodes",
           SAMPLES / "lists/postcodes.csv").returncode == 0
       and lies_in(server, "QC1 1AB") == "amberhaven",
       "all files together take its place")


def check_import(site, server, top):
    sample = json.loads((SAMPLES / "700001.json").read_text())
    sample["data"]["id"] = 800001
    one = top / "one.json"
    one.write_text(json.dumps(sample))
    result = run("import", site, one)
    ok(result.returncode == 0 and "1 petition imported" in result.stdout,
       "import beside the running server", result.stderr)
    served = json.loads(server.get("/petitions/800001.json"))
    ok(served["data"]["attributes"]["action"]
       == sample["data"]["attributes"]["action"], "it is served at once")
    says(run("import", site, one), 1, "one.json:1:", "--replace")
    sample["data"]["attributes"]["background"] = "Other words."
    one.write_text(json.dumps(sample))
    ok(run("import", site, "--replace", one).returncode == 0,
       "--replace puts it in its place")
    for _ in range(50):
        served = json.loads(server.get("/petitions/800001.json"))
        if served["data"]["attributes"]["background"] == "Other words.":
            break
        time.sleep(0.1)
    ok(served["data"]["attributes"]["background"] == "Other words.",
       "the new text is served")
    half = top / "half.json"
    text = json.dumps(sample).replace("800001", "800002")
    half.write_text(text[:len(text) // 2])
    says(run("import", site, half), 1, "half.json:1:", "ends too early")
    several = top / "several.json"
    several.write_text(text + "\n{}\n")
    says(run("import", site, several), 1, "several.json:2:")
    try:
        server.get("/petitions/800002.json")
        ok(False, "a refused file leaves nothing")
    except urllib.error.HTTPError as e:
        ok(e.code == 404, "a refused file leaves nothing")
    says(run("import", site, top / "absent.json"), 1, "no such thing")
    for _ in range(100):
        if run("check", site).returncode == 0:
            break
        time.sleep(0.1)
    result = run("check", site)
    ok(result.returncode == 0 and "agree" in result.stdout,
       "check beside the running server", result.stderr)


def check_differences(site):
    ok(run("check", site).returncode == 0, "a stopped site agrees")
    database = sqlite3.connect(site / "web/site.db")
    database.execute("UPDATE petition SET counted = counted + 1 "
                     "WHERE id = 700001")
    database.commit()
    says(run("check", site), 1, "700001")
    database.execute("UPDATE petition SET counted = counted - 1 "
                     "WHERE id = 700001")
    database.commit()
    database.execute("INSERT INTO place_total VALUES (700001, 2, 'X1', 1, 1)")
    database.commit()
    says(run("check", site), 1, "the total of area X1")
    database.execute("DELETE FROM place_total WHERE code = 'X1'")
    database.commit()
    database.close()
    tiles = sorted((site / "public/log").glob("*/tile/entries/*.p/*"))
    whole = tiles[-1].read_bytes()
    tiles[-1].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    says(run("check", site), 1, "does not lead to the root")
    tiles[-1].write_bytes(whole[:-1])
    says(run("check", site), 1, "missing or damaged")
    tiles[-1].write_bytes(whole)
    ok(run("check", site).returncode == 0, "put back, it agrees again")


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="commands_test"))
    try:
        check_usage()
        site = check_init(top)
        ok(run("init", site, "--demo").returncode == 0, "a demo site")
        check_config(site)
        check_listen(site)
        check_serve(site, top)
        check_differences(site)
    finally:
        shutil.rmtree(top)
    print(f"1..{count}")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
