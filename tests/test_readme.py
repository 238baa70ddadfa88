"""The README's tables name what there is: no element, function, option or property too many and none too few."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pyjm.engine.elements
import pyjm.engine.functions
from pyjm.engine.compile import registry
from pyjm.engine.compile.functions import FUNCTIONS
from pyjm.properties import options, shipped

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Cut out what stands under a heading, up to the next one."""
    match = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", README, re.MULTILINE | re.DOTALL)
    assert match, f"no section {title}"
    return match[1]


def first_column(title: str) -> set[str]:
    """Find the words in code type in the first column of a section's table."""
    rows = [line.split("|")[1] for line in section(title).splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_elements_are_those_that_are_registered() -> None:
    registry.discover(pyjm.engine.elements)
    assert first_column("Elements") == set(registry.ELEMENTS)


def test_functions_are_those_that_are_registered() -> None:
    registry.discover(pyjm.engine.functions)
    assert first_column("Functions") == FUNCTIONS.keys()


def test_options_are_those_that_work() -> None:
    named = re.match(r"\s*`([^`]+)`", section("Options"))
    assert named
    there = {f"-{kind.letter}" for kind in options.KINDS if kind.letter and kind.there}
    assert set(named[1].split()) == there


def test_properties_are_shipped_with_a_sentence() -> None:
    names: set[str] = set()
    for row in (line.split("|")[1] for line in section("Properties").splitlines() if line.startswith("| `")):
        words = re.findall(r"`([^`]+)`", row)
        # `.password` stands for the first name with its last part changed
        names |= {words[0].rpartition(".")[0] + word if word.startswith(".") else word for word in words}
    shown = shipped.documented()
    assert {name for name in names if name not in shown and not any(fnmatch(key, name) for key in shown)} == set()
