"""Escapes and bracket expressions of ORO's and Java's regular expressions → Python's."""

from __future__ import annotations

import re

from .regex_sets import JAVA_CLASSES, JAVA_SPACES, NEGATED, POSIX, SPACES

CONTROLS = {"a": "\a", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
POSIX_NAME = re.compile(r"\[:(\^?)(\w+):\]")
JAVA_NAME = re.compile(r"\{(\w+)\}|(\w)")
NUMBERS = {
    ("x", False): (re.compile("([0-9a-fA-F]{0,2})"), 16),
    ("x", True): (re.compile(r"\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2})"), 16),
    ("0", False): (re.compile("([0-7]{0,2})"), 8),
    ("0", True): (re.compile("([0-7]{1,3})"), 8),
    ("u", True): (re.compile("([0-9a-fA-F]{4})"), 16),
}
OCTAL = re.compile("[0-7]{1,3}")

SET = -1
"""Stands for the code of a character where there is a set of them."""

Member = tuple[str, int]
"""What may stand in a Python character class, and its code if it is one character."""


class RegexError(ValueError):
    """A regular expression that can't be used; the text says why."""


def one(char: str) -> Member:
    """Make the member of one character."""
    return re.escape(char) if char != " " else r"\x20", ord(char)


class Escapes:
    """Reads escapes and brackets at a position of an expression."""

    def __init__(self, source: str, java: bool) -> None:
        self.source = source
        self.java = java
        self.at = 0

    def escaped(self) -> str:
        """Take the backslash and give what follows it."""
        if self.at + 1 >= len(self.source):
            raise RegexError("Trailing \\ in expression.")
        self.at += 2
        return self.source[self.at - 1]

    def simple_escape(self, char: str) -> Member:
        """Read what means the same in and out of brackets: a character, or a set without brackets."""
        java = self.java
        if char in CONTROLS:
            return one(CONTROLS[char])
        if char in "dDwW":
            return f"\\{char}", SET
        if (char, java) in NUMBERS:
            return one(self.number(char))
        if char == "c" and self.at < len(self.source):
            self.at += 1
            return one(chr(ord(self.source[self.at - 1].upper()) ^ 64))
        if java and char in "pP":
            return self.java_class(char), SET
        if java and char == "h":
            return r"\x20\t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000", SET
        if java and char == "v":
            return r"\n-\r\x85\u2028\u2029", SET
        if java and char.isascii() and char.isalpha():
            raise RegexError(f"Illegal/unsupported escape sequence \\{char}")
        return one(char)

    def number(self, char: str) -> str:
        """Read a character given by its number."""
        pattern, base = NUMBERS[char, self.java]
        found = pattern.match(self.source, self.at)
        if found is None:
            raise RegexError(f"Illegal character number behind \\{char}")
        self.at = found.end()
        return chr(int(next(filter(None, found.groups()), "0"), base))

    def java_class(self, char: str) -> str:
        """Read `\\p{Alpha}`."""
        found = JAVA_NAME.match(self.source, self.at)
        name = (found[1] or found[2]) if found else ""
        if found is None or name not in JAVA_CLASSES:
            raise RegexError(f"Unknown character property name {{{name}}}")
        self.at = found.end()
        return f"^{JAVA_CLASSES[name]}" if char == "P" else JAVA_CLASSES[name]

    def brackets(self) -> str:
        """Read `[…]`."""
        self.at += 1
        negated = self.source.startswith("^", self.at)
        self.at += negated
        parts: list[str] = []
        while self.peek() != "]" or not parts:
            text, low = self.member()
            if low != SET and self.peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                upper, high = self.member()
                if high == SET:
                    text += rf"\-{upper}"
                elif low > high:
                    raise RegexError("Invalid [] range in expression.")
                else:
                    text += f"-{upper}"
            parts.append(text)
        self.at += 1
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def peek(self) -> str:
        """Give the next character within brackets, which must be closed."""
        if self.at >= len(self.source):
            raise RegexError("Unmatched [] in expression.")
        return self.source[self.at]

    def member(self) -> Member:
        """Read one member of a class."""
        char = self.peek()
        if char == "\\":
            return self.escaped_member(self.escaped())
        if self.java:
            if char == "[" or self.source.startswith("&&", self.at):
                raise RegexError("unions and intersections of character classes are not supported")
        elif char == "[":
            posix = POSIX_NAME.match(self.source, self.at)
            if posix and posix[2] in POSIX:
                self.at = posix.end()
                return self.posix(posix[2], bool(posix[1])), SET
        self.at += 1
        return one(char)

    def escaped_member(self, char: str) -> Member:
        """Read a member that is escaped."""
        if char == "b":
            return one("\b")
        if char in "sS":
            return r"\S" if char == "S" else JAVA_SPACES if self.java else SPACES, SET
        if not self.java and char in "123456789":
            octal = OCTAL.match(self.source, self.at - 1)
            if octal:
                self.at = octal.end()
                return one(chr(int(octal[0], 8)))
        text, code = self.simple_escape(char)
        if text.startswith("^") and code == SET:
            raise RegexError("a negated property inside brackets is not supported")
        return text, code

    def posix(self, name: str, negated: bool) -> str:
        """Give the set of `[:alpha:]`."""
        members = POSIX[name]
        if not negated:
            return members
        if members not in NEGATED:
            raise RegexError(f"[:^{name}:] is not supported")
        return NEGATED[members]
