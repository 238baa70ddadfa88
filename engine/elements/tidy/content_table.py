"""Content of tables: groups of columns and rows, rows, cells."""

from __future__ import annotations

from .content import CONTENTS, OVER, USED, Content, Frame, Verdict, aside, bad_form, missing_end, trim_frame, unused
from .lexer import BLANKS
from .node import END, TEXT
from .repairs import put_before_table, trim_empty
from .tags import BLOCK, CELL, EMPTY, HEAD, INLINE, ROWS, TABLE, TOP


def _unknown(frame: Frame) -> Verdict | None:
    is_unknown = frame.node.kind != TEXT and frame.node.tag is None
    return frame.discard() if is_unknown else None


def _exile(frame: Frame) -> Verdict:
    """Read what stands before its table."""
    parser = frame.parser
    frame.warn("not allowed")
    if frame.node.kind != TEXT:

        def back() -> None:
            parser.is_exiled = False

        parser.is_exiled = True
        parser.open(frame.node, BLANKS, back)
    else:
        parser.is_exiled = False
    return USED


def _is_flow(frame: Frame) -> bool:
    return frame.node.kind == TEXT or frame.node.traits & (BLOCK | INLINE) != 0


# --- table ------------------------------------------------------------------------------------------------------------
def _begin_table(frame: Frame) -> bool:
    lexer = frame.parser.lexer
    lexer.insert, lexer.insert_before = -1, None
    frame.inlines_from = lexer.inlines_from
    lexer.inlines_from = len(lexer.inlines)
    frame.mode = BLANKS
    return True


def _leave_table(frame: Frame) -> Verdict:
    frame.parser.lexer.inlines_from = frame.inlines_from
    return frame.trimmed(blanks=False)


def _table_end(frame: Frame) -> Verdict | None:
    return _leave_table(frame) if frame.is_own_end else None


def _start_in_table(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind == END:
        return None
    if node.name in ("td", "th", "table"):
        frame.imply("tr")
        frame.warn("missing start")
    elif _is_flow(frame):
        frame.element.put_before(node)
        return _exile(frame)
    elif node.traits & HEAD:
        return frame.parser.move_to_head(frame)
    return None


def _bad_end(frame: Frame) -> Verdict | None:
    """Take any end of what is not of tables for that of a form."""
    if frame.node.kind != END or not frame.node.traits & (BLOCK | INLINE):
        return None
    frame.parser.lexer.report.form()
    return frame.discard()


def _end_in_table(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind != END:
        return None
    if node.traits & (TABLE | CELL):
        return frame.discard()
    if frame.ends_outer:
        frame.warn("missing end before")
        frame.again()
        return _leave_table(frame)
    return None


def _part(frame: Frame) -> Verdict | None:
    if not frame.node.traits & TABLE:
        frame.again()
        frame.warn("not allowed")
        return _leave_table(frame)
    return frame.add(BLANKS) if frame.node.is_start else None


def _table_page_end(frame: Frame) -> bool:
    missing_end(frame)
    return _leave_table(frame) is OVER


CONTENTS["table"] = Content(
    (_table_end, aside, _unknown, _start_in_table, _bad_end, _end_in_table, _part, unused),
    _begin_table,
    _table_page_end,
)


# --- columns ----------------------------------------------------------------------------------------------------------
def _begin(frame: Frame) -> bool:
    frame.mode = BLANKS
    return not frame.element.traits & EMPTY


def _columns_end(frame: Frame) -> Verdict | None:
    return OVER if frame.is_own_end else None


def _outside_columns(frame: Frame) -> Verdict | None:
    if (frame.node.kind == END and frame.ends_outer) or frame.node.kind == TEXT:
        frame.again()
        return OVER
    return None


def _column(frame: Frame) -> Verdict:
    if frame.node.tag is None:
        return frame.discard()
    if frame.node.name != "col":
        frame.again()
        return OVER
    return frame.discard() if frame.node.kind == END else frame.add(BLANKS)


CONTENTS["columns"] = Content((_columns_end, bad_form, _outside_columns, aside, _column), _begin)


# --- groups of rows ---------------------------------------------------------------------------------------------------
def _rows_end(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.tag is frame.element.tag:
        if node.kind != END:
            frame.again()
            return OVER
        return frame.trimmed(blanks=False)
    if node.name == "table" and node.kind == END:
        frame.again()
        return frame.trimmed(blanks=False)
    return None


def _start_in_rows(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind == END:
        return None
    if node.name in ("td", "th"):
        frame.imply("tr")
        frame.warn("missing start")
    elif _is_flow(frame):
        put_before_table(frame.element, node)
        return _exile(frame)
    elif node.traits & HEAD:
        frame.warn("not allowed")
        return frame.parser.move_to_head(frame)
    return None


def _end_in_rows(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind != END:
        return None
    if node.traits & (BLOCK | INLINE) or node.name in ("tr", "td", "th"):
        return frame.discard()
    if frame.ends_outer:
        frame.again()
        return frame.trimmed(blanks=False)
    return None


def _row_in_rows(frame: Frame) -> Verdict:
    node = frame.node
    if node.traits & ROWS:
        if node.kind != END:
            frame.again()
        return frame.trimmed(blanks=False)
    if node.kind == END:
        return frame.discard()
    if node.name != "tr":
        frame.node = frame.parser.lexer.implied("tr")
        frame.warn("missing start")
        frame.again()
    return frame.add(BLANKS)


CONTENTS["rows"] = Content(
    (_rows_end, aside, _unknown, _start_in_rows, bad_form, _end_in_rows, _row_in_rows), _begin, trim_frame
)


# --- rows -------------------------------------------------------------------------------------------------------------
def _row_end(frame: Frame) -> Verdict | None:
    node, element, lexer = frame.node, frame.element, frame.parser.lexer
    if node.tag is not element.tag:
        return None
    if node.kind != END:
        frame.again()
    if element.first is None:
        cell = lexer.implied("td")
        element.append(cell)
        lexer.report.warn("missing start", element, cell)
    return OVER


def _table_end_in_row(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind == END and (node.traits & (TOP | TABLE) or node.name == "table") and frame.ends_outer:
        frame.again()
        return OVER
    return None


def _end_in_row(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.kind != END:
        return None
    if node.traits & (BLOCK | INLINE) or node.name in ("td", "th"):
        return frame.discard()
    if frame.ends_outer:
        frame.again()
        return frame.trimmed(blanks=False)
    return None


def _no_cell(frame: Frame) -> Verdict | None:
    node = frame.node
    if node.name == "table":
        return frame.discard()
    if node.traits & ROWS:
        frame.again()
        return frame.trimmed(blanks=False)
    if node.kind == END:
        return frame.discard()
    if node.name == "form":
        frame.imply("td")
        frame.warn("missing start")
    elif _is_flow(frame):
        put_before_table(frame.element, node)
        return _exile(frame)
    elif node.traits & HEAD:
        frame.warn("not allowed")
        return frame.parser.move_to_head(frame)
    return None


def _cell(frame: Frame) -> Verdict:
    parser = frame.parser
    if frame.node.name not in ("td", "th"):
        frame.warn("not allowed")
        return USED
    excluded = parser.excludes_blocks

    def leave() -> None:
        parser.excludes_blocks = excluded
        parser.lexer.close_inlines()

    frame.element.append(frame.node)
    parser.excludes_blocks = False
    parser.open(frame.node, BLANKS, leave)
    return USED


def _row_page_end(frame: Frame) -> bool:
    trim_empty(frame.parser.lexer, frame.element)
    return True


CONTENTS["row"] = Content(
    (_row_end, _table_end_in_row, bad_form, _end_in_row, aside, _unknown, _no_cell, _cell), _begin, _row_page_end
)
