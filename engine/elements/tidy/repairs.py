"""How JTidy mends what it has read: blanks at the edges of elements, elements without content, old names."""

from __future__ import annotations

from .lexer import Lexer
from .node import DOCTYPE, END, START, TEXT, Broken, Node
from .tags import CELL, EMPTY, FIELD, INLINE

SPACE = 32
STAYS_EMPTY = frozenset(("applet", "object", "title", "iframe"))


def may_go(node: Node) -> bool:
    """Tell whether a node without content can be left out."""
    if node.kind == TEXT:
        return True
    if node.first is not None or node.tag is None or node.traits & (CELL | EMPTY) or node.name in STAYS_EMPTY:
        return False
    if node.name == "a" and node.attributes:
        return False
    if node.name == "script" and node.attribute("src") is not None:
        return False
    return node.attribute("id") is None and node.attribute("name") is None


def trim_empty(lexer: Lexer, node: Node) -> None:
    """Leave an element out if there is nothing in it; a paragraph that must stay becomes two breaks."""
    if may_go(node):
        if node.kind != TEXT:
            lexer.report.warn("trimmed", node)
        node.remove()
    elif node.name == "p" and node.first is None:
        following = lexer.implied("br")
        rename(lexer, node, "br")
        node.put_after(following)


def rename(lexer: Lexer, node: Node, name: str) -> None:
    """Have an element of another name."""
    other = lexer.implied(name)
    from_old = node.name in OBSOLETE_NAMES
    lexer.report.warn("obsolete" if from_old else "replaced", node, other)
    node.was = node.tag
    node.become(name)
    node.kind, node.implied = START, True


OBSOLETE_NAMES = frozenset(("dir", "menu", "listing", "xmp", "plaintext"))


def is_line(node: Node) -> bool:
    """Tell whether blanks at the edges of an element belong beside it."""
    return node.traits & INLINE != 0 and not node.traits & FIELD


def trim_first_blank(lexer: Lexer, element: Node, text: Node) -> None:
    """Put the blank with which an element begins before it."""
    if text.kind != TEXT or not (text.start < text.end and text.buffer[text.start] == SPACE):
        return
    around = element.parent
    if is_line(element) and around is None:
        raise Broken('Cannot read field "content" because "element.parent" is null')
    if is_line(element) and around is not None and around.first is not element:
        before = element.previous
        if before is not None and before.kind == TEXT:
            if not before.end or before.buffer[before.end - 1] != SPACE:
                before.buffer[before.end : before.end + 1] = b" "
                before.end += 1
            element.start += 1
        else:
            _put_blank(element)
    text.start += 1


def _put_blank(element: Node) -> None:
    """Put a blank before an element, which stands where the element's name stood."""
    if element.start >= element.end:
        blank = Node(TEXT, bytearray(b" "), 0, 1)
    else:
        blank = Node(TEXT, element.buffer, element.start, element.start + 1)
        element.start += 1
        blank.buffer[blank.start : blank.end] = b" "
    before = blank.previous = element.previous
    if before is not None:
        before.next = blank
    blank.next, element.previous, blank.parent = element, blank, element.parent


def trim_last_blank(lexer: Lexer, element: Node, text: Node) -> None:
    """Have the blank with which an element ends behind it."""
    if text.end > text.start and lexer.buffer[text.end - 1] == SPACE:
        text.end -= 1
        if is_line(element):
            lexer.blank_due = True
    if text.start == text.end:
        trim_empty(lexer, text)


def trim_blanks(lexer: Lexer, element: Node) -> None:
    """Have no blanks at the edges of an element."""
    first = element.first
    if first is not None and first.kind == TEXT and element.name != "pre":
        trim_first_blank(lexer, element, first)
    last = element.last
    if last is not None and last.kind == TEXT:
        trim_last_blank(lexer, element, last)


def escaped(lexer: Lexer, node: Node) -> Node:
    """Make text of a tag."""
    written = "<"
    if node.kind == END:
        written += "/"
    if node.element is not None:
        written += node.element
    elif node.kind == DOCTYPE:
        written += f"!DOCTYPE {node.text}"
    begin = lexer.size
    lexer.add(written + ("/>" if node.kind not in (START, END, DOCTYPE) else ">"))
    return Node(TEXT, lexer.buffer, begin, lexer.size)


def put_before_table(row: Node, node: Node) -> None:
    """Put a node before the table in which a row stands."""
    table = row.parent
    while table is not None and table.name != "table":
        table = table.parent
    if table is None or table.parent is None:
        return
    if table.parent.first is table:
        table.parent.first = node
    node.previous, node.next, node.parent = table.previous, table, table.parent
    table.previous = node
    if node.previous is not None:
        node.previous.next = node


def put_doctype(lexer: Lexer, element: Node, doctype: Node) -> None:
    """Put a doctype that comes late before the root element."""
    lexer.report.warn("late doctype", element, doctype)
    root: Node | None = element
    while root is not None and root.name != "html":
        root = root.parent
    if root is not None:
        root.put_before(doctype)


def body_of(document: Node) -> Node | None:
    """Give the body of a page, of a page of frames that which is shown without them; raises Broken."""
    html = document.child("html")
    body = html.child("body", "frameset") if html is not None else None
    if html is not None and body is None:
        raise Broken('Cannot read field "tag" because "node" is null')
    if body is not None and body.name == "frameset":
        without = body.child("noframes")
        return without.child("body") if without is not None else None
    return body
