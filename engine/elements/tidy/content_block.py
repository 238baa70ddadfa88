"""Content in blocks: of divisions, list items, cells, forms, objects and the like."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, missing_end, unknown, unused
from .lexer import BLANKS, MIXED
from .node import END, START, TEXT
from .repairs import rename, trim_blanks
from .tags import BLOCK, CELL, DEFINITION, EMPTY, HEAD, INLINE, LIST, OBJECT, OPTIONAL, PARAM, STRICT, TABLE
from .tags import MIXED as MIXED_KIND

NO_TEXT_IN_STRICT = frozenset(("body", "map", "blockquote", "form", "noscript"))


def _begin(frame: Frame) -> bool:
    lexer, element = frame.parser.lexer, frame.element
    if element.traits & EMPTY:
        return False
    if element.name == "form" and element.is_inside(element.tag):
        lexer.report.warn("nested", element)
    if element.traits & OBJECT:
        frame.inlines_from = lexer.inlines_from
        lexer.inlines_from = len(lexer.inlines)
    if not element.traits & MIXED_KIND:
        lexer.begin_again(None)
    frame.mode = BLANKS
    return True


def _leave_object(frame: Frame) -> None:
    if frame.element.traits & OBJECT:
        frame.parser.lexer.close_inlines()
        frame.parser.lexer.inlines_from = frame.inlines_from


def _own_end(frame: Frame) -> Verdict | None:
    node, element = frame.node, frame.element
    if node.kind != END or node.tag is None or not (node.tag is element.tag or node.tag is element.was):
        return None
    _leave_object(frame)
    return frame.trimmed()


def _root(frame: Frame) -> Verdict | None:
    if frame.node.name not in ("html", "head", "body"):
        return None
    return frame.discard() if frame.node.is_start else USED


def _end(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if node.kind != END:
        return None
    if node.tag is None:
        return frame.discard()
    if node.name == "br":
        node.kind = START
    elif node.name == "p":
        rename(lexer, node, "br")
        element.append(node)
        frame.node = lexer.implied("br")
    elif frame.ends_outer:
        if not element.traits & OPTIONAL:
            frame.warn("missing end before")
        frame.again()
        _leave_object(frame)
        return frame.trimmed()
    elif frame.parser.is_exiled and node.traits & TABLE:
        frame.again()
        return frame.trimmed()
    return None


def _text(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if node.kind != TEXT:
        return None
    if frame.checks_inlines:
        frame.checks_inlines = False
        if not element.traits & MIXED_KIND and lexer.begin_again(node):
            return USED
    element.append(node)
    frame.mode = MIXED
    if element.name in NO_TEXT_IN_STRICT:
        lexer.constrain(~STRICT)
    return USED


def _part(frame: Frame) -> Verdict | None:
    """Take parameters in objects, and areas in maps."""
    node, element = frame.node, frame.element
    if node.name not in ("param", "area"):
        return None
    fits = element.traits & PARAM if node.name == "param" else element.name == "map"
    if not fits or not node.is_start:
        return frame.discard()
    element.append(node)
    return USED


def _block(frame: Frame) -> Verdict | None:
    node, element, parser = frame.node, frame.element, frame.parser
    if node.traits & INLINE:
        return None
    if not node.is_start:
        if node.name == "form":
            parser.lexer.report.form()
        return frame.discard()
    if element.name == "li" and node.name in ("frame", "frameset", "optgroup", "option"):
        return frame.discard()
    if element.name in ("td", "th"):
        return _block_in_cell(frame)
    if node.traits & BLOCK:
        return _excluded(frame) if parser.excludes_blocks else None
    return _foreign(frame)


def _block_in_cell(frame: Frame) -> Verdict | None:
    node, parser = frame.node, frame.parser
    if node.traits & HEAD:
        return parser.move_to_head(frame)
    if node.traits & LIST:
        frame.imply("ul")
        frame.node.add_class("noindent")
        parser.excludes_blocks = True
    elif node.traits & DEFINITION:
        frame.imply("dl")
        parser.excludes_blocks = True
    if frame.node.traits & BLOCK:
        return None
    frame.again()
    return frame.trimmed()


def _excluded(frame: Frame) -> Verdict:
    element = frame.element
    if not element.traits & OPTIONAL:
        frame.warn("missing end before")
    frame.again()
    if element.traits & OBJECT:
        frame.parser.lexer.inlines_from = frame.inlines_from
    return frame.trimmed()


def _foreign(frame: Frame) -> Verdict | None:
    """Take what is neither block nor inline: in an element that is not written, or behind this one."""
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    around = element.parent
    if node.traits & HEAD:
        return frame.parser.move_to_head(frame)
    if element.name == "form" and around is not None and around.name == "td" and around.implied:
        if node.name == "td":
            return frame.discard()
        if node.name == "th":
            frame.warn("discarded")
            around.become("th")
            return USED
    if not element.traits & OPTIONAL and not element.implied:
        frame.warn("missing end before")
    if node.traits & LIST:
        return _in(frame, "ul", around is not None and around.tag is not None and around.tag.content == "list")
    if node.traits & DEFINITION:
        return _in(frame, "dl", around is not None and around.name == "dl")
    if node.traits & (TABLE | CELL):
        return _in(frame, "table", False)
    frame.again()
    if element.traits & OBJECT:
        lexer.close_inlines()
        lexer.inlines_from = frame.inlines_from
    return frame.trimmed()


def _in(frame: Frame, name: str, is_there: bool) -> Verdict | None:
    """Have the token in a list or table, the one around or one that is not written."""
    if is_there:
        frame.again()
        return frame.trimmed()
    frame.imply(name)
    if name == "ul":
        frame.node.add_class("noindent")
    return None


def _child(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if not node.is_start:
        return None
    if node.traits & INLINE:
        if frame.checks_inlines and not node.implied:
            frame.checks_inlines = False
            if not element.traits & MIXED_KIND and lexer.begin_again(node):
                return USED
        frame.mode = MIXED
    else:
        frame.checks_inlines = True
        frame.mode = BLANKS
    if node.name == "br":
        trim_blanks(lexer, element)
    element.append(node)
    if node.implied:
        frame.warn("inserted")
    frame.parser.open(node, BLANKS)
    return USED


def _inline_end(frame: Frame) -> Verdict | None:
    if frame.node.kind == END:
        frame.parser.lexer.close_inline(frame.node)
    return None


def _page_end(frame: Frame) -> bool:
    if not frame.element.traits & OPTIONAL:
        missing_end(frame)
    _leave_object(frame)
    return frame.trimmed() is OVER


CONTENTS["block"] = Content(
    (_own_end, _root, _end, _text, aside, _part, unknown, _block, _child, _inline_end, unused), _begin, _page_end
)
