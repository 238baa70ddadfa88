"""Which rows were used: noted by each worker, counted over all of them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.shared.marks import Marks, added, gathered


def test_marks_of_all_workers_are_added(tmp_path: Path) -> None:
    about = ("rows.csv, thread group 1", "split", 5, 0)
    first, second = Marks(tmp_path, 0, about), Marks(tmp_path, 1, about)
    for marks, rows in ((first, [0, 1, 1, 1]), (second, [1, 3])):
        for row in rows:
            marks.note(row)
    assert list(gathered(tmp_path)) == [(about, bytes([1, 2, 0, 1, 0]))]


def test_a_file_without_rows_has_no_marks(tmp_path: Path) -> None:
    Marks(tmp_path, 0, ("empty.csv", "unique", 0, 0))
    assert list(gathered(tmp_path)) == [(("empty.csv", "unique", 0, 0), b"")]


def test_without_room_on_the_disk_users_go_on_uncounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    marks = Marks(tmp_path, 1, ("rows.csv", "unique", 3, 0))
    marks.note(2)
    assert list(gathered(tmp_path)) == []
    assert caplog.messages == ["rows.csv: which rows worker 2 uses can't be noted: No space left on device"]


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="no such call on this system")
def test_a_file_of_marks_has_its_room_on_the_disk(tmp_path: Path) -> None:
    Marks(tmp_path, 0, ("rows.csv", "split", 100_000, 0))
    (made,) = [path for path in tmp_path.iterdir() if path.suffix != ".json"]
    assert made.stat().st_blocks * 512 >= 100_000


def test_files_stay_apart(tmp_path: Path) -> None:
    Marks(tmp_path, 0, ("a", "split", 2, 0)).note(0)
    Marks(tmp_path, 0, ("b", "split", 2, 0)).note(1)
    assert dict(gathered(tmp_path)) == {("a", "split", 2, 0): b"\1\0", ("b", "split", 2, 0): b"\0\1"}


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2))))
def test_more_than_two_are_two(pairs: list[tuple[int, int]]) -> None:
    one, other = bytes(a for a, _ in pairs), bytes(b for _, b in pairs)
    assert added(one, other) == bytes(min(2, a + b) for a, b in pairs)
