"""The whole of a document of XML, as JTidy reads it: any tags, whose ends are held against their beginnings."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Parser, Verdict, aside
from .lexer import BLANKS, PREFORMATTED
from .node import CLOSED, DOCTYPE, END, START, TEXT, Broken, Node
from .tags import TAGS
from .versions import has_lower_keywords

SPACE = 32
VERBATIM = frozenset(("pre", "script", "style", "xsl:text"))


def keeps_blanks(element: Node) -> bool:
    """Tell whether the text of an element is kept as it is written; raises Broken."""
    names = [each.name for each in element.attributes]
    if None in names and "xml:space" not in names[: names.index(None)]:
        raise Broken('Cannot invoke "String.equals(Object)" because "attribute.attribute" is null')
    space = element.attribute("xml:space")
    if space is not None:
        return space.value == "preserve"
    name = element.element or ""
    return name.lower() in VERBATIM or (name in TAGS and TAGS[name].content == "pre")


def _begin(frame: Frame) -> bool:
    if keeps_blanks(frame.element):
        frame.mode = PREFORMATTED
    return True


def _end(frame: Frame) -> Verdict | None:
    node, element = frame.node, frame.element
    if node.kind != END:
        return None
    if node.element == element.element:
        _trim(frame)
        return OVER
    frame.parser.lexer.report.error("unexpected end in", element, node)
    return USED


def _child(frame: Frame) -> Verdict:
    node, element = frame.node, frame.element
    if node.kind == START:
        frame.parser.enter(XML, node, frame.mode, lambda: element.append(node))
    else:
        element.append(node)
    return USED


def _trim(frame: Frame) -> bool:
    if frame.mode == PREFORMATTED:
        return True
    first = frame.element.first
    if first is not None and first.kind == TEXT and first.buffer[first.start] == SPACE:
        first.start += 1
        if first.start >= first.end:
            first.remove()
    last = frame.element.last
    if last is not None and last.kind == TEXT and last.buffer[last.end - 1] == SPACE:
        last.end -= 1
        if last.start >= last.end:
            last.remove()
    return True


XML = CONTENTS["xml"] = Content((_end, _child), _begin, _trim)


def read_xml(parser: Parser, root: Node) -> None:
    """Read a document."""
    lexer = parser.lexer
    parser.root = root
    frame = Frame(parser, root, BLANKS)
    doctype = None
    while (node := lexer.token(BLANKS)) is not None:
        frame.node = node
        if node.kind == END:
            lexer.report.warn("unexpected end", None, node)
        elif aside(frame) is not None:
            continue
        elif node.kind == DOCTYPE and doctype is None:
            root.append(node)
            doctype = node
        elif node.kind == DOCTYPE:
            frame.warn("discarded")
        elif node.kind in (START, CLOSED):
            root.append(node)
            if node.kind == START:
                parser.enter(XML, node, BLANKS)
                parser.run()
    if doctype is not None and has_lower_keywords(doctype.text):
        lexer.report.warn("doctype in lower case", doctype)
