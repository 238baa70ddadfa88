"""Have all members of a run compile the plan, as often as the properties say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from pyjm.client.member import Member, MemberError, Outcome
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.job import Job
from pyjm.properties import Settings

Each = Callable[[Callable[[int], list[Fault]], Sequence[int]], dict[int, Future[list[Fault]]]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do where servers can't be configured: client.tries, client.retries_delay, client.continue_on_fail."""

    tries: int = 1
    retries_delay_ms: int = 5000
    continue_on_fail: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """Read it from the properties."""
        return cls(
            settings.whole("client.tries"),
            settings.whole("client.retries_delay"),
            settings.flag("client.continue_on_fail"),
        )


class Configuring:
    """Configures members at once; `each` does something to several at once.

    Without a `policy` the members are this machine: nothing is said about it.
    """

    def __init__(
        self,
        members: Sequence[Member],
        outcomes: Sequence[Outcome],
        say: Callable[[str], None],
        each: Each,
        policy: Policy | None,
    ) -> None:
        self._members = members
        self._outcomes = outcomes
        self._say = say
        self._each = each
        self._policy = policy
        self._found: dict[int, list[Fault]] = {}

    def warn(self) -> None:
        """Say what the user should know of the members before the start."""
        for warning in dict.fromkeys(text for member in self._members for text in member.warnings):
            self._say(f"Warning: {warning}")

    def all(self, indexes: Sequence[int], jobs: Sequence[Job]) -> list[int]:
        """Configure members, again where it failed; gives those that can't be used."""
        policy = self._policy or Policy()
        failed = list(indexes)
        for number in range(max(1, policy.tries)):
            if number:
                self._say(
                    f"Following remote engines will retry configuring: {names(self._members, failed)}, "
                    f"pausing before retry for {policy.retries_delay_ms}ms"
                )
                time.sleep(policy.retries_delay_ms / 1000)
            failed = self._some(failed, jobs)
            if not failed:
                break
        return failed

    def _some(self, indexes: Sequence[int], jobs: Sequence[Job]) -> list[int]:
        """Configure some; gives those that failed. Says how it went in the members' order, as it gets known."""
        failed = []
        for index, future in self._each(lambda index: self._members[index].configure(jobs[index]), indexes).items():
            if self._policy is not None:
                self._say(f"Configuring remote engine: {self._members[index].name}")
            try:
                self._found[index] = future.result()
            except MemberError as error:
                failed.append(index)
                self._outcomes[index].reason = str(error)
                if self._policy is None:
                    continue
                self._say(str(error))
                self._say(f"Failed to configure {self._members[index].name}")
        return failed

    def spares(self, indexes: Sequence[int], jobs: Sequence[Job]) -> list[int]:
        """Configure those that stand by; gives those that can be used, and says of the others why not."""
        ready = []
        for index, future in self._each(lambda index: self._members[index].configure(jobs[index]), indexes).items():
            try:
                self._found[index] = future.result()
                ready.append(index)
                self._say(f"Standing by: {self._members[index].name}")
            except MemberError as error:
                self._say(f"Warning: {self._members[index].name} can't stand by: {error}")
        return ready

    def faults(self) -> list[Fault]:
        """Give each fault once: as it is where all members have it, with the member's name where only some do."""
        merged: dict[Fault, None] = {}
        for index, faults in self._found.items():
            for fault in faults:
                common = all(fault in others for others in self._found.values())
                where = "" if common else f"on {self._members[index].name}: "
                merged[replace(fault, problem=where + fault.problem)] = None
        return list(merged)


def names(members: Sequence[Member], indexes: Sequence[int]) -> str:
    """Write members as JMeter's lines do."""
    return f"[{', '.join(members[index].name for index in indexes)}]"
