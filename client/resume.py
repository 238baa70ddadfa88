"""Take up a run whose controller has crashed: its servers are still in it, and have kept what was not acknowledged."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pyjm.engine.run.limits import raise_file_limit
from pyjm.properties import PropertiesError, Settings
from pyjm.properties.launch import java_options
from pyjm.properties.options import CommandLine, parse

from .board import Board
from .collect import Collector, FileError
from .fleet import Fleet
from .journal import BadJournal, Journal, Place, State, load, run_folder
from .live import Live
from .loss import OnLoss
from .member import UNKNOWN, MemberError
from .order import Order, Refused, Say
from .prepare import Prepared, find_plan, jobs_of, prepare, writers_of
from .remote import Remote
from .session import Session
from .summary import Summaries, now_ms
from .trust import Trust

log = logging.getLogger("pyjm.client.session")

MakeOrder = Callable[[CommandLine, Settings], Order | None]


def resume(name: str, environ: Mapping[str, str], settings: Settings, make_order: MakeOrder, say: Say) -> int:
    """Take up the run of that name; gives the exit status. `settings` tell where the runs are."""
    try:
        state = load(find(name, settings))
        line, original = as_it_was(state, environ)
        order = make_order(line, original)
    except (BadJournal, MemberError) as error:
        say(f"An error occurred: {error}")
        return 1
    return 1 if order is None else Resumed(state, order, original, say).run()


def find(name: str, settings: Settings) -> Path:
    """Find a run's journal: by its path, or by its name in the folder of runs."""
    path = Path(name)
    return path if path.suffix == ".run" and path.exists() else run_folder(settings) / f"{name}.run"


def as_it_was(state: State, environ: Mapping[str, str]) -> tuple[CommandLine, Settings]:
    """Read the command line of the run and its properties again, in its folder; raises BadJournal."""
    try:
        os.chdir(state.folder)
        surroundings = {**environ, **state.environ}
        line = parse(state.arguments)
        given, _ = java_options(surroundings)
        home, propfile = line.value("d"), line.value("p")
        return line, Settings.load([*given, *line], home=home, propfile=propfile, environ=surroundings)
    except (OSError, PropertiesError) as error:
        raise BadJournal(f"the run can't be taken up: {error}") from None


class Resumed(Session):
    """Drives a run from where its journal ends."""

    def __init__(self, state: State, order: Order, settings: Settings, say: Say) -> None:
        hosts = [place.name for place in state.places[: len(state.places) - len(order.standbys)]]
        order = replace(order, hosts=hosts)  # with those that had joined
        super().__init__(order, settings, say, lambda *_: [], lambda *_: self.crew)
        self.state = state
        self.board = Board()
        self.journal_path = state.path

    def run(self) -> int:
        """Take it up; gives the exit status."""
        try:
            self.live = Live.of(self.settings)
            return self.take_up(self.prepared())
        except Refused as refusal:
            for line in refusal.lines:
                log.error("%s", line)
                self.say(line)
            return 1
        finally:
            self.live.close()

    def member(self, place: Place, trust: Trust) -> Remote:
        """Make a server of the run a member of this one."""
        grant = place.grant
        joined = trust.door().joined(place.name, grant.caller) if grant.joined else None
        count = len(self.state.places)
        return Remote(
            place.name, self.settings, trust, say=self.say, joined=joined, members=count, board=self.board
        )

    def prepared(self) -> Prepared:
        """Read the plan again; it has to be the same."""
        prepared = prepare(find_plan(self.order.plan), self.order, self.settings)
        if prepared.sha() != self.state.plan_sha:
            raise Refused(f"An error occurred: {self.order.plan} was changed since the run began")
        return prepared

    def take_up(self, prepared: Prepared) -> int:
        """Go on with the files, reach the servers, and see the run to its end."""
        summaries = Summaries(self.summary, prepared.summaries, self.say)
        writers = writers_of(prepared, self.settings)
        collector = Collector(writers, summaries.main, self.say, self.failed, summaries.of_plan)
        self.know_rows(collector, prepared)
        trust = Trust(self.settings)
        places = self.state.places
        try:
            self.reopen(collector)
            raise_file_limit()
            members = [self.member(place, trust) for place in places]
            reached = self.reach(members)
            if not reached and not all(place.outcome.ended for place in places):
                raise Refused("An error occurred: no server is left in this run")
            return self.go_on(prepared, collector, summaries, members, reached)
        finally:
            collector.close()
            trust.close()

    def go_on(
        self,
        prepared: Prepared,
        collector: Collector,
        summaries: Summaries,
        members: list[Remote],
        reached: list[Remote],
    ) -> int:
        """Take what the servers have kept, and what they still make."""
        state = self.state
        journal = Journal(state.path.parent, state.arguments, {})
        on_loss = OnLoss.of(self.settings, list(self.order.hosts or ()))
        crew = Fleet(members, collector.add, self.say, None, on_loss, journal.record, self.handing)
        jobs = jobs_of(prepared, self.order, self.settings)
        if state.divisions:
            jobs = [replace(job, division=part) for job, part in zip(jobs, state.divisions)]

        def begin() -> None:
            summaries.start(crew.missing)
            summaries.go_on(state.figures)
            journal.go_on(state, collector.writers, summaries)
            self.say(f"The run {state.path.stem} is taken up: [{', '.join(member.name for member in reached)}]")
            crew.resume(jobs, [place.number for place in state.places], [place.outcome for place in state.places])

        try:
            return self.drive(crew, collector, summaries, members, begin)
        finally:
            crew.close()
            if self.handing is not None:
                self.handing.close()
            journal.remove()

    def know_rows(self, collector: Collector, prepared: Prepared) -> None:
        """Know which rows of data files were handed out before, where they are divided."""
        self.divide(jobs_of(prepared, self.order, self.settings), collector)
        if self.handing is not None:
            self.handing.know_all()

    def reach(self, members: list[Remote]) -> list[Remote]:
        """Connect to the servers that were not lost before; gives those that are there, and says of the others why."""
        reached = []
        first = len(self.order.hosts or ())
        for index, (member, place) in enumerate(zip(members, self.state.places)):
            outcome = place.outcome
            outcome.idle = index >= first and not outcome.stands_for
            if outcome.lost_at_ms:
                continue
            try:
                member.resume(place.grant)
                if not (outcome.idle or outcome.ended):
                    member.start_at(0)  # one that had begun takes no notice
                    reached.append(member)
            except MemberError as error:
                if outcome.ended:  # it has been let go
                    continue
                outcome.reason = str(error)
                if not outcome.idle:
                    outcome.unknown, outcome.in_flight = True, UNKNOWN
                    outcome.lost_at_ms = now_ms()
                    self.say(str(error))
        return reached

    def reopen(self, collector: Collector) -> None:
        """Go on with the result files; what was written of a batch that does not count is cut off."""
        sizes = dict(zip(self.state.files, self.state.sizes))
        for writer in dict.fromkeys(collector.writers):
            try:
                writer.reopen(sizes.get(str(writer.path), -1))
            except FileError as error:
                raise Refused(f"An error occurred: {error}") from None
