"""Random CSV Data Set: the rows of a file in any order, each once, at the start of each pass of the nearest controller.

Mirrors com.blazemeter.jmeter.RandomCSVDataSetConfig. All users of all workers take from one list. Its order is shuffled
anew for each round from a seed that the workers share, so that a number of draws says which row is next.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.handout import END, Handout
from pyjm.engine.shared.marks import Marks
from pyjm.engine.shared.row_shares import COPY, UNIQUE, RowShares, policy_of
from pyjm.engine.vu.stops import StopTestNow, StopThread

from .csv_division import drawn
from .csv_rows import RowError, Rows, split_list

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


ALL_PASSED = "All records in the CSV file have been passed."


class Records:
    """The records of one file, by their offsets, and the order in which a round gives them."""

    def __init__(self, rows: Rows, delimiter: str, *, has_header: bool, shuffled: bool) -> None:
        self.rows = rows
        self.delimiter = delimiter
        self.offsets = array("q", self.starts(has_header))
        self.shuffled = shuffled
        self.share: Sequence[int] = range(len(self.offsets))
        self.order: tuple[int, Sequence[int]] = (-1, self.share)

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

    def limit(self, share: Sequence[int]) -> None:
        """Take only these of the records."""
        self.share, self.order = share, (-1, share)

    def row(self, number: int, seed: int) -> int:
        """Tell which record it is that a draw takes; the rounds begin again with each whole list.

        Raises StopThread where the plugin fails. In its order a file without records gives -1.
        """
        if not self.share:
            if self.shuffled:
                raise StopThread("there are no records in the CSV file")
            return -1
        round_, place = divmod(number, len(self.share))
        if self.shuffled and self.order[0] != round_:
            shuffled = array("q", self.share)
            random.Random(seed + round_).shuffle(shuffled)
            self.order = (round_, shuffled)
        return self.order[1][place]

    def draw(self, number: int, seed: int) -> list[str]:
        """Give the record of a draw."""
        return self.record(self.row(number, seed))

    def record(self, row: int) -> list[str]:
        """Give a record; that of no row is what the file begins with."""
        return self.at(self.offsets[row] if row >= 0 else 0)[0]


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
        self.marks: Marks | None = None
        self.handout: Handout | None = None
        self.row_shares = build.row_shares
        if self.row_shares is not None and self.row_shares.waits:
            build.waits_inside = True
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
        if self.handout is not None:
            number = drawn(self.handout, user)
            if number == END:
                raise StopThread(ALL_PASSED)
        else:
            with self.drawn.held():
                number = self.drawn.get()
                if number >= len(records.share) and not self.rewinds.get(user):
                    raise StopThread(ALL_PASSED)
                self.drawn.set(number + 1)
        row = records.row(number, self.seed.get())
        if self.marks is not None and row >= 0:
            self.marks.note(row)
        user.vars.update(zip(self.names, records.record(row)))

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
        if self.row_shares is not None:
            self.divide(self.row_shares, self.records, name, user)
        self.names = split_list(names) if names else self.records.at(0)[0]
        with self.seed.held():
            if not self.seed.get():
                self.seed.set(random.getrandbits(48) | 1)
        return self.records

    def divide(self, shares: RowShares, records: Records, name: str, user: User) -> None:
        """Leave the records of other servers out, or have all of them handed out by the controller, in one order."""
        policy, rows = policy_of(shares.rules, name.strip(), self.node.text("filename")), len(records.offsets)
        if policy == COPY:
            return
        key, seed = f"{name}, {self.path} #{self.node.number}", 0
        if policy == UNIQUE:
            seed = shares.seed
            with self.seed.held():
                self.seed.set(seed)
            self.handout = shares.handout(key, rows, recycle=self.rewinds.get(user))
        else:
            records.limit(shares.share(policy, rows))
        self.marks = shares.marks_of(key, policy, rows, seed if records.shuffled else 0)
