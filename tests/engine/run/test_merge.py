"""Rows of several workers come out in the order in which they came."""

from __future__ import annotations

from array import array

from pyjm.engine.run.merge import Merge


def rows(*pairs: tuple[int, str]) -> list[tuple[int, list[str], bytes]]:
    return [(0, [row for _, row in pairs], array("q", [stamp for stamp, _ in pairs]).tobytes())]


def test_rows_wait_for_the_slowest_worker() -> None:
    merge = Merge(2)
    merge.add(0, 100, rows((10, "a"), (90, "d")))
    assert merge.take() == {}
    merge.add(1, 50, rows((20, "b"), (40, "c")))
    assert merge.take() == {0: ["a", "b", "c"]}


def test_a_worker_that_ended_holds_nothing_back() -> None:
    merge = Merge(2)
    merge.add(0, 100, rows((10, "a"), (90, "b")))
    merge.end(1)
    assert merge.take() == {0: ["a", "b"]}
    merge.add(0, 200, rows((150, "c")))
    assert merge.take() == {0: ["c"]}
