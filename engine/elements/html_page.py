"""Pages as jsoup sees them: whatever comes becomes a tree with head, body and tbody, and elements have a text.

lxml is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import re
from typing import Any

DOCUMENT = "jsoup-document"
"""The element that stands for the document itself, around `html`."""

BLOCKS = frozenset({
    "html", "head", "body", "frameset", "script", "noscript", "style", "meta", "link", "title", "frame", "noframes",
    "section", "nav", "aside", "hgroup", "header", "footer", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
    "pre", "div", "blockquote", "hr", "address", "figure", "figcaption", "form", "fieldset", "ins", "del", "dl", "dt",
    "dd", "li", "table", "caption", "thead", "tfoot", "tbody", "colgroup", "col", "tr", "th", "td", "video", "audio",
    "canvas", "details", "menu", "plaintext", "template", "article", "main", "svg", "math", "center", "dir", "applet",
    "marquee", "listing",
})  # fmt: skip
"""Elements that stand apart from the text around them."""

KEEPS_SPACE = frozenset(("pre", "plaintext", "title", "textarea"))
DATA = frozenset(("script", "style"))
"""Elements whose content is no text."""

SPACE = re.compile("[ \t\n\f\r\xa0]+")
INVISIBLE = re.compile("[\u200b\xad]")
PRESERVED_LEVELS = 6
TRIMMED = "".join(map(chr, range(33)))


def parse_page(text: str) -> Any:
    """Read a page; gives its DOCUMENT element."""
    from lxml import etree

    parser = etree.HTMLParser(recover=True, no_network=True, huge_tree=True, encoding="utf-8", remove_pis=True)
    data = text.replace("\x00", "").encode("utf-8", "replace")
    html = etree.fromstring(data, parser) if data.strip() else None
    if html is None:
        html = etree.Element("html")
    document = etree.Element(DOCUMENT)
    document.append(html)
    if html.find("head") is None:
        html.insert(0, etree.Element("head"))
    if html.find("body") is None and html.find("frameset") is None:
        etree.SubElement(html, "body")
    for table in html.iter("table"):
        _group_rows(table)
    return document


def _group_rows(table: Any) -> None:
    """Put rows that stand directly in a table into a tbody."""
    from lxml import etree

    group = None
    for child in list(table):
        if child.tag == "tr":
            if group is None:
                group = etree.Element("tbody")
                child.addprevious(group)
            group.append(child)
        elif isinstance(child.tag, str):
            group = None


class _Text:
    """Text as it is put together: blanks come one at a time."""

    __slots__ = ("last", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.last = ""

    def apart(self) -> None:
        """Part what comes from what was."""
        if self.last not in ("", " "):
            self.parts.append(" ")
            self.last = " "

    def add(self, text: str | None, keeps_space: bool) -> None:
        """Append a text."""
        if text and not keeps_space:
            text = SPACE.sub(" ", INVISIBLE.sub("", text))
            if self.last == " ":
                text = text.lstrip(" ")
        if text:
            self.parts.append(text)
            self.last = text[-1]

    def visit(self, element: Any, keeps_space: bool) -> None:
        """Append what an element holds."""
        tag = element.tag
        if tag in BLOCKS or tag == "br":
            self.apart()
        keeps_space = keeps_space or tag in KEEPS_SPACE
        if tag not in DATA:
            self.add(element.text, keeps_space)
        for child in element:
            if isinstance(child.tag, str):
                self.visit(child, keeps_space)
            tail = child.tail
            if tail:
                if child.tag in BLOCKS:
                    self.apart()
                self.add(tail, keeps_space)

    def __str__(self) -> str:
        return "".join(self.parts).strip(TRIMMED)


def _keeps_space(element: Any) -> bool:
    for _ in range(PRESERVED_LEVELS):
        if element is None:
            return False
        if element.tag in KEEPS_SPACE:
            return True
        element = element.getparent()
    return False


def text_of(element: Any) -> str:
    """Give an element's text, that of what it holds included. Mirrors jsoup's Element.text()."""
    text = _Text()
    text.visit(element, _keeps_space(element))
    return str(text)


def own_text(element: Any) -> str:
    """Give the text that stands directly in an element."""
    text, keeps_space = _Text(), _keeps_space(element)
    if element.tag not in DATA:
        text.add(element.text, keeps_space)
    for child in element:
        if child.tag == "br":
            text.apart()
        text.add(child.tail, keeps_space)
    return str(text)


def data_of(element: Any) -> str:
    """Give scripts, styles and comments of an element."""
    own = (element.text or "") if element.tag in DATA or not isinstance(element.tag, str) else ""
    return own + "".join(data_of(child) for child in element)


def whole_text(element: Any) -> str:
    """Give an element's text with all its blanks."""
    own = "" if element.tag in DATA else element.text or ""
    return own + "".join(
        (whole_text(child) if isinstance(child.tag, str) else "") + (child.tail or "") for child in element
    )


def whole_own_text(element: Any) -> str:
    """Give the text that stands directly in an element, with all its blanks."""
    own = "" if element.tag in DATA else element.text or ""
    return own + "".join(("\n" if child.tag == "br" else "") + (child.tail or "") for child in element)


def attribute_of(element: Any, name: str) -> str:
    """Give an attribute, whatever the case of its name; empty where there is none."""
    return str(element.get(name) or element.get(name.lower()) or "")
