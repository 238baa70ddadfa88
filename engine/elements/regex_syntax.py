"""The syntax of ORO's and Java's regular expressions → Python's."""

from __future__ import annotations

import re
from typing import NoReturn

from .regex_escapes import OCTAL, SET, Escapes, RegexError
from .regex_sets import JAVA_SPACES, SPACES

INTERVAL = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
DIGITS = re.compile(r"\d*")
NAMED = re.compile(r"\(\?<([a-zA-Z]\w*)>")
SCOPED = "imsx"
ANCHORS = {"b": r"\b", "B": r"\B", "A": r"\A", "Z": r"(?=\n?\Z)"}
JAVA_ANCHORS = {**ANCHORS, "b": r"(?u:\b)", "B": r"(?u:(?!\b))", "z": r"\Z"}
"""Java's word boundaries are those of all letters, other than its `\\w`."""


class _Group:
    """An open group, or the whole expression: whether what follows stands inside a wrapper for inline flags."""

    __slots__ = ("before", "start", "wrapped")

    def __init__(self, start: int, before: str) -> None:
        self.start = start
        self.before = before
        self.wrapped = False


def translated(source: str, java: bool) -> str:
    """Translate an expression; raises RegexError."""
    reading = Translation(source, java)
    text = reading.translate()
    return Translation(source, java, reading.flags).translate() if reading.flags and not java else text


class Translation(Escapes):
    """Reads one expression from left to right and writes Python's."""

    def __init__(self, source: str, java: bool, flags: str = "") -> None:
        super().__init__(source, java)
        self.out: list[str] = []
        self.groups = [_Group(0, "")]
        self.captures = 0
        self.highest_back_reference = 0
        self.flags = flags
        self.unwrapped = bool(flags)
        self.atom = -1
        """Index in `out` where the last atom begins, -1 where there is none to repeat."""
        self.anchor = False
        self.repeated = False

    def translate(self) -> str:
        """Translate the whole."""
        while self.at < len(self.source):
            char = self.source[self.at]
            if char in "*+?" or (char == "{" and self.atom >= 0 and INTERVAL.match(self.source, self.at)):
                self.repetition(char)
                continue
            if self.unwrapped:
                self.wrap()
            self.token(char)
        if len(self.groups) > 1:
            raise RegexError("Unmatched parentheses.")
        self.unwrap()
        if not self.java and self.highest_back_reference > self.captures:
            raise RegexError(f"Invalid backreference: \\{self.highest_back_reference}")
        return "".join(self.out)

    def token(self, char: str) -> None:
        """Translate what is no repetition."""
        if char == "(":
            self.open()
        elif char == ")":
            self.close()
        elif char == "|":
            self.alternative()
        elif char == "[":
            self.add(self.brackets())
        elif char == "\\":
            self.escape()
        elif char in "^$":
            self.at += 1
            self.add(char, anchor=True)
        elif char == "#" and "x" in self.flags:
            end = self.source.find("\n", self.at)
            self.at = len(self.source) if end < 0 else end
        elif char.isspace() and "x" in self.flags:
            self.at += 1
        elif char == "{" and self.java and not INTERVAL.match(self.source, self.at):
            self.illegal_repetition()
        else:
            self.at += 1
            self.add(self.dot() if char == "." else re.escape(char))

    def dot(self) -> str:
        """Write a dot; Java's stops at more line ends than Python's."""
        return "." if "s" in self.flags or not self.java else r"[^\n\r\u0085\u2028\u2029]"

    def add(self, text: str, *, anchor: bool = False) -> None:
        """Write an atom."""
        self.atom = len(self.out)
        self.anchor = anchor
        self.repeated = False
        self.out.append(text)

    def repetition(self, char: str) -> None:
        """Translate `*`, `+`, `?` or an interval, with what says how greedy it is."""
        if self.repeated:
            raise RegexError("Nested repetitions *?+ in expression")
        if self.atom < 0:
            raise RegexError("?+* follows nothing in expression")
        if self.anchor:
            self.out[self.atom :] = [f"(?:{''.join(self.out[self.atom :])})"]
        interval = INTERVAL.match(self.source, self.at) if char == "{" else None
        text = interval[0] if interval else char
        if interval and interval[3] and int(interval[1]) > int(interval[3]):
            raise RegexError(f"Invalid interval {text}")
        self.at += len(text)
        if self.source[self.at : self.at + 1] in (("?", "+") if self.java else ("?",)):
            text += self.source[self.at]
            self.at += 1
        self.out.append(text)
        self.repeated = True

    def illegal_repetition(self) -> NoReturn:
        """Refuse a brace that is no interval, as Java does; ORO takes it for itself."""
        counts = self.source[self.at + 1 : self.at + 2].isdigit()
        raise RegexError("Unclosed counted closure" if counts else "Illegal repetition")

    # groups

    def open(self) -> None:
        """Translate the beginning of a group."""
        source, at = self.source, self.at
        group = _Group(len(self.out), self.flags)
        text = "("
        if source.startswith("(?#", at):
            end = source.find(")", at)
            if end < 0:
                raise RegexError("Sequence (?#... not terminated")
            self.at = end + 1
            return
        if source.startswith(("(?:", "(?=", "(?!"), at):
            text = source[at : at + 3]
        elif self.java and source.startswith(("(?<=", "(?<!", "(?>"), at):
            text = source[at : at + (3 if source[at + 2] == ">" else 4)]
        elif self.java and (named := NAMED.match(source, at)):
            self.captures += 1
            self.at = named.end()
            self.begin(group, f"(?P<{named[1]}>")
            return
        elif source.startswith("(?", at):
            self.inline_flags(group)
            return
        else:
            self.captures += 1
        self.at += len(text)
        self.begin(group, text)

    def begin(self, group: _Group, text: str) -> None:
        """Write the beginning of a group."""
        self.groups.append(group)
        self.out.append(text)
        self.atom = -1
        self.repeated = False
        self.unwrapped = bool(self.flags) and not self.groups[-2].wrapped

    def inline_flags(self, group: _Group) -> None:
        """Translate `(?i)`: from here to the end of the group; ORO reads twice, and has all of it so from the first."""
        found = FLAGS.match(self.source, self.at)
        sequence = f"(?{self.source[self.at + 2 : self.at + 3] or '?'}...)"
        if found is None or set(found[1]) - set("imsxgo" if not self.java else "imsxud"):
            raise RegexError(f"Sequence {sequence} not recognized")
        if found[3] == ":" and not self.java:
            raise RegexError("Sequence (?:...) not recognized")
        on = {flag for flag in found[1] if flag in SCOPED}
        self.at = found.end()
        if not self.java and self.source[self.at : self.at + 1] in ("", ")", "|"):
            raise RegexError("Unknown compilation error." if self.source[self.at :] else "Unmatched parentheses.")
        if found[3] == ":":
            self.begin(group, f"(?{found[1]}{'-' + found[2] if found[2] else ''}:")
            return
        self.unwrap()
        self.atom = -1
        self.repeated = False
        self.flags = "".join(sorted((set(self.flags) | on) - set(found[2] or "")))
        self.unwrapped = bool(self.flags)

    def wrap(self) -> None:
        """Open the wrapper that carries the inline flags."""
        self.unwrapped = False
        if self.source[self.at] not in ")|":
            self.out.append(f"(?{self.flags}:")
            self.groups[-1].wrapped = True

    def unwrap(self) -> None:
        """Close the wrapper of the present group."""
        if self.groups[-1].wrapped:
            self.out.append(")")
            self.groups[-1].wrapped = False

    def alternative(self) -> None:
        """Translate `|`."""
        self.at += 1
        self.unwrap()
        self.out.append("|")
        self.atom = -1
        self.repeated = False
        self.unwrapped = bool(self.flags)

    def close(self) -> None:
        """Translate the end of a group."""
        if len(self.groups) == 1:
            raise RegexError("Unmatched parentheses.")
        self.at += 1
        self.unwrap()
        group = self.groups.pop()
        self.out.append(")")
        if self.java:
            self.flags = group.before
        self.atom = group.start
        self.anchor = False
        self.repeated = False
        self.unwrapped = bool(self.flags) and not self.groups[-1].wrapped

    def escape(self) -> None:
        """Translate a backslash outside of brackets."""
        char = self.escaped()
        anchors = JAVA_ANCHORS if self.java else ANCHORS
        if char in anchors:
            self.add(anchors[char], anchor=True)
        elif char == "G":
            self.end_of_last()
        elif self.java and char == "R":
            self.add(r"(?>\r\n|[\n-\r\u0085\u2028\u2029])")
        elif self.java and char == "Q":
            end = self.source.find("\\E", self.at)
            literal = self.source[self.at : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.source)
            for letter in literal:
                self.add(re.escape(letter))
        elif char in "sS":
            self.add(f"[{'^' if char == 'S' else ''}{JAVA_SPACES if self.java else SPACES}]")
        elif char in "123456789":
            self.back_reference(char)
        else:
            text, code = self.simple_escape(char)
            self.add(f"[{text}]" if code == SET else text)

    def end_of_last(self) -> None:
        """Translate `\\G`: ORO takes it for `\\A` at the beginning, and elsewhere finds without end."""
        if self.java or self.out:
            raise RegexError("\\G is not supported" + ("" if self.java else " but at the beginning"))
        self.add(r"\A", anchor=True)

    def back_reference(self, first: str) -> None:
        """Translate `\\1`; what is more than there are groups may be an octal number."""
        found = DIGITS.match(self.source, self.at)
        digits = first + (found[0] if found else "")
        if len(digits) > 1 and int(digits) > self.captures:
            octal = OCTAL.match(digits)
            if not self.java and octal:
                self.at += octal.end() - 1
                self.add(re.escape(chr(int(octal[0], 8))))
                return
            digits = first
        self.at += len(digits) - 1
        self.highest_back_reference = max(self.highest_back_reference, int(digits))
        self.add(f"(?:\\{digits})")
