"""From what the user asked for to what the engines are told: the plan, its result files, a job for each member."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pyjm.engine.plan.faults import Fault, PlanError
from pyjm.engine.plan.files import included
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.plan.tree import Node
from pyjm.engine.results.save import strip_rule
from pyjm.engine.run.job import Job, ResultFile
from pyjm.properties import Settings

from .collect import FileError, ResultWriter
from .order import Order, Refused, refused
from .outputs import result_files, summary_names, writers

log = logging.getLogger("pyjm.client.session")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run as it is known before any engine is asked. `summaries` are the names of the plan's own."""

    path: Path
    data: bytes
    files: list[ResultFile]
    faults: Sequence[Fault]
    summaries: list[str]

    def sha(self) -> str:
        """Give the SHA-256 of the plan."""
        return sha256(self.data).hexdigest()


def prepare(path: Path, order: Order, settings: Settings) -> Prepared:
    """Read the plan and find its result files; raises Refused."""
    log.info("Loading file: %s", order.plan)
    data = path.read_bytes()
    try:
        root = read_plan(data, order.plan, _included(path, settings), faults=[])  # the compiler says them all
    except PlanError as error:
        raise refused(order.plan, error.faults) from None
    reader = _reader(order, settings, path, root)
    files, faults = result_files(root, order.log_file, path.parent, settings.jmeter, reader)
    if order.hosts is not None:
        for file in files:
            file.save.stripped = strip_rule(settings.jmeter)
    return Prepared(path, data, files, faults, summary_names(root, reader))


def find_plan(name: str) -> Path:
    """Find the plan's file; raises Refused."""
    where = os.path.join(os.getcwd(), name)  # noqa: PTH109, PTH118 - JMeter leaves a .. as it is
    if not Path(where).is_file() or not os.access(where, os.R_OK):
        raise Refused(f"An error occurred: The file {where} doesn't exist or can't be opened")
    return Path(where)


def _included(plan: Path, settings: Settings) -> Callable[[str], bytes]:
    """Give what reads the files that Include Controllers name."""
    return lambda name: included(name, plan.parent, settings.jmeter).read_bytes()


def _reader(order: Order, settings: Settings, plan: Path, root: Node) -> Callable[[str, str], str]:
    """Give what reads the name of a result file; that with `${…}` is seldom, and what it takes is much."""

    def read(text: str, path: str) -> str:
        if "${" not in text:
            return text
        from .early import Early

        early = Early(root, plan, settings)
        value = early.value(text, path)
        if early.build.faults:
            raise refused(order.plan, early.build.faults)
        return value

    return read


def writers_of(prepared: Prepared, settings: Settings) -> list[ResultWriter]:
    """Make the writers of the result files; refuses those that can't be written, before anything is sent."""
    made = writers(prepared.files, prepared.path.parent, settings.jmeter)
    lines = []
    for writer in made:
        try:
            writer.check()
        except FileError as error:
            lines.append(f"An error occurred: {error}")
    if lines:
        raise Refused(*dict.fromkeys(lines))
    return made


def jobs_of(prepared: Prepared, order: Order, settings: Settings) -> list[Job]:
    """Write down what each member is told."""
    local = order.hosts is None
    workers = settings.text("pyjm.workers")
    return [
        Job(
            plan=prepared.data,
            plan_name=prepared.path.name,
            base=str(prepared.path.parent),
            properties=dict(settings.jmeter if local else settings.globals),
            system=dict(settings.system) if local else {},
            result_files=prepared.files,
            host_prefix="" if local else f"{host}-",
            workers=0 if workers == "auto" else settings.whole("pyjm.workers", 0),
        )
        for host in ([""] if order.hosts is None else [*order.hosts, *order.standbys])
    ]
