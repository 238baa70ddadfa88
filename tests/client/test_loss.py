"""A test that loses a server goes on, ends, or has another take its place; how much was missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from wired.played import Played, Run, whole
from wired.rig import batch_of, eventually

from pyjm.client.loss import CONTINUE, REPLACE, STOP, Losses, OnLoss
from pyjm.client.member import MemberError
from pyjm.client.summary import Summariser, SummarySettings
from pyjm.engine.results.tally import Tally
from pyjm.properties import Settings


def broken(name: str) -> Played:
    """Make one that is lost after its second batch."""
    made = Played(name, [batch_of(1, 10), batch_of(2, 10)])
    made.breaks_after = 2
    return made


def standing_by(*names: str) -> OnLoss:
    return OnLoss(REPLACE, names)


def settings(**given: str) -> Settings:
    return Settings.load([("J", f"pyjm.{key}={value}") for key, value in given.items()], environ={})


# what is done


def test_the_others_go_on_where_nothing_else_is_said() -> None:
    run = Run(broken("h1"), Played("h2", whole(3)), on_loss=OnLoss(CONTINUE))
    first, second = run.go()
    assert (second.received, second.reason) == (3, "")
    assert first.missing.startswith("50 % of the load was missing for ")
    assert first.missing.endswith(" s, to the end of the test")
    assert "stop" not in run.members[1].done


def test_the_others_are_ended_gracefully_where_that_is_said() -> None:
    run = Run(broken("h1"), Played("h2"), on_loss=OnLoss(STOP))
    first, second = run.go()
    assert run.lines[-2:] == ["h1 is lost: cut", "pyjm.on_loss=stop: the test is stopped"]
    assert run.members[1].done == ["stop", "close"]
    assert (first.reason, second.reason) == ("h1 is lost: cut", "")


def test_one_that_stands_by_takes_the_place_and_ends_with_the_others() -> None:
    run = Run(broken("h1"), Played("h2"), Played("h3", [batch_of(1, 5)]), on_loss=standing_by("h3"))
    run.configure()
    assert run.lines[-1] == "Standing by: h3"
    assert run.fleet.taking_part() == [0, 1]
    run.fleet.start()
    assert eventually(lambda: (2, 1) in run.taken)
    run.members[1].stopped.set()  # what began the test has ended
    first, second, third = run.fleet.wait()
    run.fleet.close()
    assert "h3 takes the place of h1: it begins the plan, and ends with the others" in run.lines
    assert run.members[2].done == ["stop", "close"]
    assert (second.reason, third.received, third.stands_for, third.reason) == ("", 5, "h1", "")
    assert first.missing.endswith(" s, until h3 took its place")


def test_one_that_takes_the_place_of_the_only_one_runs_its_whole_plan() -> None:
    run = Run(broken("h1"), Played("h2", whole(4)), on_loss=standing_by("h2"))
    first, second = run.go()
    assert (first.received, second.received, second.stands_for) == (20, 4, "h1")
    assert run.members[1].done == ["close"]


def test_one_that_stands_by_and_is_not_needed_does_nothing() -> None:
    run = Run(Played("h1", whole(2)), Played("h2"), on_loss=standing_by("h2"))
    first, second = run.go()
    assert (first.received, second.received, second.stands_for) == (2, 0, "")
    assert run.members[1].began_ns == 0
    assert run.members[1].done == ["close"]


def test_one_that_is_lost_in_its_turn_is_replaced_too_and_then_nobody_is_left() -> None:
    run = Run(broken("h1"), broken("h2"), on_loss=standing_by("h2"))
    first, second = run.go()
    assert (first.reason, second.reason) == ("h1 is lost: cut", "h2 is lost: cut")
    assert run.lines[-1] == "No server stands by that could take the place of h2: the test goes on without it"


def test_one_that_can_not_stand_by_is_a_warning() -> None:
    run = Run(broken("h1"), Played("h2", fails=1), on_loss=standing_by("h2"))
    run.go()
    assert "Warning: h2 can't stand by: h2 is not there" in run.lines
    assert run.lines[-1].startswith("No server stands by ")


def test_nobody_takes_a_place_when_others_have_ended_already() -> None:
    late = broken("h2")
    ended = Played("h1", whole(1))
    run = Run(ended, late, Played("h3"), on_loss=standing_by("h3"))
    late.hold = lambda: (0, 1) in run.taken
    run.go()
    assert run.lines[-1] == "Others have ended their test already: nobody takes the place of h2"
    assert run.members[2].began_ns == 0


def test_a_server_that_is_lost_after_its_end_leaves_no_load_missing() -> None:
    gone = broken("h1")
    gone.ended = True
    run = Run(gone, Played("h2", whole(1)), on_loss=OnLoss(STOP))
    first, _ = run.go()
    assert (first.missing, first.unknown) == ("", True)
    assert run.lines[-1] == "h1 is lost: cut"


def test_what_users_had_under_way_counts_to_what_may_be_lost() -> None:
    gone = broken("h1")
    gone.made, gone.active = 25, 4
    (first,) = Run(gone).go()
    assert (first.lost, first.in_flight) == (0, 5 + 4)


# what the properties say


def test_the_properties_are_read() -> None:
    assert OnLoss.of(settings(), ["h1"]) == OnLoss(CONTINUE, ())
    assert OnLoss.of(settings(on_loss="stop"), ["h1"]) == OnLoss(STOP, ())
    given = settings(on_loss="replace", standby_hosts="h2, h3:1664")
    assert OnLoss.of(given, ["h1"]) == OnLoss(REPLACE, ("h2", "h3:1664"))
    assert OnLoss.of(settings(standby_hosts="h2"), ["h1"]).standbys == ()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"on_loss": "panic"}, r"pyjm\.on_loss=panic is none; write continue, stop or replace"),
        ({"on_loss": "replace", "standby_hosts": "h1"}, "h1 can't stand by"),
        ({"on_loss": "replace", "standby_hosts": "h2,h2"}, "h2 can't stand by"),
    ],
)
def test_what_can_not_be_meant_is_refused(given: dict[str, str], text: str) -> None:
    with pytest.raises(MemberError, match=text):
        OnLoss.of(settings(**given), ["h1"])


def test_the_command_refuses_it_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyjm.client import cli

    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    monkeypatch.setattr(cli, "say", said.append)
    assert cli.run(["-n", "-t", "plan.jmx", "-R", "h1", "-Jpyjm.on_loss=panic"], {}) == 1
    assert said == ["An error occurred: pyjm.on_loss=panic is none; write continue, stop or replace"]


# what is told


def test_what_is_missing_is_told_for_each_interval() -> None:
    now = [1000]
    losses = Losses(4, lambda: now[0])
    gap = losses.begin("h2", ago_ms=200)
    now[0] = 3000
    other = losses.begin("h3")
    now[0] = 4000
    losses.end(gap, "until h5 took its place")
    assert losses.between(0, 700) == ""
    assert losses.between(0, 2800) == "25 % of the load was missing for 2.0 s of this interval: h2 is lost"
    assert losses.between(2800, 5000) == "50 % of the load was missing for 2.0 s of this interval: h2, h3 are lost"
    assert losses.text(gap) == "25 % of the load was missing for 3.2 s, until h5 took its place"
    now[0] = 5000
    losses.end_all()
    assert losses.text(other) == "25 % of the load was missing for 2.0 s, to the end of the test"


def test_the_summary_marks_its_intervals() -> None:
    lines: list[str] = []
    now = [0]
    asked: list[tuple[int, int]] = []

    def remark(since_ms: int, until_ms: int) -> str:
        asked.append((since_ms, until_ms))
        return "" if since_ms else "50 % of the load was missing"

    summariser = Summariser(SummarySettings(), lines.append, lambda: now[0])
    summariser.remark = remark
    for now[0] in (36_000, 61_000):
        tally = Tally()
        tally.count = 1
        summariser.add(0, [tally], (1, 1, 0))
    now[0] = 70_000
    summariser.end()
    assert asked == [(0, 61_000), (61_000, 70_000)]
    assert [line[:14] for line in lines] == ["summary +     ", "summary ! 50 %", "summary =     "]
