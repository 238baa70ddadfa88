"""Scripts and styles: text up to the end of their element."""

from __future__ import annotations

import re

from .lexer import WHITE, Lexer
from .node import TEXT, Node

LETTER = re.compile("[A-Za-z]")
TEXT_RUN = re.compile("[^<\t\r]+")


class Verbatim:
    """Reads the text of one element."""

    def __init__(self, lexer: Lexer, element: Node) -> None:
        self.lexer = lexer
        self.element = element
        self.name = (element.element or "").lower()
        self.is_empty = True
        self.nested = 0
        self.start = 0
        """Where the name of the tag begins that is being read."""

        self.in_start = self.in_end = False

    def read(self) -> Node | None:
        """Give the text; None if a tag follows at once where the script lies elsewhere."""
        lexer, source = self.lexer, self.lexer.source
        lexer.report.line, lexer.report.column = source.line, source.column
        lexer.was_white = False
        lexer.begin = lexer.finish = lexer.size
        while True:
            self._run()
            character = source.read()
            if not character:
                lexer.report.error("missing end", self.element)
                break
            lexer.add(character)
            lexer.finish = lexer.size
            if self.in_start or self.in_end:
                if not LETTER.match(character) and self._name_read():
                    break
            elif character != "<":
                self.is_empty = self.is_empty and character in WHITE
            elif not self._after_less(source.read()):
                return None
        if self.is_empty:
            lexer.size = lexer.begin = lexer.finish
        else:
            lexer.finish = lexer.size
        return Node(TEXT, lexer.buffer, lexer.begin, lexer.finish)

    def _run(self) -> None:
        if not (self.in_start or self.in_end):
            run = self.lexer.source.run(TEXT_RUN)
            if run:
                self.lexer.add(run)
                self.lexer.finish = self.lexer.size
                self.is_empty = self.is_empty and not run.strip(WHITE)

    def _after_less(self, character: str) -> bool:
        """Look what follows a <; False if the script is to end before it."""
        lexer, source = self.lexer, self.lexer.source
        if LETTER.match(character):
            if self.is_empty and self.element.name == "script" and self.element.attribute("src") is not None:
                lexer.size = lexer.begin
                source.put_back(character)
                source.put_back("<")
                return False
            lexer.add(character)
            self.start = lexer.size - 1
            self.in_start = True
            return True
        if character == "\\":
            lexer.add(character)
            character = source.read()
            if character != "/":
                source.put_back(character)
                return True
        if character == "/":
            lexer.add(character)
            character = source.read()
            if LETTER.match(character):
                self.start = lexer.size
                self.in_end = True
        source.put_back(character)
        return True

    def _name_read(self) -> bool:
        """Look at a tag whose name has been read; True if it ends the element."""
        lexer = self.lexer
        name = lexer.buffer[self.start : self.start + len(self.name)].decode("utf-8", "replace")
        is_own, is_end = name.lower() == self.name, self.in_end
        self.in_start = self.in_end = False
        if not is_end:
            self.nested += is_own
            return False
        if self.is_empty and not is_own:
            self._put_back()
            return True
        if is_own:
            self.nested -= 1
            if self.nested < 0:
                self._put_back()
                lexer.size = self.start - 2
                return True
        if lexer.buffer[self.start - 2] != 92:
            self._warn()
        return False

    def _put_back(self) -> None:
        source = self.lexer.source
        for character in reversed(self.lexer.buffer[self.start : self.lexer.size].decode("utf-8", "replace")):
            source.put_back(character)
        source.put_back("/")
        source.put_back("<")

    def _warn(self) -> None:
        lexer = self.lexer
        lexer.report.line, lexer.report.column = lexer.source.line, lexer.source.column - 3
        lexer.report.error("end in script")
        if self._is_javascript():
            lexer.buffer[self.start - 1 : self.start - 1] = b"\\"
            lexer.size += 1

    def _is_javascript(self) -> bool:
        attributes = self.element.attributes
        about = [each.value or "" for each in attributes if (each.name or "").lower() in ("language", "type")]
        return not attributes or any(value.lower() == "javascript" for value in about)
