"""Throughput Controller. Mirrors ThroughputController: it decides when a pass of the controller around it begins."""

from __future__ import annotations

from collections.abc import Sequence

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PlanController, flag, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.division import Turns
from pyjm.engine.vu.flow import Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User

BY_NUMBER, BY_PERCENT = 0, 1


class ThroughputCursor(Cursor):
    """Where one user stands in a Throughput Controller. `runs` says whether it takes part in the present pass."""

    __slots__ = ("element", "executions", "rounds", "runs")

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        element: ThroughputController,
    ) -> None:
        self.element = element
        self.executions = 0
        self.rounds = 0
        self.runs = False
        super().__init__(user, children, listeners)

    def is_done(self) -> bool:
        """Tell whether it will never run again: the numbers decide."""
        element, user = self.element, self.user
        if not self.children:
            return True
        style = element.style.get(user)
        if style == BY_NUMBER:
            most = element.most.get(user)
            return most == 0 or (self.executed() >= most and self.current >= len(self.children))
        return style == BY_PERCENT and element.percent.get(user) == 0

    def executed(self) -> int:
        """Tell how often it ran: for this user, or for all."""
        return self.executions if self.element.per_user.get(self.user) else self.element.executions.get()

    def next(self) -> Next:
        return super().next() if self.runs else None

    def decide(self) -> None:
        """Decide for the pass that begins."""
        element, user = self.element, self.user
        if element.per_user.get(user):
            self.runs = element.wants(user, self.executions, self.rounds)
            self.executions += self.runs
            self.rounds += 1
        else:
            self.runs = element.of_all(user)


@element("ThroughputController")
class ThroughputController(PlanController):
    """Gives out its children in a part of the passes, or in the first so many, of each user or of all together."""

    style = whole("ThroughputController.style")
    per_user = flag("ThroughputController.perThread")

    def prepare(self, node: Node, build: Build) -> None:
        most = build.value(node.text("ThroughputController.maxThroughput", "1"), node.path)
        self.most = self.reads(most.map(as_whole(1)))
        percent = build.value(node.text("ThroughputController.percentThroughput", "100"), node.path)
        self.percent = self.reads(percent.map(percent_or_all))
        place = f"{node.number}:{node.path}"
        self.executions = build.cells.cell(f"throughput executions:{place}")
        self.rounds = build.cells.cell(f"throughput rounds:{place}")
        self.of_all = self.round_of_all
        if build.dividing is not None:
            self.turns = Turns(build.dividing, build.cells, f"throughput:{place}")
            self.shared_by = self.turns.groups
            self.of_all = self.round_of_part

    def wants(self, user: User, executions: int, rounds: int) -> bool:
        """Tell whether it takes part in the next pass after so many."""
        if self.style.get(user) == BY_NUMBER:
            return executions < self.most.get(user)
        return (100.0 * executions + 50.0) / (rounds + 1) < self.percent.get(user)

    def round_of_all(self, user: User) -> bool:
        """Decide for the next pass of all users."""
        with self.rounds.held():
            return self.round(user)

    def round_of_part(self, user: User) -> bool:
        """Decide for the next pass of all users of all servers that divide the load, behind those of the others."""
        with self.rounds.held():
            for _ in range(self.turns.skip(user.group.index)):
                self.round(user)
            return self.round(user)

    def round(self, user: User) -> bool:
        """Decide for one pass and count it; the cell is held."""
        executions, rounds = self.executions.get(), self.rounds.get()
        runs = self.wants(user, executions, rounds)
        self.executions.set(executions + runs)
        self.rounds.set(rounds + 1)
        return runs

    def pass_start(self, user: User) -> None:
        """Decide whether to take part in the pass that begins."""
        cursor = user.cursor(self)
        assert isinstance(cursor, ThroughputCursor)
        cursor.decide()

    def cursor(self, user: User) -> ThroughputCursor:
        return self.kind(ThroughputCursor)(user, self.cursors(user), self.listeners, self)


def percent_or_all(text: str) -> float:
    """Read the percentage; what is no number is 100."""
    try:
        return float(text.strip().rstrip("fFdD")) if "_" not in text else 100.0
    except ValueError:
        return 100.0
