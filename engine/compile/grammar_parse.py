"""The reading of `${…}` as JMeter's FunctionParser reads it: text → parts, knowing no function but by its name.

Its oddities are JMeter's and plans depend on them: braces do not nest in a variable's name (`${a${n}}` is the variable
`a${n` and then `}`), a comma divides arguments even within parentheses, and escapes vanish only where the text holds
something to replace.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from unicodedata import category

from .java_text import java_trim


@dataclass(frozen=True, slots=True)
class Variable:
    """`${name}`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`${__name(…)}`; each argument is parts."""

    name: str
    args: tuple[tuple[Part, ...], ...]


Part = str | Variable | Call


class GrammarError(Exception):
    """What JMeter's InvalidVariableException says: the text can't be compiled."""


class Parser:
    """Reads one text. `functions` are the names that open an argument list."""

    def __init__(self, text: str, functions: Collection[str]) -> None:
        self.text = text
        self.functions = functions
        self.at = 0
        self.unclosed = False

    def parts(self) -> tuple[Part, ...]:
        """Read the whole text; sets `unclosed` where a `${` has no end."""
        text = self.text
        parts: list[Part] = []
        held: list[str] = []
        previous = " "
        while self.at < len(text):
            char = self.take()
            if char == "\\":
                following = self.take()
                held.append(following if following and following in "$,\\" else char + following)
                previous = " "
            elif char == "{" and previous == "$":
                held.pop()
                if held:
                    parts.append("".join(held))
                    held.clear()
                parts.append(self.reference())
                previous = " "
            else:
                held.append(char)
                previous = char
        if held:
            parts.append("".join(held))
        return tuple(parts)

    def take(self) -> str:
        """Take the next character, an empty text at the end."""
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return char

    def reference(self) -> Part:
        """Read what follows `${`."""
        name = ""
        previous = " "
        while char := self.take():
            if char == "\\":
                name += self.take()
                previous = " "
            elif char == "(" and previous != " ":
                if java_trim(name) in self.functions:
                    return self.call(java_trim(name))
                name += char
            elif char == "}":
                return Call(name, ()) if name in self.functions else Variable(name)
            else:
                name += char
                previous = char
        self.unclosed = True
        return name

    def call(self, name: str) -> Call:
        """Read what follows `${__name(`."""
        args = self.arguments()
        while char := self.take():
            if not category(char).startswith("Z"):
                break
        if char != "}":
            raise GrammarError(f"no }} after the call of {name}")
        return Call(name, args)

    def arguments(self) -> tuple[tuple[Part, ...], ...]:
        """Read arguments up to the closing parenthesis; `()` has none, `( )` one."""
        args: list[tuple[Part, ...]] = []
        held: list[str] = []
        previous = " "
        references = parentheses = 0
        while char := self.take():
            if char == "\\":
                held.append(char + self.take())
                previous = " "
                continue
            if not references:
                if char == ",":
                    args.append(self.argument(held))
                    continue  # JMeter keeps the character before the comma in mind
                if char == ")" and not parentheses:
                    if held or args:
                        args.append(self.argument(held))
                    return tuple(args)
                parentheses += {"(": 1, ")": -1}.get(char, 0)
            if char == "{" and previous == "$":
                references += 1
            elif char == "}" and references:
                references -= 1
            held.append(char)
            previous = char
        args.append(self.argument(held))
        return tuple(args)

    def argument(self, held: list[str]) -> tuple[Part, ...]:
        """Read one argument as a text of its own."""
        inner = Parser("".join(held), self.functions)
        held.clear()
        parts = inner.parts()
        self.unclosed |= inner.unclosed
        return parts
