"""What is wrong with a plan, found before the run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where in the plan (`Test Plan > users > GET /`), what is wrong, what would mend it.

    `fatal` is false where JMeter itself runs on: then it is a warning, unless pyjm.strict=true.
    """

    path: str
    problem: str
    remedy: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        text = f"{self.path}: {self.problem}" if self.path else self.problem
        return f"{text} ({self.remedy})" if self.remedy else text


class PlanError(Exception):
    """A plan that can't run: carries all its faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults
