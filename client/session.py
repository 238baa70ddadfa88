"""One run, from what the user asked for to the exit status. Mirrors JMeter.runNonGui and its console lines."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.job import Job
from pyjm.engine.shared.division import Division
from pyjm.engine.vu.dates import date_format
from pyjm.properties import Settings

from .collect import Collector, FileError
from .control import FIRST_PORT, LAST_PORT, Messages, Signals
from .ending import say_outcomes, tell
from .live import Live, LiveSettings
from .member import Member, MemberError, Outcome
from .order import Order, Refused, Say, refused
from .prepare import Prepared, find_plan, jobs_of, prepare, writers_of
from .summary import Summaries, SummarySettings, now_ms

if TYPE_CHECKING:
    from .handing import Handing
    from .journal import Journal

log = logging.getLogger("pyjm.client.session")


class Crew(Protocol):
    """The members at work, as the session drives them (see fleet)."""

    def configure(self, jobs: Sequence[Job]) -> list[Fault]: ...

    def taking_part(self) -> list[int]: ...

    def divisions(self) -> Sequence[Division | None]: ...

    def start(self) -> float: ...

    def wait(self) -> list[Outcome]: ...

    def stop(self, *, now: bool) -> None: ...

    def missing(self, since_ms: int, until_ms: int) -> str: ...

    def seen(self) -> Sequence[tuple[Member, Outcome]]: ...

    def exit_all(self) -> None: ...

    def close(self) -> None: ...


class Session:
    """Drives one run. `make_members` and `make_crew` are what reaches the engines.

    `gather` completes an order with the servers that join by themselves.
    """

    def __init__(
        self,
        order: Order,
        settings: Settings,
        say: Say,
        make_members: Callable[[Order, Settings], list[Member]],
        make_crew: Callable[[Order, Settings, list[Member], Collector, Say], Crew],
        journal: Journal | None = None,
        gather: Callable[[Order], Order] = lambda order: order,
    ) -> None:
        self.order = order
        self.settings = settings
        self.say = say
        self.make_members = make_members
        self.make_crew = make_crew
        self.is_local = order.hosts is None
        self.summary = SummarySettings.of(settings)
        self.journal = journal
        self.gather = gather
        self.live = Live(LiveSettings())
        self.journal_path = journal.path if journal is not None else None
        self.handing: Handing | None = None

    def run(self) -> int:
        """Run it; gives the exit status, 0 however many samples failed."""
        members: list[Member] = []
        try:
            self.live = Live.of(self.settings)
            path = find_plan(self.order.plan)
            if self.is_local:
                members = self.make_members(self.order, self.settings)  # their processes start while the plan is read
            prepared = prepare(path, self.order, self.settings)
            if not self.is_local:
                self.order = self.gather(self.order)
                members = self.make_members(self.order, self.settings)
            return self.run_on(members, prepared)
        except Refused as refusal:
            for line in refusal.lines:
                log.error("%s", line)
                self.say(line)
            return 1
        finally:
            self.live.close()
            for member in members:
                member.close()

    def run_on(self, members: list[Member], prepared: Prepared) -> int:
        """Configure the members, start them, and wait for their end."""
        summaries = Summaries(self.summary, prepared.summaries, self.say)
        into = writers_of(prepared, self.settings)
        collector = Collector(into, summaries.main, self.say, self.failed, summaries.of_plan)
        jobs = jobs_of(prepared, self.order, self.settings)
        faults = [*prepared.faults, *self.divide(jobs, collector)]
        crew = self.crew = self.make_crew(self.order, self.settings, members, collector, self.say)
        try:
            if self.is_local:
                self.configure(crew, jobs, faults)
            if summaries.main is not None:
                self.say(f"Creating summariser <{self.summary.name}>")
            self.say(f"Created the tree successfully using {self.order.plan}")
            if not self.is_local:
                self.configure(crew, jobs, faults)
            self.open(collector)

            def begin() -> None:
                self.begin(crew, collector, summaries, members, prepared)

            return self.drive(crew, collector, summaries, members, begin)
        finally:
            crew.close()
            if self.handing is not None:
                self.handing.close()
            collector.close()
            if self.journal is not None:
                self.journal.remove()

    # before the test

    def divide(self, jobs: Sequence[Job], collector: Collector) -> list[Fault]:
        """Have the rows of data files divided among servers, where the properties say so; gives what is against it."""
        layers = (self.settings.system, self.settings.jmeter, self.settings.globals)
        if not any(key.startswith("pyjm.csv") for layer in layers for key in layer):
            return []
        from .row_policies import RowPolicies

        policies = RowPolicies.of(self.settings)
        if self.is_local or not policies.asked:
            return []
        from .handing import Handing
        from .rows_log import RowsLog

        for job in jobs:
            job.csv = policies.told()
        notes = RowsLog(self.journal_path.with_suffix(".rows") if self.journal_path is not None else None)
        self.handing = Handing(policies.files(jobs[0]), policies.waits, self.say, notes)
        collector.handing = self.handing
        return policies.faults(jobs[0])

    def configure(self, crew: Crew, jobs: Sequence[Job], known: Sequence[Fault]) -> None:
        """Have the plan compiled everywhere; refuses the run with all faults at once."""
        try:
            faults = crew.configure(jobs)
        except MemberError as error:
            driver = "" if self.is_local else "Error in NonGUIDriver "  # whoever reads JMeter's output looks for it
            raise Refused(*(f"An error occurred: {driver}{line}" for line in str(error).splitlines())) from None
        faults = list(dict.fromkeys([*known, *faults]))
        strict = self.settings.flag("pyjm.strict")
        if any(fault.fatal or strict for fault in faults):
            raise refused(self.order.plan, faults)
        for fault in faults:
            log.warning("%s", fault)
            self.say(f"Warning: {fault}")

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

    def begin(
        self, crew: Crew, collector: Collector, summaries: Summaries, members: Sequence[Member], prepared: Prepared
    ) -> None:
        """Start all members, and say so."""
        summaries.start(crew.missing)
        names = names_of(crew, members)
        starting = "standalone test" if self.is_local else f"distributed test with remote engines: {names}"
        self.say(f"Starting {starting} @ {like_date(now_ms())}")
        if self.journal is not None and self.journal.begin(
            prepared.sha(), members, collector.writers, summaries, crew.divisions()
        ):
            name = self.journal.name
            tell(f"This run is {name}: pyjm --resume {name} takes it up if this process crashes", self.say)
        try:
            skew_ms = crew.start()
        except MemberError as error:
            raise Refused(*(f"An error occurred: {line}" for line in str(error).splitlines())) from None
        if not self.is_local:
            self.say(f"Remote engines have been started:{names}")
            if len(crew.taking_part()) > 1:
                self.say(f"All engines started within {skew_ms:.1f} ms of one another")

    def drive(
        self,
        crew: Crew,
        collector: Collector,
        summaries: Summaries,
        members: Sequence[Member],
        begin: Callable[[], None],
    ) -> int:
        """Have the test begin and see it to its end; gives the exit status."""
        self.crew = crew
        self.live.watch(crew, summaries, collector)
        outcomes, signal = self.see_through(crew, begin)
        summaries.end()
        outcomes = [outcome for outcome in outcomes if not outcome.idle]
        say_outcomes(outcomes, self.say, local=self.is_local)
        if self.handing is not None:
            self.handing.say_all()
        self.tidy_up(crew, names_of(crew, members))
        for path, rows in collector.unwritten.items():
            self.say(f"{path}: {rows} rows came that are not in it")
        failed = collector.has_failed or any(outcome.reason or outcome.lost for outcome in outcomes)
        failed = failed or (self.handing is not None and self.handing.failed)
        return 128 + signal if signal else int(failed)

    def see_through(self, crew: Crew, start: Callable[[], None]) -> tuple[list[Outcome], int]:
        """Start the test and wait for its end, with an ear for signals and messages; gives the signal, or 0."""
        messages = Messages(self.stop, self.say)
        with Signals(self.stop, self.say) as signals:
            start()
            self.listen(messages)
            outcomes = crew.wait()
            messages.close()
        return outcomes, signals.received

    def listen(self, messages: Messages) -> None:
        """Listen for messages, unless the properties say no."""
        first = self.settings.whole("jmeterengine.nongui.port", FIRST_PORT)
        if first > 1000:
            messages.listen(first, self.settings.whole("jmeterengine.nongui.maxport", LAST_PORT))

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


def names_of(crew: Crew, members: Sequence[Member]) -> str:
    """Write those that take part as JMeter's lines do."""
    return f"[{', '.join(members[index].name for index in crew.taking_part())}]"


def like_date(at_ms: int) -> str:
    """Write an instant as JMeter's console does: `2026 Nov 21 01:46:43 UTC (1795225603000)`."""
    return f"{date_format('yyyy MMM d HH:mm:ss z')(at_ms)} ({at_ms})"
