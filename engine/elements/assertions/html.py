"""HTML Assertion: it counts what JTidy finds fault with, which nothing but JTidy does. Mirrors HTMLAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import AssertionResult, SampleResult
    from pyjm.engine.vu.user import User


@element("HTMLAssertion")
class HtmlAssertion(Assertion):
    """Is refused."""

    def prepare(self, node: Node, build: Build) -> None:
        problem = "the errors and warnings of JTidy, a Java library of 2001, can't be counted without it"
        build.fault(node.path, problem, "disable it, or check with an XML, CSS Selector or Response Assertion")

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        raise NotImplementedError(type(self).__name__)
