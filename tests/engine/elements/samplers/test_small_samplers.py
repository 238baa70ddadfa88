"""Debug Sampler and Flow Control Action do what JMeter's do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.debug import DebugSampler, alphanumeric
from pyjm.engine.elements.samplers.flow_control import FlowControlAction
from pyjm.engine.vu.clock import now_ns
from pyjm.engine.vu.result import Action, SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Samples = Callable[..., SampleResult]


def test_a_debug_sample_lists_variables_by_letters_and_numbers(
    compiled: Callable[..., Any], users: Users, sample: Samples
) -> None:
    debug = compiled(DebugSampler, {"displayJMeterVariables": True})
    result = asyncio.run(debug.sample(users(v10="a", v9="b", V="c", n=None), sample()))
    lines = result.text.splitlines()
    assert lines[0] == "JMeterVariables:"
    assert lines[1].startswith("JMeterThread.pack=org.apache.jmeter.threads.SamplePackage@")
    assert lines[2:] == ["V=c", "__jmv_SAME_USER=true", "n=null", "v9=b", "v10=a", ""]
    assert (result.response_code, result.response_message, result.data_type) == ("200", "OK", "text")
    assert result.sampler_data == "JMeterVariables\n"


def test_a_debug_sample_shows_properties_if_asked(
    compiled: Callable[..., Any], build: Build, users: Users, sample: Samples
) -> None:
    build.properties["p"] = "1"
    build.system["s"] = "2"
    props = {"displayJMeterVariables": False, "displayJMeterProperties": True, "displaySystemProperties": True}
    result = asyncio.run(compiled(DebugSampler, props).sample(users(), sample()))
    assert result.text == "JMeterProperties:\np=1\n\nSystemProperties:\ns=2\n\n"


def test_names_sort_by_the_value_of_their_digits() -> None:
    names = ["v10", "v9", "v", "v010b", "v1x", "9", "10", "a", "B"]
    assert sorted(names, key=alphanumeric) == ["9", "10", "B", "a", "v", "v1x", "v9", "v10", "v010b"]


def flow(compiled: Callable[..., Any], action: int, target: int = 0, duration: str = "0") -> Any:
    props = {"ActionProcessor.action": action, "ActionProcessor.target": target, "ActionProcessor.duration": duration}
    return compiled(FlowControlAction, props)


@pytest.mark.parametrize(
    ("action", "target", "running", "asked"),
    [(0, 0, False, []), (2, 0, False, []), (0, 2, False, ["stop"]), (2, 2, False, ["stop now"]), (0, 1, True, [])],
)
def test_a_stop_ends_the_thread_or_the_test(
    compiled: Callable[..., Any], users: Users, action: int, target: int, running: bool, asked: list[str]
) -> None:
    user: Any = users()
    assert asyncio.run(flow(compiled, action, target).sample(user, SampleResult("x"))) is None
    assert (user.running, user.test.asked) == (running, asked)


@pytest.mark.parametrize(
    ("action", "meant"),
    [(3, Action.NEXT_ITERATION), (4, Action.NEXT_LOOP), (5, Action.BREAK_LOOP), (9, Action.CONTINUE)],
)
def test_an_action_says_how_the_loops_go_on(
    compiled: Callable[..., Any], users: Users, action: int, meant: Action
) -> None:
    user = users()
    asyncio.run(flow(compiled, action).sample(user, SampleResult("x")))
    assert user.action is meant


def test_a_pause_lasts_no_longer_than_the_schedule(compiled: Callable[..., Any], users: Users) -> None:
    user = users()
    user.ends_ns = now_ns() + 1_000_000
    began = now_ns()
    asyncio.run(flow(compiled, 1, duration="60000").sample(user, SampleResult("x")))
    assert now_ns() - began < 10_000_000_000


@pytest.mark.parametrize("duration", ["", "abc", "1.5"])
def test_a_pause_that_is_no_number_is_none(compiled: Callable[..., Any], users: Users, duration: str) -> None:
    assert asyncio.run(flow(compiled, 1, duration=duration).sample(users(), SampleResult("x"))) is None


def test_a_negative_pause_is_an_error(compiled: Callable[..., Any], users: Users) -> None:
    with pytest.raises(ValueError, match="negative"):
        asyncio.run(flow(compiled, 1, duration="-5").sample(users(), SampleResult("x")))
