"""JEXL's words: an expression's text → tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyjm.engine.scripts.errors import ScriptError, ScriptUnsupportedError


class JexlError(ScriptError):
    """The expression fails, in JMeter too: what it gives is an empty text."""


class JexlSyntaxError(JexlError):
    """It fails when it is read."""


class JexlUnsupportedError(JexlError, ScriptUnsupportedError):
    """JMeter knows it, this project does not."""


class Token(NamedTuple):
    """`kind`: name, text, template (a text whose `${…}` are to be evaluated), number, sign or end."""

    kind: str
    value: str | int | float
    at: int


_SPACE = re.compile(r"(?:\s+|//[^\n]*|##[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_REAL = re.compile(r"(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)([fFdDbB]?)|(\d+)([fFdDbB])(?![A-Za-z0-9_])")
_WHOLE = re.compile(r"(0[xX][0-9A-Fa-f]+|\d+)[lLhH]?(?![A-Za-z0-9_])")
_SIGN = re.compile(
    r"\?\.(?!\d)|\.\.|==|!=|<=|>=|=~|!~|=\^|!\^|=\$|!\$|&&|\|\||\?:|\?\?|->|[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}\[\]]"
)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "\\": "\\"}

WORDS = {
    "and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "div": "/", "mod": "%",
}  # fmt: skip
"""Operators that are written as words."""


def tokens(text: str) -> list[Token]:
    """Divide an expression into tokens, the last of kind `end`."""
    found = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at >= len(text):
            break
        token, at = token_at(text, at)
        found.append(token)
    found.append(Token("end", "", at))
    return found


def token_at(text: str, at: int) -> tuple[Token, int]:
    """Read one token; gives also where it ends."""
    if text[at] in "\"'`":
        value, end = quoted(text, at)
        return Token("template" if text[at] == "`" and "${" in value else "text", value, at), end
    if name := _NAME.match(text, at):
        word = WORDS.get(name[0])
        return (Token("sign", word, at) if word else Token("name", name[0], at)), name.end()
    if real := _REAL.match(text, at):
        return Token("number", float(real[1] or real[3]), at), real.end()
    if whole := _WHOLE.match(text, at):
        return Token("number", whole_number(whole[1], at), at), whole.end()
    if sign := _SIGN.match(text, at):
        return Token("sign", sign[0], at), sign.end()
    raise JexlSyntaxError(f"parsing error at {at + 1} in '{text[at:]}'")


def whole_number(digits: str, at: int) -> int:
    """Read a whole number: hexadecimal after 0x, octal after 0."""
    try:
        if digits[:2].lower() == "0x":
            return int(digits, 16)
        return int(digits, 8 if digits[0] == "0" and len(digits) > 1 else 10)
    except ValueError:
        raise JexlSyntaxError(f"parsing error at {at + 1} in '{digits}'") from None


def quoted(text: str, at: int) -> tuple[str, int]:
    """Read a text in quotes; a backslash before what is nothing special stays."""
    quote = text[at]
    value = ""
    at += 1
    while at < len(text):
        char = text[at]
        at += 1
        if char == quote:
            return value, at
        if char == "\\" and at < len(text):
            following = text[at]
            at += 1
            if following == "u" and re.fullmatch("[0-9A-Fa-f]{4}", text[at : at + 4]):
                char = chr(int(text[at : at + 4], 16))
                at += 4
            elif following == quote:
                char = quote
            else:
                char = _ESCAPED.get(following, char + following)
        value += char
    raise JexlSyntaxError("a text without its closing quote")
