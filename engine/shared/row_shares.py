"""How the rows of data files are divided among the servers of a fleet: the policies, and who gets which row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .handout import Ask, Handout
from .marks import Marks

DATA_SETS = ("CSVDataSet", "com.blazemeter.jmeter.RandomCSVDataSetConfig")
"""Kinds of elements that give users rows of a file."""

COPY, SPLIT, BLOCK, UNIQUE = "copy", "split", "block", "unique"
POLICIES = (COPY, SPLIT, BLOCK, UNIQUE)

LEAST = 16
"""Near the end of a file a block is no smaller than this part of what was asked for."""


def share_of(policy: str, rows: int, place: int, servers: int) -> range:
    """Give the rows, numbered from 0, of the server at a place: every one, every n-th, or one of n equal parts."""
    if policy == SPLIT:
        return range(place, rows, servers)
    if policy == BLOCK:
        return range(rows * place // servers, rows * (place + 1) // servers)
    return range(rows)


def block_size(wanted: int, left: int, askers: int) -> int:
    """Give how many of the rows that are left one gets who asks: fewer near the end, so that all end together."""
    fair = -(-left // (2 * max(1, askers)))
    return min(left, wanted, max(fair, wanted // LEAST, 1))


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
    the same on all servers.
    """

    rules: Mapping[str, str]
    seed: int = 0
    place: int = 0
    servers: int = 1
    worker: int = 0
    folder: Path | None = None
    ask: Ask | None = None
    handouts: dict[str, Handout] = field(default_factory=dict)
    marks: dict[str, Marks] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Tell whether users may have to wait for a row."""
        return UNIQUE in self.rules.values()

    def share(self, policy: str, rows: int) -> range:
        """Give this server's rows."""
        return share_of(policy, rows, self.place, self.servers)

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
