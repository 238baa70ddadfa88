"""CSS selectors as jsoup understands them, as XPath for lxml. Mirrors jsoup's QueryParser and Evaluator.

lxml is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .css_scan import CssError, Scanner
from .html_page import DOCUMENT, data_of, own_text, text_of, whole_own_text, whole_text
from .regex import RegexError, compile_regex

FUNCTIONS = "urn:pyjm:css"
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
NTH = re.compile(r"(([+-])?(\d+)?)n(\s*([+-])?\s*\d+)?", re.I)
NTH_B = re.compile(r"([+-])?(\d+)")
AXES = {
    " ": "/descendant::*",
    ">": "/child::*",
    "+": "/following-sibling::*[1]",
    "~": "/following-sibling::*",
}
"""Combinators, seen from the left."""

BACK = {" ": "ancestor::*", ">": "parent::*", "+": "preceding-sibling::*[1]", "~": "preceding-sibling::*"}
"""Combinators, seen from the right."""

IN_ELEMENT = f"not(parent::{DOCUMENT}) and parent::*"

TEXTS: dict[str, Callable[[Any], str]] = {
    "contains": text_of,
    "containsown": own_text,
    "containswholetext": whole_text,
    "containswholeowntext": whole_own_text,
    "containsdata": data_of,
    "matches": text_of,
    "matchesown": own_text,
    "matcheswholetext": whole_text,
    "matcheswholeowntext": whole_own_text,
}
"""Pseudo-classes that look at texts → the text."""

ORDINAL = frozenset(("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"))
FIXED = frozenset(("first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type"))


def literal(text: str) -> str:
    """Write a text as a string of XPath."""
    if "'" not in text:
        return f"'{text}'"
    return "concat(" + ", \"'\", ".join(f"'{part}'" for part in text.split("'")) + ", '')"


def lowered(expression: str) -> str:
    """Write the lower case of an expression."""
    return f"translate({expression}, '{UPPER}', '{LOWER}')"


class Compound:
    """Conditions on one element, and how it stands to the one before it."""

    __slots__ = ("combinator", "conditions")

    def __init__(self, combinator: str) -> None:
        self.combinator = combinator
        self.conditions: list[str] = []

    @property
    def test(self) -> str:
        """All conditions as predicates."""
        return "".join(f"[{condition}]" for condition in self.conditions)


class Parser:
    """Reads one selector; what is no selector raises CssError in jsoup's words."""

    def __init__(self, query: str) -> None:
        self.query = query.strip()
        self.scan = Scanner(self.query)

    def groups(self) -> list[list[Compound]]:
        """Read the alternatives, each a chain of compounds; a leading combinator is kept with the first."""
        scan = self.scan
        if not self.query:
            raise CssError("String must not be empty")
        groups: list[list[Compound]] = [[]]
        combinator = ""
        while True:
            white = scan.blanks()
            if scan.end:
                break
            if scan.char in ",>+~":
                combinator = scan.take()
                scan.blanks()
                if scan.end:
                    raise CssError("String must not be empty")
                if combinator == ",":
                    groups.append([])
                    combinator = ""
            elif white and groups[-1]:
                combinator = " "
            groups[-1].append(self.compound(combinator))
        return groups

    def compound(self, combinator: str) -> Compound:
        """Read conditions up to a blank or a combinator."""
        made = Compound(combinator)
        while not self.scan.end and self.scan.char not in " \t\n\f\r,>+~":
            made.conditions.append(self.condition())
        return made

    def condition(self) -> str:
        """Read one condition."""
        scan = self.scan
        start = scan.at
        if scan.starts("#"):
            return f"@id={literal(scan.identifier())}"
        if scan.starts("."):
            name = literal(f" {scan.identifier().strip().lower()} ")
            return f"contains(concat(' ', normalize-space({lowered('@class')}), ' '), {name})"
        if scan.char.isalnum() or scan.char == "_" or scan.ahead("*|"):
            return self.tag()
        if scan.char == "[":
            return self.attribute()
        if scan.starts("*"):
            return "true()"
        if scan.starts(":"):
            name = scan.pseudo()
            if name in FIXED and not scan.ahead("("):
                return self.fixed(name)
            if name in ("empty", "root") and not scan.ahead("("):
                return f"parent::{DOCUMENT}" if name == "root" else "not(*) and not(text())"
            if scan.ahead("("):
                return self.call(name, start)
        raise CssError(f"Could not parse query '{self.query}': unexpected token at '{self.query[start:]}'")

    def tag(self) -> str:
        """Read an element's name, with `ns|` or `*|` before it."""
        name = self.scan.element().strip().lower()
        if name.startswith("*|"):
            name = name[2:]
            ending = literal(f":{name}")
            ends = f"substring(name(), string-length(name()) - {len(name)})={ending}"
            return f"name()={literal(name)} or {ends}"
        return f"name()={literal(name.replace('|', ':'))}"

    def attribute(self) -> str:
        """Read what stands in brackets."""
        scan = Scanner(self.scan.balanced("[", "]"))
        key = scan.up_to("=", "!=", "^=", "$=", "*=", "~=").strip().lower()
        if not key:
            raise CssError("String must not be empty")
        scan.blanks()
        if scan.end:
            if key.startswith("^"):
                return f"@*[starts-with({lowered('name()')}, {literal(key[1:])})]"
            return f"@*[name()={literal(key)}]"
        sign = scan.operator()
        value = scan.rest()
        own = f"@*[name()={literal(key)}]"
        if sign == "~=":
            check_pattern(value)
            return f"{own} and css:matches-attribute({own}, {literal(value)})"
        wanted = value_of(value, trims=sign in ("=", "!="))
        low = lowered(own)
        if sign in ("=", "!="):
            same = f"({own} and ({low}={literal(wanted)} or normalize-space({low})={literal(wanted)}))"
            return same if sign == "=" else f"not({same})"
        if sign == "^=":
            return f"{own} and starts-with({low}, {literal(wanted)})"
        if sign == "*=":
            return f"{own} and contains({low}, {literal(wanted)})"
        ends = f"substring({low}, string-length({low}) - {len(wanted) - 1})={literal(wanted)}"
        return f"{own} and {ends}"

    def fixed(self, name: str) -> str:
        """Write a pseudo-class without argument that looks at siblings."""
        return f"{IN_ELEMENT} and css:place(., {literal(name)}, 0, 0)"

    def call(self, name: str, start: int) -> str:
        """Read the argument of a pseudo-class and write it."""
        argument = self.scan.balanced("(", ")")
        if name in ("lt", "gt", "eq"):
            if not argument.strip().isdigit():
                raise CssError("Index must be numeric")
            sign = {"lt": "<", "gt": ">", "eq": "="}[name]
            return f"count(preceding-sibling::*) {sign} {int(argument)}"
        if name in TEXTS:
            return self.text(name, argument)
        if name == "has":
            return below(Parser(need(argument)).groups())
        if name == "not":
            return f"not({backward(Parser(need(argument)).groups())})"
        if name in ORDINAL:
            step, offset = ordinal(argument)
            return f"{IN_ELEMENT} and css:place(., {literal(name)}, {step}, {offset})"
        raise CssError(f"Could not parse query '{self.query}': unexpected token at '{self.query[start:]}'")

    def text(self, name: str, argument: str) -> str:
        """Write a pseudo-class that looks at a text."""
        need(argument)
        if name.startswith("contains"):
            wanted = Scanner.unescape(argument)
            if name in ("contains", "containsown"):
                wanted = " ".join(wanted.split())
            return f"css:contains(., {literal(name)}, {literal(wanted if 'whole' in name else wanted.lower())})"
        check_pattern(argument)
        return f"css:matches(., {literal(name)}, {literal(argument)})"


def need(argument: str) -> str:
    """Give an argument that must not be empty."""
    if not argument.strip():
        raise CssError("String must not be empty")
    return argument


def check_pattern(pattern: str) -> None:
    """Raise CssError where a pattern can't be used."""
    try:
        compile_regex(pattern, java=True)
    except RegexError as error:
        raise CssError(str(error)) from None


def value_of(text: str, *, trims: bool) -> str:
    """Read the value that an attribute is held against: in lower case, without its quotes."""
    if not text:
        raise CssError("String must not be empty")
    quoted = len(text) > 1 and text[0] in "'\"" and text[0] == text[-1]
    value = text[1:-1] if quoted else text
    return value.lower() if quoted and not trims else value.lower().strip()


def ordinal(text: str) -> tuple[int, int]:
    """Read `2n+1`, `odd`, `even` or a number, as jsoup does: the sign of an `n` without a number does not count."""
    text = text.strip().lower()
    if text in ("odd", "even"):
        return 2, int(text == "odd")
    if found := NTH.fullmatch(text):
        digits = "".join((found[4] or "").split())
        return int(found[1]) if found[3] else 1, int(digits) if digits else 0
    if NTH_B.fullmatch(text):
        return 0, int(text)
    raise CssError(f"Could not parse nth-index '{text}': unexpected format")


def forward(groups: list[list[Compound]]) -> str:
    """Write a selector as a path from the document."""
    paths = []
    for chain in groups:
        first = chain[0]
        start = {"": f"/descendant-or-self::*{first.test}", ">": f"/{DOCUMENT}/child::*{first.test}"}.get(
            first.combinator, "/*[false()]"
        )
        paths.append(start + "".join(AXES[part.combinator] + part.test for part in chain[1:]))
    return " | ".join(paths)


def below(groups: list[list[Compound]]) -> str:
    """Write that something below the element matches."""
    tests = []
    for chain in groups:
        first, *rest = chain
        if first.combinator in ("+", "~"):
            tests.append("false()")
            continue
        inner = rest and rest[0].combinator in (" ", ">")
        axis = "child::*" if first.combinator == ">" else "descendant-or-self::*" if inner else "descendant::*"
        tests.append(f"({axis}{first.test}{''.join(AXES[part.combinator] + part.test for part in rest)})")
    return " or ".join(f"boolean({test})" for test in tests)


def backward(groups: list[list[Compound]]) -> str:
    """Write that the element itself matches."""
    tests = []
    for chain in groups:
        test = ""
        if chain[0].combinator:  # what a leading combinator means is the document
            test = f"[{BACK[chain[0].combinator]}[self::{DOCUMENT}]]"
        for at, part in enumerate(chain):
            above = f"[{BACK[part.combinator]}{test}]" if at else test
            test = part.test + above
        tests.append(f"boolean(self::*{test})")
    return " or ".join(tests)


def _contains(context: Any, nodes: list[Any], kind: str, wanted: str) -> bool:
    text = TEXTS[kind](nodes[0])
    return wanted in (text if "whole" in kind else text.lower())


def _matches(context: Any, nodes: list[Any], kind: str, pattern: str) -> bool:
    return compile_regex(pattern, java=True).search(TEXTS[kind](nodes[0])) is not None


def _matches_attribute(context: Any, values: list[Any], pattern: str) -> bool:
    return any(compile_regex(pattern, java=True).search(str(value)) for value in values)


def _place(context: Any, nodes: list[Any], kind: str, step: float, offset: float) -> bool:
    """Tell whether an element stands where a pseudo-class says, counted from 1."""
    node = nodes[0]
    same_type = kind.endswith("-of-type")
    siblings = [each for each in node.getparent() if isinstance(each.tag, str)]
    if same_type:
        siblings = [each for each in siblings if each.tag == node.tag]
    at, count = siblings.index(node) + 1, len(siblings)
    name = kind.removesuffix("-of-type").removesuffix("-child")
    if name in ("first", "last", "only"):
        return (name == "last" or at == 1) and (name == "first" or at == count)
    if "last" in name:
        at = count - at + 1
    if not step:
        return at == offset
    return (at - offset) * step >= 0 and (at - offset) % step == 0


EXTENSIONS = {
    (FUNCTIONS, "contains"): _contains,
    (FUNCTIONS, "matches"): _matches,
    (FUNCTIONS, "matches-attribute"): _matches_attribute,
    (FUNCTIONS, "place"): _place,
}


@lru_cache(400)
def compile_css(selector: str) -> Any:
    """Compile a selector to what gives a document's elements in their order; raises CssError."""
    from lxml import etree

    path = forward(Parser(selector).groups())
    try:
        return etree.XPath(path, namespaces={"css": FUNCTIONS}, extensions=EXTENSIONS)
    except (etree.XPathSyntaxError, ValueError) as error:
        raise CssError(f"Could not parse query '{selector}': {error}") from None
