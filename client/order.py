"""What the user asked for, and that it can't be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyjm.engine.plan.faults import Fault

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What the user asked for: `hosts` are the servers as written, None for a run on this machine.

    `standbys` are further servers, which take the place of lost ones.
    """

    plan: str
    log_file: str | None = None
    hosts: Sequence[str] | None = None
    delete_results: bool = False
    exit_servers: bool = False
    standbys: Sequence[str] = ()


class Refused(Exception):
    """The run can't begin: the lines that say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def refused(plan: str, faults: Sequence[Fault]) -> Refused:
    """Say all faults of a plan at once."""
    if len(faults) == 1:
        return Refused(f"An error occurred: {faults[0]}")
    first = f"An error occurred: {plan} can't run, {len(faults)} things are wrong with it:"
    return Refused(first, *(f"  {fault}" for fault in faults))
