"""Check a built site: every link leads somewhere, and nothing is fetched from another host."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes whose address a browser fetches by itself.
FETCHED = {"src", "poster", "data", "background", "srcset", "action", "formaction", "manifest"}
OUTSIDE = re.compile(
    r"""(?:url\(\s*|@import\s+|fetch\(\s*|importScripts\(\s*|import\(?\s*|from\s*|src\s*=\s*)["'`]?((?:https?:)?//[\w.-]+)"""
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def outside(text: str) -> list[str]:
    """The other hosts that a style sheet or a program names where it fetches something."""
    return OUTSIDE.findall(COMMENT.sub("", text))


class Page(HTMLParser):
    """The anchors of a page, and what it refers to."""

    def __init__(self, text: str):
        super().__init__()
        self.anchors, self.links, self.fetched, self.undescribed = {""}, [], [], []
        self.feed(text)

    def handle_data(self, text):
        if self.cdata_elem in ("script", "style"):
            self.fetched += outside(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        for key, value in attributes.items():
            value = value or ""
            if key == "href":
                (self.links if tag in ("a", "area") else self.fetched).append(value)
            elif key == "srcset":
                self.fetched += [part.split()[0] for part in value.split(",")]
            elif key in FETCHED and tag != "button":
                self.fetched.append(value)
            elif key == "style":
                self.fetched += outside(value)
        if tag == "img" and not attributes.get("alt"):
            self.undescribed.append(attributes.get("src", ""))


def check(site: Path) -> tuple[int, list[str]]:
    """How many references within the site were looked at, and what is wrong, one line each.

    Wrong is a file or an anchor that is not there, anything fetched from another host, and an image without alternative text.
    """
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    checked, wrong = 0, []
    for path, page in pages.items():
        where = path.relative_to(site)
        wrong += [f"{where}: the image {src} has no alternative text" for src in page.undescribed]
        addresses = [(address, False) for address in page.links] + [(address, True) for address in page.fetched]
        for address, fetched in addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if fetched and parts.scheme not in ("data", "blob"):
                    wrong.append(f"{where}: {address} is fetched from another host")
                continue
            checked += 1
            target = (site if parts.path.startswith("/") else path.parent) / unquote(parts.path).lstrip("/")
            target = path if not parts.path else target.resolve()
            if target.is_dir():
                target /= "index.html"
            if not target.is_file() or not target.is_relative_to(site):
                wrong.append(f"{where}: {address} is not there")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                wrong.append(f"{where}: {address} has no such anchor")
    for path in sorted(site.rglob("*")):
        if path.suffix in (".css", ".js", ".mjs"):
            found = outside(path.read_text("utf-8"))
            wrong += [f"{path.relative_to(site)}: {host} is fetched from another host" for host in found]
    return checked, wrong
