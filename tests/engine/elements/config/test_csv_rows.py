"""Rows of a CSV file are what JMeter reads, odd ones included."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyjm.engine.elements.config.csv_rows import RowError, Rows, split_line, split_names, split_quoted


def rows(folder: Path, data: bytes, encoding: str = "") -> Rows:
    path = folder / "data.csv"
    path.write_bytes(data)
    return Rows(path, encoding)


def lines(found: Rows) -> list[str]:
    at, result = found.start, []
    while True:
        line, at = found.line(at)
        if line is None:
            return result
        result.append(line)


def fields(found: Rows, delimiter: str = ",") -> list[list[str]]:
    at, result = found.start, []
    while True:
        row, at = found.fields(at, delimiter)
        if not row:
            return result
        result.append(row)


def test_lines_end_in_any_way_and_the_last_needs_no_end(tmp_path: Path) -> None:
    assert lines(rows(tmp_path, b"a\nb\r\nc\rd\n\ne")) == ["a", "b", "c", "d", "", "e"]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert lines(rows(tmp_path, b"\xef\xbb\xbfa\n")) == ["a"]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines(rows(tmp_path, b"")) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16le", "iso-2022-jp", "utf-32be"])
def test_lines_are_found_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    assert lines(rows(tmp_path, "日本\nx,語\n".encode(encoding), encoding)) == ["日本", "x,語"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('a,b\n"c,d",e\n', [["a", "b"], ["c,d", "e"]]),
        ('"say ""hi""",x\r\n', [['say "hi"', "x"]]),
        ('"two\nlines",x\ny\n', [["two\nlines", "x"], ["y"]]),
        ('"two\r\nlines"', [["two\r\nlines"]]),
        ('a,\n""\n"",\n', [["a", ""], [""], ["", ""]]),
        ("\n\n", [[""], [""]]),
        ('a,""', [["a", ""]]),
    ],
)
def test_quotes_are_understood(tmp_path: Path, data: str, expected: list[list[str]]) -> None:
    assert fields(rows(tmp_path, data.encode())) == expected


@pytest.mark.parametrize(
    ("data", "problem", "rest"),
    [
        ('x"y,é\nnext', "Cannot have quote-char in plain field", b"y,\xc3\xa9\nnext"),
        ('"q"é,2\nnext', "Cannot have single quote-char in quoted field", b",2\nnext"),
        ('"open\nmore', "Missing trailing quote-char", b""),
    ],
)
def test_a_row_with_wrong_quotes_says_where_jmeter_reads_on(
    tmp_path: Path, data: str, problem: str, rest: bytes
) -> None:
    found = rows(tmp_path, data.encode())
    with pytest.raises(RowError, match=problem) as error:
        found.fields(0, ",")
    assert found.data[error.value.after :] == rest


def test_a_blank_line_has_no_fields_without_quotes_and_one_with_them(tmp_path: Path) -> None:
    assert split_line("", ",") == []
    assert rows(tmp_path, b"\n").fields(0, ",") == ([""], 1)


def test_a_delimiter_may_be_several_characters() -> None:
    assert split_line("a||b||", "||") == ["a", "b", ""]


@pytest.mark.parametrize(
    ("written", "names"),
    [("a, b ,c", ["a", "b", "c"]), (",a,,b,,,c,", ["a", "b", "c"]), (" ", [""]), (",", []), ("a", ["a"])],
)
def test_names_are_split_as_jmeter_does(written: str, names: list[str]) -> None:
    assert split_names(written) == names


def test_a_header_may_be_quoted() -> None:
    assert split_quoted('"a b",c', ",") == ["a b", "c"]
    with pytest.raises(RowError):
        split_quoted('"a', ",")
