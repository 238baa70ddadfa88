"""ForEach Controller. Mirrors ForeachController."""

from __future__ import annotations

from collections.abc import Sequence

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PlanController, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.flow import REPEAT, Cursor, IteratingCursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User

from .loop_names import index_key, named

LARGEST = 2**31 - 1


class ForEachCursor(IteratingCursor):
    """Where one user stands in a ForEach Controller.

    Whoever asks whether it is done sets the output variable by that, as in JMeter: after the last loop the controller
    around it does, to the first of the inputs.
    """

    __slots__ = ("element", "turn")

    asks_anew = True

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        index_key: str,
        element: ForEachController,
    ) -> None:
        self.element = element
        super().__init__(user, children, listeners, index_key)
        self.turn = element.start.get(user)

    @property
    def index(self) -> int:
        return self.turn

    def is_done(self) -> bool:
        """Tell whether it is over; sets the output variable where it is not."""
        if self.turn >= self.element.end.get(self.user):
            return True
        value = self.user.vars.get(self.measured_input())
        if value is None:
            return self.done
        self.user.vars[self.element.output.get(self.user)] = value
        return False

    @property
    def passes(self) -> int:
        return self.turn + 1

    def input(self) -> str:
        """Name the variable of the next loop."""
        element, user = self.element, self.user
        separator = "_" if element.separated.get(user) else ""
        return f"{element.input.get(user)}{separator}{self.turn + 1}"

    def measured_input(self) -> str:
        """Name it where JMeter works the text out once before, for its length alone."""
        self.element.input.get(self.user)
        return self.input()

    def refuses(self) -> bool:
        if self.breaking or self.user.vars.get(self.measured_input()) is None:
            self.breaking = False
            self.restart()
            self.reset_loops()
            return True
        return False

    def end_of_pass(self) -> Next:
        self.restart()
        missing = self.breaking or self.user.vars.get(self.input()) is None
        if missing or self.turn >= self.element.end.get(self.user):
            self.breaking = False
            self.reset_loops()
            return None
        return REPEAT

    def restart(self) -> None:
        self.first = True
        self.current = 0
        self.turn += 1

    def reset_loops(self) -> None:
        self.turn = self.element.start.get(self.user)

    def initialize(self) -> None:
        super().initialize()
        self.reset_loops()

    def cut_pass(self) -> None:
        self.restart()
        self.reset_loops()


@element("ForeachController")
class ForEachController(PlanController):
    """Gives out its children once for each of a row of variables: `input_1`, `input_2` …"""

    input = text("ForeachController.inputVal")
    output = text("ForeachController.returnVal")
    separated = flag("ForeachController.useSeparator", True)
    read_anew = frozenset({"input", "output"})

    def prepare(self, node: Node, build: Build) -> None:
        start = node.text("ForeachController.startIndex")
        self.start = self.reads(build.value(start, node.path).map(as_whole(0)))
        # one that is missing is no limit, any that is there and no number is 0
        end = node.text("ForeachController.endIndex", str(LARGEST))
        self.end = self.reads(build.value(end, node.path).map(as_whole(0)))

    def pass_start(self, user: User) -> None:
        """Begin with the first variable in each pass of the controller around it."""
        cursor = user.cursor(self)
        assert isinstance(cursor, ForEachCursor)
        cursor.restart()
        cursor.reset_loops()

    def cursor(self, user: User) -> ForEachCursor:
        key = index_key(self.label, user)
        kind = named(self.kind(ForEachCursor), self.label)
        return kind(user, self.cursors(user), self.listeners, key, self)
