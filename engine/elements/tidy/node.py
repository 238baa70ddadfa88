"""The tree as JTidy holds it: nodes that know their neighbours, with texts that are places in one buffer."""

from __future__ import annotations

from collections.abc import Iterator

from .tags import ANY, TAGS, Tag

ROOT, DOCTYPE, COMMENT, INSTRUCTION, TEXT, START, END, CLOSED, CDATA, SECTION, ASP, JSTE, PHP, DECLARATION = range(14)
"""What a node is. CLOSED: a tag that ends itself."""

DEPTH = 100_000
"""No page has so many elements in each other, but for one whose tree goes round in circles."""

ELEMENTS = (START, CLOSED)
ASIDE = frozenset((COMMENT, INSTRUCTION, CDATA, SECTION, ASP, JSTE, PHP, DECLARATION))
"""What may stand anywhere."""


class Broken(Exception):
    """A page by which JTidy breaks; says what Java says of it."""


class Attribute:
    """An attribute of a tag, or a piece of a server's language among them, which has no name."""

    __slots__ = ("name", "value")

    def __init__(self, name: str | None, value: str | None) -> None:
        self.name = name
        self.value = value


class Node:
    """A node of a page, or a token that may become one. Of its `attributes` the last written comes first."""

    __slots__ = (
        "attributes",
        "buffer",
        "element",
        "end",
        "first",
        "implied",
        "kind",
        "last",
        "next",
        "parent",
        "previous",
        "start",
        "tag",
        "was",
    )

    def __init__(self, kind: int, buffer: bytearray, start: int = 0, end: int = 0, element: str | None = None) -> None:
        self.kind = kind
        self.buffer = buffer
        self.start = start
        self.end = end
        self.element = element
        self.tag: Tag | None = None
        self.was: Tag | None = None
        self.implied = False
        self.attributes: list[Attribute] = []
        self.parent: Node | None = None
        self.previous: Node | None = None
        self.next: Node | None = None
        self.first: Node | None = None
        self.last: Node | None = None

    @property
    def name(self) -> str:
        """The name of its tag, if that is one of HTML."""
        return self.tag.name if self.tag is not None else ""

    @property
    def traits(self) -> int:
        """What its tag is, as bits."""
        return self.tag.kind if self.tag is not None else 0

    @property
    def is_start(self) -> bool:
        """Tell whether it is an element, or begins one."""
        return self.kind in ELEMENTS

    @property
    def children(self) -> Iterator[Node]:
        """Its children; the next is looked for when it is asked for."""
        child = self.first
        while child is not None:
            yield child
            child = child.next

    @property
    def text(self) -> str:
        """Its text."""
        return self.buffer[self.start : self.end].decode("utf-8", "replace")

    @property
    def has_one_child(self) -> bool:
        """Tell whether it has one child."""
        return self.first is not None and self.first.next is None

    def find_tag(self, *, is_xml: bool) -> None:
        """Look its name up."""
        if is_xml:
            self.tag = ANY
        elif self.element is not None:
            self.tag = TAGS.get(self.element)

    def become(self, name: str) -> None:
        """Take the name of another tag."""
        self.tag, self.element = TAGS[name], name

    def attribute(self, name: str) -> Attribute | None:
        """Give an attribute."""
        return next((each for each in self.attributes if each.name == name), None)

    def add_class(self, name: str) -> None:
        """Put a class to those that it has."""
        classes = self.attribute("class")
        if classes is None:
            self.attributes.append(Attribute("class", name))
        else:
            classes.value = f"{shown(classes.value)} {name}"

    def is_inside(self, tag: Tag | None) -> bool:
        """Tell whether it stands in an element of a tag; the document has none."""
        around = self.parent
        for _ in range(DEPTH):
            if around is None or around.tag is tag:
                return around is not None
            around = around.parent
        raise Broken("JTidy would look for an element for ever")

    def child(self, *names: str) -> Node | None:
        """Give the first child of any of these tags."""
        return next((child for child in self.children if child.name in names), None)

    def copy(self) -> Node:
        """Give another node like it, without its children; it has the same parent."""
        other = Node(self.kind, self.buffer, self.start, self.end, self.element)
        other.parent, other.tag, other.implied = self.parent, self.tag, self.implied
        other.attributes = [Attribute(each.name, each.value) for each in self.attributes]
        return other

    def append(self, node: Node) -> None:
        """Make a node its last child."""
        node.parent, node.previous = self, self.last
        if self.last is not None:
            self.last.next = node
        else:
            self.first = node
        self.last = node

    def prepend(self, node: Node) -> None:
        """Make a node its first child."""
        node.parent = self
        if self.first is None:
            self.last = node
        else:
            self.first.previous = node
        node.next, node.previous = self.first, None
        self.first = node

    def wrap(self, node: Node) -> None:
        """Put a node around it, in its place."""
        node.first = node.last = self
        around = node.parent = self.parent
        self.parent = node
        assert around is not None
        if around.first is self:
            around.first = node
        if around.last is self:
            around.last = node
        node.previous, node.next = self.previous, self.next
        self.previous = self.next = None
        if node.previous is not None:
            node.previous.next = node
        if node.next is not None:
            node.next.previous = node

    def put_before(self, node: Node) -> None:
        """Put a node before it."""
        around = node.parent = self.parent
        node.next, node.previous = self, self.previous
        self.previous = node
        if node.previous is not None:
            node.previous.next = node
        if around is not None and around.first is self:
            around.first = node

    def put_after(self, node: Node) -> None:
        """Put a node after it."""
        around = node.parent = self.parent
        if around is not None and around.last is self:
            around.last = node
        else:
            node.next = self.next
            if node.next is not None:
                node.next.previous = node
        self.next = node
        node.previous = self

    def remove(self) -> Node | None:
        """Take it out of the tree; gives what followed it."""
        following = self.next
        if self.previous is not None:
            self.previous.next = following
        if following is not None:
            following.previous = self.previous
        if self.parent is not None:
            if self.parent.first is self:
                self.parent.first = following
            if self.parent.last is self:
                self.parent.last = self.previous
        self.parent = self.previous = self.next = None
        return following

    def strip_only_child(self) -> None:
        """Have the children of its child instead of it."""
        child = self.first
        assert child is not None
        self.first, self.last = child.first, child.last
        child.first = None
        for each in self.children:
            each.parent = self

    @property
    def is_sound(self) -> bool:
        """Tell whether all below it know their neighbours; JTidy gives no tree if they do not.

        Raises Broken for a tree that goes round in circles.
        """
        left, seen = [self], {id(self)}
        while left:
            node = left.pop()
            before, after, around = node.previous, node.next, node.parent
            if before is not None and before.next is not node:
                return False
            if after is not None and (after is node or after.previous is not node):
                return False
            if around is not None and (before is None and around.first is not node):
                return False
            if around is not None and (after is None and around.last is not node):
                return False
            for child in node.children:
                if child.parent is not node or (child.next is not None and child.next.previous is not child):
                    return False
                if id(child) in seen:
                    raise Broken("JTidy's tree goes round in circles")
                seen.add(id(child))
                left.append(child)
        return True


def shown(value: str | None) -> str:
    """Write a value as Java writes it into a text."""
    return "null" if value is None else value


def opening(name: str | None) -> str:
    """Write a tag that begins an element."""
    return f"<{shown(name)}>"


def named(node: Node | None) -> str:
    """Name a node in a message."""
    if node is None:
        return ""
    if node.kind == START:
        return opening(node.element)
    if node.kind == END:
        return f"</{shown(node.element)}>"
    if node.kind == DOCTYPE:
        return "<!DOCTYPE>"
    return "plain text" if node.kind == TEXT else shown(node.element)
