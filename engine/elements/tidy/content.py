"""Hot path: how content is read: for each kind of it, rules that are asked in turn what a token becomes.

Elements that are being read stand on a stack, however deep a page is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from .lexer import BLANKS, Lexer
from .node import ASIDE, CLOSED, END, START, Broken, Node
from .repairs import trim_blanks, trim_empty
from .tags import EMPTY, INLINE


class Verdict(Enum):
    """What a rule says: the token is used, or the element ends. None leaves it to the next rule."""

    USED = 1
    OVER = 2


USED, OVER = Verdict.USED, Verdict.OVER


class Frame:
    """An element that is being read, and its last token."""

    __slots__ = ("checks_inlines", "content", "element", "inlines_from", "marks", "mode", "node", "parser", "then")

    def __init__(self, parser: Parser, element: Node, mode: int) -> None:
        self.parser = parser
        self.element = element
        self.mode = mode
        self.node = element
        self.content: Content
        self.then: Callable[[], None] | None = None
        self.checks_inlines = True
        self.inlines_from = 0
        self.marks: dict[str, int] = {}

    def warn(self, fault: str) -> None:
        """Warn of the token in the element."""
        self.parser.lexer.report.warn(fault, self.element, self.node)

    def discard(self) -> Verdict:
        """Leave the token out."""
        self.warn("discarded")
        return USED

    def again(self) -> None:
        """Have the token read once more."""
        self.parser.lexer.again()

    def add(self, mode: int, then: Callable[[], None] | None = None) -> Verdict:
        """Take the token as the element's next child, and read its content."""
        self.element.append(self.node)
        self.parser.open(self.node, mode, then)
        return USED

    def imply(self, name: str) -> None:
        """Read the token once more, in an element that is not written."""
        self.again()
        self.node = self.parser.lexer.implied(name)

    def trimmed(self, *, blanks: bool = True) -> Verdict:
        """End the element."""
        if blanks:
            trim_blanks(self.parser.lexer, self.element)
        trim_empty(self.parser.lexer, self.element)
        return OVER

    @property
    def is_own_end(self) -> bool:
        """Tell whether the token ends the element."""
        return self.node.kind == END and self.node.tag is self.element.tag

    @property
    def ends_outer(self) -> bool:
        """Tell whether the token ends an element around."""
        return self.element.is_inside(self.node.tag)


Rule = Callable[[Frame], Verdict | None]


@dataclass(frozen=True, slots=True)
class Content:
    """How a kind of content is read: what is done first, with each token, and at the page's end.

    `begin` tells whether there are tokens to read; `end` tells whether the element is over.
    """

    rules: tuple[Rule, ...]
    begin: Callable[[Frame], bool] = field(default=lambda frame: True)
    end: Callable[[Frame], bool] = field(default=lambda frame: True)


IDLE = 1000
"""So many tokens may come without anything being read; JTidy does not come to an end then."""

CONTENTS: dict[str, Content] = {}
"""By the names that tags have for them."""


class Parser:
    """Reads a page."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.root: Node
        self.frames: list[Frame] = []
        self.is_exiled = False
        """Whether what is read has been put before its table."""

        self.excludes_blocks = False
        self.saw_body_end = False
        self.saw_html_end = False

    def open(self, node: Node, mode: int, then: Callable[[], None] | None = None) -> None:
        """Read the content of an element, and then do something."""
        assert node.tag is not None
        if node.traits & EMPTY:
            self.lexer.was_white = False
        elif not node.traits & INLINE:
            self.lexer.blank_due = False
        if node.kind == CLOSED:
            trim_empty(self.lexer, node)
            if then is not None:
                then()
        else:
            self.enter(CONTENTS[node.tag.content], node, mode, then)

    def enter(self, content: Content, node: Node, mode: int, then: Callable[[], None] | None = None) -> Frame:
        """Read an element's content as that of a certain kind."""
        frame = Frame(self, node, mode)
        frame.content, frame.then = content, then
        if content.begin(frame):
            self.frames.append(frame)
        elif then is not None:
            then()
        return frame

    def leave(self, frame: Frame) -> None:
        """End an element."""
        self.frames.remove(frame)
        if frame.then is not None:
            frame.then()

    def run(self) -> None:
        """Read until all elements have ended."""
        frames, lexer, source = self.frames, self.lexer, self.lexer.source
        place = idle = 0
        while frames:
            frame = frames[-1]
            node = lexer.token(frame.mode)
            if source.place != place:
                place, idle = source.place, -4 * (len(frames) + len(lexer.inlines))
            else:
                idle += 1
                if idle > IDLE:
                    raise Broken("JTidy would read this page for ever")
            if node is None:
                if frame.content.end(frame):
                    self.leave(frame)
                continue
            frame.node = node
            for rule in frame.content.rules:
                verdict = rule(frame)
                if verdict is OVER:
                    self.leave(frame)
                if verdict is not None:
                    break

    def move_to_head(self, frame: Frame) -> Verdict:
        """Put an element that stands in the head there."""
        node = frame.node
        node.remove()
        if not node.is_start:
            return frame.discard()
        frame.warn("not allowed")
        html: Node | None = frame.element
        while html is not None and html.name != "html":
            html = html.parent
        if html is None:
            raise Broken('Cannot read field "tag" because "element" is null')
        head = html.child("head")
        if head is not None:
            head.append(node)
        self.open(node, BLANKS)
        return USED


def aside(frame: Frame) -> Verdict | None:
    """Take comments and the like wherever they stand."""
    if frame.node.kind in ASIDE:
        frame.element.append(frame.node)
        return USED
    return None


def unknown(frame: Frame) -> Verdict | None:
    """Leave tags out that HTML does not have."""
    return frame.discard() if frame.node.tag is None else None


def unused(frame: Frame) -> Verdict:
    """Leave out what no rule has taken."""
    return frame.discard()


def trim_frame(frame: Frame) -> bool:
    """End an element at the end of the page."""
    trim_empty(frame.parser.lexer, frame.element)
    return True


def missing_end(frame: Frame) -> bool:
    """Warn of an element that does not end."""
    frame.parser.lexer.report.warn("missing end", frame.element)
    return True


def missing_end_trimmed(frame: Frame) -> bool:
    """Warn of an element that does not end, and leave it out if it is empty."""
    missing_end(frame)
    return trim_frame(frame)


def bad_form(frame: Frame) -> Verdict | None:
    """Count the end of a form where none can end."""
    if frame.node.kind == END and frame.node.name == "form":
        frame.parser.lexer.report.form()
        return frame.discard()
    return None


START_TAGS = (START, CLOSED)
