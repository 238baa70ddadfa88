"""What travels from workers to the controller: a numbered batch of rows per result file, tallies and thread counts.

A batch is bytes: the length of its head (4 bytes, big-endian), the head as JSON, then each file's rows as they will
stand in the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .tally import Tally

Used: TypeAlias = tuple[str, str, int, int, str]
"""Of one file: key, policy, rows, seed of their order, and the marks of shared/marks, compressed, in base 85."""


class BadBatch(ValueError):
    """Bytes that are no batch."""


@dataclass(slots=True)
class Batch:
    """`number` counts from 1 per server; `rows` maps a result file's index to (rows, their bytes).

    `summaries` are the tallies of each Summariser of the plan, by its number.
    `threads` are active, started and finished users so far, of the whole server. `notes` are log lines of note. `last`
    marks the last batch of a run; `lost` counts the users that were lost since the last one, with a worker
    that died, `lost_samples` what it had made and not handed over, `lost_requests` how many requests it may have had
    under way. `log` are warnings and errors of the server: the instant by its perf_counter_ns clock, level, logger and
    text of each. `strained` is a worker that was at its limit, and for how many milliseconds. `used` are the rows that
    were used of data files whose rows are divided over the fleet; they come with the last batch.
    """

    number: int = 0
    rows: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    threads: tuple[int, int, int] = (0, 0, 0)
    notes: list[str] = field(default_factory=list)
    last: bool = False
    lost: int = 0
    summaries: dict[int, dict[str, Tally]] = field(default_factory=dict)
    strained: tuple[int, int] | None = None
    lost_samples: int = 0
    lost_requests: int = 0
    log: Sequence[tuple[int, int, str, str]] = ()
    used: list[Used] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """How many rows of the first result file, or tallied samples where there is none."""
        return sum(tally.count for tally in self.tallies.values())

    def to_bytes(self) -> bytes:
        """Pack."""
        head: dict[str, Any] = {
            "n": self.number,
            "files": [[index, count, len(data)] for index, (count, data) in self.rows.items()],
            "tallies": plain(self.tallies),
            "threads": self.threads,
            "notes": self.notes,
            "last": self.last,
            "lost": self.lost,
        }
        if self.summaries:
            head["summaries"] = [[index, plain(tallies)] for index, tallies in self.summaries.items()]
        if self.strained is not None:
            head["strained"] = self.strained
        if self.used:
            head["used"] = self.used
        if self.lost or self.lost_samples:
            head["gone"] = self.lost_samples, self.lost_requests
        if self.log:
            head["log"] = self.log
        packed = json.dumps(head, separators=(",", ":")).encode()
        return b"".join([len(packed).to_bytes(4, "big"), packed, *(data for _, data in self.rows.values())])

    @classmethod
    def from_bytes(cls, data: bytes) -> Batch:
        """Unpack; what is no batch is a BadBatch."""
        try:
            end = 4 + int.from_bytes(data[:4], "big")
            head = json.loads(data[4:end])
            rows = {}
            for index, count, size in head["files"]:
                rows[int(index)] = (int(count), data[end : end + size])
                end += size
            tallies = tallied(head["tallies"])
            summaries = {int(index): tallied(values) for index, values in head.get("summaries", ())}
            active, started, finished = head["threads"]
            threads = (active, started, finished)
            batch = cls(int(head["n"]), rows, tallies, threads, head["notes"], head["last"], head["lost"], summaries)
            if "strained" in head:
                worker, strained_ms = head["strained"]
                batch.strained = int(worker), int(strained_ms)
            batch.used = [(str(k), str(p), int(n), int(o), str(u)) for k, p, n, o, u in head.get("used", ())]
            batch.lost_samples, batch.lost_requests = map(int, head.get("gone", (0, 0)))
            batch.log = [(int(at), int(level), str(name), str(text)) for at, level, name, text in head.get("log", ())]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise BadBatch(f"not a batch: {error}") from error
        if end != len(data):
            raise BadBatch(f"a batch of {len(data)} bytes says that it has {end}")
        return batch


def plain(tallies: dict[str, Tally]) -> dict[str, list[Any]]:
    """Give tallies as plain values."""
    return {label: tally.to_list() for label, tally in tallies.items()}


def tallied(values: dict[str, list[Any]]) -> dict[str, Tally]:
    """Take tallies out of plain values."""
    return {label: Tally.from_list(figures) for label, figures in values.items()}
