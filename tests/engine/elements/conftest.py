"""What a compiled element needs to be tried alone: a build, a user, a sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cells
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import OnError, User


class StillTest:
    """A test that notes who asked it to stop."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self.asked: list[str] = []

    def stop(self) -> None:
        self.asked.append("stop")

    def stop_now(self) -> None:
        self.asked.append("stop now")

    def stop_group(self, index: int, *, now: bool) -> None:
        self.asked.append(f"stop group {index}{' now' if now else ''}")


class OneGroup:
    """A thread group of a test that does not run."""

    on_error = OnError.CONTINUE
    same_user = True
    name = "users"
    threads = 1

    def __init__(self, test: StillTest, index: int = 0) -> None:
        self.test = test
        self.index = index

    def counts(self) -> tuple[int, int]:
        return 1, 1

    def stop(self, *, now: bool) -> None:
        self.test.asked.append("stop group")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(properties={}, cells=Cells(), base=tmp_path)


@pytest.fixture
def users() -> Callable[..., User]:
    """Make users: `users()` or `users(number, group_index, name=value …)`."""
    test = StillTest()

    def make(number: int = 0, group: int = 0, **variables: Any) -> User:
        return User(OneGroup(test, group), number, f"users 1-{number + 1}", dict(variables))

    return make


@pytest.fixture
def compiled(build: Build) -> Callable[..., Any]:
    """Make elements: `compiled(Class, {property: value})`."""

    def make(cls: type, props: dict[str, Any], **fields: Any) -> Any:
        node = Node(cls.__name__, name=cls.__name__, path=f"Test Plan > {cls.__name__}", props=props, **fields)
        return cls(node, build)

    return make


@pytest.fixture
def sample() -> Callable[..., SampleResult]:
    """Make samples: `sample("body", url="…", …)`."""

    def make(body: str = "", **fields: Any) -> SampleResult:
        result = SampleResult("GET /")
        result.set_text(body)
        result.success = True
        for name, value in fields.items():
            setattr(result, name, value)
        return result

    return make
