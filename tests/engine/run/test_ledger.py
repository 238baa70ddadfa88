"""A worker that dies takes an exact number of samples along, and it is known."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.results.batch import Batch
from pyjm.engine.results.tally import Tally
from pyjm.engine.run.gather import Outgoing
from pyjm.engine.run.ledger import ACTIVE, MADE, Ledger


def rows(count: int, workers: int) -> list[Any]:
    if workers == 1:
        return [(0, count, b"row\n" * count)]
    return [(0, ["row"] * count, array("q", range(count)).tobytes())]


def tallies(count: int) -> dict[str, list[Any]]:
    tally = Tally()
    tally.count = count
    return {"a": tally.to_list()}


def taken(out: Outgoing) -> list[Batch]:
    return [Batch.from_bytes(data) for data in out.take(0, 0)]


def test_what_a_worker_writes_another_process_reads(tmp_path: Path) -> None:
    own = Ledger(tmp_path / "ledger", 3).own(1)
    own[MADE] += 5
    own[ACTIVE] = 2
    theirs = Ledger(tmp_path / "ledger", 3)
    assert [theirs.made(worker) for worker in range(3)] == [0, 5, 0]
    assert [theirs.active(worker) for worker in range(3)] == [0, 2, 0]
    assert theirs.all_made() == 5


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("counted", [0, -1], ids=["rows", "tallies"])
def test_what_was_made_and_not_handed_over_is_lost_to_the_sample(tmp_path: Path, workers: int, counted: int) -> None:
    ledger = Ledger(tmp_path / "ledger", workers)
    out = Outgoing(workers, counted, ledger)
    own = ledger.own(0)
    own[MADE], own[ACTIVE] = 10, 3
    out.add(0, 100, rows(7, workers), tallies(7), (3, 3, 0))
    out.end(0)
    out.close()
    last = taken(out)[-1] if workers == 1 else next(batch for batch in taken(out) if batch.lost)
    assert (last.lost, last.lost_samples, last.lost_requests) == (3, 3, 3)
    assert sum(batch.lost_samples for batch in taken(out)) == 3


def test_a_worker_that_ends_by_itself_takes_nothing_along(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", 1)
    out = Outgoing(1, 0, ledger)
    ledger.own(0)[MADE] = 7
    out.add(0, 100, rows(7, 1), tallies(7), (0, 3, 3))
    out.end(0)
    out.close()
    assert [(batch.lost, batch.lost_samples) for batch in taken(out)] == [(0, 0)] * 2


def test_users_that_began_since_a_worker_told_are_lost_with_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", 1)
    out = Outgoing(1, 0, ledger)
    ledger.own(0)[ACTIVE] = 4
    out.end(0)
    out.close()
    (batch,) = taken(out)
    assert (batch.lost, batch.lost_requests, batch.threads) == (4, 4, (0, 4, 4))
