"""What may stand in an XML result file, and what of it is written as a reference. Mirrors XStream's writers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_START = re.compile(r"[^\W\d]|:").match
_LATER = re.compile(r"[\w:.\-\u00b7\u203f\u2040]").match
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def _reference(found: re.Match[str]) -> str:
    character = found[0]
    return _NAMED.get(character) or f"&#x{ord(character):x};"


@lru_cache(1)
def _odd() -> str:
    """Give the characters that Unicode gives no meaning to, and controls but tab and newline, as a class of a regex."""
    ranges: list[list[int]] = []
    for code in range(0x10000):
        kind = unicodedata.category(chr(code))
        if (kind == "Cn" or kind == "Cc") and code not in (9, 10):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


@lru_cache(1)
def text_escape() -> Callable[[str], str]:
    """Give what writes a text between tags."""
    find = re.compile(f"[&<>\"'{_odd()}]")
    return lambda text: find.sub(_reference, text)


@lru_cache(1)
def attribute_escape() -> Callable[[str], str]:
    """Give what writes the value of an attribute: tabs and line ends are references as well."""
    find = re.compile(f"[&<>\"'\\t\\n{_odd()}]")
    return lambda text: find.sub(_reference, text)


def attribute_name(name: str) -> str:
    """Write a name for an attribute. Mirrors XmlFriendlyNameCoder."""
    out = []
    for index, letter in enumerate(name):
        if letter == "$":
            out.append("_-")
        elif letter == "_":
            out.append("__")
        elif (_START if index == 0 else _LATER)(letter) is None:
            out.append(f"_.{ord(letter):04x}")
        else:
            out.append(letter)
    return "".join(out)
