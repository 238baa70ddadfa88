"""What becomes of a test that loses a server, and how much of its load is missing since when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyjm.client.address import split_addresses
from pyjm.client.member import MemberError
from pyjm.properties import Settings

from .summary import now_ms

CONTINUE, STOP, REPLACE = "continue", "stop", "replace"
ACTIONS = (CONTINUE, STOP, REPLACE)


@dataclass(frozen=True, slots=True)
class OnLoss:
    """What pyjm.on_loss and pyjm.standby_hosts say."""

    action: str = CONTINUE
    standbys: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, hosts: list[str]) -> OnLoss:
        """Read the properties; raises MemberError where they can't be meant."""
        action = settings.text("pyjm.on_loss").strip()
        if action not in ACTIONS:
            raise MemberError(f"pyjm.on_loss={action} is none; write {', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}")
        standbys = tuple(split_addresses(settings.text("pyjm.standby_hosts"))) if action == REPLACE else ()
        for name in standbys:
            if name in hosts or standbys.count(name) > 1:
                raise MemberError(f"{name} can't stand by (pyjm.standby_hosts): it is in the list of servers already")
        return cls(action, standbys)


@dataclass(slots=True)
class Gap:
    """A time in which one server's load was missing; `until_ms` is 0 while it still is."""

    name: str
    since_ms: int
    until_ms: int = 0
    ended_by: str = ""
    part: float = 1.0


class Losses:
    """The gaps of a run of so many servers. `clock` tells the wall time in ms.

    Where servers have unequal parts of the load, a `part` of 1 is what each would have if they were equal.
    """

    def __init__(self, servers: int, clock: Callable[[], int] = now_ms) -> None:
        self._servers = max(1, servers)
        self._clock = clock
        self._gaps: list[Gap] = []

    def begin(self, name: str, ago_ms: int = 0, part: float = 1.0) -> Gap:
        """Note that a server's load has been missing for some time."""
        gap = Gap(name, self._clock() - ago_ms, part=part)
        self._gaps.append(gap)
        return gap

    def end(self, gap: Gap, ended_by: str) -> None:
        """Note that it is there again, or is not missed any more."""
        if not gap.until_ms:
            gap.until_ms, gap.ended_by = self._clock(), ended_by

    def end_all(self) -> None:
        """Note that the test has ended."""
        for gap in self._gaps:
            self.end(gap, "to the end of the test")

    def text(self, gap: Gap) -> str:
        """Say how much was missing, and for how long."""
        seconds = (gap.until_ms - gap.since_ms) / 1000
        return f"{self._share(gap.part)} of the load was missing for {seconds:.1f} s, {gap.ended_by}"

    def between(self, since_ms: int, until_ms: int) -> str:
        """Say what was missing in an interval, for the summary; empty where nothing was."""
        missing: dict[str, int] = {}
        parts: dict[str, float] = {}
        for gap in self._gaps:
            overlap_ms = min(gap.until_ms or until_ms, until_ms) - max(gap.since_ms, since_ms)
            if overlap_ms > 0:
                missing[gap.name] = missing.get(gap.name, 0) + overlap_ms
                parts[gap.name] = gap.part
        if not missing:
            return ""
        longest_s, share = max(missing.values()) / 1000, self._share(sum(parts.values()))
        return f"{share} of the load was missing for {longest_s:.1f} s of this interval: " + (
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} lost"
        )

    def _share(self, servers: float) -> str:
        return f"{100 * servers / self._servers:.0f} %"
