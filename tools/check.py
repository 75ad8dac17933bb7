#!/usr/bin/env python3
"""check.py - the rules of the source that no compiler checks: `make check`.

    tools/check.py [--tap] [ROOT]

Each rule is a function that yields (place, what to do) for every breach; its
first line of documentation is its name.  Reads what git tracks (or, outside a
clone, everything but builds).  check_test.py plants a breach of every rule.
"""
import pathlib
import re
import subprocess
import sys

LINES_MANY = 400   # reported
LINES_LIMIT = 1000  # refused

# Who may include whose headers.  ARCHITECTURE.md draws it.
KNOWS = {
    "base": "",
    "crypto": "base",
    "html": "base",
    "http": "base",
    "json": "base",
    "tlog": "base crypto",
    "domain": "base crypto tlog json",
    "store": "base domain",
    "chart": "base html domain",
    "image": "base html chart",
    "page": "base html domain chart",
    "mail": "base html domain",
    "web": "base crypto tlog domain chart image http html json page",
    "role": "base crypto tlog domain store image http html json page mail web",
    "cmd": "base crypto tlog domain store chart http html json page mail web "
           "role",
}

# Libraries behind one room each; petition-verify stands on its own, because
# a recount that shared our code would share our mistakes.
LIBRARIES = {
    "sodium": ("src/crypto/", "src/cmd/petition_verify"),
    "nettle": ("src/crypto/",),
    "microhttpd": ("src/http/",),
    "sqlite3": ("src/store/",),
    "curl": ("src/mail/", "src/cmd/petition_verify",
             "src/cmd/petition_desk"),
    "jansson": ("src/cmd/petition_verify", "src/cmd/import",
                "src/cmd/load"),
    "pango": ("src/image/",),
    "cairo": ("src/image/",),
    "seccomp": ("src/role/sandbox",),
    "cmark": ("src/html/", "src/page/"),
    "idn2": ("src/domain/",),
    "stemmer": ("src/domain/",),
    "unistr": ("src/domain/",),
    "uninorm": ("src/domain/",),
    "unicase": ("src/domain/",),
    "unictype": ("src/domain/",),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if listed.returncode == 0 and listed.stdout:
            names = listed.stdout.decode().split("\0")
        else:
            names = [str(p.relative_to(root)) for p in self.root.rglob("*")
                     if not re.match(r"build|\.git/|.*node_modules/",
                                     str(p.relative_to(root)))]
        self.names = sorted(n for n in names
                            if n and (self.root / n).is_file())

    def files(self, pattern):
        return [n for n in self.names if re.search(pattern, n)]

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8",
                                            errors="replace")

    def hits(self, pattern, expression):
        """(file, line number, match) of an expression in files."""
        for name in self.files(pattern):
            text = self.text(name)
            for found in re.finditer(expression, text):
                yield (name, text.count("\n", 0, found.start()) + 1, found)


def without_comments(text):
    """C text with its comments blanked, lines kept."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text,
                  flags=re.S)


def check_format(tree):
    """clang-format has nothing to change"""
    names = tree.files(r"\.[ch]$")
    if not names:
        return
    done = subprocess.run(["clang-format", "--dry-run", *names],
                          cwd=tree.root, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    seen = set()
    for line in done.stderr.splitlines():
        found = re.match(r"([^:]+):(\d+):\d+: (?:warning|error)", line)
        if found and found[1] not in seen:
            seen.add(found[1])
            yield f"{found[1]}:{found[2]}", f"run clang-format -i {found[1]}"


def room_of(name):
    return name.split("/")[1]


def check_direction(tree):
    """includes point one way"""
    for name in tree.files(r"^src/.*\.[ch]$"):
        room = room_of(name)
        if room not in KNOWS:
            yield name, f"say in tools/check.py whom src/{room} may know"
            continue
        for _, path in INCLUDE.findall(tree.text(name)):
            other = path.split("/")[0]
            if "/" in path and other in KNOWS and other != room and \
                    other not in KNOWS[room].split():
                yield name, (f"does not include {path}: src/{room} knows "
                             f"only {KNOWS[room] or 'nobody'}")


def check_libraries(tree):
    """each library is included by one room"""
    for name in tree.files(r"^(src|tests|fuzz)/.*\.[ch]$"):
        for _, path in INCLUDE.findall(tree.text(name)):
            library = re.split(r"[/.]", path)[0]
            rooms = LIBRARIES.get(library)
            if rooms is None or name.startswith(rooms) or \
                    re.search(r"_test\.c$", name) or \
                    not name.startswith("src/"):
                continue
            yield name, (f"call {rooms[0]} instead of including {path}; "
                         "one room knows each library")


def check_own_header(tree):
    """a .c file includes its own header first"""
    names = set(tree.names)
    for name in tree.files(r"^src/.*\.c$"):
        header = name[:-2] + ".h"
        if header not in names:
            continue
        found = INCLUDE.search(tree.text(name))
        if found is None or found[2] != header[len("src/"):]:
            yield name, (f'make #include "{header[4:]}" the first, so that '
                         "the header is known to stand alone")


def check_sql(tree):
    """SQL is a literal"""
    allowed = {
        # The two that the macros of sql.h lead to; a read-only pragma.
        "src/store/sqlite/sql.c": r"sqlite3_|_literal",
        "src/store/sqlite/sql.h": r"_literal",
        "src/store/sqlite/handle.c": r"sqlite3_exec",
        # A table of literals; a macro of its own that wants one.
        "src/store/sqlite/check.c": r"_literal",
        "src/store/sqlite/petition_put.c": r"rows_begin_literal|sql_once_l",
        # Schema files, embedded as literals; PRAGMA takes no parameter.
        "src/store/sqlite/migrate.c": r"_literal|printf",
    }
    call = r"\b(sqlite3_prepare\w*|sqlite3_exec|sql_\w+_literal|\w*printf)\s*\("
    for name in tree.files(r"^src/.*\.[ch]$"):
        if name.endswith(("_test.c", "_fixture.h")):
            continue
        for found in re.finditer(call, without_comments(tree.text(name))):
            inside = name.startswith("src/store/")
            if found[1].endswith("printf") and not inside:
                continue
            if re.search(allowed.get(name, r"(?!)"), found[1]):
                continue
            line = tree.text(name).count("\n", 0, found.start()) + 1
            yield f"{name}:{line}", (
                f"use sql_take, sql_once or sql_exec with a literal and bound "
                f"parameters instead of {found[1]}")


def check_markup(tree):
    """raw markup is a literal"""
    for name, line, _ in tree.hits(r"^src/.*\.[ch]$", r"\bhtml_raw\s*\("):
        if not name.startswith("src/html/"):
            yield f"{name}:{line}", ("use html_lit for markup of ours, "
                                     "html_text or html_attr for all else")


def check_places(tree):
    """no path, host or tool of one machine"""
    places = (r"(?<![\w.:/])/(work|root|home/\w+|Users)/|"
              r"/tmp/w" r"t-|"
              r"regis" r"try\.(npmjs|yarnpkg)|py" r"pi\.org|"
              r'"resolved"\s*:')
    for name, line, found in tree.hits(r"(?!.*corpus/).*", places):
        yield f"{name}:{line}", (f"take {found[0]} out: it is true on one "
                                 "machine only")


def check_open(tree):
    """no unfinished work"""
    marks = r"\b(TO" r"DO|FIX" r"ME)\b|\bX" r"XX\b(?!X)"
    for name, line, found in tree.hits(r"\.(c|h|py|mjs|sh|md|build)$|^tools/",
                                       marks):
        yield f"{name}:{line}", (f"finish what {found[0]} marks, or make it "
                                 "NEEDSWORK: with the decision that is open")


def check_tests_named(tree):
    """every test program is built"""
    wired = "".join(tree.text(n) for n in tree.files(r"meson\.build$"))
    for name in tree.files(r"_test\.(c|py|mjs)$"):
        if name.startswith("tools/"):
            continue
        base = pathlib.Path(name).name
        stem = base.rsplit("_test", 1)[0]
        if base not in wired and f"'{stem}'" not in wired:
            yield name, "name it in its folder's meson.build"


# A loop over words, its end, and a test's name: words and variables joined.
TEST_LINE = re.compile(
    r"\bforeach (\w+) : (?:\[([^\]]*)\])?|\bendforeach\b|"
    r"(?<![\w.])test\(\s*((?:'[^']*'|\w+)(?:\s*\+\s*(?:'[^']*'|\w+))*)")


def test_names(text):
    """(name, where) of each test of a meson.build; a variable that is no
    loop's over words stays in the name as <variable>."""
    loops = []
    for found in TEST_LINE.finditer(text):
        if found[1]:
            words = re.findall(r"'([^']*)'", found[2] or "")
            loops.append((found[1], words or [f"<{found[1]}>"]))
        elif found[3] is None:
            loops.pop()
        else:
            names = [""]
            for word, variable in re.findall(r"'([^']*)'|(\w+)", found[3]):
                ends = [word] if not variable else \
                    dict(loops).get(variable, [f"<{variable}>"])
                names = [name + end for name in names for end in ends]
            for name in names:
                yield name, found.start()


def check_test_names(tree):
    """no two tests share a name"""
    seen = {}
    for file in tree.files(r"(^|/)meson\.build$"):
        text = tree.text(file)
        for name, at in test_names(text):
            place = f"{file}:{text.count(chr(10), 0, at) + 1}"
            if name in seen:
                yield place, (f"rename the test {name}, which {seen[name]} "
                              "has as well: Meson's report stops at it")
            seen.setdefault(name, place)


def check_settings(tree):
    """every setting is in docs/operating.md"""
    if "src/role/config.c" not in tree.names:
        return
    manual = tree.text("docs/operating.md") \
        if "docs/operating.md" in tree.names else ""
    for key in re.finditer(r'\b(?:TEXT|NUMBER|YES_NO)\("(\w+)", "(\w+)"',
                           tree.text("src/role/config.c")):
        name = f"[{key[1]}] {key[2]}"
        if f"`{name}`" not in manual:
            yield "docs/operating.md", f"add a row for `{name}`"


def check_manuals(tree):
    """every option is in a man page"""
    manuals = "".join(tree.text(n) for n in tree.files(r"^man/"))
    manuals = manuals.replace("\\-", "-")
    option = (r'\{\s*"([a-z-]+)",\s*(?:no|required)_argument|'
              r'STR\("--([a-z-]+)"\)')
    for name, line, found in tree.hits(r"^src/cmd/.*\.c$", option):
        word = found[1] or found[2]
        if word not in ("help", "role") and f"Fl -{word}" not in manuals:
            yield f"{name}:{line}", f"describe --{word} in man/"


def check_scenarios(tree):
    """every scenario has the test that its row names"""
    manual = tree.text("docs/testing.md") \
        if "docs/testing.md" in tree.names else ""
    row = r"(?m)^\| (F-\d{3}) \|[^|]*\| `([^`|]+)` \| `([^`|]+)` \|$"
    for number, file, name in re.findall(row, manual):
        if number not in name or file not in tree.names or \
                name not in tree.text(file):
            yield "docs/testing.md", f"{file} has no test \"{name}\""


def check_lengths(tree):
    """files can be read in one sitting"""
    for name in tree.files(r"^(src|tests|fuzz|bench|tools)/.*\.(c|h|py|mjs)$"):
        lines = tree.text(name).count("\n")
        if lines > LINES_LIMIT:
            yield name, f"split it: {lines} lines, {LINES_LIMIT} is the most"


RULES = [check_format, check_direction, check_libraries, check_own_header,
         check_sql, check_markup, check_places, check_open, check_tests_named,
         check_test_names, check_settings, check_manuals, check_scenarios,
         check_lengths]


def report_lengths(tree):
    long = [(tree.text(n).count("\n"), n)
            for n in tree.files(r"^src/.*\.[ch]$")]
    many = sorted((x for x in long if x[0] > LINES_MANY), reverse=True)
    print(f"# {len(long)} files, {sum(x[0] for x in long)} lines; "
          f"{len(many)} above {LINES_MANY} lines:")
    for lines, name in many:
        print(f"#   {lines:4} {name}")


def main(arguments):
    tap = "--tap" in arguments
    paths = [a for a in arguments if a != "--tap"]
    tree = Tree(paths[0] if paths
                else pathlib.Path(__file__).resolve().parent.parent)
    failed = 0
    for number, rule in enumerate(RULES, 1):
        breaches = list(rule(tree))
        failed += bool(breaches)
        title = f"{number} - {rule.__doc__}"
        if tap or not breaches:
            print(f"{'not ' if breaches else ''}ok {title}")
        for place, advice in breaches:
            print(f"{'# ' if tap else ''}{place}: {advice}")
    report_lengths(tree)
    print(f"1..{len(RULES)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
