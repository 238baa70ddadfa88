"""Pages as JTidy leaves them: white space where it shows, no tags that HTML 4 does not know, no empty ones."""

from __future__ import annotations

import re
from typing import Any

GENERATOR = "HTML Tidy for Java (vers. 2009-12-01), see jtidy.sourceforge.net"
_BLOCKS = """
html head body title frameset noframes noscript h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd div blockquote address fieldset
legend form table caption thead tfoot tbody colgroup tr th td center dir menu hr pre option optgroup
"""
_EMPTY = "br img input meta link base area col param frame hr isindex basefont"
_INLINE = """
a abbr acronym applet b basefont bdo big button cite code del dfn em font i iframe ins kbd label map object q s samp
script select small span strike strong style sub sup textarea tt u var
"""
BLOCKS, EMPTY = frozenset(_BLOCKS.split()), frozenset(_EMPTY.split())
KNOWN = BLOCKS | EMPTY | frozenset(_INLINE.split())
_KEPT = "html head body title td th tr script style textarea select option iframe applet object frameset"
KEPT = EMPTY | frozenset(_KEPT.split())
"""What stays even if it is empty."""

VERBATIM = frozenset(("script", "style"))
INSTEAD = {"font": "span", "center": "div", "dir": "ul", "menu": "ul"}
BLANK = re.compile("[ \t\r\n]+")
BLANKS = " \t\r\n"


def tidy(root: Any) -> Any:
    """Change the tree of a page, which has head and title, into JTidy's; gives its root element."""
    from lxml import etree

    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    unknown = {node.tag for node in root.iter() if node.tag not in KNOWN}
    if unknown:
        etree.strip_tags(root, *unknown)
    for node in root.iter(*INSTEAD):
        node.tag = INSTEAD[node.tag]
    _Flow().element(root)
    _prune(root)
    root.find("head").insert(0, etree.Element("meta", name="generator", content=GENERATOR))
    return root


def _prune(element: Any) -> None:
    for child in list(element):
        _prune(child)
        empty = not len(child) and not child.text and child.tag not in KEPT and "id" not in child.attrib
        if empty and "name" not in child.attrib and not (child.tag == "a" and child.attrib):
            if child.tail:
                _append(child, child.tail)
            element.remove(child)


def _append(element: Any, text: str) -> None:
    """Put a text before an element, behind what stands there."""
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        around = element.getparent()
        around.text = (around.text or "") + text


class _Flow:
    """Goes through a page as it is read: blanks come one at a time, and not where a block begins or ends."""

    def __init__(self) -> None:
        self.begins = True
        self.due = False
        self.opened: list[Any] = []
        """Inline elements in which nothing stands yet: a blank goes before them."""

    def element(self, element: Any) -> None:
        """Go through an element."""
        tag = element.tag
        if tag in VERBATIM:
            return
        if tag in ("pre", "textarea"):
            self.solid(element)
            return
        is_block, text = tag in BLOCKS, element.text
        if is_block:
            if self.due and not self.begins and element.getparent() is not None:
                self.blank(element)
            self.begin()
        elif tag in EMPTY:
            self.thing(element)
            return
        elif tag == "select":
            self.thing(element)
            self.begin()
        else:
            self.opened.append(element)
        element.text = None
        self.text(element, text, tail=False)
        for child in list(element):
            tail, child.tail = child.tail, None
            if child.tag == "br" and tail and tail[0] in "\r\n":
                tail = tail.lstrip(BLANKS)
            self.element(child)
            self.text(child, tail, tail=True)
        if is_block:
            self.begin()
        elif tag == "select":
            self.begins = self.due = False
        elif self.opened and self.opened[-1] is element:
            self.opened.pop()

    def begin(self) -> None:
        """Stand at the edge of a block."""
        self.begins, self.due, self.opened = True, False, []

    def solid(self, element: Any) -> None:
        """Take a text as it stands, but for its edges."""
        if element.tag == "pre":
            self.begin()
            if not len(element):
                element.text = re.sub(r"^\r?\n", "", element.text or "").rstrip(BLANKS)
        else:
            self.thing(element)
            element.text = (element.text or "").strip(BLANKS)

    def thing(self, element: Any) -> None:
        """Take something that stands in the line."""
        if element.tag == "br":
            self.due = False
        elif self.due and not self.begins:
            self.blank(element)
        self.begins = self.due = element.tag == "hr"
        self.due, self.opened = False, []

    def blank(self, element: Any) -> None:
        """Write the blank that is due before an element, or before those that it begins."""
        _append(self.opened[0] if self.opened else element, " ")
        self.due = False

    def text(self, element: Any, text: str | None, *, tail: bool) -> None:
        """Take a text, in an element or behind it."""
        if not text:
            return
        plain = text.strip(BLANKS)
        self.due = self.due or text[0] in BLANKS
        if not plain:
            return
        begin = ""
        if self.due and not self.begins:
            if self.opened:
                _append(self.opened[0], " ")
            else:
                begin = " "
        shown = begin + BLANK.sub(" ", plain)
        if tail:
            element.tail = (element.tail or "") + shown
        else:
            element.text = (element.text or "") + shown
        self.begins, self.opened = False, []
        self.due = text[-1] in BLANKS
