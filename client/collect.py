"""Batches → result files and the summary. Rows are appended as they come, a whole batch at once."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.results.batch import Batch
from pyjm.engine.results.forms import foot_of, head_of
from pyjm.engine.results.save import SaveConfig
from pyjm.engine.results.xml_rows import END, HEAD

from .summary import Summariser

if TYPE_CHECKING:
    from .handing import Handing
    from .metrics import RunMetrics

log = logging.getLogger("pyjm.client.collect")


LEAST_XML = len(HEAD.rstrip()) + len("<testResults>") + len(END)
"""The bytes of the shortest XML result file."""

END_WITHIN = 10
"""How many bytes may stand around the end tag."""


class FileError(Exception):
    """A result file that can't be written: one line for the user."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = error.strerror or str(error)
        super().__init__(f"The result file {path} can't be written: {why}")


class ResultWriter:
    """One result file. A file that is there already is appended to, without a second header, as JMeter does."""

    def __init__(self, path: Path, save: SaveConfig) -> None:
        self.path = path
        self.save = save
        self.file: FileIO | None = None

    def check(self) -> None:
        """Raise FileError where it is clear before the run that the file can't be written."""
        target = self.path
        if target.is_dir():
            raise FileError(target, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
        while not target.exists() and target != target.parent:
            target = target.parent
        if target != self.path and not target.is_dir():
            raise FileError(self.path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
        if not os.access(target, os.W_OK):
            raise FileError(self.path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))

    def open(self, *, afresh: bool = False) -> bool:
        """Open or make the file, `afresh` deletes it first; tells whether it goes on with an old one."""
        save = self.save
        try:
            if (afresh and save.format != "flexible") or save.afresh:
                self.path.unlink(missing_ok=True)
            appends = reopened(self.path) if save.format == "xml" else self.path.exists()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = FileIO(self.path, "ab" if appends else "wb")
        except OSError as error:
            raise FileError(self.path, error) from None
        self.write(head_of(save, appends=appends).encode())
        return appends

    def reopen(self, size: int) -> None:
        """Go on with a file of which so many bytes count; less than none where it could not be written any more."""
        if size < 0:
            return
        try:
            there = self.path.stat().st_size
            if there >= size:
                os.truncate(self.path, size)
                self.file = FileIO(self.path, "ab")
        except OSError as error:
            raise FileError(self.path, error) from None
        if there < size:
            raise FileError(self.path, OSError(errno.EIO, f"it has {there} bytes of {size} that were written"))

    def size(self) -> int:
        """Tell how many bytes the file has, -1 where nothing is written any more, or it is no file."""
        try:
            return self.file.seek(0, os.SEEK_END) if self.file is not None else -1
        except OSError:  # a pipe
            return -1

    def write(self, data: bytes) -> None:
        """Append rows; raises FileError, after which nothing more is written. Half a row is never left."""
        if self.file is None:
            return
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.file.write(rest) or 0 :]
        except OSError as error:
            self._take_back(len(data) - len(rest))
            self.close()
            raise FileError(self.path, error) from None

    def _take_back(self, written: int) -> None:
        """Cut off what was written of rows that do not fit."""
        assert self.file is not None
        try:
            if written:
                self.file.truncate(self.file.tell() - written)
        except OSError as error:  # a device, or a pipe
            log.warning("%s may end in half a row: %s", self.path, error)

    def finish(self) -> None:
        """Write what the file ends with, and close it."""
        self.write(foot_of(self.save).encode())
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self.file is not None:
            file, self.file = self.file, None
            try:
                file.close()
            except OSError as error:
                log.warning("Closing %s: %s", self.path, error)


class Collector:
    """Takes the batches of all engines, one at a time.

    `writers` are those of the job's result files in its order; one writer may serve several.
    `of_plan` are the summaries of the plan's own Summarisers by their number. `unwritten` counts, for each file that
    could not be written any more, the rows that came and are not in it.
    `failed` is called once, with one line, when a result file can't be written any more. `handing` is told which rows
    of data files were used, where they are divided.
    """

    def __init__(
        self,
        writers: Sequence[ResultWriter],
        summariser: Summariser | None,
        say: Callable[[str], None],
        failed: Callable[[str], None],
        of_plan: Sequence[Summariser] = (),
    ) -> None:
        self.writers = writers
        self.of_plan = of_plan
        self.summariser = summariser
        self.say = say
        self.failed = failed
        self.has_failed = False
        self.unwritten: dict[Path, int] = {}
        self.metrics: RunMetrics | None = None
        self.handing: Handing | None = None

    def add(self, member: int, batch: Batch) -> None:
        """Take one batch: its rows to the files, its figures to the summary, its notes to the console."""
        for index, (count, data) in batch.rows.items():
            self.write(self.writers[index], data, count)
        if self.summariser is not None:
            self.summariser.add(member, batch.tallies.values(), batch.threads, batch.strained)
        for index, summariser in enumerate(self.of_plan):
            summariser.add(member, batch.summaries.get(index, {}).values(), batch.threads, batch.strained)
        if self.metrics is not None:
            self.metrics.add(member, batch)
        for note in batch.notes:
            self.say(note)
        if self.handing is not None and batch.used:
            self.handing.used(member, batch.used)

    def write(self, writer: ResultWriter, data: bytes, rows: int = 0) -> None:
        """Append rows to one file; the first that can't be written any more ends the test."""
        if writer.path in self.unwritten:
            self.unwritten[writer.path] += rows
        try:
            writer.write(data)
        except FileError as error:
            self.unwritten[writer.path] = rows
            log.error("%s", error)
            if not self.has_failed:
                self.has_failed = True
                self.failed(str(error))

    def close(self) -> None:
        """End and close all files."""
        for writer in dict.fromkeys(self.writers):
            try:
                writer.finish()
            except FileError as error:
                log.error("%s", error)


def reopened(path: Path) -> bool:
    """Cut the end tag of an XML file off, so that it goes on; tells whether there was one. Raises OSError.

    Mirrors ResultCollector.trimLastLine: a file that does not end in one is written anew.
    """
    if not path.exists() or path.stat().st_size < LEAST_XML:
        return False
    with path.open("r+b") as file:
        at = file.seek(-len(END) - END_WITHIN, os.SEEK_END)
        found = file.read().find(END.encode())
        if found < 0:
            return False
        file.truncate(at + found)
    return True
