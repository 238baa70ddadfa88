"""The fault matrix: all of it with PYJM_FAULTS=all (`make faults`), else what is marked as short."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.field import Field, field
from faults.kept import Kept

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "short: a part of the fault matrix that every run of the tests has")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("PYJM_FAULTS") == "all":
        return
    left_out = [item for item in items if HERE in item.path.parents and item.get_closest_marker("short") is None]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(name="field")
def _field(tmp_path: Path) -> Iterator[Field]:
    with field(tmp_path) as found:
        yield found


@pytest.fixture(name="kept", scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    made = Kept(lambda: tmp_path_factory.mktemp("kept"))
    try:
        yield made
    finally:
        made.end()
