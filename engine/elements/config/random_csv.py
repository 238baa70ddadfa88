"""Random CSV Data Set: the rows of a file in any order, each once, at the start of each pass of the nearest controller.

Mirrors com.blazemeter.jmeter.RandomCSVDataSetConfig. All users of all workers take from one list. Its order is shuffled
anew for each round from a seed that the workers share, so that a number of draws says which row is next.
"""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.stops import StopTestNow, StopThread

from .csv_rows import RowError, Rows, split_list

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


class Records:
    """The records of one file, by their offsets, and the order in which a round gives them."""

    def __init__(self, rows: Rows, delimiter: str, *, has_header: bool, shuffled: bool) -> None:
        self.rows = rows
        self.delimiter = delimiter
        self.offsets = array("q", self.starts(has_header))
        self.shuffled = shuffled
        self.order: tuple[int, array[int]] = (-1, self.offsets)

    def starts(self, has_header: bool) -> list[int]:
        """Find where records start; blank lines are records too."""
        found, at = [] if has_header else [0], 0
        while at < self.rows.size:
            at = self.at(at)[1]
            if at < self.rows.size:
                found.append(at)
        return found

    def at(self, offset: int) -> tuple[list[str], int]:
        """Read the record at an offset; one with wrong quotes has no fields."""
        try:
            return self.rows.fields(offset, self.delimiter)
        except RowError as error:
            return [], error.after

    def draw(self, number: int, seed: int) -> list[str]:
        """Give the record of a draw; the rounds begin again with each whole list.

        Raises StopThread where the plugin fails. In its order a file without records gives what it begins with.
        """
        if not self.offsets:
            if self.shuffled:
                raise StopThread("there are no records in the CSV file")
            return self.at(0)[0]
        round_, place = divmod(number, len(self.offsets))
        if self.shuffled and self.order[0] != round_:
            shuffled = list(self.offsets)
            random.Random(seed + round_).shuffle(shuffled)
            self.order = (round_, array("q", shuffled))
        return self.at(self.order[1][place])[0]


@element("com.blazemeter.jmeter.RandomCSVDataSetConfig")
class RandomCSVDataSet(Config):
    """Gives each pass another row of a file."""

    filename = text("filename")
    encoding = text("fileEncoding")
    delimiter = text("delimiter")
    variable_names = text("variableNames")
    shuffled = flag("randomOrder")
    ignore_first = flag("ignoreFirstLine")
    rewinds = flag("rewindOnTheEndOfList")

    def prepare(self, node: Node, build: Build) -> None:
        self.build = build
        place = f"random csv:{node.number}:{node.path}"
        self.drawn, self.seed = build.cells.cell(place), build.cells.cell(f"{place} seed")
        self.records: Records | None = None
        self.names: list[str] = []
        name, encoding = self.filename.constant, self.encoding.constant
        if name is not None and encoding is not None:
            try:
                self.rows(name, encoding)
            except (OSError, LookupError) as error:
                remedy = f"put it at {build.file(name)}" if isinstance(error, OSError) else "name another encoding"
                build.fault(node.path, f"the CSV file {name!r} can't be read: {error}", remedy)

    def rows(self, name: str, encoding: str) -> Rows:
        """Open a file; raises OSError, and LookupError where Java knows no encoding of exactly that name."""
        if not encoding or encoding != encoding.strip():
            raise LookupError(f"unknown encoding: {encoding!r}")
        return Rows(self.build.file(name), encoding)

    def pass_start(self, user: User) -> None:
        """Set the variables from the next row; ends the user where there is none left."""
        records = self.records or self.open(user)
        with self.drawn.held():
            number = self.drawn.get()
            if number >= len(records.offsets) and not self.rewinds.get(user):
                raise StopThread("All records in the CSV file have been passed.")
            self.drawn.set(number + 1)
        user.vars.update(zip(self.names, records.draw(number, self.seed.get())))

    def open(self, user: User) -> Records:
        """Open the file, once per process; raises StopTestNow where it can't be read: JMeter's test doesn't begin."""
        name, delimiter, names = self.filename.get(user), self.delimiter.get(user), self.variable_names.get(user)
        delimiter = "\t" if delimiter == "\\t" else delimiter or ","
        try:
            rows = self.rows(name, self.encoding.get(user))
        except (OSError, LookupError) as error:
            raise StopTestNow(f"Cannot initialize RandomCSVReader: {error}") from None
        has_header = not names or self.ignore_first.get(user)
        self.records = Records(rows, delimiter[0], has_header=has_header, shuffled=self.shuffled.get(user))
        self.names = split_list(names) if names else self.records.at(0)[0]
        with self.seed.held():
            if not self.seed.get():
                self.seed.set(random.getrandbits(48) | 1)
        return self.records
