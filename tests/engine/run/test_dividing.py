"""What several servers do of one plan is together what one machine does: users, counters, arrivals, throughput."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import count, takewhile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_text import counter, element, group, plan, sample

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import Compiler
from pyjm.engine.compile.registry import discover
from pyjm.engine.elements.config.counter import CounterConfig
from pyjm.engine.elements.config.random_variable import RandomVariable
from pyjm.engine.elements.controllers.throughput import ThroughputController
from pyjm.engine.elements.groups.open_model import OpenStart
from pyjm.engine.elements.groups.scheduled import SteppingStart, UltimateStart
from pyjm.engine.elements.groups.thread_group import Arrival, GroupStart
from pyjm.engine.elements.timers import throughput_shaping
from pyjm.engine.elements.timers.arrivals import Arrivals, Rate
from pyjm.engine.elements.timers.constant_throughput import GROUP, GROUP_SHARED, ConstantThroughputTimer
from pyjm.engine.elements.timers.throughput_shaping import ThroughputShapingTimer
from pyjm.engine.plan.jmx import read_plan
from pyjm.engine.plan.tree import Node
from pyjm.engine.run.dividing import divide, share_of
from pyjm.engine.run.job import Job
from pyjm.engine.shared.cells import Cells
from pyjm.engine.shared.division import Divided, Dividing, Division

WEIGHTS = st.sampled_from([1, 2, 3, 5, 7]).flatmap(
    lambda servers: st.lists(st.integers(1, 9), min_size=servers, max_size=servers)
)
SEED = 77


def parts(weights: list[int], *laid: Divided) -> list[Dividing]:
    """Make the parts of all servers; without groups one of 12 users."""
    made = [Dividing(Division(index, tuple(weights), SEED)) for index in range(len(weights))]
    for part in made:
        part.groups.extend(laid or [Divided(0, 12)])
    return made


def build_of(part: Dividing | None) -> Build:
    return Build(properties={}, cells=Cells(), base=Path(), dividing=part)


def user_of(number: int = 0, group_index: int = 0) -> Any:
    """Make what of a user these elements look at."""
    the_group = SimpleNamespace(index=group_index)
    return SimpleNamespace(group=the_group, vars={}, state={}, number=number, counts=lambda: (1, 1))


def made(cls: type, part: Dividing | None, **props: Any) -> Any:
    node = Node(cls.__name__, name="it", path="Test Plan > users > it", props=props)
    found = cls(node, build_of(part))
    getattr(found, "shared_by", set()).add(0)
    return found


def turns(weights: list[int], laid: Divided, each: int) -> list[int]:
    """Tell how often each server's users take turns, if each of them does so often."""
    return [users * each for users in parts(weights)[0].users_of(laid.first, laid.users or 0)]


# users

STARTS = st.one_of(
    st.builds(
        GroupStart, st.just("g"), st.integers(0, 40), st.integers(0, 30), st.integers(0, 3),
        st.none() | st.integers(1, 20), st.booleans(), st.just("continue"), st.booleans(),
    ),
    st.builds(
        SteppingStart, st.just("s"), st.integers(0, 30), st.booleans(), st.just("continue"),
        *(st.integers(0, 5) for _ in range(8)),
    ),
    st.lists(st.tuples(*(st.integers(0, 9) for _ in range(5))), min_size=1, max_size=4).map(
        lambda rows: UltimateStart("u", sum(row[0] for row in rows if row[0]), True, "continue", tuple(rows))
    ),
    st.builds(
        OpenStart, st.just("o"), st.just("o"), st.just(0), st.booleans(), st.just("continue"),
        st.sampled_from(["rate(9/s) random_arrivals(3 s) rate(2/s)", "rate(1/s) even_arrivals(9 s) rate(7/s)"]),
        st.integers(1, 1 << 40), st.just(0),
    ),
)  # fmt: skip


def dealt(start: Any, shares: Iterable[Any]) -> list[list[Arrival]]:
    return [[arrival for arrival in start.arrivals() if share.has(arrival.number)] for share in shares]


@given(STARTS, WEIGHTS, st.integers(1, 3), st.integers(0, 20))
def test_each_user_starts_on_one_server_when_it_would_on_one_machine(
    start: Any, weights: list[int], workers: int, first: int
) -> None:
    servers = parts(weights, Divided(first, None))
    shares = [share_of(part, 0, worker, workers) for part in servers for worker in range(workers)]
    assert Counter(arrival for own in dealt(start, shares) for arrival in own) == Counter(start.arrivals())


@given(WEIGHTS, st.integers(1, 3), st.integers(0, 20), st.integers(-1, 60))
def test_a_level_of_users_is_dealt_with_their_numbers(
    weights: list[int], workers: int, first: int, level: int
) -> None:
    numbers = []
    for part in parts(weights, Divided(first, None)):
        shares = [share_of(part, 0, worker, workers) for worker in range(workers)]
        here = shares[0].here(level)
        assert sum(share.of(level) for share in shares) == here
        numbers += [shares[0].numbered(place) for place in range(here)]
    assert sorted(numbers) == list(range(level))


def test_more_servers_than_users_leave_some_without() -> None:
    shares = [share_of(part, 0, 0, 1) for part in parts([1] * 5)]
    assert [share.of(2) for share in shares] == [1, 1, 0, 0, 0]


def test_groups_before_and_after_the_test_run_whole_on_each_server() -> None:
    for part in parts([1, 1], Divided(0, 4, divided=False)):
        assert [share_of(part, 0, 0, 1).has(number) for number in range(4)] == [True] * 4


# what all users count together


def counted(part: Dividing | None, calls: int, first: int, end: str, increment: int) -> list[str]:
    config = made(
        CounterConfig, part, **{
            "CounterConfig.start": str(first), "CounterConfig.end": end, "CounterConfig.incr": str(increment),
            "CounterConfig.name": "n", "CounterConfig.per_user": False,
        }
    )  # fmt: skip
    user = user_of()
    return [config.pass_start(user) or user.vars["n"] for _ in range(calls)]


@given(WEIGHTS, st.integers(-5, 20), st.one_of(st.just(""), st.integers(-3, 40).map(str)), st.integers(-3, 7))
def test_counters_count_what_one_machine_would(weights: list[int], first: int, end: str, increment: int) -> None:
    users = Divided(3, 12)
    fleet: Counter[str] = Counter()
    for part, calls in zip(parts(weights, users), turns(weights, users, 4)):
        fleet.update(counted(part, calls, first, end, increment))
    assert fleet == Counter(counted(None, 12 * 4, first, end, increment))


@given(WEIGHTS, st.sampled_from([(1, "30"), (1, "0.5"), (1, "100"), (0, "17"), (0, "0")]))
def test_throughput_controllers_let_as_many_through(weights: list[int], amount: tuple[int, str]) -> None:
    users = Divided(0, 12)
    props = {
        "ThroughputController.style": amount[0],
        "ThroughputController.perThread": False,
        "ThroughputController.maxThroughput": amount[1],
        "ThroughputController.percentThroughput": amount[1],
    }

    def through(part: Dividing | None, calls: int) -> int:
        controller = made(ThroughputController, part, **props)
        return sum(controller.of_all(user_of()) for _ in range(calls))

    fleet = sum(map(through, parts(weights, users), turns(weights, users, 6)))
    assert fleet == through(None, 12 * 6)


@given(WEIGHTS, st.integers(0, 99))
def test_random_variables_with_a_seed_have_the_values_of_one_machine(weights: list[int], seed: int) -> None:
    users = Divided(0, 12)
    props = {"variableName": "r", "minimumValue": "1", "maximumValue": "1000", "randomSeed": str(seed)}

    def drawn(part: Dividing | None, calls: int) -> list[str]:
        config, user = made(RandomVariable, part, **props), user_of()
        return [config.pass_start(user) or user.vars["r"] for _ in range(calls)]

    fleet: Counter[str] = Counter()
    for part, calls in zip(parts(weights, users), turns(weights, users, 3)):
        fleet.update(drawn(part, calls))
    assert fleet == Counter(drawn(None, 12 * 3))


# throughput


@given(WEIGHTS, st.sampled_from([0, 41]), st.sampled_from([1, 2, 3]), st.sampled_from([(5.0, 1), (0.5, 4), (3.0, 2)]))
def test_precise_instants_are_those_of_one_schedule(
    weights: list[int], seed: int, batch: int, pace: tuple[float, int]
) -> None:
    rate = Rate(pace[0] * batch, batch, pace[1], seed)
    until_s = 12.0

    def instants(arrivals: Arrivals) -> list[float]:
        return list(takewhile(lambda at: at < until_s, (arrivals.next(rate) for _ in count())))

    fleet: list[float] = []
    for part in parts(weights):
        fleet += instants(Arrivals(Cells(), "g", part.deal, part.seed(0)))
    assert all(times % batch == 0 for times in Counter(fleet).values())
    alone = Dividing(Division(0, (1,), SEED))  # the whole of the same schedule
    assert sorted(fleet) == instants(Arrivals(Cells(), "g", alone.deal, alone.seed(0)))
    if seed:
        assert sorted(fleet) == instants(Arrivals(Cells(), "g"))
    per_period = Counter(int(at // pace[1]) for at in fleet)
    expected = round(rate.per_s * pace[1])
    assert all(per_period[period] == expected for period in range(int(until_s) // pace[1]))


@given(WEIGHTS, st.sampled_from([[["10", "40", "3"]], [["2.5", "2.5", "3"]], [["0.5", "0.5", "1"], ["7", "3", "2"]]]))
def test_the_slots_of_a_shaped_second_are_those_of_one_machine(weights: list[int], rows: list[list[str]]) -> None:
    def slots(part: Dividing | None) -> list[int]:
        timer = made(ThroughputShapingTimer, part, load_profile=rows)
        with pytest.MonkeyPatch.context() as patch:
            taken = []
            now_ms = 1_000_000
            while now_ms < 1_003_000:
                patch.setattr(throughput_shaping, "wall_ms", lambda now_ms=now_ms: now_ms)
                left_ms = timer.left_ms(user_of())
                if not left_ms:
                    taken.append(now_ms)
                now_ms += min(left_ms, 1000 - now_ms % 1000)
        return taken

    busy = [part for part, own in zip(parts(weights), turns(weights, Divided(0, 12), 1)) if own]
    assert sorted(at for part in busy for at in slots(part)) == slots(None)


@given(WEIGHTS, st.integers(1, 30), st.sampled_from(["600", "1800", "7000"]))
def test_shared_throughput_has_the_instants_of_one_machine(weights: list[int], users: int, per_minute: str) -> None:
    laid = Divided(5, users)

    def instants(part: Dividing | None) -> list[int]:
        timer = made(ConstantThroughputTimer, part, throughput=per_minute, calcMode=GROUP_SHARED)
        return [int(timer.interval(user_of(), 1_000_000)) for _ in range(60)]

    alone = instants(None)
    busy = [part for part, own in zip(parts(weights, laid), turns(weights, laid, 1)) if own]
    fleet = sorted(at for part in busy for at in instants(part))
    assert fleet[: len(alone)] == alone


@given(WEIGHTS, st.integers(1, 30))
def test_users_of_a_divided_group_pace_themselves_as_on_one_machine(weights: list[int], users: int) -> None:
    laid = Divided(5, users)
    for part, own in zip(parts(weights, laid), turns(weights, laid, 1)):
        if own:
            timer = made(ConstantThroughputTimer, part, throughput="600", calcMode=GROUP)
            user = user_of()
            user.counts = lambda own=own: (own, own)
            assert timer.interval(user, 0) == users * 100


# the compiled plan


def compiled(text: str, weights: list[int], index: int = 0) -> Build:
    discover(pyjm.engine.elements)
    discover(pyjm.engine.functions)
    division = Division(index, tuple(weights), SEED)
    build = Job(text.encode(), "plan.jmx", "/", {"users": "4"}, division=division).build(Cells(), 1)
    program = Compiler(build).compile(read_plan(text.encode(), "plan.jmx"))
    divide(build, program)
    return build


def faults(text: str, *weights: int) -> list[str]:
    return [str(fault) for fault in compiled(text, list(weights)).faults]


def meeting(users: int) -> str:
    return group("users", users, 1, element("SyncTimer", "meet", {"groupSize": 0}), sample("s"))


def test_the_groups_of_a_plan_are_laid_in_one_row() -> None:
    setup = element("SetupThreadGroup", "before", {"ThreadGroup.num_threads": 3})
    build = compiled(
        plan(setup, group("a", 5, 2, counter("n", per_user=False)), group("b", "${__P(users)}", -1)), [1, 1]  # type: ignore[arg-type]
    )
    assert build.dividing is not None
    assert build.dividing.groups == [Divided(0, 3, 0, False), Divided(0, 5, 2), Divided(5, 4, 0)]


def test_what_users_of_several_servers_can_not_do_together_is_refused() -> None:
    remedy = "disable it, take one server, or set pyjm.load=each"
    section = element("CriticalSectionController", "door", {"CriticalSectionController.lockName": "l"}, sample("s"))
    found = faults(plan(meeting(4), group("others", 2, 1, section)), 1, 1)
    assert found == [
        "plan > users > meet: users on several servers can't wait for one another, and pyjm.load=divide is set"
        f" ({remedy})",
        "plan > others > door: users on several servers can't keep one another out, and pyjm.load=divide is set"
        f" ({remedy})",
    ]


def test_what_users_of_one_server_do_together_is_not() -> None:
    assert faults(plan(meeting(1)), 1, 1) == []


def test_queues_are_refused() -> None:
    (fault,) = faults(plan(group("users", 2, 1, sample("${__fifoPut(q,1)}"))), 1, 1)
    assert "users on several servers can't have one queue" in fault


def test_a_limit_that_leaves_a_server_without_users_is_refused() -> None:
    kind = "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup"
    limited = plan(element(kind, "arrivals", {"TargetLevel": "9", "ConcurrencyLimit": "2", "Unit": "S"}, sample("s")))
    (fault,) = faults(limited, 1, 1, 1)
    assert "a limit of 2 users can't be divided among 3 servers: one of them would have none" in fault
    assert faults(limited, 1, 1) == []


@pytest.mark.parametrize(("users", "mode", "told"), [(4, "shareMode.all", 1), (4, "shareMode.thread", 0), (1, "", 0)])
def test_rows_of_data_files_are_not_divided_which_is_said(tmp_path: Path, users: int, mode: str, told: int) -> None:
    (tmp_path / "rows.csv").write_text("a\n")
    rows = element("CSVDataSet", "rows", {"filename": str(tmp_path / "rows.csv"), "shareMode": mode})
    found = compiled(plan(group("users", users, 1, rows)), [1, 1]).faults
    assert [fault.fatal for fault in found] == [False] * told
    assert all("the rows of its file are not divided" in fault.problem for fault in found)


def test_functions_that_count_know_their_groups() -> None:
    count = sample("${__counter(FALSE)}")
    build = compiled(plan(group("a", 5, 2), group("b", 3, 1, count)), [1, 1])
    assert build.dividing is not None
    assert [groups for _, groups in build.dividing.functions] == [{1}]


def test_a_job_without_division_says_nothing_of_it() -> None:
    plain = Job(b"", "plan.jmx", "/", {}).to_plain()
    assert "division" not in plain
    assert Job.from_plain(plain).build(Cells(), 1).dividing is None
    parted = Job(b"", "plan.jmx", "/", {}, division=Division(1, (1, 2), 3))
    assert Job.from_plain(parted.to_plain()).division == parted.division
