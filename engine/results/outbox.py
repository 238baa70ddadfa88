"""Hot path: what a worker's samples become until the next batch: rows per result file, and tallies.

Each row keeps the instant at which it came where the rows of several workers have to be put in order.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from pyjm.engine.vu.clock import now_ns

from .forms import reads_body, row_of
from .plain_row import PlainRow
from .tally import Tally

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .save import SaveConfig

    Made = memoryview[int] | list[int]


class FileRows:
    """The rows of one result file since the last batch, `stamped` with their instants or not."""

    __slots__ = ("rows", "stamped", "stamps")

    def __init__(self, *, stamped: bool = True) -> None:
        self.stamped = stamped
        self.rows: list[str] = []
        self.stamps: list[int] = []

    def take(self) -> tuple[list[str], bytes]:
        """Give the rows and their instants (array of "q"), and begin anew."""
        rows, stamps = self.rows, self.stamps
        self.rows, self.stamps = [], []
        return rows, array("q", stamps).tobytes()


class Mark:
    """The sample that was written last by the listeners that name their file alike."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: SampleResult | None = None


class FileListener:
    """Writes the samples in its scope to one result file. Mirrors ResultCollector's choice of samples.

    `mark` is there where several listeners write this file: a sample that is in the scope of two is written once.
    `made` counts what is written, where others see it at once.
    """

    __slots__ = ("file", "made", "mark", "plain", "reads_assertions", "reads_body", "row", "wanted")

    once = True

    def __init__(
        self,
        file: FileRows,
        save: SaveConfig,
        *,
        errors_only: bool = False,
        success_only: bool = False,
        mark: Mark | None = None,
        made: Made | None = None,
    ) -> None:
        self.file = file
        self.made = made
        self.row = row_of(save)
        self.plain = self.row if isinstance(self.row, PlainRow) else None
        self.reads_body = reads_body(save)
        self.reads_assertions = save.format == "xml" and "assertions" in save.flags
        self.mark = mark
        self.wanted = None if errors_only == success_only else success_only

    def add(self, user: User, result: SampleResult) -> None:
        """Take one."""
        if self.wanted is None or result.success is self.wanted:
            file = self.file
            mark = self.mark
            if mark is not None:
                if mark.last is result:
                    return
                mark.last = result
            if file.stamped:
                file.stamps.append(now_ns())
            plain = self.plain
            file.rows.append(self.row(result, user) if plain is None else plain.row(result, user))
            if self.made is not None:
                self.made[0] += 1


class TallyListener:
    """Counts every sample by its label."""

    __slots__ = ("made", "tallies")

    reads_body = False
    once = False

    def __init__(self, made: Made | None = None) -> None:
        self.made = made
        self.tallies: dict[str, Tally] = {}

    def add(self, user: User, result: SampleResult) -> None:
        """Take one."""
        tally = self.tallies.get(result.label)
        if tally is None:
            tally = self.tallies[result.label] = Tally(transaction=result.transaction)
        elapsed_ms = result.elapsed_ms
        if not tally.count or elapsed_ms < tally.min_ms:
            tally.min_ms = elapsed_ms
        if not tally.count or elapsed_ms > tally.max_ms:
            tally.max_ms = elapsed_ms
        tally.count += result.sample_count
        tally.sum_ms += elapsed_ms
        if not result.success:
            tally.errors += 1
        tally.received += result.header_bytes + result.body_bytes
        tally.sent += result.sent_bytes
        times = tally.times
        times[elapsed_ms] = times.get(elapsed_ms, 0) + 1
        if self.made is not None:
            self.made[0] += result.sample_count

    def take(self) -> dict[str, list[Any]]:
        """Give the figures since the last batch as plain values, and begin anew."""
        tallies, self.tallies = self.tallies, {}
        return {label: tally.to_list() for label, tally in tallies.items()}
