"""XPath Extractor. Mirrors XPathExtractor."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_whole
from pyjm.engine.elements.markup import MarkupError, TidyError, parse, tidied, warn_of_dtds
from pyjm.engine.elements.matches import prepare_nodes, save_nodes
from pyjm.engine.elements.sources import Source
from pyjm.engine.elements.tidy.tree import Tree
from pyjm.engine.elements.xpath1 import XPathError, compile_xpath, evaluate, in_page, texts
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")


class NodeExtractor(PostProcessor):
    """Sets variables to what is found in XML; what is wrong with it becomes an assertion's failure."""

    reference: Value[str]
    default: Value[str]
    variable = text("Scope.variable")

    def after(self, user: User, result: SampleResult) -> None:
        variables, name = user.vars, self.reference.get(user)
        before = prepare_nodes(variables, name, self.default.get(user))
        try:
            found = self.found(user, result)
        except (MarkupError, XPathError) as error:
            log.warning("%s: %s", self.path, error)
            said = AssertionResult(self.name, f"{error}\nSee log file for further details.")
            result.add_assertion(said)
            if isinstance(error, TidyError):
                result.success = False
            return
        save_nodes(variables, name, found, before)

    def found(self, user: User, result: SampleResult) -> list[str | None]:
        """Give the texts of all that is found in what is in scope; raises MarkupError and XPathError."""
        raise NotImplementedError(type(self).__name__)


@element("XPathExtractor")
class XPathExtractor(NodeExtractor):
    """Extracts what an XPath expression finds in XML, or in HTML with "tolerant"."""

    reference = text("XPathExtractor.refname")
    query = text("XPathExtractor.xpathQuery")
    default = text("XPathExtractor.default")
    tolerant = flag("XPathExtractor.tolerant")
    namespaces = flag("XPathExtractor.namespace")
    fragment = flag("XPathExtractor.fragment")
    quiet = flag("XPathExtractor.quiet", True)
    report_errors = flag("XPathExtractor.report_errors")

    def prepare(self, node: Node, build: Build) -> None:
        self.source = Source(node, build, "", self.variable)
        self.reads_body = self.source.reads_body
        number = node.text("XPathExtractor.matchNumber", "-1")
        self.match_number = build.value(number, node.path).map(as_whole(0))
        warn_of_dtds(node, build, "XPathExtractor.download_dtds")
        if self.query.constant is not None:
            try:
                compile_xpath(self.query.constant)
            except XPathError as error:
                problem = f"the XPath expression {self.query.constant!r} can't be used: {error}"
                build.fault(node.path, problem, fatal=False)

    def found(self, user: User, result: SampleResult) -> list[str | None]:
        query, number, fragment = self.query.get(user), self.match_number.get(user), self.fragment.get(user)
        tolerant, namespaces = self.tolerant.get(user), self.namespaces.get(user)
        all_found: list[str | None] = []
        for body in self.source.texts(user, result):
            if body or self.source.scope.get(user) != "variable":
                data = body.encode("utf-8", "replace")
                tree = self.tidied(user, data) if tolerant else None
                root = parse(data, namespaces=namespaces) if tree is None else tree.root
                asked = query if tree is None else in_page(query)
                nodes = evaluate(root, asked, namespaces=namespaces or tolerant)
                all_found += texts(nodes, fragment=fragment, number=number, tree=tree)
        return all_found

    def tidied(self, user: User, data: bytes) -> Tree:
        """Read a page; raises MarkupError."""
        return tidied(data, quiet=self.quiet.get(user), report_errors=self.report_errors.get(user))
