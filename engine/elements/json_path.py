"""JSONPath as Jayway's json-path 2.7 reads it, which is what JMeter's plans are written for.

The libraries for Python follow RFC 9535 or Goessner's article; Jayway differs where variables show it: `$['a','b']`
makes one object, a missing property ends a definite path, `..` has an order of its own, filters compare by type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .json_filter import read_filter
from .json_path_tokens import (
    Filter,
    Function,
    Indexes,
    Path,
    PathError,
    Properties,
    Root,
    Scan,
    Slice,
    Token,
    Wildcard,
)

WILDCARD = re.compile(r"\[\s*\*\s*\]")
INDEXES = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
SLICE = re.compile(r"\[\s*([-\d:\s]*:[-\d:\s]*)\]")
TEXT = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
PROPERTIES = re.compile(rf"\[\s*({TEXT}(?:\s*,\s*{TEXT})*)\s*\]", re.DOTALL)
QUOTED = re.compile(TEXT, re.DOTALL)
FILTER = re.compile(r"\[\s*\?\s*\(")
NAME = re.compile(r"[^.\[(]+")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@lru_cache(1000)
def compile_path(text: str) -> Path:
    """Compile a path; raises PathError."""
    written, text = text.rstrip(), text.strip()
    if not text:
        raise PathError("json can not be null or empty")
    if text[0] not in "$@":
        text = f"$.{written}"
    if text.endswith("."):
        raise PathError("Path must not end with a '.' or '..'")
    if len(text) > 1 and text[1] not in ".[":
        raise PathError("Illegal character at position 1 expected '.' or '['")
    return Path(_Reader(text).tokens())


def unescaped(text: str) -> str:
    """Replace the escapes of a quoted text."""
    if "\\" not in text:
        return text
    return ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else CONTROLS.get(m[2], m[2]), text)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 1

    def tokens(self) -> list[Token]:
        """Read all parts."""
        found: list[Token] = [Root()]
        while self.at < len(self.text):
            found.append(self.token())
        return found

    def token(self) -> Token:
        """Read the next part."""
        text = self.text
        if text[self.at] == ".":
            if text.startswith("..", self.at):
                self.at += 2
                if text.startswith(".", self.at):
                    raise PathError(f"Character '.' on position {self.at} is not valid.")
                return Scan()
            self.at += 1
        char = text[self.at]
        if char == "[":
            return self.brackets()
        if char == "*":
            self.at += 1
            return Wildcard()
        return self.name()

    def name(self) -> Token:
        """Read a property without quotes, or a function."""
        found = NAME.match(self.text, self.at)
        if found is None:
            raise self.illegal()
        name = found[0]
        if name[0] == " ":
            raise PathError(f"Could not parse token starting at position {self.at}")
        if " " in name.rstrip() or (name != name.rstrip() and found.end() < len(self.text)):
            raise PathError(
                f"Use bracket notion ['my prop'] if your property contains blank characters. position: {self.at}"
            )
        self.at = found.end()
        if not self.text.startswith("(", self.at):
            return Properties([name])
        end = self.text.find(")", self.at)
        if end < 0:
            raise PathError(f"Arguments to function: '{name}' are not closed properly.")
        arguments = self.text[self.at + 1 : end].strip()
        self.at = end + 1
        if name not in FUNCTIONS or arguments:
            raise PathError(f"the path function {name}({arguments}) is not supported")
        return Function(FUNCTIONS[name])

    def brackets(self) -> Token:
        """Read a part in brackets."""
        text, at = self.text, self.at
        if not text[at + 1 :].strip():
            raise PathError(f"java.lang.StringIndexOutOfBoundsException: String index out of range: {len(text)}")
        if found := PROPERTIES.match(text, at):
            self.at = found.end()
            return Properties([unescaped(one[1:-1]) for one in QUOTED.findall(found[1])])
        if found := INDEXES.match(text, at):
            self.at = found.end()
            return Indexes([int(number) for number in found[1].split(",")])
        if found := SLICE.match(text, at):
            self.at = found.end()
            return self.slice(found[1])
        if found := WILDCARD.match(text, at):
            self.at = found.end()
            return Wildcard()
        if found := FILTER.match(text, at):
            accepts, self.at = read_filter(text, found.end() - 1, compile_path)
            closed = re.compile(r"\s*\]").match(text, self.at)
            if closed is None:
                raise self.illegal()
            self.at = closed.end()
            return Filter(accepts)
        raise self.illegal()

    def slice(self, written: str) -> Slice:
        """Read a slice; a step is not known."""
        try:
            first, last = (int(part) if part.strip() else None for part in written.split(":")[:2])
        except ValueError:
            first = last = None
        if first is None and last is None:
            raise PathError(f"Failed to parse SliceOperation: {written}")
        return Slice(first, last)

    def illegal(self) -> PathError:
        """Make the error for what can't be read."""
        return PathError(f"Could not parse token starting at position {self.at}. Expected ?, ', 0-9, * ")


def _length(model: Any) -> int | None:
    return len(model) if isinstance(model, (list, dict)) else None


def _numbers(compute: Callable[[list[float]], float]) -> Callable[[Any], float]:
    def function(model: Any) -> float:
        found = [float(n) for n in model if isinstance(n, (int, float)) and not isinstance(n, bool)] if model else []
        if not found:
            raise PathError("Aggregation function attempted to calculate value using empty array")
        return compute(found)

    return function


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": _length,
    "size": _length,
    "min": _numbers(min),
    "max": _numbers(max),
    "sum": _numbers(sum),
    "avg": _numbers(lambda found: sum(found) / len(found)),
    "first": lambda model: model[0] if isinstance(model, list) and model else None,
    "last": lambda model: model[-1] if isinstance(model, list) and model else None,
    "keys": lambda model: list(model) if isinstance(model, dict) else None,
}
