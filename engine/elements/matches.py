"""Which variables an extractor sets from what it found, and which it removes: NAME, NAME_1 …, NAME_matchNr."""

from __future__ import annotations

from collections.abc import Sequence
from random import randrange
from typing import Any, TypeVar

from pyjm.engine.compile.value import whole_number

Variables = dict[str, Any]
T = TypeVar("T")


def count_of(value: Any) -> int:
    """Read a count that a former match has left."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def number_of(text: str) -> int:
    """Read a match number; raises ValueError for what is none."""
    number = whole_number(text, 32)
    if number is None:
        raise ValueError(f'For input string: "{text}"')
    return number


def chosen(found: Sequence[T], number: int) -> T | None:
    """Give the match of a number, any one for 0; None where there is none."""
    if not found or number > len(found):
        return None
    return found[randrange(len(found)) if number == 0 else number - 1]


def remove_numbered(variables: Variables, name: str) -> None:
    """Remove NAME_matchNr, and NAME_1 and so on up to the first that is not there."""
    variables.pop(f"{name}_matchNr", None)
    at = 1
    while variables.pop(f"{name}_{at}", None) is not None:
        at += 1


def remove_rest(variables: Variables, name: str, kept: int, before: int) -> None:
    """Remove the numbered variables of a former match beyond those kept."""
    for at in range(kept + 1, before + 1):
        variables.pop(f"{name}_{at}", None)


def save_matches(variables: Variables, name: str, found: Sequence[str | None], number: int) -> None:
    """Set the match of a number, or all if it is negative; those left of a former match go."""
    before = count_of(variables.pop(f"{name}_matchNr", None))
    if number >= 0:
        match = chosen(found, number)
        if match is not None:
            variables[name] = match
        remove_rest(variables, name, 0, before)
        return
    variables[f"{name}_matchNr"] = str(len(found))
    variables.update((f"{name}_{at}", match) for at, match in enumerate(found, 1) if match is not None)
    remove_rest(variables, name, len(found), before)


def prepare_nodes(variables: Variables, name: str, default: str) -> int:
    """Set what an XPath extractor leaves if it fails; give the number of former matches."""
    before = count_of(variables.get(f"{name}_matchNr"))
    variables[name] = default
    variables[f"{name}_matchNr"] = "0"
    variables.pop(f"{name}_1", None)
    return before


def save_nodes(variables: Variables, name: str, found: Sequence[str | None], before: int) -> None:
    """Set the first match and all of them by number, whatever number was asked for; a node without value sets none."""
    variables[f"{name}_matchNr"] = str(len(found))
    if found and found[0] is not None:
        variables[name] = found[0]
    variables.update((f"{name}_{at}", value) for at, value in enumerate(found, 1) if value is not None)
    remove_rest(variables, name, len(found), max(before, len(found) + 1))
