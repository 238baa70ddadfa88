"""The methods of java.lang.String that scripts call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyjm.engine.compile.java_replacement import replacement
from pyjm.engine.compile.java_text import java_text, java_trim

from .errors import ScriptError


class Char(str):
    """A Java char: one character, which JavaScript sees as a number."""

    __slots__ = ()


def text_of(value: Any) -> str:
    """Take an argument that becomes a text."""
    if value is None:
        raise ScriptError("null is no text")
    return java_text(value)


def char_at(text: str, at: int) -> Char:
    """Give one character."""
    if not 0 <= at < len(text):
        raise ScriptError(f"String index out of range: {at}")
    return Char(text[at])


def split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """Divide a text as String.split does: without a limit, empty parts at the end are left out."""
    if not text:
        return [text]
    parts: list[str] = []
    at = 0
    for match in re.finditer(pattern, text):
        if match.end() == 0 or (limit > 0 and len(parts) == limit - 1):
            continue
        if match.start() == match.end() == len(text):
            continue
        parts.append(text[at : match.start()])
        at = match.end()
    parts.append(text[at:])
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def substring(text: str, start: int, end: int | None = None) -> str:
    """Cut a text; raises where it is not that long."""
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise ScriptError(f"begin {start}, end {stop}, length {len(text)}")
    return text[start:stop]


def compare_to(text: str, other: str) -> int:
    """Order two texts as String.compareTo does."""
    for a, b in zip(text, other):
        if a != b:
            return ord(a) - ord(b)
    return len(text) - len(other)


def hash_code(text: str) -> int:
    """Give String.hashCode."""
    code = 0
    data = text.encode("utf-16-be", "surrogatepass")
    for at in range(0, len(data), 2):
        code = (code * 31 + (data[at] << 8 | data[at + 1])) & 0xFFFFFFFF
    return code - (1 << 32) if code >> 31 else code


def index_of(text: str, wanted: Any, start: int = 0) -> int:
    """Find a text, or the character of a number, in a text."""
    return text.find(wanted if isinstance(wanted, str) else chr(wanted), max(0, start))


def last_index_of(text: str, wanted: Any, start: int | None = None) -> int:
    """Find the last place of a text in a text."""
    wanted = wanted if isinstance(wanted, str) else chr(wanted)
    return text.rfind(wanted) if start is None else text.rfind(wanted, 0, start + len(wanted))


def equals_ignore_case(text: str, other: Any) -> bool:
    """Compare without regard to case."""
    return isinstance(other, str) and text.upper().lower() == other.upper().lower()


STRING: dict[str, Callable[..., Any]] = {
    "length": len,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "trim": java_trim,
    "strip": lambda text: text.strip(),
    "stripLeading": lambda text: text.lstrip(),
    "stripTrailing": lambda text: text.rstrip(),
    "repeat": lambda text, times: text * times,
    "toString": str,
    "toUpperCase": lambda text: text.upper(),
    "toLowerCase": lambda text: text.lower(),
    "equals": lambda text, other: isinstance(other, str) and text == other,
    "equalsIgnoreCase": equals_ignore_case,
    "contentEquals": lambda text, other: text == other,
    "compareTo": compare_to,
    "compareToIgnoreCase": lambda text, other: compare_to(text.upper().lower(), other.upper().lower()),
    "contains": lambda text, part: text_of(part) in text,
    "startsWith": lambda text, part, at=0: text.startswith(text_of(part), at),
    "endsWith": lambda text, part: text.endswith(text_of(part)),
    "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
    "indexOf": index_of,
    "lastIndexOf": last_index_of,
    "charAt": char_at,
    "codePointAt": lambda text, at: ord(char_at(text, at)),
    "substring": substring,
    "subSequence": substring,
    "concat": lambda text, other: text + text_of(other),
    "replace": lambda text, old, new: text.replace(text_of(old), text_of(new)),
    "replaceAll": lambda text, pattern, new: re.sub(pattern, replacement(new), text),
    "replaceFirst": lambda text, pattern, new: re.sub(pattern, replacement(new), text, count=1),
    "split": split,
    "toCharArray": lambda text: [Char(char) for char in text],
    "getBytes": lambda text, encoding="utf-8": list(text.encode(encoding)),
    "hashCode": hash_code,
    "intern": lambda text: text,
    "lines": lambda text: text.splitlines(),
}
"""Name → what it does with a text and its arguments."""
