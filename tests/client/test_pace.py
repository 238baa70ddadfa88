"""How much may be lost with a member goes by its quickest moment, its last account and its users."""

from __future__ import annotations

from math import inf

import pytest

from pyjm.client.member import UNKNOWN, Progress
from pyjm.client.pace import LEAST_ANSWER, ON_THE_WAY, UNSAID_S, Pace, is_pressing, most_at_once, rest_s
from pyjm.server.wire.contract import TAKE_AT_MOST

S = 1_000_000_000


class Clock:
    def __init__(self) -> None:
        self.ns = 10 * S

    def __call__(self) -> int:
        return self.ns


def test_what_was_made_since_goes_by_the_quickest_moment() -> None:
    clock = Clock()
    pace = Pace(clock)
    for seconds, samples in ((1, 100), (0.5, 200), (1, 10)):
        clock.ns += int(seconds * S)
        pace.note(samples, 5)
    clock.ns += 2 * S
    early = Progress(at_ns=1)
    assert pace.silent_s(early) == 2.0
    assert pace.unheard(early, 310) == 400 * (2 + UNSAID_S) + 5


def test_one_that_goes_at_once_has_its_users_and_its_first_samples_to_go_by() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.ns += S // 100
    pace.note(4, 8)
    assert pace.unheard(Progress(0, at_ns=clock.ns), 4) == 4 / 0.2 * UNSAID_S + 8


def test_one_that_is_out_of_reach_runs_on_at_the_pace_of_the_others_until_its_lease_is_over() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.ns += S
    pace.note(10, 3)
    clock.ns += 2 * S
    assert pace.unheard(Progress(at_ns=1, runs_on_s=7.5), 10, 50.0) == 8 * 50 + 3
    assert pace.unheard(Progress(at_ns=1, runs_on_s=inf), 10, 50.0) == UNKNOWN


def test_what_it_had_made_by_its_own_account_counts() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.ns += S
    heard = Progress(made=70, at_ns=clock.ns, per_s=40.0, active=3)
    clock.ns += S // 2
    assert pace.silent_s(heard) == 0.5
    assert pace.unheard(heard, 50) == 20 + 40 + 3


def test_one_that_had_ended_has_made_no_more() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.ns += S
    pace.note(50, 3)
    clock.ns += 60 * S
    assert pace.unheard(Progress(made=55, ended=True), 50) == 5


@pytest.mark.parametrize("members", [1, 8, 20, 100, 1000, 5000])
def test_what_all_servers_may_hand_over_at_once_is_bounded(members: int) -> None:
    most = most_at_once(members)
    assert LEAST_ANSWER <= most <= TAKE_AT_MOST
    assert members * most <= max(ON_THE_WAY, members * LEAST_ANSWER)


@pytest.mark.parametrize("members", [1, 20, 1000])
def test_the_next_is_asked_for_at_once_where_an_answer_is_as_full_as_it_may_be(members: int) -> None:
    assert is_pressing(most_at_once(members), members)
    assert not is_pressing(10_000, members)


def test_many_servers_are_asked_so_seldom_that_all_together_are_asked_as_often() -> None:
    assert [rest_s(members) for members in (1, 50, 100, 1000)] == [0.0, 0.0, 0.4, 4.0]


def test_of_a_run_that_was_taken_up_nothing_is_known_until_somebody_s_pace_is() -> None:
    clock = Clock()
    pace = Pace(clock, begun=True)
    told = Progress(made=30, at_ns=clock.ns, active=4)
    clock.ns += S
    assert pace.unheard(told, 20) == UNKNOWN
    assert pace.unheard(told, 20, per_s=10) == 10 + 10 * (1 + UNSAID_S) + 4
    assert pace.unheard(Progress(made=30, ended=True, at_ns=9 * S), 20) == 10, "what has ended makes no more"
