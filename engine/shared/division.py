"""One load over several servers: which numbers of a row 0, 1, 2, … are whose. Pure functions of the servers' weights.

All servers count the same rows (users, arrivals, values of a counter) and each takes its own, so that together they
have each number exactly once, in the order in which one machine would have had them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from math import gcd

from .cells import Cell, Cells

MOST_CYCLE = 20_000
"""The longest row of owners that is worked out before it repeats itself."""

_SEEDS = 1 << 47


@dataclass(frozen=True, slots=True)
class Division:
    """One server's part of a run as it is told: its place, the weights of all, and what chance begins with for all."""

    index: int
    weights: tuple[int, ...]
    seed: int

    @classmethod
    def from_plain(cls, values: Mapping[str, object]) -> Division:
        """Take it from plain values; raises ValueError, TypeError or KeyError for what is none."""
        weights, index, seed = values["weights"], values["index"], values["seed"]
        if not isinstance(weights, (list, tuple)) or not isinstance(index, int) or not isinstance(seed, int):
            raise TypeError("a division of another form")
        made = cls(index, tuple(map(int, weights)), seed)
        if not 0 <= index < len(made.weights) or min(made.weights) < 1 or sum(made.weights) > MOST_CYCLE:
            raise ValueError("a division that divides nothing")
        return made


def owners(weights: Sequence[int]) -> Sequence[int]:
    """Deal the numbers of one cycle, as many as the weights' sum; gives whose each is.

    Of the first n numbers, for any n, each has its exact part rounded down or up. Where the weights are equal, they
    take turns. Tijdeman's algorithm (The chairman assignment problem, 1980): of those whose turn has come, it is the
    one's that must not wait any longer.
    """
    there = [(weight, index) for index, weight in enumerate(weights) if weight]
    total = sum(weights)
    if len(there) == 1:
        return [there[0][1]] * total
    slack = 2 * len(there) - 2
    waiting: list[tuple[int, int, int]] = []
    ready: list[tuple[int, int, int]] = []
    for weight, index in there:
        heappush(waiting, (_first_turn(0, weight, total, slack), index, 0))
    row = []
    for turn in range(1, total + 1):
        while waiting and waiting[0][0] <= turn:
            _, index, number = heappop(waiting)
            last = ((number + 1) * slack - 1) * total // (slack * weights[index]) + 1
            heappush(ready, (last, index, number + 1))
        _, index, number = heappop(ready)
        row.append(index)
        heappush(waiting, (_first_turn(number, weights[index], total, slack), index, number))
    return row


def _first_turn(number: int, weight: int, total: int, slack: int) -> int:
    return -(-(number * slack + 1) * total // (slack * weight))


class Deal:
    """What of a row of numbers is one server's. Numbers count from 0, its own as well."""

    def __init__(self, index: int, weights: Sequence[int]) -> None:
        shared = gcd(*weights)
        self.index = index
        self.weights = tuple(weight // shared for weight in weights)
        self.cycle = sum(self.weights)
        self.own = _rows(self.weights)[index]

    def has(self, number: int) -> bool:
        """Tell whether a number is its own."""
        return self.count(number + 1) > self.count(number)

    def count(self, numbers: int) -> int:
        """Tell how many of the first so many are its own."""
        cycles, rest = divmod(numbers, self.cycle)
        return cycles * len(self.own) + bisect_left(self.own, rest)

    def nth(self, number: int) -> int:
        """Give its n-th own number."""
        cycles, rest = divmod(number, len(self.own))
        return cycles * self.cycle + self.own[rest]

    def skipped(self, number: int) -> int:
        """Tell how many numbers of others stand between its n-th and the one before, or the beginning."""
        return self.nth(number) - (self.nth(number - 1) + 1 if number else 0)


@lru_cache(maxsize=64)
def _rows(weights: tuple[int, ...]) -> Sequence[Sequence[int]]:
    """Give each server's own numbers of one cycle."""
    rows: list[list[int]] = [[] for _ in weights]
    for number, owner in enumerate(owners(weights)):
        rows[owner].append(number)
    return rows


@dataclass(frozen=True, slots=True)
class Divided:
    """One thread group: the place of its first user in the row of all users; users None where only the run can tell.

    `passes` is how many iterations each user makes, 0 where that is not known. Not divided: each server has it whole.
    """

    first: int
    users: int | None
    passes: int = 0
    divided: bool = True


class Dividing:
    """The division of a compiled plan. `groups` are there once it is compiled.

    `functions` have the path in the plan of what is shared by all users that come by there, and the set of their
    groups.
    """

    def __init__(self, division: Division) -> None:
        self.division = division
        self.deal = Deal(division.index, division.weights)
        self.groups: list[Divided] = []
        self.functions: list[tuple[str, set[int]]] = []
        self._deals: dict[tuple[frozenset[int], bool], Deal | None] = {}

    def seed(self, number: int) -> int:
        """Give a seed, above 0: another one for each number, the same on all servers."""
        return (self.division.seed + number * 0x9E3779B97F4A7C15) % _SEEDS + 1

    def divides(self, group: int) -> bool:
        """Tell whether the users of a group are dealt out."""
        return self.groups[group].divided

    def of_groups(self, groups: Iterable[int], *, passes: bool = False) -> Deal | None:
        """Deal out what users of these groups do, by how many of those each server has; None where nothing is divided.

        With `passes` it is what each of them does once an iteration. Where their number is not known, or too odd, the
        weights of the servers count.
        """
        key = frozenset(groups), passes
        if key not in self._deals:
            self._deals[key] = self._deal_of([self.groups[group] for group in sorted(key[0])], passes=passes)
        return self._deals[key]

    def _deal_of(self, groups: Sequence[Divided], *, passes: bool) -> Deal | None:
        groups = [group for group in groups if group.divided]
        if not groups:
            return None
        known = passes and all(group.passes for group in groups)
        weights = [0] * len(self.division.weights)
        for group in groups:
            if group.users is None:
                return self.deal
            for index, users in enumerate(self.users_of(group.first, group.users)):
                weights[index] += users * (group.passes if known else 1)
        shared = gcd(*weights)
        if not weights[self.division.index] or sum(weights) // shared > MOST_CYCLE:
            return self.deal
        return Deal(self.division.index, weights)

    def users_of(self, first: int, users: int) -> list[int]:
        """Tell how many of a group's users each server has."""
        deals = [Deal(index, self.division.weights) for index in range(len(self.division.weights))]
        return [deal.count(first + users) - deal.count(first) for deal in deals]


class Turns:
    """Of something that all users of a test do in turn, such as to count: which turns are this server's.

    `groups` are those whose users take part. Users of groups that each server has whole take the next turn there is:
    they do so equally often on each server, so that the others go on behind them as on one machine.
    """

    def __init__(self, dividing: Dividing, cells: Cells, name: str) -> None:
        self.dividing = dividing
        self.taken: Cell = cells.cell(f"{name} turns")
        self.groups: set[int] = set()

    def skip(self, group: int) -> int:
        """Take a turn for a user of a group; gives how many turns of other servers come before it."""
        if not self.dividing.divides(group):
            return 0
        deal = self.dividing.of_groups(self.groups, passes=True)
        return deal.skipped(self.taken.add()) if deal is not None else 0
