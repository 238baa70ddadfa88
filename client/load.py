"""How the load is laid on the servers: the whole plan on each, as JMeter does it, or divided among them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import gcd
from secrets import randbits
from typing import Any

from pyjm.client.configuring import names
from pyjm.client.expected import Expected
from pyjm.client.member import Member, MemberError
from pyjm.engine.run.job import Job
from pyjm.engine.shared.division import MOST_CYCLE, Division
from pyjm.properties import Settings

log = logging.getLogger("pyjm.client.fleet")

EACH, DIVIDE = "each", "divide"
AUTO = "auto"
LOOK_S = 0.5
_SEED_BITS = 47
MOST_WEIGHT = 1000

About = Mapping[str, Any]
Each = Callable[[Callable[[int], About], Sequence[int]], dict[int, Future[About]]]


@dataclass(frozen=True, slots=True)
class Load:
    """What pyjm.load, pyjm.weights, pyjm.expect_servers and pyjm.expect_timeout say; no weights: by capacity."""

    divides: bool = False
    weights: tuple[int, ...] = ()
    expected: int = 0
    timeout_s: float = 60.0

    @classmethod
    def of(cls, settings: Settings, hosts: Sequence[str], *, joining: bool = False) -> Load:
        """Read the properties; raises MemberError where they can't be meant.

        While servers are still `joining`, how many there will be is not known. Those that are expected have been waited
        for when they have joined (muster).
        """
        action = settings.text("pyjm.load")
        if action not in (EACH, DIVIDE):
            raise MemberError(f"pyjm.load={action} is none; write {EACH} or {DIVIDE}")
        weights = read_weights(settings.text("pyjm.weights"), None if joining else len(hosts))
        expected = Expected.of(settings)
        if expected.port:
            return cls(action == DIVIDE, weights)
        return cls(action == DIVIDE, weights, expected.dialled(len(hosts)), expected.timeout_s)


def capacity(about: Mapping[str, Any]) -> int:
    """Tell how many worker processes a server has, by what it says of itself: one where it says nothing."""
    for key in ("workers", "cores"):
        count = about.get(key)
        if isinstance(count, int) and count > 0:
            return min(count, MOST_WEIGHT)
    return 1


def read_weights(text: str, servers: int | None) -> tuple[int, ...]:
    """Read pyjm.weights: a whole number for each server, or auto; raises MemberError. `servers` may not be known."""
    if text == AUTO:
        return ()
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if not (part.isascii() and part.isdecimal() and len(part) < 10 and 1 <= int(part) <= MOST_WEIGHT):
            raise MemberError(
                f"pyjm.weights={text}: {part or 'nothing'} is no weight; write auto, or a whole number from 1 to "
                f"{MOST_WEIGHT} for each server"
            )
    if servers is not None and len(parts) != servers:
        counts = f"{len(parts)} weight{'s' * (len(parts) != 1)} for {servers} server{'s' * (servers != 1)}"
        raise MemberError(f"pyjm.weights={text}: {counts}; write one for each, in their order")
    weights = tuple(map(int, parts))
    if sum(weights) // gcd(*weights) > MOST_CYCLE:
        raise MemberError(f"pyjm.weights={text}: they are too fine; their sum may be {MOST_CYCLE} at most")
    return weights


def divisions(weights: Sequence[int], seed: int) -> list[Division | None]:
    """Make each server's part; one alone has all of it, and nothing is divided."""
    shared = gcd(*weights)
    least = [weight // shared for weight in weights]
    while sum(least) > MOST_CYCLE:
        least = [max(1, weight // 2) for weight in least]
    if len(least) < 2:
        return [None] * len(least)
    return [Division(index, tuple(least), seed) for index in range(len(least))]


class Laying:
    """Finds out which servers are there, and lays the load on them; `each` does something to several at once."""

    def __init__(self, members: Sequence[Member], load: Load, say: Callable[[str], None], each: Each) -> None:
        self._members = members
        self._load = load
        self._say = say
        self._each = each
        self._abouts: dict[int, About] = {}
        self._absent: dict[int, str] = {}
        self._seed = randbits(_SEED_BITS)

    def gather(self, indexes: Sequence[int]) -> list[int]:
        """Wait for as many as are expected, or for as long as may be; gives those that are there.

        Where none are expected, whoever is not there is found out about when it is configured. Raises MemberError where
        nobody is there.
        """
        load = self._load
        if not load.expected:
            if load.divides and not load.weights:
                self._look(indexes)
            return list(indexes)
        until = time.monotonic() + load.timeout_s
        self._look(indexes)
        if len(self._abouts) < load.expected:
            self._tell(f"Waiting up to {load.timeout_s:g} s for {load.expected} servers: {len(self._abouts)} there")
        while len(self._abouts) < load.expected and (left_s := until - time.monotonic()) > 0:
            time.sleep(min(LOOK_S, left_s))
            self._look([index for index in indexes if index not in self._abouts])
        there = [index for index in indexes if index in self._abouts]
        if not there:
            reasons = list(self._absent.values())
            raise MemberError("\n".join([*reasons, f"No server was there within {load.timeout_s:g} s"]))
        if len(there) < len(indexes):
            absent = [index for index in indexes if index not in self._abouts]
            sign = "Warning: " if len(there) < load.expected else ""
            count = f"{len(there)} of {load.expected} expected servers are there"
            self._tell(f"{sign}{count}: the test runs without {names(self._members, absent)}")
        return there

    def _look(self, indexes: Sequence[int]) -> None:
        for index, future in self._each(lambda index: self._members[index].look(), indexes).items():
            try:
                self._abouts[index] = future.result()
            except MemberError as error:
                self._absent[index] = str(error)

    def lay(self, jobs: Sequence[Job], indexes: Sequence[int]) -> list[Job]:
        """Give the jobs with the part of each that is there; those who stand by have the first one's, for now."""
        if not self._load.divides:
            return list(jobs)
        weights = [self._weight(index) for index in indexes]
        parts = dict(zip(indexes, divisions(weights, self._seed)))
        if len(parts) > 1:
            shares = (
                f"{self._members[index].name} {100 * weight / sum(weights):.3g} %"
                for index, weight in zip(indexes, weights)
            )
            self._tell(f"The load is divided: {', '.join(shares)}")
        first = parts[indexes[0]] if indexes else None
        return [replace(job, division=parts.get(index, first)) for index, job in enumerate(jobs)]

    def _weight(self, index: int) -> int:
        return self._load.weights[index] if self._load.weights else capacity(self._abouts.get(index, {}))

    def _tell(self, text: str) -> None:
        log.info("%s", text)
        self._say(text)
