"""What a controller has read of its properties is held until it is let go."""

from __future__ import annotations

from typing import Any

from pyjm.engine.vu.flow import Cursor, LoopCursor
from pyjm.engine.vu.held import Held, letting_go
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.step import Scope
from pyjm.engine.vu.transaction import EitherTransactionCursor
from pyjm.engine.vu.user import User


class FakeUser(User):
    """A user without a group."""

    def __init__(self) -> None:
        self.vars, self.held, self.iteration, self.iteration_listeners = {}, {}, 0, ()
        self.last_scope = None


def counting() -> Held[int]:
    read: list[int] = []
    return Held(lambda user: read.append(0) or len(read))  # type: ignore[func-returns-value]


def test_it_is_read_once_and_anew_when_let_go() -> None:
    user, held = FakeUser(), counting()
    assert [held.get(user), held.get(user)] == [1, 1]
    user.let_go([held])
    assert held.get(user) == 2


def test_each_user_reads_it() -> None:
    held = counting()
    assert [held.get(FakeUser()), held.get(FakeUser())] == [1, 2]


def test_an_iteration_of_the_thread_lets_all_go() -> None:
    user, held = FakeUser(), counting()
    held.get(user)
    user.begin_iteration()
    assert held.get(user) == 2


def test_the_end_of_a_pass_lets_go() -> None:
    user, held = FakeUser(), counting()
    cursor = letting_go(Cursor, [held])(user, (), ())
    held.get(user)
    cursor.restart()
    assert held.get(user) == 2


def test_a_broken_loop_lets_go() -> None:
    user, held = FakeUser(), counting()
    cursor = letting_go(LoopCursor, [held])(user, (), (), lambda user: 2, lambda user: True, "__jm__l__idx")
    held.get(user)
    cursor.break_loop()
    assert held.get(user) == 2


def test_what_holds_nothing_has_the_plain_cursors() -> None:
    assert letting_go(Cursor, []) is Cursor


def transaction(user: User, timers: Any, parent: Any) -> EitherTransactionCursor:
    return EitherTransactionCursor(user, (), (), lambda user: "T", timers, Scope((), ()), parent)


def sample(start_ms: int, end_ms: int) -> SampleResult:
    result = SampleResult("s", "u 1-1")
    result.start_ms, result.end_ms, result.elapsed_ms, result.success = start_ms, end_ms, end_ms - start_ms, True
    return result


def test_a_transaction_asks_with_each_sample_whether_pauses_count() -> None:
    counts = iter([True, False])
    cursor = transaction(FakeUser(), lambda user: next(counts), lambda user: False)
    cursor.begin()
    began_ms = cursor.previous_end_ms
    cursor.add(sample(began_ms + 10, began_ms + 20))
    assert cursor.pause_ms == 0
    cursor.add(sample(began_ms + 50, began_ms + 60))
    assert cursor.pause_ms == 50


def test_a_transaction_that_takes_its_samples_in_does_not_count_them() -> None:
    cursor = transaction(FakeUser(), lambda user: True, lambda user: True)
    cursor.begin()
    cursor.add(sample(0, 10))
    assert cursor.result is not None and cursor.result.end_ms == 0
