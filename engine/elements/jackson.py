"""JSON as Jackson reads and writes it, the library beneath JMeter's JMESPath elements.

Only the first value of a text counts, and nothing but strict JSON is read. What is wrong is said in Jackson's words
where they are known.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from .json_writing import JsonWriter

SHOWN = 500
"""Characters of a source that a message shows."""

LONGEST = 256
"""Characters of an unknown word that a message shows."""

VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
BEFORE = {
    "property name": "was expecting double-quote to start field name",
    "':'": "was expecting a colon to separate field name and value",
    "','": "was expecting comma to separate {} entries",
}
WORD = re.compile(r"[^\W\d]\w*")
ESCAPED = re.compile(r'["\\\x00-\x1f]')
CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class JacksonError(ValueError):
    """Text that is no JSON."""


class _Constant(JacksonError):
    """NaN or an infinity."""


def _no_constant(text: str) -> NoReturn:
    raise _Constant(f"Non-standard token '{text}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow")


DECODER = json.JSONDecoder(parse_constant=_no_constant)


def read(text: str) -> Any:
    """Read the value that a text begins with; raises JacksonError."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    try:
        value, end = DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise JacksonError(_words(text, error)) from None
    except RecursionError:
        raise JacksonError("nested too deeply") from None
    except _Constant as error:
        word = re.search(r"(?:NaN|-?Infinity)", text)
        raise JacksonError(f"{error}{_at(text, word.end() if word else 0)}") from None
    behind = text[end : end + 1]
    if behind and behind not in " \t\r\n" and (value is None or isinstance(value, (int, float))):
        raise JacksonError(_glued(text, end))
    return value


def _source(text: str) -> str:
    cut = f"[truncated {len(text) - SHOWN} chars]" if len(text) > SHOWN else ""
    shown = CONTROL.sub(lambda found: f"\\u{ord(found[0]):04X}", text[:SHOWN])
    return f'[Source: (String)"{shown}"{cut}'


def _at(text: str, index: int) -> str:
    line = text.count("\n", 0, index) + 1
    column = index - (text.rfind("\n", 0, index) + 1) + 1
    return f"\n at {_source(text)}; line: {line}, column: {column}]"


def _unexpected(text: str, index: int) -> str:
    return f"Unexpected character ('{text[index]}' (code {ord(text[index])}))"


def _unknown(text: str, start: int, end: int) -> str:
    """Say that a word is none of JSON's."""
    long = end - start > LONGEST
    end = min(end, start + LONGEST)
    return f"Unrecognized token '{text[start:end]}{'...' if long else ''}': was expecting {VALUE}{_at(text, end)}"


def _glued(text: str, end: int) -> str:
    """Say what is wrong with a number or a word that does not end where it should."""
    word = re.search(r"[^\W\d]\w*$", text[:end])
    if word:
        rest = re.match(r"\w*", text[end:])
        end += len(rest[0]) if rest else 0
        return _unknown(text, word.start(), end)
    if text[end].isdigit():
        return f"Invalid numeric value: Leading zeroes not allowed{_at(text, end)}"
    if text[end] == ".":
        said = "in numeric value: Decimal point not followed by a digit"
        at = min(end + 1, len(text) - 1)
        return f"{_unexpected(text, at)} {said}{_at(text, at + 1)}"
    return f"{_unexpected(text, end)}: Expected space separating root-level values{_at(text, end + 1)}"


def _words(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip(" \t\r\n"):
        return f"No content to map due to end-of-input\n at {_source(text)}; line: 1, column: 0]"
    at, said, end = error.pos, error.msg, len(text)
    if said.startswith("Unterminated string"):
        return f"Unexpected end-of-input: was expecting closing quote for a string value{_at(text, end)}"
    if at >= end:
        return _ended(text)
    if said.startswith("Invalid control character"):
        code = ord(text[at])
        rule = "has to be escaped using backslash to be included in string value"
        return f"Illegal unquoted character ((CTRL-CHAR, code {code})): {rule}{_at(text, at + 1)}"
    if said.startswith("Invalid \\escape"):
        escape = text[at + 1 : at + 2]
        return f"Unrecognized character escape '{escape}' (code {ord(escape or ' ')}){_at(text, at + 2)}"
    wanted = next((rule for word, rule in BEFORE.items() if word in said), "")
    if not wanted and (word := WORD.match(text, at)):
        return _unknown(text, at, word.end())
    if "{}" in wanted:
        if text[at - 1].isalnum() and (text[at].isalnum() or text[at] == "."):
            return _glued(text, at)
        outer = _open(text[:at])
        wanted = wanted.format("Array" if outer and text[outer[-1]] == "[" else "Object")
    return f"{_unexpected(text, at)}: {wanted or f'expected a valid value {VALUE}'}{_at(text, at + 1)}"


def _open(text: str) -> list[int]:
    """Tell where the arrays and objects begin that are open at the end of a text."""
    found: list[int] = []
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[][{}]', text):
        if token[0] in "[{":
            found.append(token.start())
        elif token[0] in "]}" and found:
            found.pop()
    return found


def _ended(text: str) -> str:
    outer = _open(text)
    if not outer:
        return f"Unexpected end-of-input{_at(text, len(text))}"
    kind = "Array" if text[outer[-1]] == "[" else "Object"
    last = text.rstrip(" \t\r\n")[-1:]
    if last in ",:" or (kind == "Object" and re.search(r'[{,]\s*"[^"]*"\s*$', text)):
        return f"Unexpected end-of-input within/between {kind} entries{_at(text, len(text))}"
    begin = _at(text, outer[-1]).removeprefix("\n at ")
    said = f"expected close marker for {kind} (start marker at {begin})"
    return f"Unexpected end-of-input: {said}{_at(text, len(text))}"


write = JsonWriter(ESCAPED, SHORT)


def as_text(value: Any) -> str:
    """Give a text as it is, all else as JSON."""
    return value if isinstance(value, str) else write(value)
