"""The whole of a page: root element, head, title, body, and pages of frames."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Parser, Verdict, aside, missing_end, unknown
from .lexer import BLANKS, MIXED
from .node import DOCTYPE, END, START, TEXT, Node
from .repairs import put_doctype, trim_blanks, trim_first_blank
from .tags import (
    FRAMESET,
    HEAD,
)
from .verbatim import Verbatim


# --- the root element -------------------------------------------------------------------------------------------------
def _before_head(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.name == "html" and node.kind == END:
        return frame.discard()
    if node.name != "head":
        verdict = aside(frame)
        if verdict is not None:
            return verdict
        frame.imply("head")
    _begin_head(frame)
    return USED


def _begin_head(frame: Frame) -> None:
    frame.element.append(frame.node)
    frame.content = AFTER_HEAD
    frame.parser.enter(CONTENTS["head"], frame.node, frame.mode)


def _no_head(frame: Frame) -> bool:
    frame.node = frame.parser.lexer.implied("head")
    _begin_head(frame)
    return False


def _frameset_of(frame: Frame) -> Node | None:
    return next((child for child in frame.element.children if child.name == "frameset"), None)


def _noframes_of(frameset: Node) -> Node | None:
    found = [child for child in frameset.children if child.name == "noframes"]
    return found[-1] if found else None


def _html_again(frame: Frame) -> Verdict | None:
    if frame.node.name != "html":
        return None
    if frame.node.kind != START and _frameset_of(frame) is None:
        return frame.discard()
    if frame.node.kind == END:
        frame.parser.saw_html_end = True
    return USED


def _body(frame: Frame) -> Verdict | None:
    if frame.node.name != "body":
        return None
    if frame.node.kind != START:
        return frame.discard()
    frameset = _frameset_of(frame)
    if frameset is None:
        return _begin_body(frame)
    frame.again()
    without = _noframes_of(frameset)
    if without is None:
        without = frame.node = frame.parser.lexer.implied("noframes")
        frameset.append(without)
        frame.warn("inserted")
    frame.parser.open(without, frame.mode)
    return USED


def _begin_body(frame: Frame) -> Verdict:
    parser = frame.parser
    parser.lexer.constrain(~FRAMESET)
    return _end_with(frame)


def _end_with(frame: Frame) -> Verdict:
    parser = frame.parser

    def then() -> None:
        parser.saw_html_end = True

    frame.element.append(frame.node)
    parser.frames.remove(frame)
    parser.open(frame.node, frame.mode, then)
    return USED


def _frameset(frame: Frame) -> Verdict | None:
    if frame.node.name != "frameset":
        return None
    if frame.node.kind != START:
        return frame.discard()
    if _frameset_of(frame) is not None:
        frame.parser.lexer.report.error("second frameset", frame.element, frame.node)
    return frame.add(frame.mode)


def _noframes_outside(frame: Frame) -> Verdict | None:
    if frame.node.name != "noframes":
        return None
    if frame.node.kind != START:
        return frame.discard()
    frameset = _frameset_of(frame)
    if frameset is None:
        frame.warn("discarded")
        frame.node = frame.parser.lexer.implied("body")
        return _end_with(frame)
    without = _noframes_of(frameset)
    if without is None:
        without = frame.node
        frameset.append(without)
    frame.parser.open(without, frame.mode)
    return USED


def _head_element(frame: Frame) -> Verdict | None:
    if not frame.node.is_start:
        return None
    if frame.node.traits & HEAD:
        return frame.parser.move_to_head(frame)
    if frame.node.name == "frame" and _frameset_of(frame) is not None:
        return frame.discard()
    return None


def _content_without_body(frame: Frame) -> Verdict:
    parser, frameset = frame.parser, _frameset_of(frame)
    if frameset is None:
        frame.imply("body")
        return _begin_body(frame)
    frame.again()
    without = _noframes_of(frameset)
    if without is None:
        without = parser.lexer.implied("noframes")
        frameset.append(without)
    else:
        frame.warn("outside noframes")
    parser.lexer.constrain(FRAMESET)
    parser.open(without, frame.mode)
    return USED


def _html_ended(frame: Frame) -> bool:
    if _frameset_of(frame) is not None:
        return True
    frame.node = frame.parser.lexer.implied("body")
    frame.element.append(frame.node)
    frame.parser.frames.remove(frame)
    frame.parser.enter(CONTENTS["body"], frame.node, frame.mode)
    return False


AFTER_HEAD = Content(
    (_html_again, aside, _body, _frameset, _noframes_outside, _head_element, _content_without_body), end=_html_ended
)
CONTENTS["html"] = Content((_before_head,), end=_no_head)


# --- head and title ---------------------------------------------------------------------------------------------------
def _head_end(frame: Frame) -> Verdict | None:
    if frame.is_own_end:
        return OVER
    if frame.node.kind == TEXT:
        frame.warn("not allowed")
        frame.again()
        return OVER
    return None


def late_doctype(frame: Frame) -> Verdict | None:
    """Put a doctype that comes late where it belongs."""
    if frame.node.kind == DOCTYPE:
        put_doctype(frame.parser.lexer, frame.element, frame.node)
        return USED
    return None


def _not_head(frame: Frame) -> Verdict | None:
    if frame.node.traits & HEAD:
        return None
    if frame.parser.lexer.is_xhtml:
        frame.warn("not allowed")
    frame.again()
    return OVER


def _in_head(frame: Frame) -> Verdict:
    name = frame.node.name
    if not frame.node.is_start:
        return frame.discard()
    if name in ("title", "base"):
        seen = frame.marks[name] = frame.marks.get(name, 0) + 1
        if seen > 1:
            frame.warn("too many")
    elif name == "noscript":
        frame.warn("not allowed")
    return frame.add(BLANKS)


CONTENTS["head"] = Content((_head_end, aside, late_doctype, unknown, _not_head, _in_head))


def _title_begin(frame: Frame) -> bool:
    frame.mode = MIXED
    return True


def _title_tag(frame: Frame) -> Verdict | None:
    if frame.node.name != "title":
        return None
    if frame.node.kind == START:
        frame.warn("start for end")
        frame.node.kind = END
        return USED
    if frame.node.kind == END:
        trim_blanks(frame.parser.lexer, frame.element)
        return OVER
    return None


def _title_text(frame: Frame) -> Verdict | None:
    if frame.node.kind != TEXT:
        return None
    if frame.element.first is None:
        trim_first_blank(frame.parser.lexer, frame.element, frame.node)
    if frame.node.start < frame.node.end:
        frame.element.append(frame.node)
    return USED


def _title_over(frame: Frame) -> Verdict:
    frame.warn("missing end before")
    frame.again()
    trim_blanks(frame.parser.lexer, frame.element)
    return OVER


CONTENTS["title"] = Content((_title_tag, _title_text, aside, unknown, _title_over), _title_begin, missing_end)


def _script(frame: Frame) -> bool:
    lexer, element = frame.parser.lexer, frame.element
    text = Verbatim(lexer, element).read()
    if text is None:
        lexer.report.error("missing end", element)
        return False
    element.append(text)
    node = lexer.token(BLANKS)
    if node is None or node.kind != END or node.name != element.name or node.tag is None:
        lexer.report.error("missing end", element, node)
        if node is not None:
            lexer.again()
    return False


CONTENTS["script"] = Content((), _script)


# --- the page ---------------------------------------------------------------------------------------------------------
def read_document(parser: Parser, root: Node) -> None:
    """Read a page of HTML."""
    lexer = parser.lexer
    parser.root = root
    frame = Frame(parser, root, BLANKS)
    while (node := lexer.token(BLANKS)) is not None:
        frame.node = node
        if aside(frame) is not None:
            continue
        if node.kind == DOCTYPE:
            if any(child.kind == DOCTYPE for child in root.children):
                frame.warn("discarded")
            else:
                root.append(node)
            continue
        if node.kind == END:
            frame.warn("discarded")
            continue
        if node.kind != START or node.name != "html":
            frame.imply("html")
        if all(child.kind != DOCTYPE for child in root.children):
            lexer.report.warn("missing doctype")
        _read_html(parser, frame.node)
        break
    if root.child("html") is None:
        _read_html(parser, lexer.implied("html"))
    html = root.child("html")
    head = html.child("head") if html is not None else None
    if head is not None and head.child("title") is None:
        lexer.report.warn("missing title", head)
        head.append(lexer.implied("title"))


def _read_html(parser: Parser, html: Node) -> None:
    parser.root.append(html)
    parser.saw_body_end = False
    parser.enter(CONTENTS["html"], html, BLANKS)
    parser.run()
