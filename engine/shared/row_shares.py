"""How the rows of data files are divided among the servers of a fleet: the policies, and who gets which row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

from .division import Deal
from .handout import Ask, Handout
from .marks import Marks

DATA_SETS = ("CSVDataSet", "com.blazemeter.jmeter.RandomCSVDataSetConfig")
"""Kinds of elements that give users rows of a file."""

COPY, SPLIT, BLOCK, UNIQUE = "copy", "split", "block", "unique"
POLICIES = (COPY, SPLIT, BLOCK, UNIQUE)

LEAST = 16
"""Near the end of a file a block is no smaller than this part of what was asked for."""


def share_of(policy: str, rows: int, place: int, servers: int, weights: Sequence[int] = ()) -> Sequence[int]:
    """Give the rows, numbered from 0, of the server at a place: every one, every n-th, or one of n equal parts.

    With the servers' `weights` the parts are as large as those, and rows are dealt out as the users of a divided load.
    """
    if len(weights) != servers or len(set(weights)) < 2:
        weights = ()
    if policy == SPLIT:
        return Dealt(Deal(place, weights), rows) if weights else range(place, rows, servers)
    if policy == BLOCK and weights:
        total, before = sum(weights), sum(weights[:place])
        return range(rows * before // total, rows * (before + weights[place]) // total)
    if policy == BLOCK:
        return range(rows * place // servers, rows * (place + 1) // servers)
    return range(rows)


class Dealt(Sequence[int]):
    """The numbers below a limit that are one server's."""

    def __init__(self, deal: Deal, limit: int) -> None:
        self._deal = deal
        self._count = deal.count(limit)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> list[int]: ...

    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self._deal.nth(each) for each in range(*at.indices(self._count))]
        if not -self._count <= at < self._count:
            raise IndexError(at)
        return self._deal.nth(at % self._count)


def block_size(wanted: int, left: int, askers: int, rows: int | None = None) -> int:
    """Give how many of the rows that are left one gets who asks: fewer near the end, so that all end together.

    `rows` is how many the file has. Of a small one nobody gets so many that others get none who ask later.
    """
    fair = -(-left // (2 * max(1, askers)))
    least = wanted // LEAST
    if rows is not None:
        least = min(least, rows // (2 * max(1, askers)))
    return min(left, wanted, max(fair, least, 1))


def policy_of(rules: Mapping[str, str], *names: str) -> str:
    """Give the policy of a file: the rule of one of its names, or of the last part of one, or that of all files (`""`).

    The names are the one that the plan comes to, and the one as it is written.
    """
    for name in names:
        for part in (name, re.split(r"[\\/]", name)[-1]):
            if part and part in rules:
                return rules[part]
    return rules.get("", COPY)


@dataclass(slots=True)
class RowShares:
    """What an engine knows of it. `rules` are policies by a file's name (`""`: all others).

    `place` of so many `servers` is told before the test begins. `folder` is where a worker notes which rows were used,
    `ask` how it asks for rows. Neither is there in the parent, which compiles the plan for its faults alone. `seed` is
    the same on all servers; so are the servers' `weights`, where the load is divided.
    """

    rules: Mapping[str, str]
    seed: int = 0
    place: int = 0
    servers: int = 1
    weights: Sequence[int] = ()
    worker: int = 0
    folder: Path | None = None
    ask: Ask | None = None
    handouts: dict[str, Handout] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Tell whether users may have to wait for a row."""
        return UNIQUE in self.rules.values()

    def share(self, policy: str, rows: int) -> Sequence[int]:
        """Give this server's rows."""
        return share_of(policy, rows, self.place, self.servers, self.weights)

    def handout(self, key: str, rows: int, *, recycle: bool) -> Handout:
        """Give what this worker is handed of a file."""
        assert self.ask is not None
        if key not in self.handouts:
            self.handouts[key] = Handout(key, rows, recycle, self.ask)
        return self.handouts[key]

    def given(self, key: str, first: int, end: int) -> None:
        """Take rows that were asked for."""
        if key in self.handouts:
            self.handouts[key].given(first, end)

    def marks_of(self, key: str, policy: str, rows: int, order: int = 0) -> Marks:
        """Give what notes which rows of a file this worker has used; `order` is the seed of their order, 0 for none."""
        assert self.folder is not None
        if key not in self.marks:
            self.marks[key] = Marks(self.folder, self.worker, (key, policy, rows, order))
        return self.marks[key]
