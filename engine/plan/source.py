"""The bytes of a plan → checked XML. Nothing outside the file is ever read, and no entity is resolved."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from lxml import etree

from .faults import Fault, PlanError

MARK = 0x10FF00
"""Private characters that stand for those which XML 1.0 forbids and JMeter writes and reads, while it is parsed."""

FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f"
ODD = re.compile(rf"<!\[CDATA\[.*?\]\]>|&#(?:x0*([01]?[0-9a-fA-F])|0*([12]?[0-9]|3[01]));|([{FORBIDDEN}])", re.DOTALL)
FORBIDDEN_RUN = re.compile(f"[{FORBIDDEN}]")
MARKED = re.compile(f"[{chr(MARK)}-{chr(MARK + 0x1F)}]")
PROLOG = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parse(data: bytes, name: str) -> etree._Element:
    """Parse a plan and give its root; raises PlanError. `name` is how messages call the file."""
    text = decode(data)
    prolog = PROLOG.match(text)
    begin = prolog.end() if prolog else 0
    if begin == len(text):
        raise refused(name, "the file is empty: there is no test plan in it")
    if text[begin] != "<":
        raise refused(name, f"this is not XML: line {line_at(text, begin)} begins with {text[begin : begin + 20]!r}")
    if text.startswith("<!DOCTYPE", begin):
        raise refused(
            name,
            f"line {line_at(text, begin)} holds a DOCTYPE, which no test plan has; entities are never resolved",
            "remove the DOCTYPE",
        )
    line = line_at(text, begin)
    return parsed(hidden(text[begin:]), name, line)


def parsed(text: str, name: str, first_line: int) -> etree._Element:
    """Parse text that begins with the root element, which stands on line `first_line` of the file."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line = (error.lineno or 1) + first_line - 1
        said = re.sub(r", (line \d+, column \d+|(try|use) XML_PARSE_HUGE).*$", "", error.msg or "it can't be parsed")
        raise refused(name, f"this is not well-formed XML: line {line}: {said}") from None


def refused(name: str, problem: str, remedy: str = "") -> PlanError:
    """Make the error for a file that is no plan."""
    return PlanError([Fault(name, problem, remedy)])


def decode(data: bytes) -> str:
    """Decode a plan: UTF-8, whatever it declares, as JMeter; what is no UTF-8 as it declares."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = DECLARED.match(data)
        try:
            return data.decode(declared[1].decode() if declared else "utf-8", "replace")
        except LookupError:
            return data.decode("utf-8", "replace")


def hidden(text: str) -> str:
    """Replace characters and references that XML 1.0 forbids by marks."""
    if "&#" not in text and not FORBIDDEN_RUN.search(text):
        return text

    def mark(found: re.Match[str]) -> str:
        hexadecimal, decimal, raw = found.groups()
        if raw:
            return chr(MARK + ord(raw))
        if hexadecimal is None and decimal is None:
            return FORBIDDEN_RUN.sub(lambda inner: chr(MARK + ord(inner[0])), found[0])
        code = int(hexadecimal, 16) if hexadecimal is not None else int(decimal)
        return found[0] if code in (9, 10, 13) else chr(MARK + code)

    return ODD.sub(mark, text)


def shown(text: str) -> str:
    """Put back what `hidden` replaced."""
    return MARKED.sub(lambda found: chr(ord(found[0]) - MARK), text) if not text.isascii() else text


def line_at(text: str, position: int) -> int:
    """Tell the line of a position."""
    return text.count("\n", 0, position) + 1
