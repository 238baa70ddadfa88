"""Nodes as the text that Saxon writes for them: indented by three, but not where that would change what is read."""

from __future__ import annotations

import re
from typing import Any

LINE_LENGTH = 80
"""Namespaces and attributes that are longer than this together stand on lines of their own."""

INDENT = 3
XML = "{http://www.w3.org/XML/1998/namespace}"
IN_TEXT = re.compile("[&<>\r\x7f-\x9f\u2028]")
IN_ATTRIBUTE = re.compile('[&<>"\t\n\r\x7f-\x9f\u2028]')
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


def _escape(found: re.Match[str]) -> str:
    return ESCAPES.get(found[0]) or f"&#x{ord(found[0]):x};"


def element_text(element: Any, *, indents: bool = True) -> str:
    """Write an element with all that it holds."""
    writer = _Writer()
    if not indents:
        writer.kept_from = 0
    writer.element(element, {})
    return "".join(writer.out)


def document_text(root: Any) -> str:
    """Write the document of a root element, with comments and instructions around it."""
    writer = _Writer()
    before = [node for node in root.itersiblings(preceding=True) if not isinstance(node.tag, str)]
    for node in reversed(before):
        writer.aside(node)
    writer.element(root, {})
    for node in root.itersiblings():
        writer.aside(node)
    return "".join(writer.out)


def aside_text(node: Any) -> str:
    """Write a comment or a processing instruction."""
    from lxml import etree

    if node.tag is etree.Comment:
        return f"<!--{node.text}-->"
    return f"<?{node.target} {node.text}?>" if node.text else f"<?{node.target}?>"


def attribute_text(name: str, value: str) -> str:
    """Write an attribute that stands alone."""
    shown = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'{name}="{shown}"'


class _Writer:
    """Writes a tree. `tag_before` is what stood last: a start tag, an end tag, or something else."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.level = 0
        self.tag_before = ""
        self.kept_from: int | None = None
        self.blank = ""

    def element(self, element: Any, around: dict[str, str]) -> None:
        """Write an element; `around` are the namespaces that have been declared: prefix → address."""
        self.indent() if self.tag_before else self.put_blank()
        self.level += 1
        if self.kept_from is None and (element.get(XML + "space") or "").strip() == "preserve":
            self.kept_from = self.level
        scope = {prefix or "": uri for prefix, uri in element.nsmap.items() if uri}
        if scope.get("") and element.prefix is None and "}" not in element.tag and not _declares(element):
            # read without namespaces: what is in the default one stands outside
            scope[""] = ""
        name = f"{element.prefix}:{_local(element.tag)}" if element.prefix else _local(element.tag)
        parts = _declarations(scope, around) + _attributes(element)
        self.tag_before = "start"
        aside = " "
        if self.kept_from is None and sum(length for _, length in parts) > LINE_LENGTH:
            aside = "\n" + " " * (self.level * INDENT + len(name))
        shown = [" " + parts[0][0], *(aside + each for each, _ in parts[1:])] if parts else []
        empty = not len(element) and not element.text
        self.out.append(f"<{name}{''.join(shown)}{'/' if empty else ''}>")
        self.content(element, scope)
        self.level -= 1
        self.indent() if self.tag_before == "end" else self.put_blank()
        if not empty:
            self.out.append(f"</{name}>")
        self.tag_before = "end"
        if self.kept_from is not None and self.level == self.kept_from - 1:
            self.kept_from = None

    def content(self, element: Any, scope: dict[str, str]) -> None:
        """Write what stands in an element."""
        self.text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child, scope)
            else:
                self.aside(child)
            self.text(child.tail)

    def aside(self, node: Any) -> None:
        """Write a comment or an instruction."""
        self.indent() if self.tag_before == "end" else self.put_blank()
        self.out.append(aside_text(node))

    def text(self, text: str | None) -> None:
        """Write a text; a blank one waits for what comes."""
        if not text:
            return
        if self.kept_from is None and not text.strip(" \t\r\n"):
            self.blank = text
            return
        self.put_blank()
        self.out.append(IN_TEXT.sub(_escape, text))
        self.tag_before = ""

    def put_blank(self) -> None:
        """Write the blank text that waits."""
        if self.blank:
            self.out.append(IN_TEXT.sub(_escape, self.blank))
            self.blank = ""

    def indent(self) -> None:
        """Begin a line in the place of a blank text."""
        if self.kept_from is not None:
            self.put_blank()
        else:
            self.blank = ""
            self.out.append("\n" + " " * (self.level * INDENT))


def _declares(element: Any) -> bool:
    """Tell whether the default namespace is declared on the element itself."""
    around = element.getparent()
    return around is None or around.nsmap.get(None) != element.nsmap.get(None)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _declarations(scope: dict[str, str], around: dict[str, str]) -> list[tuple[str, int]]:
    """Give what is newly declared, each with the length that counts for it."""
    own = {prefix: uri for prefix, uri in scope.items() if around.get(prefix) != uri and prefix != "xml"}
    if around.get("") and "" not in scope:
        own[""] = ""
    shown = [(f"xmlns:{prefix}" if prefix else "xmlns", uri) for prefix, uri in sorted(own.items())]
    return [(f'{name}="{uri}"', len(name) + len(uri) + 4) for name, uri in shown]


def _attributes(element: Any) -> list[tuple[str, int]]:
    prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    prefixes[XML[1:-1]] = "xml"
    found = []
    for name, value in element.attrib.items():
        uri, brace, local = name.rpartition("}")
        shown = f"{prefixes[uri[1:]]}:{local}" if brace else local
        found.append((f'{shown}="{IN_ATTRIBUTE.sub(_escape, value)}"', len(shown) + len(value) + 8))
    return found
