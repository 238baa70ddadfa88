"""One run, from what the user asked for to the exit status. Mirrors JMeter.runNonGui and its console lines."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyjm.engine.plan.faults import Fault, PlanError
from pyjm.engine.plan.files import included
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.plan.tree import Node
from pyjm.engine.results.save import strip_rule
from pyjm.engine.run.job import Job, ResultFile
from pyjm.engine.vu.dates import date_format
from pyjm.properties import Settings

from .collect import Collector, FileError
from .control import FIRST_PORT, LAST_PORT, Messages, Signals
from .member import Member, MemberError, Outcome
from .outputs import result_files, summary_names, writers
from .summary import Summaries, SummarySettings, now_ms

log = logging.getLogger("pyjm.client.session")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What the user asked for: `hosts` are the servers as written, None for a run on this machine."""

    plan: str
    log_file: str | None = None
    hosts: Sequence[str] | None = None
    delete_results: bool = False
    exit_servers: bool = False


class Crew(Protocol):
    """The members at work, as the session drives them (see fleet)."""

    def configure(self, jobs: Sequence[Job]) -> list[Fault]: ...

    def taking_part(self) -> list[int]: ...

    def start(self) -> float: ...

    def wait(self) -> list[Outcome]: ...

    def stop(self, *, now: bool) -> None: ...

    def exit_all(self) -> None: ...

    def close(self) -> None: ...


class Refused(Exception):
    """The run can't begin: the lines that say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class Session:
    """Drives one run. `make_members` and `make_crew` are what reaches the engines."""

    def __init__(
        self,
        order: Order,
        settings: Settings,
        say: Say,
        make_members: Callable[[Order, Settings], list[Member]],
        make_crew: Callable[[Order, Settings, list[Member], Collector, Say], Crew],
    ) -> None:
        self.order = order
        self.settings = settings
        self.say = say
        self.make_members = make_members
        self.make_crew = make_crew
        self.is_local = order.hosts is None
        self.summary = SummarySettings.of(settings)
        self.file_faults: Sequence[Fault] = ()

    def run(self) -> int:
        """Run it; gives the exit status, 0 however many samples failed."""
        members: list[Member] = []
        try:
            plan = self.plan_file()
            members = self.make_members(self.order, self.settings)  # their processes start while the plan is read
            return self.run_on(members, plan, *self.read(plan))
        except Refused as refused:
            for line in refused.lines:
                log.error("%s", line)
                self.say(line)
            return 1
        finally:
            for member in members:
                member.close()

    def run_on(self, members: list[Member], plan: Path, data: bytes, root: Node, files: list[ResultFile]) -> int:
        """Configure the members, start them, and wait for their end."""
        summaries = Summaries(self.summary, summary_names(root, self.reader(plan, root)), self.say)
        into = writers(files, plan.parent, self.settings.jmeter)
        collector = Collector(into, summaries.main, self.say, self.failed, summaries.of_plan)
        self.check(collector)
        crew = self.crew = self.make_crew(self.order, self.settings, members, collector, self.say)
        jobs = [self.job(plan, data, files, host) for host in self.order.hosts or [""]]
        try:
            if self.is_local:
                self.configure(crew, jobs)
            if summaries.main is not None:
                self.say(f"Creating summariser <{self.summary.name}>")
            self.say(f"Created the tree successfully using {self.order.plan}")
            if not self.is_local:
                self.configure(crew, jobs)
            self.open(collector)
            outcomes, signal = self.drive(crew, summaries, members)
        finally:
            crew.close()
            collector.close()
        for path, rows in collector.unwritten.items():
            self.say(f"{path}: {rows} rows came that are not in it")
        failed = collector.has_failed or any(outcome.reason or outcome.lost for outcome in outcomes)
        return 128 + signal if signal else int(failed)

    # before the test

    def plan_file(self) -> Path:
        """Find the plan."""
        where = os.path.join(os.getcwd(), self.order.plan)  # noqa: PTH109, PTH118 - JMeter leaves a .. as it is
        if not Path(where).is_file() or not os.access(where, os.R_OK):
            raise Refused(f"An error occurred: The file {where} doesn't exist or can't be opened")
        return Path(where)

    def read(self, plan: Path) -> tuple[bytes, Node, list[ResultFile]]:
        """Read the plan and find its result files."""
        log.info("Loading file: %s", self.order.plan)
        data = plan.read_bytes()
        try:
            root = read_plan(data, self.order.plan, self.included(plan), faults=[])  # the compiler says them all
        except PlanError as error:
            raise self.refused(error.faults) from None
        properties = self.settings.jmeter
        reader = self.reader(plan, root)
        files, self.file_faults = result_files(root, self.order.log_file, plan.parent, properties, reader)
        if not self.is_local:
            for file in files:
                file.save.stripped = strip_rule(properties)
        return data, root, files

    def included(self, plan: Path) -> Callable[[str], bytes]:
        """Give what reads the files that Include Controllers name."""
        return lambda name: included(name, plan.parent, self.settings.jmeter).read_bytes()

    def reader(self, plan: Path, root: Node) -> Callable[[str, str], str]:
        """Give what reads the name of a result file; that with `${…}` is seldom, and what it takes is much."""

        def read(text: str, path: str) -> str:
            if "${" not in text:
                return text
            from .early import Early

            early = Early(root, plan, self.settings)
            value = early.value(text, path)
            if early.build.faults:
                raise self.refused(early.build.faults)
            return value

        return read

    def check(self, collector: Collector) -> None:
        """Refuse result files that can't be written, before anything is sent."""
        lines = []
        for writer in collector.writers:
            try:
                writer.check()
            except FileError as error:
                lines.append(f"An error occurred: {error}")
        if lines:
            raise Refused(*dict.fromkeys(lines))

    def job(self, plan: Path, data: bytes, files: list[ResultFile], host: str) -> Job:
        """Write down what one member is told."""
        settings = self.settings
        workers = settings.text("pyjm.workers")
        return Job(
            plan=data,
            plan_name=plan.name,
            base=str(plan.parent),
            properties=dict(settings.jmeter if self.is_local else settings.globals),
            system=dict(settings.system) if self.is_local else {},
            result_files=files,
            host_prefix="" if self.is_local else f"{host}-",
            workers=0 if workers == "auto" else settings.whole("pyjm.workers", 0),
        )

    def configure(self, crew: Crew, jobs: Sequence[Job]) -> None:
        """Have the plan compiled everywhere; refuses the run with all faults at once."""
        try:
            faults = crew.configure(jobs)
        except MemberError as error:
            driver = "" if self.is_local else "Error in NonGUIDriver "  # whoever reads JMeter's output looks for it
            raise Refused(*(f"An error occurred: {driver}{line}" for line in str(error).splitlines())) from None
        faults = list(dict.fromkeys([*self.file_faults, *faults]))
        strict = self.settings.flag("pyjm.strict")
        if any(fault.fatal or strict for fault in faults):
            raise self.refused(faults)
        for fault in faults:
            log.warning("%s", fault)
            self.say(f"Warning: {fault}")

    def refused(self, faults: Sequence[Fault]) -> Refused:
        """Say all faults at once."""
        if len(faults) == 1:
            return Refused(f"An error occurred: {faults[0]}")
        first = f"An error occurred: {self.order.plan} can't run, {len(faults)} things are wrong with it:"
        return Refused(first, *(f"  {fault}" for fault in faults))

    def open(self, collector: Collector) -> None:
        """Open the result files."""
        for writer in dict.fromkeys(collector.writers):
            try:
                if writer.open(afresh=self.order.delete_results):
                    text = (
                        f"{writer.path} is there already: its rows stay and the new ones follow (-f deletes it first)"
                    )
                    log.warning("%s", text)
                    self.say(f"Warning: {text}")
            except FileError as error:
                raise Refused(f"An error occurred: {error}") from None

    # the test

    def drive(self, crew: Crew, summaries: Summaries, members: Sequence[Member]) -> tuple[list[Outcome], int]:
        """Start all members, wait until all have ended, say how; gives the signal that ended it, or 0."""
        messages = Messages(self.stop, self.say)

        def names() -> str:
            return f"[{', '.join(members[index].name for index in crew.taking_part())}]"

        taking_part = crew.taking_part()
        with Signals(self.stop, self.say) as signals:
            summaries.start()
            starting = "standalone test" if self.is_local else f"distributed test with remote engines: {names()}"
            self.say(f"Starting {starting} @ {like_date(now_ms())}")
            try:
                skew_ms = crew.start()
            except MemberError as error:
                raise Refused(*(f"An error occurred: {line}" for line in str(error).splitlines())) from None
            if not self.is_local:
                self.say(f"Remote engines have been started:{names()}")
                if len(taking_part) > 1:
                    self.say(f"All engines started within {skew_ms:.1f} ms of one another")
            self.listen(messages)
            outcomes = crew.wait()
            messages.close()
        summaries.end()
        outcomes = [outcomes[index] for index in taking_part]
        self.say_outcomes(outcomes)
        self.tidy_up(crew, names())
        return outcomes, signals.received

    def listen(self, messages: Messages) -> None:
        """Listen for messages, unless the properties say no."""
        first = self.settings.whole("jmeterengine.nongui.port", FIRST_PORT)
        if first > 1000:
            messages.listen(first, self.settings.whole("jmeterengine.nongui.maxport", LAST_PORT))

    def say_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Say what came from each server and what did not; of a local run, only what is lost."""
        for outcome in outcomes:
            if outcome.reason:
                named = outcome.reason.startswith(outcome.name)
                reason = outcome.reason if named else f"{outcome.name}: {outcome.reason}"
                log.error("%s", reason)
                self.say(reason)
            if not self.is_local or outcome.lost:
                more = f" and at most {outcome.in_flight} more" if outcome.unknown else ""
                counts = f"{outcome.received} samples received, {outcome.lost}{more} lost, {outcome.replayed} replayed"
                text = f"{outcome.name}: {counts}"
                log.info("%s", text)
                self.say(text)

    def tidy_up(self, crew: Crew, names: str) -> None:
        """Say the end, and end the servers if they are to."""
        self.say(f"Tidying up {'...   ' if self.is_local else 'remote'} @ {like_date(now_ms())}")
        if self.order.exit_servers and not self.is_local:
            self.say(f"Exiting remote servers:{names}")
            crew.exit_all()
        self.say("... end of run")

    def stop(self, now: bool) -> None:
        """End the test of all members."""
        log.info("Stopping the test%s", " now" if now else "")
        self.crew.stop(now=now)

    def failed(self, line: str) -> None:
        """Stop the test because a result file can't be written any more."""
        self.say(f"An error occurred: {line}; the test is stopped")
        threading.Thread(target=self.stop, args=(True,), name="file failed", daemon=True).start()


def like_date(at_ms: int) -> str:
    """Write an instant as JMeter's console does: `2026 Nov 21 01:46:43 UTC (1795225603000)`."""
    return f"{date_format('yyyy MMM d HH:mm:ss z')(at_ms)} ({at_ms})"
