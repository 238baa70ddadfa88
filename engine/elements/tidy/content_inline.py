"""Content in lines: of inline elements, paragraphs, headings, terms and captions."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, missing_end, unused
from .lexer import MIXED, PREFORMATTED
from .node import END, START, TEXT
from .repairs import rename, trim_blanks, trim_empty
from .tags import BLOCK, EMPTY, HEAD, HEADING, INLINE, OBJECT, OPTIONAL, TABLE, TAGS

MAY_NEST = frozenset(("a", "font", "big", "small", "q"))


def _begin(frame: Frame) -> bool:
    lexer, element = frame.parser.lexer, frame.element
    if element.traits & EMPTY:
        return False
    if element.traits & BLOCK or element.name == "dt":
        lexer.begin_again(None)
    elif element.traits & INLINE and element.name not in ("a", "span"):
        lexer.open_inline(element)
    if element.name in ("nobr", "font"):
        lexer.report.layout.add(element.name)
    if frame.mode != PREFORMATTED:
        frame.mode = MIXED
    return True


def _trim(frame: Frame) -> None:
    if frame.mode != PREFORMATTED:
        trim_blanks(frame.parser.lexer, frame.element)


def _over(frame: Frame, *, again: bool = True) -> Verdict:
    """End the element before its end."""
    if again:
        frame.again()
    return frame.trimmed(blanks=frame.mode != PREFORMATTED)


def _own_end(frame: Frame) -> Verdict | None:
    if not frame.is_own_end:
        return None
    element = frame.element
    if element.traits & INLINE:
        frame.parser.lexer.close_inline(frame.node)
    _trim(frame)
    if element.name == "font" and element.has_one_child:
        _swap_font(frame)
    return frame.trimmed()


def _swap_font(frame: Frame) -> None:
    """Put a link around the font that is around it."""
    font = frame.element
    link = font.first
    if link is None or link.name != "a":
        return
    link.parent, link.next, link.previous = font.parent, font.next, font.previous
    assert link.parent is not None
    if link.previous is not None:
        link.previous.next = link
    else:
        link.parent.first = link
    if link.next is not None:
        link.next.previous = link
    else:
        link.parent.last = link
    font.next = font.previous = None
    font.parent = link
    font.first, font.last = link.first, link.last
    link.first = link.last = font
    for child in font.children:
        child.parent = font


def _nested(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if node.kind != START or node.tag is None or not lexer.has_open(node):
        return None
    implied = node.implied or element.implied
    if node.tag is element.tag and not implied and node.traits & INLINE and node.name not in MAY_NEST:
        if element.first is not None and not node.attributes:
            frame.warn("start for end")
            node.kind = END
            frame.again()
            return USED
        frame.warn("nested emphasis")
    elif node.name == "q":
        frame.warn("nested quotation")
    return None


def _text(frame: Frame) -> Verdict | None:
    if frame.node.kind != TEXT:
        return None
    if frame.element.first is None:
        _trim(frame)
    if frame.node.start < frame.node.end:
        frame.element.append(frame.node)
    return USED


def _html(frame: Frame) -> Verdict | None:
    if frame.node.name != "html":
        return None
    return frame.discard() if frame.node.is_start else _over(frame)


def _paragraph_in_term(frame: Frame) -> Verdict | None:
    node, element = frame.node, frame.element
    if node.name != "p" or node.kind != START:
        return None
    if frame.mode != PREFORMATTED and element.name != "dt" and not _is_in(frame, "dt"):
        return None
    node.become("br")
    trim_blanks(frame.parser.lexer, element)
    element.append(node)
    return USED


def _is_in(frame: Frame, name: str) -> bool:
    return frame.element.is_inside(TAGS[name])


def _useless(frame: Frame) -> Verdict | None:
    if frame.node.tag is None or frame.node.name == "param":
        return frame.discard()
    if frame.node.name == "br" and frame.node.kind == END:
        frame.node.kind = START
    return None


def _end(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if node.kind != END:
        return None
    if node.name == "p":
        if _is_in(frame, "p"):
            return None
        rename(lexer, node, "br")
        trim_blanks(lexer, element)
        element.append(node)
        return USED
    if node.traits & INLINE and node.name != "a" and not node.traits & OBJECT and element.traits & INLINE:
        lexer.close_inline(element)
        if element.name == "a":
            return frame.discard()
        frame.warn("other end")
        return _over(frame, again=False)
    if frame.parser.is_exiled and node.traits & TABLE:
        frame.again()
        return frame.trimmed()
    return None


def _heading(frame: Frame) -> Verdict | None:
    """End a heading where another begins."""
    if not (frame.node.traits & HEADING and frame.element.traits & HEADING):
        return None
    is_same = frame.node.tag is frame.element.tag
    frame.warn("other end" if is_same else "missing end before")
    return _over(frame, again=not is_same)


def _link(frame: Frame) -> Verdict | None:
    """End a link where another begins."""
    node = frame.node
    if node.name != "a" or node.implied or not (frame.element.name == "a" or _is_in(frame, "a")):
        return None
    if node.kind != END and not node.attributes:
        node.kind = END
        frame.warn("start for end")
        frame.again()
        return USED
    frame.again()
    frame.warn("missing end before")
    return _over(frame, again=False)


def _block_in_heading(frame: Frame) -> Verdict | None:
    """Put what does not stand in a heading or a term beside it, and go on in a copy."""
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    in_heading = element.traits & HEADING and node.name in ("center", "div", "hr")
    in_term = element.name == "dt" and node.name == "hr"
    if not (in_heading or in_term):
        return None
    if not node.is_start:
        return frame.discard()
    frame.warn("not allowed")
    placed = lexer.implied("dd") if in_term else node
    if in_term and element.first is not None:
        element.put_after(placed)
    if element.first is None:
        if in_term or node.name == "hr":
            element.put_before(placed)
        else:
            element.wrap(node)
        if in_term:
            placed.append(node)
        return USED
    if in_term:
        placed.append(node)
    else:
        element.put_after(node)
    _trim(frame)
    frame.element = element.copy()
    frame.element.start = frame.element.end = lexer.size
    if in_heading and node.name != "hr":
        node.append(frame.element)
    else:
        placed.put_after(frame.element)
    return USED


def _outer_end(frame: Frame) -> Verdict | None:
    if frame.node.kind != END or not frame.ends_outer:
        return None
    if not frame.element.traits & OPTIONAL and not frame.element.implied:
        frame.warn("missing end before")
    if frame.element.name == "a":
        frame.parser.lexer.close_inline(frame.element)
    return _over(frame)


def _block(frame: Frame) -> Verdict | None:
    """End the element where a block begins."""
    node, element = frame.node, frame.element
    if node.traits & INLINE:
        return None
    if node.kind != START:
        return frame.discard()
    if not element.traits & OPTIONAL:
        frame.warn("missing end before")
    if node.traits & HEAD and not node.traits & BLOCK:
        return frame.parser.move_to_head(frame)
    if element.name == "a":
        if not node.traits & HEADING:
            frame.parser.lexer.close_inline(element)
        elif element.first is None:
            element.remove()
            frame.again()
            return OVER
    return _over(frame)


def _child(frame: Frame) -> Verdict | None:
    if not frame.node.is_start:
        return None
    if frame.node.implied:
        frame.warn("inserted")
    if frame.node.name == "br":
        trim_blanks(frame.parser.lexer, frame.element)
    return frame.add(frame.mode)


def _page_end(frame: Frame) -> bool:
    if not frame.element.traits & OPTIONAL:
        missing_end(frame)
    trim_empty(frame.parser.lexer, frame.element)
    return True


CONTENTS["inline"] = Content(
    (
        _own_end,
        _nested,
        _text,
        aside,
        _html,
        _paragraph_in_term,
        _useless,
        _end,
        _heading,
        _link,
        _block_in_heading,
        _outer_end,
        _block,
        _child,
        unused,
    ),
    _begin,
    _page_end,
)
