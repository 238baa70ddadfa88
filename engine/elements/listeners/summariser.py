"""Generate Summary Results: counts the samples in its scope; the controller writes the lines (client/summary)."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Listener
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User


@element("Summariser")
class Summariser(Listener):
    """Counts into the summary of its name; those of one name count together."""

    def prepare(self, node: Node, build: Build) -> None:
        self.tallies = build.result_files.summary_of(node) if build.result_files is not None else None

    def add(self, user: User, result: SampleResult) -> None:
        if self.tallies is not None:
            self.tallies.add(user, result)
