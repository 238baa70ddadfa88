"""Reading a CSS selector bit by bit. Mirrors jsoup's TokenQueue."""

from __future__ import annotations

BLANKS = " \t\n\f\r"


class CssError(ValueError):
    """What is no selector."""


class Scanner:
    """A text and a place in it."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def end(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.text)

    @property
    def char(self) -> str:
        """The next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def ahead(self, text: str) -> bool:
        """Tell whether a text comes next."""
        return self.text.startswith(text, self.at)

    def starts(self, text: str) -> bool:
        """Pass a text if it comes next."""
        if self.ahead(text):
            self.at += len(text)
            return True
        return False

    def take(self) -> str:
        """Take the next character."""
        self.at += 1
        return self.text[self.at - 1]

    def blanks(self) -> bool:
        """Pass blanks; tell whether there were any."""
        start = self.at
        while not self.end and self.char in BLANKS:
            self.at += 1
        return self.at > start

    def _while(self, signs: str) -> str:
        start = self.at
        while not self.end and (self.char.isalnum() or self.char in signs):
            self.at += 1
        return self.text[start : self.at]

    def identifier(self) -> str:
        """Take an id or a class."""
        name = self._while("-_")
        if not name:
            raise CssError("String must not be empty")
        return name

    def element(self) -> str:
        """Take an element's name with its namespace."""
        start = self.at
        self.starts("*|")
        self._while("|_-")
        return self.text[start : self.at]

    def pseudo(self) -> str:
        """Take the name of a pseudo-class, in lower case."""
        return self._while("-").lower()

    def up_to(self, *ends: str) -> str:
        """Take all before the first of some texts, or all that is left."""
        start = self.at
        while not self.end and not any(self.ahead(end) for end in ends):
            self.at += 1
        return self.text[start : self.at]

    def operator(self) -> str:
        """Take `=` or a sign and `=`."""
        return self.take() if self.char == "=" else self.take() + self.take()

    def rest(self) -> str:
        """Take all that is left."""
        start, self.at = self.at, len(self.text)
        return self.text[start:]

    def balanced(self, opening: str, closing: str) -> str:
        """Take what stands between a sign and the one that closes it; quotes and backslashes count."""
        start = end = -1
        depth, last = 0, ""
        quote = ""
        while not self.end:
            char = self.take()
            if last != "\\":
                if char in "'\"" and char != opening and start > 0 and quote in ("", char):
                    quote = "" if quote else char
                if quote:
                    last = char
                    continue
                if char == opening:
                    depth += 1
                    start = self.at if start < 0 else start
                elif char == closing:
                    depth -= 1
            if depth > 0 and last:
                end = self.at
            last = char
            if depth <= 0:
                break
        found = self.text[start:end] if end >= 0 and start >= 0 else ""
        if depth > 0:
            raise CssError(f"Did not find balanced marker at '{found}'")
        return found

    @staticmethod
    def unescape(text: str) -> str:
        """Take away backslashes, one of two."""
        out, last = [], ""
        for char in text:
            if char == "\\":
                if last == "\\":
                    out.append(char)
                    last = ""
                    continue
            else:
                out.append(char)
            last = char
        return "".join(out)
