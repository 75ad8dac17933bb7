#!/usr/bin/env python3
"""Pack files into a C table: embed.py OUT.h FILE...

Each becomes a row of `static const struct asset asset_table[]` (see
src/page/asset.h): name, path with hash, type, bytes, gzipped bytes.  The
output depends on the bytes of the files alone.
"""
import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".hexjson": "application/json; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".mo": "application/x-gettext-translation",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
}


def array(name, data):
    rows = [", ".join(str(b) for b in data[i:i + 20])
            for i in range(0, len(data), 20)]
    return (f"static const unsigned char {name}[{len(data)}] = {{\n\t"
            + ",\n\t".join(rows) + "\n};\n")


def view(name, size):
    return f"{{ (const char *){name}, {size} }}"


def main(out, files):
    arrays, rows = [], []
    for number, path in enumerate(sorted(map(pathlib.Path, files),
                                         key=lambda p: p.name)):
        body = path.read_bytes()
        packed = gzip.compress(body, 9, mtime=0)
        digest = hashlib.sha256(body).hexdigest()[:16]
        url = f"/assets/{path.stem}.{digest}{path.suffix}"
        arrays.append(array(f"body_{number}", body))
        smaller = len(packed) < len(body)
        if smaller:
            arrays.append(array(f"gzip_{number}", packed))
        rows.append(
            f'\t{{ STR_INIT("{path.name}"), STR_INIT("{url}"),\n'
            f'\t\tSTR_INIT("{TYPES[path.suffix]}"),\n'
            f"\t\t{view(f'body_{number}', len(body))},\n"
            + (f"\t\t{view(f'gzip_{number}', len(packed))} }},\n" if smaller
               else "\t\t{ NULL, 0 } },\n"))
    text = "/* Made by tools/embed.py. */\n" + "".join(arrays)
    text += ("static const struct asset asset_table[] = {\n"
             + "".join(rows) + "};\n")
    pathlib.Path(out).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
