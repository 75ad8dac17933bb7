#!/usr/bin/env python3
"""po_test.py - a translation holds every message of the template, whole.

    tools/po_test.py LANG.po TEMPLATE.pot

No message is missing, unfinished or left over, and each translation has the
places ({1}) and links ([text]) of its message.
"""
import re
import subprocess
import sys


def messages(text):
    """(id, plural or None, [translations]) of each entry."""
    text = re.sub(r'"\n"', "", text)
    for block in re.split(r"\n\n+", text):
        if "\n#~ " in "\n" + block:
            continue
        found = dict(re.findall(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) '
                                r'"(.*)"$', block, re.M))
        if found.get("msgid"):
            yield (found["msgid"], found.get("msgid_plural"),
                   [v for k, v in sorted(found.items())
                    if k.startswith("msgstr")], "fuzzy" in block)


def marks(text):
    return (sorted(set(re.findall(r"\{\d\}", text))),
            len(re.findall(r"\[[^\]]+\]", text)))


def main(po, pot):
    with open(po, encoding="utf-8") as file:
        have = {m[0]: m for m in messages(file.read())}
    with open(pot, encoding="utf-8") as file:
        want = {m[0]: m for m in messages(file.read())}
    missing = [k for k in want if k not in have or not all(have[k][2])]
    report = [
        ("every message is translated", missing),
        ("none is unfinished", [k for k, m in have.items() if m[3]]),
        ("none is left over", [k for k in have if k not in want]),
        ("places and links are those of the message",
         [k for k, m in have.items() if k in want and any(
             t and marks(t)[1] != marks(k)[1] or
             t and not set(marks(t)[0]) <= set(marks(m[1] or k)[0])
             for t in m[2])]),
    ]
    failed = 0
    for number, (what, wrong) in enumerate(report, 1):
        failed += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {number} - {what}")
        for key in wrong:
            print(f"#   {key}")
    if failed:
        print("# tools/po_update.sh brings the file up to the template")
    same = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", po],
                          check=False).returncode == 0
    print(f"{'' if same else 'not '}ok {len(report) + 1} - msgfmt takes it")
    print(f"1..{len(report) + 1}")
    return 1 if failed or not same else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
