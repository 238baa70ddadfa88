"""What users share is exact, whether they are in one process or in several: one plan over 1, 2 and 4 workers."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from golden.ready import Ready
from plan_text import counter, element, group, plan, sample

TRIES = 5
"""How often what a busy machine can spoil is looked at."""
USERS, LOOPS, PER_S, SECONDS = 8, 12, 50, 2
ROWS = 60
SHAPING = "kg.apc.jmeter.timers.VariableThroughputTimer"

Rows = dict[str, list["Row"]]


class Row(NamedTuple):
    """One sample: its label, its user, and when it was made, in milliseconds of the wall clock."""

    label: str
    user: str
    start_ms: int
    end_ms: int


def section(name: str) -> str:
    below = (sample(f"{name} in", 2), sample(f"{name} out", 1))
    return element("CriticalSectionController", name, {"CriticalSectionController.lockName": "door"}, *below)


def part_of(kind: int, **amount: str) -> str:
    props = {f"ThroughputController.{key}": text for key, text in amount.items()}
    shared = {"ThroughputController.style": kind, "ThroughputController.perThread": False}
    return element("ThroughputController", "part", {**shared, **props}, sample("part"))


def timed(kind: str, **props: Any) -> str:
    return element(kind, "timer", props)


def written(rows: Path) -> str:
    of_file = {"filename": str(rows), "variableNames": "row", "recycle": False, "stopThread": True}
    precise = {"throughput": str(PER_S), "throughputPeriod": "1", "duration": "1", "batchSize": "1"}
    meeting = sample("${i}", 0, timed("SyncTimer", groupSize=0))
    shape = [[str(PER_S), str(PER_S), str(SECONDS)]]
    return plan(
        group("first door", USERS, 4, section("first")),
        group("second door", USERS, 4, section("second")),
        group("numbers", USERS, LOOPS, counter("n", per_user=False), sample("${n}")),
        group("rows", USERS, ROWS, timed("CSVDataSet", **of_file), sample("${row}")),
        group("percent", USERS, LOOPS, part_of(1, percentThroughput="30")),
        group("total", USERS, LOOPS, part_of(0, maxThroughput="50")),
        group("meet", USERS, 5, counter("i", per_user=True), meeting),
        *(
            group(name, USERS, -1, timer, sample(name), seconds=SECONDS)
            for name, timer in {
                "constant": timed("ConstantThroughputTimer", throughput=str(PER_S * 60), calcMode=4),
                "precise": timed("PreciseThroughputTimer", **precise),
            }.items()
        ),
        group("shaped", USERS, -1, timed(SHAPING, load_profile=shape), sample("shaped")),
    )

@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    process = Ready()
    yield process
    process.close()


@pytest.fixture(scope="module", params=[1, 2, 4], ids=lambda workers: f"{workers} workers")
def again(request: pytest.FixtureRequest, ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Rows]:
    """Run the plan with so many workers; gives the samples of each group in the order in which they began."""

    def run() -> Rows:
        folder = tmp_path_factory.mktemp("sharing")
        (folder / "rows.txt").write_text("".join(f"row {number}\n" for number in range(ROWS)))
        (folder / "plan.jmx").write_text(written(folder / "rows.txt"))
        args = ["-n", "-t", "plan.jmx", "-l", "samples.jtl", f"-Jpyjm.workers={request.param}"]
        assert ready(args, folder, folder / "console.txt", 60) == 0, (folder / "console.txt").read_text()
        found: Rows = defaultdict(list)
        with (folder / "samples.jtl").open() as file:
            for row in csv.DictReader(file):
                start_ms = int(row["timeStamp"])
                made = Row(row["label"], row["threadName"], start_ms, start_ms + int(row["elapsed"]))
                found[row["threadName"].rpartition(" ")[0]].append(made)
        for group_rows in found.values():
            group_rows.sort(key=lambda row: row.start_ms)
        return found

    return run


@pytest.fixture(scope="module")
def rows(again: Callable[[], Rows]) -> Rows:
    return again()


def test_nobody_else_is_in_a_critical_section(rows: Rows) -> None:
    stays: list[tuple[int, int]] = []
    for name in ("first", "second"):
        began: dict[str, int] = {}
        assert len(rows[f"{name} door"]) == USERS * 4 * 2
        for row in rows[f"{name} door"]:
            if row.label.endswith("in"):
                began[row.user] = row.start_ms
            else:
                stays.append((began.pop(row.user), row.end_ms))
    stays.sort()
    assert all(left_ms <= next_ms for (_, left_ms), (next_ms, _) in pairwise(stays))


def test_each_number_is_counted_once(rows: Rows) -> None:
    assert sorted(int(row.label) for row in rows["numbers"]) == list(range(1, USERS * LOOPS + 1))


def test_each_row_of_a_file_is_read_once(rows: Rows) -> None:
    assert Counter(row.label for row in rows["rows"]) == Counter(f"row {number}" for number in range(ROWS))


def test_throughput_controllers_let_exactly_so_many_through(rows: Rows) -> None:
    assert len(rows["percent"]) == round(USERS * LOOPS * 0.3)
    assert len(rows["total"]) == 50


def test_users_meet(rows: Rows) -> None:
    turns: dict[int, list[int]] = defaultdict(list)
    for row in rows["meet"]:
        turns[int(row.label)].append(row.start_ms)
    assert {turn: len(starts) for turn, starts in turns.items()} == dict.fromkeys(range(1, 6), USERS)
    assert all(max(turns[turn]) <= min(turns[turn + 1]) for turn in range(1, 5))


def test_throughput_timers_keep_their_rate(rows: Rows, again: Callable[[], Rows]) -> None:
    for turn in range(TRIES):  # a busy machine is behind time, or makes up for it
        found = again() if turn else rows
        counts = [len(found[name]) for name in ("constant", "precise")]
        if counts == pytest.approx([PER_S * SECONDS] * 2, rel=0.02):
            return
    assert counts == pytest.approx([PER_S * SECONDS] * 2, rel=0.02)


def test_the_shaping_timer_gives_each_second_its_samples_and_one_more_second(
    rows: Rows, again: Callable[[], Rows]
) -> None:
    for turn in range(TRIES):
        shaped = Counter(row.start_ms // 1000 for row in (again() if turn else rows)["shaped"])
        first, *others = (shaped[second] for second in sorted(shaped))
        assert first <= PER_S
        if others == pytest.approx([PER_S] * SECONDS, rel=0.02):
            return
    assert others == pytest.approx([PER_S] * SECONDS, rel=0.02)
