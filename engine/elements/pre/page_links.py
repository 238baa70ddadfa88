"""The links and forms of a page, and which of them a request is meant to follow. Mirrors HtmlParsingUtils."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyjm.engine.elements.html_page import parse_page
from pyjm.engine.elements.regex import compile_regex, matches
from pyjm.engine.elements.samplers.http_arguments import URL_CHARSET, Argument
from pyjm.engine.elements.samplers.http_changes import decoded_argument, split_query
from pyjm.engine.elements.samplers.http_escapes import query_escape, unescape
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.redirect import relative
from pyjm.engine.http.url import Url, parse_url

log = logging.getLogger("pyjm.pre")

UNSAFE = re.compile("[^\x00-\x7e]")


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
    """Find links, forms and frames of a page, in this order; raises WireError for a base without an address."""
    page = parse_page(text[max(text.find("<"), 0) :])
    base = next(page.iter("base"), None)
    if base is not None and base.get("href") is None:
        raise WireError("java.lang.NullPointerException", "a base without href")
    try:
        start = parse_url(address)
    except WireError as error:
        log.warning("Bad URL %s", error)
        return
    around = relative(base.get("href"), start) if base is not None else start
    yield from _references(page, "a", "href", around)
    yield from _forms(page, start)
    yield from _references(page, "frame", "src", around)


def _references(page: Any, tag: str, attribute: str, around: Url) -> Iterator[Link]:
    for element in page.iter(tag):
        address = element.get(attribute)
        if address is not None and not (tag == "a" and address.startswith("javascript:")):
            link = _link(address, around)
            if link is not None:
                yield link


def _link(address: str, around: Url, *, is_form: bool = False) -> Link | None:
    safe = UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", address.replace("\\", "/"))
    try:
        url = relative(safe, around)
    except WireError as error:
        log.warning("Bad URL %s", error)
        return None
    found = split_query(url.query or "")
    arguments = [Argument.made(name, value, sign, encode=False) for name, sign, value in found]
    return Link(url, is_form, arguments)


def _forms(page: Any, around: Url) -> list[Link]:
    """Find forms. What follows a form belongs to it, but a field right in the body is put into a form of its own."""
    forms: list[Link] = []
    inside = False
    for element in page.iter("form", "input", "textarea", "select", "option"):
        if element.tag == "form":
            form = _link(element.get("action"), around, is_form=True) if element.get("action") is not None else None
            inside = form is not None
            if form is not None:
                forms.append(form)
        elif element.getparent().tag == "body":
            inside = False
        elif inside and element.tag != "select":
            name, value = element.get("name", ""), element.get("value", "")
            if element.tag == "textarea":
                value = element.text or ""
            elif element.tag == "option":
                choice = next(element.iterancestors("select"), None)
                name = "" if choice is None else choice.get("name", "")
            try:
                forms[-1].arguments.append(decoded_argument(name, value))
            except WireError as error:
                log.warning("Some bad HTML: %s", error)
    return forms
