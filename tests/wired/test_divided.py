"""A plan on servers that divide the load, over real links, makes the samples that it makes on one machine.

The servers run in this process, their engines have real workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count, takewhile
from statistics import mean, median

import pytest
from plan_text import counter, element, group, part, plan, prop, sample
from wired.runs import Rows, run

from pyjm.engine.elements.groups.schedule import arrivals_s, parse
from pyjm.engine.elements.timers.arrivals import Arrivals, Rate
from pyjm.engine.shared.cells import Cells

SECONDS = 3
SHAPED = 30
SCHEDULE, SEED = "rate(20/s) random_arrivals(2 s) rate(40/s) even_arrivals(1 s) rate(10/s)", 7
SHAPING = "kg.apc.jmeter.timers.VariableThroughputTimer"
ARRIVALS = "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup"

def timed(name: str, users: int, kind: str, **props: str | int | list[list[str]]) -> str:
    return group(name, users, -1, element(kind, "timer", {**props}), sample(name), seconds=SECONDS)


def ramped(name: str, users: int, ramp_s: int) -> str:
    main = part(
        "ThreadGroup.main_controller", "LoopController",
        prop("LoopController.continue_forever", False) + prop("LoopController.loops", 1),
    )  # fmt: skip
    props: dict[str, str | int | bool | list[list[str]]] = {
        "ThreadGroup.num_threads": users, "ThreadGroup.ramp_time": ramp_s,
    }  # fmt: skip
    return element("ThreadGroup", name, props, sample("${__threadNum}"), more=main)


def written() -> str:
    wrapped = element(
        "CounterConfig", "n",
        {"CounterConfig.start": "3", "CounterConfig.end": "20", "CounterConfig.incr": "4", "CounterConfig.name": "n"},
    )  # fmt: skip
    third = {"ThroughputController.style": 1, "ThroughputController.percentThroughput": "30"}
    some = element("ThroughputController", "some", third, sample("some"))
    open_model = {"OpenModelThreadGroup.schedule": SCHEDULE, "OpenModelThreadGroup.random_seed": str(SEED)}
    arriving = {"TargetLevel": "40", "RampUp": "2", "Hold": "1", "Unit": "S", "ConcurrencyLimit": "50"}
    precise = {"throughput": "25", "throughputPeriod": "1", "duration": "1", "batchSize": "1", "randomSeed": "5"}
    return plan(
        group("users", 10, 5, sample("GET /${__threadNum}")),
        group("alone", 1, 3, sample("alone")),
        group("numbers", 8, 6, counter("i", per_user=False), sample("${i}")),
        group("wrapped", 7, 5, wrapped, sample("${n}")),
        group("function", 5, 4, sample("${__counter(FALSE)}")),
        group("some", 7, 6, some),
        ramped("ramp", 9, 3),
        element("OpenModelThreadGroup", "open", {**open_model}, sample("open")),
        timed("group pace", 7, "ConstantThroughputTimer", throughput="2400", calcMode=2),
        timed("shared pace", 5, "ConstantThroughputTimer", throughput="2400", calcMode=4),
        timed("precise", 6, "PreciseThroughputTimer", **precise),
        timed("shaped", 6, SHAPING, load_profile=[[str(SHAPED), str(SHAPED), str(SECONDS)]]),
        element(ARRIVALS, "arriving", {**arriving}, sample("arriving", 5)),  # those behind it wait for its first user
    )


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return run(tmp_path_factory.mktemp("one"), written(), 0)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Rows]:
    divided = "-Jpyjm.load=divide", "-Jpyjm.weights=3,2,2"
    return lambda: run(tmp_path_factory.mktemp("fleet"), written(), 3, *divided)


@pytest.fixture(scope="module")
def fleet(again: Callable[[], Rows]) -> Rows:
    return again()


@pytest.mark.parametrize("name", ["users", "alone", "ramp"])
def test_the_samples_and_their_users_are_those_of_one_machine(one: Rows, fleet: Rows, name: str) -> None:
    expected, found = ([(row.label, row.user) for row in rows[name]] for rows in (one, fleet))
    assert Counter(found) == Counter(expected)


def test_each_server_has_its_part_of_the_users(fleet: Rows) -> None:
    users = Counter(server for server, _ in {(row.server, row.user) for row in fleet["users"]})
    assert sorted(users.values()) == [3, 3, 4]
    assert {row.server for row in fleet["alone"]} < set(users)


@pytest.mark.parametrize("name", ["numbers", "wrapped", "function"])
def test_what_is_counted_is_what_one_machine_counts(one: Rows, fleet: Rows, name: str) -> None:
    assert Counter(row.label for row in fleet[name]) == Counter(row.label for row in one[name])


@pytest.mark.parametrize("name", ["some", "open", "arriving"])
def test_there_are_as_many_as_on_one_machine(one: Rows, fleet: Rows, name: str) -> None:
    assert len(fleet[name]) == len(one[name])


def test_a_throughput_controller_lets_its_part_through(fleet: Rows) -> None:
    assert len(fleet["some"]) == round(7 * 6 * 0.3)


def planned_s() -> dict[str, list[float]]:
    """Tell when samples are due by the plan, in seconds after its start."""
    rate = Rate(25, 1, 1, 5)
    schedule = Arrivals(Cells(), "group")
    return {
        "ramp": [number / 3 for number in range(9)],
        "open": list(arrivals_s(parse(SCHEDULE), SEED)),
        "group pace": sorted(turn * 7 / 40 for turn in range(int(SECONDS * 40 / 7) + 1) for _ in range(7)),
        "shared pace": [number / 40 for number in range(SECONDS * 40 + 1)],
        "precise": list(takewhile(lambda at: at < SECONDS, (schedule.next(rate) for _ in count()))),
    }


def off_s(found: list[float], due: list[float]) -> float:
    """Tell by how much instants are off on the average; when the test began, rows do not tell."""
    late = [at - planned for at, planned in zip(found, due)]
    return mean(abs(each - median(late)) for each in late)


def off_plan(rows: Rows) -> list[str]:
    """Tell which groups are not within 2 % of the plan: in their number of samples, and in when these began."""
    wrong = []
    for name, due in planned_s().items():
        found = sorted(row.at_ms / 1000 for row in rows[name])
        off, more = off_s(found, due), len(found) - len(due)
        if off > 0.02 * SECONDS or abs(more) > 0.02 * len(due):
            wrong.append(f"{name}: {more} of {len(due)} samples too many, off by {off:.3f} s")
    seconds = Counter(row.at_ms // 1000 for row in rows["shaped"])  # it shapes whole seconds of the clock
    whole = {second: seconds[second] for second in sorted(seconds)[1:-1]}
    if not whole or any(abs(count - SHAPED) > 0.02 * SHAPED for count in whole.values()):
        wrong.append(f"shaped: {whole} samples in whole seconds, {SHAPED} are due")
    return wrong


def test_samples_begin_when_the_plan_says(fleet: Rows, again: Callable[[], Rows]) -> None:
    # a machine that is busy with other tests is late now and then
    wrong = off_plan(fleet)
    for _ in range(3):
        if not wrong:
            break
        wrong = off_plan(again())
    assert wrong == []
