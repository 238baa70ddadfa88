"""What comes next: the corners of JMeter's controllers, on cursors alone."""

from __future__ import annotations

from typing import Any

from pyjm.engine.vu.flow import AGAIN, Cursor, LoopCursor


class FakeStep:
    is_step = True

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class FakeUser:
    def __init__(self) -> None:
        self.vars: dict[str, Any] = {}


A, B, C = FakeStep("a"), FakeStep("b"), FakeStep("c")


def simple(user: Any, *children: Any, listeners: Any = ()) -> Cursor:
    return Cursor(user, children, listeners)


def loop(user: Any, count: int, *children: Any, forever: bool = True, listeners: Any = ()) -> LoopCursor:
    return LoopCursor(user, children, listeners, lambda user: count, lambda user: forever, "__jm__loop__idx")


def passes(cursor: Cursor, number: int) -> list[list[str]]:
    """Collect the steps of so many passes."""
    out: list[list[str]] = []
    for _ in range(number):
        steps: list[str] = []
        while (step := cursor.next()) is not None:
            assert step is not AGAIN
            steps.append(str(step))
        out.append(steps)
    return out


def test_a_simple_controller_gives_its_children_once_a_pass() -> None:
    assert passes(simple(FakeUser(), A, B), 2) == [["a", "b"], ["a", "b"]]


def test_a_controller_without_children_is_done_and_leaves_its_parent() -> None:
    user = FakeUser()
    parent = simple(user, simple(user), A)
    assert passes(parent, 2) == [["a"], ["a"]]
    assert parent.children == [A]


def test_a_thread_groups_loop_is_done_after_its_loops() -> None:
    root = loop(FakeUser(), 2, A, forever=False)
    assert passes(root, 1) == [["a", "a"]]
    assert root.is_done()


def test_a_loop_that_continues_for_ever_begins_anew_at_each_pass_of_its_parent() -> None:
    user = FakeUser()
    root = loop(user, 2, loop(user, 2, A), B, forever=False)
    assert passes(root, 1) == [["a", "a", "b", "a", "a", "b"]]


def test_a_loop_that_does_not_continue_for_ever_runs_once_for_good() -> None:
    user = FakeUser()
    root = loop(user, 2, loop(user, 2, A, forever=False), B, forever=False)
    assert passes(root, 1) == [["a", "a", "b", "b"]]


def test_no_loops_give_nothing() -> None:
    user = FakeUser()
    root = loop(user, 1, loop(user, 0, A), B, forever=False)
    assert passes(root, 1) == [["b"]]


def test_a_loop_without_steps_lets_the_event_loop_have_its_turn() -> None:
    user = FakeUser()
    root = loop(user, -1, loop(user, 0, A), forever=False)
    assert root.next() is AGAIN
    assert root.next() is AGAIN


def test_the_loop_index_stands_in_a_variable() -> None:
    user = FakeUser()
    root = loop(user, 2, A, B, forever=False)
    seen = []
    while root.next() is not None:
        seen.append(user.vars["__jm__loop__idx"])
    assert seen == [0, 0, 1, 1]


def test_listeners_hear_of_each_pass_before_its_first_step() -> None:
    user = FakeUser()
    heard: list[str] = []
    root = loop(user, 2, A, B, forever=False, listeners=[lambda user: heard.append("pass")])
    order = []
    while (step := root.next()) is not None:
        order.append((len(heard), str(step)))
    assert order == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_breaking_a_loop_ends_its_run_and_not_the_next() -> None:
    user = FakeUser()
    inner = loop(user, 3, A, B)
    root = loop(user, 2, inner, C, forever=False)
    assert [str(root.next()), str(root.next())] == ["a", "b"]
    inner.break_loop()
    assert passes(root, 1) == [["c", "a", "b", "a", "b", "a", "b", "c"]]


def test_the_next_loop_begins_at_the_first_child() -> None:
    user = FakeUser()
    inner = loop(user, 2, A, B)
    root = loop(user, 1, inner, C, forever=False)
    assert str(root.next()) == "a"
    inner.next_loop()
    assert passes(root, 1) == [["a", "b", "c"]]
