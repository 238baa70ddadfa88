"""Every element and function of JMeter is here, or there is a reason why not; the table says which."""

from __future__ import annotations

from support.table import INNER, PARTS, TABLE, names, state, table

from pyjm.engine.compile.absent import ABSENT
from pyjm.engine.compile.registry import ELEMENTS


def test_the_table_is_that_of_the_registries() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "python tests/support/table.py --write"


def test_every_element_of_jmeter_is_accounted_for() -> None:
    table()
    assert [name for name in names() if name not in PARTS | INNER and not state(name)] == []


def test_nothing_is_here_and_absent() -> None:
    table()
    assert ELEMENTS.keys() & ABSENT.keys() == set()
