"""The servers of a run: those that are named and dialled, and those that join by themselves."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import TracebackType
from typing import Self

from pyjm.client.board import Board
from pyjm.client.configuring import Policy
from pyjm.client.door import Joined
from pyjm.client.ending import tell
from pyjm.client.expected import Expected, join_port
from pyjm.client.member import Member, MemberError
from pyjm.client.order import Order, Refused, Say
from pyjm.client.remote import Remote
from pyjm.client.trust import Trust
from pyjm.engine.run.limits import raise_file_limit
from pyjm.properties import Settings

MOST_LINKS = 3
BESIDE_LINKS = 64
"""Files that a controller has open for each server at the most, and beside those."""

log = logging.getLogger("pyjm.client.session")


class Muster:
    """Gets the servers of one run together; a context manager, which closes the ports that they dial."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._trust = Trust(settings)
        self._joined: dict[str, Joined] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._trust.close()

    def gather(self, order: Order) -> Order:
        """Wait for the servers that join, where there are to be some; gives the order with them. Raises Refused."""
        hosts = list(order.hosts or ())
        try:
            if not join_port(self._settings):
                return order
            expected = Expected.of(self._settings)
            wanted = expected.joining(len(hosts))
            door = self._trust.door()
            servers = "1 server" if wanted == 1 else f"{wanted} servers"
            tell(f"Waiting for {servers} to join on port {expected.port}", self._say)
            found = door.wait(wanted, expected.timeout_s, [*hosts, *order.standbys])
        except MemberError as error:
            raise Refused(f"An error occurred: {error}") from None
        self._joined = {each.name: each for each in found}
        names = ", ".join(self._joined) or "none"
        if len(found) < wanted:
            text = f"{len(found)} of {servers} joined on port {expected.port} within {expected.timeout_s:g} s: {names}"
            if not Policy.of(self._settings).continue_on_fail or not found + hosts:
                raise Refused(
                    f"An error occurred: {text}; start the others with pyjm-server --join, their logs say what is in "
                    "the way, or expect fewer (pyjm.expect_servers)"
                )
            tell(f"Warning: {text}; continuing without the others", self._say)
        else:
            tell(f"Servers that have joined: [{names}]", self._say)
        return replace(order, hosts=[*hosts, *self._joined])

    def members(self, order: Order, settings: Settings) -> list[Member]:
        """Make the servers of an order the members of the run; raises Refused for more than can be talked to."""
        names = [*(order.hosts or ()), *order.standbys]
        files, needed = raise_file_limit(), MOST_LINKS * len(names) + BESIDE_LINKS
        if files is not None and files < needed:
            raise Refused(
                f"An error occurred: {len(names)} servers take up to {needed} open files here, and this process may "
                f"have {files}; allow it more (ulimit -Hn), or name fewer servers"
            )
        board, count = Board(), len(names)

        def remote(name: str) -> Remote:
            joined = self._joined.get(name)
            return Remote(name, settings, self._trust, say=self._say, joined=joined, members=count, board=board)

        return [remote(name) for name in names]
