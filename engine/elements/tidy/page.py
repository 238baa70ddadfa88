"""A page as JTidy reads it: its tree, and how much is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from . import content_block, content_body, content_field, content_frames, content_inline, content_list, content_table  # noqa: F401  (their rules)
from .cleaning import sign, simplify
from .content import Parser
from .content_document import read_document
from .content_xml import read_xml
from .lexer import Lexer
from .messages import BROKEN
from .node import ROOT, Node
from .report import Report, counted
from .source import Source, decoded
from .styling import add_styles
from .versions import document_type, mend_doctype, report_version


@dataclass(frozen=True, slots=True)
class Page:
    """What has been read. `document` is None if the tree came out broken; then nothing is counted."""

    document: Node | None
    errors: int
    warnings: int
    report: str


def read_page(
    data: bytes, *, is_xml: bool = False, is_xhtml: bool = False, cleans: bool = False, speaks: bool = False
) -> Page:
    """Read a page of UTF-8. With `cleans` styles are put in the place of fonts; `speaks` says what is wrong.

    Mirrors Tidy.parse; raises Broken.
    """
    report = Report(speaks=speaks)
    lexer = Lexer(Source(decoded(data)), report, is_xml=is_xml, is_xhtml=is_xhtml and not is_xml, cleans=cleans)
    root = Node(ROOT, lexer.buffer)
    parser = Parser(lexer)
    if is_xml:
        read_xml(parser, root)
        is_sound = root.is_sound
    else:
        read_document(parser, root)
        is_sound = root.is_sound and _finished(lexer, root, cleans=cleans, speaks=speaks)
    if not is_sound:
        return Page(None, 0, 0, "\n".join((*report.lines, BROKEN, "")))
    if speaks:
        report.number()
        report.advise()
    errors, warnings = counted(report.errors), counted(report.warnings)
    return Page(root, errors, warnings, "".join(f"{line}\n" for line in report.lines))


def _finished(lexer: Lexer, root: Node, *, cleans: bool, speaks: bool) -> bool:
    """Clean a page up; False if its tree breaks."""
    simplify(root)
    if cleans:
        add_styles(root)
    if not root.is_sound:
        return False
    doctype = document_type(root)
    mend_doctype(lexer, root)
    sign(lexer, root)
    if speaks:
        report_version(lexer, doctype)
    return True
