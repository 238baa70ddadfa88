"""The broker gives a lock to one user at a time and lets users meet, whichever worker they are in."""

from __future__ import annotations

import pytest

from pyjm.engine.shared.broker import Broker


class Answers(list[tuple[int, int]]):
    """What was answered since the last look."""

    def take(self) -> list[tuple[int, int]]:
        taken = list(self)
        self.clear()
        return taken


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def broker(answers: Answers) -> Broker:
    return Broker(lambda worker, ticket: answers.append((worker, ticket)))


def test_a_lock_goes_from_user_to_user_in_the_order_of_asking(broker: Broker, answers: Answers) -> None:
    broker.ask(0, "lock", 1, 10, "L")
    broker.ask(1, "lock", 1, 10, "L")
    broker.ask(0, "lock", 2, 11, "L")
    assert answers.take() == [(0, 1)]
    broker.ask(0, "unlock", 10, "L")
    assert answers.take() == [(1, 1)]
    broker.ask(1, "unlock", 10, "L")
    assert answers.take() == [(0, 2)]


def test_locks_of_other_names_are_free_and_leave_nothing_behind(broker: Broker, answers: Answers) -> None:
    broker.ask(0, "lock", 1, 10, "L")
    broker.ask(0, "lock", 2, 10, "M")
    assert answers.take() == [(0, 1), (0, 2)]
    broker.ask(0, "unlock", 10, "L")
    broker.ask(0, "unlock", 10, "M")
    assert broker.locks == {}


def test_nobody_gives_back_what_another_holds(broker: Broker, answers: Answers) -> None:
    broker.ask(0, "lock", 1, 10, "L")
    broker.ask(0, "lock", 2, 11, "L")
    broker.ask(1, "unlock", 10, "L")
    broker.ask(0, "unlock", 11, "L")
    assert answers.take() == [(0, 1)]


def test_a_user_that_ends_frees_its_locks_and_waits_no_more(broker: Broker, answers: Answers) -> None:
    for ticket, user in ((1, 10), (2, 11), (3, 12)):
        broker.ask(0, "lock", ticket, user, "L")
    broker.ask(0, "leave", 11)
    broker.ask(0, "leave", 10)
    assert answers.take() == [(0, 1), (0, 3)]


def test_a_worker_that_dies_frees_all_locks_of_its_users(broker: Broker, answers: Answers) -> None:
    for worker, ticket, name in ((0, 1, "L"), (0, 2, "M"), (1, 1, "L"), (1, 2, "M"), (0, 3, "L")):
        broker.ask(worker, "lock", ticket, 10 + ticket, name)
    answers.take()
    broker.gone(0)
    assert sorted(answers.take()) == [(1, 1), (1, 2)]


def test_users_go_on_together_once_all_are_there_and_meet_again(broker: Broker, answers: Answers) -> None:
    for turn in range(2):
        broker.ask(0, "meet", 10 * turn, 1, "here", 3)
        broker.ask(1, "meet", 10 * turn, 1, "here", 3)
        assert answers.take() == []
        broker.ask(1, "meet", 10 * turn + 1, 2, "here", 3)
        assert answers.take() == [(0, 10 * turn), (1, 10 * turn), (1, 10 * turn + 1)]


def test_one_that_waited_too_long_lets_all_go_and_one_that_has_gone_nobody(broker: Broker, answers: Answers) -> None:
    broker.ask(0, "meet", 1, 1, "here", 3)
    broker.ask(1, "meet", 1, 1, "here", 3)
    broker.ask(0, "part", 1, "here")
    assert answers.take() == [(0, 1), (1, 1)]
    broker.ask(0, "meet", 2, 1, "here", 3)
    broker.ask(0, "part", 1, "here")
    assert answers.take() == []


def test_no_meeting_holds_anybody_up_after_a_worker_died(broker: Broker, answers: Answers) -> None:
    broker.ask(0, "meet", 1, 1, "here", 3)
    broker.ask(1, "meet", 1, 1, "here", 3)
    broker.gone(0)
    assert (1, 1) in answers.take()
    broker.ask(1, "meet", 2, 1, "here", 3)
    assert answers.take() == [(1, 2)]
