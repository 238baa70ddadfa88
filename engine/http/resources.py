"""Which further files a page or a style sheet names. Mirrors LagartoBasedHtmlParser and CssParser."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

from .errors import WireError
from .redirect import relative
from .url import Url

SOURCE = {
    "body": ("background",),
    "img": ("src",),
    "image": ("src",),
    "object": ("codebase", "data"),
    "script": ("src",),
    "frame": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "bgsound": ("src",),
}
"""Tag → its attributes that name a file; of all others it is the background."""

LINKS = frozenset(("stylesheet", "icon", "shortcut icon"))
STYLE_URL = re.compile(r"""url\(\s*('|")(.*?)('|")\s*\)""")
IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)""", re.IGNORECASE)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANKS = re.compile(r"[\n\r\b\f]+")


class Collection:
    """The URLs found, each once, in the order of their first appearance."""

    def __init__(self, base: Url) -> None:
        self.base = base
        self.found: dict[str, Url] = {}

    def add(self, text: str | None) -> None:
        """Add what an attribute names; what is no URL is left out."""
        text = BLANKS.sub("", (text or "").strip())
        if text:
            try:
                url = relative(text, self.base)
            except WireError:
                return
            self.found.setdefault(url.text, url)


class Tags(HTMLParser):
    """Looks at each tag of a page."""

    def __init__(self, urls: Collection) -> None:
        super().__init__(convert_charrefs=True)
        self.urls = urls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(reversed(attrs))
        if tag == "base":
            if given.get("href"):
                try:
                    self.urls.base = relative(given["href"] or "", self.urls.base)
                except WireError:
                    pass
        elif tag == "link":
            if (given.get("rel") or "").lower() in LINKS:
                self.urls.add(given.get("href"))
        elif tag == "input":
            if (given.get("type") or "").lower() == "image":
                self.urls.add(given.get("src"))
        elif tag == "applet":
            code = given.get("archive") or given.get("code")
            codebase = (given.get("codebase") or "").strip()
            self.urls.add(f"{codebase}/{code}" if codebase else given.get("code"))
        else:
            for name in SOURCE.get(tag, ("background",)):
                self.urls.add(given.get(name))
        for found in STYLE_URL.finditer(given.get("style") or ""):
            self.urls.add(found[2])


def of_page(text: str, base: Url) -> list[Url]:
    """Give the files that a page names."""
    urls = Collection(base)
    tags = Tags(urls)
    tags.feed(text)
    tags.close()
    return list(urls.found.values())


def of_style_sheet(text: str, base: Url) -> list[Url]:
    """Give the files that a style sheet imports; what its rules name is asked for only where they apply."""
    urls = Collection(base)
    for imported in IMPORT.findall(CSS_COMMENT.sub("", text)):
        urls.add(unescape(imported))
    return list(urls.found.values())


PARSERS: dict[str, Callable[[str, Url], list[Url]]] = {
    "text/html": of_page,
    "application/xhtml+xml": of_page,
    "application/xml": of_page,
    "text/xml": of_page,
    "text/css": of_style_sheet,
}
"""Content type → what finds the files in such a body."""


def resources(content_type: str, text: str, base: Url) -> list[Url]:
    """Give the files that a body names, none for a body of another type."""
    parser = PARSERS.get(content_type.partition(";")[0].strip().lower())
    return [] if parser is None else parser(text, base)


