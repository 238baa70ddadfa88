"""Hot path: what stands between <! or <? and >: comments, doctypes, instructions, sections, other languages."""

from __future__ import annotations

from .inlines import Inlines
from .node import (
    ASP,
    CDATA,
    COMMENT,
    DECLARATION,
    DOCTYPE,
    INSTRUCTION,
    JSTE,
    PHP,
    SECTION,
    Attribute,
    Node,
)
from .tag_reading import WHITE
from .versions import given_version

ENDS = {"asp": ("%", ASP), "jste": ("#", JSTE), "php": ("?", PHP), "section": ("]", SECTION)}
"""How the pieces of other languages end, before the >."""


class Asides(Inlines):
    """Reads what stands aside."""

    was_white: bool
    in_subset: bool
    bad_hyphens: int
    declared: list[Attribute]

    def _made(self, kind: int) -> Node:
        """Make a token of what has been read."""
        self.last = Node(kind, self.buffer, self.begin, self.finish)
        return self.last

    def _ended(self, kind: int, without: int = 1) -> Node:
        """Make a token of what has been read but for its end."""
        self.size -= without
        self.finish = self.size
        self.state, self.was_white = "content", False
        return self._made(kind)

    def _comment(self, character: str) -> Node | None:
        if character != "-":
            return None
        character = self.source.read()
        self.add_read(character)
        if character != "-":
            return None
        while True:
            character = self.source.read()
            if character == ">":
                return self._comment_ended()
            if not self.bad_hyphens:
                self.report.line, self.report.column = self.source.line, self.source.column - 3
            self.bad_hyphens += 1
            self.buffer[self.size - 2] = 61
            self.add_read(character)
            if character != "-":
                break
        self.buffer[self.size - 2] = 61
        return None

    def _comment_ended(self) -> Node:
        if self.bad_hyphens:
            self.report.warn("bad comment")
        token = self._ended(COMMENT, 2)
        self.size += 2
        character = self.source.read()
        if character == "\r":
            character = self.source.read()
        if character != "\n":
            self.source.put_back(character)
        return token

    def _doctype(self, character: str) -> Node | None:
        is_white = character in WHITE
        if is_white and self.was_white:
            self.size -= 1
        self.was_white = is_white
        if self.in_subset:
            self.in_subset = character != "]"
        elif character == "[":
            self.in_subset = True
        if self.in_subset or character != ">":
            return None
        token = self._ended(DOCTYPE)
        self.doctype = given_version(self, token)
        return token

    def _instruction(self, character: str) -> Node | None:
        read = self.size - self.begin
        if read == 3 and self.buffer[self.begin : self.size] == b"php":
            self.state = "php"
            return None
        if read == 4 and self.buffer[self.begin : self.size - 1] == b"xml" and character in WHITE:
            self.state = "declaration"
            self.declared = []
            return None
        if self.is_xml:
            if character != "?":
                return None
            character = self.source.read()
            if not character:
                self.report.warn("end of file")
                self.source.put_back(character)
                return None
            self.add(character)
        return self._ended(INSTRUCTION) if character == ">" else None

    def _declaration(self, character: str) -> Node | None:
        if character in WHITE:
            return None
        if character != "?":
            self.source.put_back(character)
            self.declared.insert(0, self.declared_attribute())
        character = self.source.read()
        if character != ">":
            self.source.put_back(character)
            return None
        self.size -= 1
        self.finish = self.begin
        self.state, self.was_white = "content", False
        token = self._made(DECLARATION)
        token.attributes = self.declared
        return token

    def _other_language(self, character: str) -> Node | None:
        end, kind = ENDS[self.state]
        if character != end:
            return None
        character = self.source.read()
        if character != ">":
            self.source.put_back(character)
            return None
        return self._ended(kind)

    def _section(self, character: str) -> Node | None:
        if character == "[" and self.buffer[self.begin : self.size] == b"CDATA[":
            self.state = "cdata"
            self.size -= 6
            return None
        return self._other_language(character)

    def _cdata(self, character: str) -> Node | None:
        if character != "]":
            return None
        for end in "]>":
            character = self.source.read()
            if character != end:
                self.source.put_back(character)
                return None
        return self._ended(CDATA)
