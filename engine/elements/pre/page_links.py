"""The links and forms of a page, and which of them a request is meant to follow. Mirrors HtmlParsingUtils."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyjm.engine.elements.regex import compile_regex, matches
from pyjm.engine.elements.samplers.http_arguments import URL_CHARSET, Argument
from pyjm.engine.elements.samplers.http_changes import decoded_argument, split_query
from pyjm.engine.elements.samplers.http_escapes import query_escape, unescape
from pyjm.engine.elements.tidy.node import Broken, Node
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.redirect import relative
from pyjm.engine.http.url import Url, parse_url

log = logging.getLogger("pyjm.pre")

FIELDS = frozenset(("input", "textarea", "option"))


@dataclass
class Link:
    """Where a link leads, or what a form sends."""

    url: Url
    is_form: bool = False
    arguments: list[Argument] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The arguments as the pattern of a request is held against them; raises WireError for a broken escape."""
        parts = []
        for each in self.arguments:
            name, value, sign = (text.constant or "" for text in (each.name, each.value, each.metadata))
            if each.encode.constant:
                name, value = query_escape(name), query_escape(value)
            parts.append(name + sign + value)
        return unescape("&".join(parts), URL_CHARSET)


@dataclass
class Wanted:
    """What a request says of the link that it is to follow: texts, or regular expressions for the whole of them."""

    protocol: str
    domain: str
    path: str
    names: list[str]
    java: bool

    def fits(self, link: Link) -> bool:
        """Tell whether it means a link; raises RegexError, and WireError for a link's broken escape."""
        query = link.query
        if not same(link.url.protocol, self.protocol, self.java):
            return False
        if self.domain and not same(link.url.host, self.domain, self.java):
            return False
        path = link.url.path.replace(" ", "%20")
        if path != self.path and not matches(compile_regex("[/]*" + self.path, self.java), path, self.java):
            return False
        return all(f"{name}=" in query or compile_regex(name, self.java).search(query) for name in self.names)


def same(text: str, pattern: str, java: bool) -> bool:
    """Tell whether a text is, or matches, another; raises RegexError."""
    return text == pattern or matches(compile_regex(pattern, java), text, java)


def links_of(text: str, address: str) -> Iterator[Link]:
    """Find links, forms and frames of a page, in this order.

    Raises WireError for a base without an address, and for a page by which JTidy breaks.
    """
    page = _read(text[max(text.find("<"), 0) :])
    base = next((node for node in page if node.element == "base"), None)
    place = _value(base, "href") if base is not None else ""
    if place is None:
        raise WireError("java.lang.NullPointerException", "a base without href")
    try:
        start = parse_url(address)
    except WireError as error:
        log.warning("Bad URL %s", error)
        return
    around = relative(place, start) if base is not None else start
    yield from _references(page, "a", "href", around)
    yield from _forms(page, start)
    yield from _references(page, "frame", "src", around)


def _read(text: str) -> list[Node]:
    """Give the elements of a page."""
    from pyjm.engine.elements.tidy.cleaning import all_nodes
    from pyjm.engine.elements.tidy.page import read_page  # loaded with the first page: most plans have none

    try:
        page = read_page(text.encode("utf-8", "replace"))
    except Broken as error:
        raise WireError("java.lang.NullPointerException", str(error)) from None
    if page.document is None:
        raise WireError("java.lang.NullPointerException", "a page without a tree")
    return [node for node in all_nodes(page.document) if node.is_start]


def _value(element: Node, name: str) -> str | None:
    """Give the value of an attribute, for one without a value its name; None if there is none."""
    found = element.attribute(name)
    if found is None:
        return None
    return name if found.value is None else found.value


def _references(page: list[Node], tag: str, attribute: str, around: Url) -> Iterator[Link]:
    for element in page:
        address = _value(element, attribute) if element.element == tag else None
        if address is not None and not (tag == "a" and address.startswith("javascript:")):
            link = _link(address, around)
            if link is not None:
                yield link


def _link(address: str, around: Url, *, is_form: bool = False) -> Link | None:
    try:
        url = relative(address, around)
    except WireError as error:
        log.warning("Bad URL %s", error)
        return None
    found = split_query(url.query or "")
    arguments = [Argument.made(name, value, sign, encode=False) for name, sign, value in found]
    return Link(url, is_form, arguments)


def _forms(page: list[Node], around: Url) -> list[Link]:
    """Find forms. What follows a form belongs to it, up to one that leads nowhere."""
    forms: list[Link] = []
    inside = False
    for element in page:
        if element.element == "form":
            action = _value(element, "action")
            form = _link(action, around, is_form=True) if action is not None else None
            inside = form is not None
            if form is not None:
                forms.append(form)
        elif inside and element.element in FIELDS:
            try:
                forms[-1].arguments.append(decoded_argument(*_field(element)))
            except WireError as error:
                log.warning("Some bad HTML: %s", error)
    return forms


def _field(element: Node) -> tuple[str, str]:
    """Give the name and the value of a field."""
    name, value = _value(element, "name") or "", _value(element, "value") or ""
    if element.element == "textarea":
        value = element.first.text if element.first is not None else ""
    elif element.element == "option":
        around = element.parent
        while around is not None and around.element != "select":
            around = around.parent
        name = (_value(around, "name") or "") if around is not None else ""
    return name, value
