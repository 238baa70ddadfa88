"""Where a controller has many servers, what workers hand over is made few batches, and nothing of it changes."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.results.batch import Batch
from pyjm.engine.results.tally import Tally
from pyjm.engine.run.gather import Outgoing
from pyjm.engine.run.holding import MOST_BYTES, MOST_S, Held

handed = st.lists(
    st.tuples(st.lists(st.sampled_from([b"a\n", b"bb\n"]), max_size=4), st.integers(0, 900), st.sampled_from("xy")),
    max_size=12,
)


class Hand:
    """A clock that stands where it was put."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def tallies(label: str, count: int, ms: int) -> dict[str, list[Any]]:
    tally = Tally()
    tally.count, tally.sum_ms, tally.times = count, ms * count, {ms: count} if count else {}
    return {label: tally.to_list()}


def outgoing(held: Held | None, pieces: list[tuple[list[bytes], int, str]]) -> list[Batch]:
    out = Outgoing(1)
    out.held = held
    for number, (rows, ms, label) in enumerate(pieces):
        files = [(0, len(rows), b"".join(rows))] if rows else []
        out.add(0, number, files, tallies(label, len(rows), ms), (1, 1, 0), [(0, tallies(label, len(rows), ms))])
    out.close()
    return [Batch.from_bytes(data) for data in out.take(0, 0)]


def told(batches: list[Batch]) -> tuple[bytes, dict[str, list[Any]], dict[str, list[Any]]]:
    """Give all rows in their order, and all figures."""
    rows = b"".join(data for batch in batches for _, data in batch.rows.values())
    sums: tuple[dict[str, Tally], dict[str, Tally]] = ({}, {})
    for batch in batches:
        for into, figures in zip(sums, (batch.tallies, batch.summaries.get(0, {}))):
            for label, tally in figures.items():
                into.setdefault(label, Tally()).merge(tally)
    plain = [{label: tally.to_list()[:-1] for label, tally in each.items() if tally.count} for each in sums]
    return rows, plain[0], plain[1]


@given(handed)
def test_held_back_or_not_the_same_rows_and_figures_come(pieces: list[tuple[list[bytes], int, str]]) -> None:
    held = outgoing(Held(4.0, Hand()), pieces)
    assert told(held) == told(outgoing(None, pieces))
    assert len(held) <= 2
    assert [batch.number for batch in held] == list(range(1, len(held) + 1))


def test_a_batch_is_made_when_its_time_is_over_or_it_is_large() -> None:
    clock = Hand()
    held = Held(4.0, clock)
    held.add({0: (1, b"row\n")}, {}, {}, None)
    assert not held.is_due()
    clock.now = 4.0
    assert held.is_due()
    held.begin_anew()
    assert not held.is_due()
    held.add({0: (1, bytes(MOST_BYTES))}, {}, {}, None)
    assert held.is_due()


def test_nothing_is_held_for_long_whatever_is_asked_for() -> None:
    assert Held(1e9).every_s == MOST_S
    assert Held(math.inf).every_s == Held(math.nan).every_s == 0.0


def test_of_workers_at_their_limit_the_one_is_told_of_that_was_there_longest() -> None:
    held = Held(4.0)
    for worker, ms in ((0, 100), (1, 150), (1, 50)):
        held.add({}, {}, {}, (worker, ms))
    assert held.strained == (1, 200)


def test_users_that_are_lost_are_told_of_at_once() -> None:
    out = Outgoing(1)
    out.held = Held(4.0, Hand())
    out.add(0, 0, [(0, 1, b"row\n")], tallies("x", 1, 1), (2, 2, 0))
    assert out.take(0, 0) == []
    out.lost = 2
    out.add(0, 1, [], {}, (0, 2, 2))
    (batch,) = [Batch.from_bytes(data) for data in out.take(0, 0)]
    assert (batch.lost, batch.rows) == (2, {0: (1, b"row\n")})
