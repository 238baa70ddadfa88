"""The body of a page."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, unused
from .content_document import late_doctype
from .lexer import BLANKS, MIXED
from .node import CLOSED, END, START, TEXT, Node
from .repairs import rename, trim_blanks
from .tags import (
    BLOCK,
    CELL,
    DEFINITION,
    FIELD,
    HEAD,
    HTML20,
    INLINE,
    LIST,
    ROWS,
    STRICT,
    TABLE,
    TOP,
)
from .tags import MIXED as MIXED_KIND


def _body_begin(frame: Frame) -> bool:
    frame.mode = BLANKS
    _bump_objects(frame.element.parent)
    return True


def _bump_objects(html: Node | None) -> None:
    """Put objects with more than parameters from the head into the body."""
    if html is None:
        return
    heads = [child for child in html.children if child.name == "head"]
    bodies = [child for child in html.children if child.name == "body"]
    if not heads or not bodies:
        return
    for node in list(heads[-1].children):
        if node.name == "object" and any(child.name != "param" for child in node.children):
            node.remove()
            bodies[-1].prepend(node)


def _html_in_body(frame: Frame) -> Verdict | None:
    if frame.node.name == "html":
        if frame.node.is_start or frame.parser.saw_html_end:
            frame.warn("discarded")
        else:
            frame.parser.saw_html_end = True
        return USED
    if frame.parser.saw_body_end and frame.node.kind in (START, END, CLOSED):
        frame.warn("after body")
    return None


def _body_end(frame: Frame) -> Verdict | None:
    if not frame.is_own_end:
        return None
    trim_blanks(frame.parser.lexer, frame.element)
    frame.parser.saw_body_end = True
    frame.mode = BLANKS
    return OVER if _in_noframes(frame) else USED


def _in_noframes(frame: Frame) -> bool:
    return frame.element.parent is not None and frame.element.parent.name == "noframes"


def _noframes_in_body(frame: Frame) -> Verdict | None:
    name = frame.node.name
    if name == "noframes":
        if frame.node.kind == START:
            frame.element.append(frame.node)
            frame.parser.enter(CONTENTS["block"], frame.node, frame.mode)
            return USED
        is_over = frame.node.kind == END and _in_noframes(frame)
    else:
        is_over = name in ("frame", "frameset") and _in_noframes(frame)
    if is_over:
        trim_blanks(frame.parser.lexer, frame.element)
        frame.again()
        return OVER
    return None


def _body_text(frame: Frame) -> Verdict | None:
    node, lexer = frame.node, frame.parser.lexer
    if node.kind != TEXT:
        return None
    is_blank = node.end <= node.start + 1 and node.buffer[node.start] == 32
    if is_blank and frame.mode == BLANKS:
        return USED
    lexer.constrain(~(STRICT | HTML20))
    if frame.checks_inlines:
        frame.checks_inlines = False
        if lexer.begin_again(node):
            return USED
    frame.element.append(node)
    frame.mode = MIXED
    return USED


def _no_content(frame: Frame) -> Verdict | None:
    if frame.node.tag is None or frame.node.name == "param":
        return frame.discard()
    frame.parser.excludes_blocks = False
    return None


def _foreign_in_body(frame: Frame) -> Verdict | None:
    """Take what is neither block nor inline: mostly in an element that is not written."""
    node, parser = frame.node, frame.parser
    traits = node.traits
    if traits & (BLOCK | INLINE) and node.name != "input":
        return None
    if not traits & HEAD:
        frame.warn("not allowed")
    if traits & TOP:
        if node.name == "body" and frame.element.implied and not frame.element.attributes:
            frame.element.attributes, node.attributes = node.attributes, []
        return USED
    if traits & HEAD:
        return parser.move_to_head(frame)
    if traits & LIST:
        frame.imply("ul")
        frame.node.add_class("noindent")
    elif traits & DEFINITION:
        frame.imply("dl")
    elif traits & (TABLE | ROWS | CELL):
        if node.kind != END:
            frame.imply("table")
    elif node.name == "input":
        frame.imply("form")
    elif traits & FIELD:
        return USED
    else:
        frame.again()
        return OVER
    parser.excludes_blocks = True
    return None


def _end_in_body(frame: Frame) -> Verdict | None:
    node, lexer = frame.node, frame.parser.lexer
    if node.kind == END:
        if node.name == "br":
            node.kind = START
        elif node.name == "p":
            rename(lexer, node, "br")
            frame.element.append(node)
            frame.node = lexer.implied("br")
        elif node.traits & INLINE:
            lexer.close_inline(node)
    return None


def _element_in_body(frame: Frame) -> Verdict | None:
    node, lexer = frame.node, frame.parser.lexer
    if not node.is_start:
        return None
    if node.traits & INLINE and not node.traits & MIXED_KIND:
        lexer.constrain(~STRICT if node.name == "img" else ~(STRICT | HTML20))
        if frame.checks_inlines and not node.implied:
            frame.checks_inlines = False
            if lexer.begin_again(node):
                return USED
        frame.mode = MIXED
    else:
        frame.checks_inlines = True
        frame.mode = BLANKS
    if node.implied:
        frame.warn("inserted")
    return frame.add(frame.mode)


CONTENTS["body"] = Content(
    (
        _html_in_body,
        _body_end,
        _noframes_in_body,
        aside,
        _body_text,
        late_doctype,
        _no_content,
        _foreign_in_body,
        _end_in_body,
        _element_in_body,
        unused,
    ),
    _body_begin,
)
