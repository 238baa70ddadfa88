"""How many files a process may have open: each connection of a user is one."""

from __future__ import annotations

import re
from pathlib import Path

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import GroupProgram, Program
from pyjm.engine.elements.samplers.http_connections import Connections

BESIDE_USERS = 64
"""What a worker has open beside its users' connections: libraries, pipes, data and result files."""

WISHES = (1 << 20, 1 << 16, 10_240)
"""What is tried where the hard limit is none: some systems take no such number for the soft one."""

_HARMLESS = re.compile(r"\$\{__(P\([\w.,\- ]*|property\([\w.\- ]*(,,[\w.\- ]*)?)\)\}")


def users_of(compiled: GroupProgram) -> int | None:
    """Tell how many users a group can have; None where that is not known before it runs."""
    total = 0
    for written, users in compiled.group.counted():
        harmless = _HARMLESS.fullmatch(written)
        if "${" in written and not harmless:
            return None
        total += users.get(None) if harmless else users.constant or 0
    return total


def most_users(program: Program) -> int:
    """Tell how many users a plan has, many where that is not known before it runs."""
    users = [users_of(compiled) for compiled in program.groups]
    return 1 << 30 if None in users else sum(filter(None, users))


def users_at_once(program: Program) -> int:
    """Tell how many users run beside one another, of those groups of which it is known before they run."""
    of_phases: dict[str, list[int]] = {}
    for compiled in program.groups:
        of_phases.setdefault(compiled.group.phase, []).append(max(users_of(compiled) or 0, 0))
    count = max if program.serialize else sum
    return max(map(count, of_phases.values()), default=0)


def raise_file_limit() -> int | None:
    """Allow this process as many open files as the system lets us; gives how many that is, None where it has no limit.

    Who may raise the hard limit, does; all others get that far.
    """
    try:
        import resource
    except ImportError:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = hard == resource.RLIM_INFINITY
    wishes = [(wanted, hard) for wanted in WISHES if wanted > soft] if endless else [(hard, hard)]
    most = _most_of_all()
    for wish in [(most, most), *wishes] if not endless and most > hard else wishes:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, wish)
        except (ValueError, OSError):
            continue
        break
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _most_of_all() -> int:
    """Give the most that the system allows any process (Linux), 0 where that is not known."""
    try:
        return int(Path("/proc/sys/fs/nr_open").read_text())
    except (OSError, ValueError):
        return 0


def connects(build: Build) -> bool:
    """Tell whether users of a compiled plan open connections."""
    return any(isinstance(kept, Connections) for kept in build.kept.values())


def shortage(users: int, workers: int, allowed: int | None) -> str:
    """Say that so many users on so many processes need more open files than one may have; nothing where they don't."""
    each = -(-users // max(workers, 1))
    if allowed is None or each + BESIDE_USERS <= allowed:
        return ""
    return (
        f"{users} users need {each + BESIDE_USERS} open files or more in each of {workers} processes, and {allowed} are"
        " allowed: connections of some users will fail with `Too many open files`; raise the limit (ulimit -Hn,"
        " LimitNOFILE= of a service, --ulimit nofile= of a container), or take more processes (pyjm.workers) or"
        " machines"
    )
