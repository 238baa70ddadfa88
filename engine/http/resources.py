"""Which further files a page or a style sheet names. Mirrors LagartoBasedHtmlParser and CssParser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape

from .errors import WireError
from .redirect import relative
from .tags import Attributes, tags
from .url import Url

SOURCE = {
    "body": ("background",),
    "img": ("src",),
    "object": ("codebase", "data"),
    "script": ("src",),
    "frame": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "bgsound": ("src",),
}
"""Tag → its attributes that name a file; of all others it is the background."""

LINKS = frozenset(("stylesheet", "icon", "shortcut icon"))
STYLE_URL = re.compile(r"""url\(\s*('|")(.*)('|")\s*\)""", re.IGNORECASE | re.DOTALL)
EXPLORER = re.compile(r"MSIE ([0-9]+\.[0-9]+)")
BROKEN_PAGE = "org.apache.jmeter.protocol.http.parser.HTMLParseException"
NO_CONDITIONS = 10.0
"""The version of the Internet Explorer from which on comments are no conditions."""
IMPORT = re.compile(
    r"""@import\s+(?:url\(\s*(?:"([^"]+)"|'([^']+)'|([^"'()\s;]+))\s*\)|"([^"]+)"|'([^']+)')[^;{}]*;""", re.IGNORECASE
)
BRACES = re.compile("[{}]")
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


def look_at(tag: str, given: Attributes, urls: Collection) -> None:
    """Add what one tag names."""
    if tag == "base":
        if given.get("href"):
            try:
                urls.base = relative(given["href"], urls.base)
            except WireError:
                why = f"java.lang.IllegalArgumentException: Error creating relative url from {given['href']}"
                raise WireError(BROKEN_PAGE, why) from None
    elif tag == "link":
        if given.get("rel", "").lower() in LINKS:
            urls.add(given.get("href"))
    elif tag == "input":
        if given.get("type", "").lower() == "image":
            urls.add(given.get("src"))
    elif tag == "applet":
        code = given.get("archive") or given.get("code")
        codebase = given.get("codebase", "").strip()
        urls.add(f"{codebase}/{code}" if codebase else given.get("code"))
    else:
        for name in SOURCE.get(tag, ("background",)):
            urls.add(given.get(name))
    for found in STYLE_URL.finditer(given.get("style", "")):
        urls.add(found[2])


def of_page(text: str, base: Url, agent: str) -> list[Url]:
    """Give the files that a page names."""
    urls = Collection(base)
    told = EXPLORER.search(agent)
    version = float(told[1]) if told else NO_CONDITIONS
    for tag, given in tags(text, version if version < NO_CONDITIONS else None):
        look_at(tag, given, urls)
    return list(urls.found.values())


def of_style_sheet(text: str, base: Url, agent: str) -> list[Url]:
    """Give the files that a style sheet imports; what its rules name is asked for only where they apply."""
    urls = Collection(base)
    text = CSS_COMMENT.sub("", text)
    for imported in IMPORT.finditer(text):
        before = text[: imported.start()]
        depth = 0
        for brace in BRACES.findall(before):
            depth = max(depth + (1 if brace == "{" else -1), 0)
        if not depth:
            urls.add(unescape(next(filter(None, imported.groups()))))
    return list(urls.found.values())


Parser = Callable[[str, Url, str], list[Url]]

PARSERS: dict[str, Parser] = {
    "text/html": of_page,
    "application/xhtml+xml": of_page,
    "application/xml": of_page,
    "text/xml": of_page,
    "text/vnd.wap.wml": of_page,
    "text/css": of_style_sheet,
}
"""Content type → what finds the files in such a body; JMeter's property HTTPResponse.parsers as it is shipped."""


def resources(
    content_type: str, text: str, base: Url, agent: str = "", parsers: Mapping[str, Parser] = PARSERS
) -> list[Url]:
    """Give the files that a body names, none for a body of another type. `agent` is the User-Agent that asked.

    Raises WireError for a page whose base is no URL.
    """
    parser = parsers.get(content_type.partition(";")[0].strip().lower())
    return [] if parser is None else parser(text, base, agent)
