"""What JTidy wants of the attributes of certain tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .attributes import check_attribute
from .node import Attribute, Broken, Node, shown
from .tags import HTML20, HTML32, LOOSE, PROPRIETARY, STRICT

if TYPE_CHECKING:
    from .lexer import Lexer

XHTML = "http://www.w3.org/1999/xhtml"


def check_tag(lexer: Lexer, node: Node) -> None:
    """Check a tag's attributes."""
    check = CHECKS.get(node.name)
    if check is not None:
        check(lexer, node)
    else:
        check_all(lexer, node)


def check_all(lexer: Lexer, node: Node) -> None:
    """Check the attributes one by one."""
    for attribute in node.attributes:
        check_attribute(lexer, node, attribute)


def missing(lexer: Lexer, node: Node, name: str) -> None:
    """Warn of an attribute that is not there."""
    lexer.report.attribute("missing attribute", node, Attribute(name, ""))


def value_of(node: Node, name: str) -> str:
    """Give the value of an attribute, in lower case."""
    found = node.attribute(name)
    return shown(found.value if found is not None else None).lower()


def _html(lexer: Lexer, node: Node) -> None:
    space = node.attribute("xmlns")
    if space is not None and space.value == XHTML:
        lexer.is_xhtml = lexer.wants_xhtml = lexer.writes_xml = True
    check_all(lexer, node)


def _script(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    if node.attribute("type") is None:
        missing(lexer, node, "type")
        language = value_of(node, "language") if node.attribute("language") is not None else "javascript"
        if language in ("javascript", "jscript"):
            node.attributes.append(Attribute("type", "text/javascript"))
        elif language == "vbscript":
            node.attributes.append(Attribute("type", "text/vbscript"))


def _table(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    if node.attribute("summary") is None and lexer.doctype not in (HTML20, HTML32):
        lexer.report.access.add("summary")
    border = node.attribute("border")
    if lexer.writes_xml and border is not None and border.value is None:
        border.value = "1"
    height = node.attribute("height")
    if height is not None:
        lexer.report.attribute("proprietary attribute", node, height)
        lexer.versions &= PROPRIETARY


def _caption(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    align = node.attribute("align")
    if align is None or align.value is None:
        return
    value = align.value.lower()
    if value in ("left", "right"):
        lexer.constrain(LOOSE)
    elif value in ("top", "bottom"):
        lexer.constrain(~(HTML20 | HTML32))
    else:
        lexer.report.attribute("bad value", node, align)


def _hr(lexer: Lexer, node: Node) -> None:
    source = node.attribute("src")
    check_all(lexer, node)
    if source is not None:
        lexer.report.attribute("proprietary value", node, source)


def _img(lexer: Lexer, node: Node) -> None:
    for attribute in node.attributes:
        check_attribute(lexer, node, attribute)
        if attribute.name in ("width", "height"):
            lexer.constrain(~HTML20)
    if node.attribute("alt") is None:
        lexer.report.access.add("alt")
        missing(lexer, node, "alt")
    if node.attribute("src") is None and node.attribute("datafld") is None:
        missing(lexer, node, "src")
    if node.attribute("ismap") is not None and node.attribute("usemap") is None:
        lexer.report.attribute("server-side map", node, Attribute("ismap", ""))


def _area(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    if node.attribute("alt") is None:
        lexer.report.access.add("area")
        missing(lexer, node, "alt")
    if node.attribute("href") is None:
        missing(lexer, node, "href")


def _named(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    name, identity = node.attribute("name"), node.attribute("id")
    if name is None:
        return
    if identity is None:
        if lexer.writes_xml:
            node.attributes.append(Attribute("id", name.value))
    elif identity.value is not None and identity.value != name.value:
        lexer.report.attribute("other name", node, name)


def _cell(lexer: Lexer, node: Node) -> None:
    check_all(lexer, node)
    if node.attribute("width") is not None or node.attribute("height") is not None:
        lexer.constrain(~STRICT)


def _style(lexer: Lexer, node: Node) -> None:
    has_type = node.attribute("type") is not None
    check_all(lexer, node)
    if not has_type:
        missing(lexer, node, "type")
        node.attributes.append(Attribute("type", "text/css"))


def _link(lexer: Lexer, node: Node) -> None:
    relation = node.attribute("rel")
    check_all(lexer, node)
    if relation is not None and relation.value == "stylesheet" and node.attribute("type") is None:
        missing(lexer, node, "type")
        node.attributes.append(Attribute("type", "text/css"))


def _wants(name: str) -> Callable[[Lexer, Node], None]:
    def check(lexer: Lexer, node: Node) -> None:
        check_all(lexer, node)
        if node.attribute(name) is None:
            missing(lexer, node, name)

    return check


CHECKS: dict[str, Callable[[Lexer, Node], None]] = {
    "html": _html,
    "script": _script,
    "table": _table,
    "caption": _caption,
    "hr": _hr,
    "img": _img,
    "area": _area,
    "a": _named,
    "map": _named,
    "style": _style,
    "td": _cell,
    "th": _cell,
    "link": _link,
    "form": _wants("action"),
    "meta": _wants("content"),
}


def join_repeated(lexer: Lexer, node: Node) -> None:
    """Leave an attribute one time in a tag: the last counts, and styles are put together."""
    attributes = node.attributes
    if len({each.name for each in attributes}) == len(attributes):
        return
    at = 0
    while at < len(attributes):
        earlier = at + 1
        while attributes[at].name is not None and earlier < len(attributes):
            first, again = attributes[earlier], attributes[at]
            if first.name is None or again.name is None or first.name.lower() != again.name.lower():
                earlier += 1
            elif first.name.lower() == "style":
                first.value = joined(first.value, again.value)
                lexer.report.attribute("joined", node, again)
                is_last = at + 2 >= len(attributes)
                del attributes[at]
                earlier = len(attributes) if is_last else earlier
            else:
                lexer.report.attribute("repeated", node, first)
                del attributes[earlier]
        at += 1


def joined(style: str | None, more: str | None) -> str:
    """Put two styles together; raises Broken for an empty one."""
    if style is None:
        raise Broken('Cannot invoke "String.length()" because "<local4>.value" is null')
    if style.endswith(";"):
        return f"{style} {shown(more)}"
    if style.endswith("}"):
        return f"{style} {{ {shown(more)} }}"
    return f"{style}; {shown(more)}"
