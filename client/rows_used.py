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
from pyjm.engine.shared.marks import added
from pyjm.engine.shared.row_shares import UNIQUE, share_of

from .rows_book import Handed

log = logging.getLogger("pyjm.client.rows")

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
    """What servers tell. `names` are the divided files of the plan with their policies; `places` those of servers
    with these `weights`, where the load is divided."""

    names: Mapping[str, str]
    servers: int = 1
    weights: Sequence[int] = ()
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

    def lines(self, handed: Mapping[str, Handed]) -> Iterator[str]:
        """Give a line for each file; `handed` are those whose rows were handed out."""
        silent = self.lost - self.told
        files = {key: FileUse(UNIQUE, file.rows, 0, bytes(file.rows)) for key, file in handed.items()} | self.files
        for key, file in sorted(files.items()):
            yield self.sums(file, handed.get(key), silent).line(key, file.policy)
        for name, policy in self.names.items():
            if not any(key == name or key.startswith(f"{name}, ") for key in files):
                yield f"{name} ({policy}): " + ("nothing is known of its rows" if silent else "no row was used")

    def sums(self, file: FileUse, handed: Handed | None, silent: set[int]) -> Sums:
        """Count the rows of a file; those that a lost server has not told to be used, nor anybody else, are unknown."""
        used, unknown = bytearray(file.rows), bytearray(file.rows)
        for server in silent:
            if handed is not None:
                for asker, blocks in handed.blocks.items():
                    for number, was_used in blocks.rows() if asker[0] == server else ():
                        row = row_of(number, file)
                        used[row] = min(2, used[row] + was_used)
                        unknown[row] |= not was_used
            elif file.policy != UNIQUE and server in self.places:
                for row in share_of(file.policy, file.rows, self.places[server], self.servers, self.weights):
                    unknown[row] = 1
        marks = added(file.marks, bytes(used))
        unused = marks.count(0)
        lost = sum(1 for mark, may_be in zip(marks, unknown) if may_be and not mark)
        return Sums(file.rows - unused, unused - lost, lost, marks.count(2))


def row_of(number: int, file: FileUse) -> int:
    """Give the row that a number counted over all rounds stands for."""
    round_, place = divmod(number, file.rows)
    return order_of(file.rows, file.order + round_)[place] if file.order else place


_ORDER: dict[tuple[int, int], array[int]] = {}


def order_of(rows: int, seed: int) -> array[int]:
    """Give the order of a round, as the Random CSV Data Set makes it."""
    if (rows, seed) not in _ORDER:
        _ORDER.clear()
        _ORDER[rows, seed] = array("q", range(rows))
        random.Random(seed).shuffle(_ORDER[rows, seed])
    return _ORDER[rows, seed]
