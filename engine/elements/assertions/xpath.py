"""XPath Assertion. Mirrors XPathAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.markup import BytesError, MarkupError, TidyError, parse, read, tidied, warn_of_dtds
from pyjm.engine.elements.xml_validity import check_validity, drop_blanks, mark_sections
from pyjm.engine.elements.xpath1 import XPathError, compile_xpath, evaluate, in_page
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("XPathAssertion")
class XPathAssertion(Assertion):
    """Fails a sample in which an XPath expression finds nothing, or something."""

    content = ""

    query = text("XPath.xpath", "/")
    negated = flag("XPath.negate")
    tolerant = flag("XPath.tolerant")
    namespaces = flag("XPath.namespace")
    scope = text("Assertion.scope", "parent")
    quiet = flag("XPath.quiet", True)
    report_errors = flag("XPath.report_errors")
    variable = text("Scope.variable")
    validates = flag("XPath.validate")
    drops_blanks = flag("XPath.whitespace")

    def prepare(self, node: Node, build: Build) -> None:
        warn_of_dtds(node, build, "XPath.download_dtds")
        if self.query.constant is not None:
            try:
                compile_xpath(self.query.constant)
            except XPathError as error:
                problem = f"the XPath expression {self.query.constant!r} can't be used: {error}"
                build.fault(node.path, problem, fatal=False)

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        data = result.body
        if self.scope.get(user) == "variable":
            data = str(user.vars.get(self.variable.get(user)) or "").encode("utf-8", "replace")
        if not data:
            return AssertionResult(self.name, "Response was null")
        namespaces, tolerant = self.namespaces.get(user), self.tolerant.get(user)
        try:
            root = self.tidied(user, data) if tolerant else self.parsed(user, data, namespaces=namespaces)
        except TidyError as error:
            return AssertionResult(self.name, str(error), failure=False, error=True)
        except MarkupError as error:
            kind = "IOException" if isinstance(error, BytesError) else "SAXException"
            return AssertionResult(self.name, f"{kind}: {error}", failure=False, error=True)
        query, negated = self.query.get(user), self.negated.get(user)
        try:
            found = evaluate(root, in_page(query) if tolerant else query, namespaces=namespaces or tolerant)
        except XPathError as error:
            said = f"TransformerException: {error} for: {query}"
            return AssertionResult(self.name, said, failure=False, error=True)
        return self.judge(query, found, negated)

    def parsed(self, user: User, data: bytes, *, namespaces: bool) -> Any:
        """Read XML; raises MarkupError, which says where something is wrong if the text is to be valid."""
        validates, drops = self.validates.get(user), self.drops_blanks.get(user)
        if not validates and not drops:
            return parse(data, namespaces=namespaces)
        body = read(data)
        if validates:
            try:
                check_validity(body, namespaces=namespaces)
            except MarkupError as error:
                place = f"; lineNumber: {error.line}; columnNumber: {error.column}" if error.line else ""
                raise MarkupError(f"org.xml.sax.SAXParseException{place}; {error}") from None
        if not drops:
            return parse(data, namespaces=namespaces)
        root = parse(mark_sections(data), namespaces=namespaces)
        drop_blanks(root, body)
        return root

    def tidied(self, user: User, data: bytes) -> Any:
        """Read a page; raises MarkupError."""
        return tidied(data, quiet=self.quiet.get(user), report_errors=self.report_errors.get(user)).root

    def judge(self, query: str, found: object, negated: bool) -> AssertionResult | None:
        """Say what was found; JMeter says it of good samples too."""
        if isinstance(found, list):
            wrong = bool(found) is negated
            if not found:
                return AssertionResult(self.name, f"No Nodes Matched {query}", failure=wrong)
            said = "Specified XPath was found... Turn off negate if this is not desired"
            return AssertionResult(self.name, said) if wrong else None
        if isinstance(found, bool):
            said = f"Nodes Matched for {query}" if negated else f"No Nodes Matched for {query}"
            return AssertionResult(self.name, said, failure=found is negated)
        return AssertionResult(self.name, f"Cannot understand: {query}")
