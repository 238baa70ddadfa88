"""A line for each server behind the summary's, where it is asked for; else nothing is said or done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wired.played import Played
from wired.rig import batch_of, eventually, job_of, serving

from pyjm.client.member import Member, Outcome
from pyjm.client.order import Order
from pyjm.client.per_server import PerServer, busiest
from pyjm.client.remote import Remote
from pyjm.client.samples import read_health
from pyjm.client.summary import Summariser, SummarySettings
from pyjm.engine.results.tally import Tally
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.engine.run.gather import Outgoing
from pyjm.server.wire.contract import pack

Run = Any
START_MS = 1795229520_000  # a multiple of 30 s


def tally(*times_ms: int, errors: int = 0, transaction: bool = False) -> Tally:
    made = Tally(transaction=transaction)
    made.count, made.sum_ms, made.errors = len(times_ms), sum(times_ms), errors
    return made


class Server(Played):
    """A server whose health is set by hand."""

    now: Health | None = None

    def health(self) -> Health | None:
        return self.now

    def tell(self, at_s: float, *cpu_s: float, lag_ms: float = 0.0) -> None:
        self.now = Health(at_ns=int(at_s * 1e9), lag_ms=lag_ms, each=[WorkerHealth(cpu) for cpu in cpu_s])


class Crew:
    def __init__(self, *members: Member) -> None:
        self.members = members

    def seen(self) -> list[tuple[Member, Outcome]]:
        return [(member, Outcome(member.name)) for member in self.members]


def test_each_server_has_its_rate_errors_average_users_lag_and_cpu() -> None:
    lines: list[str] = []
    at_ms = iter([START_MS, *[START_MS + 2000] * 4, *[START_MS + 4000] * 9])
    summary, servers = (
        Summariser(SummarySettings(), lines.append, lambda: next(at_ms)),
        [Server("s1"), Server("s2:1099")],
    )
    summary.servers = PerServer(Crew(*servers))
    servers[0].tell(1, 0.5, 0.1, lag_ms=3)
    summary.add(0, [tally(10, 20)], (7, 7, 0))
    assert lines[1:] == [
        "summary @ s1 +      2 =    1.0/s Avg:    15 Err:     0 (0.00%) Active: 7 Lag: 3 ms CPU: 0%",
    ]
    servers[0].tell(3, 1.0, 1.9, lag_ms=1)
    summary.add(1, [tally(30, errors=1)], (5, 5, 0))
    lines.clear()
    summary.end()
    assert lines[2:] == [
        "summary @ s1 +      0 =    0.0/s Avg:     0 Err:     0 (0.00%) Active: 7 Lag: 1 ms CPU: 90%",
        "summary @ s2:1099 +      1 =    0.5/s Avg:    30 Err:     1 (100.00%) Active: 5",
        "summary @ s1 =      2 =    0.5/s Avg:    15 Err:     0 (0.00%)",
        "summary @ s2:1099 =      1 =    0.2/s Avg:    30 Err:     1 (100.00%)",
    ]


def test_the_lag_is_the_worst_of_the_interval() -> None:
    server = Server("s1")
    rows = PerServer(Crew(server))
    for at_s, lag_ms in ((1, 2.0), (2, 40.0), (3, 1.0)):
        server.tell(at_s, 0.0, lag_ms=lag_ms)
        rows.add(0, [], 1)
    assert "Lag: 40 ms" in rows.interval("summary", 1000)[0]
    assert "Lag: 0 ms" in rows.interval("summary", 1000)[0]


def test_cpu_is_that_of_the_busiest_process() -> None:
    before = Health(at_ns=0, each=[WorkerHealth(1.0), WorkerHealth(2.0)])
    after = Health(at_ns=2_000_000_000, each=[WorkerHealth(1.5), WorkerHealth(3.5)])
    assert busiest(before, after) == 0.75
    assert busiest(None, after) == busiest(before, None) == busiest(after, after) == 0.0
    assert busiest(Health(at_ns=1), after) == 0.0


def test_nothing_of_it_is_there_unless_it_is_asked_for(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path], tmp_path: Path
) -> None:
    order = Order(str(plan_file()), str(tmp_path / "out.jtl"), delete_results=True)
    silent = run().go(order, played([batch_of(1, 3), batch_of(2, last=True)])).lines
    told = run(pyjm__summary_per_server="true").go(order, played([batch_of(1, 3), batch_of(2, last=True)])).lines
    ours = [line for line in told if line.startswith("summary @ ")]
    assert [line for line in silent if line.startswith("summary @ ")] == []
    assert len(silent) + len(ours) == len(told)
    assert ours[-1].startswith("summary @ local =      4 = ")


def test_an_odd_value_is_refused_before_the_run(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path]
) -> None:
    done = run(pyjm__summary_per_server="maybe").go(Order(str(plan_file())), played())
    assert done.lines == ["An error occurred: pyjm.summary_per_server=maybe is neither; write true or false"]
    assert done.status == 1


# how it travels


def test_each_worker_is_counted_for_itself() -> None:
    out = Outgoing(2)
    one, transaction = tally(4, 6, errors=1), tally(10, transaction=True)
    for _ in range(2):
        out.add(1, 0, [], {"a": one.to_list(), "t": transaction.to_list()}, (1, 1, 0))
    assert out.counts == [(0, 0, 0), (4, 2, 20)]


def test_the_health_of_every_worker_comes_with_the_batches(tmp_path: Path) -> None:
    health = Health(at_ns=5, lag_ms=3, each=(WorkerHealth(0.5, 3, 2, 10, 1, 99), WorkerHealth(0.25)))
    with serving(tmp_path) as server:
        member = Remote(server.address, server.settings)
        try:
            member.configure(job_of())
            server.engine.health = lambda: health  # type: ignore[method-assign]
            member.start_at(0)
            server.engine.play(last=True)
            assert eventually(lambda: bool(member.take(0, 1.0)))
            assert member.health() == health
        finally:
            member.close()


def test_a_server_that_tells_more_or_less_is_understood() -> None:
    assert read_health(pack({"cpu_s": 1.5, "more": 1})) == Health(cpu_s=1.5)
    told = read_health(pack({"each": [[1, 2, 3, 4, 5, 6, 7, 8], [1]]}))
    assert told.each == (WorkerHealth(1, 2, 3, 4, 5, 6), WorkerHealth(1))


@pytest.mark.parametrize("each", [5, [5], ["ab"], [[None]], {"a": 1}])
def test_what_is_no_health_is_refused(each: object) -> None:
    with pytest.raises(TypeError):
        read_health(pack({"each": each}))
