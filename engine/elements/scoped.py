"""What an extractor looks at: the sample, its sub-samples, both, or a variable. Mirrors AbstractScopedTestElement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.compile.value import Value
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult

LEVELS = 3
"""How deep sub-samples of sub-samples are looked at."""


def scope_of(node: Node, build: Build) -> Value[str]:
    """Read the scope of an extractor: parent, children, all or variable."""
    return build.value(node.text("Sample.scope", "parent"), node.path)


def samples_in(scope: str, result: SampleResult) -> list[SampleResult]:
    """Give the samples that a scope means."""
    if scope == "parent" or (scope == "all" and not result.sub_results):
        return [result]
    found = [result] if scope == "all" else []
    if scope in ("children", "all"):
        found += result.sub_results or []
        _descend(result, found, LEVELS)
    return found


def _descend(result: SampleResult, found: list[SampleResult], level: int) -> None:
    for sub in result.sub_results or ():
        found += sub.sub_results or []
        if level > 0:
            _descend(sub, found, level - 1)
