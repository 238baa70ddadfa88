"""What of a compiled plan is this server's: its part of each thread group, and what can't be divided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.program import GroupProgram, Program
from pyjm.engine.elements.groups.thread_group import DividedShare, Share
from pyjm.engine.shared.division import Divided, Dividing
from pyjm.engine.shared.row_shares import COPY, DATA_SETS, policy_of

from .limits import users_of

OF_ONE_USER = "shareMode.thread"
REMEDY = "disable it, take one server, or set pyjm.load=each"


def divide(build: Build, program: Program) -> None:
    """Lay the users of all groups in one row, tell elements whom they are shared by, and find what can't be divided.

    Groups before and after the test prepare and tidy up what a machine has: they run whole on each server.
    """
    if build.dividing is not None:
        lay(build.dividing, program)
        tell(build.dividing, program)
        refuse(build, build.dividing, program)
        report_files(build, build.dividing, program)


def lay(dividing: Dividing, program: Program) -> None:
    """Lay the users of all groups in one row; a group of nobody knows how many takes one place, to begin elsewhere."""
    first = 0
    for compiled in program.groups:
        users = users_of(compiled)
        users = None if users is None else max(0, users)
        divided = compiled.group.phase == "main"
        dividing.groups.append(Divided(first, users, passes_of(compiled), divided))
        if divided:
            first += 1 if users is None else users


def tell(dividing: Dividing, program: Program) -> None:
    """Tell elements and functions whose users come by them."""
    for path, groups in dividing.functions:
        within = {index for index, each in enumerate(program.groups) if is_below(path, each.group.path)}
        groups.update(within or range(len(program.groups)))
    for index, compiled in enumerate(program.groups):
        for element in compiled.elements:
            if hasattr(element, "shared_by"):
                element.shared_by.add(index)


def refuse(build: Build, dividing: Dividing, program: Program) -> None:
    """Report what users of several servers can't do together."""
    kinds: dict[type[Any], tuple[dict[int, Any], set[int]]] = {}
    for index, compiled in enumerate(program.groups):
        for element in compiled.elements:
            if getattr(element, "indivisible", ""):
                found, groups = kinds.setdefault(type(element), ({}, set()))
                found[id(element)] = element
                groups.add(index)
    for found, groups in kinds.values():
        if is_torn(dividing, groups):
            for element in found.values():
                build.fault(element.path, f"{element.indivisible}, and pyjm.load=divide is set", REMEDY)


def is_below(path: str, group: str) -> bool:
    """Tell whether a place in the plan is that of a group, or below it."""
    return path == group or path.startswith(f"{group} > ")


def report_files(build: Build, dividing: Dividing, program: Program) -> None:
    """Warn of data files that all users of the plan would share on one machine."""
    told: set[int] = set()
    for index, compiled in enumerate(program.groups):
        for element in compiled.elements:
            kind = element.node.kind
            if kind not in DATA_SETS or id(element) in told or element.node.text("shareMode") == OF_ONE_USER:
                continue
            name = element.node.text("filename")
            if build.row_shares is not None and policy_of(build.row_shares.rules, name, name) != COPY:
                continue
            if is_torn(dividing, [index]):
                told.add(id(element))
                problem = "the rows of its file are not divided: users of each server read them from the first one on"
                build.fault(element.path, problem, "have them divided: pyjm.csv=split or unique", fatal=False)


def passes_of(compiled: GroupProgram) -> int:
    """Tell how often each user of a group iterates, 0 where that is not known."""
    loops, forever = getattr(compiled.group, "loops", None), getattr(compiled.group, "forever", None)
    if loops is None or forever is None or forever.constant or loops.constant is None:
        return 0
    return max(0, int(loops.constant))


def is_torn(dividing: Dividing, groups: Iterable[int]) -> bool:
    """Tell whether users of these groups are on more than one server."""
    busy: set[int] = set()
    for group in (dividing.groups[index] for index in groups):
        if group.divided and group.users is None:
            return True
        if group.divided:
            users = dividing.users_of(group.first, group.users or 0)
            busy.update(index for index, count in enumerate(users) if count)
    return len(busy) > 1


def share_of(dividing: Dividing | None, group: int, first: int, workers: int) -> Share:
    """Give a worker's share of a group's users."""
    if dividing is None or not dividing.divides(group):
        return Share(first, workers)
    return DividedShare(first, workers, dividing.deal, dividing.groups[group].first)


def users_here(dividing: Dividing | None, users: int) -> int:
    """Tell how many of a plan's users this server has, as nearly as one counts before the groups start."""
    if dividing is None or users >= 1 << 30:
        return users
    return dividing.deal.count(users)
