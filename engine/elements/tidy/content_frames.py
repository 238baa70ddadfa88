"""Pages of frames, and what is shown without them."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, missing_end, unknown, unused
from .lexer import BLANKS, MIXED
from .node import CLOSED, END, START, TEXT, Broken, Node
from .repairs import body_of, rename, trim_blanks
from .tags import FRAMES, HEAD


def _frames_begin(frame: Frame) -> bool:
    frame.parser.lexer.report.access.add("frames")
    frame.mode = BLANKS
    return True


def _own_end(frame: Frame) -> Verdict | None:
    if not frame.is_own_end:
        return None
    trim_blanks(frame.parser.lexer, frame.element)
    return OVER


def _in_frameset(frame: Frame) -> Verdict | None:
    node, parser = frame.node, frame.parser
    if node.is_start and node.traits & HEAD:
        return parser.move_to_head(frame)
    if node.name == "body":
        frame.imply("noframes")
        frame.warn("inserted")
        node = frame.node
    if node.kind == START and node.traits & FRAMES:
        parser.excludes_blocks = False
        return frame.add(MIXED)
    if node.kind == CLOSED and node.traits & FRAMES:
        frame.element.append(node)
        return USED
    return None


CONTENTS["frameset"] = Content((_own_end, aside, unknown, _in_frameset, unused), _frames_begin, missing_end)


def _noframes_begin(frame: Frame) -> bool:
    frame.parser.lexer.report.access.add("noframes")
    frame.mode = BLANKS
    return True


def _frame_in_noframes(frame: Frame) -> Verdict | None:
    if frame.node.name not in ("frame", "frameset"):
        return None
    trim_blanks(frame.parser.lexer, frame.element)
    if frame.node.kind == END:
        frame.warn("discarded")
    else:
        frame.warn("missing end before")
        frame.again()
    return OVER


def _html_in_noframes(frame: Frame) -> Verdict | None:
    if frame.node.name != "html":
        return None
    return frame.discard() if frame.node.is_start else USED


def _into_body(body: Node | None, node: Node) -> None:
    if body is None:
        called = "org.w3c.tidy.Node.insertNodeAtEnd(org.w3c.tidy.Node)"
        raise Broken(f'Cannot invoke "{called}" because "body" is null')
    body.append(node)


def _body_in_noframes(frame: Frame) -> Verdict | None:
    node, parser = frame.node, frame.parser
    if node.name != "body" or node.kind != START:
        return None

    def move() -> None:
        rename(parser.lexer, node, "div")
        node.remove()
        body = body_of(parser.root)
        _into_body(body, node)

    return frame.add(BLANKS, move if parser.saw_body_end else None)


def _content_in_noframes(frame: Frame) -> Verdict | None:
    node, parser = frame.node, frame.parser
    if node.kind != TEXT and (node.tag is None or node.kind == END):
        return None
    body = body_of(parser.root) if parser.saw_body_end else None
    if not parser.saw_body_end:
        frame.imply("body")
        if parser.lexer.writes_xml:
            frame.warn("inserted")
        frame.element.append(frame.node)
    else:
        if node.kind == TEXT:
            frame.imply("p")
            frame.warn("after body")
        _into_body(body, frame.node)
    parser.open(frame.node, BLANKS)
    return USED


CONTENTS["noframes"] = Content(
    (
        _own_end,
        _frame_in_noframes,
        _html_in_noframes,
        aside,
        _body_in_noframes,
        _content_in_noframes,
        unused,
    ),
    _noframes_begin,
    missing_end,
)
