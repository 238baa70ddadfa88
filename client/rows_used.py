"""What became of the rows of each divided file: used, never used, used twice, or handed to a server that is lost."""

from __future__ import annotations

import base64
import binascii
import logging
import random
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyjm.engine.results.batch import Used
from pyjm.engine.shared.division import UNIQUE, share_of
from pyjm.engine.shared.marks import added

log = logging.getLogger("pyjm.client.rows")

Blocks = Mapping[str, Mapping[int, Sequence[tuple[int, int]]]]
"""By file and server, what was handed out: from the first row up to before the end, counted over all rounds."""


@dataclass(slots=True)
class FileUse:
    """One file: how often each row was used, as the servers tell that are not lost; `order` as in `Used`."""

    policy: str
    rows: int
    order: int
    marks: bytes


@dataclass(frozen=True, slots=True)
class Sums:
    """The rows of a file, each in one of the first three; `twice` are among the used ones."""

    used: int
    never: int
    unknown: int
    twice: int

    def line(self, name: str, policy: str) -> str:
        """Say it."""
        unknown = f", {self.unknown} handed out, unknown" if self.unknown else ""
        return f"{name} ({policy}): {self.used} rows used, {self.never} never used, {self.twice} used twice{unknown}"


@dataclass(slots=True)
class Account:
    """What servers tell. `names` are the divided files of the plan with their policies; `places` those of servers."""

    names: Mapping[str, str]
    servers: int = 1
    places: dict[int, int] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    files: dict[str, FileUse] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    def add(self, server: int, used: Iterable[Used]) -> None:
        """Take what one server has used, once."""
        if server in self.told:
            return
        for key, policy, rows, order, packed in used:
            self.told.add(server)
            file = self.files.setdefault(key, FileUse(policy, rows, order, bytes(rows)))
            try:
                file.marks = added(file.marks, zlib.decompress(base64.b85decode(packed)))
            except (ValueError, binascii.Error, zlib.error) as error:
                log.error("%s: what a server tells of its rows doesn't fit to what others do: %s", key, error)

    def lines(self, blocks: Blocks) -> Iterator[str]:
        """Give a line for each file."""
        silent = self.lost - self.told
        for key, handed in blocks.items():
            if key not in self.files and any(server in silent for server in handed):
                rows = sum(end - first for server in silent for first, end in handed.get(server, ()))
                yield f"{key} ({UNIQUE}): {rows} rows handed out, unknown"
        for key, file in sorted(self.files.items()):
            yield self.sums(key, file, blocks.get(key, {}), silent).line(key, file.policy)
        known = [*self.files, *blocks]
        for name, policy in self.names.items():
            if not any(key == name or key.startswith(f"{name}, ") for key in known):
                yield f"{name} ({policy}): " + ("nothing is known of its rows" if silent else "no row was used")

    def sums(
        self, key: str, file: FileUse, handed: Mapping[int, Sequence[tuple[int, int]]], silent: set[int]
    ) -> Sums:
        """Count the rows of a file; those of a lost server that nobody else used are unknown."""
        unknown = bytearray(file.rows)
        for server in silent:
            if file.policy == UNIQUE:
                for first, end in handed.get(server, ()):
                    for row in rows_of(first, end, file):
                        unknown[row] = 1
            elif server in self.places:
                for row in share_of(file.policy, file.rows, self.places[server], self.servers):
                    unknown[row] = 1
        unused = file.marks.count(0)
        lost = sum(1 for row, mark in enumerate(file.marks) if not mark and unknown[row])
        return Sums(file.rows - unused, unused - lost, lost, file.marks.count(2))


def rows_of(first: int, end: int, file: FileUse) -> Iterator[int]:
    """Give the rows that numbers counted over all rounds stand for."""
    for number in range(first, end):
        round_, place = divmod(number, file.rows)
        yield order_of(file.rows, file.order + round_)[place] if file.order else place


_ORDER: dict[tuple[int, int], array[int]] = {}


def order_of(rows: int, seed: int) -> array[int]:
    """Give the order of a round, as the Random CSV Data Set makes it."""
    if (rows, seed) not in _ORDER:
        _ORDER.clear()
        _ORDER[rows, seed] = array("q", range(rows))
        random.Random(seed).shuffle(_ORDER[rows, seed])
    return _ORDER[rows, seed]
