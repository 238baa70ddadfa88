"""A batch is the same after its way through bytes, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from pyjm.engine.results.batch import BadBatch, Batch
from pyjm.engine.results.tally import Tally


def tally(*times_ms: int) -> Tally:
    made = Tally()
    for elapsed_ms in times_ms:
        one = Tally()
        one.count, one.sum_ms, one.min_ms, one.max_ms = 1, elapsed_ms, elapsed_ms, elapsed_ms
        one.times = {elapsed_ms: 1}
        made.merge(one)
    return made


def test_a_batch_survives_its_bytes() -> None:
    batch = Batch(7, {0: (2, b"a\nb\n"), 3: (1, "ü\n".encode())}, {"GET /": tally(5, 7)}, (1, 2, 1), ["note"], True, 4)
    batch.summaries = {1: {"GET /": tally(9)}}
    batch.strained = 1, 2500
    again = Batch.from_bytes(batch.to_bytes())
    assert again.rows == batch.rows
    assert again.tallies["GET /"].to_list() == batch.tallies["GET /"].to_list()
    assert again.summaries[1]["GET /"].to_list() == tally(9).to_list()
    assert (again.number, again.threads, again.notes, again.last, again.lost) == (7, (1, 2, 1), ["note"], True, 4)
    assert again.strained == (1, 2500)


@pytest.mark.parametrize("data", [b"", b"\0\0\0\x02{}", b"\xff\xff\xff\xff", Batch(1).to_bytes() + b"more"])
def test_other_bytes_are_no_batch(data: bytes) -> None:
    with pytest.raises(BadBatch):
        Batch.from_bytes(data)


def test_tallies_merge_exactly_in_any_order() -> None:
    one, other = tally(5, 100, 5), tally(1, 7)
    left, right = Tally(), Tally()
    for part in (one, other):
        left.merge(part)
    for part in (other, one):
        right.merge(part)
    assert left.count == 5
    assert (left.min_ms, left.max_ms, left.sum_ms) == (1, 100, 118)
    assert sorted(left.times.items()) == sorted(right.times.items()) == [(1, 1), (5, 2), (7, 1), (100, 1)]
