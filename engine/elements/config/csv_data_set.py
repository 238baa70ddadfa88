"""CSV Data Set Config: the next row of a file as variables, at the start of each pass of the nearest controller.

Mirrors CSVDataSet. The position in a file is shared as JMeter's FileServer shares open files: by the file's name as
written and the share mode, over all elements, users and workers.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import java_charset
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.charsets import report_charset
from pyjm.engine.compile.element import Config, flag, text
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cell
from pyjm.engine.shared.row_shares import COPY, UNIQUE, RowShares, policy_of
from pyjm.engine.vu.stops import StopThread

from .csv_division import NOT_UNIQUE, Part, Way, agree, indexed, part_of
from .csv_rows import RowError, Rows, split_line, split_names, split_quoted

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.csv")

ALL, GROUP, THREAD = "shareMode.all", "shareMode.group", "shareMode.thread"

SHARE_MODES = {
    "": ALL,
    "All threads": ALL,
    "Current thread group": GROUP,
    "Current thread": THREAD,
    "Toutes les unités": ALL,
    "Groupe d'unités courant": GROUP,
    "Unité courante": THREAD,
    "Todos los hilos": ALL,
    "Actual grupo de hilos": GROUP,
    "Hilo actual": THREAD,
    "Todos os usuários virtuais": ALL,
    "Grupo de usuários atual": GROUP,
    "Usuário virtual atual": THREAD,
    "Wszystkie wątki": ALL,
    "Bieżąca grupa wątków": GROUP,
    "Bieżący wątek": THREAD,
    "모든 쓰레드들": ALL,
    "현 쓰레드 그룹": GROUP,
    "현 쓰레드": THREAD,
}
"""Share modes as old plans have them, in the language of the JMeter that wrote them; any other text is a key."""


class Reading:
    """What one user reads: the file, its variables' names, and the cell with the position in it.

    The cell holds 0 before the file is open, then the offset of the next row, plus one, shifted by a bit that says
    whether the file was opened as one with a header. Of a file with a `part`, whose rows are divided over the fleet, it
    is the number of the next row of that.
    """

    __slots__ = ("cell", "names", "part", "rows", "skip_first")

    def __init__(
        self, rows: Rows | None, cell: Cell, names: list[str], skip_first: bool, part: Part | None = None
    ) -> None:
        self.rows = rows
        self.cell = cell
        self.names = names
        self.skip_first = skip_first
        self.part = part


@element("CSVDataSet")
class CSVDataSet(Config):
    """Gives each pass a row."""

    filename = text("filename")
    encoding = text("fileEncoding")
    variable_names = text("variableNames")
    ignore_first = flag("ignoreFirstLine", by_text=True)
    delimiter = text("delimiter", ",")
    quoted = flag("quotedData", by_text=True)
    recycle = flag("recycle", True, by_text=True)
    stop_thread = flag("stopThread", by_text=True)
    share_mode = text("shareMode")

    def prepare(self, node: Node, build: Build) -> None:
        self.build = build
        self.end_value = build.properties.get("csvdataset.eofstring", "<EOF>")
        self.files: dict[tuple[str, str], Rows | None] = {}
        self.row_shares = build.row_shares
        name = self.filename.constant
        if name is not None and not build.file(java_trim(name)).is_file():
            build.fault(
                node.path,
                f"the CSV file {name!r} does not exist: threads will end when they read it",
                f"put it at {build.file(java_trim(name))}",
                fatal=False,
            )
        encoding = self.encoding.constant
        report_charset(build, node.path, encoding)
        if encoding and encoding.strip() and not java_charset(encoding.strip()):
            build.fault(node.path, f"the encoding {encoding!r} is not known: no row can be read", fatal=False)
        if self.row_shares is not None:
            self.prepare_part(self.row_shares, build)

    def pass_start(self, user: User) -> None:
        """Set the variables from the next row."""
        reading: Reading | None = user.state.get(self)
        delimiter = separator(self.delimiter.get(user))
        if reading is None:
            reading = user.state[self] = self.begin(user, delimiter)
        if reading.part is None:
            values = self.next_row(reading, delimiter, self.quoted.get(user), self.recycle.get(user))
        else:
            at = reading.part.draw(user, reading.cell, self.recycle.get(user))
            values = [] if at < 0 else self.read(reading.part.rows, at, delimiter, self.quoted.get(user))[0]
        variables = user.vars
        if values:
            variables.update(zip(reading.names, values))
            return
        if self.stop_thread.get(user):
            raise StopThread(f"End of file:{self.filename.get(user)} detected for CSV DataSet:{self.name}")
        for name in reading.names:
            variables[name] = self.end_value

    def begin(self, user: User, delimiter: str) -> Reading:
        """Open the file for a user; raises StopThread where JMeter's thread fails."""
        name = java_trim(self.filename.get(user))
        rows = self.open(name, self.encoding.get(user))
        cell = self.cell(user, name)
        written = self.variable_names.get(user)
        skip_first = not written or self.ignore_first.get(user)
        if rows is None:
            if skip_first:
                raise StopThread(f"Could not read file header line for file {name}")
            return Reading(None, cell, split_names(written), skip_first)
        header, after = rows.line(rows.start)
        if skip_first and header is None:
            log.error("Could not read file header line for file %s: it is empty", name)
            raise StopThread(f"Could not read file header line for file {name}")
        part = None if self.row_shares is None else self.part(user, name, rows, delimiter, skip_first)
        if part is not None:
            return Reading(rows, cell, variable_names(written, header, delimiter), skip_first, part)
        with cell.held():
            if cell.get() == 0:
                cell.set((after + 1) << 1 | 1 if skip_first else (rows.start + 1) << 1)
            elif skip_first and not cell.get() & 1:
                log.error("%s: the file %s is in use already as one without a header line", self.path, name)
                raise StopThread(f"Could not read file header line for file {name}")
        return Reading(rows, cell, variable_names(written, header, delimiter), skip_first)

    def part(self, user: User, name: str, rows: Rows, delimiter: str, skip_first: bool) -> Part | None:
        """Give what this server reads of a file, None where that is all of it."""
        assert self.row_shares is not None
        policy = policy_of(self.row_shares.rules, name, self.node.text("filename"))
        if policy == COPY:
            return None
        written = self.share_mode.get(user)
        mode = SHARE_MODES.get(written, written)
        if policy == UNIQUE and mode == THREAD:
            log.error("%s: %s: %s", self.path, name, NOT_UNIQUE)
            raise StopThread(f"{name}: {NOT_UNIQUE}")
        key = key_of(name, mode, user.group.index + 1)
        way = Way(self.encoding.get(user), skip_first, delimiter[0] if self.quoted.get(user) else "")
        recycle = policy == UNIQUE and self.recycle.get(user)
        return part_of(self.build, key, policy, (name, rows), way, recycle)

    def prepare_part(self, shares: RowShares, build: Build) -> None:
        """Find before the run why a file's rows can't be divided, and where they start, as far as that is known."""
        name, mode = self.filename.constant, self.share_mode.constant
        policy = COPY if name is None else policy_of(shares.rules, java_trim(name), self.node.text("filename"))
        build.waits_inside = build.waits_inside or policy == UNIQUE or (name is None and shares.waits)
        if policy == COPY or name is None or mode is None:
            return
        name, mode = java_trim(name), SHARE_MODES.get(mode, mode)
        if policy == UNIQUE and mode == THREAD:
            build.fault(self.path, f"pyjm.csv=unique for {name}: {NOT_UNIQUE}", "share it among all threads, or split")
        given = (self.encoding.constant, self.variable_names.constant, self.delimiter.constant)
        flags = (self.ignore_first.constant, self.quoted.constant, self.recycle.constant)
        if None in given or None in flags or not build.file(name).is_file():
            return
        encoding, written, delimiter = map(str, given)
        skip_first = not written or bool(flags[0])
        way = Way(encoding, skip_first, separator(delimiter)[0] if flags[1] else "")
        if mode not in (THREAD, GROUP):
            agree(build, self.path, key_of(name, mode), (way, policy == UNIQUE and bool(flags[2])))
        rows = self.open(name, encoding) if shares.folder is not None else None
        if rows is not None:
            indexed(build, name, rows, way)

    def open(self, name: str, encoding: str) -> Rows | None:
        """Open a file once per process; None for an unknown encoding. Raises StopThread for a missing file."""
        key = (name, encoding)
        if key not in self.files:
            if not name:
                log.error("%s: the file name is empty", self.path)
                raise StopThread("Filename must not be null or empty")
            try:
                self.files[key] = Rows(self.build.file(name), encoding)
            except OSError:
                log.error("%s: File %s must exist and be readable", self.path, name)
                raise StopThread(f"File {name} must exist and be readable") from None
            except LookupError:
                log.error("%s: the encoding %s is not known", self.path, encoding)
                self.files[key] = None
        return self.files[key]

    def cell(self, user: User, name: str) -> Cell:
        """Give the cell with the position that a user shares."""
        written = self.share_mode.get(user)
        mode = SHARE_MODES.get(written, written)
        if mode == THREAD:
            own: Cell = user.state.setdefault(("csv", name), Cell())
            return own
        if mode == GROUP:
            return self.build.cells.cell(f"csv:{name}@group {user.group.index}")
        return self.build.cells.cell(f"csv:{name}" if mode == ALL else f"csv:{name}@{mode}")

    def next_row(self, reading: Reading, delimiter: str, quoted: bool, recycle: bool) -> list[str]:
        """Read a row and move the shared position on; no fields at the end of the file."""
        rows, cell = reading.rows, reading.cell
        if rows is None:
            return []
        with cell.held():
            held = cell.get()
            at = (held >> 1) - 1
            if at >= rows.size and recycle:
                at = rows.line(rows.start)[1] if reading.skip_first else rows.start
            values, after = self.read(rows, at, delimiter, quoted)
            cell.set((after + 1) << 1 | held & 1)
        return values

    def read(self, rows: Rows, at: int, delimiter: str, quoted: bool) -> tuple[list[str], int]:
        """Read the row at an offset, and give where the next one starts; one whose quotes are wrong has no fields."""
        try:
            if quoted:
                return rows.fields(at, delimiter[0])
            line, after = rows.line(at)
            return split_line(line or "", delimiter), after
        except RowError as error:
            log.error("%s: %s", self.path, error)
            return [], error.after


def separator(delimiter: str) -> str:
    """Read a delimiter."""
    return "\t" if delimiter == "\\t" else delimiter or ","


def key_of(name: str, mode: str, group: int = 0) -> str:
    """Give by which name all who share the rows of a file know it."""
    kinds = {ALL: "", GROUP: f", thread group {group}", THREAD: ", each thread"}
    return name + kinds.get(mode, f", {mode}")


def variable_names(written: str, header: str | None, delimiter: str) -> list[str]:
    """Give the variables of a file: those that are written, or those of its header line."""
    return split_names(written) if written else header_names(header or "", delimiter)


def header_names(header: str, delimiter: str) -> list[str]:
    """Read variable names from a header line; raises StopThread where its quotes are wrong."""
    try:
        return [java_trim(name) for name in split_quoted(header, delimiter[0])]
    except RowError as error:
        log.error("Could not split CSV header line: %s", error)
        raise StopThread("Could not split CSV header line") from None
