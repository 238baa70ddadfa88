"""A plan's build and a user, on which texts are evaluated."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import pyjm.engine.functions
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.registry import discover
from pyjm.engine.shared.cells import Cells

discover(pyjm.engine.functions)

VARIABLES = {"a": "A", "n": "1", "x_1": "X1", "empty": "", "c": "p,q", "num": "42", "name": "Bob", "tpl": "<${a}>"}


class Desk:
    """Evaluates texts, each compiled once, for one user after another."""

    def __init__(self, base: Path) -> None:
        self.build = Build({"k": "kv", "blank": ""}, Cells(), base, plan_name="plan.jmx")
        self.user = self.another("Users 1-1", 0)

    def another(self, name: str, number: int) -> Any:
        """Make one more user."""
        return SimpleNamespace(
            vars=dict(VARIABLES, o=7, f=1.5, list=["p", "q"]),
            name=name,
            number=number,
            group=SimpleNamespace(name=name.rpartition(" ")[0], variables=dict(VARIABLES)),
            state={},
            step=None,
            previous=None,
        )

    def twin(self) -> Desk:
        """Make the same for another process of the same run."""
        twin = Desk(self.build.base)
        twin.build.cells = self.build.cells
        return twin

    def text(self, raw: str) -> str:
        """Evaluate a text for the first user."""
        return self.build.value(raw, "Test Plan > here").get(self.user)

    def faults(self, raw: str) -> list[str]:
        """Compile a text and tell the faults that stop the run."""
        self.build.faults.clear()
        self.build.value(raw, "Test Plan > here")
        return [str(fault) for fault in self.build.faults if fault.fatal]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
