"""Engines and crews for the tests of the client: an engine that plays batches, and a crew that needs no threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pyjm.client.collect import Collector
from pyjm.client.local import Local
from pyjm.client.member import Member, MemberError, Outcome
from pyjm.client.order import Order, Say
from pyjm.client.session import Session
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job
from pyjm.properties import Settings

PLAN = """<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.5">
  <hashTree>
    <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="Test Plan" enabled="true"/>
    <hashTree>{inner}</hashTree>
  </hashTree>
</jmeterTestPlan>
"""


@dataclass
class Played:
    """An engine that gives out the batches it was made with; `Running` as far as a session uses it."""

    batches: list[Batch] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    job: Job | None = None
    stops: list[bool] = field(default_factory=list)
    started: bool = False
    closed: bool = False

    def prepare(self, job: Job) -> list[Fault]:
        self.job = job
        return self.faults

    def start(self, at_ns: int) -> None:
        self.started = True

    def take(self, after: int, wait_s: float) -> list[bytes]:
        return [batch.to_bytes() for batch in self.batches if batch.number > after]

    def stop(self, *, now: bool) -> None:
        self.stops.append(now)

    def health(self) -> Health:
        return Health()

    def close(self) -> None:
        self.closed = True


class PlainCrew:
    """Drives members one after another, in the thread of the caller."""

    def __init__(self, members: Sequence[Member], collector: Collector) -> None:
        self.members = members
        self.collector = collector
        self.exited = False

    def configure(self, jobs: Sequence[Job]) -> list[Fault]:
        return [fault for member, job in zip(self.members, jobs) for fault in member.configure(job)]

    def taking_part(self) -> list[int]:
        return list(range(len(self.members)))

    def start(self) -> float:
        for member in self.members:
            member.start_at(0)
        return 0.5

    def wait(self) -> list[Outcome]:
        outcomes = []
        for index, member in enumerate(self.members):
            outcome = Outcome(member.name)
            last = False
            after = 0
            while not last:
                try:
                    taken = member.take(after, 1.0)
                except MemberError as error:
                    outcome.reason = str(error)
                    break
                for data in taken:
                    batch = Batch.from_bytes(data)
                    self.collector.add(index, batch)
                    after, last = batch.number, batch.last
                    outcome.received += batch.samples
            outcomes.append(outcome)
        return outcomes

    def stop(self, *, now: bool) -> None:
        for member in self.members:
            member.stop(now=now)

    def missing(self, since_ms: int, until_ms: int) -> str:
        return ""

    def seen(self) -> list[tuple[Member, Outcome]]:
        return [(member, Outcome(member.name)) for member in self.members]

    def exit_all(self) -> None:
        self.exited = True

    def close(self) -> None:
        pass


@pytest.fixture
def plan_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a plan that holds what is given."""

    def write(inner: str = "", name: str = "plan.jmx") -> Path:
        path = tmp_path / name
        path.write_text(PLAN.format(inner=inner))
        return path

    return write


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Load the shipped properties with some set; no port is listened on."""

    def load(**given: str) -> Settings:
        options = [("J", f"{key.replace('__', '.')}={value}") for key, value in given.items()]
        return Settings.load([("J", "jmeterengine.nongui.port=0"), *options], environ={}, cwd=tmp_path)

    return load


@dataclass
class Run:
    """One run of a session over played engines: what it said, and what it left."""

    settings: Settings
    lines: list[str] = field(default_factory=list)
    engines: list[Played] = field(default_factory=list)
    crew: PlainCrew | None = None
    status: int = -1

    def go(self, order: Order, *engines: Played) -> Run:
        """Run an order; each host, or this machine, has the next of the engines."""
        self.engines = list(engines)

        def members(order: Order, settings: Settings) -> list[Member]:
            made: list[Member] = [Local(engine) for engine in self.engines]
            for member, host in zip(made, order.hosts or ["local"]):
                member.name = host
            return made

        def crew(order: Order, settings: Settings, members: list[Member], collector: Collector, say: Say) -> PlainCrew:
            self.crew = PlainCrew(members, collector)
            return self.crew

        self.status = Session(order, self.settings, self.lines.append, members, crew).run()
        return self


@pytest.fixture
def run(settings: Callable[..., Settings]) -> Callable[..., Run]:
    """Make a run with properties set."""

    def make(**given: str) -> Run:
        return Run(settings(**given))

    return make


@pytest.fixture
def played() -> type[Played]:
    """Give the class of engines that play batches."""
    return Played
