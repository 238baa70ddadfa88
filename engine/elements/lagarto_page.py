"""Pages as Jodd's Lagarto sees them: the tree that is written, with tags closed where HTML lets them be left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "keygen", "link", "menuitem", "meta", "param",
    "source", "track", "wbr",
))  # fmt: skip
RAW = frozenset(["script", "style", "iframe", "noscript", "xmp", "noframes", "noembed"])
"""Elements whose content is text as it stands."""

RAW_WITH_ENTITIES = frozenset(("textarea", "title"))

_AFTER_P = """
address article aside blockquote center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5
h6 header hgroup hr li menu nav ol p pre section summary table ul xmp listing plaintext
"""
CLOSED_BY = {
    tag: frozenset(by.split())
    for tag, by in {
        "colgroup": "colgroup tbody thead tr",
        "dd": "dd dt",
        "dt": "dd dt",
        "head": "body",
        "li": "li",
        "optgroup": "optgroup",
        "p": _AFTER_P,
        "tbody": "tfoot",
        "td": "tbody td tfoot tr",
        "th": "tbody tfoot th tr",
        "thead": "tbody",
        "tr": "tbody tfoot tr",
    }.items()
}
"""Elements → the tags that end them."""

_NEXT = re.compile(
    r"<(?:!--(?P<comment>-?>|.*?-->|.*)|(?P<bogus>[!?][^>]*>?|/(?![A-Za-z])[^>]*>?)"
    r"|/(?P<end>[A-Za-z][^\s/>]*)[^>]*>?|(?P<start>[A-Za-z][^\s/>]*))",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)))?")
_LOST = re.compile(r"\s+[/>]")
"""What stands behind an attribute without a value that Lagarto loses."""

_TAG_END = re.compile(r"\s*(?:/\s*)*>")
_ENTITY = re.compile(r"&(?:#[xX]?[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*)(;|(?=[=A-Za-z0-9])|)")


class Node:
    """An element, or the document, which has no name. `children` are elements, texts, and None for a comment."""

    __slots__ = ("attributes", "children", "name", "parent")

    def __init__(self, name: str = "", attributes: dict[str, str | None] | None = None) -> None:
        self.name = name
        self.attributes = attributes or {}
        self.children: list[Node | str | None] = []
        self.parent: Node | None = None

    def append(self, child: Node) -> None:
        """Put an element at the end."""
        child.parent = self
        self.children.append(child)

    def elements(self) -> list[Node]:
        """Give the elements directly below."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator[Node]:
        """Give all elements below in their order."""
        waiting = self.elements()[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.elements()[::-1]

    def texts(self) -> Iterator[str]:
        """Give all texts below in their order."""
        waiting = self.children[::-1]
        while waiting:
            child = waiting.pop()
            if isinstance(child, str):
                yield child
            elif child is not None:
                waiting += child.children[::-1]

    def text(self) -> str:
        """Give the text of all that is below."""
        return "".join(self.texts())


def _attribute_value(written: str) -> str:
    def character(found: re.Match[str]) -> str:
        loose = not found[1] and found.end() < len(written) and re.match("[=A-Za-z0-9]", written[found.end()])
        return found[0] if loose else html.unescape(found[0])

    return _ENTITY.sub(character, written) if "&" in written else written


class _Reader:
    """Puts a page together."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.document = self.open = Node()

    def read(self) -> Node:
        """Read all of the page."""
        at = 0
        while at < len(self.page):
            found = _NEXT.search(self.page, at)
            self.add_text(self.page[at : found.start() if found else len(self.page)])
            if found is None:
                break
            at = found.end()
            if found["start"] is not None:
                at = self.start(found["start"].lower(), at)
            elif found["end"] is not None:
                self.end(found["end"].lower())
            else:
                self.open.children.append(None)
        return self.document

    def add_text(self, text: str) -> None:
        """Put a text into the open element."""
        if text:
            self.open.children.append(html.unescape(text))

    def start(self, name: str, at: int) -> int:
        """Begin an element; gives where its tag, and with it raw content, ends."""
        attributes: dict[str, str | None] = {}
        while not (end := _TAG_END.match(self.page, at)):
            found = _ATTRIBUTE.match(self.page, at)
            if found is None:
                return len(self.page)
            value = next((value for value in found.groups()[1:] if value is not None), None)
            at = found.end()
            if value is not None or not _LOST.match(self.page, at):
                attributes.setdefault(found[1].lower(), None if value is None else _attribute_value(value))
        closed = end[0].endswith("/>")
        while not closed and name in CLOSED_BY.get(self.open.name, ()):
            assert self.open.parent is not None
            self.open = self.open.parent
        node = Node(name, attributes)
        self.open.append(node)
        if name in RAW or name in RAW_WITH_ENTITIES:
            return self.raw(node, end.end())
        if name not in VOID and not closed:
            self.open = node
        return end.end()

    def raw(self, node: Node, at: int) -> int:
        """Read raw content up to its end tag; without one there is none."""
        end = re.compile(rf"</{re.escape(node.name)}(?=[\s/>])[^>]*>", re.I).search(self.page, at)
        if end is None:
            return len(self.page)
        text = self.page[at : end.start()]
        if text:
            node.children.append(text if node.name in RAW else html.unescape(text))
        return end.end()

    def end(self, name: str) -> None:
        """End the innermost open element of a name, and all within it."""
        node: Node | None = self.open
        while node is not None and node.name != name:
            node = node.parent
        if node is not None and node.parent is not None:
            self.open = node.parent


def lagarto_page(page: str) -> Node:
    """Read a page; gives its document."""
    return _Reader(page).read()
