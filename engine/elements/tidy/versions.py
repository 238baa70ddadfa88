"""Which version of HTML a page says that it has, and which it can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .checks import XHTML
from .node import DOCTYPE, Attribute, Node
from .tags import FRAMESET, HTML20, HTML32, LOOSE, STRICT, XHTML11

if TYPE_CHECKING:
    from .lexer import Lexer
    from .tag_reading import TagReader

NAMES = {
    "HTML 4.01 Transitional": LOOSE,
    "HTML 4.01 Frameset": FRAMESET,
    "HTML 4.0": STRICT,
    "HTML 4.0 Transitional": LOOSE,
    "HTML 4.0 Frameset": FRAMESET,
    "HTML 3.2": HTML32,
    "HTML 3.2 Final": HTML32,
    "HTML 3.2 Draft": HTML32,
    "HTML 2.0": HTML20,
    "HTML 4.01": XHTML11,
}
"""By what a doctype says. HTML 4.01 is found under XHTML 1.1, as in JTidy."""

SHOWN = {
    STRICT: ("HTML 4.01", "XHTML 1.0 Strict"),
    LOOSE: ("HTML 4.01 Transitional", "XHTML 1.0 Transitional"),
    FRAMESET: ("HTML 4.01 Frameset", "XHTML 1.0 Frameset"),
    HTML32: ("HTML 3.2", "XHTML 1.0 Transitional"),
    HTML20: ("HTML 2.0", "XHTML 1.0 Strict"),
    XHTML11: ("HTML 4.01", "XHTML 1.1"),
}
W3C, IETF = "-//W3C//DTD ", "-//IETF//DTD "
KEYWORDS = ("SYSTEM", "PUBLIC", "//DTD", "//W3C", "//EN")


def given_version(lexer: TagReader, doctype: Node) -> int:
    """Give the version that a doctype names; 0 for none that is known."""
    text = doctype.text
    if text[:5].lower() != "html ":
        return 0
    if has_lower_keywords(text):
        lexer.report.warn("doctype in lower case", doctype)
    word = text[5:12].upper()
    if word == "SYSTEM ":
        return 0
    if word != "PUBLIC ":
        lexer.bad_doctype = True
    _, quote, public = text.partition('"')
    if quote and public.startswith(W3C):
        return NAMES.get(public[len(W3C) :].partition("/")[0], 0)
    if quote and public.startswith(IETF):
        return STRICT if public[len(IETF) :].partition("/")[0] == "HTML 4.01" else 0
    return 0


def has_lower_keywords(text: str) -> bool:
    """Tell whether the words of a doctype are not in capitals; the end of the text is not looked at."""
    for word in KEYWORDS:
        at = text.lower().find(word.lower())
        if 0 <= at < len(text) - len(word) and text[at : at + len(word)] != word:
            return True
    return False


def possible_version(lexer: Lexer) -> int:
    """Give the first version that has all that is in a page."""
    for version in (HTML20, HTML32, XHTML11, STRICT, LOOSE, FRAMESET):
        if lexer.versions & version and not (version == HTML32 and (lexer.writes_xml or lexer.is_xml)):
            return version
    return 0


def apparent_version(lexer: Lexer) -> int:
    """Give the version that a page says it has, if it can have it."""
    if lexer.doctype and not lexer.doctype & lexer.versions:
        lexer.report.line = lexer.report.column = 1
        lexer.report.warn("other version")
        return possible_version(lexer)
    return lexer.doctype or possible_version(lexer)


def report_version(lexer: Lexer, doctype: Node | None) -> None:
    """Say which version a page has."""
    names = SHOWN.get(apparent_version(lexer))
    lexer.report.line = lexer.report.column = 1
    if doctype is not None:
        parts = doctype.text.split('"')
        lexer.report.lines.append(f'InputStream: Doctype given is "{parts[1] if len(parts) > 1 else ""}"')
    name = "HTML proprietary" if names is None else names[lexer.is_xhtml]
    lexer.report.lines.append(f"InputStream: Document content looks like {name}")


def mend_doctype(lexer: Lexer, document: Node) -> None:
    """Give a page of XHTML its name space, or say what is wrong with the doctype of another."""
    if lexer.wants_xhtml:
        mend_namespace(lexer, document)
    elif lexer.bad_doctype:
        lexer.report.warn("bad doctype")


def document_type(document: Node) -> Node | None:
    """Give the doctype of a page."""
    return next((node for node in document.children if node.kind == DOCTYPE), None)


def mend_namespace(lexer: Lexer, document: Node) -> None:
    """Have the root element in XHTML's name space."""
    html = document.child("html")
    if html is None:
        return
    space = html.attribute("xmlns")
    if space is None:
        html.attributes.insert(0, Attribute("xmlns", XHTML))
    elif space.value != XHTML:
        lexer.report.warn("other namespace", html)
        space.value = XHTML
