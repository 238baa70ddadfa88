"""Result files: Simple Data Writer and every other listener that JMeter keeps as a ResultCollector."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Listener
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User


@element(
    "ResultCollector",
    "kg.apc.jmeter.vizualizers.CorrectedResultCollector",
    "kg.apc.jmeter.vizualizers.CompositeResultCollector",
    "kg.apc.jmeter.reporters.FlexibleFileWriter",
)
class ResultCollector(Listener):
    """Writes the samples in its scope to its file; one without a file shows them in JMeter's window alone."""

    def prepare(self, node: Node, build: Build) -> None:
        self.file = build.result_files.of(node) if build.result_files is not None else None
        self.reads_body = self.file is not None and self.file.reads_body
        self.reads_assertions = self.file is not None and self.file.reads_assertions

    def add(self, user: User, result: SampleResult) -> None:
        if self.file is not None:
            self.file.add(user, result)
