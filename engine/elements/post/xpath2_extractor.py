"""XPath2 Extractor. Mirrors XPath2Extractor."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.scoped import samples_in
from pyjm.engine.elements.sources import Source
from pyjm.engine.elements.xpath2 import compile_xpath2, document, report_broken, texts_found
from pyjm.engine.plan.tree import Node

from .xpath_extractor import NodeExtractor

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")


@element("XPath2Extractor")
class XPath2Extractor(NodeExtractor):
    """Extracts what an XPath 3.1 expression finds in XML."""

    reference = text("XPathExtractor2.refname")
    query = text("XPathExtractor2.xpathQuery")
    default = text("XPathExtractor2.default")
    fragment = flag("XPathExtractor2.fragment")
    namespaces = text("XPathExtractor2.namespaces")
    match_number = whole("XPathExtractor2.matchNumber")

    def prepare(self, node: Node, build: Build) -> None:
        self.source = Source(node, build, "", self.variable)
        self.reads_body = self.source.reads_body
        report_broken(node, build, self.query, self.namespaces)

    def found(self, user: User, result: SampleResult) -> list[str | None]:
        number, query = self.match_number.get(user), self.query.get(user)
        fragment, namespaces = self.fragment.get(user), self.namespaces.get(user)
        if self.source.scope.get(user) == "variable":
            bodies = [body for body in self.source.texts(user, result) if body]
        else:  # as many times as there are samples in scope, but always in the sample itself
            bodies = [result.text] * len(samples_in(self.source.scope.get(user), result))
        found: list[str | None] = []
        for body in bodies:
            if not query:
                log.warning("%s: the XPath expression is empty", self.path)
                continue
            expression = compile_xpath2(query, namespaces)
            found += texts_found(document(body), expression, number, fragment=fragment)
        return found
