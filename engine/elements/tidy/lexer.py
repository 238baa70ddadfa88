"""Hot path: a page as a row of tokens, with the inline tags that JTidy repeats in each block.

A text is a place in the lexer's buffer. What follows may be written over the end of it, as it is in JTidy.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .asides import Asides
from .checks import check_tag, join_repeated
from .inlines import Open
from .node import (
    CLOSED,
    COMMENT,
    END,
    START,
    TEXT,
    Node,
)
from .report import Report
from .source import Source
from .tag_reading import WHITE as WHITE
from .tags import EMPTY, INLINE, PROPRIETARY, Tag

BLANKS, MIXED, PREFORMATTED = range(3)
"""How text is read: without the blanks at its beginning, with one blank for several, as it stands."""

WORDS = re.compile(r"[^<& \t\r\n\f]+(?: [^<& \t\r\n\f]+)*")
LINES = re.compile(r"[^<&\t\r\n\f]+")
NO_HYPHENS = re.compile(r"[^-\t\r]+")
LETTER = re.compile("[A-Za-z]")
PIECES = {"?": "instruction", "%": "asp", "#": "jste"}


class Lexer(Asides):
    """Reads tokens."""

    def __init__(self, source: Source, report: Report, *, is_xml: bool, is_xhtml: bool, cleans: bool) -> None:
        super().__init__(source, report, is_xml=is_xml, is_xhtml=is_xhtml)
        self.cleans = cleans
        self.was_white = False
        self.blank_due = False
        self.is_returned = False
        self.inlines: list[Open] = []
        self.inlines_from = 0
        self.insert = -1
        self.insert_before: Node | None = None
        self.in_subset = False
        self.bad_hyphens = 0
        self.mode = BLANKS
        self.states: dict[str, Callable[[str], Node | None]] = {
            "content": self._content,
            "markup": self._markup,
            "end": self._end_tag,
            "start": self._start_tag,
            "comment": self._comment,
            "doctype": self._doctype,
            "instruction": self._instruction,
            "declaration": self._declaration,
            "section": self._section,
            "cdata": self._cdata,
        }
        self.states |= dict.fromkeys(("asp", "jste", "php"), self._other_language)

    def again(self) -> None:
        """Have the last token given once more."""
        self.is_returned = True

    def token(self, mode: int) -> Node | None:
        """Give the next token; None at the end."""
        if self.is_returned and (self.last.kind != TEXT or (self.insert == -1 and self.insert_before is None)):
            self.is_returned = False
            return self.last
        if self.insert != -1 or self.insert_before is not None:
            return self.inserted()
        source, report = self.source, self.report
        report.line, report.column = source.line, source.column
        self.was_white = False
        self.begin = self.finish = self.size
        self.mode, self.in_subset, self.bad_hyphens = mode, False, 0
        while True:
            self._run()
            character = source.read()
            if not character:
                return self._rest(character)
            if self.blank_due:
                if self.mode != BLANKS:
                    self.add(" ")
                self.was_white, self.blank_due = True, False
            if character == "\r":
                character = source.read()
                if character != "\n":
                    source.put_back(character)
                character = "\n"
            self.add(character)
            found = self.states[self.state](character)
            if found is not None:
                return found

    def _run(self) -> None:
        """Take what has no meaning, all at once."""
        if self.blank_due:
            return
        if self.state == "content":
            run = self.source.run(LINES if self.mode == PREFORMATTED else WORDS)
            if run:
                self.add(run)
                self.was_white = run[-1] == " "
                if self.mode == BLANKS:
                    self.mode = MIXED
        elif self.state == "comment":
            self.add(self.source.run(NO_HYPHENS))

    def _text_before(self, state: str, without: int) -> Node | None:
        """Go on to markup; gives the text before it, if there is any."""
        self.size -= without
        self.finish = self.size
        self.state = state
        return self._made(TEXT) if self.finish > self.begin else None

    def _content(self, character: str) -> None:
        if character in WHITE:
            if self.mode == BLANKS and self.size == self.begin + 1:
                self.size -= 1
                self.was_white = False
                self._here()
            elif self.was_white:
                if self.mode != PREFORMATTED:
                    self.size -= 1
                    self._here()
            else:
                self.was_white = True
                if self.mode != PREFORMATTED and character != " " and self.size:
                    self.buffer[self.size - 1] = 32
            return
        if character == "<":
            self.state = "markup"
            return
        if character == "&":
            self.size -= 1
            self.add(self.entity(keeps_nbsp=self.mode != PREFORMATTED))
        if self.mode == BLANKS:
            self.mode = MIXED
        self.was_white = False

    def _here(self) -> None:
        self.report.line, self.report.column = self.source.line, self.source.column

    def _markup(self, character: str) -> Node | None:
        if character == "/":
            return self._slash()
        if character == "!":
            return self._exclamation()
        if character in PIECES:
            return self._aside(PIECES[character])
        if LETTER.match(character):
            self.source.put_back(character)
            return self._text_before("start", 2)
        self.state, self.was_white = "content", False
        return None

    def _aside(self, state: str) -> Node | None:
        text = self._text_before(state, 2)
        if text is None:
            self.begin = self.size
        return text

    def _slash(self) -> Node | None:
        character = self.source.read()
        if not character:
            self.source.put_back(character)
            return None
        self.add(character)
        if not LETTER.match(character):
            self.state, self.was_white = "content", False
            return None
        self.size -= 3
        self.finish = self.size
        self.source.put_back(character)
        self.state = "end"
        self.report.column -= 2
        if self.finish <= self.begin:
            return None
        if self.mode == BLANKS and self.buffer[self.size - 1] == 32:
            self.size -= 1
            self.finish = self.size
        return self._made(TEXT)

    def _exclamation(self) -> Node | None:
        source = self.source
        character = source.read()
        if character == "-":
            character = source.read()
            if character == "-":
                return self._aside("comment")
            self.report.warn("bad comment")
        elif character in ("d", "D"):
            self.mode = BLANKS
            self._skip_doctype_word()
            return self._aside("doctype")
        elif character == "[":
            return self._aside("section")
        while True:
            character = source.read()
            if character in (">", ""):
                break
        if not character:
            source.put_back(character)
        self.size -= 2
        self.state = "content"
        return None

    def _skip_doctype_word(self) -> None:
        source = self.source
        for is_blank in (True, False):
            character = source.read()
            while character not in (">", "") and (character in WHITE) is not is_blank:
                character = source.read()
            if character in (">", ""):
                source.put_back(character)
                return
        source.put_back(character)

    def _end_tag(self, character: str) -> Node | None:
        self.begin = self.size - 1
        self.report.column -= 2
        name, character = self.tag_name(character)
        self.last = self._tag(END, name)
        while character and character in WHITE:
            character = self.source.read()
        if character != ">":
            self.source.put_back(character)
            self.report.attribute("no >", self.last)
            if not character:
                return None
        self.state, self.was_white = "content", False
        return self.last

    def _tag(self, kind: int, name: str) -> Node:
        node = Node(kind, self.buffer, self.begin, self.begin + len(name), name)
        self.buffer[self.begin : self.begin + len(name)] = name.encode()
        node.find_tag(is_xml=self.is_xml)
        self.size = self.finish = self.begin
        return node

    def _start_tag(self, character: str) -> Node:
        self.begin = self.size - 1
        name, character = self.tag_name(character)
        token = self.last = self._tag(START, name)
        self.size += len(name)
        if character != ">":
            if character == "/":
                self.source.put_back(character)
            token.attributes = self.attributes()
            if self.is_closed:
                token.kind = CLOSED
        self.size = self.finish = self.begin
        self._after_tag(token)
        self.state = "content"
        if token.tag is None:
            self.report.error("unknown", None, token)
        elif not self.is_xml:
            self._check(token, token.tag)
        return token

    def _after_tag(self, token: Node) -> None:
        """Leave the end of the line out, and the blanks, with which an element begins."""
        expects = token.kind == START and not token.traits & EMPTY
        self.was_white = False
        if (self.mode != PREFORMATTED or stands_in_pre(token)) and (expects or token.name == "br"):
            character = self.source.read()
            if character == "\r":
                character = self.source.read()
                if character != "\n":
                    self.source.put_back(character)
            elif character not in ("\n", "\f"):
                self.source.put_back(character)
            self.was_white = True

    def _check(self, token: Node, tag: Tag) -> None:
        self.constrain(tag.versions)
        if tag.versions & PROPRIETARY and not (self.cleans and tag.name in ("nobr", "wbr")):
            self.report.warn("proprietary", None, token)
        check_tag(self, token)
        join_repeated(self, token)

    def _rest(self, character: str) -> Node | None:
        """Give what stands at the end of the page."""
        if self.state == "content":
            self.finish = self.size
            if self.finish > self.begin:
                self.source.put_back(character)
                if self.buffer[self.size - 1] == 32:
                    self.size -= 1
                    self.finish = self.size
                return self._made(TEXT)
        elif self.state == "comment":
            self.report.warn("bad comment")
            return self._ended(COMMENT, 0)
        return None

    def implied(self, name: str) -> Node:
        """Make an element that is not written."""
        node = Node(START, self.buffer, self.begin, self.finish, name)
        node.find_tag(is_xml=self.is_xml)
        node.implied = True
        return node


def stands_in_pre(node: Node) -> bool:
    """Tell whether a tag may stand in text that is shown as it is written."""
    return node.name == "p" or node.traits & INLINE != 0
