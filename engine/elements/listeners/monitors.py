"""Plugin listeners that measure other machines: without a file they show what they find in JMeter's window alone."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Listener
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User


@element(
    "kg.apc.jmeter.perfmon.PerfMonCollector",
    "kg.apc.jmeter.dbmon.DbMonCollector",
    "kg.apc.jmeter.jmxmon.JMXMonCollector",
)
class MonitorCollector(Listener):
    """Does nothing; one that is to write a file is refused. They drop the samples of the test."""

    def prepare(self, node: Node, build: Build) -> None:
        if node.text("filename"):
            problem = "pyjm does not measure other machines, so there is nothing to write into its file"
            build.fault(node.path, problem, "remove the file name, or disable the element")

    def add(self, user: User, result: SampleResult) -> None:
        """Drop it."""
