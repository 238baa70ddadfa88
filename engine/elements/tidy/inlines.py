"""Inline elements that go on in the next block: JTidy ends them with their block, and begins them again."""

from __future__ import annotations

from .node import START, Attribute, Node
from .tag_reading import TagReader
from .tags import INLINE, OBJECT


class Open:
    """An inline element that is open."""

    __slots__ = ("attributes", "element", "tag")

    def __init__(self, node: Node) -> None:
        self.tag = node.tag
        self.element = node.element
        self.attributes = [Attribute(each.name, each.value) for each in node.attributes]


class Inlines(TagReader):
    """Holds the inline elements that are open, and says which of them begin again."""

    inlines: list[Open]
    inlines_from: int
    insert: int
    insert_before: Node | None

    def has_open(self, node: Node) -> bool:
        """Tell whether an element of a node's tag is open."""
        return any(each.tag is node.tag for each in self.inlines)

    def open_inline(self, node: Node) -> None:
        """Note that an inline element begins."""
        if node.implied or not is_inline(node):
            return
        if node.name == "font" or not self.has_open(node):
            self.inlines.append(Open(node))

    def close_inline(self, node: Node | None) -> None:
        """Note that an inline element ends, the last, or a link with all that began in it."""
        if node is not None and not is_inline(node):
            return
        is_link = node is not None and node.name == "a"
        while self.inlines:
            tag = self.inlines.pop().tag
            if not is_link or (tag is not None and tag.name == "a"):
                break
        if self.insert >= len(self.inlines):
            self.insert = -1

    def close_inlines(self) -> None:
        """Note that all end that began in an object, or in a cell."""
        while len(self.inlines) > self.inlines_from:
            self.close_inline(None)

    def begin_again(self, node: Node | None) -> bool:
        """Have the open elements begin again, before a node; tells whether there are any."""
        if len(self.inlines) <= self.inlines_from:
            return False
        self.insert, self.insert_before = self.inlines_from, node
        return True

    def inserted(self) -> Node | None:
        """Give the next element that begins again, or what they stand before."""
        if self.insert == -1:
            node, self.insert_before = self.insert_before, None
            return node
        if self.insert_before is None:
            self.report.line, self.report.column = self.source.line, self.source.column
        known = self.inlines[self.insert]
        node = Node(START, self.buffer, self.begin, self.finish, known.element)
        node.implied, node.tag = True, known.tag
        node.attributes = [Attribute(each.name, each.value) for each in known.attributes]
        self.insert = self.insert + 1 if self.insert + 1 < len(self.inlines) else -1
        return node


def is_inline(node: Node) -> bool:
    """Tell whether a node may go on in the next block."""
    return node.traits & INLINE != 0 and not node.traits & OBJECT
