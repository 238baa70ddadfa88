"""One run as an engine is told it: all that goes from the controller to an engine, local or remote."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pyjm.engine.compile.build import Build
from pyjm.engine.plan.files import included
from pyjm.engine.results.batch import Batch
from pyjm.engine.results.save import SaveConfig
from pyjm.engine.shared.cells import Cells
from pyjm.engine.shared.division import Dividing, Division
from pyjm.engine.shared.row_shares import RowShares


@dataclass(slots=True)
class ResultFile:
    """One result file that the controller writes from rows: `path` as the user or the plan names it.

    `into` is the number of the first of those that lead to the same place, whose rows it shares; -1 for its own.
    `element` is the path in the plan of its ResultCollector, empty for the file of `-l`, which takes every sample.
    """

    path: str
    save: SaveConfig
    element: str = ""
    errors_only: bool = False
    success_only: bool = False
    into: int = -1


@dataclass(slots=True)
class Job:
    """A plan and what goes with it.

    `properties` are the engine's own JMeter properties with the controller's -G laid over; for a local run all of the
    controller's. `base` is the folder that file names of the plan are resolved against; `host_prefix` stands before
    thread names (`10.0.0.5:1099-`), empty for a local run. `files` are shipped files, name as in the plan → path.
    `no_scripts` is the engine's own, whatever a controller says. `epoch_ns` is the wall time at which this
    machine's perf_counter_ns clock was 0, by the clock that the times of samples are to be of; 0: by this machine's.
    `csv` says how rows of data files are divided over the fleet (`rules` and `seed` of a RowShares); empty: each server
    reads them all. `division` is the engine's part of the load, None for all of it. `hand_over_s` is how seldom batches
    are to be made, because the controller has many servers; 0: as often as workers hand over.
    """

    plan: bytes
    plan_name: str
    base: str
    properties: dict[str, str]
    system: dict[str, str] = field(default_factory=dict)
    result_files: list[ResultFile] = field(default_factory=list)
    host_prefix: str = ""
    workers: int = 0
    files: dict[str, str] = field(default_factory=dict)
    no_scripts: bool = False
    epoch_ns: int = 0
    csv: dict[str, Any] = field(default_factory=dict)
    division: Division | None = None
    hand_over_s: float = 0.0

    def build(self, cells: Cells, workers: int) -> Build:
        """Make what the plan's elements get to know, the same in the parent and in each worker."""
        return Build(
            properties=dict(self.properties),
            cells=cells,
            base=Path(self.base),
            plan_name=self.plan_name,
            workers=workers,
            system=dict(self.system),
            files=self.files,
            no_scripts=self.no_scripts,
            row_shares=self._row_shares(),
            dividing=None if self.division is None else Dividing(self.division),
        )

    def _row_shares(self) -> RowShares | None:
        if not self.csv:
            return None
        return RowShares(**self.csv, weights=self.division.weights if self.division is not None else ())

    def included(self, name: str) -> bytes:
        """Read a file that an Include Controller names. Raises OSError."""
        if name in self.files:
            return Path(self.files[name]).read_bytes()
        return included(name, Path(self.base), self.properties).read_bytes()

    def samples(self, batch: Batch) -> int:
        """Count a batch's samples: the rows of the file that takes every sample, tallied ones where there is none.

        Rows may come later than they are tallied, because those of all workers are put in order.
        """
        index = self.counted()
        if index < 0:
            return batch.samples
        return batch.rows[index][0] if index in batch.rows else 0

    def counted(self) -> int:
        """Give the number of the file whose rows are the samples, -1 where it takes the tallies to count them."""
        for own, file in enumerate(self.result_files):
            if not (file.element or file.errors_only or file.success_only):
                index = own if file.into < 0 else file.into
                if any(other.into == index and other.path != file.path for other in self.result_files):
                    break  # a sample may have several rows there
                return index
        return -1

    def to_plain(self) -> dict[str, Any]:
        """Give it as plain values (`plan` stays bytes); without a word of division where there is none."""
        values = asdict(self)
        if self.division is None:
            del values["division"]
        return values

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> Job:
        """Take it from plain values."""
        csv = values.get("csv")
        if csv:
            rules = {str(name): str(policy) for name, policy in csv["rules"].items()}
            values = {**values, "csv": {"rules": rules, "seed": int(csv["seed"])}}
        files = [ResultFile(**{**file, "save": SaveConfig(**file["save"])}) for file in values["result_files"]]
        division = values.get("division")
        part = None if division is None else Division.from_plain(division)
        return cls(**{**values, "result_files": files, "division": part})
