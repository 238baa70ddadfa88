"""Save Responses to a file: which results become files, and how the files are named."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.listeners.result_saver import ResultSaver
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Made = Callable[..., Any]
Samples = Callable[..., SampleResult]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_sub_results_have_files_and_numbered_variables(
    compiled: Made, users: Users, sample: Samples, tmp_path: Path
) -> None:
    saver = compiled(ResultSaver, {"FileSaver.filename": "~/f", "FileSaver.variablename": "v"})
    user = users()
    page = sample("page", content_type="text/html; charset=x", sub_results=[sample("part", content_type="image/png")])
    saver.add(user, page)
    assert names(tmp_path) == ["f1.html", "f2.png"]
    assert (user.vars["v"], user.vars["v1"]) == (str(tmp_path / "f1.html"), str(tmp_path / "f2.png"))
    assert page.result_file == str(tmp_path / "f1.html")
    assert (tmp_path / "f2.png").read_bytes() == b"part"


def test_transactions_are_written_only_if_asked(compiled: Made, users: Users, sample: Samples, tmp_path: Path) -> None:
    for skips in (True, False):
        saver = compiled(ResultSaver, {"FileSaver.filename": f"~/{skips}", "FileSaver.ignoreTC": skips})
        saver.add(users(), sample("", transaction=True))
    assert names(tmp_path) == ["False1.unknown"]


def test_the_time_of_the_start_stands_before_the_number(
    compiled: Made, build: Build, users: Users, sample: Samples, tmp_path: Path
) -> None:
    props = {"FileSaver.filename": "~/t_", "FileSaver.addTimstamp": True, "FileSaver.numberPadLen": "3"}
    saver = compiled(ResultSaver, props)
    saver.add(users(), sample())
    assert names(tmp_path) == [f"t_{saver.start}001.unknown"]


def test_a_folder_that_cannot_be_made_is_a_line_in_the_log(
    compiled: Made, users: Users, sample: Samples, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.ERROR):
        compiled(ResultSaver, {"FileSaver.filename": "~/file/f"}).add(users(), sample())
    assert "Error saving sample GET /" in caplog.text
