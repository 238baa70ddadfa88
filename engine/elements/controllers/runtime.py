"""Runtime Controller. Mirrors RunTime."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyjm.engine.compile.element import PlanController, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.clock import now_ns
from pyjm.engine.vu.flow import AGAIN, REPEAT, SPINS, Again, Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User


class RuntimeCursor(Cursor):
    """Where one user stands in a Runtime Controller. `since_ns` is when this run of passes began, 0 for not yet."""

    __slots__ = ("seconds", "since_ns", "turn", "waits")

    asks_anew = True

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        seconds: Callable[[User], int],
    ) -> None:
        self.seconds = seconds
        self.since_ns = 0
        self.turn = 0
        self.waits = False
        super().__init__(user, children, listeners)

    def is_done(self) -> bool:
        """Tell whether it is over for good; one without time or children always is."""
        return self.done or not self.children or self.seconds(self.user) <= 0

    @property
    def passes(self) -> int:
        return self.turn + 1

    def next(self) -> Next:
        for _ in range(SPINS):
            if not self.since_ns:
                self.since_ns = now_ns()
            if not self.waits and self.over():  # who waits its turn in a section below is not called back
                self.restart()
                self.reset()
                return None
            step = super().next()
            if step is not REPEAT:
                self.waits = isinstance(step, Again) and step is not AGAIN
                return step
        return AGAIN

    def over(self) -> bool:
        """Tell whether its time is over, in whole seconds as JMeter counts them."""
        return (now_ns() - self.since_ns) // 1_000_000_000 >= self.seconds(self.user)

    def end_of_pass(self) -> Next:
        self.restart()
        if self.over():
            self.reset()
            return None
        return REPEAT

    def restart(self) -> None:
        self.first = True
        self.current = 0
        self.turn += 1

    def reset(self) -> None:
        """Begin to count time and passes anew."""
        self.turn = 0
        self.since_ns = 0
        self.waits = False

    def cut_pass(self) -> None:
        super().cut_pass()
        self.reset()


@element("RunTime")
class RuntimeController(PlanController):
    """Gives out its children again and again for so many seconds."""

    seconds = whole("RunTime.seconds", bits=64, by_text=True)

    def cursor(self, user: User) -> RuntimeCursor:
        return self.kind(RuntimeCursor)(user, self.cursors(user), self.listeners, self.seconds.get)
