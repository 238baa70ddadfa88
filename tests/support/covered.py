"""What the golden plans set: for each property of each element the values, for each function how it is called.

`python tests/support/covered.py` shows it: which properties are never set, or only to their default, which values of
flags, and which kinds of odd numbers and texts are missing; for functions the numbers of arguments and which of them
are left empty.
"""

from __future__ import annotations

import argparse
import collections
import sys
from collections.abc import Iterator
from pathlib import Path

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.functions import FUNCTIONS
from pyjm.engine.compile.grammar_parse import Call, GrammarError, Parser, Part
from pyjm.engine.compile.registry import ELEMENTS, discover
from pyjm.engine.compile.value import as_flag, whole_number
from pyjm.engine.plan.jmx import parse_elements
from pyjm.engine.plan.tree import Node, Prop

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

ABSENT = "absent"

ANY = 100
"""A function that takes so many arguments takes any number."""

MANY = 1
"""How many of its arguments beyond those it must have are looked at."""

Seen = dict[str, dict[str, set[str]]]
"""Kind → property → its values, as texts; `absent` among them where it is not written."""

Calls = dict[str, set[tuple[str, ...]]]
"""Function → for each way it is called what its arguments are: `given` or `empty`."""


def plans() -> Iterator[Node]:
    """Read all golden plans, without what is disabled in them."""
    for path in sorted((GOLDEN / "plans").rglob("*.jmx")):
        yield from parse_elements(path.read_bytes(), path.name)


def nodes(node: Node) -> Iterator[Node]:
    """Go through what is enabled."""
    if node.enabled:
        yield node
        for child in node.children:
            yield from nodes(child)


def texts(prop: Prop) -> Iterator[str]:
    """Give all texts in a property."""
    if isinstance(prop, str):
        yield prop
    elif isinstance(prop, list):
        for item in prop:
            yield from texts(item)
    elif isinstance(prop, dict):
        for item in prop.values():
            yield from texts(item)
    elif isinstance(prop, Node):
        for item in prop.props.values():
            yield from texts(item)


def calls_in(parts: tuple[Part, ...]) -> Iterator[Call]:
    """Give the calls in a text, and in their arguments."""
    for part in parts:
        if isinstance(part, Call):
            yield part
            for argument in part.args:
                yield from calls_in(argument)


def seen() -> tuple[Seen, Calls]:
    """Go through all plans."""
    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    values: Seen = collections.defaultdict(lambda: collections.defaultdict(set))
    calls: Calls = collections.defaultdict(set)
    for top in plans():
        for node in nodes(top):
            properties = values[node.kind]
            for key in {*node.props, *keys_of(node.kind)}:
                prop = node.props.get(key)
                properties[key].add(ABSENT if prop is None else node.text(key, "…"))
            for text in (node.name, *texts(node)):
                if "${__" in text:
                    collect(text, calls)
    return values, calls


def collect(text: str, calls: Calls) -> None:
    """Note the calls of one text; one that can't be read has none."""
    try:
        parts = Parser(text, FUNCTIONS).parts()
    except GrammarError:
        return
    for call in calls_in(parts):
        calls[call.name].add(tuple("given" if any(argument) else "empty" for argument in call.args))


def keys_of(kind: str) -> dict[str, str]:
    """Give the declared properties of a kind and their defaults."""
    cls = ELEMENTS.get(kind)
    return {each.key: each.default for each in cls.declared.values()} if cls is not None else {}


def only_default(kind: str, values: Seen) -> list[str]:
    """Give the declared properties of a kind that are never set to anything but their default."""
    return [key for key, default in keys_of(kind).items() if not values[kind][key] - {ABSENT, default, ""}]


def missing_values(kind: str, values: Seen) -> Iterator[str]:
    """Tell which kinds of values a property of a kind is never set to."""
    for declared in ELEMENTS[kind].declared.values():
        found = values[kind][declared.key]
        if declared.change is as_flag:
            wanted = {"true": {"true"}, "false": {"false"}, "neither": found - {"true", "false", ABSENT}}
        elif declared.of_number is not None:
            numbers = {value for value in found if whole_number(value) is not None}
            wanted = {
                "positive": {value for value in numbers if not value.startswith("-") and int(value)},
                "negative": {value for value in numbers if value.startswith("-")},
                "no number": found - numbers - {ABSENT, ""},
                "a variable": {value for value in found if "${" in value},
            }
        else:
            wanted = {"a text": found - {ABSENT, ""}, "a variable": {value for value in found if "${" in value}}
        wanted |= {"empty": found & {""}, ABSENT: found & {ABSENT}}
        lacking = [name for name, having in wanted.items() if not having]
        if lacking:
            yield f"{declared.key}: never {', '.join(lacking)}"


def missing_counts(name: str, calls: Calls) -> list[int]:
    """Give with how many arguments a function is never called, of those that it takes."""
    function = FUNCTIONS[name]
    counts = {len(call) for call in calls[name]}
    return [number for number in range(function.least, most_of(name) + 1) if number not in counts]


def most_of(name: str) -> int:
    """Give how many arguments of a function are looked at."""
    function = FUNCTIONS[name]
    return int(min(function.most, function.least + (MANY if function.most >= ANY else ANY)))


def missing_calls(name: str, calls: Calls) -> Iterator[str]:
    """Tell in which ways a function is never called."""
    yield from (f"never with {number} arguments" for number in missing_counts(name, calls))
    for at in range(most_of(name)):
        ways = {call[at] for call in calls[name] if len(call) > at}
        yield from (f"argument {at + 1} never {way}" for way in sorted({"given", "empty"} - ways))


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    values, calls = seen()
    for kind in sorted(ELEMENTS):
        lines = [*missing_values(kind, values)] if kind in values else ["in no plan"]
        sys.stdout.write("".join(f"{kind}  {line}\n" for line in lines))
    for name in sorted(FUNCTIONS):
        sys.stdout.write("".join(f"{name}  {line}\n" for line in missing_calls(name, calls)))


if __name__ == "__main__":
    main()
