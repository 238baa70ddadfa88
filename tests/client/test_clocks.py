"""Offset and drift of a server's clock are found within their bounds; a jump is said once and changes nothing."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import Any

import pytest
from wired.rig import Server, eventually, job_of, serving, settings_of

from pyjm.client.clocks import (
    FAR_NS,
    LEAST_SLEW_NS,
    MOST_POINTS,
    ROUNDS,
    SLEW_NS,
    Clock,
    Timekeeper,
)
from pyjm.client.order import Order
from pyjm.client.remote import Remote
from pyjm.engine.vu import clock as wall
from pyjm.server.wire.contract import Refused

SECOND_NS = 10**9
MS_NS = 10**6
HOUR_NS = 3600 * SECOND_NS


class Far:
    """A clock that is ahead and quicker, behind a way that takes its time, there and back not the same."""

    def __init__(self, ahead_ns: int, quicker: float, seed: int = 1) -> None:
        self.ahead_ns, self.quicker = ahead_ns, quicker
        self.random = random.Random(seed)
        self.clock = Clock()
        self.here_ns = 5 * SECOND_NS

    def says(self, here_ns: int) -> int:
        return here_ns + self.ahead_ns + round(self.quicker * here_ns)

    def beat(self, there_ns: int | None = None, back_ns: int | None = None) -> bool:
        """Go on by a second, then ask."""
        self.here_ns += SECOND_NS
        sent_ns = self.here_ns
        arrived_ns = sent_ns + (self.way_ns() if there_ns is None else there_ns)
        returned_ns = arrived_ns + (self.way_ns() if back_ns is None else back_ns)
        return self.clock.add(sent_ns, self.says(arrived_ns), returned_ns)

    def way_ns(self) -> int:
        return round(200_000 + self.random.expovariate(1 / 3e6))

    def wrong_ns(self) -> tuple[int, int]:
        """Give how wrong it is now, and how wrong it says that it may be."""
        found = self.clock.at(self.here_ns)
        assert found is not None
        return abs(found.ns - (self.says(self.here_ns) - self.here_ns)), found.bound_ns


def test_the_quickest_round_tells_best() -> None:
    far = Far(7 * SECOND_NS, 0.0)
    far.beat(9 * MS_NS, 100_000)
    far.beat(100_000, 100_000)
    far.beat(100_000, 9 * MS_NS)
    wrong_ns, bound_ns = far.wrong_ns()
    assert wrong_ns == 0
    assert 100_000 <= bound_ns <= 400_000


@pytest.mark.parametrize("seed", range(12))
def test_offset_and_drift_are_within_their_bounds(seed: int) -> None:
    far = Far(-3 * HOUR_NS, (seed - 6) * 10e-6, seed)
    for number in range(1, 900):
        far.beat()
        if number in (1, 5, 30, 200, 899):
            wrong_ns, bound_ns = far.wrong_ns()
            assert wrong_ns <= bound_ns
    assert bound_ns < 2 * MS_NS
    found = far.clock.at(far.here_ns)
    assert found is not None
    assert abs(found.drift - far.quicker) <= found.drift_bound + 1e-9
    assert found.drift_bound < 5e-6


def test_a_drift_is_followed_while_all_rounds_are_slow() -> None:
    far = Far(0, 50e-6)
    for _ in range(300):
        far.beat()
    for _ in range(300):
        far.beat(40 * MS_NS, 90 * MS_NS)
    wrong_ns, bound_ns = far.wrong_ns()
    assert wrong_ns <= bound_ns < 10 * MS_NS  # the drift alone would have made 15 ms of the last good round


def test_nothing_is_known_at_first_and_memory_is_bounded_in_the_end() -> None:
    far = Far(0, 0.0)
    assert far.clock.at(0) is None
    for _ in range(ROUNDS * MOST_POINTS * 9):
        far.beat()
    assert len(far.clock._points) < MOST_POINTS


def test_a_machine_that_stood_still_is_measured_anew_and_that_is_told_once() -> None:
    far = Far(0, 0.0)
    for _ in range(40):
        far.beat()
    far.ahead_ns -= 3 * SECOND_NS
    assert [far.beat() for _ in range(6)].count(True) == 1
    wrong_ns, bound_ns = far.wrong_ns()
    assert wrong_ns <= bound_ns < 50 * MS_NS


def test_a_single_round_that_can_not_be_is_passed_over() -> None:
    far = Far(0, 0.0)
    for _ in range(40):
        far.beat(100_000, 100_000)
    here_ns = far.here_ns
    assert not far.clock.add(here_ns, here_ns + 10 * FAR_NS, here_ns + 1000)
    assert far.wrong_ns()[0] == 0


# what a server tells


class Kept:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.keeper = Timekeeper("s1", self.lines.append)
        self.wall_ns = time_ns() - perf_counter_ns()
        self.ahead_ns = 0

    def beat(self) -> None:
        sent_ns = perf_counter_ns()
        theirs_ns = sent_ns + self.ahead_ns
        self.keeper.beat({"clock": theirs_ns, "wall": self.wall_ns + sent_ns}, sent_ns, sent_ns + 1000)


def test_a_jump_of_the_wall_clock_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept()
    for jump_ns in (0, 0, HOUR_NS, 0, 0, 2 * MS_NS, -HOUR_NS, 0):
        kept.wall_ns += jump_ns
        kept.beat()
    assert kept.lines == [
        "s1: its clock was set ahead by 3600.0 s; no time of a sample is changed by that",
        "s1: its clock was set back by 3600.0 s; no time of a sample is changed by that",
    ]
    assert caplog.messages == kept.lines


def test_how_the_clock_stands_is_said_in_words() -> None:
    kept = Kept()
    assert kept.keeper.text() == ""
    kept.wall_ns += 1500 * MS_NS
    kept.beat()
    text = kept.keeper.text()
    assert text.startswith(("clock +1500.0 ms (± 0.0 ms), ", "clock +1499.9 ms ", "clock +1500.1 ms ")), text
    assert text.endswith("drift unknown")


@pytest.mark.parametrize("value", [None, "5", 1.5, [], 1 << 63, -(1 << 70)])
def test_what_is_no_time_is_passed_over(value: object) -> None:
    kept = Kept()
    here_ns = perf_counter_ns()
    kept.keeper.beat({"clock": value, "wall": here_ns}, here_ns, here_ns + 5)
    kept.keeper.beat({"clock": here_ns, "wall": value}, here_ns, here_ns + 5)
    kept.keeper.beat({}, here_ns, here_ns + 5)
    assert kept.keeper.text() == ""
    assert kept.lines == []


def test_the_time_of_samples_is_corrected_in_small_steps_and_only_where_it_was_told() -> None:
    kept = Kept()
    kept.beat()
    assert kept.keeper.correction() is None
    told_ns = kept.keeper.epoch_ns()
    assert abs(told_ns - (time_ns() - perf_counter_ns())) < 20 * MS_NS
    assert kept.keeper.correction() is None
    kept.ahead_ns = -3 * MS_NS  # within what a round may be wrong by, so that it is believed
    kept.keeper.clock = Clock()
    kept.beat()
    steps = 0
    while (next_ns := kept.keeper.correction()) is not None:
        assert 0 < next_ns - told_ns <= SLEW_NS
        kept.keeper.corrected(next_ns)
        told_ns, steps = next_ns, steps + 1
    assert steps in (6, 7)
    assert abs(told_ns - kept.keeper._base_ns - 3 * MS_NS) <= LEAST_SLEW_NS


def test_a_step_that_did_not_get_through_is_given_again() -> None:
    kept = Kept()
    kept.beat()
    kept.keeper.epoch_ns()
    kept.ahead_ns = -MS_NS
    kept.keeper.clock = Clock()
    kept.beat()
    assert kept.keeper.correction() == kept.keeper.correction() is not None


# over the wire


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def told_job(server: Server, folder: Path, **given: str) -> tuple[Any, list[str]]:
    """Configure a test there; gives its job, and what was found of the clock."""
    member = Remote(server.address, settings_of(folder, **given))
    try:
        faults = member.configure(job_of())
    finally:
        member.close()
    return server.engine.job, [fault.problem for fault in faults if fault.path == "clock"]


def test_the_times_of_samples_are_the_servers_by_default(server: Server, tmp_path: Path) -> None:
    server.host.wall_ns = lambda: time_ns() + HOUR_NS
    job, problems = told_job(server, tmp_path)
    assert job.epoch_ns == 0
    assert problems == ["it is 3600.0 s ahead of the controller's, and so are the times of its samples"]


def test_the_times_of_samples_are_the_controllers_where_that_is_asked_for(server: Server, tmp_path: Path) -> None:
    server.host.wall_ns = lambda: time_ns() + HOUR_NS
    job, problems = told_job(server, tmp_path, pyjm__clock="controller")
    assert abs(job.epoch_ns - (time_ns() - perf_counter_ns())) < 50 * MS_NS
    assert problems == []


def test_a_jump_in_mid_run_is_said_once_and_the_clock_at_the_end(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pyjm.client")
    lines: list[str] = []
    member = Remote(server.address, settings_of(tmp_path, pyjm__loss_timeout="0.4"), say=lines.append)
    try:
        member.configure(job_of())
        member.start_at(0)
        at_first_ns = member.offset_ns()
        server.host.wall_ns = lambda: time_ns() - HOUR_NS
        assert eventually(lambda: bool(lines))
        assert member._heart is not None
        beaten = member.progress().at_ns
        assert eventually(lambda: member.progress().at_ns > beaten)
        assert abs(member.offset_ns() - at_first_ns) < 20 * MS_NS
    finally:
        member.close()
    assert lines == [f"{server.address}: its clock was set back by 3600.0 s; no time of a sample is changed by that"]
    (said,) = [text for text in caplog.messages if text.startswith(f"{server.address}: clock ")]
    assert said.startswith(f"{server.address}: clock -3600"), said
    assert " ms (± " in said
    assert said.endswith(", drift unknown")


def test_a_correction_reaches_the_engine_once_the_plan_is_compiled(tmp_path: Path) -> None:
    said: list[object] = []

    def refused(epoch_ns: int) -> str:
        with pytest.raises(Refused) as caught:
            member._call("epoch", epoch_ns)
        return caught.value.text

    with serving(tmp_path, compiling=lambda: said.append(refused(5))) as server:
        member = Remote(server.address, server.settings)
        try:
            member.configure(job_of())
            assert said == ["no test is compiled"]
            member._call("epoch", 7)
            assert server.engine.epochs == [7]
            assert refused(1 << 62) == f"no time: {1 << 62}"
        finally:
            member.close()


def test_the_clock_of_a_test_that_runs_is_corrected(server: Server, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, pyjm__clock="controller", pyjm__loss_timeout="0.4")
    member = Remote(server.address, settings)
    try:
        member.configure(job_of())
        member.start_at(0)
        keeper = member._opener.timekeeper
        assert server.engine.job is not None
        told_ns = server.engine.job.epoch_ns
        keeper._base_ns += 2 * MS_NS
        assert eventually(lambda: len(server.engine.epochs) >= 3)
        steps = [after - before for before, after in pairwise([told_ns, *server.engine.epochs])]
        assert all(abs(step) <= SLEW_NS for step in steps)
        assert steps[:3] == [SLEW_NS] * 3
    finally:
        member.close()


# the clock of a worker


@pytest.fixture
def epoch() -> Iterator[None]:
    before = wall.set_epoch(0)
    wall.set_epoch(before)
    yield
    wall.set_epoch(before)


def test_a_worker_takes_the_wall_time_that_it_is_told(epoch: None) -> None:
    wall.set_epoch(5 * MS_NS)
    assert wall.to_wall_ms(7 * MS_NS) == 12
    assert 0 <= wall.wall_ms() - (perf_counter_ns() // MS_NS + 5) <= 1000


@pytest.mark.parametrize("jump_ns", [HOUR_NS, -HOUR_NS])
def test_a_jump_of_the_wall_clock_changes_no_time(jump_ns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before_ms, real = wall.wall_ms(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + jump_ns)
    monkeypatch.setattr(wall, "time_ns", lambda: real() + jump_ns)
    assert 0 <= wall.wall_ms() - before_ms < 60_000


Run = Any


@pytest.mark.parametrize("value", ["", "abc", "Controller", "${x}", "1"])
def test_an_odd_value_is_refused_before_the_run(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path], value: str
) -> None:
    done = run(pyjm__clock=value) if value else run(pyjm__clock=" ")
    done.go(Order(str(plan_file())), played())
    assert done.lines == [f"An error occurred: pyjm.clock={value} is none; write server or controller"]
    assert done.status == 1
