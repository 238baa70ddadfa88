"""User Defined Variables and those of the Test Plan: evaluated once per test, before any thread starts.

Mirrors JMeter's PreCompiler: in written order over the whole tree, wherever they stand. Values of one element do not
see each other, they see those of the elements before; of two with one name in an element the first counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User


def pairs_of(written: Node | None, build: Build) -> list[tuple[Value[str], Value[str]]]:
    """Compile the names and values of a written Arguments element."""
    if written is None:
        return []
    return [
        (build.value(item.text("Argument.name"), written.path), build.value(item.text("Argument.value"), written.path))
        for item in written.items("Arguments.arguments")
        if isinstance(item, Node) and item.enabled
    ]


class Definitions(Config):
    """Defines variables once per test."""

    pairs: list[tuple[Value[str], Value[str]]]

    def define(self, user: User) -> None:
        """Evaluate the variables and set them for a user, all at once."""
        evaluated: dict[str, str] = {}
        for name, value in self.pairs:
            key = name.get(user)
            if key not in evaluated:
                evaluated[key] = value.get(user)
        user.vars.update(evaluated)


@element("Arguments")
class Arguments(Definitions):
    """User Defined Variables."""

    def prepare(self, node: Node, build: Build) -> None:
        self.pairs = pairs_of(node, build)


@element("TestPlan")
class PlanVariables(Definitions):
    """The Test Plan's own variables."""

    def prepare(self, node: Node, build: Build) -> None:
        self.pairs = pairs_of(node.child("TestPlan.user_defined_variables"), build)
