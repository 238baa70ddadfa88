"""What XPath 3.1 finds in a document, written as Saxon writes it. Mirrors what XPathUtil does with Saxon.

elementpath is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_DOWN, Decimal
from functools import lru_cache
from random import randrange
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.java_text import double_text

from .markup import MarkupError, strict
from .saxon_text import aside_text, attribute_text, document_text, element_text
from .xpath1 import XPathError, compile_xpath

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.compile.value import Value
    from pyjm.engine.plan.tree import Node

UNKNOWN = frozenset(("fn", "math", "map", "array", "err"))
"""Prefixes that elementpath knows and Saxon does not, unless they are declared."""

PLAIN_PATH = re.compile(r"(?://?[A-Za-z_][\w.-]*(?:\[\d+\])?)+(?:/(?:text\(\)|@[A-Za-z_][\w.-]*))?")
"""Paths that mean the same in XPath 1.0, where finding them costs a tenth."""

COMPILING = "net.sf.saxon.s9api.SaxonApiException: "
"""What stands before the fault of an expression that can't even be compiled."""

UNKNOWN_VARIABLE = "err:XPST0008"
BY_ZERO = "err:FOAR0001"
UNDECLARED = re.compile(r"prefix '?([^\s']+)'? is not declared")
DIGITS = Decimal("1e-18")

class NamespacesError(XPathError):
    """Namespaces that can't be used."""


class Expression:
    """An expression, compiled."""

    def __init__(self, text: str, namespaces: dict[str, str]) -> None:
        self.plain = compile_xpath(text) if PLAIN_PATH.fullmatch(text) and "" not in namespaces else None
        if self.plain is None:
            self.token = self.parsed(text, namespaces)

    def parsed(self, text: str, namespaces: dict[str, str]) -> Any:
        """Parse it; raises XPathError."""
        from elementpath import ElementPathError
        from elementpath.xpath31 import XPath31Parser

        parser = XPath31Parser(namespaces=namespaces, default_namespace=namespaces.get(""))
        for prefix in UNKNOWN - namespaces.keys():
            parser.namespaces.pop(prefix, None)
        try:
            return parser.parse(text)
        except ElementPathError as error:
            raise XPathError(("" if error.code == BY_ZERO else COMPILING) + words(error)) from None

    def select(self, root: Any) -> list[Any]:
        """Give the items that are found in the document of a root element."""
        if self.plain is not None:
            return list(self.plain(root.getroottree()))
        from elementpath import ElementPathError, XPathContext

        try:
            return list(self.token.select(XPathContext(root=root.getroottree())))
        except ElementPathError as error:
            raise XPathError((COMPILING if error.code == UNKNOWN_VARIABLE else "") + words(error)) from None


def words(error: Any) -> str:
    """Say what is wrong as Saxon does, where that is known."""
    said = re.sub(r"^.*?\[err:\w+\] ", "", str(error))
    if found := UNDECLARED.search(said):
        return f"Namespace prefix '{found[1]}' has not been declared"
    if error.code == UNKNOWN_VARIABLE and error.token is not None:
        return f"Undeclared variable in XPath expression: ${error.token.value}"
    if error.code == BY_ZERO:
        return "Integer division by zero"
    return said


@lru_cache(1000)
def compile_xpath2(text: str, namespaces: str) -> Expression:
    """Compile an expression; raises XPathError. `namespaces` are lines of `prefix=address`."""
    return Expression(text, dict(declared(namespaces)))


def declared(namespaces: str) -> list[tuple[str, str]]:
    """Read namespaces; raises NamespacesError for one without an address."""
    found = []
    lines = namespaces.split("\n")
    for at, line in enumerate(lines):
        prefix, sign, address = line.partition("=")
        if sign:
            if not address and at == len(lines) - 1:
                raise NamespacesError("Null namespace URI supplied to declareNamespace()")
            found.append((prefix, address))
    return found


def document(body: str) -> Any:
    """Give the root element of a body; raises XPathError in Java's words."""
    try:
        return strict(body)
    except MarkupError as error:
        where = f" lineNumber: {error.line}; columnNumber: {error.column};" if error.line else ""
        raise XPathError(f"org.xml.sax.SAXParseException;{where} {error}") from None


def texts_found(root: Any, expression: Expression, number: int, *, fragment: bool) -> list[str]:
    """Give the texts of what is found: all, that of a number, or any one for 0. Raises XPathError."""
    items = expression.select(root)
    if number == 0:
        if not items:
            raise XPathError("-1")
        number = randrange(len(items)) + 1
    return [text_of(item, fragment=fragment) for item in (items if number < 0 else items[number - 1 : number])]


def text_of(item: Any, *, fragment: bool) -> str:
    """Write an item; a node as its text, or as XML for a fragment."""
    from lxml import etree

    if isinstance(item, etree._Element):
        return element_text(item) if fragment else str(compile_xpath("string()")(item))
    if isinstance(item, str):
        if not fragment or not isinstance(item, etree._ElementUnicodeResult):
            return str(item)
        return attribute_text(str(item.attrname), item) if item.is_attribute else text_as_xml(item)
    return other_text(item, fragment=fragment)


def other_text(item: Any, *, fragment: bool) -> str:
    """Write an item that elementpath has found."""
    from elementpath.datatypes import UntypedAtomic
    from elementpath.xpath_nodes import XPathNode
    from elementpath.xpath_tokens import XPathFunction

    if isinstance(item, XPathNode):
        return node_text(item) if fragment else str(item.string_value)
    if isinstance(item, XPathFunction):
        kind = item.label if item.label in ("map", "array") else "function"
        raise XPathError({"map": "A map has no string value"}.get(str(kind), f"An {kind} does not have a string value"))
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return number_text(item)
    if isinstance(item, Decimal):
        return decimal_text(item)
    return str(item.value if isinstance(item, UntypedAtomic) else item)


def node_text(node: Any) -> str:
    """Write a node as XML."""
    from elementpath import xpath_nodes as kinds

    if isinstance(node, kinds.DocumentNode):
        return document_text(node.getroot().obj)
    if isinstance(node, kinds.ElementNode):
        return element_text(node.obj)
    if isinstance(node, (kinds.CommentNode, kinds.ProcessingInstructionNode)):
        return aside_text(node.obj)
    if isinstance(node, kinds.AttributeNode):
        return attribute_text(shown_name(node), str(node.string_value))
    if isinstance(node, kinds.NamespaceNode):
        return f'xmlns{":" if node.prefix else ""}{node.prefix or ""}="{node.uri}"'
    return text_as_xml(str(node.string_value))


def text_as_xml(text: str) -> str:
    """Write a text as XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown_name(attribute: Any) -> str:
    """Give an attribute's name with its prefix."""
    uri, brace, local = str(attribute.name).rpartition("}")
    if not brace:
        return local
    names = {uri: prefix for prefix, uri in attribute.parent.nsmap.items() if prefix}
    return f"{names.get(uri[1:], 'xml')}:{local}"


def number_text(number: float) -> str:
    """Write a number as XPath does."""
    if number != number or number in (float("inf"), -float("inf")):
        return "NaN" if number != number else "INF" if number > 0 else "-INF"
    if number == 0 or 1e-6 <= abs(number) < 1e6:
        plain = format(Decimal(repr(number)), "f")
        return plain.removesuffix(".0")
    return double_text(number) if abs(number) >= 1e7 or abs(number) < 1e-3 else scientific(number)


def scientific(number: float) -> str:
    """Write a number with an exponent."""
    mantissa, _, exponent = f"{Decimal(repr(number)).normalize():E}".partition("E")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def decimal_text(number: Decimal) -> str:
    """Write a decimal number without blanks and exponents, with 18 digits behind the point at most."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -18:
        number = number.quantize(DIGITS, ROUND_HALF_DOWN)
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def report_broken(node: Node, build: Build, query: Value[str], namespaces: Value[str]) -> None:
    """Warn of an expression that can't be compiled; JMeter runs on with it."""
    if query.constant and namespaces.constant is not None:
        try:
            compile_xpath2(query.constant, namespaces.constant)
        except XPathError as error:
            said = str(error).removeprefix(COMPILING)
            problem = f"the XPath expression {query.constant!r} can't be used: {said}"
            build.fault(node.path, problem, fatal=False)
