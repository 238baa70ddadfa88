"""A data file whose rows are divided: the shares of all servers together are the rows that one alone would read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.csv_data_set import CSVDataSet
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cells
from pyjm.engine.shared.row_shares import BLOCK, SPLIT, UNIQUE, RowShares
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

Users = Callable[..., User]
FILE = "d.csv"


class Still:
    """The test and the group of a user who is alone."""

    properties: dict[str, str] = {}  # noqa: RUF012
    index = 0
    name = "users"
    threads = 1
    on_error = None
    same_user = True

    def __init__(self) -> None:
        self.test = self

    def counts(self) -> tuple[int, int]:
        return 1, 1


def somebody() -> User:
    return User(Still(), 0, "user", {})  # type: ignore[arg-type]


def data_set(folder: Path, own: RowShares | None, **props: Any) -> CSVDataSet:
    build = Build(properties={}, cells=Cells(), base=folder, row_shares=own)
    return CSVDataSet(Node("CSVDataSet", path="p", props={"filename": FILE, **props}), build)


def shares(folder: Path, policy: str, place: int = 0, servers: int = 1) -> RowShares:
    made = RowShares({"": policy}, place=place, servers=servers, folder=Path(tempfile.mkdtemp(dir=folder)))
    made.ask = lambda *said: None
    return made


def rows_of(element: CSVDataSet, count: int) -> list[dict[str, Any]]:
    found = []
    for _ in range(count):
        user = somebody()
        element.pass_start(user)
        found.append({key: value for key, value in user.vars.items() if not key.startswith("__")})
    return found


def shared(folder: Path, policy: str, servers: int, **props: Any) -> list[list[dict[str, Any]]]:
    """Read the whole shares of all servers."""
    found = []
    for place in range(servers):
        element = data_set(folder, shares(folder, policy, place, servers), **props)
        try:
            user = somebody()
            element.pass_start(user)
        except StopThread:
            found.append([])
            continue
        part = user.state[element].part
        element = data_set(folder, shares(folder, policy, place, servers), **props)
        found.append(rows_of(element, len(part.share)))
    return found


def is_read_to_its_end(folder: Path, rows: int, **props: Any) -> bool:
    """Tell whether one who reads the file alone comes to its end with exactly so many rows."""
    element, user = data_set(folder, None, **props), somebody()
    if not rows:
        return True
    for _ in range(rows):
        before = user.state[element].cell.get() if element in user.state else 0
        element.pass_start(user)
    reading = user.state[element]
    return bool((before >> 1) - 1 < reading.rows.size == (reading.cell.get() >> 1) - 1)


TEXTS = [
    ("name,age\nann,30\nbob,31\ncat,32\n", {}),
    ("ann,30\r\nbob,31\r\ncat,32", {"variableNames": "name,age"}),
    ("x\nann,30\nbob,31\ncat,32\ndan,33\n", {"variableNames": "name,age", "ignoreFirstLine": True}),
    ('name,text\n1,"a\nb"\n2,"c ""d"""\n3,e\n4,"f\r\n\r\ng"\n', {"quotedData": True}),
    ('1,"a\nb"\n2,bad"quote\n3,e\n', {"quotedData": True, "variableNames": "n,t"}),
    ('1,"a\nb"\n2,c\n', {"variableNames": "n,t"}),
    ("a\n\nb\n\n\nc\n", {"variableNames": "v"}),
    ("a\tb\nc\td\n", {"variableNames": "v,w", "delimiter": "\\t"}),
    ("\ufeffname\nä\nö\nü\n", {}),
]


@pytest.mark.parametrize("servers", [1, 2, 3, 7])
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16", "Shift_JIS", ""])
@pytest.mark.parametrize(("text", "props"), TEXTS)
def test_the_shares_of_all_are_the_whole_file(
    tmp_path: Path, text: str, props: dict[str, Any], encoding: str, servers: int
) -> None:
    (tmp_path / FILE).write_bytes(text.encode(encoding or "utf-8", "replace"))
    props = {**props, "fileEncoding": encoding}
    split, block = (shared(tmp_path, policy, servers, **props) for policy in (SPLIT, BLOCK))
    total = sum(map(len, split))
    whole = rows_of(data_set(tmp_path, None, **props), total)
    assert [row for part in block for row in part] == whole
    assert [split[row % servers][row // servers] for row in range(total)] == whole
    assert is_read_to_its_end(tmp_path, total, **props)


DELIMITERS = st.sampled_from([",", ";", "|", "-", "^", "]", "\\", " ", "\t", '"', "é"])


@settings(max_examples=100)
@given(
    st.text(st.sampled_from('aé,""\n\r'), max_size=60),
    DELIMITERS,
    st.sampled_from(["", "ISO-8859-1", "GBK"]),
    st.integers(1, 5),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_any_text_is_divided_into_the_rows_that_one_alone_reads(
    text: str, delimiter: str, encoding: str, servers: int, flags: tuple[bool, bool, bool]
) -> None:
    quoted, header, by_block = flags
    text = text.replace(",", delimiter)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE).write_bytes(text.encode(encoding or "utf-8", "replace"))
        props = {"quotedData": quoted, "variableNames": "v,w", "ignoreFirstLine": header}
        props |= {"delimiter": delimiter, "fileEncoding": encoding}
        if header and not text:
            return
        parts = shared(folder, BLOCK if by_block else SPLIT, servers, **props)
        total = sum(map(len, parts))
        whole = rows_of(data_set(folder, None, **props, recycle=False), total + 1)
        if by_block:
            assert [row for part in parts for row in part] == whole[:-1]
        else:
            assert [parts[row % servers][row // servers] for row in range(total)] == whole[:-1]
        assert whole[-1] == {"v": "<EOF>", "w": "<EOF>"}
        assert is_read_to_its_end(folder, total, **props)


# the ends of files


@pytest.fixture
def three(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text("a\nb\nc\n")
    return tmp_path


def values(element: CSVDataSet, count: int) -> list[str]:
    return [row["v"] for row in rows_of(element, count)]


def test_a_share_begins_again_behind_its_last_row(three: Path) -> None:
    element = data_set(three, shares(three, SPLIT, 0, 2), variableNames="v")
    assert values(element, 5) == ["a", "c", "a", "c", "a"]


def test_behind_a_share_that_is_not_recycled_the_variables_say_so(three: Path) -> None:
    element = data_set(three, shares(three, SPLIT, 1, 2), variableNames="v", recycle=False)
    assert values(element, 3) == ["b", "<EOF>", "<EOF>"]


def test_behind_a_share_the_thread_can_be_stopped(three: Path) -> None:
    element = data_set(three, shares(three, BLOCK, 1, 2), variableNames="v", recycle=False, stopThread=True)
    assert values(element, 2) == ["b", "c"]
    with pytest.raises(StopThread, match=r"End of file:d\.csv"):
        element.pass_start(somebody())


def test_a_share_without_rows_is_an_empty_file(three: Path) -> None:
    element = data_set(three, shares(three, SPLIT, 7, 9), variableNames="v")
    assert values(element, 2) == ["<EOF>", "<EOF>"]


def test_rows_at_hand_need_no_waiting_and_the_next_round_begins_at_the_first(three: Path) -> None:
    made = shares(three, UNIQUE)
    element = data_set(three, made, variableNames="v")
    made.handout(FILE, 3, recycle=True).given(1, 5)
    assert values(element, 4) == ["b", "c", "a", "b"]


def test_another_file_stays_as_it_is(three: Path) -> None:
    made = shares(three, SPLIT, 1, 2)
    made.rules = {"": SPLIT, FILE: "copy"}
    assert values(data_set(three, made, variableNames="v"), 4) == ["a", "b", "c", "a"]
    assert made.marks == {}


def test_who_shares_rows_and_reads_them_otherwise_is_ended_where_only_the_run_can_tell(three: Path) -> None:
    build = Build(properties={}, cells=Cells(), base=three, row_shares=shares(three, SPLIT))
    props = {"filename": FILE, "variableNames": "v"}
    first, second = (
        CSVDataSet(Node("CSVDataSet", path="p", props={**props, "quotedData": written}), build)
        for written in ("false", "${quoted}")
    )
    assert build.faults == []
    first.pass_start(somebody())
    other = somebody()
    other.vars["quoted"] = "true"
    with pytest.raises(StopThread, match="read in another way"):
        second.pass_start(other)
