"""Save Responses to a file: one file per sample and sub-sample. Mirrors ResultSaver."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Listener, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import now_ns, to_wall_ms
from pyjm.engine.vu.dates import date_format

from .file_writer import ToWrite, writer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("ResultSaver")
class ResultSaver(Listener):
    """Writes the bodies of the samples in its scope, numbered over all workers."""

    reads_body = True

    prefix = text("FileSaver.filename")
    variable = text("FileSaver.variablename")
    errors_only = flag("FileSaver.errorsonly")
    success_only = flag("FileSaver.successonly")
    skip_number = flag("FileSaver.skipautonumber")
    skip_suffix = flag("FileSaver.skipsuffix")
    stamped = flag("FileSaver.addTimstamp")
    digits = whole("FileSaver.numberPadLen")
    skip_transactions = flag("FileSaver.ignoreTC", True)

    def prepare(self, node: Node, build: Build) -> None:
        place = build.place("ResultSaver")
        self.sequence = build.cells.cell(place)
        self.base = build.base
        self.base_prefix = build.properties.get("jmeter.save.saveservice.base_prefix", "~/")
        # all workers write the same time into their files' names
        started = build.cells.cell(f"{place} start")
        with started.held():
            if not started.get():
                started.set(to_wall_ms(now_ns()))
        self.start = date_format("yyyyMMdd-HHmm_")(started.get())
        self.writer = writer_of(build)

    def add(self, user: User, result: SampleResult) -> None:
        files: list[ToWrite] = []
        self.collect(user, result, count(), files)
        if files:
            self.writer.write(user, files)

    def collect(self, user: User, result: SampleResult, numbers: Iterator[int], files: list[ToWrite]) -> None:
        """Name the file of one result, then of those below it."""
        number = next(numbers)
        if self.wants(user, result):
            name = self.file_name(user, result.content_type)
            result.result_file = name
            variable = self.variable.get(user)
            if variable:
                user.vars[f"{variable}{number or ''}"] = name
            files.append(ToWrite(name, result.body, result.label))
        for sub in result.sub_results or ():
            self.collect(user, sub, numbers, files)

    def wants(self, user: User, result: SampleResult) -> bool:
        """Tell whether a result is to be written."""
        if result.transaction and self.skip_transactions.get(user):
            return False
        return not (self.errors_only if result.success else self.success_only).get(user)

    def file_name(self, user: User, content_type: str) -> str:
        """Put the next file's name together."""
        name = self.prefix.get(user)
        if self.base_prefix and name.startswith(self.base_prefix):
            name = str((self.base / name.removeprefix(self.base_prefix)).absolute())
        if self.stamped.get(user):
            name += self.start
        if not self.skip_number.get(user):
            name += str(self.sequence.add() + 1).rjust(self.digits.get(user), "0")
        if not self.skip_suffix.get(user):
            _, slash, kind = content_type.partition("/")
            name += f".{kind.partition(';')[0] if slash else 'unknown'}"
        return name
