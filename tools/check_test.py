#!/usr/bin/env python3
"""check_test.py - plants a breach of every rule and sees check.py find it."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# What the rule on places must leave alone after a dot and after a host.
AT_ROOT = "/".join(["", "work", ""])

CLEAN = {
    "meson.build": "test('good')\n",
    ".clang-format": (HERE.parent / ".clang-format").read_text(),
    "src/base/good.h": "int good(void);\n",
    "src/base/good.c": '#include "base/good.h"\n\nint good(void)\n{\n'
                       "\treturn 0;\n}\n",
    "src/base/good_test.c": "int main(void)\n{\n\treturn 0;\n}\n",
    "src/web/seen.c": '#include "http/http.h"\n',
    "src/crypto/lib.c": "#include <sodium.h>\n",
    "src/cmd/petition_verify.c": "#include <curl/curl.h>\n",
    "src/store/sqlite/sql.c": "int a(void)\n{\n"
                              "\treturn sqlite3_exec(text);\n}\n",
    "docs/a.md": f"The paths /tmp and .{AT_ROOT} are nobody's; "
                 f"http://host{AT_ROOT} neither.\n",
}

# The rule's words, the file, what it then holds, and what is advised.
PLANTED = [
    ("clang-format", "src/base/bad.c", "int  bad( void );\n",
     "run clang-format -i src/base/bad.c"),
    ("one way", "src/base/up.h", '#include "http/http.h"\n',
     "src/base knows only nobody"),
    ("one way", "src/page/up.h", '#include "web/app.h"\n', "src/page knows"),
    ("one way", "src/attic/a.h", "int a;\n", "whom src/attic may know"),
    ("one room", "src/http/lib.c", "#include <sodium.h>\n",
     "call src/crypto/"),
    ("one room", "src/cmd/serve.c", "#include <curl/curl.h>\n",
     "call src/mail/"),
    ("one room", "src/domain/a.c", "#include <nettle/sha2.h>\n",
     "call src/crypto/"),
    ("header first", "src/base/good.c",
     '#include <stdio.h>\n\n#include "base/good.h"\n',
     '#include "base/good.h" the first'),
    ("SQL", "src/store/sqlite/bad.c",
     'int a(void)\n{\n\treturn snprintf(sql, 9, "SELECT");\n}\n',
     "bad.c:3: use sql_take"),
    ("SQL", "src/web/bad.c",
     "int a(void)\n{\n\treturn sqlite3_prepare_v2(text);\n}\n",
     "bad.c:3: use sql_take"),
    ("SQL", "src/store/sqlite/bad.c",
     "int a(void)\n{\n\treturn sql_take_literal(text);\n}\n",
     "bad.c:3: use sql_take"),
    ("markup", "src/page/bad.c",
     "void a(void)\n{\n\thtml_raw(h, text, 3);\n}\n",
     "bad.c:3: use html_lit"),
    ("one machine", "docs/bad.md", "see /ho" "me/ada/notes\n",
     "bad.md:1: take"),
    ("one machine", "package-lock.json", '{\n "resol' 'ved": ""\n}\n',
     "package-lock.json:2: take"),
    ("unfinished", "src/base/bad.h", "/* TO" "DO */\n", "bad.h:1: finish"),
    ("is built", "src/base/lost_test.c", "int a;\n", "name it in"),
    ("share a name", "src/web/meson.build", "test('good')\n",
     "rename the test good, which meson.build:1 has"),
    ("share a name", "src/web/meson.build",
     "foreach name : ['a', 'b']\n  test('x-' + name,\n    name)\nendforeach\n"
     "test('x-b')\n", "meson.build:5: rename the test x-b"),
    ("every setting", "src/role/config.c",
     '#include "role/config.h"\n\nTEXT("site", "motto", motto)\n',
     "add a row for `[site] motto`"),
    ("every option", "src/cmd/bad.c",
     'int a[] = { { "loud", no_argument, 0, 0 } };\n',
     "describe --loud in man/"),
    ("every option", "src/cmd/bad.c", 'int a = f(word, STR("--loud"));\n',
     "describe --loud in man/"),
    ("every scenario", "docs/testing.md",
     "| F-103 | a form | `tests/gone.mjs` | `F-103 and counts` |\n",
     'tests/gone.mjs has no test "F-103 and counts"'),
    ("one sitting", "src/base/long.h", "int a;\n" * 1001,
     "split it: 1001 lines"),
]

count = 0
failed = 0


def check(good, what, output=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {what}")
    if not good:
        print("\n".join("# " + line for line in output.splitlines()))


def look(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run(
            [sys.executable, str(HERE / "check.py"), folder],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
    return done.returncode, done.stdout


def main():
    status, output = look(CLEAN)
    check(status == 0, "a clean tree passes", output)
    for rule, name, text, advice in PLANTED:
        status, output = look({**CLEAN, name: text})
        others = [line for line in output.splitlines()
                  if not line.startswith(("ok ", "#", "1.."))]
        found = [line for line in others if advice in line]
        check(status == 1 and len(found) == 1 and len(others) == 1,
              f"{rule}: {name}: {advice}", output)
        check(not any(line.startswith("ok ") and rule in line
                      for line in output.splitlines()),
              f"{rule}: the rule does not pass", output)
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
