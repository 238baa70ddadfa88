"""CSS selectors as Jodd's CSSelly understands them. Mirrors CSSelly, NodeSelector, PseudoClass and PseudoFunction."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from .css_scan import CssError
from .lagarto_page import Node

Test = Callable[[Node], bool]
Filter = Callable[[int, int], bool]
"""Whether the match with a number, from 0, of so many is kept."""

BEGIN, INSIDE = r"[^\x00-,.-@\[-^`{-\x7f]", r"[^\x00-,./:-@\[-^`{-\x7f]"
"""What a name begins with and holds: letters, digits, `_`, `-`, and all beyond ASCII."""

NAME = rf"(?:{BEGIN}|\\.)(?:{INSIDE}|\\.)*"
_NAME = re.compile(rf"\*|{NAME}")
_MARK = re.compile(rf"([#.])({NAME}|(?<=#)[0-9](?:{INSIDE}|\\.)*)")
_PSEUDO = re.compile(rf":({NAME})(?:\(([^()]*)\)|(\()$)?")
_ATTRIBUTE = re.compile(
    rf"\[\s*(?:({NAME})\s*(?:([~|^$*]?=)\s*(?:\"([^\"]*)\"|'([^']*)'|((?:{INSIDE}|\s|\\.)+))\s*)?)?(?:\]|$)"
)
_COMBINATOR = re.compile(r"\s*([>+~]|(?<=\s))\s*")

HEADERS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
INPUTS = frozenset(("button", "input", "select", "textarea"))
TYPES = ("button", "checkbox", "file", "image", "password", "radio", "reset", "submit", "text")


class Part:
    """What one element has to be, and how the next one stands to it."""

    __slots__ = ("combinator", "filters", "tests")

    def __init__(self, name: str = "*") -> None:
        self.tests: list[Test] = [] if name == "*" else [lambda node: node.name == name]
        self.filters: list[Filter] = []
        self.combinator = " "

    def fits(self, node: Node) -> bool:
        """Tell whether an element is so."""
        return all(test(node) for test in self.tests)


def siblings(node: Node, *, of_type: bool) -> list[Node]:
    """Give an element and those beside it."""
    assert node.parent is not None
    return [each for each in node.parent.elements() if not of_type or each.name == node.name]


def place(node: Node, *, of_type: bool, last: bool) -> int:
    """Tell which one of its siblings an element is, from 1."""
    beside = siblings(node, of_type=of_type)
    at = next(number for number, each in enumerate(beside, 1) if each is node)
    return len(beside) + 1 - at if last else at


def of_input(kind: str) -> Test:
    """Make the test of an input's type."""
    return lambda node: node.attributes.get("type") == kind


CLASSES: dict[str, Test] = {
    "empty": lambda node: not node.children,
    "parent": lambda node: bool(node.children),
    "root": lambda node: node.parent is not None and not node.parent.name,
    "header": lambda node: node.name in HEADERS,
    "input": lambda node: node.name in INPUTS,
    "checked": lambda node: "checked" in node.attributes,
    "selected": lambda node: "selected" in node.attributes,
    "first-child": lambda node: place(node, of_type=False, last=False) == 1,
    "last-child": lambda node: place(node, of_type=False, last=True) == 1,
    "only-child": lambda node: len(siblings(node, of_type=False)) == 1,
    "first-of-type": lambda node: place(node, of_type=True, last=False) == 1,
    "last-of-type": lambda node: place(node, of_type=True, last=True) == 1,
    "only-of-type": lambda node: len(siblings(node, of_type=True)) == 1,
    **{kind: of_input(kind) for kind in TYPES},
}
FILTERS: dict[str, Filter] = {
    "first": lambda at, count: at == 0,
    "last": lambda at, count: at == count - 1,
    "even": lambda at, count: at % 2 == 0,
    "odd": lambda at, count: at % 2 == 1,
}
COUNTED: dict[str, Callable[[int], Filter]] = {
    "gt": lambda number: lambda at, count: at > number,
    "lt": lambda number: lambda at, count: at < number,
    "eq": lambda number: lambda at, count: at == (number if number >= 0 else count + number),
}
MATCHES: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: f" {wanted} " in f" {value} ",
    "|=": lambda value, wanted: value == wanted or value.startswith(f"{wanted}-"),
    "^=": lambda value, wanted: bool(wanted) and value.startswith(wanted),
    "$=": lambda value, wanted: bool(wanted) and value.endswith(wanted),
    "*=": lambda value, wanted: bool(wanted) and wanted in value,
}


def unescaped(text: str) -> str:
    """Take backslashes away."""
    return re.sub(r"\\(.)", r"\1", text)


def number(text: str) -> int:
    """Read a whole number; raises CssError."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise CssError(f'java.lang.NumberFormatException: For input string: "{text}"')
    return int(text)


def ordinal(text: str) -> tuple[int, int]:
    """Read `2n+1`, `odd`, `even` or a number; raises CssError."""
    text = "".join(text.split()).replace("+", "")
    if text in ("odd", "even"):
        return 2, int(text == "odd")
    before, n, after = text.partition("n")
    if not n:
        return 0, number(text)
    return {"": 1, "-": -1}.get(before) or number(before), number(after or "0")


def nth(name: str, text: str) -> Test:
    """Make the test of an `nth-` function."""
    step, offset = ordinal(text)
    of_type, last = name.endswith("-of-type"), "last" in name

    def fits(node: Node) -> bool:
        beyond = place(node, of_type=of_type, last=last) - offset
        return beyond == 0 if step == 0 else beyond % step == 0 and beyond // step >= 0

    return fits


def attribute(found: re.Match[str]) -> Test:
    """Make the test of an attribute."""
    name, sign = unescaped(found[1]).lower(), found[2]
    if not sign:
        return lambda node: name in node.attributes
    quoted = found[3] if found[3] is not None else found[4]
    wanted = quoted if quoted is not None else unescaped(re.sub(r"(?<!\\)\s", "", found[5]))
    if not wanted.strip():
        wanted = ""
    fits = MATCHES[sign]

    def test(node: Node) -> bool:
        value = node.attributes.get(name)
        return value is not None and fits(value, wanted)

    return test


def pseudo(part: Part, name: str, argument: str | None) -> None:
    """Add a pseudo-class or function; raises CssError."""
    if argument is None:
        if name in FILTERS:
            part.filters.append(FILTERS[name])
        elif name in CLASSES:
            part.tests.append(CLASSES[name])
        else:
            raise CssError(f"Unsupported pseudo class: {name}")
    elif name in ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"):
        part.tests.append(nth(name, argument))
    elif name in COUNTED:
        part.filters.append(COUNTED[name](number(argument)))
    elif name == "contains":
        wanted = argument.removeprefix('"').removeprefix("'").removesuffix('"').removesuffix("'")
        part.tests.append(lambda node: wanted in node.text())
    elif name in ("has", "not"):
        part.tests.append(has(argument) if name == "has" else fits_not(argument))
    else:
        raise CssError(f"Unsupported pseudo function: {name}")


def has(argument: str) -> Test:
    """Make the test whether something below matches."""
    chains = read(argument)
    return lambda node: any(matches(node, chain) for chain in chains)


def fits_not(argument: str) -> Test:
    """Make the test that the last part of no selector fits."""
    chains = read(argument)
    return lambda node: not any(chain[-1].fits(node) for chain in chains)


def read(query: str) -> list[list[Part]]:
    """Read alternatives of chains of parts; raises CssError."""
    return [chain_of(each.strip()) for each in query.split(",")]


def chain_of(query: str) -> list[Part]:
    """Read one selector."""
    if not query:
        raise CssError("java.lang.IndexOutOfBoundsException: null")
    chain: list[Part] = []
    at = 0
    while at < len(query):
        start = at
        found = _NAME.match(query, at)
        part = Part(unescaped(found[0]) if found else "*")
        at = conditions(part, query, found.end() if found else at)
        combinator = _COMBINATOR.match(query, at)
        if combinator is None and at < len(query):
            raise CssError(f"Invalid combinator <{query[at]}>. (state: 6)")
        if combinator is not None:
            part.combinator = combinator[1] or " "
            at = combinator.end()
        if at == start:
            raise CssError(f"Invalid combinator <{query[at]}>. (state: 6)")
        chain.append(part)
    return chain


def conditions(part: Part, query: str, at: int) -> int:
    """Read what stands behind a name; gives where it ends."""
    while at < len(query):
        if found := _MARK.match(query, at):
            wanted = unescaped(found[2])
            key, fits = ("id", MATCHES["="]) if found[1] == "#" else ("class", MATCHES["~="])
            part.tests.append(
                lambda node, key=key, fits=fits, wanted=wanted: fits(node.attributes.get(key) or "", wanted)  # type: ignore[misc]
            )
        elif query[at] == "[":
            found = _ATTRIBUTE.match(query, at)
            if found is None:
                raise CssError(f"Illegal character in {query[at:]!r}. (state: 4)")
            if found[1]:
                part.tests.append(attribute(found))
        elif found := _PSEUDO.match(query, at):
            if not found[3]:
                pseudo(part, unescaped(found[1]), found[2])
        else:
            break
        at = found.end()
    if query[at : at + 1] == "(":
        raise CssError(f"Illegal character <{query[at + 1 : at + 2]}>. (state: 8)")
    return at


def next_to(node: Node, combinator: str) -> Sequence[Node]:
    """Give the elements that a combinator means."""
    if combinator == " ":
        return list(node.walk())
    if combinator == ">":
        return node.elements()
    if node.parent is None:
        return ()
    behind = siblings(node, of_type=False)
    behind = behind[next(number for number, each in enumerate(behind, 1) if each is node) :]
    return behind[:1] if combinator == "+" else behind


def matches(root: Node, chain: list[Part]) -> list[Node]:
    """Give all that one selector finds below a node, in its order."""
    nodes, combinator = [root], " "
    for part in chain:
        found: dict[int, Node] = {}
        for node in nodes:
            for each in next_to(node, combinator):
                if part.fits(each):
                    found.setdefault(id(each), each)
        nodes = list(found.values())
        if part.filters:
            count = len(nodes)
            nodes = [each for at, each in enumerate(nodes) if all(keep(at, count) for keep in part.filters)]
        combinator = part.combinator
    return nodes


@lru_cache(400)
def compile_csselly(selector: str) -> Callable[[Node], list[Node]]:
    """Compile a selector to what gives a page's elements, those of each alternative in turn; raises CssError."""
    chains = read(selector)

    def select(page: Node) -> list[Node]:
        return list({id(node): node for chain in chains for node in matches(page, chain)}.values())

    return select
