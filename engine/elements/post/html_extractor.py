"""CSS Selector Extractor. Mirrors HtmlExtractor, JSoupExtractor and JoddExtractor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text, whole
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.css import compile_css
from pyjm.engine.elements.css_scan import CssError
from pyjm.engine.elements.csselly import compile_csselly
from pyjm.engine.elements.html_page import attribute_of, parse_page, text_of
from pyjm.engine.elements.lagarto_page import lagarto_page
from pyjm.engine.elements.matches import save_matches
from pyjm.engine.elements.sources import Source
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")


class Reading(NamedTuple):
    """How one implementation reads a page and finds elements in it, and what their text and their attributes are.

    `compile` raises CssError for what is no selector.
    """

    page: Callable[[str], Any]
    compile: Callable[[str], Callable[[Any], Sequence[Any]]]
    text: Callable[[Any], str]
    attribute: Callable[[Any, str], str | None]


JSOUP = Reading(parse_page, compile_css, text_of, attribute_of)
JODD = Reading(
    lagarto_page,
    compile_csselly,
    lambda node: java_trim(node.text()),
    lambda node, name: node.attributes.get(name.lower()),
)
READINGS = {"": JSOUP, "JSOUP": JSOUP, "JODD": JODD}


class Pages:
    """The pages of the present sample, read once for all extractors in this process.

    As in JMeter, all that look at variables share the first one's page, and all others that of the first sample seen,
    each implementation for itself.
    """

    def __init__(self) -> None:
        self.result: SampleResult | None = None
        self.pages: dict[tuple[Reading, bool], Any] = {}

    def page(self, result: SampleResult, reading: Reading, of_variable: bool, body: str) -> Any:
        """Give the page of the first text that an extractor looks at."""
        if self.result is not result:
            self.result, self.pages = result, {}
        if (reading, of_variable) not in self.pages:
            self.pages[reading, of_variable] = reading.page(body)
        return self.pages[reading, of_variable]


@element("HtmlExtractor")
class HtmlExtractor(PostProcessor):
    """Extracts texts or attributes of what a CSS selector finds."""

    reference = text("HtmlExtractor.refname")
    expression = text("HtmlExtractor.expr")
    attribute = text("HtmlExtractor.attribute")
    match_number = whole("HtmlExtractor.match_number")
    default = text("HtmlExtractor.default")
    empty_default = flag("HtmlExtractor.default_empty_value")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.source = Source(node, build, "", self.variable)
        self.reads_body = self.source.reads_body
        self.pages: Pages = build.kept.setdefault("HtmlExtractor", Pages())
        self.implementation = node.text("HtmlExtractor.extractor_impl")
        self.reading = READINGS.get(self.implementation)
        selector = self.expression.constant
        if self.reading is None:
            build.fault(node.path, f"unknown implementation {self.implementation!r}; nothing is extracted", fatal=False)
        elif selector is not None:
            try:
                self.reading.compile(selector)
            except CssError as error:
                build.fault(node.path, f"the CSS selector {selector!r} can't be used: {error}", fatal=False)

    def after(self, user: User, result: SampleResult) -> None:
        variables, name = user.vars, self.reference.get(user)
        number, default = self.match_number.get(user), self.default.get(user)
        selector, attribute = self.expression.get(user), self.attribute.get(user)
        if default or self.empty_default.get(user):
            variables[name] = default
        try:
            found = self.found(user, result, selector, attribute, number)
        except CssError as error:
            log.warning("%s: Error while generating result. %s", self.name, error)
            return
        save_matches(variables, name, found, number)

    def found(self, user: User, result: SampleResult, selector: str, attribute: str, number: int) -> list[Any]:
        """Give all matches, no more than `number` if it is one; raises CssError."""
        found: list[Any] = []
        reading = self.reading
        of_variable = self.source.scope.get(user) == "variable"
        by_attribute = bool(attribute.strip())
        for at, body in enumerate(self.source.texts(user, result)):
            if of_variable and not body:
                break
            if reading is None:
                raise CssError(f"Extractor implementation:{self.implementation} is unknown")
            page = reading.page(body) if at else self.pages.page(result, reading, of_variable, body)
            for each in reading.compile(selector)(page):
                if 0 < number == len(found):
                    break
                found.append(reading.attribute(each, attribute) if by_attribute else reading.text(each))
            if 0 < number == len(found):
                break
        return found
