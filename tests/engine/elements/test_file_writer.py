"""Files of listeners are written beside the event loop."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.listeners.file_writer import ToWrite, Writer
from pyjm.engine.elements.listeners.result_saver import ResultSaver
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Made = Callable[..., Any]
Samples = Callable[..., SampleResult]


def test_a_disk_that_stands_still_holds_up_only_who_writes(
    compiled: Made, users: Users, sample: Samples, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "f")  # to write into it is to wait for a reader
    saver = compiled(ResultSaver, {"FileSaver.filename": "~/f", "FileSaver.skipautonumber": True,
                                   "FileSaver.skipsuffix": True})  # fmt: skip
    writes, other = users(), users()

    async def scenario() -> None:
        saver.add(writes, sample("written"))
        assert writes.owed is not None and other.owed is None
        writer = asyncio.create_task(writes.settle())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not writer.done()
        read = await asyncio.to_thread((tmp_path / "f").read_bytes)
        await writer
        assert read == b"written" and writes.owed is None

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_files_of_one_name_are_written_in_the_order_of_their_samples(users: Users, tmp_path: Path) -> None:
    writer, name = Writer(), str(tmp_path / "f")

    async def scenario() -> None:
        for at in range(50):
            writer.write(users(), [ToWrite(name, b"%d" % at, "a")])

    asyncio.run(scenario())
    writer.close()
    assert (tmp_path / "f").read_bytes() == b"49"


def test_the_end_of_the_test_waits_for_all_that_was_begun(
    compiled: Made, build: Build, users: Users, sample: Samples, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "f1.unknown")
    saver = compiled(ResultSaver, {"FileSaver.filename": "~/f"})

    async def scenario() -> None:
        for _ in range(3):
            saver.add(users(), sample("x"))

    asyncio.run(scenario())
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "f1.unknown").read_bytes()))
    reader.start()
    for end in build.ends:
        end()
    reader.join()
    assert read == [b"x"]
    assert [(tmp_path / f"f{at}.unknown").read_bytes() for at in (2, 3)] == [b"x", b"x"]


def test_all_listeners_of_a_worker_have_one_writer(compiled: Made, build: Build) -> None:
    assert compiled(ResultSaver, {}).writer is compiled(ResultSaver, {}).writer
    assert len(build.ends) == 1


@pytest.mark.parametrize("name", ["file/f", "nul\0", "x" * 300])
def test_what_cannot_be_written_is_one_line_and_stops_nothing(
    users: Users, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (tmp_path / "file").write_text("")
    writer = Writer()
    with caplog.at_level(logging.ERROR):
        writer.write(users(), [ToWrite(str(tmp_path / name), b"", "GET /"), ToWrite(str(tmp_path / "b"), b"b", "b")])
        writer.close()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["Error saving sample GET /"]
    assert (tmp_path / "b").read_bytes() == b"b"
