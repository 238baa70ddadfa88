"""Hot path: names and values of forms and queries, escaped and unescaped as Java and HttpClient do."""

from __future__ import annotations

import re

from pyjm.engine.charsets.charset import Charset, charset_named
from pyjm.engine.http.charsets import charset_called
from pyjm.engine.http.errors import ILLEGAL_ARGUMENT, WireError

UNSUPPORTED_ENCODING = "java.io.UnsupportedEncodingException"

_SAFE = re.compile(r"[A-Za-z0-9*._-]*").fullmatch
_RUNS = re.compile(r" +|[^A-Za-z0-9*._ -]+")
_ESCAPES = re.compile(r"((?:%[^%]?[^%]?)+)")
_BYTEWISE = frozenset(("utf-8", "UTF-8", "ISO-8859-1", "US-ASCII"))
_ESCAPED = [chr(byte) if _SAFE(chr(byte)) else "+" if byte == 0x20 else f"%{byte:02X}" for byte in range(256)]


def canonical(name: str) -> str:
    """Give a charset's name as Java writes it. Raises WireError for one that does not exist."""
    return charset_called(name).name


def encoded(text: str, charset: str) -> bytes:
    """Write a text in a charset as Java does. Raises WireError for one that does not exist."""
    return charset_called(charset).encode(text)


def query_escape(text: str, charset: str = "utf-8") -> str:
    """Escape as java.net.URLEncoder does, run by run. The charset must exist."""
    if _SAFE(text):
        return text
    if charset in _BYTEWISE:
        return "".join([_ESCAPED[byte] for byte in text.encode(charset, "replace")])
    return _RUNS.sub(lambda run: _run_escape(run[0], charset), text)


def form_escape(text: str, charset: str = "utf-8") -> str:
    """Escape as HttpClient's UrlEncodedFormEntity does, byte by byte. The charset must exist."""
    if charset in _BYTEWISE:
        return query_escape(text, charset)
    return "".join([_ESCAPED[byte] for byte in encoded(text, charset)])


def _run_escape(run: str, charset: str) -> str:
    if run[0] == " ":
        return "+" * len(run)
    return "".join([f"%{byte:02X}" for byte in encoded(run, charset)])


def unescape(text: str, charset: str) -> str:
    """Undo escapes as java.net.URLDecoder does. Raises WireError with its words for a broken one."""
    if "%" not in text and "+" not in text:
        return text
    found = charset_named(charset)
    if found is None:
        raise WireError(UNSUPPORTED_ENCODING, charset)
    parts = _ESCAPES.split(text.replace("+", " "))
    return "".join([_unescaped(part, found) if part.startswith("%") else part for part in parts])


def _unescaped(run: str, charset: Charset) -> str:
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
    return charset.decode(bytes(data)) + run[at:]
