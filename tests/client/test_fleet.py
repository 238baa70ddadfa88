"""All members at work together: configured at once, started at one instant, each batch collected once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from wired.played import Played, Run, whole
from wired.rig import batch_of, eventually

from pyjm.client.configuring import Policy
from pyjm.client.member import MemberError
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch


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


def test_a_member_is_asked_for_more_when_what_came_is_collected() -> None:
    asked: list[int] = []
    collecting, go_on = threading.Event(), threading.Event()

    class Asked(Played):
        def take(self, after: int, wait_s: float) -> list[bytes]:
            asked.append(after)
            return super().take(after, wait_s)

    class Slow(Run):
        def collect(self, index: int, batch: Batch) -> None:
            collecting.set()
            assert go_on.wait(10)
            super().collect(index, batch)

    run = Slow(Asked("h", whole(6)))
    run.configure()
    run.fleet.start()
    assert collecting.wait(10)
    assert asked == [0]
    go_on.set()
    (outcome,) = run.fleet.wait()
    run.fleet.close()
    assert (asked, outcome.received) == ([0, 2, 4], 6)


def test_what_comes_from_all_members_is_collected_in_one_thread() -> None:
    threads: set[int] = set()

    class Seen(Run):
        def collect(self, index: int, batch: Batch) -> None:
            threads.add(threading.get_ident())
            super().collect(index, batch)

    run = Seen(*(Played(f"h{number}", whole(4)) for number in range(20)))
    assert [outcome.received for outcome in run.go()] == [4] * 20
    assert len(threads) == 1


def test_who_is_waited_for_to_begin_is_not_waited_for_when_the_test_is_stopped() -> None:
    run = Run(Played("h1", late_ms=60_000), Played("h2", late_ms=60_000))
    run.configure()
    starting = threading.Thread(target=run.fleet.start)
    starting.start()
    assert eventually(lambda: all(member.began_ns for member in run.members))
    run.fleet.stop(now=True)
    starting.join(2.5)
    assert not starting.is_alive()
    run.fleet.wait()
    run.fleet.close()


def test_the_clocks_of_many_members_are_measured_before_the_start() -> None:
    few, many = Run(*(Played(f"h{n}", whole(1)) for n in range(8))), Run(*(Played(f"h{n}", whole(1)) for n in range(9)))
    few.go()
    many.go()
    assert not any("settle" in member.done for member in few.members)
    assert all(member.done.count("settle") == 1 for member in many.members)
