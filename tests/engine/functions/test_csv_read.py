"""__CSVRead. The expected rows are what JMeter 5.5 gave for the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROWS = 'a1,b1,c1\na2,,c2\n,b3,\nx y, z ,"q,r"\n\ntrailing,comment\n'


@pytest.fixture
def rows(tmp_path: Path) -> str:
    (tmp_path / "rows.csv").write_text(ROWS)
    return "rows.csv"


def test_rows_come_one_after_another_up_to_the_first_empty_line_and_then_anew(rows: str, desk: Any) -> None:
    raw = f"${{__CSVRead({rows},0)}}|${{__CSVRead({rows},1)}}|${{__CSVRead({rows},2)}}${{__CSVRead({rows},next)}}"
    value = desk.build.value(raw, "here")
    assert [value.get(desk.user) for _ in range(5)] == ["a1|b1|c1", "a2||c2", "|b3|", 'x y| z |"q', "a1|b1|c1"]


def test_each_user_keeps_its_row_until_it_asks_for_the_next(rows: str, desk: Any) -> None:
    column = desk.build.value(f"${{__CSVRead({rows},0)}}", "here")
    following = desk.build.value(f"${{__CSVRead({rows},next())}}", "here")
    other = desk.another("Users 1-2", 1)
    assert [column.get(desk.user), column.get(other), column.get(desk.user)] == ["a1", "a2", "a1"]
    assert following.get(desk.user) == ""
    assert [column.get(desk.user), column.get(other)] == ["", "a2"]


def test_processes_share_the_rows(rows: str, desk: Any) -> None:
    twin = desk.twin()
    raw = f"${{__CSVRead({rows},0)}}"
    assert [desk.text(raw), twin.text(raw)] == ["a1", "a2"]


def test_an_alias_reads_the_same_file_on_its_own(rows: str, desk: Any) -> None:
    assert desk.text("${__CSVRead(*A,0)}") == ""
    assert desk.text(f"${{__CSVRead({rows},*A)}}${{__CSVRead(*A,1)}}${{__CSVRead(*A,next)}}") == "b1"
    assert desk.text(f"${{__CSVRead({rows},0)}}${{__CSVRead(*A,0)}}") == "a1a2"


@pytest.mark.parametrize("column", ["3", "-1", "x", " 1", ""])
def test_a_column_that_is_not_there_is_empty(column: str, rows: str, desk: Any) -> None:
    assert desk.text(f"${{__CSVRead({rows},{column})}}") == ""


@pytest.mark.parametrize("content", [None, b"", b"h\xe9\n"])
def test_a_file_that_is_missing_empty_or_no_utf_8_gives_nothing(
    content: bytes | None, tmp_path: Path, desk: Any
) -> None:
    if content is not None:
        (tmp_path / "odd.csv").write_bytes(content)
    assert desk.text("${__CSVRead(odd.csv,0)}") == ""


def test_the_delimiter_is_a_property(tmp_path: Path, desk: Any) -> None:
    (tmp_path / "semicolon.csv").write_text("a,b;c\n")
    desk.build.properties["csvread.delimiter"] = ";"
    assert desk.text("${__CSVRead(semicolon.csv,1)}") == "c"
