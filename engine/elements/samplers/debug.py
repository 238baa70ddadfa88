"""Debug Sampler: a sample that shows variables and properties. Mirrors DebugSampler."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Sampler, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

PART = re.compile(r"(\D*)(\d*)")


def alphanumeric(key: str) -> list[tuple[str, int, str]]:
    """Make the sort key of a name: runs of digits count by their value."""
    parts = []
    for letters, digits in PART.findall(key):
        number = digits.lstrip("0")
        parts.append((letters, len(number) if digits else -1, number))
        if not digits:
            break
    return parts


def listed(title: str, pairs: Iterable[tuple[str, Any]]) -> str:
    """Write names and values under a title."""
    lines = "".join(f"{key}={_shown(value)}\n" for key, value in sorted(pairs, key=lambda pair: alphanumeric(pair[0])))
    return f"{title}:\n{lines}\n"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def hidden_variables(user: User) -> dict[str, Any]:
    """Give what JMeter keeps for itself among a user's variables, of which only this sampler shows anything."""
    address = (id(user.step) & 0x6FFFFFFF) | 0x10000000
    return {
        "JMeterThread.pack": f"org.apache.jmeter.threads.SamplePackage@{address:x}",
        "__jmv_SAME_USER": user.same_user,
    }


@element("DebugSampler")
class DebugSampler(Sampler):
    """Shows what the user ticks."""

    variables = flag("displayJMeterVariables", by_text=True)
    properties = flag("displayJMeterProperties", by_text=True)
    system = flag("displaySystemProperties", by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        self.system_properties = build.system
        self.jmeter_properties = build.properties

    async def sample(self, user: User, result: SampleResult) -> SampleResult:
        result.begin()
        shown, asked = "", ""
        if self.variables.get(user):
            shown += listed("JMeterVariables", {**hidden_variables(user), **user.vars}.items())
            asked += "JMeterVariables\n"
        if self.properties.get(user):
            shown += listed("JMeterProperties", self.jmeter_properties.items())
            asked += "JMeterProperties\n"
        if self.system.get(user):
            shown += listed("SystemProperties", self.system_properties.items())
            asked += "SystemProperties\n"
        result.set_text(shown)
        result.data_type = "text"
        result.sampler_data = asked
        result.response_code, result.response_message, result.success = "200", "OK", True
        result.end()
        return result
