"""All members at work together: configured at once, started at one instant, each batch collected once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns

import pytest
from wired.rig import batch_of, job_of

from pyjm.client.fleet import Fleet, Policy
from pyjm.client.member import MemberError, Outcome, Progress
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job


class Played:
    """A member that does what a test says."""

    def __init__(self, name: str, batches: Sequence[Batch] = (), *, fails: int = 0, late_ms: float = 0.0) -> None:
        self.name = name
        self.cuts = 0
        self.warnings: Sequence[str] = []
        self.batches = list(batches)
        self.fails = fails
        self.late_ms = late_ms
        self.faults: list[Fault] = []
        self.began_ns = 0
        self.made = 0
        self.breaks_after = -1
        self.done: list[str] = []
        self.stopped = threading.Event()

    def configure(self, job: Job) -> list[Fault]:
        if self.fails:
            self.fails -= 1
            raise MemberError(f"{self.name} is not there")
        return self.faults

    def offset_ns(self) -> int:
        return 0

    def start_at(self, at_ns: int) -> None:
        self.began_ns = at_ns + int(self.late_ms * 1e6)

    def started_ns(self) -> int:
        return self.began_ns if self.began_ns <= perf_counter_ns() else 0

    def take(self, after: int, wait_s: float) -> list[bytes]:
        if after == self.breaks_after:
            raise MemberError(f"{self.name} is lost: cut")
        found = [batch.to_bytes() for batch in self.batches if batch.number > after]
        if not found:
            self.stopped.wait(wait_s)
        if self.stopped.is_set() and not found:
            found = [batch_of(after + 1, 0, last=True).to_bytes()]
        return found[:2]

    def stop(self, *, now: bool) -> None:
        self.done.append("stop now" if now else "stop")
        self.stopped.set()

    def health(self) -> Health | None:
        return None

    def progress(self) -> Progress:
        return Progress(self.made)

    def exit(self) -> None:
        self.done.append("exit")

    def close(self) -> None:
        self.done.append("close")


class Run:
    """A fleet with what it said and collected."""

    def __init__(self, *members: Played, policy: Policy | None = Policy()) -> None:  # noqa: B008  (it is frozen)
        self.lines: list[str] = []
        self.taken: list[tuple[int, int]] = []
        self.members = members
        self.fleet = Fleet(members, self.collect, self.lines.append, policy)

    def collect(self, index: int, batch: Batch) -> None:
        self.taken.append((index, batch.number))

    def configure(self) -> list[Fault]:
        return self.fleet.configure([job_of() for _ in self.members])

    def go(self) -> list[Outcome]:
        self.configure()
        self.fleet.start()
        outcomes = self.fleet.wait()
        self.fleet.close()
        return outcomes


def whole(count: int, samples: int = 1) -> list[Batch]:
    return [batch_of(number, samples, last=number == count) for number in range(1, count + 1)]


def test_every_batch_of_every_member_is_collected_once_and_in_its_order() -> None:
    run = Run(Played("h1", whole(5, 3)), Played("h2", whole(3, 2)))
    first, second = run.go()
    assert (first.received, second.received) == (15, 6)
    assert [number for index, number in run.taken if index == 0] == [1, 2, 3, 4, 5]
    assert [number for index, number in run.taken if index == 1] == [1, 2, 3]
    assert run.lines == ["Configuring remote engine: h1", "Configuring remote engine: h2"]


def test_two_members_of_one_name_stay_apart() -> None:
    run = Run(Played("h", whole(1, 1)), Played("h", whole(2, 2)))
    assert [outcome.received for outcome in run.go()] == [1, 4]


def test_batches_that_come_twice_are_written_once() -> None:
    class Stubborn(Played):
        def take(self, after: int, wait_s: float) -> list[bytes]:
            return [batch.to_bytes() for batch in self.batches]

    run = Run(Stubborn("h", [batch_of(1), batch_of(1), batch_of(2), batch_of(3, last=True)]))
    assert run.go()[0].received == 3


def test_batches_that_never_came_end_the_member() -> None:
    run = Run(Played("h", [batch_of(1), batch_of(4, last=True)]))
    (outcome,) = run.go()
    assert outcome.unknown
    assert outcome.reason == "h: batches 2 to 3 never came"


def test_all_faults_of_all_members_are_told_once_and_with_the_name_of_those_that_differ() -> None:
    members = Played("h1"), Played("h2")
    common = Fault("Plan", "bad")
    members[0].faults = [common]
    members[1].faults = [common, Fault("CSV", "no such file")]
    assert Run(*members).configure() == [common, Fault("CSV", "on h2: no such file")]


def test_members_are_tried_again_as_the_properties_say() -> None:
    run = Run(Played("h1"), Played("h2", fails=1), policy=Policy(tries=2, retries_delay_ms=1))
    run.configure()
    assert run.lines == [
        "Configuring remote engine: h1",
        "Configuring remote engine: h2",
        "h2 is not there",
        "Failed to configure h2",
        "Following remote engines will retry configuring: [h2], pausing before retry for 1ms",
        "Configuring remote engine: h2",
    ]


def test_one_that_is_not_there_ends_the_run_before_it_begins() -> None:
    run = Run(Played("h1"), Played("h2", fails=1))
    with pytest.raises(MemberError, match=r"Following remote engines could not be configured:\[h2\]"):
        run.configure()
    assert run.lines[-2:] == ["Stopping remote engines", "Remote engines have been stopped"]
    assert run.members[0].done == ["close"]


def test_what_is_wrong_on_the_others_is_said_all_the_same() -> None:
    run = Run(Played("h1"), Played("h2", fails=1), Played("h3"))
    run.members[2].faults = [Fault("memory", "too little", "take more servers", fatal=False)]
    with pytest.raises(MemberError):
        run.configure()
    assert run.lines[-3:] == [
        "memory: on h3: too little (take more servers)",
        "Stopping remote engines",
        "Remote engines have been stopped",
    ]


def test_the_others_go_on_where_the_properties_say_so() -> None:
    run = Run(Played("h1", whole(1)), Played("h2", fails=1), policy=Policy(continue_on_fail=True))
    first, second = run.go()
    assert run.lines[-2:] == [
        "Following remote engines could not be configured:[h2]",
        "Continuing without failed engines...",
    ]
    assert first.received == 1
    assert second.reason == "h2 is not there"
    assert not second.unknown


def test_nobody_there_ends_the_run_whatever_the_properties_say() -> None:
    run = Run(Played("h1", fails=1), policy=Policy(continue_on_fail=True))
    with pytest.raises(MemberError):
        run.configure()


def test_a_fleet_of_this_machine_says_nothing() -> None:
    run = Run(Played("local", whole(2)), policy=None)
    run.go()
    assert run.lines == []


def test_the_skew_is_what_the_members_say_about_their_start() -> None:
    run = Run(Played("h1", whole(1)), Played("h2", whole(1), late_ms=12.5))
    run.configure()
    assert run.fleet.start() == pytest.approx(12.5, abs=0.01)
    run.fleet.wait()
    run.fleet.close()


def test_a_lost_member_does_not_hold_up_the_others_and_says_what_may_be_lost_with_it() -> None:
    gone = Played("h1", [batch_of(1, 10), batch_of(2, 10)])
    gone.breaks_after = 2
    gone.made = 25
    first, second = Run(gone, Played("h2", whole(3, 1))).go()
    assert (first.received, first.unknown, first.in_flight, first.reason) == (20, True, 5, "h1 is lost: cut")
    assert (second.received, second.reason) == (3, "")


def test_a_stop_reaches_all_and_ends_the_run() -> None:
    run = Run(Played("h1"), Played("h2"))
    run.configure()
    run.fleet.start()
    run.fleet.stop(now=False)
    assert [outcome.reason for outcome in run.fleet.wait()] == ["", ""]
    run.fleet.exit_all()
    run.fleet.close()
    assert [member.done for member in run.members] == [["stop", "exit", "close"]] * 2


def test_what_collecting_raises_stops_the_test_and_comes_out() -> None:
    class Full(Run):
        def collect(self, index: int, batch: Batch) -> None:
            raise OSError("disk full")

    run = Full(Played("h1", whole(1)), Played("h2"))
    run.configure()
    run.fleet.start()
    with pytest.raises(OSError, match="disk full"):
        run.fleet.wait()
    run.fleet.close()
    assert run.members[1].done == ["stop now", "close"]


def test_the_policy_comes_from_the_properties(tmp_path: Path) -> None:
    from pyjm.properties import Settings

    options = [("J", "client.tries=3"), ("J", "client.continue_on_fail=true")]
    assert Policy.of(Settings.load(options, environ={}, cwd=tmp_path)) == Policy(3, 5000, True)
