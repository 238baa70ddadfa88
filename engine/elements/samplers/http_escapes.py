"""Hot path: names and values of forms and queries, escaped and unescaped as Java and HttpClient do."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from pyjm.engine.compile.charset import known_charset
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, WireError

UNSUPPORTED_ENCODING = "java.io.UnsupportedEncodingException"
UNSUPPORTED_CHARSET = "java.nio.charset.UnsupportedCharsetException"

_SAFE = re.compile(r"[A-Za-z0-9*._-]*").fullmatch
_RUNS = re.compile(r"[A-Za-z0-9*._-]+|[^A-Za-z0-9*._-]+")
_ESCAPES = re.compile(r"((?:%[^%]?[^%]?)+)")
_JAVA_NAMES = {"UTF8": "UTF-8", "LATIN1": "ISO-8859-1", "ISO8859_1": "ISO-8859-1", "ASCII": "US-ASCII"}
_ESCAPED = [chr(byte) if _SAFE(chr(byte)) else "+" if byte == 0x20 else f"%{byte:02X}" for byte in range(256)]
_MARKED = {"utf-16": "utf-16-be", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}


@lru_cache(maxsize=64)
def canonical(name: str) -> str:
    """Give a charset's name as Java writes it. Raises WireError for one that does not exist."""
    if not known_charset(name):
        raise WireError(UNSUPPORTED_CHARSET, name)
    shown = codecs.lookup(name).name
    if shown == "utf-8":
        return "UTF-8"
    if shown == "iso8859-1":
        return "ISO-8859-1"
    if shown.startswith("iso8859-"):
        return f"ISO-{shown[3:7]}-{shown[8:]}"
    if shown.startswith("cp125"):
        return f"windows-{shown[2:]}"
    if shown == "ascii":
        return "US-ASCII"
    return _JAVA_NAMES.get(name.upper(), name.upper())


def encoded(text: str, charset: str) -> bytes:
    """Write a text in a charset as Java does: `?` for what it lacks, UTF-16 with its mark and the high byte first."""
    lower = charset.lower()
    if lower == "utf-16":
        return b"\xfe\xff" + text.encode("utf-16-be", "replace") if text else b""
    return text.encode(_MARKED.get(lower, charset), "replace")


def query_escape(text: str, charset: str = "utf-8") -> str:
    """Escape as java.net.URLEncoder does. The charset must exist."""
    if _SAFE(text):
        return text
    if charset[:6].lower() == "utf-16":
        runs = _RUNS.findall(text.replace(" ", "+"))
        return "".join([run if _SAFE(run) else _bytewise(run, charset) for run in runs])
    return "".join([_ESCAPED[byte] for byte in text.encode(charset, "replace")])


def form_escape(text: str, charset: str = "utf-8") -> str:
    """Escape as HttpClient's UrlEncodedFormEntity does, byte by byte. The charset must exist."""
    if charset[:6].lower() == "utf-16":
        return "".join([_ESCAPED[byte] for byte in encoded(text, charset)])
    return query_escape(text, charset)


def _bytewise(run: str, charset: str) -> str:
    parts = run.split("+")
    return "+".join(["".join([f"%{byte:02X}" for byte in encoded(part, charset)]) if part else "" for part in parts])


def unescape(text: str, charset: str) -> str:
    """Undo escapes as java.net.URLDecoder does. Raises WireError with its words for a broken one."""
    if "%" not in text and "+" not in text:
        return text
    if not known_charset(charset):
        raise WireError(UNSUPPORTED_ENCODING, charset)
    parts = _ESCAPES.split(text.replace("+", " "))
    return "".join([_unescaped(part, charset) if part.startswith("%") else part for part in parts])


def _unescaped(run: str, charset: str) -> str:
    data = bytearray()
    at = 0
    while at < len(run) and run[at] == "%":
        pair = run[at + 1 : at + 3]
        if len(pair) < 2:
            raise WireError(ILLEGAL_ARGUMENT, "URLDecoder: Incomplete trailing escape (%) pattern")
        wrong = next((i for i, char in enumerate(pair) if char not in "0123456789abcdefABCDEF"), None)
        if wrong is not None:
            why = "negative value" if pair[0] == "-" else f'Error at index {wrong} in: "{pair}"'
            raise WireError(ILLEGAL_ARGUMENT, f"URLDecoder: Illegal hex characters in escape (%) pattern - {why}")
        data.append(int(pair, 16))
        at += 3
    return data.decode(charset, "replace") + run[at:]
