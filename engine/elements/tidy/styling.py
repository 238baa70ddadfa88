"""How JTidy puts styles in the place of fonts and centring: its option "clean", with which XPath sees pages."""

from __future__ import annotations

from .node import Attribute, Node, shown
from .tags import BLOCK, CELL, DEFINITION, INLINE, LIST, TABLE

SIZES = ("60%", "70%", "80%", None, "120%", "150%", "200%")
DIGITS = "0123456"
WEIGHTS = {"b": "font-weight: bold", "i": "font-style: italic"}
SIZED = {"6": "h1", "5": "h2", "4": "h3"}


def add_styles(document: Node) -> None:
    """Put styles where they belong."""
    left: list[tuple[Node, Node | None]] = [(document, document.first)]
    while left:
        node, child = left[-1]
        if child is not None:
            left.append((child, child.first))
            continue
        left.pop()
        if left:
            left[-1] = left[-1][0], _cleaned(node).next
        else:
            _cleaned(node)


def _cleaned(node: Node) -> Node:
    """Clean an element up until nothing changes any more; gives where to go on."""
    while node.is_start:
        if _list_to_division(node):
            continue
        inner = _inner_list(node)
        if inner is not None:
            return inner
        if not (_centred(node) or _merged(node) or _block_styled(node) or _line_styled(node) or _font_to_span(node)):
            break
    return node


def _list_to_division(node: Node) -> bool:
    item = node.first
    if node.name not in ("dir", "ul", "ol") or item is None or item.next is not None:
        return False
    if item.name != "li" or not item.implied:
        return False
    node.become("div")
    add_style(node, "margin-left: 2em")
    node.strip_only_child()
    return True


def _inner_list(node: Node) -> Node | None:
    """Put a list in the place of one that has nothing but it."""
    item = node.first
    inner = item.first if item is not None and item.next is None else None
    if node.name not in ("ul", "ol") or item is None or inner is None or inner.tag is not node.tag:
        return None
    inner.previous, inner.next, inner.parent = node.previous, node.next, node.parent
    _link(inner)
    item.first = node.first = node.next = None
    before = inner.previous
    if before is not None and before.name in ("ul", "ol"):
        before.next = inner.next
        if before.next is not None:
            before.next.previous = before
        last = before.last
        assert last is not None
        inner.parent, inner.next, inner.previous = last, None, last.last
        _link(inner)
        _cleaned(inner)
        return inner
    return inner


def _link(node: Node) -> None:
    around = node.parent
    assert around is not None
    if node.previous is not None:
        node.previous.next = node
    else:
        around.first = node
    if node.next is not None:
        node.next.previous = node
    else:
        around.last = node
    for child in node.children:
        child.parent = node


def _centred(node: Node) -> bool:
    if node.name != "center":
        return False
    node.become("div")
    add_style(node, "text-align: center")
    return True


def _merged(node: Node) -> bool:
    child = node.first
    if node.name != "div" or child is None or child.name != "div" or child.next is not None:
        return False
    _merge(node, child)
    node.strip_only_child()
    return True


def _block_styled(node: Node) -> bool:
    if not node.traits & (BLOCK | LIST | DEFINITION | TABLE) or node.name in ("table", "tr", "li"):
        return False
    align = node.attribute("align") if node.name != "caption" else None
    if align is not None:
        node.attributes.remove(align)
        if align.value is not None:
            add_style(node, f"text-align: {align.value.lower()}")
    child = node.first
    if child is None or child.next is not None or child.name not in ("b", "i", "font"):
        return False
    _merge(node, child)
    if child.name == "font":
        _add_font(node, child.attributes)
    else:
        add_style(node, WEIGHTS[child.name])
    node.strip_only_child()
    return True


def _line_styled(node: Node) -> bool:
    child = node.first
    if node.name == "font" or not node.traits & (INLINE | CELL) or child is None:
        return False
    if child.next is not None or child.name != "font":
        return False
    _merge(node, child)
    _add_font(node, child.attributes)
    node.strip_only_child()
    return True


def _font_to_span(node: Node) -> bool:
    if node.name != "font" or node.parent is None or (node.parent.first is node and node.next is None):
        return False
    _add_font(node, list(node.attributes))
    styles = [each for each in node.attributes if each.name == "style"]
    node.attributes = styles[-1:]
    node.become("span")
    return True


def _add_font(node: Node, attributes: list[Attribute]) -> None:
    for each in attributes:
        if each.name == "face":
            add_style(node, f"font-family: {shown(each.value)}")
        elif each.name == "color":
            add_style(node, f"color: {shown(each.value)}")
        elif each.name == "size" and each.value is not None:
            if node.name == "p" and each.value in SIZED:
                node.become(SIZED[each.value])
            else:
                size = _size(each.value)
                if size is not None:
                    add_style(node, f"font-size: {size}")


def _size(text: str) -> str | None:
    if text[:1] and text[0] in DIGITS:
        return SIZES[int(text[0])]
    is_smaller = text[:1] == "-"
    if not (text[1:2] and text[1] in DIGITS):
        return "smaller" if is_smaller else "larger"
    share = 1.0
    for _ in range(int(text[1])):
        share *= 0.8 if is_smaller else 1.2
    return f"{int(share * 100.0)}%"


def _merge(node: Node, child: Node) -> None:
    """Put the classes and styles of a child to those of a node."""
    for name in ("class", "style"):
        own, other = node.attribute(name), child.attribute(name)
        if other is None or other.value is None:
            continue
        if own is None or own.value is None:
            node.attributes.insert(0, Attribute(name, other.value))
        else:
            own.value = f"{own.value} {other.value}" if name == "class" else with_style(own.value, other.value)


def add_style(node: Node, style: str) -> None:
    """Put a style to those of a node."""
    own = node.attribute("style")
    if own is None:
        node.attributes.insert(0, Attribute("style", style))
    else:
        own.value = with_style(own.value or "", style)


def with_style(style: str, more: str) -> str:
    """Put styles together, in the order of their names; the first of a name counts."""
    values: dict[str, str] = {}
    for text in (style, more):
        for each in text.split(";"):
            name, colon, value = each.lstrip(" ").partition(":")
            if not colon:
                break
            values.setdefault(name, value.lstrip(" "))
    return "; ".join(f"{name}: {value}" for name, value in sorted(values.items()))
