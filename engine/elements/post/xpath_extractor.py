"""XPath Extractor. Mirrors XPathExtractor."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import as_whole
from pyjm.engine.elements.markup import MarkupError, XPathError, compile_xpath, evaluate, parse, texts
from pyjm.engine.elements.sources import Source
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

from .regex_extractor import count_of

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")


@element("XPathExtractor")
class XPathExtractor(PostProcessor):
    """Extracts what an XPath expression finds in XML, or in HTML with "tolerant"."""

    reference = text("XPathExtractor.refname")
    query = text("XPathExtractor.xpathQuery")
    default = text("XPathExtractor.default")
    tolerant = flag("XPathExtractor.tolerant")
    namespaces = flag("XPathExtractor.namespace")
    fragment = flag("XPathExtractor.fragment")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.source = Source(node, build, "", self.variable)
        self.reads_body = self.source.reads_body
        number = node.text("XPathExtractor.matchNumber", "-1")
        self.match_number = build.value(number, node.path).map(as_whole(0))
        if node.flag("XPathExtractor.report_errors"):
            build.fault(node.path, "failing a sample for what Tidy reports is not supported", "do not report errors")
        if self.query.constant is not None:
            try:
                compile_xpath(self.query.constant)
            except XPathError as error:
                problem = f"the XPath expression {self.query.constant!r} can't be used: {error}"
                build.fault(node.path, problem, fatal=False)

    def after(self, user: User, result: SampleResult) -> None:
        variables, name = user.vars, self.reference.get(user)
        variables[name] = self.default.get(user)
        before = count_of(variables.get(f"{name}_matchNr"))
        variables[f"{name}_matchNr"] = "0"
        variables.pop(f"{name}_1", None)
        try:
            found = self.found(user, result)
        except (MarkupError, XPathError) as error:
            log.warning("%s: %s", self.path, error)
            said = AssertionResult(self.name, f"{error}\nSee log file for further details.")
            result.add_assertion(said)
            return
        variables[f"{name}_matchNr"] = str(len(found))
        if found and found[0] is not None:
            variables[name] = found[0]
        for at, value in enumerate(found, 1):
            if value is not None:
                variables[f"{name}_{at}"] = value
        for at in range(len(found) + 1, max(before, len(found) + 1) + 1):
            variables.pop(f"{name}_{at}", None)

    def found(self, user: User, result: SampleResult) -> list[str | None]:
        """Give the texts of all that is found in what is in scope."""
        query, number, fragment = self.query.get(user), self.match_number.get(user), self.fragment.get(user)
        tolerant, namespaces = self.tolerant.get(user), self.namespaces.get(user)
        all_found: list[str | None] = []
        for body in self.source.texts(user, result):
            if body or self.source.scope != "variable":
                root = parse(body, namespaces=namespaces, tolerant=tolerant)
                found = texts(evaluate(root, query), fragment=fragment, number=number)
                all_found += ["" if value is None else value for value in found] if tolerant else found
        return all_found
