"""How exactly the members of a run started together, by their own account."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from time import perf_counter_ns

from pyjm.client.member import Member, MemberError

log = logging.getLogger("pyjm.client.fleet")

_STARTED_S = 3.0
_LOOK_S = 0.02


def began_ns(member: Member, at_ns: int, stopped: threading.Event) -> int:
    """Ask a member when it really began; 0 where it does not in time, or is stopped. `at_ns` is when it was to."""
    until_ns = at_ns + int(_STARTED_S * 1e9)
    stopped.wait(max(0, at_ns - perf_counter_ns()) / 1e9)
    pause_s = _LOOK_S
    while perf_counter_ns() < until_ns and not stopped.is_set():
        began = member.started_ns()
        if began:
            return began
        stopped.wait(pause_s)
        pause_s *= 2  # many that are late are late because there is much to do
    return 0


def skew_ms(instants: Iterable[Future[int]]) -> float:
    """Tell by how much they missed one another."""
    known = []
    for future in instants:
        try:
            began = future.result()
        except MemberError as error:  # its taking thread says so
            log.info("%s", error)
            continue
        if began:
            known.append(began)
    return (max(known) - min(known)) / 1e6 if known else 0.0
