"""How the load is laid on servers: what properties may say, who is waited for, and who has which part."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wired.played import Played, Run, whole
from wired.rig import PLAN, batch_of, eventually, job_of, serving, trust_of

from pyjm.client import cli
from pyjm.client.configuring import Policy
from pyjm.client.journal import Journal, load
from pyjm.client.load import Load, capacity, divisions
from pyjm.client.loss import REPLACE, OnLoss
from pyjm.client.member import MemberError, Outcome
from pyjm.client.remote import Remote
from pyjm.engine.plan.faults import Fault
from pyjm.engine.shared.division import MOST_CYCLE, Division
from pyjm.properties import Settings

DIVIDE = Load(divides=True)


def settings(**given: str) -> Settings:
    return Settings.load([("J", f"pyjm.{key}={value}") for key, value in given.items()], environ={})


def load_of(servers: int = 3, **given: str) -> Load:
    return Load.of(settings(**given), [f"h{number}" for number in range(servers)])


# what is asked for


def test_each_server_runs_the_whole_plan_where_nothing_else_is_said() -> None:
    assert load_of() == Load(False, (), 0, 60.0)


def test_all_of_it_can_be_said() -> None:
    asked = load_of(load="divide", weights="2, 1,1", expect_servers="2", expect_timeout="1.5")
    assert asked == Load(True, (2, 1, 1), 2, 1.5)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"load": "half"}, "pyjm.load=half is none; write each or divide"),
        ({"weights": "1,2"}, "pyjm.weights=1,2: 2 weights for 3 servers; write one for each, in their order"),
        ({"weights": "1"}, "pyjm.weights=1: 1 weight for 3 servers; write one for each, in their order"),
        ({"weights": "1,0,2"}, "pyjm.weights=1,0,2: 0 is no weight; write auto, or a whole number from 1 to 1000"),
        ({"weights": "1,-1,2"}, "pyjm.weights=1,-1,2: -1 is no weight"),
        ({"weights": "1,x,2"}, "pyjm.weights=1,x,2: x is no weight"),
        ({"weights": "1,,2"}, "pyjm.weights=1,,2: nothing is no weight"),
        ({"weights": "1,1.5,2"}, "pyjm.weights=1,1.5,2: 1.5 is no weight"),
        ({"weights": "1,1001,2"}, "pyjm.weights=1,1001,2: 1001 is no weight"),
        ({"weights": "1,²,2"}, "pyjm.weights=1,²,2: ² is no weight"),
        ({"expect_servers": "4"}, "pyjm.expect_servers=4, and only 3 servers are named (-R, remote_hosts)"),
        ({"expect_servers": "-1"}, "pyjm.expect_servers=-1 can't be used: write a whole number, 100000 at most"),
        ({"expect_servers": "1.5"}, "pyjm.expect_servers=1.5 can't be used: write a whole number, 100000 at most"),
        ({"expect_servers": "all"}, "pyjm.expect_servers=all can't be used: write a whole number, 100000 at most"),
        ({"expect_timeout": "nan"}, "pyjm.expect_timeout=nan is none; write a number, 0 or more"),
        ({"expect_timeout": "1 min"}, "pyjm.expect_timeout=1 min is none; write a number, 0 or more"),
    ],
)
def test_what_can_not_be_meant_is_said_in_one_line(given: dict[str, str], line: str) -> None:
    with pytest.raises(MemberError, match="^" + re.escape(line)) as caught:
        load_of(**given)
    assert "\n" not in str(caught.value)


def test_weights_that_are_too_fine_are_refused() -> None:
    fine = ",".join(str(1000 - number % 2) for number in range(30))
    with pytest.raises(MemberError, match=f"they are too fine; their sum may be {MOST_CYCLE} at most"):
        load_of(30, weights=fine)


# who has which part


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=60))
def test_parts_are_in_the_lowest_terms_and_never_too_fine(weights: list[int]) -> None:
    made = divisions(weights, 7)
    assert [part and part.index for part in made] == list(range(len(weights)))
    assert {part and Division.from_plain({"index": 0, "weights": part.weights, "seed": 7}) for part in made} == {
        Division(0, made[0].weights if made[0] else (), 7)
    }


def test_one_server_alone_has_all_of_it() -> None:
    assert divisions([8], 7) == [None]


@pytest.mark.parametrize(
    ("about", "workers"),
    [
        ({"cores": 8, "workers": 0}, 8),
        ({"cores": 8, "workers": 3}, 3),
        ({}, 1),
        ({"cores": "many"}, 1),
        ({"cores": 1 << 40}, 1000),
    ],
)
def test_a_servers_capacity_are_its_workers(about: dict[str, object], workers: int) -> None:
    assert capacity(about) == workers


def parts_of(run: Run) -> list[tuple[int, tuple[int, ...]] | None]:
    found = [member.jobs[-1].division if member.jobs else None for member in run.members]
    return [part and (part.index, part.weights) for part in found]


def test_servers_have_parts_by_what_they_say_of_themselves() -> None:
    big, small = Played("h1", whole(1)), Played("h2", whole(1))
    big.about, small.about = {"cores": 8}, {"cores": 2}
    run = Run(big, small, load=DIVIDE)
    run.go()
    assert run.lines[0] == "The load is divided: h1 80 %, h2 20 %"
    assert parts_of(run) == [(0, (4, 1)), (1, (4, 1))]
    seeds = {member.jobs[0].division.seed for member in run.members if member.jobs[0].division}
    assert len(seeds) == 1


def test_nothing_is_said_where_each_runs_the_whole_plan() -> None:
    run = Run(Played("h1", whole(1)), Played("h2", whole(1)))
    run.go()
    assert parts_of(run) == [None, None]
    assert not any("divided" in line for line in run.lines)


def test_those_that_are_left_have_the_whole_load_where_the_run_goes_on_without_one() -> None:
    away = Played("h2", fails=1)
    run = Run(
        Played("h1", whole(1)), away, Played("h3", whole(1)),
        policy=Policy(continue_on_fail=True), load=Load(True, (3, 2, 1)),
    )  # fmt: skip
    run.go()
    assert "The load is divided: h1 50 %, h2 33.3 %, h3 16.7 %" in run.lines
    assert "The load is divided: h1 75 %, h3 25 %" in run.lines
    assert parts_of(run) == [(0, (3, 1)), None, (1, (3, 1))]


def test_one_that_stands_by_takes_the_part_of_a_lost_one() -> None:
    lost = Played("h2", [batch_of(1, 10)])
    lost.breaks_after = 1
    idle = Played("h3", [batch_of(1, 0, last=True)])  # it has no users, and so has ended at once
    spare = Played("h4", [batch_of(1, 5)])
    on_loss = OnLoss(REPLACE, ("h4",))
    run = Run(Played("h1"), lost, idle, spare, on_loss=on_loss, load=Load(True, (5, 3, 1)))
    run.configure()
    lost.hold = lambda: (2, 1) in run.taken
    run.fleet.start()
    assert eventually(lambda: (3, 1) in run.taken)
    run.members[0].stopped.set()
    outcomes = run.fleet.wait()
    run.fleet.close()
    assert [job.division and job.division.index for job in spare.jobs] == [0, 1]
    assert outcomes[1].missing.startswith("33 % of the load was missing for ")
    assert outcomes[3].stands_for == "h2"


def test_one_that_can_not_have_the_part_does_not_take_the_place() -> None:
    lost, spare = Played("h2", [batch_of(1, 10)]), Played("h3")
    lost.breaks_after = 1
    run = Run(Played("h1"), lost, spare, on_loss=OnLoss(REPLACE, ("h3",)), load=DIVIDE)
    run.configure()
    spare.faults = [Fault("plan", "no room")]
    run.fleet.start()
    assert eventually(lambda: any(line.startswith("No server stands by") for line in run.lines))
    run.members[0].stopped.set()
    run.fleet.wait()
    run.fleet.close()
    assert "h3 can't take the place of h2: plan: no room" in run.lines


# who is waited for


def expecting(count: int, seconds: float = 30.0, *, divides: bool = True) -> Load:
    return Load(divides, (), count, seconds)


def test_a_run_waits_for_the_servers_that_it_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyjm.client.load.LOOK_S", 0.01)
    late = Played("h2", whole(1))
    late.absent = 3
    run = Run(Played("h1", whole(1)), late, load=expecting(2))
    run.go()
    assert run.lines[:2] == ["Waiting up to 30 s for 2 servers: 1 there", "The load is divided: h1 50 %, h2 50 %"]
    assert parts_of(run) == [(0, (1, 1)), (1, (1, 1))]


def test_it_begins_with_those_that_are_there_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyjm.client.load.LOOK_S", 0.01)
    away = Played("h2", whole(1))
    away.absent = 1 << 30
    run = Run(Played("h1", whole(1)), away, Played("h3", whole(1)), load=expecting(3, 0.05))
    outcomes = run.go()
    assert run.lines[1:3] == [
        "Warning: 2 of 3 expected servers are there: the test runs without [h2]",
        "The load is divided: h1 50 %, h3 50 %",
    ]
    assert parts_of(run) == [(0, (1, 1)), None, (1, (1, 1))]
    assert [outcome.idle for outcome in outcomes] == [False, True, False]
    assert run.fleet.taking_part() == [0, 2]


def test_as_many_as_are_expected_are_enough() -> None:
    away = Played("h1")
    away.absent = 1 << 30
    run = Run(away, Played("h2", whole(1)), load=expecting(1, divides=False))
    run.go()
    assert run.lines[0] == "1 of 1 expected servers are there: the test runs without [h1]"


def test_where_nobody_is_there_the_run_ends_with_the_reasons() -> None:
    away = Played("h1")
    away.absent = 1 << 30
    run = Run(away, load=expecting(1, 0))
    with pytest.raises(MemberError, match=r"^h1 is not there\nNo server was there within 0 s$"):
        run.configure()
    run.fleet.close()


def test_a_server_is_looked_at_without_being_taken(tmp_path: Path) -> None:
    with serving(tmp_path, about={"cores": 6}, pyjm__workers="5") as server:
        member = Remote(server.address, server.settings, trust_of(server.settings))
        assert member.look()["workers"] == 5
        assert member.look()["cores"] == 6
        other = server.greeted()
        other.call("acquire")
    with pytest.raises(MemberError, match="Connection refused to host: "):
        member.look()


def test_a_server_is_told_its_part_and_another_one_under_the_same_lease(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        member = Remote(server.address, server.settings, trust_of(server.settings))
        parts = [Division(index, (2, 1), 5) for index in range(2)]
        assert member.configure(replace(job_of(), division=parts[0])) == []
        token = member.grant().token
        assert member.reconfigure(replace(job_of(), division=parts[1])) == []
        assert [engine.job and engine.job.division for engine in server.engines] == parts
        assert (member.grant().token, server.engines[0].closed) == (token, True)
        member.start_at(0)
        assert server.engine.started_ns
        member.close()


def test_an_order_with_a_part_that_is_none_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        member = Remote(server.address, server.settings, trust_of(server.settings))
        with pytest.raises(MemberError, match="an order of another form"):
            member.configure(replace(job_of(), division=Division(2, (1, 1), 5)))
        member.close()


@pytest.mark.parametrize("start", [["-n"], ["--check"]])
def test_a_run_and_a_check_say_at_once_what_can_not_be_meant(
    start: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.jmx").write_bytes(PLAN % b"")
    given = ["-t", str(tmp_path / "plan.jmx"), "-R", "h1,h2", "-j", os.devnull, "-Jpyjm.weights=1"]
    assert cli.run([*start, *given], {}) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if "weights" in line]
    assert said == ["An error occurred: pyjm.weights=1: 1 weight for 2 servers; write one for each, in their order"]


# a crash of the controller


def test_parts_outlive_the_controller(tmp_path: Path) -> None:
    parts = [Division(0, (2, 1), 5), Division(1, (2, 1), 5)]
    journal = Journal(tmp_path, ["-n"], {})
    assert journal.begin("sha", [], [], None, parts)  # type: ignore[arg-type]
    journal.leave()
    state = load(journal.path)
    assert state.divisions == parts
    again = Journal(tmp_path, [], {})
    again.go_on(state, [], None)  # type: ignore[arg-type]
    again.leave()
    assert load(journal.path).divisions == parts


def test_one_that_took_a_place_has_its_part_when_the_run_is_taken_up() -> None:
    members = Played("h1", whole(1)), Played("h2"), Played("h3", whole(1))
    run = Run(*members, on_loss=OnLoss(REPLACE, ("h3",)), load=DIVIDE)
    run.configure()
    jobs = [member.jobs[0] for member in run.members]
    standing_in = Outcome("h3", stands_for="h2")
    lost = Outcome("h2", reason="lost", lost_at_ms=1)
    run.fleet.resume(jobs, [0, 0, 0], [Outcome("h1"), lost, standing_in])
    run.fleet.wait()
    run.fleet.close()
    assert [part and part.index for part in run.fleet.divisions()] == [0, 1, 1]
