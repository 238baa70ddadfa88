"""Bodies as trees of XML, and what XPath 1.0 finds in them. Mirrors XPathUtil.

lxml is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import re
from functools import lru_cache
from random import randrange
from typing import Any

from .xml_faults import MarkupError, fault_in

__all__ = ["MarkupError", "XPathError", "compile_xpath", "evaluate", "parse", "strict", "texts"]

NAMESPACE_ERRORS = range(200, 206)
"""libxml2's, for prefixes that are not bound and the like."""

READING: dict[str, Any] = {"resolve_entities": "internal", "no_network": True, "load_dtd": False, "encoding": "utf-8"}
"""How text is read: its own entities are replaced, nothing else is fetched."""

LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
CALLED = re.compile(r"(?<![\w.:-])([a-zA-Z][\w.-]*)\s*\(")
PREFIX = re.compile(r"(?<![\w.:-])([a-zA-Z][\w.-]*):(?!:)")
_CALLS = """
last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after
substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round
node text comment processing-instruction and or div mod
"""
KNOWN_CALLS = frozenset(_CALLS.split())
"""What stands before a parenthesis in XPath 1.0."""

BOM = "\ufeff"
"""Java's parser leaves it out where it reads bytes, and takes it for content where it reads text."""

DOCUMENT = ("", None)
"""The document itself, which has no value."""


class XPathError(ValueError):
    """An expression that can't be used."""


def parse(body: str, *, namespaces: bool, tolerant: bool) -> Any:
    """Give the root element of a body; raises MarkupError. Without `namespaces` elements have their local names."""
    body = body.removeprefix(BOM)
    if tolerant:
        return tidied(body.encode("utf-8", "surrogatepass"))
    root = strict(body, namespaces=namespaces)
    return root if namespaces else without_namespaces(root)


def strict(body: str, *, namespaces: bool = True, allows_doctype: bool = True) -> Any:
    """Parse XML; raises MarkupError. Nothing outside the body is read."""
    from lxml import etree

    data = body.encode("utf-8", "surrogatepass")
    try:
        root = etree.fromstring(data, etree.XMLParser(**READING))
        suspicious = body.startswith(BOM) or not (allows_doctype or root.getroottree().docinfo.internalDTD is None)
        fault = fault_in(body, namespaces=namespaces, allows_doctype=allows_doctype) if suspicious else None
    except etree.XMLSyntaxError as error:
        fault = fault_in(body, namespaces=namespaces, allows_doctype=allows_doctype)
        if fault is None and (namespaces or error.code not in NAMESPACE_ERRORS):  # type: ignore[attr-defined]
            fault = MarkupError(error.msg or "", *error.position)
        root = etree.fromstring(data, etree.XMLParser(recover=True, **READING)) if fault is None else None
    if fault is not None:
        raise fault
    return root


def tidied(data: bytes) -> Any:
    """Parse whatever comes: HTML, or XML with its faults overlooked."""
    from lxml import etree

    is_xml = data.lstrip().startswith(b"<?xml")
    make = etree.XMLParser if is_xml else etree.HTMLParser
    parser = make(recover=True, no_network=True, encoding="utf-8")
    root = etree.fromstring(data, parser) if data.strip() else None
    if root is None:
        return etree.fromstring(b"<html><head><title/></head><body/></html>")
    if not is_xml and root.find("head/title") is None:  # Tidy gives each page one
        head = root.find("head")
        if head is None:
            head = etree.Element("head")
            root.insert(0, head)
        etree.SubElement(head, "title")
    return root


def without_namespaces(root: Any) -> Any:
    """Take all elements out of the default namespace; those with a prefix keep it in their names, as JMeter's do."""
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag[0] == "{" and node.prefix is None:
            node.tag = node.tag.partition("}")[2]
    return root


@lru_cache(1000)
def compile_xpath(expression: str, prefixes: tuple[tuple[str, str], ...] = ()) -> Any:
    """Compile an expression; raises XPathError."""
    from lxml import etree

    try:
        return etree.XPath(expression, namespaces=dict(prefixes) or None)
    except (etree.XPathSyntaxError, ValueError) as error:
        raise XPathError(f"{error}") from None


def is_boolean(expression: str, prefixes: dict[str, str]) -> bool:
    """Tell whether an expression gives true or false; raises XPathError in Xalan's words, where they are known."""
    from lxml import etree

    try:
        compiled = etree.XPath(expression, namespaces={k: v for k, v in prefixes.items() if k and v} or None)
        return isinstance(compiled(etree.Element("nothing")), bool)
    except (etree.XPathError, ValueError) as error:
        unknown = [name for name in CALLED.findall(LITERAL.sub("''", expression)) if name not in KNOWN_CALLS]
        undeclared = [prefix for prefix in PREFIX.findall(LITERAL.sub("''", expression)) if prefix not in prefixes]
        if undeclared:
            raise XPathError(f"Prefix must resolve to a namespace: {undeclared[0]}") from None
        raise XPathError(f"Could not find function: {unknown[0]}" if unknown else f"{error}") from None


def evaluate(root: Any, expression: str) -> Any:
    """Give what an expression finds in a document: a list of nodes, a text, a number or a boolean."""
    from lxml import etree

    if expression.strip() == "/":
        return [DOCUMENT]
    prefixes = tuple(sorted((prefix, uri) for prefix, uri in root.nsmap.items() if prefix))
    try:
        return compile_xpath(expression, prefixes)(root.getroottree())
    except etree.XPathError as error:
        raise XPathError(f"{error}") from None


def texts(found: Any, *, fragment: bool, number: int) -> list[str | None]:
    """Give the texts of what was found: all, that of a number, or any one for 0; None for a node without a value."""
    if not isinstance(found, list):
        return [scalar(found)]
    if number == 0 and found:
        number = randrange(len(found)) + 1
    if number >= 0:
        found = found[number - 1 : number] if number else []
    return [value_of(node, fragment=fragment) for node in found]


def scalar(value: Any) -> str:
    """Write a text, number or boolean as XPath does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == value and abs(value) < 1e15 and value == int(value) else number_text(value)
    return str(value)


def number_text(value: float) -> str:
    """Write a fraction, or what is no number."""
    if value != value:
        return "NaN"
    return "Infinity" if value == float("inf") else "-Infinity" if value == -float("inf") else repr(value)


def value_of(node: Any, *, fragment: bool) -> str | None:
    """Give a node's value; that of an element is its first child's, as DOM sees it."""
    if isinstance(node, str):
        return str(node)
    if isinstance(node, tuple):  # a namespace, or the document
        return node[1] if node[1] is None else str(node[1])
    if not isinstance(node.tag, str):
        return str(node.text)
    if fragment:
        from lxml import etree

        return str(etree.tostring(node, encoding="unicode", with_tail=False))
    if node.text:
        return str(node.text)
    if len(node) and not isinstance(node[0].tag, str):
        return str(node[0].text)
    return None
