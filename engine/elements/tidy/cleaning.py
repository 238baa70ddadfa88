"""How JTidy cleans a page up when it has been read: no tags within themselves, no lists that only move text in."""

from __future__ import annotations

from collections.abc import Iterator

from .lexer import Lexer
from .node import Attribute, Node

GENERATOR = "HTML Tidy for Java (vers. 2009-12-01), see jtidy.sourceforge.net"


def all_nodes(root: Node) -> Iterator[Node]:
    """Give a node and all below it, parents first."""
    left = [root]
    while left:
        node = left.pop()
        yield node
        left += reversed(list(node.children))


def simplify(document: Node) -> None:
    """Do what is done with every page."""
    _unnest_emphasis(document)
    for node in reversed(list(all_nodes(document))):
        _list_to_quote(node)
    _quotes_to_divisions(document)


def _unnest_emphasis(document: Node) -> None:
    """Leave <b> in <b> and <i> in <i> out."""
    left: list[Node | None] = [document]
    while left:
        node = left.pop()
        if node is None:
            continue
        if node.name in ("b", "i") and node.parent is not None and node.parent.tag is node.tag:
            left.append(_discard_container(node))
        else:
            left += (node.next, node.first)


def _discard_container(element: Node) -> Node | None:
    """Have the children of an element in its place; gives what comes next there."""
    around, first, last = element.parent, element.first, element.last
    assert around is not None
    before, after = element.previous, element.next
    if first is not None and last is not None:
        last.next = after
        first.previous = before if before is not None else first.previous
        for child in element.children:
            child.parent = around
            if child is last:
                break
    if after is not None:
        after.previous = last if first is not None else before
    else:
        around.last = last if first is not None else before
    if before is not None:
        before.next = first if first is not None else after
    else:
        around.first = first if first is not None else after
    element.next = element.first = None
    return first if first is not None else after


def _list_to_quote(node: Node) -> None:
    """Make a quotation of a list that has one item which is not written."""
    is_list = node.tag is not None and node.tag.content == "list"
    if is_list and node.has_one_child and node.first is not None and node.first.implied:
        node.strip_only_child()
        node.become("blockquote")
        node.implied = True


def _quotes_to_divisions(document: Node) -> None:
    """Make divisions, moved in, of such quotations."""
    left = [document]
    while left:
        node = left.pop()
        if node.name == "blockquote" and node.implied:
            depth = 1
            while node.has_one_child and node.first is not None and node.first.name == "blockquote":
                depth += 1
                node.strip_only_child()
            margin = f"margin-left: {2 * depth}em"
            node.become("div")
            style = node.attribute("style")
            if style is not None and style.value is not None:
                style.value = f"{margin}; {style.value}"
            else:
                node.attributes.append(Attribute("style", margin))
        left += reversed(list(node.children))


def sign(lexer: Lexer, document: Node) -> None:
    """Say in the head that JTidy has been there."""
    html = document.child("html")
    head = html.child("head") if html is not None else None
    if head is None:
        return
    for meta in head.children:
        name, content = meta.attribute("name"), meta.attribute("content")
        if meta.name != "meta" or name is None or (name.value or "").lower() != "generator" or content is None:
            continue
        if content.value is not None and content.value[:9].lower() == "html tidy":
            content.value = GENERATOR
            return
    meta = lexer.implied("meta")
    meta.attributes = [Attribute("content", GENERATOR), Attribute("name", "generator")]
    head.prepend(meta)
