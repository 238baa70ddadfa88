"""Arrivals and levels of users that servers divide: together they are those of one machine, at the same instants."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.groups.arrivals_thread_group import ArrivalsThreadGroup, FreeFormArrivalsThreadGroup
from pyjm.engine.elements.groups.concurrency_thread_group import ConcurrencyThreadGroup
from pyjm.engine.elements.groups.thread_group import Share
from pyjm.engine.plan.tree import Node
from pyjm.engine.run.dividing import share_of
from pyjm.engine.shared.cells import Cells
from pyjm.engine.shared.division import Divided, Dividing, Division

WEIGHTS = st.sampled_from([1, 2, 3, 5, 7]).flatmap(
    lambda servers: st.lists(st.integers(1, 9), min_size=servers, max_size=servers)
)
WORKERS = st.integers(1, 3)
SMALL = st.integers(0, 4).map(str)

ARRIVING = st.one_of(
    st.tuples(
        st.just(ArrivalsThreadGroup),
        st.fixed_dictionaries(
            {"TargetLevel": st.integers(1, 40).map(str), "RampUp": SMALL, "Hold": SMALL, "Steps": SMALL}
        ),
    ),
    st.tuples(
        st.just(FreeFormArrivalsThreadGroup),
        st.fixed_dictionaries(
            {
                "Schedule": st.lists(
                    st.tuples(*(st.integers(0, 30).map(str) for _ in range(2)), SMALL).map(list), min_size=1, max_size=3
                )
            }
        ),
    ),
)


class Start:
    """One start of a group in one worker; its clock goes to wherever it waits for."""

    index = 0
    name = thread_prefix = "g"
    halt = False
    test = on_error = counts = None
    same_user = False

    def __init__(self, share: Share, worker: int) -> None:
        self.share = share
        self.outside = SimpleNamespace(index=worker, begun=lambda index: None, release=lambda worker, index: None)
        self.variables: dict[str, Any] = {}
        self.users: dict[Any, Any] = {}
        self.now_s = 0.0

    async def until(self, at_s: float) -> bool:
        self.now_s = at_s
        return True


def starts(cls: type, props: dict[str, Any], weights: list[int], first: int, workers: int) -> list[tuple[Any, Start]]:
    """Make the group on each server and a start of it in each worker; without weights on one machine."""
    made = []
    for index in range(len(weights) or 1):
        part = Dividing(Division(index, tuple(weights), 77)) if weights else None
        if part is not None:
            part.groups.append(Divided(first, None))
        group = cls(Node("g", props=props), Build(properties={}, cells=Cells(), base=Path(), dividing=part))
        made += [(group, Start(share_of(part, 0, worker, workers), worker)) for worker in range(workers)]
    return made


def instants(group: Any, start: Start) -> list[float]:
    """Tell when each arrival of a worker comes."""

    async def come() -> list[float]:
        return [start.now_s async for _ in group.coming(start, group.crowd(start))]

    return asyncio.run(come())


@given(ARRIVING, WEIGHTS, WORKERS, st.integers(0, 20))
def test_arrivals_of_all_servers_come_when_those_of_one_machine_do(
    kind: tuple[type, dict[str, Any]], weights: list[int], workers: int, first: int
) -> None:
    ((group, start),) = starts(*kind, [], first, 1)
    fleet = [at for each in starts(*kind, weights, first, workers) for at in instants(*each)]
    assert sorted(fleet) == instants(group, start)


@given(st.integers(1, 60), SMALL, SMALL, SMALL, WEIGHTS, WORKERS, st.integers(0, 20))
def test_at_every_instant_there_are_as_many_users_as_on_one_machine(
    users: int, ramp: str, hold: str, steps: str, weights: list[int], workers: int, first: int
) -> None:
    props = {"TargetLevel": str(users), "RampUp": ramp, "Hold": hold, "Steps": steps}
    made = starts(ConcurrencyThreadGroup, props, weights, first, workers)
    levels = [(group.crowd(start), start) for group, start in made]
    ((group, start),) = starts(ConcurrencyThreadGroup, props, [], first, 1)
    alone = group.crowd(start)
    for tenth in range(80):
        start.now_s = tenth / 10
        planned = alone.planned()
        for level, its in levels:
            its.now_s = start.now_s
            assert level.planned() == planned
        assert sum(its.share.of(max(0, planned)) for _, its in levels) == max(0, planned)
