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
from pyjm.engine.vu.stops import StopThread

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
    whether the file was opened as one with a header.
    """

    __slots__ = ("cell", "names", "rows", "skip_first")

    def __init__(self, rows: Rows | None, cell: Cell, names: list[str], skip_first: bool) -> None:
        self.rows = rows
        self.cell = cell
        self.names = names
        self.skip_first = skip_first


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

    def pass_start(self, user: User) -> None:
        """Set the variables from the next row."""
        reading: Reading | None = user.state.get(self)
        delimiter = self.delimiter.get(user)
        delimiter = "\t" if delimiter == "\\t" else delimiter or ","
        if reading is None:
            reading = user.state[self] = self.begin(user, delimiter)
        values = self.next_row(reading, delimiter, self.quoted.get(user), self.recycle.get(user))
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
        with cell.held():
            if cell.get() == 0:
                cell.set((after + 1) << 1 | 1 if skip_first else (rows.start + 1) << 1)
            elif skip_first and not cell.get() & 1:
                log.error("%s: the file %s is in use already as one without a header line", self.path, name)
                raise StopThread(f"Could not read file header line for file {name}")
        names = split_names(written) if written else header_names(header or "", delimiter)
        return Reading(rows, cell, names, skip_first)

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
            try:
                if quoted:
                    values, after = rows.fields(at, delimiter[0])
                else:
                    line, after = rows.line(at)
                    values = split_line(line or "", delimiter)
            except RowError as error:
                log.error("%s: %s", self.path, error)
                values, after = [], error.after
            cell.set((after + 1) << 1 | held & 1)
        return values


def header_names(header: str, delimiter: str) -> list[str]:
    """Read variable names from a header line; raises StopThread where its quotes are wrong."""
    try:
        return [java_trim(name) for name in split_quoted(header, delimiter[0])]
    except RowError as error:
        log.error("Could not split CSV header line: %s", error)
        raise StopThread("Could not split CSV header line") from None
