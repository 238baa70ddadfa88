"""A user and a build, as scripts see them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.shared.cells import Cells
from pyjm.engine.vu.result import SampleResult


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build({"k": "kv"}, Cells(), tmp_path)


@pytest.fixture
def user() -> Any:
    previous = SampleResult("GET /", "Users 1-1")
    previous.response_code, previous.success = "200", True
    previous.set_text("hello")
    return SimpleNamespace(
        vars={"a": "A", "n": "1", "empty": ""}, name="Users 1-1", number=0, iteration=1, step=None, previous=previous
    )
