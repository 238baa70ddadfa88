"""Constant Throughput Timer. Mirrors ConstantThroughputTimer."""

from __future__ import annotations

from math import floor, inf, isfinite
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import wall_ms

from .uniform_random import as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyjm.engine.shared.cells import Cell
    from pyjm.engine.shared.division import Deal, Dividing
    from pyjm.engine.vu.user import User

THIS_USER, ALL, GROUP, ALL_SHARED, GROUP_SHARED = range(5)
WRITTEN = (
    "this thread only",
    "all active threads",
    "all active threads in current thread group",
    "all active threads (shared)",
    "all active threads in current thread group (shared)",
)
"""The modes as old plans write them."""

LONGEST_MS = 10 * 365 * 24 * 3600 * 1000
"""Stands for ever: a throughput of 0 waits for the end of the test."""


@element("ConstantThroughputTimer")
class ConstantThroughputTimer(Timer):
    """Delays samples so that so many a minute begin: of each user, of a group, or of all."""

    mode_text = text("calcMode", "0")

    def prepare(self, node: Node, build: Build) -> None:
        self.per_minute = build.value(node.text("throughput", "0"), node.path).map(as_number)
        self.mode = self.mode_text.map(mode_of)
        mode = self.mode.constant
        if mode is None:
            build.fault(node.path, "the mode of a Constant Throughput Timer must be fixed", "choose one of the list")
        elif not 0 <= mode < len(WRITTEN):
            build.fault(node.path, f"there is no mode {mode} of a Constant Throughput Timer", "choose one of the list")
        self.cells = build.cells
        self.interval: Callable[[User, int], float] = self.interval_ms
        if build.dividing is not None:
            part = PartOfThroughput(self, build.dividing)
            self.interval = part.interval_ms
            self.shared_by: set[int] = set()
            if mode == ALL_SHARED:
                self.shared_by = build.kept.setdefault("throughput timers of all", self.shared_by)

    def delay(self, user: User) -> float:
        delay_ms = self.rest_ms(user, wall_ms())
        return min(delay_ms, LONGEST_MS) / 1000

    def rest_ms(self, user: User, now_ms: int) -> float:
        """Tell how long to wait until the next sample is due; one that is late is due at once."""
        due_ms = user.state.get(self, 0) + self.interval(user, now_ms)
        if now_ms > due_ms:
            user.state[self] = now_ms
            return 0
        user.state[self] = due_ms
        return float(due_ms - now_ms)

    def interval_ms(self, user: User, now_ms: int) -> float:
        """Tell the time from the user's last sample to the next one."""
        each_ms, mode = self.each_ms(user), self.mode.constant
        if mode in (ALL_SHARED, GROUP_SHARED):
            return shared_rest(self.cell(user), rounded(each_ms), now_ms)
        in_group, in_all = user.counts()
        users = in_all if mode == ALL else in_group if mode == GROUP else 1
        return rounded(users * each_ms)

    def each_ms(self, user: User) -> float:
        """Tell the time from one sample to the next."""
        per_minute = self.per_minute.get(user)
        return 60_000 / per_minute if per_minute else inf

    def cell(self, user: User) -> Cell:
        """Give the instant that was promised last to any user of the test, or of the group, in wall milliseconds."""
        of_all = self.mode.constant == ALL_SHARED
        return self.cells.cell("throughput timer" if of_all else f"throughput timer {user.group.index}")


class PartOfThroughput:
    """One server's part of a timer's throughput, where servers divide the load.

    In the shared modes all have the same instants in common, and each takes its own of them. In the other modes each
    server knows how many of the users are its own.
    """

    def __init__(self, timer: ConstantThroughputTimer, dividing: Dividing) -> None:
        self.timer = timer
        self.dividing = dividing

    def interval_ms(self, user: User, now_ms: int) -> float:
        """Tell the time from the user's last sample to the next one."""
        timer, mode, own = self.timer, self.timer.mode.constant, user.group.index
        if mode == THIS_USER or not self.dividing.divides(own):
            return timer.interval_ms(user, now_ms)
        deal = self.dividing.of_groups(self.groups(own)) or self.dividing.deal
        if mode in (ALL_SHARED, GROUP_SHARED):
            return self.shared_rest(timer.cell(user), deal, own if mode == GROUP_SHARED else -1, user, now_ms)
        users = user.counts()[mode == ALL]
        return rounded(users * deal.cycle / len(deal.own) * timer.each_ms(user))

    def groups(self, own: int) -> Iterable[int]:
        """Tell whose users the throughput is of; `own` is the group of the user that asks."""
        if self.timer.mode.constant == ALL:
            return range(len(self.dividing.groups))
        return self.timer.shared_by if self.timer.mode.constant == ALL_SHARED else (own,)

    def shared_rest(self, cell: Cell, deal: Deal, group: int, user: User, now_ms: int) -> float:
        """Promise this server's next instant, and tell how long it is until then."""
        each_ms = rounded(self.timer.each_ms(user))
        if not isfinite(each_ms):
            return each_ms
        turns = self.timer.cells.cell(f"throughput timer {group} turns")
        with cell.held():
            last_ms = cell.get() or now_ms - int(each_ms)
            promised_ms = max(now_ms, last_ms + int(each_ms) * (deal.skipped(turns.add()) + 1))
            cell.set(promised_ms)
        return promised_ms - now_ms


def shared_rest(cell: Cell, each_ms: float, now_ms: int) -> float:
    """Promise the next instant of those that all users share, and tell how long it is until then."""
    if not isfinite(each_ms):
        return each_ms
    with cell.held():
        promised_ms = max(now_ms, cell.get() + int(each_ms))
        cell.set(promised_ms)
    return max(0, promised_ms - now_ms)


def rounded(number: float) -> float:
    """Round as Java's Math.round does."""
    return floor(number + 0.5) if isfinite(number) else number


def mode_of(text: str) -> int:
    """Read the mode: its number, or its name in an old plan; what is neither is that of this user alone."""
    if text in WRITTEN:
        return WRITTEN.index(text)
    mode = whole_number(text, 32)
    return THIS_USER if mode is None else mode
