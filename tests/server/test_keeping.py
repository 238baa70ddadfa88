"""What a server keeps: batches until they are acknowledged, files by their hash."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.server import spool as spool_module
from pyjm.server.spool import Spool
from pyjm.server.store import Store
from pyjm.server.wire.contract import COMPRESS_FROM, BadMessage, Refused, pack_batches, unpack_batches


def sha_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("in_memory", [0, 10, 1000])
def test_a_spool_gives_the_same_from_memory_and_from_disk(tmp_path: Path, in_memory: int) -> None:
    spool = Spool(str(tmp_path), in_memory)
    batches = [bytes([number]) * number for number in range(1, 8)]
    for number, data in enumerate(batches, 1):
        spool.add(number, data)
    assert spool.take(0, 0, 1000) == batches
    assert spool.take(3, 0, 1000) == batches[3:]
    spool.add(8, b"next")
    assert spool.take(7, 0, 1000) == [b"next"]
    assert spool.take(8, 0, 1000) == []
    spool.close()


def test_a_take_gives_one_batch_at_least_and_no_more_than_asked() -> None:
    spool = Spool(".")
    for number in (1, 2, 3):
        spool.add(number, b"x" * 10)
    assert len(spool.take(0, 0, 5)) == 1
    assert len(spool.take(0, 0, 25)) == 2
    spool.close()


def test_what_is_acknowledged_frees_its_room_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT", 100)
    spool = Spool(str(tmp_path), in_memory=0, on_disk=1000)
    for number in range(1, 101):  # ten times as much as there is room for, with a controller that keeps up
        spool.add(number, bytes([number]) * 50)
        if number > 5:
            assert spool.take(number - 5, 0, 1000)[0] == bytes([number - 4]) * 50
        assert spool.on_disk() <= 500
    assert not spool.full
    assert spool.take(100, 0, 1000) == []
    assert spool.on_disk() == 0
    spool.close()


def test_a_spool_that_is_full_says_so_and_drops_nothing(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path), in_memory=20, on_disk=25)
    batches = [bytes([number]) * 10 for number in range(1, 7)]
    for number, data in enumerate(batches, 1):
        spool.add(number, data)
        assert bool(spool.full) is (number > 4)
    assert spool.full.endswith(" MB of samples wait for the controller")
    assert spool.take(0, 0, 1000) == batches
    spool.close()


def test_a_disk_that_is_full_is_named_and_nothing_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    spool = Spool(str(tmp_path), in_memory=5)
    spool.add(1, b"on disk")
    monkeypatch.setattr(spool_module.Segment, "write", fails)
    spool.add(2, b"in memory")
    assert spool.full.endswith(f"can't be written to {tmp_path}: No space left on device")
    assert spool.take(0, 0, 1000) == [b"on disk", b"in memory"]
    spool.close()


def test_who_waits_for_a_batch_is_woken_by_it_and_by_the_end() -> None:
    spool = Spool(".")
    taken: list[list[bytes]] = []

    def take_twice() -> None:
        taken.append(spool.take(0, 30, 100))
        taken.append(spool.take(1, 30, 100))

    waiting = threading.Thread(target=take_twice)
    waiting.start()
    spool.add(1, b"one")
    while not taken:
        waiting.join(0.01)
    spool.close()
    waiting.join(5)
    assert taken == [[b"one"], []]


def test_a_file_travels_once() -> None:
    store = Store()
    data = b"name,password\n" * 100
    sha = sha_of(data)
    assert store.missing([(sha, len(data))]) == [sha]
    store.upload(sha, 0, data[:500])
    store.upload(sha, 500, data[500:])
    assert store.read(sha) == data
    assert store.missing([(sha, len(data))]) == []
    store.close()


def test_a_file_that_changed_on_its_way_is_not_kept() -> None:
    store = Store()
    sha = sha_of(b"right")
    store.missing([(sha, 5)])
    with pytest.raises(Refused, match="changed on its way"):
        store.upload(sha, 0, b"wrong")
    with pytest.raises(Refused, match="did not come"):
        store.read(sha)
    store.close()


def test_pieces_that_are_not_due_are_refused() -> None:
    store = Store()
    sha = sha_of(b"right")
    for name, offset, data in ((sha, 0, b"r"), ("../../etc/passwd", 0, b"x")):
        with pytest.raises(Refused, match="not due"):
            store.upload(name, offset, data)
    store.missing([(sha, 5)])
    for offset, data in ((1, b"i"), (0, b"too long")):
        with pytest.raises(Refused, match="not due"):
            store.upload(sha, offset, data)
    store.close()


def test_a_file_without_bytes_arrives_too() -> None:
    store = Store()
    store.missing([(sha_of(b""), 0)])
    store.upload(sha_of(b""), 0, b"")
    assert store.read(sha_of(b"")) == b""
    store.close()


@pytest.mark.parametrize("wanted", [[("..", 1)], [("0" * 64, -1)], [("0" * 64, "1")], [("0" * 64, 1 << 60)]])
def test_files_that_cannot_be_are_refused(wanted: list[tuple[str, int]]) -> None:
    store = Store()
    with pytest.raises(Refused):
        store.missing(wanted)
    store.close()


@pytest.mark.parametrize(
    "name", ["a.csv", "data/a.csv", "../a.csv", "/etc/passwd", "C:\\a.csv", "..\\a.csv", "a/../.."]
)
def test_a_shipped_file_stays_in_its_test_s_folder(tmp_path: Path, name: str) -> None:
    store = Store()
    store.missing([(sha_of(b"x"), 1)])
    store.upload(sha_of(b"x"), 0, b"x")
    folder = tmp_path / "run"
    path = store.put(sha_of(b"x"), name, folder, 0)
    assert path.read_bytes() == b"x"
    assert path.resolve().is_relative_to(folder.resolve())
    if name in ("a.csv", "data/a.csv"):
        assert path == folder / name
    store.close()


def test_the_oldest_files_make_room() -> None:
    store = Store(keep_bytes=15)
    for data in (b"a" * 10, b"b" * 10):
        store.missing([(sha_of(data), 10)])
        store.upload(sha_of(data), 0, data)
    store.missing([])
    assert store.missing([(sha_of(b"a" * 10), 10), (sha_of(b"b" * 10), 10)]) == [sha_of(b"a" * 10)]
    store.close()


@given(st.lists(st.binary(max_size=50)))
def test_batches_travel_as_one_piece(batches: list[bytes]) -> None:
    assert unpack_batches(pack_batches(batches)) == batches


def test_batches_that_have_piled_up_are_compressed() -> None:
    batches = [b"1,200,OK\n" * 20_000] * 10
    packed = pack_batches(batches)
    assert len(packed) < COMPRESS_FROM / 10
    assert unpack_batches(packed) == batches
    with pytest.raises(BadMessage, match="larger than they may be"):
        unpack_batches(packed, 1_000_000)


@pytest.mark.parametrize("data", [b"", b"x", b"p\x00\x00\x00\x09abc", b"znot zlib", None, "text"])
def test_what_is_no_list_of_batches_is_told_apart(data: object) -> None:
    with pytest.raises(BadMessage):
        unpack_batches(data)
