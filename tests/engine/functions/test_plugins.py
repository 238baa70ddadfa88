"""Functions of plugins and of files beside what the recorded plans show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.functions.md2 import md2
from pyjm.engine.vu.stops import StopThread


def test_a_random_choice_is_one_of_the_arguments_but_the_last(desk: Any) -> None:
    assert {desk.text("${__chooseRandom(x,y,z,v)}") for _ in range(200)} == {"x", "y", "z"}


def test_numbered_files_end_their_user_after_the_last(desk: Any, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"n{number}.txt").write_text(f"a{number}\nb{number}\n")
    value = desk.build.value("${__StringFromFile('n'#'.txt',,1,2)}", "here")
    assert [value.get(desk.user) for _ in range(4)] == ["a1", "b1", "a2", "b2"]
    with pytest.raises(StopThread):
        value.get(desk.user)


def test_two_workers_take_the_lines_of_a_file_in_turn(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("a\nb\nc\n")
    twin = desk.twin()
    first, second = (each.build.value("${__StringFromFile(lines.txt)}", "here") for each in (desk, twin))
    assert [each.get(desk.user) for each in (first, second, first, second)] == ["a", "b", "c", "a"]


def test_a_text_goes_to_a_file(desk: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    assert desk.text(f"${{__StringToFile({path},a\\\\nb)}}${{__StringToFile({path},c)}}") == "truetrue"
    assert path.read_text() == f"a{os.linesep}bc"


def test_md2_is_that_of_the_rfc() -> None:
    assert md2(b"").hex() == "8350e5a3e24c153df2275c9f80692773"
    assert md2(b"message digest").hex() == "ab4f496bfb2a530b219ff33031fe06b0"


def test_the_share_of_matches_is_rounded(desk: Any) -> None:
    desk.user.vars["text"] = "1 2 3 4"
    assert desk.text(r"${__regexFunction(\\d,$0$,0.5,,none,,text)}") == "2"
    assert desk.text(r"${__regexFunction(\\d,$0$,RAND,,none,,text)}") in "1234"
