"""Dummy, Java and OS Process samplers where a recording can't reach: refusals, interrupts, times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.dummy import DummySampler
from pyjm.engine.elements.samplers.java_request import SLEEP_TEST, JavaRequest, decoded, pause_ms
from pyjm.engine.elements.samplers.java_url import java_url
from pyjm.engine.elements.samplers.os_process import INTERRUPTED, OsProcessSampler
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Made = Callable[..., Any]


@pytest.mark.parametrize("written", ["com.example.Mine", "${class}"])
def test_a_java_class_that_is_not_jmeters_is_refused(compiled: Made, build: Build, written: str) -> None:
    compiled(JavaRequest, {"classname": written})
    assert [(fault.path, fault.fatal) for fault in build.faults] == [("Test Plan > JavaRequest", True)]
    assert repr(written) in build.faults[0].problem


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0x1F", 31), ("#f", 15), ("-010", -8), ("+5", 5), ("0", 0), ("", None), ("08", None), ("1 ", None),
     ("9223372036854775808", None)],
)  # fmt: skip
def test_numbers_are_read_as_java_decodes_them(text: str, number: int | None) -> None:
    assert decoded(text) == number


def test_a_pause_is_spread_over_its_mask() -> None:
    assert all(10 <= pause_ms(10, 4) < 14 for _ in range(50))
    assert (pause_ms(10, 0), pause_ms(0, 4), pause_ms(-3, 4)) == (10, 0, 0)


def test_an_interrupted_sleep_failed(compiled: Made) -> None:
    result = SampleResult("s")
    result.begin()
    compiled(JavaRequest, {"classname": SLEEP_TEST}).interrupted(None, result)
    assert not result.success
    assert result.response_message == "java.lang.InterruptedException: sleep interrupted"


def test_a_dummy_that_does_not_wait_claims_its_time(compiled: Made, build: Build, users: Users) -> None:
    for from_start in ("false", "true"):
        build.properties["sampleresult.timestamp.start"] = from_start
        result = SampleResult("d")
        asyncio.run(compiled(DummySampler, {"RESPONSE_TIME": "5000", "LATENCY": "3"}).sample(users(), result))
        assert (result.elapsed_ms, result.end_ms - result.start_ms, result.latency_ms) == (5000, 5000, 3)


def test_a_process_that_a_stop_cuts_is_ended(compiled: Made, users: Users) -> None:
    sampler = compiled(OsProcessSampler, {"SystemSampler.command": "cat", "SystemSampler.stdin": "/dev/zero",
                                          "SystemSampler.stdout": "/dev/null"})  # fmt: skip

    async def cut() -> SampleResult:
        result = SampleResult("p")
        task = asyncio.create_task(sampler.sample(users(), result))
        done, _ = await asyncio.wait([task], timeout=0.1)
        assert not done
        task.cancel()
        await asyncio.wait([task])
        return sampler.interrupted(users(), result)

    result = asyncio.run(cut())
    assert (result.success, result.response_code, result.response_message) == (False, "500", INTERRUPTED)


def test_urls_are_read_as_java_reads_them() -> None:
    assert java_url("HTTP://h:8/p") == "http://h:8/p"
    assert java_url("http://h:x/p") == java_url("foo://h/") == java_url("h/p") == ""
