"""CSV Data Set Config: who gets which row, and what happens at the end of the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.csv_data_set import CSVDataSet
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import MappedCells
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

Users = Callable[..., User]


@pytest.fixture
def data_set(tmp_path: Path, compiled: Callable[..., Any]) -> Callable[..., CSVDataSet]:
    (tmp_path / "d.csv").write_text("name,age\nann,30\nbob,31\n")

    def make(**props: Any) -> CSVDataSet:
        made: CSVDataSet = compiled(CSVDataSet, {"filename": "d.csv", **props})
        return made

    return make


def passes(element: CSVDataSet, user: User, count: int, name: str = "name") -> list[Any]:
    result = []
    for _ in range(count):
        element.pass_start(user)
        result.append(user.vars[name])
    return result


def test_a_pass_gets_the_next_row_and_the_file_begins_anew_behind_its_header(
    data_set: Callable[..., CSVDataSet], users: Users
) -> None:
    assert passes(data_set(), users(), 4) == ["ann", "bob", "ann", "bob"]


def test_names_that_are_given_make_the_header_a_row(data_set: Callable[..., CSVDataSet], users: Users) -> None:
    assert passes(data_set(variableNames="name"), users(), 4) == ["name", "ann", "bob", "name"]
    assert passes(data_set(variableNames="name", ignoreFirstLine=True, shareMode="k"), users(), 3) == [
        "ann",
        "bob",
        "ann",
    ]


def test_at_the_end_without_recycling_the_variables_say_so(data_set: Callable[..., CSVDataSet], users: Users) -> None:
    user = users()
    assert passes(data_set(recycle=False), user, 4) == ["ann", "bob", "<EOF>", "<EOF>"]
    assert user.vars["age"] == "<EOF>"


def test_at_the_end_a_thread_can_be_stopped(data_set: Callable[..., CSVDataSet], users: Users) -> None:
    element, user = data_set(recycle=False, stopThread=True), users()
    passes(element, user, 2)
    with pytest.raises(StopThread, match=r"End of file:d\.csv"):
        element.pass_start(user)


@pytest.mark.parametrize(
    ("mode", "got"),
    [
        ("shareMode.all", ["ann", "bob", "ann"]),
        ("", ["ann", "bob", "ann"]),
        ("All threads", ["ann", "bob", "ann"]),
        ("shareMode.group", ["ann", "bob", "ann"]),
        ("shareMode.thread", ["ann", "ann", "ann"]),
        ("Hilo actual", ["ann", "ann", "ann"]),
        ("mine", ["ann", "bob", "ann"]),
    ],
)
def test_the_share_mode_says_who_shares(
    data_set: Callable[..., CSVDataSet], users: Users, mode: str, got: list[str]
) -> None:
    element = data_set(shareMode=mode)
    assert [passes(element, users(number), 1)[0] for number in range(3)] == got


def test_groups_have_their_own_rows_if_they_share_by_group(data_set: Callable[..., CSVDataSet], users: Users) -> None:
    element = data_set(shareMode="shareMode.group")
    assert [passes(element, users(0, group), 1)[0] for group in (0, 1, 0, 1)] == ["ann", "ann", "bob", "bob"]


def test_two_elements_share_a_file_of_one_name(data_set: Callable[..., CSVDataSet], users: Users) -> None:
    first, second = data_set(), data_set()
    assert [passes(element, users(), 1)[0] for element in (first, second)] == ["ann", "bob"]


def test_a_blank_line_counts_as_the_end_of_the_file(tmp_path: Path, compiled: Callable[..., Any], users: Users) -> None:
    (tmp_path / "b.csv").write_text("a\n\nb\n")
    element = compiled(CSVDataSet, {"filename": "b.csv", "variableNames": "v"})
    assert passes(element, users(), 4, "v") == ["a", "<EOF>", "b", "a"]


def test_a_missing_file_is_a_warning_and_ends_who_reads_it(
    compiled: Callable[..., Any], build: Build, users: Users
) -> None:
    element = compiled(CSVDataSet, {"filename": "none.csv", "variableNames": "v"})
    (fault,) = build.faults
    assert not fault.fatal
    assert "'none.csv' does not exist" in fault.problem
    with pytest.raises(StopThread):
        element.pass_start(users())


def test_an_empty_file_has_no_header(tmp_path: Path, compiled: Callable[..., Any], users: Users) -> None:
    (tmp_path / "e.csv").write_text("")
    with pytest.raises(StopThread):
        compiled(CSVDataSet, {"filename": "e.csv"}).pass_start(users())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_each_row_goes_to_one_user_of_all_workers(tmp_path: Path, users: Users) -> None:
    (tmp_path / "many.csv").write_text("".join(f"{n}\n" for n in range(400)))
    MappedCells.create(tmp_path / "cells")
    node = Node("CSVDataSet", path="p", props={"filename": "many.csv", "variableNames": "v", "recycle": False})
    pipes = []
    for _ in range(2):
        read, write = os.pipe()
        if os.fork() == 0:
            build = Build(properties={}, cells=MappedCells(tmp_path / "cells"), base=tmp_path)
            os.write(write, ",".join(passes(CSVDataSet(node, build), users(), 200, "v")).encode())
            os._exit(0)
        os.close(write)
        pipes.append(read)
    got = [value for pipe in pipes for value in os.read(pipe, 1 << 16).decode().split(",")]
    for pipe in pipes:
        os.close(pipe)
        os.wait()
    assert sorted(map(int, got)) == list(range(400))
