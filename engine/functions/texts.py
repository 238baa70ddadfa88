"""Functions on texts: __changeCase, __char, __escapeHtml, __escapeXml, __unescape, __split, __digest …"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from html.entities import codepoint2name, name2codepoint
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.compile.java_text import java_trim

from .md2 import md2
from .saving import Unkept, saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

_ENTITY = re.compile(r"&(?:#([0-9]+)|#[xX]([0-9A-Fa-f]+)|(\w+));")
_JAVA_ESCAPE = re.compile(r"\\(?:u+([0-9A-Fa-f]{4})|([0-3]?[0-7]{1,2})|(.))", re.DOTALL)
_JAVA_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
_NUMBER = re.compile(r"([+-]?)(?:(?:0[xX]|#)([0-9A-Fa-f]+)|0([0-7]+)|([0-9]+))")


def changed_case(text: str, mode: str) -> str:
    """Write a text in UPPER or LOWER case, or CAPITALIZE its first letter; any other mode leaves it."""
    mode = mode.upper() or "UPPER"
    if mode == "UPPER":
        return text.upper()
    if mode == "LOWER":
        return text.lower()
    if mode == "CAPITALIZE":
        return text[:1].title() + text[1:]
    log.error("Unknown mode %s, returning %s unchanged", mode, text)
    return text


@function("__changeCase", 1, 3)
def make_change_case(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Change the case of a text; the third argument names a variable to keep it."""
    text = args[0].get
    mode = args[1].get if len(args) > 1 else lambda user: ""
    return saved(lambda user: changed_case(text(user), mode(user)), args, 2)


@function("__char", 1, 1 << 30)
def make_char(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the characters of some numbers: decimal, 0x hexadecimal, 0 octal; what is no number is left out."""
    numbers = [arg.get for arg in args]
    return lambda user: "".join(character(java_trim(number(user))) for number in numbers)


def character(text: str) -> str:
    """Give the character of a number."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        log.warning("Could not parse %s", text)
        return ""
    code = int(match[2], 16) if match[2] else int(match[3], 8) if match[3] else int(match[4])
    code = -code if match[1] == "-" else code
    return chr(code & 0xFFFF) if -(1 << 63) <= code < 1 << 63 else ""


def escape_html(text: str) -> str:
    """Write `<`, `é` and all else that HTML 4 has a name for by that name."""
    return "".join(f"&{codepoint2name[ord(char)]};" if ord(char) in codepoint2name else char for char in text)


def unescape_html(text: str) -> str:
    """Read HTML 4's names and numbers of characters."""

    def found(match: re.Match[str]) -> str:
        if match[3]:
            return chr(name2codepoint[match[3]]) if match[3] in name2codepoint else match[0]
        code = int(match[1]) if match[1] else int(match[2], 16)
        if code >= 1 << 31:
            return match[0]
        if code > 0x10FFFF:
            raise JavaError(ILLEGAL_ARGUMENT, f"Not a valid Unicode code point: 0x{code:X}")
        return chr(code)

    return _ENTITY.sub(found, text)


_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_SPECIAL = re.compile("[&<>\"']")


def escape_xml(text: str) -> str:
    """Write the five characters that XML has names for by their names."""
    return _SPECIAL.sub(lambda found: _NAMED[found[0]], text)


def unescape_java(text: str) -> str:
    """Read Java's escapes."""

    def found(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2]:
            return chr(int(match[2], 8))
        return _JAVA_ESCAPED.get(match[3], match[3])

    return _JAVA_ESCAPE.sub(found, text)


def quote_pattern(text: str) -> str:
    """Put a backslash before all that means something in a regular expression."""
    return "".join(char if char.isalnum() or char == "_" else "\\" + char for char in text)


def register(name: str, change: Callable[[str], str]) -> None:
    """Register a function that changes one text."""

    @function(name, 1)
    def make(args: Args, build: Build, path: str) -> Callable[[User], str]:
        text = args[0]
        try:
            return text.map(change).get
        except JavaError:
            return lambda user: change(text.get(user))


register("__escapeHtml", escape_html)
register("__unescapeHtml", unescape_html)
register("__escapeXml", escape_xml)
register("__unescape", unescape_java)


@function("__escapeOroRegexpChars", 1, 2)
def make_escape_oro(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Make a text that a regular expression takes as it is; the second argument names a variable to keep it."""
    return saved(args[0].map(quote_pattern).get, args, 1)


@function("__split", 2, 3)
def make_split(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Divide a text at each of some characters into the variables NAME_1 …, NAME_n; empty parts are `?`."""
    text_of, name_of = args[0].get, args[1].get
    at = args[2].get if len(args) > 2 else lambda user: ""

    def get(user: User) -> str:
        text, name = text_of(user), java_trim(name_of(user))
        parts = split(text, at(user) or ",")
        user.vars[name] = text
        user.vars[f"{name}_n"] = str(len(parts))
        for number, part in enumerate(parts, 1):
            user.vars[f"{name}_{number}"] = part
        user.vars.pop(f"{name}_{len(parts) + 1}", None)
        return text

    return get


def split(text: str, delimiters: str) -> list[str]:
    """Divide as JMeter does: what begins with a delimiter has no empty part before it."""
    if not text:
        return []
    parts = re.split(f"[{re.escape(delimiters)}]", text)
    if not parts[0]:
        parts.pop(0)
    return [part or "?" for part in parts]


@function("__digest", 2, 5)
def make_digest(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the digest of a text with a salt after it, in hexadecimal; `true` as fourth argument asks for capitals."""
    kind, text = args[0].get, args[1].get
    salt = args[2].get if len(args) > 2 else lambda user: ""
    capitals = args[3].get if len(args) > 3 else lambda user: ""

    def get(user: User) -> str:
        name = kind(user)
        digest = digested(name, text(user) + salt(user))
        if digest is None:
            log.error("no digest %s", name)
            return Unkept("null")
        return digest.upper() if capitals(user).lower() == "true" else digest

    return saved(get, args, 4)


def digested(name: str, text: str) -> str | None:
    """Digest a text; None where the kind is not known."""
    plain = name.upper().replace("/", "_").replace("SHA-", "SHA")
    known = {"SHA": "sha1", "SHA512_256": "sha512_256", "SHA512_224": "sha512_224"}.get(plain, plain.lower())
    if known.startswith("sha3"):
        known = known.replace("sha3-", "sha3_")
    if known == "md2":
        return md2(text.encode()).hex()
    try:
        return hashlib.new(known, text.encode()).hexdigest()
    except ValueError:
        return None
