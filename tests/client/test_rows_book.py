"""What is handed out to whom, what becomes of it, and what is known of it after a crash."""

from __future__ import annotations

import base64
import random
import stat
import zlib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pyjm.client.handing import Handing
from pyjm.client.rows_book import Blocks, Book
from pyjm.client.rows_log import RowsLog
from pyjm.client.rows_used import Account, FileUse, Sums, row_of
from pyjm.engine.results.batch import Batch, Used

ASKERS = st.tuples(st.integers(0, 3), st.integers(0, 2))


def used(key: str, policy: str, marks: bytes, order: int = 0) -> Used:
    return key, policy, len(marks), order, base64.b85encode(zlib.compress(marks)).decode()


@given(st.integers(1, 300), st.lists(st.tuples(ASKERS, st.integers(1, 40)), max_size=60))
def test_each_row_is_handed_out_once_and_in_order(rows: int, wishes: list[tuple[tuple[int, int], int]]) -> None:
    book = Book()
    given_out: list[int] = []
    for asker, want in wishes:
        first, end = book.grant(asker, "f", want, rows, False, 0)
        assert end - first <= want
        given_out += range(first, end)
    assert given_out == list(range(len(given_out)))
    assert len(given_out) <= rows
    known = [blocks for file in book.files.values() for blocks in file.blocks.values()]
    assert sorted(row for blocks in known for row, _ in blocks.rows()) == given_out


@given(st.integers(1, 50), st.lists(st.integers(1, 40), max_size=60))
def test_rounds_follow_one_another_and_no_block_is_in_two(rows: int, wants: list[int]) -> None:
    book = Book()
    at = 0
    for want in wants:
        first, end = book.grant((0, 0), "f", want, rows, True, 0)
        assert (first, first // rows) == (at, (end - 1) // rows)
        assert end > first
        at = end


def test_one_who_has_another_file_of_that_name_gets_none() -> None:
    book = Book()
    assert book.grant((0, 0), "f", 5, 100, False, 0) == (0, 5)
    assert book.grant((1, 0), "f", 5, 99, False, 0) == (5, 5)


@given(st.lists(st.integers(0, 9)), st.integers(0, 60))
def test_a_worker_uses_what_it_got_in_its_order(sizes: list[int], count: int) -> None:
    blocks, at = Blocks(), 0
    for size in sizes:
        blocks.add(at, at + size)
        at += size + 3
    blocks.used = count
    rows = list(blocks.rows())
    assert [was_used for _, was_used in rows] == [number < count for number in range(sum(sizes))]


# what becomes of it


def test_rows_that_a_dead_server_did_not_tell_of_are_unknown() -> None:
    book, account = Book(), Account({"f": "unique"}, servers=2)
    for server, told in ((0, 0), (1, 0), (1, 4)):
        book.grant((server, 0), "f", 8, 100, False, told)  # 0-7, 8-15, 16-23
    account.lost.add(1)
    account.add(0, [used("f", "unique", bytes([1] * 6 + [0] * 94))])
    (line,) = account.lines(book.files)
    assert line == "f (unique): 10 rows used, 78 never used, 0 used twice, 12 handed out, unknown"


def test_where_all_who_read_a_file_are_dead_what_they_told_is_all_that_is_known() -> None:
    book, account = Book(), Account({"f": "unique"}, lost={0})
    for told in (0, 3):
        book.grant((0, 0), "f", 8, 100, False, told)
    (line,) = account.lines(book.files)
    assert line == "f (unique): 3 rows used, 84 never used, 0 used twice, 13 handed out, unknown"


def test_the_share_of_a_dead_server_is_unknown_but_for_what_another_read_in_its_place() -> None:
    account = Account({"f": "split"}, servers=2, places={0: 0, 1: 1, 2: 1}, lost={1})
    account.add(0, [used("f", "split", b"\1\0\2\0\1\0")])
    account.add(2, [used("f", "split", b"\0\1\0\0\0\0")])
    assert list(account.lines({})) == ["f (split): 4 rows used, 0 never used, 1 used twice, 2 handed out, unknown"]


def test_what_is_told_twice_counts_once_and_what_does_not_fit_is_left_out() -> None:
    account = Account({"f": "split"})
    for server, marks in ((0, b"\1\0"), (0, b"\1\0"), (1, b"\1")):
        account.add(server, [used("f", "split", marks)])
    assert list(account.lines({})) == ["f (split): 1 rows used, 1 never used, 0 used twice"]


def test_a_file_that_nobody_read_is_told_too() -> None:
    assert list(Account({"f": "split"}).lines({})) == ["f (split): no row was used"]
    assert list(Account({"f": "split"}, lost={0}).lines({})) == ["f (split): nothing is known of its rows"]


def test_rows_in_a_random_order_are_those_of_the_random_data_set() -> None:
    file = FileUse("unique", 20, 99, bytes(20))
    for round_ in (0, 1):
        order = list(range(20))
        random.Random(99 + round_).shuffle(order)
        assert [row_of(round_ * 20 + place, file) for place in range(20)] == order


def test_what_was_used_travels_with_a_batch() -> None:
    batch = Batch(1, last=True, used=[used("f", "split", b"\1\0\2")])
    assert Batch.from_bytes(batch.to_bytes()).used == batch.used
    assert Sums(2, 1, 0, 1).line("f", "split") == "f (split): 2 rows used, 1 never used, 1 used twice"


# after a crash


def handing(path: Path | None, said: list[str] | None = None) -> Handing:
    return Handing({"f": "unique"}, False, (said if said is not None else []).append, RowsLog(path))


def test_another_process_goes_on_where_the_rows_end_that_were_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "r.rows"
    first = handing(path)
    first.deal([0, 1])
    assert first.book.grant((0, 0), "f", 8, 100, False, 0) == (0, 8)
    assert first.book.grant((1, 0), "f", 8, 100, False, 0) == (8, 16)
    first.used(1, [used("f", "unique", bytes([0] * 8 + [1] * 5 + [0] * 87))])
    first._notes.leave()
    with path.open("ab") as file:
        file.write(b'["handed",0,0,"f",100,16')  # it was killed here, and nobody heard of this block
    said: list[str] = []
    second = handing(path, said)
    second.know_all()
    assert second.book.grant((0, 0), "f", 8, 100, False, 6) == (16, 24)
    second.used(1, [used("f", "unique", bytes([0] * 8 + [1] * 5 + [0] * 87))])  # it comes again
    second.leave(0, lost=True)
    second.say_all()
    assert said == ["f (unique): 11 rows used, 79 never used, 0 used twice, 10 handed out, unknown"]
    third = RowsLog(path).read()
    assert [line for line in third if line[0] == "handed"][-1] == ["handed", 0, 0, "f", 100, 16, 24, 6]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second.close()
    assert not path.exists()


def test_a_log_that_can_not_be_written_ends_no_run(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "file").write_text("")
    log = RowsLog(tmp_path / "file" / "r.rows")
    log.write(["place", 0, 0, 1])
    assert "Rows would be handed out twice after a crash" in caplog.text
    log.remove()
