"""What tests of petition-verify share, and of others who read the log: what is
printed, running it, a folder for one case, a server of it."""
import contextlib
import functools
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading

PROGRAM = sys.argv[1]
run_count = 0
fail_count = 0


def check(good, what, detail=""):
    global run_count, fail_count
    run_count += 1
    print(f"{'' if good else 'not '}ok {run_count} - {what}", flush=True)
    if not good:
        fail_count += 1
        for line in str(detail).splitlines():
            print("# " + line, flush=True)


def done():
    print(f"1..{run_count}")
    sys.exit(1 if fail_count else 0)


def run(*args):
    done = subprocess.run([PROGRAM, *map(str, args)], timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True)
    return done.returncode, done.stdout, done.stderr


def expect(what, code, words, *args):
    """Run; want this exit code and these words on standard output."""
    got, out, err = run(*args)
    check(got == code and words in out, what,
          f"exit {got}, want {code} and: {words}\n{out}{err}")


def flip(path, at):
    """One bit of the byte there is another."""
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 1]))


class Tmp:
    """A folder for one case."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="petition-verify-")
        return self.folder

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = []

    def log_message(self, *_):
        self.asked.append(self.path)


@contextlib.contextmanager
def served(folder, handler=Quiet):
    """The address of a server of this folder."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=folder))
    server.handle_error = lambda *_: None  # a client that went away
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
