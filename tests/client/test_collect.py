"""Batches go to files, byte for byte; files are made, appended to and refused as JMeter's users expect."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from pathlib import Path

import pytest

from pyjm.client.collect import Collector, FileError, ResultWriter
from pyjm.engine.results.batch import Batch
from pyjm.engine.results.save import SaveConfig

SAVE = SaveConfig(flags=["label"])


def collector(*writers: ResultWriter) -> tuple[Collector, list[str], list[str]]:
    said: list[str] = []
    failed: list[str] = []
    return Collector(writers, None, said.append, failed.append), said, failed


def test_a_new_file_has_its_header_first_and_its_folders_made(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path / "sub" / "deep" / "r.jtl", SAVE)
    assert writer.open() is False
    writer.write(b"a\nb\n")
    writer.close()
    assert writer.path.read_text() == "label\na\nb\n"


@pytest.mark.parametrize("before", ["", "x,y\n"])
def test_a_file_that_is_there_goes_on_without_a_second_header(tmp_path: Path, before: str) -> None:
    path = tmp_path / "r.jtl"
    path.write_text(before)
    writer = ResultWriter(path, SAVE)
    assert writer.open() is True
    writer.write(b"a\n")
    writer.close()
    assert path.read_text() == before + "a\n"


def test_a_file_begins_afresh_when_told(tmp_path: Path) -> None:
    path = tmp_path / "r.jtl"
    path.write_text("old\n")
    writer = ResultWriter(path, SAVE)
    assert writer.open(afresh=True) is False
    writer.close()
    assert path.read_text() == "label\n"


def test_a_file_may_have_no_header(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path / "r.jtl", SaveConfig(flags=["label"], field_names=False))
    writer.open()
    writer.close()
    assert writer.path.read_text() == ""


def test_rows_are_in_the_file_as_soon_as_their_batch_is_taken(tmp_path: Path) -> None:
    first, second = ResultWriter(tmp_path / "1.jtl", SAVE), ResultWriter(tmp_path / "2.jtl", SAVE)
    taken, said, _ = collector(first, second, first)
    first.open()
    second.open()
    rows = {0: (1, b"a\n"), 1: (2, b"c\nd\n"), 2: (1, b"b\n")}
    taken.add(0, Batch(1, rows, notes=["worker 1 died"]))
    assert (first.path.read_text(), second.path.read_text()) == ("label\na\nb\n", "label\nc\nd\n")
    assert said == ["worker 1 died"]
    taken.close()


@pytest.mark.parametrize("path", ["file/r.jtl", "folder"])
def test_what_can_not_be_a_file_is_said_before_the_run(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match=r"The result file .* can't be written: (Not|Is) a directory"):
        ResultWriter(tmp_path / path, SAVE).check()


def test_a_file_that_can_be_written_passes_and_is_not_made_yet(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path / "new" / "r.jtl", SAVE)
    writer.check()
    assert not writer.path.parent.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_once_and_nothing_more_is_written() -> None:
    writer = ResultWriter(Path("/dev/full"), SAVE)
    taken, _, failed = collector(writer)
    writer.open()
    for number in (1, 2):
        taken.add(0, Batch(number, {0: (1, b"a\n")}))
    taken.close()
    assert failed == [f"The result file /dev/full can't be written: {os.strerror(errno.ENOSPC)}"]
    assert taken.has_failed


def test_rows_that_do_not_fit_leave_no_half_a_row_and_are_counted(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path / "r.jtl", SAVE)
    taken, _, _ = collector(writer)
    writer.open()
    taken.add(0, Batch(1, {0: (1, b"first\n")}))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (writer.path.stat().st_size + 8, before[1]))
        taken.add(0, Batch(2, {0: (3, b"second\n" * 3)}))
        taken.add(0, Batch(3, {0: (1, b"third\n")}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert writer.path.read_bytes().endswith(b"\nfirst\n")
    assert taken.unwritten == {writer.path: 4}


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_file_that_can_not_be_made_is_said_when_it_is_opened() -> None:
    with pytest.raises(FileError, match=r"The result file /proc/r\.jtl can't be written"):
        ResultWriter(Path("/proc/r.jtl"), SAVE).open()
