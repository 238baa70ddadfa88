"""What XPath 1.0 finds in a document. Mirrors XPathUtil and the Xalan that it asks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from random import randrange
from typing import Any

from .saxon_text import element_text
from .tidy.tree import COLON, Tree

LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
CALLED = re.compile(r"(?<![\w.:-])([a-zA-Z][\w.-]*)\s*\(")
PREFIX = re.compile(r"(?<![\w.:-])([a-zA-Z][\w.-]*):(?!:)")
VARIABLE = re.compile(r"\$([\w.-]+)")
_CALLS = """
last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after
substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round
node text comment processing-instruction and or div mod
"""
KNOWN_CALLS = frozenset(_CALLS.split())
"""What stands before a parenthesis in XPath 1.0."""

FROM_ROOT = re.compile(
    r"(^|[(\[,|=+<>]|\s)\s*(?:\.?//|/descendant::)(text|comment|processing-instruction)\(\)"
    r"(?!\s*\[\s*(?:\d|position|last))"
)
"""Texts and comments looked for from the root of a document."""

OPENING = re.compile("<[^ />]+")
DOCUMENT = ("", None)
"""The document itself, which has no value."""


class XPathError(ValueError):
    """An expression that can't be used."""


@lru_cache(1000)
def compile_xpath(expression: str, prefixes: tuple[tuple[str, str], ...] = ()) -> Any:
    """Compile an expression; raises XPathError."""
    from lxml import etree

    try:
        return etree.XPath(expression, namespaces=dict(prefixes) or None)
    except (etree.XPathSyntaxError, ValueError) as error:
        raise XPathError(f"{error}") from None


def words(expression: str, prefixes: Collection[str], error: Exception) -> str:
    """Say what is wrong with an expression as Xalan does, where that is known."""
    plain = LITERAL.sub("''", expression)
    if not plain.strip():
        return "Empty expression!"
    for known, pattern, said in (
        (prefixes, PREFIX, "Prefix must resolve to a namespace: "),
        (KNOWN_CALLS, CALLED, "Could not find function: "),
        ((), VARIABLE, "Variable not resolvable: "),
    ):
        unknown: list[str] = [name for name in pattern.findall(plain) if name not in known]
        if unknown:
            return said + unknown[0]
    return str(error)


def is_boolean(expression: str, prefixes: Mapping[str, str]) -> bool:
    """Tell whether an expression gives true or false; raises XPathError."""
    from lxml import etree

    try:
        compiled = etree.XPath(expression, namespaces={k: v for k, v in prefixes.items() if k and v} or None)
        return isinstance(compiled(etree.Element("nothing")), bool)
    except (etree.XPathError, ValueError) as error:
        raise XPathError(words(expression, prefixes, error)) from None


def evaluate(root: Any, expression: str, *, namespaces: bool = True) -> Any:
    """Give what an expression finds in a document: a list of nodes, a text, a number or a boolean.

    Raises XPathError. Without `namespaces` the prefixes of the document are known, but nothing is in their namespaces.
    """
    from lxml import etree

    if expression.strip() == "/":
        return [DOCUMENT]
    known = {prefix: uri if namespaces else f"nothing:{prefix}" for prefix, uri in root.nsmap.items() if prefix}
    try:
        return compile_xpath(expression, tuple(sorted(known.items())))(root.getroottree())
    except (etree.XPathError, XPathError) as error:
        raise XPathError(words(expression, known, error)) from None


@lru_cache(1000)
def in_page(expression: str) -> str:
    """Give an expression as Xalan asks it of JTidy's DOM, where it finds no texts and comments from the root on."""
    return FROM_ROOT.sub(r"\1/self::\2()", expression)


def texts(found: Any, *, fragment: bool, number: int, tree: Tree | None = None) -> list[str | None]:
    """Give the texts of what was found: all, that of a number, or any one for 0; None for a node without a value.

    `tree` is that of a page, where texts may consist of pieces.
    """
    if not isinstance(found, list):
        return [scalar(found)]
    if number == 0 and found:
        number = randrange(len(found)) + 1
    if number >= 0:
        found = found[number - 1 : number] if number else []
    if tree is not None:
        return [_value_in_page(node, tree, fragment=fragment) for node in found]
    return [value_of(node, fragment=fragment) for node in found]


def _value_in_page(node: Any, tree: Tree, *, fragment: bool) -> str:
    """Give a node's value as JTidy's DOM has it: of a text its first piece, and never none."""
    is_element = not isinstance(node, (str, tuple)) and isinstance(node.tag, str)
    if is_element and not fragment and node.text:
        return tree.pieces.get((node, False), str(node.text))
    if isinstance(node, str) and not getattr(node, "is_attribute", False):
        holder = node.getparent() if hasattr(node, "getparent") else None
        return tree.pieces.get((holder, bool(getattr(node, "is_tail", False))), str(node))
    value = (value_of(node, fragment=fragment) or "").replace(COLON, ":")
    if is_element and fragment and tree.has_namespace and node is not tree.root:
        return OPENING.sub(r'\g<0> xmlns=""', value, count=1)
    return value


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
    if value in (float("inf"), -float("inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return format(Decimal(repr(value)), "f")


def value_of(node: Any, *, fragment: bool) -> str | None:
    """Give a node's value; that of an element is its first child's, as DOM sees it."""
    if isinstance(node, str):
        return str(node)
    if isinstance(node, tuple):  # a namespace, or the document
        return node[1] if node[1] is None else str(node[1])
    if not isinstance(node.tag, str):
        return str(node.text)
    if fragment:
        return element_text(node, indents=False)
    if node.text:
        return str(node.text)
    if len(node) and not isinstance(node[0].tag, str):
        return str(node[0].text)
    return None
