"""Hot path: the characters of a page, one at a time or in runs, and where they stand.

Columns are counted as JTidy does, which is not exact behind characters that were put back; they say how many spaces a
tab is.
"""

from __future__ import annotations

import re

TAB = 8
HELD = 16
"""So many characters may be put back."""

BEYOND = re.compile("[\U00010000-\U0010ffff]")


def decoded(data: bytes) -> str:
    """Read UTF-8 as Java does: in units of 16 bits, with lines that end in \\n."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return BEYOND.sub(_pair, text) if not text.isascii() else text


def _pair(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0xD7C0 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


class Source:
    """Gives characters; "" is the end, which may be read, and put back, as any other."""

    __slots__ = ("at_end", "column", "line", "place", "returned", "tab_left", "text", "was_column")

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.line = 1
        self.column = 1
        self.was_column = 0
        self.tab_left = 0
        self.returned: list[str] = []
        self.at_end = False

    def read(self) -> str:
        """Give the next character."""
        if self.returned:
            character = self.returned.pop()
            if character == "\n":
                self.column, self.line = 1, self.line + 1
            else:
                self.column += 1
            return character
        self.was_column = self.column
        if self.tab_left:
            self.column += 1
            self.tab_left -= 1
            return " "
        place = self.place
        if place >= len(self.text):
            self.at_end = True
            return ""
        character = self.text[place]
        self.place = place + 1
        if character >= " ":
            self.column += 1
            return character
        return self._control(character)

    def _control(self, character: str) -> str:
        if character == "\r":
            following = self.text[self.place : self.place + 1]
            if following:
                self.place += 1
                self.put_back(following)
            else:
                self.at_end = True
            character = "\n"
        if character == "\n":
            self.column, self.line = 1, self.line + 1
            return character
        if character == "\t":
            self.tab_left = TAB - (self.column - 1) % TAB - 1
            character = " "
        self.column += 1
        return character

    def put_back(self, character: str) -> None:
        """Have a character read once more."""
        if len(self.returned) >= HELD:
            self.returned[1:] = self.returned[: HELD - 2]
        self.returned.append(character)
        if character == "\n":
            self.line -= 1
        self.column = self.was_column

    def run(self, pattern: re.Pattern[str]) -> str:
        """Give as many characters as fit a pattern, which must not want tabs and returns."""
        if self.returned or self.tab_left:
            return ""
        found = pattern.match(self.text, self.place)
        if found is None or found.end() == self.place:
            return ""
        run = found[0]
        self.place = found.end()
        last = run.rfind("\n")
        if last < 0:
            self.column += len(run)
            self.was_column = self.column - 1
        else:
            self.line += run.count("\n")
            if last == len(run) - 1:
                before = run.rfind("\n", 0, last)
                self.was_column = self.column + last if before < 0 else last - before
                self.column = 1
            else:
                self.column = len(run) - last
                self.was_column = self.column - 1
        return run
