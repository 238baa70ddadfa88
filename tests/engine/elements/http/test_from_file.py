"""HTTP Requests of the protocol `file`: what JMeter 5.5 made of the same files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from http_site import sampled

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User


@pytest.fixture
def read(build: Build, users: Callable[..., User]) -> Callable[..., SampleResult]:
    """Take a sample of a path."""

    def take(path: str, charset: str = "", **more: str) -> SampleResult:
        props = {"protocol": "file", "path": path, "method": "GET", "contentEncoding": charset, **more}
        node = Node("HTTPSamplerProxy", props={f"HTTPSampler.{key}": value for key, value in props.items()})
        return asyncio.run(sampled(HttpRequest(node, build), users()))

    return take


def test_a_files_content_is_the_answer(read: Callable[..., SampleResult], tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("grün")
    result = read(f"{tmp_path}/a b.txt?q=1#x", "UTF-8")
    assert (result.success, result.response_code, result.response_message) == (True, "200", "OK")
    assert (result.url, result.body, result.body_bytes) == (f"file:{tmp_path}/a%20b.txt?q=1#x", "grün".encode(), 5)
    assert (result.content_type, result.encoding, result.sent_bytes) == ("text/html; charset=UTF-8", "UTF-8", 0)


def test_a_folder_is_the_names_in_it(read: Callable[..., SampleResult], tmp_path: Path) -> None:
    for name in ("b", "C", "a"):
        (tmp_path / name).touch()
    assert read(str(tmp_path)).body == b"a\nb\nC\n"


def test_a_file_is_cut_off_and_counted_whole(
    read: Callable[..., SampleResult], build: Build, tmp_path: Path
) -> None:
    (tmp_path / "long").write_bytes(b"x" * 200_000)
    build.properties["httpsampler.max_bytes_to_store_per_request"] = "7"
    result = read(f"{tmp_path}/long")
    assert (result.body, result.body_bytes) == (b"x" * 7, 200_000)


def test_a_file_that_is_not_there_fails(read: Callable[..., SampleResult]) -> None:
    result = read("/nowhere/at all")
    assert (result.success, result.body_bytes) == (False, 1274)
    assert result.response_message == "Non HTTP response message: /nowhere/at all (No such file or directory)"
