"""Hold a plan that has been compiled against the machine that is to run it: what would spoil the test?

What is found are warnings, under the name of the check; the controller says them, and refuses them under pyjm.strict.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.limits import BESIDE_USERS
from pyjm.keystore.store import expires_soon
from pyjm.server.wire.contract import in_one_line

CLOCK_S = 0.5
"""By how much clocks may differ: less is within what a busy machine takes to answer."""
DISK_BYTES = 1 << 30
WORKER_BYTES = 60 << 20
USER_BYTES = 24 << 10
"""What a worker and an idle user take, rounded up from what was measured."""
USERS_PER_CORE = 20_000
UNKNOWN_USERS = 1 << 30
_EXPECTED_AT_MOST = 1000


@dataclass(frozen=True)
class Planned:
    """What a plan wants of a machine. `users` is 0 where that is known only while it runs.

    `expected` are files that the plan reads and the controller does not have; `find` gives their place here.
    `ahead_ns` is by how much the wall clock here is ahead of the controller's.
    """

    users: int = 0
    workers: int = 1
    expected: Sequence[str] = ()
    ahead_ns: int = 0
    find: Callable[[str], Path] = Path


def spoilers(machine: Mapping[str, Any], planned: Planned, certificate: x509.Certificate | None) -> list[Fault]:
    """Find all that would spoil the test on this machine."""
    checks = (_clock, _disk, _file_limit, _memory, _cores)
    found = [fault for check in checks for fault in [check(machine, planned)] if fault is not None]
    soon = certificate and expires_soon(certificate, datetime.datetime.now(datetime.UTC))
    if soon:
        found.append(
            _warning(
                "certificate", f"the server's own expires {soon}", "make a new one with create-rmi-keystore --force"
            )
        )
    return [*found, *_files(planned)]


def _clock(machine: Mapping[str, Any], planned: Planned) -> Fault | None:
    ahead_s = planned.ahead_ns / 1e9
    if abs(ahead_s) <= CLOCK_S:
        return None
    way = "ahead of" if ahead_s > 0 else "behind"
    problem = f"it is {abs(ahead_s):.1f} s {way} the controller's, and so are the times of its samples"
    return _warning("clock", problem, "let NTP (chrony, systemd-timesyncd) set the clocks of all machines")


def _disk(machine: Mapping[str, Any], planned: Planned) -> Fault | None:
    if machine["disk"] >= DISK_BYTES:
        return None
    problem = f"{machine['disk'] >> 20:,} MB are free in {machine['folder']}, where files and waiting samples lie"
    return _warning("disk", problem, "make room there, or start the server with another TMPDIR")


def _file_limit(machine: Mapping[str, Any], planned: Planned) -> Fault | None:
    wanted = -(-planned.users // max(1, planned.workers)) + BESIDE_USERS
    if not machine["files"] or not planned.users or wanted <= machine["files"]:
        return None
    problem = (
        f"a process may open {machine['files']:,} files, {planned.users:,} users with a connection each want {wanted:,}"
    )
    return _warning("file limit", problem, f"start the server after `ulimit -Hn {wanted}` (LimitNOFILE= of systemd)")


def _memory(machine: Mapping[str, Any], planned: Planned) -> Fault | None:
    wanted = planned.workers * WORKER_BYTES + planned.users * USER_BYTES
    if not planned.users or wanted <= machine["available"]:
        return None
    problem = (
        f"{planned.users:,} users want some {wanted >> 20:,} MB with what the plan keeps on top, "
        f"{machine['available'] >> 20:,} MB are free"
    )
    return _warning("memory", problem, "take more servers, or fewer users for each")


def _cores(machine: Mapping[str, Any], planned: Planned) -> Fault | None:
    per_core = planned.users / max(1, machine["cores"])
    if per_core <= USERS_PER_CORE:
        return None
    problem = f"{planned.users:,} users on {machine['cores']} cores are more than {USERS_PER_CORE:,} on each"
    return _warning("cores", problem, "take more servers, or look at what the log says of limits in a short run")


def _files(planned: Planned) -> list[Fault]:
    """Find the files that nobody has."""
    return [
        _warning(
            "files", f"{in_one_line(name)!r}, which the plan reads, is neither on the controller nor here",
            "put it beside the plan on the controller, or into the folder that the server was started in",
        )
        for name in planned.expected[:_EXPECTED_AT_MOST]
        if "\0" not in name and not planned.find(name).is_file()
    ]  # fmt: skip


def _warning(check: str, problem: str, remedy: str) -> Fault:
    return Fault(check, problem, remedy, fatal=False)
