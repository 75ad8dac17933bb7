#!/usr/bin/env python3
"""Turn numbered SQL files into one C file: embed.py OUT.c 0001-NAME.sql..."""

import os
import sys


def literal(line):
    return '"%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"')


def main(out, paths):
    text = ["/* Made from src/store/schema by embed.py. */",
            '#include "store/schema/schema.h"', "",
            "const struct schema_step schema_steps[] = {"]
    for number, path in enumerate(sorted(paths, key=os.path.basename), 1):
        name = os.path.basename(path)
        if not name.startswith("%04d-" % number):
            sys.exit("embed.py: %s should be number %04d" % (name, number))
        text.append("\t{ %d," % number)
        with open(path, encoding="utf-8") as source:
            for line in source.read().splitlines():
                line = line.split("--")[0].rstrip()
                if line:
                    text.append("\t\t" + literal(line))
        text.append("\t},")
    text += ["};", "const size_t schema_steps_count =",
             "\tsizeof(schema_steps) / sizeof(schema_steps[0]);", ""]
    with open(out, "w", encoding="utf-8") as target:
        target.write("\n".join(text))


main(sys.argv[1], sys.argv[2:])
