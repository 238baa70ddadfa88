"""Golden plans set every property that is declared, and call every function with each number of arguments it takes.

What they leave out stands here, with its reason.
"""

from __future__ import annotations

import pytest
from support.covered import Calls, Seen, missing_counts, only_default, seen

from pyjm.engine.compile.functions import FUNCTIONS
from pyjm.engine.compile.registry import ELEMENTS

ASKS_OTHERS = "it asks other machines, and writes nothing without them"
OF_WINDOWS = "a listener with a window, which writes its file as ResultCollector does"

OF_HTTP2 = "an HTTP Request in another version, which the recordings' target does not speak; tests of its own hold it"

NO_PLAN = {
    "com.blazemeter.jmeter.http2.sampler.HTTP2Request": OF_HTTP2,
    "com.blazemeter.jmeter.http2.sampler.HTTP2Sampler": OF_HTTP2,
    "jmeter.plugins.http2.sampler.HTTP2Sampler": OF_HTTP2,
    "kg.apc.jmeter.dbmon.DbMonCollector": ASKS_OTHERS,
    "kg.apc.jmeter.jmxmon.JMXMonCollector": ASKS_OTHERS,
    "kg.apc.jmeter.perfmon.PerfMonCollector": ASKS_OTHERS,
    "kg.apc.jmeter.vizualizers.CompositeResultCollector": OF_WINDOWS,
    "kg.apc.jmeter.vizualizers.CorrectedResultCollector": OF_WINDOWS,
}
"""Elements that stand in no golden plan."""

OF_THE_MOMENT = "what comes of it is the machine's or the moment's"
HAS_A_TABLE = "a table of the element stands in its place"
NO_SCHEDULER = "the element has no scheduler"
NEW_USERS = "each of its iterations is a new user's"
OF_THREAD_GROUPS = "that of the Thread Group, whose code it shares"
AS_IN_GROUPS = "shows in cookies and the like, which grp_same_user holds for Thread Groups"

FREE_FORM, ARRIVALS, CONCURRENCY = (
    f"com.blazemeter.jmeter.threads.{name}ThreadGroup"
    for name in ("arrivals.FreeFormArrivals", "arrivals.Arrivals", "concurrency.Concurrency")
)
ULTIMATE, STEPPING = (f"kg.apc.jmeter.threads.{name}ThreadGroup" for name in ("Ultimate", "Stepping"))

OF_PHASES = dict.fromkeys(
    (
        *("ThreadGroup.ramp_time", "ThreadGroup.scheduler", "ThreadGroup.duration", "ThreadGroup.delay"),
        *("ThreadGroup.same_user_on_next_iteration", "ThreadGroup.delayedStart"),
    ),
    OF_THREAD_GROUPS,
)

UNSET = {
    "DebugPostProcessor": {
        "displayJMeterVariables": OF_THE_MOMENT,
        "displayJMeterProperties": OF_THE_MOMENT,
        "displaySystemProperties": OF_THE_MOMENT,
    },
    "DebugSampler": {"displaySystemProperties": OF_THE_MOMENT},
    "OpenModelThreadGroup": {"ThreadGroup.same_user_on_next_iteration": "a user has one iteration"},
    "PostThreadGroup": OF_PHASES,
    "SetupThreadGroup": OF_PHASES,
    ARRIVALS: {"same_user_on_next_iteration": AS_IN_GROUPS},
    CONCURRENCY: {"same_user_on_next_iteration": AS_IN_GROUPS},
    FREE_FORM: {
        "same_user_on_next_iteration": AS_IN_GROUPS,
        "ThreadGroup.on_sample_error": "that of the Arrivals Thread Group, whose code it shares",
        "ArrivalsLimit": "that of the Arrivals Thread Group, whose code it shares",
        "Iterations": "that of the Arrivals Thread Group, whose code it shares",
        **dict.fromkeys(("TargetLevel", "RampUp", "Hold", "Steps"), HAS_A_TABLE),
    },
    STEPPING: {
        **dict.fromkeys(("ThreadGroup.scheduler", "ThreadGroup.duration", "ThreadGroup.delayedStart"), NO_SCHEDULER),
        "ThreadGroup.same_user_on_next_iteration": NEW_USERS,
    },
    ULTIMATE: {
        **dict.fromkeys(("ThreadGroup.scheduler", "ThreadGroup.duration", "ThreadGroup.delayedStart"), NO_SCHEDULER),
        **dict.fromkeys(("ThreadGroup.num_threads", "ThreadGroup.ramp_time", "ThreadGroup.delay"), HAS_A_TABLE),
        "ThreadGroup.same_user_on_next_iteration": NEW_USERS,
    },
}
"""Properties that no golden plan sets to anything but their default."""

UNCALLED = {
    "__chooseRandom": [4],
    "__fifoGet": [1],
    "__machineIP": [0, 1],
    "__machineName": [0, 1],
}
"""Numbers of arguments with which no golden plan calls a function: names of the moment, and what plugins ignore."""


@pytest.fixture(scope="module")
def found() -> tuple[Seen, Calls]:
    return seen()


def test_every_element_stands_in_a_plan(found: tuple[Seen, Calls]) -> None:
    assert ELEMENTS.keys() - found[0].keys() == NO_PLAN.keys()


def test_every_property_is_set_to_something_else_than_its_default(found: tuple[Seen, Calls]) -> None:
    values, _ = found
    unset = {kind: keys for kind in ELEMENTS if kind in values and (keys := set(only_default(kind, values)))}
    assert unset == {kind: set(reasons) for kind, reasons in UNSET.items()}


def test_every_function_is_called_with_each_number_of_arguments(found: tuple[Seen, Calls]) -> None:
    _, calls = found
    assert {name: numbers for name in FUNCTIONS if (numbers := missing_counts(name, calls))} == UNCALLED
