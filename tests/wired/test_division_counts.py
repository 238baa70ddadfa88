"""However many servers divide the load, and by whatever weights: all samples together are those of one machine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from plan_text import counter, element, group, plan, sample
from wired.runs import Rows, run

FLEETS = ["4", "2,1", "3,1,1,2,1", "1,1,5,1,2,1,3"]
ROWS = 101


def written() -> str:
    data_set = {"filename": "rows.csv", "variableNames": "row", "recycle": False, "stopThread": True}
    wrapped = element(
        "CounterConfig", "n",
        {"CounterConfig.start": "3", "CounterConfig.end": "20", "CounterConfig.incr": "4", "CounterConfig.name": "n"},
    )  # fmt: skip
    return plan(
        group("users", 14, 3, sample("GET /${__threadNum}")),
        group("alone", 1, 2, sample("alone")),
        group("numbers", 13, 5, counter("i", per_user=False), sample("${i}")),
        group("wrapped", 14, 5, wrapped, sample("${n}")),
        group("own", 9, 4, counter("i", per_user=True), sample("${__threadNum} ${i}")),
        group("function", 11, 4, sample("${__counter(FALSE)}")),
        group("rows", 14, -1, element("CSVDataSet", "rows", {**data_set}), sample("${row}")),
    )


def ran(folder: Path, servers: int, *options: str) -> Rows:
    (folder / "rows.csv").write_text("".join(f"r{row}\n" for row in range(ROWS)))
    return run(folder, written(), servers, *options)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return ran(tmp_path_factory.mktemp("one"), 0)


@pytest.mark.parametrize("weights", FLEETS)
def test_the_samples_of_all_servers_are_those_of_one_machine(one: Rows, tmp_path: Path, weights: str) -> None:
    servers = weights.count(",") + 1
    fleet = ran(tmp_path, servers, "-Jpyjm.load=divide", f"-Jpyjm.weights={weights}", "-Jpyjm.csv=split")
    for name in ("users", "alone", "own"):
        assert Counter((row.label, row.user) for row in fleet[name]) == Counter(
            (row.label, row.user) for row in one[name]
        ), name
    for name in ("numbers", "function", "rows"):
        assert Counter(row.label for row in fleet[name]) == Counter(row.label for row in one[name]), name
    assert len(fleet["wrapped"]) == len(one["wrapped"])
    assert Counter(row.label for row in fleet["rows"]) == Counter(f"r{row}" for row in range(ROWS))
    assert len({row.server for row in fleet["users"]}) == servers
