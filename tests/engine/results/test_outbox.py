"""Which samples a result file takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from pyjm.engine.results.outbox import FileListener, FileRows, Mark
from pyjm.engine.results.save import SaveConfig
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

USER = cast(User, SimpleNamespace(vars={}))


def listener(file: FileRows, *, errors: bool = False, success: bool = False, mark: Mark | None = None) -> FileListener:
    return FileListener(file, SaveConfig(flags=["label"]), errors_only=errors, success_only=success, mark=mark)


def sample(label: str, *, success: bool) -> SampleResult:
    result = SampleResult(label)
    result.success = success
    return result


@pytest.mark.parametrize(
    ("errors", "success", "labels"),
    [(False, False, ["good", "bad"]), (True, False, ["bad"]), (False, True, ["good"]), (True, True, ["good", "bad"])],
)
def test_a_file_may_take_failed_or_good_samples_only(errors: bool, success: bool, labels: list[str]) -> None:
    file = FileRows()
    into = listener(file, errors=errors, success=success)
    into.add(USER, sample("good", success=True))
    into.add(USER, sample("bad", success=False))
    assert file.rows == labels


def test_a_sample_in_the_scope_of_two_listeners_of_one_file_is_written_once() -> None:
    file = FileRows()
    mark = Mark()
    listeners = [listener(file, mark=mark), listener(file, errors=True, mark=mark), listener(file, mark=mark)]
    for label in ("a", "b"):
        result = sample(label, success=False)
        for each in listeners:
            each.add(USER, result)
    assert file.rows == ["a", "b"]
    assert len(file.stamps) == 2
