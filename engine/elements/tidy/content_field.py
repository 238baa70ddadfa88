"""Content of fields, of text that is shown as it is written, and of elements that have none."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, missing_end, missing_end_trimmed, unused
from .lexer import BLANKS, MIXED, PREFORMATTED, stands_in_pre
from .node import END, START, TEXT
from .repairs import escaped, rename, trim_blanks
from .tags import EMPTY, FIELD, INLINE, OBSOLETE, OPTIONAL


def _own_end(frame: Frame) -> Verdict | None:
    if not frame.is_own_end:
        return None
    trim_blanks(frame.parser.lexer, frame.element)
    return OVER


def _begin(frame: Frame) -> bool:
    frame.parser.lexer.insert = -1
    frame.mode = BLANKS
    return True


# --- select and optgroup ----------------------------------------------------------------------------------------------
def _option(frame: Frame) -> Verdict | None:
    if frame.node.kind == START and frame.node.name in ("option", "optgroup", "script"):
        return frame.add(BLANKS)
    return None


def _option_in_group(frame: Frame) -> Verdict | None:
    if frame.node.kind != START or frame.node.name not in ("option", "optgroup"):
        return None
    if frame.node.name == "optgroup":
        frame.warn("can't be nested")
    return frame.add(MIXED)


CONTENTS["select"] = Content((_own_end, aside, _option, unused), _begin, missing_end)
CONTENTS["options"] = Content((_own_end, aside, _option_in_group, unused), _begin)


# --- textarea and option ----------------------------------------------------------------------------------------------
def _begin_text(frame: Frame) -> bool:
    frame.parser.lexer.insert = -1
    frame.mode = PREFORMATTED if frame.element.name == "textarea" else MIXED
    return True


def _text(frame: Frame) -> Verdict | None:
    if frame.node.kind != TEXT:
        return None
    if frame.element.first is None and frame.mode != PREFORMATTED:
        trim_blanks(frame.parser.lexer, frame.element)
    if frame.node.start < frame.node.end:
        frame.element.append(frame.node)
    return USED


def _no_text(frame: Frame) -> Verdict:
    if frame.node.traits & INLINE and not frame.node.traits & FIELD:
        return frame.discard()
    if not frame.element.traits & OPTIONAL:
        frame.warn("missing end before")
    frame.again()
    trim_blanks(frame.parser.lexer, frame.element)
    return OVER


def _text_page_end(frame: Frame) -> bool:
    return missing_end(frame) if not frame.element.traits & OPTIONAL else True


CONTENTS["text"] = Content((_own_end, aside, _text, _no_text), _begin_text, _text_page_end)


# --- pre --------------------------------------------------------------------------------------------------------------
def _begin_pre(frame: Frame) -> bool:
    lexer = frame.parser.lexer
    if frame.element.traits & EMPTY:
        return False
    if frame.element.traits & OBSOLETE:
        rename(lexer, frame.element, "pre")
    lexer.begin_again(None)
    frame.mode = PREFORMATTED
    return True


def _pre_end(frame: Frame) -> Verdict | None:
    if frame.is_own_end:
        return frame.trimmed()
    if frame.node.name == "html":
        return frame.discard() if frame.node.is_start else USED
    return None


def _text_in_pre(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind != TEXT:
        return None
    if frame.element.first is None:
        if node.buffer[node.start : node.start + 1] == b"\n":
            node.start += 1
        if node.start >= node.end:
            return USED
    frame.element.append(node)
    return USED


def _markup_in_pre(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if not stands_in_pre(node):
        lexer.report.warn("unescaped", element, node)
        element.append(escaped(lexer, node))
        return USED
    if node.name == "p":
        if node.kind != START:
            return frame.discard()
        frame.warn("br instead")
        trim_blanks(lexer, element)
        rename(lexer, node, "br")
        element.append(node)
        return USED
    if not node.is_start:
        return None
    if node.name == "br":
        trim_blanks(lexer, element)
    return frame.add(PREFORMATTED)


CONTENTS["pre"] = Content((_pre_end, _text_in_pre, aside, _markup_in_pre, unused), _begin_pre, missing_end_trimmed)


# --- nothing ----------------------------------------------------------------------------------------------------------
def _empty(frame: Frame) -> bool:
    """In XHTML the end must follow."""
    lexer = frame.parser.lexer
    if lexer.is_xhtml:
        node = lexer.token(frame.mode)
        if node is not None and not (node.kind == END and node.tag is frame.element.tag):
            lexer.report.warn("not empty", frame.element, node)
            lexer.again()
    return False


CONTENTS["empty"] = Content((), _empty)
