"""Texts with `${…}` that the controller needs before any user runs: the names of result files."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyjm.engine.functions
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.registry import discover
from pyjm.engine.plan.faults import Fault
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cells
from pyjm.properties import Settings


class Early:
    """Evaluates with the properties and the plan's own variables, as JMeter's PreCompiler does."""

    def __init__(self, root: Node, plan: Path, settings: Settings) -> None:
        discover(pyjm.engine.functions)
        self.build = Build(
            properties=settings.jmeter,
            cells=Cells(),
            base=plan.parent,
            plan_name=plan.name,
            system=settings.system,
        )
        self.vars: dict[str, str] = {}
        self.user = cast(Any, SimpleNamespace(vars=self.vars, number=0, name="", previous=None, state={}))
        arguments = root.child("TestPlan.user_defined_variables")
        for argument in arguments.items("Arguments.arguments") if arguments is not None else []:
            if isinstance(argument, Node):
                value = self.value(argument.text("Argument.value"), root.path)
                self.vars[argument.text("Argument.name") or argument.name] = value

    def value(self, text: str, path: str) -> str:
        """Evaluate a text; what needs a running user is a fault."""
        try:
            return self.build.value(text, path).get(self.user)
        except AttributeError:
            problem = f"{text!r} names a result file before the test starts and can't use what only a user has"
            self.build.faults.append(Fault(path, problem))
            return text
