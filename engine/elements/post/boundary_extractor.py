"""Boundary Extractor. Mirrors BoundaryExtractor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.matches import save_matches
from pyjm.engine.elements.sources import Source
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("BoundaryExtractor")
class BoundaryExtractor(PostProcessor):
    """Extracts what stands between two texts."""

    reference = text("BoundaryExtractor.refname")
    left = text("BoundaryExtractor.lboundary")
    right = text("BoundaryExtractor.rboundary")
    match_number = whole("BoundaryExtractor.match_number")
    default = text("BoundaryExtractor.default")
    empty_default = flag("BoundaryExtractor.default_empty_value")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.source = Source(node, build, "BoundaryExtractor.useHeaders", self.variable)
        self.reads_body = self.source.reads_body
        self.throws = not self.reference.constant

    def after(self, user: User, result: SampleResult) -> None:
        variables, name = user.vars, self.reference.get(user)
        if not name:
            raise ValueError(f"One of the mandatory properties is missing in Boundary Extractor:{self.name}")
        default = self.default.get(user)
        if default.strip() or self.empty_default.get(user):
            variables[name] = default
        number = self.match_number.get(user)
        left, right = self.left.get(user), self.right.get(user)
        if number > 0 and self.source.scope.get(user) == "variable" and not (left and right):
            number = 1  # a variable has one match then, whichever is asked for
        found = [match for text in self.source.texts(user, result) for match in between(text, left, right)]
        save_matches(variables, name, found, number)


def between(text: str, left: str, right: str) -> Iterator[str]:
    """Give what stands between two texts; an empty one stands for the start or the end."""
    if not text.strip():
        return
    if not left and not right:
        yield text
        return
    if not left:
        if right in text:
            yield text[: text.index(right)]
        return
    if not right:
        if left in text:
            yield text[text.index(left) + len(left) :]
        return
    at = text.find(left)
    while at >= 0:
        begin = at + len(left)
        end = text.find(right, begin)
        if end < 0:
            return
        yield text[begin:end]
        at = text.find(left, begin)
