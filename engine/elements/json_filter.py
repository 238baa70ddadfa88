"""Filters of JSONPath, `[?(@.price < 10 && @.name =~ /a.*/i)]`. Mirrors Jayway's FilterCompiler."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .json_comparisons import COMPARISONS
from .json_path_tokens import UNDEFINED, Path, PathError, PathNotFound
from .regex import RegexError, compile_regex

Operand = Callable[[Any, Any], Any]
"""Gives a value for an item and the document's root."""

Condition = Callable[[Any, Any], bool]

OPERATOR = re.compile(r"[<>=~!]+|[^\s'\"(\[{$@/]+", re.DOTALL)
WORD = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
PATTERN = re.compile(r"/((?:\\.|[^/\\])*)/([a-zA-Z]*)")
STRING = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""", re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
PAIRS = {"(": ")", "[": "]", "{": "}"}


def read_filter(text: str, at: int, compile_path: Callable[[str], Path]) -> tuple[Condition, int]:
    """Read the filter that begins with the parenthesis at a position; gives it and the position behind it."""
    reader = _Reader(text, at, compile_path)
    condition = reader.operand()
    return _guarded(condition), reader.at


def _guarded(condition: Condition) -> Condition:
    def accepts(item: Any, root: Any) -> bool:
        try:
            return condition(item, root)
        except PathError:
            return False

    return accepts


class _Reader:
    def __init__(self, text: str, at: int, compile_path: Callable[[str], Path]) -> None:
        self.text = text
        self.at = at
        self.compile_path = compile_path

    def peek(self) -> str:
        """Skip blanks and give the next character, empty at the end."""
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> bool:
        """Take a text if it comes next."""
        self.peek()
        if not self.text.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True

    def either(self) -> Condition:
        """Read conditions of which one must hold."""
        found = [self.both()]
        while self.take("||"):
            found.append(self.both())
        return found[0] if len(found) == 1 else lambda item, root: any(one(item, root) for one in found)

    def both(self) -> Condition:
        """Read conditions that must all hold."""
        found = [self.operand()]
        while self.take("&&"):
            found.append(self.operand())
        return found[0] if len(found) == 1 else lambda item, root: all(one(item, root) for one in found)

    def operand(self) -> Condition:
        """Read one condition, negated or in parentheses."""
        if self.take("!"):
            inner = self.operand()
            return lambda item, root: not inner(item, root)
        if self.take("("):
            inner = self.either()
            if not self.take(")"):
                raise self.illegal()
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        """Read a comparison, or a path that must exist."""
        begin = self.peek()
        start = self.at
        left = self.value()
        behind = self.at
        operator = OPERATOR.match(self.text, self.at) if self.peek() else None
        compare = COMPARISONS.get(operator[0].upper()) if operator else None
        if operator and compare:
            self.at = operator.end()
            right = self.value()
            return lambda item, root: compare(left(item, root), right(item, root))
        if begin not in ("@", "$"):
            raise self.illegal()
        self.at = behind
        return self.exists(self.compile_path(self.text[start:behind]), begin == "@")

    def value(self) -> Operand:
        """Read a path or a literal."""
        char = self.peek()
        if char in ("@", "$"):
            return self.path()
        if char and char in "'\"":
            found = STRING.match(self.text, self.at)
            if found is None:
                raise self.illegal()
            self.at = found.end()
            return _constant(ESCAPE.sub(r"\1", found[1] if found[1] is not None else found[2]))
        if char == "/":
            return self.pattern()
        if char and char in "[{":
            end = self.closing()
            literal = self.text[self.at : end]
            self.at = end
            return _constant(_json(literal))
        word = WORD.match(self.text, self.at)
        if word is None:
            raise self.illegal()
        self.at = word.end()
        return _constant(json.loads(word[0], parse_float=Decimal))

    def pattern(self) -> Operand:
        """Read a regular expression."""
        found = PATTERN.match(self.text, self.at)
        if found is None:
            raise self.illegal()
        self.at = found.end()
        flags = "".join(flag for flag in found[2].lower() if flag in "imsx")
        try:
            return _constant(compile_regex((f"(?{flags})" if flags else "") + found[1], java=True))
        except RegexError as error:
            raise PathError(str(error)) from None

    def path(self) -> Operand:
        """Read a path and make its value."""
        begin = self.at
        self.at += 1
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "[":
                self.at = self.closing()
                continue
            if char == "(":
                depth += 1
            elif char == ")":
                if not depth:
                    break
                depth -= 1
            elif (char in "<>=~! \t" and not depth) or self.text.startswith(("&&", "||"), self.at):
                break
            self.at += 1
        path = self.compile_path(self.text[begin : self.at])
        of_item = self.text[begin] == "@"

        def value(item: Any, root: Any) -> Any:
            try:
                return path.value(item if of_item else root, root)
            except PathNotFound:
                return UNDEFINED

        return value

    def exists(self, path: Path, of_item: bool) -> Condition:
        """Make the condition that a path leads somewhere."""

        def holds(item: Any, root: Any) -> bool:
            try:
                return path.value(item if of_item else root, root, strict=True) is not UNDEFINED
            except PathNotFound:
                return False

        return holds

    def closing(self) -> int:
        """Give the position behind the bracket that closes the one at the present position."""
        open_brackets: list[str] = []
        at = self.at
        while at < len(self.text):
            char = self.text[at]
            if char in "'\"":
                found = STRING.match(self.text, at)
                at = found.end() if found else len(self.text)
                continue
            if char in PAIRS:
                open_brackets.append(PAIRS[char])
            elif open_brackets and char == open_brackets[-1]:
                open_brackets.pop()
                if not open_brackets:
                    return at + 1
            at += 1
        raise self.illegal()

    def illegal(self) -> PathError:
        """Make the error for what can't be read."""
        return PathError(f"Failed to parse filter: {self.text} on position: {self.at}")


def _constant(value: Any) -> Operand:
    return lambda item, root: value


def _json(literal: str) -> Any:
    try:
        return json.loads(literal.replace("'", '"') if "'" in literal and '"' not in literal else literal)
    except ValueError:
        raise PathError(f"Failed to parse filter literal {literal}") from None
