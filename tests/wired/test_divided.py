"""A plan on servers that divide the load, over real links, makes the samples that it makes on one machine.

The servers run in this process, their engines have real workers.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import pytest
from plan_text import counter, element, group, part, plan, prop, sample
from wired.rig import serving

from pyjm.client import cli
from pyjm.engine.elements.groups.schedule import arrivals_s, parse
from pyjm.engine.run.parent import Engine

SECONDS = 3
SCHEDULE, SEED = "rate(20/s) random_arrivals(2 s) rate(40/s) even_arrivals(1 s) rate(10/s)", 7
ARRIVALS = "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup"
TIMED = ("group pace", "shared pace", "precise")

Rows = dict[str, list["Row"]]


class Row(NamedTuple):
    """One sample: its label, the user without the server's name, the server, and when it began in ms of wall time."""

    label: str
    user: str
    server: str
    at_ms: int


def timed(name: str, users: int, kind: str, **props: str | int) -> str:
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
        element(ARRIVALS, "arriving", {**arriving}, sample("arriving", 5)),
        timed("group pace", 7, "ConstantThroughputTimer", throughput="2400", calcMode=2),
        timed("shared pace", 5, "ConstantThroughputTimer", throughput="2400", calcMode=4),
        timed("precise", 6, "PreciseThroughputTimer", **precise),
    )


def run(folder: Path, servers: int, *options: str) -> Rows:
    """Run the plan on so many servers, 0: on this machine; gives the samples of each group."""
    (folder / "plan.jmx").write_text(written())
    arguments = ["-n", "-t", "plan.jmx", "-l", "out.jtl", "-Jjmeterengine.nongui.port=0", "-Jpyjm.workers=1", *options]
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = [stack.enter_context(serving(folder, make=lambda _: Engine(1))) for _ in range(servers)]
        if made:
            arguments += [f"-Jserver.rmi.ssl.keystore.file={folder / 'us.jks'}", f"-Jpyjm.run_folder={folder / 'runs'}"]
            arguments += ["-R", ",".join(server.address for server in made)]
        assert cli.run(arguments, {}) == 0
    found: Rows = defaultdict(list)
    with (folder / "out.jtl").open() as file:
        for row in csv.DictReader(file):
            server, _, user = row["threadName"].partition("-") if servers else ("", "", row["threadName"])
            found[user.rpartition(" ")[0].removesuffix("-ThreadStarter")].append(
                Row(row["label"], user, server, int(row["timeStamp"]))
            )
    return found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return run(tmp_path_factory.mktemp("one"), 0)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    return run(tmp_path_factory.mktemp("fleet"), 3, "-Jpyjm.load=divide", "-Jpyjm.weights=3,2,2")


def begins_ms(rows: Rows) -> int:
    return min(row.at_ms for row in rows["users"])


def offsets_s(rows: Rows, name: str) -> list[float]:
    return sorted((row.at_ms - begins_ms(rows)) / 1000 for row in rows[name])


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


def test_a_throughput_controller_lets_as_many_through(one: Rows, fleet: Rows) -> None:
    assert len(fleet["some"]) == len(one["some"]) == round(7 * 6 * 0.3)


def test_users_start_when_they_would_on_one_machine(fleet: Rows) -> None:
    numbers = {int(row.user.rpartition("-")[2]): row.at_ms - begins_ms(fleet) for row in fleet["ramp"]}
    late = [abs(numbers[number] / 1000 - (number - 1) / 3) for number in range(1, 10)]
    assert mean(late) < 0.02 * SECONDS


def test_users_arrive_by_the_one_schedule(fleet: Rows) -> None:
    planned = list(arrivals_s(parse(SCHEDULE), SEED))
    found = offsets_s(fleet, "open")
    assert len(found) == len(planned)
    assert mean(abs(at - due) for at, due in zip(found, planned)) < 0.02 * SECONDS


def test_arrivals_of_a_rate_are_those_of_one_machine(one: Rows, fleet: Rows) -> None:
    found, expected = offsets_s(fleet, "arriving"), offsets_s(one, "arriving")
    assert len(found) == len(expected)
    assert mean(abs(at - due) for at, due in zip(found, expected)) < 0.02 * SECONDS


@pytest.mark.parametrize("name", TIMED)
def test_throughput_is_that_of_one_machine(one: Rows, fleet: Rows, name: str) -> None:
    assert len(fleet[name]) == pytest.approx(len(one[name]), rel=0.02, abs=2)


@pytest.mark.parametrize("name", TIMED)
def test_samples_are_due_when_they_would_be_on_one_machine(one: Rows, fleet: Rows, name: str) -> None:
    found, expected = offsets_s(fleet, name), offsets_s(one, name)
    assert mean(abs(at - due) for at, due in zip(found, expected)) < 0.02 * SECONDS
