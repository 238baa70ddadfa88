"""Content of lists."""

from __future__ import annotations

from .content import CONTENTS, USED, Content, Frame, Verdict, aside, bad_form, missing_end, unused
from .lexer import BLANKS
from .node import END, TEXT, Attribute
from .repairs import rename, trim_empty
from .tags import BLOCK, EMPTY, INLINE, OBSOLETE


def _begin(frame: Frame) -> bool:
    if frame.element.traits & EMPTY:
        return False
    frame.parser.lexer.insert = -1
    frame.mode = BLANKS
    return True


def _rename(frame: Frame) -> None:
    if frame.element.traits & OBSOLETE:
        rename(frame.parser.lexer, frame.element, "ul")


def _own_end(frame: Frame) -> Verdict | None:
    if not frame.is_own_end:
        return None
    _rename(frame)
    return frame.trimmed(blanks=False)


def _unknown(frame: Frame) -> Verdict | None:
    is_unknown = frame.node.kind != TEXT and frame.node.tag is None
    return frame.discard() if is_unknown else None


def _end(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind != END:
        return None
    if node.traits & INLINE:
        frame.warn("discarded")
        frame.parser.lexer.close_inline(node)
        return USED
    if not frame.ends_outer:
        return frame.discard()
    frame.warn("missing end before")
    frame.again()
    _rename(frame)
    return frame.trimmed(blanks=False)


def _item(frame: Frame) -> Verdict:
    node = frame.node
    if node.name != "li":
        frame.again()
        if node.traits & BLOCK and frame.parser.excludes_blocks:
            frame.warn("missing end before")
            return frame.trimmed(blanks=False)
        frame.node = frame.parser.lexer.implied("li")
        frame.node.attributes.append(Attribute("style", "list-style: none"))
        frame.warn("missing start")
    return frame.add(BLANKS)


def _page_end(frame: Frame) -> bool:
    _rename(frame)
    missing_end(frame)
    trim_empty(frame.parser.lexer, frame.element)
    return True


CONTENTS["list"] = Content((_own_end, aside, _unknown, bad_form, _end, _item), _begin, _page_end)


# --- definitions ------------------------------------------------------------------------------------------------------
def _definitions_end(frame: Frame) -> Verdict | None:
    return frame.trimmed(blanks=False) if frame.is_own_end else None


def _text(frame: Frame) -> Verdict | None:
    if frame.node.kind == TEXT:
        frame.imply("dt")
        frame.warn("missing start")
    return frame.discard() if frame.node.tag is None else None


def _outer_end(frame: Frame) -> Verdict | None:
    if frame.node.kind != END or not frame.ends_outer:
        return None
    frame.warn("missing end before")
    frame.again()
    return frame.trimmed(blanks=False)


def _center(frame: Frame) -> Verdict | None:
    """Put what is centred behind the list, and go on in another."""
    node, element, parser = frame.node, frame.element, frame.parser
    if node.name != "center":
        return None
    if element.first is not None:
        element.put_after(node)
    else:
        element.put_before(node)
        element.remove()

    def go_on() -> None:
        frame.element = parser.lexer.implied("dl")
        node.put_after(frame.element)

    parser.open(node, BLANKS, go_on)
    return USED


def _definition(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.name in ("dt", "dd"):
        return None
    frame.again()
    if not node.traits & (BLOCK | INLINE):
        frame.warn("not allowed")
        return frame.trimmed(blanks=False)
    if not node.traits & INLINE and frame.parser.excludes_blocks:
        return frame.trimmed(blanks=False)
    frame.node = frame.parser.lexer.implied("dd")
    frame.warn("missing start")
    return None


def _add(frame: Frame) -> Verdict | None:
    return None if frame.node.kind == END else frame.add(BLANKS)


def _definitions_page_end(frame: Frame) -> bool:
    missing_end(frame)
    trim_empty(frame.parser.lexer, frame.element)
    return True


CONTENTS["definitions"] = Content(
    (_definitions_end, aside, _text, bad_form, _outer_end, _center, _definition, _add, unused),
    _begin,
    _definitions_page_end,
)
