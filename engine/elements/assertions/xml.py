"""XML Assertion: fails a sample whose body is no XML. Mirrors XMLAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Assertion
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.markup import MarkupError, strict
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("XMLAssertion")
class XmlAssertion(Assertion):
    """Fails a sample whose body is no XML, or has a DOCTYPE."""

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.text:
            return AssertionResult(self.name, "Response was null")
        try:
            strict(result.text, namespaces=False, allows_doctype=False)
        except MarkupError as error:
            return AssertionResult(self.name, str(error), error=True)
        return None
