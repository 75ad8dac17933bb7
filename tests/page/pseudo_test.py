#!/usr/bin/env python3
"""pseudo_test.py - no page has a word, a date order or a left hand built in.

    pseudo_test.py PAGE-PREVIEW AR-XB.mo SOURCE

Every sample page is written in the pseudo-language of tools/pseudo.py.  What
then has a Latin letter must be a value of the samples (src/page/sample.c): a
name, a petition's text, an address.  Links to pages lead on in the language.
The stylesheet knows starts and ends, no left and right.
"""
import html.parser
import pathlib
import re
import subprocess
import sys
import tempfile

# Names of things that are the same in every language.
NAMES = ["petition-verify", "English", "JSON", "CSV", "United Kingdom"]
# Our own long texts and names of countries are not in the catalogue: the
# first are files of their own (content/), the second are data.
FILES = {"standards", "help-own"}
SPOKEN = {"alt", "aria-label", "content", "placeholder", "title"}
SILENT = {"script", "style", "code", "option"}
BARE = re.compile(r"/(assets|log|doc|theme)/|.*\.[a-z]+$")


def samples(source):
    text = "".join(path.read_text(encoding="utf-8") for path in
                   sorted((source / "src/page").glob("sample*.c")))
    joined = re.findall(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', text)
    found = set(NAMES)
    for literal in joined:
        raw = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))
        raw = raw.encode("utf-8").decode("unicode_escape")
        raw = raw.encode("latin-1").decode("utf-8", "replace")
        # As the pages cut them: at line ends, links and marks of Markdown.
        for part in re.split(r"\r?\n|https?://\S+|\S+@\S+|[\[\]()*#>]|^- ",
                             raw, flags=re.M):
            found.update(one for one in (part, part.strip()) if one.strip())
    return sorted(found, key=len, reverse=True)


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.spoken, self.links, self.root = [], [], [], {}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.root = attrs
        named = attrs.get("name") or attrs.get("property") or ""
        if tag == "meta" and named not in ("description", "og:description",
                                           "og:title"):
            attrs.pop("content", None)
        self.spoken += [v for k, v in attrs.items() if k in SPOKEN]
        if tag in ("a", "form") and "hreflang" not in attrs:
            self.links.append(attrs.get("href") or attrs.get("action") or "")
        if tag not in ("meta", "link", "input", "br", "hr", "path", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not SILENT & set(self.open):
            self.spoken.append(data)


def built_in(spoken, known):
    """What stays of spoken texts once the samples' values are taken out."""
    for text in spoken:
        rest = text
        for value in known:
            rest = rest.replace(value, "")
        # Addresses and what the samples' values are cut and put together to.
        rest = re.sub(r"https?://\S+|\S+@\S+|/\S+|\bage1\w+", "", rest)
        # A lone letter is where a list of names goes on.
        if re.search("[A-Za-z]", rest) and len(rest.strip()) > 1:
            yield rest.strip()


def main(preview, mo, source):
    source = pathlib.Path(source)
    known = samples(source)
    failed = number = 0

    def ok(wrong, what):
        nonlocal failed, number
        number += 1
        failed += bool(wrong)
        print(f"{'not ' if wrong else ''}ok {number} - {what}")
        for one in wrong:
            print(f"#   {one}")

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([preview, folder, mo], check=True)
        for path in sorted(pathlib.Path(folder).glob("*.html")):
            page = Page()
            page.feed(path.read_text(encoding="utf-8"))
            if path.stem not in FILES:
                ok(sorted(set(built_in(page.spoken, known))),
                   f"{path.stem}: every word is from the catalogue")
            ok([l for l in page.links if re.match(r"/(?!/)", l)
                and not l.startswith("/xx") and not BARE.match(l.split("?")[0])],
               f"{path.stem}: links lead on in the language")
            ok([] if page.root.get("dir") == "rtl" else [page.root],
               f"{path.stem}: runs from right to left")
        dates = (pathlib.Path(folder) / "petition-open.html").read_text(
            encoding="utf-8")
        ok([] if re.search(r"⟦2026 ⟦\w+ ـ+⟧ \d+⟧", dates) else ["none"],
           "dates are in the order of the catalogue")
        ok([] if "11&#39;277" in dates else ["none"],
           "numbers are grouped as in the catalogue")
    style = (source / "src/page/assets/style.css").read_text(encoding="utf-8")
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    ok(re.findall(r"[^;{}]*\b(?:left|right)\b[^;{}]*", style),
       "the stylesheet knows no left and right")
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
