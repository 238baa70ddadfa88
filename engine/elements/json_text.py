"""JSON as json-smart reads and writes it, the library beneath JMeter's JSON elements.

What is valid JSON is read by Python's own reader. json-smart takes much more, and says "no such path" instead of "no
JSON" for it, which variables show: bare words, single quotes, text behind the value, an HTML page as one text.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from .json_writing import JsonWriter

EXACT_FROM = 19
"""Length from which a number with a fraction is kept exactly."""

ESCAPED = re.compile('["\\\\/\\x00-\\x1f\\x7f-\\x9f\\u2000-\\u20ff]')
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?")
WHOLE = re.compile(r"-?\d+")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "NaN": math.nan}


class JsonError(ValueError):
    """Text that even json-smart does not take for JSON."""


def read_json(text: str) -> Any:
    """Read a text; raises JsonError."""
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return _Lenient(text).document()


def _fraction(text: str) -> float | Decimal:
    return Decimal(text) if len(text) >= EXACT_FROM else float(text)


def _unknown(text: str) -> Any:
    return WORDS.get(text, text)


DECODER = json.JSONDecoder(strict=False, parse_float=_fraction, parse_constant=_unknown)


class _Lenient:
    """json-smart's permissive mode."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Any:
        """Read the value that the text begins with; what follows it is ignored."""
        if not self.text:
            raise JsonError("json string can not be null or empty")
        return self.value("")

    def peek(self) -> str:
        """Skip blanks and give the next character, empty at the end."""
        text = self.text
        while self.at < len(text) and text[self.at] in " \t\r\n":
            self.at += 1
        return text[self.at : self.at + 1]

    def value(self, stops: str) -> Any:
        """Read a value; bare text ends at one of `stops`."""
        char = self.peek()
        if char == "{":
            return self.object()
        if char == "[":
            return self.array()
        if char and char in "\"'":
            return self.string(char)
        if char and char in ":}]":
            raise JsonError(f"Unexpected character ({char}) at position {self.at}.")
        word = self.bare(stops)
        if word in WORDS:
            return WORDS[word]
        if NUMBER.fullmatch(word):
            return int(word) if WHOLE.fullmatch(word) else _fraction(word)
        return word

    def object(self) -> dict[str, Any]:
        """Read an object."""
        self.at += 1
        found: dict[str, Any] = {}
        while (char := self.peek()) != "}":
            if char == ",":
                self.at += 1
                continue
            key = self.string(char) if char and char in "\"'" else self.bare(":")
            if self.peek() != ":":
                raise self.unexpected()
            self.at += 1
            found[key] = self.value(",}")
            if self.peek() not in (",", "}"):
                raise self.unexpected()
        self.at += 1
        return found

    def array(self) -> list[Any]:
        """Read an array."""
        self.at += 1
        found: list[Any] = []
        while (char := self.peek()) != "]":
            if char == ",":
                self.at += 1
                continue
            found.append(self.value(",]"))
            if self.peek() not in (",", "]"):
                raise self.unexpected()
        self.at += 1
        return found

    def bare(self, stops: str) -> str:
        """Read text without quotes."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        if stops and self.at == len(self.text):
            raise self.unexpected()
        return self.text[start : self.at].strip()

    def string(self, quote: str) -> str:
        """Read a quoted text."""
        parts: list[str] = []
        self.at += 1
        while (char := self.text[self.at : self.at + 1]) != quote:
            if not char:
                raise self.unexpected()
            self.at += 1
            parts.append(self.escape() if char == "\\" else char)
        self.at += 1
        return "".join(parts)

    def escape(self) -> str:
        """Read what follows a backslash."""
        char = self.text[self.at : self.at + 1]
        self.at += 1
        digits = {"u": 4, "x": 2}.get(char, 0)
        if not digits:
            return ESCAPES.get(char, char)
        number = self.text[self.at : self.at + digits]
        if not re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", number):
            raise JsonError(f"Unexpected unicode escape sequence at position {self.at}.")
        self.at += digits
        return chr(int(number, 16))

    def unexpected(self) -> JsonError:
        """Make the error for what stands at the present position."""
        char = self.text[self.at : self.at + 1]
        problem = f"Unexpected character ({char})" if char else "Unexpected End Of File"
        return JsonError(f"{problem} at position {self.at}.")


def as_text(value: Any) -> str | None:
    """Give a value as JMeter puts it into a variable; None for null. A HashMap's order is that of a whole object."""
    if isinstance(value, str):
        return value
    if value is None:
        return None
    if isinstance(value, dict):
        return write_json({key: value[key] for key in hash_order(list(value))})
    return write_json(value)


write_json = JsonWriter(ESCAPED, SHORT)


def hash_order(keys: list[str]) -> list[str]:
    """Put keys into the order in which a HashMap copied from a map of them gives them."""
    size = 1
    while size < len(keys) / 0.75 + 1:
        size *= 2
    buckets: dict[int, list[str]] = {}
    for key in keys:
        number = java_hash(key)
        buckets.setdefault((number ^ (number >> 16)) & (size - 1), []).append(key)
    return [key for bucket in sorted(buckets) for key in buckets[bucket]]


def java_hash(text: str) -> int:
    """Give Java's String.hashCode, as 32 bits without sign."""
    number = 0
    data = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(data), 2):
        number = (31 * number + (data[at] << 8) + data[at + 1]) & 0xFFFFFFFF
    return number
