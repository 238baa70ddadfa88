"""Read Java's .properties syntax in full, in UTF-8 or ISO-8859-1."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

_BLANK = " \t\f"
_END_OF_LINE = re.compile(r"\r\n|\r|\n")
# A key reaches to the first separator that no backslash stands before.
_KEY = re.compile(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class PropertiesError(Exception):
    """Say in one line what is wrong with a property file or with where it was looked for."""


def load(path: str | Path) -> dict[str, str]:
    """Read one property file; every fault is a PropertiesError that names the file."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise PropertiesError(f"cannot read property file {path}: {error.strerror or error}") from None
    try:
        return parse(data)
    except PropertiesError as error:
        raise PropertiesError(f"{path}: {error}") from None


def parse(data: bytes) -> dict[str, str]:
    """Read the properties in `data`; a key that comes twice keeps its last value (java.util.Properties.load)."""
    properties: dict[str, str] = {}
    for number, line in _logical_lines(_decode(data)):
        separator = _KEY.match(line)
        assert separator is not None  # the pattern matches the empty text
        key = _unescape(separator.group(1), number)
        properties[key] = _unescape(line[separator.end() :], number)
    return properties


def _decode(data: bytes) -> str:
    """Tell the encoding by content: what is valid UTF-8 is UTF-8, anything else ISO-8859-1."""
    if data.startswith(_OTHER_ENCODINGS):
        raise PropertiesError("the file is in UTF-16; save it as UTF-8 or ISO-8859-1")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (number of its first line, text) of each setting: no comments, no blank lines, continuations joined."""
    started = 0
    joined: list[str] = []
    for number, line in enumerate(_END_OF_LINE.split(text), 1):
        line = line.lstrip(_BLANK)
        if not any(joined):
            joined.clear()  # a line of one backslash begins nothing
            if not line or line[0] in "#!":
                continue
            started = number
        if _ends_in_escape(line):
            joined.append(line[:-1])
            continue
        yield started, "".join([*joined, line])
        joined.clear()
    if any(joined):
        yield started, "".join(joined)


def _ends_in_escape(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _unescape(text: str, number: int) -> str:
    if "\\" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        escaped = match.group(1)
        if len(escaped) == 5:
            return chr(int(escaped[1:], 16))
        if escaped == "u":
            found = text[match.start() : match.start() + 6]
            raise PropertiesError(f"line {number}: malformed escape {found!r}: four hexadecimal digits must follow \\u")
        return _CONTROL.get(escaped, escaped)

    text = _ESCAPE.sub(plain, text)
    if _SURROGATE.search(text):
        # Java writes characters beyond 16 bits as two escapes.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
