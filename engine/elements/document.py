"""The body as a document: what JMeter 5.5 as it is shipped makes of one. Mirrors Document.getTextFromDocument.

It has Tika's detection of types, but of what Tika needs to read most of them nothing, and says so in the place of the
text. XML is read; of OpenDocument and RTF, which it reads as well, this gives what it says of all others.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.value import as_whole

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.result import SampleResult

NO_BYTES = "org.apache.tika.exception.ZeroByteFileException: InputStream must have > 0 bytes"
NO_ENCODING = "org.apache.tika.exception.TikaException: Failed to detect the character encoding of a document"
BAD_XML = "org.apache.tika.exception.TikaException: XML parse error"
NO_PARSER = """\
Missing tika-app.jar in classpath. Unable to convert to plain text this kind of document.
Download the tika-app-x.x.jar file from http://tika.apache.org/download.html
And put the file in <JMeter>/lib directory."""
TOO_LONG = (
    "org.apache.tika.sax.WriteOutContentHandler$WriteLimitReachedException: Your document contained more than {}"
    " characters, and so your requested limit has been reached. To receive the full text of the document, increase your"
    " limit. (Text up to the limit is however available)."
)
DEFAULT_LIMIT = 10 * 1024 * 1024
LOOKED_AT = 64 * 1024
"""Bytes by which a text is told from other things."""

OTHERS = (b"%PDF-", b"%!PS", b"{\\rtf", b"#EXTM3U", b"-----BEGIN CERTIFICATE-----", b"d8:announce")
"""What begins so is no text, though it looks like one."""

HTML = re.compile(rb"<(?:!doctype html|html|head|title|body)", re.I)
SAFE_CONTROLS = (9, 10, 12, 13, 27)

_TO_ROOT = re.compile(
    r"<\?xml\s[^>]*\?>(?:\s+|<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*<[^<>!?][^<>]*>", re.DOTALL
)
_ENCODING = re.compile(r"\s+encoding\s*=\s*(['\"])[^'\"]*\1")


def document_reader(path: str, build: Build, *, sure: bool) -> Callable[[SampleResult], str]:
    """Make what gives the text of a sample's body as a document.

    Warns once that most have none, where it is `sure` that it will be asked for.
    """
    most = as_whole(DEFAULT_LIMIT)(build.properties.get("document.max_size", ""))
    if sure and not build.kept.setdefault("documents", False):
        build.kept["documents"] = True
        problem = "as in JMeter without tika-app.jar, only XML has a text as a document"
        build.fault(path, problem, "look at the text of the response", fatal=False)
    return lambda result: document_text(result.body, most)


def document_text(body: bytes, most: int = DEFAULT_LIMIT) -> str:
    """Give the text of a document, or what JMeter says in its place; `most` characters, all of them for 0 and less."""
    if not body:
        return NO_BYTES
    xml = as_xml(body)
    if xml is not None:
        text = xml_text(xml)
        if text is None:
            return BAD_XML
        return text if most <= 0 or len(text) <= most else TOO_LONG.format(most)
    return NO_ENCODING if is_text(body) else NO_PARSER


def as_xml(body: bytes) -> bytes | None:
    """Give a body without byte order mark if it is XML whose root can be read, and not HTML; else None."""
    if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        body = _ENCODING.sub("", body.decode("utf-16", "replace"), count=1).encode("utf-8", "replace")
    body = body.removeprefix(BOM_UTF8)
    head = _TO_ROOT.match(body[:LOOKED_AT].decode("latin-1"))
    if head is None:
        return None
    from lxml import etree

    parser: Any = etree.XMLPullParser(("start",), resolve_entities=True, no_network=True, load_dtd=False)
    try:
        parser.feed(body[: head.end()])
        tags = [element.tag for _, element in parser.read_events()]
    except etree.XMLSyntaxError:
        return None
    return body if tags and tags[0] != "html" else None


def xml_text(body: bytes) -> str | None:
    """Give the text of XML as Tika does, with a blank before each element; None for what is broken."""
    root = parsed(body, entities=True)
    if root is None:  # entities of a DTD that is elsewhere are left out
        root = parsed(body, entities=False) if b"<!DOCTYPE" in body[:LOOKED_AT] else None
    return None if root is None else "".join(texts(root)) + "\n"


def parsed(body: bytes, *, entities: bool) -> Any:
    """Parse XML; None where it is broken."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=entities, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None


def texts(root: Any) -> Iterator[str]:
    """Walk through all texts of an element, but for its comments."""
    yield f" {root.text or ''}"
    within = [(root, iter(root))]
    while within:
        element, children = within[-1]
        child = next(children, None)
        if child is None:
            within.pop()
            if within:
                yield element.tail or ""
        elif isinstance(child.tag, str):
            yield f" {child.text or ''}"
            within.append((child, iter(child)))
        else:
            yield child.tail or ""


def is_text(body: bytes) -> bool:
    """Tell whether a body is text for Tika. Mirrors its TextStatistics, and the most usual of its signs."""
    if body.startswith((BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)) or HTML.search(body[:64]):
        return True
    if body.startswith(OTHERS):
        return False
    counted = Counter(body[:LOOKED_AT])
    counts = [counted[byte] for byte in range(256)]
    safe = sum(counts[byte] for byte in SAFE_CONTROLS)
    unsafe, total = sum(counts[:32]) - safe, sum(counts)
    if unsafe * 100 < total * 2 and (sum(counts[32:128]) + safe) * 100 > total * 90:
        return True
    leading = [sum(counts[0xC0:0xE0]), sum(counts[0xE0:0xF0]), sum(counts[0xF0:0xF8])]
    expected = sum(number * count for number, count in enumerate(leading, 1))
    good = sum(counts[32:128]) + sum(leading)
    return good > 0 and expected - 3 <= sum(counts[0x80:0xC0]) <= expected and unsafe * 100 < good * 2
