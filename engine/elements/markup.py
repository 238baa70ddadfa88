"""Bodies as trees of XML. Mirrors XPathUtil.makeDocument.

lxml is loaded when a plan first needs it: workers without such elements do without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .tidy.node import Broken
from .tidy.tree import Tree, tree_of
from .xml_faults import MarkupError, fault_in, without_unknown_entities
from .xml_reading import reader_of

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node

__all__ = ["MarkupError", "parse", "read", "strict", "tidied", "warn_of_dtds"]

NAMESPACE_ERRORS = range(200, 206)
"""libxml2's, for prefixes that are not bound and the like."""

ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)")

UNDECLARED = (26, 27)
"""libxml2's, for an entity that is not declared, here or by an external DTD."""

BOM = "\ufeff"
"""Java's parser leaves it out where it reads bytes, and takes it for content where it reads text."""


class TidyError(MarkupError):
    """A page that has errors, where that matters. Mirrors TidyException."""


class BytesError(MarkupError):
    """Bytes that are no text: an IOException to Java."""


def parse(data: bytes, *, namespaces: bool) -> Any:
    """Give the root element of a body; raises MarkupError. Without `namespaces` elements have their local names."""
    root = strict(read(data), namespaces=namespaces)
    return root if namespaces else without_namespaces(root)


def read(data: bytes) -> str:
    """Decode XML in the encoding that it names; raises MarkupError in Java's words."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    named = ENCODING.match(data)
    name = named[1].decode().lower() if named else "utf-8"
    if name.startswith("utf-16"):
        raise MarkupError("Content is not allowed in prolog.")
    try:
        return data.decode(name).removeprefix(BOM)
    except LookupError:
        assert named
        raise MarkupError(f'Invalid encoding name "{named[1].decode()}".') from None
    except UnicodeDecodeError as error:
        first = data[error.start]
        size = next((size for size, begin in ((4, 0xF0), (3, 0xE0), (2, 0xC0)) if first >= begin), 1)
        at = 1 if error.reason == "invalid start byte" else error.end - error.start + 1
        raise BytesError(f"Invalid byte {at} of {1 if at == 1 else size}-byte UTF-8 sequence.") from None


def strict(body: str, *, namespaces: bool = True, allows_doctype: bool = True) -> Any:
    """Parse XML; raises MarkupError. Nothing outside the body is read."""
    from lxml import etree

    data = body.encode("utf-8", "surrogatepass")
    try:
        root = etree.fromstring(data, reader_of(body))
        suspicious = body.startswith(BOM) or not (allows_doctype or root.getroottree().docinfo.internalDTD is None)
        fault = fault_in(body, namespaces=namespaces, allows_doctype=allows_doctype) if suspicious else None
    except etree.XMLSyntaxError as error:
        fault = fault_in(body, namespaces=namespaces, allows_doctype=allows_doctype)
        data = without_unknown_entities(body).encode("utf-8", "surrogatepass")
        code = getattr(error, "code", 0)
        if fault is None and code not in UNDECLARED and (namespaces or code not in NAMESPACE_ERRORS):
            fault = MarkupError(error.msg or "", *error.position)
        root = etree.fromstring(data, reader_of(body, recover=True)) if fault is None else None
    if fault is not None:
        raise fault
    return root


def tidied(data: bytes, *, quiet: bool, report_errors: bool) -> Tree:
    """Read a page as JTidy does; raises TidyError, and MarkupError for one by which JTidy breaks.

    If it is quiet, errors are not looked at.
    """
    from .tidy.page import read_page  # loaded with the first page: most plans have none

    try:
        page = read_page(data, is_xml=data.startswith(b"<?xml"), cleans=True)
    except Broken as error:
        raise MarkupError(str(error)) from None
    if report_errors and not quiet and page.errors > 0:
        raise TidyError(f"tidy: {page.errors} errors, {page.warnings} warnings")
    tree = tree_of(page.document) if page.document is not None else None
    if tree is None:
        raise MarkupError("the page has no element")
    return tree


def warn_of_dtds(node: Node, build: Build, key: str) -> None:
    """Say before the run that no DTD is fetched, where a plan wants that."""
    if node.flag(key):
        problem = "DTDs outside of a document are not fetched: they are read as empty"
        build.fault(node.path, problem, "declare what is needed in the document itself", fatal=False)


def without_namespaces(root: Any) -> Any:
    """Take all elements out of the default namespace; those with a prefix keep it in their names, as JMeter's do."""
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag[0] == "{" and node.prefix is None:
            node.tag = node.tag.partition("}")[2]
    return root
