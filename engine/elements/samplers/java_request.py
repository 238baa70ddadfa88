"""Java Request: the two classes that come with JMeter. Mirrors JavaSampler with JavaTest and SleepTest."""

from __future__ import annotations

import logging
import re
from asyncio import sleep
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Sampler
from pyjm.engine.compile.merge import merged
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.config.arguments import pairs_of
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import now_ns, to_wall_ms
from pyjm.engine.vu.interrupt import Interrupted, doze

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.java")

PACKAGE = "org.apache.jmeter.protocol.java.test."
JAVA_TEST, SLEEP_TEST = f"{PACKAGE}JavaTest", f"{PACKAGE}SleepTest"
APPLIED = frozenset(("JavaConfigGui", "SimpleConfigGui"))
"""The GUI classes of config elements that JMeter merges into a Java Request."""

NUMBER = re.compile(r"([+-]?)(?:(?:0[xX]|#)([0-9a-fA-F]+)|0([0-7]+)|(0|[1-9][0-9]*))")


def decoded(text: str) -> int | None:
    """Read a whole number as Java's Long.decode does: decimal, 0x, # or octal; None for what is none."""
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, hexadecimal, octal, decimal = match.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(decimal)
    number = -number if sign == "-" else number
    return number if -(1 << 63) <= number < 1 << 63 else None


def number_of(given: Mapping[str, str], name: str, default: int) -> int:
    """Read a parameter; a missing or unreadable one is the default."""
    if name not in given:
        return default
    number = decoded(given[name])
    if number is None:
        log.warning("The parameter %s is no whole number: %r; taken as %d", name, given[name], default)
        return default
    return number


def pause_ms(base_ms: int, mask: int) -> int:
    """Spread a pause over `mask` milliseconds by the present time, as JMeter does."""
    return base_ms + to_wall_ms(now_ns()) % mask if base_ms > 0 and mask > 0 else max(0, base_ms)


async def rest(user: User, ms: int) -> None:
    """Sleep, or let others have their turn where there is no time to; raises Interrupted."""
    await (doze(user, ms / 1000) if ms > 0 else sleep(0))


@element("JavaSampler")
class JavaRequest(Sampler):
    """Sleeps, and says what its parameters tell it to; code of others can't run here."""

    def prepare(self, node: Node, build: Build) -> None:
        written = merged(node, [default for default in build.defaults if default.gui in APPLIED])
        # JMeter looks for the class when the test starts, with the sampler's own name of it alone
        self.java_class = node.text("classname").strip()
        self.merged_class = build.value(written.text("classname"), node.path)
        if self.java_class not in ("", JAVA_TEST, SLEEP_TEST):
            build.fault(
                node.path,
                f"the Java class {self.java_class!r} can't run without a JVM",
                "disable the sampler, or say what the class does in a JSR223 Sampler",
            )
        self.parameters = pairs_of(written.child("arguments"), build)

    async def sample(self, user: User, result: SampleResult) -> SampleResult:
        given: dict[str, str] = {}
        for name, value in self.parameters:
            given.setdefault(name.get(user), value.get(user))
        if not self.java_class:
            return self.no_class(user, result)
        if self.java_class == JAVA_TEST:
            return await self.java_test(user, given, result)
        return await self.sleep_test(user, given, result)

    def no_class(self, user: User, result: SampleResult) -> SampleResult:
        """Do as JMeter does without a class."""
        result.begin()
        result.end()
        result.label = f"ERROR: {self.merged_class.get(user)}"
        result.set_text(f"Class not found: {self.merged_class.get(user)}")
        return result

    async def java_test(self, user: User, given: Mapping[str, str], result: SampleResult) -> SampleResult:
        """Do as JavaTest does."""
        result.response_message = given.get("ResponseMessage", "")
        result.response_code = given.get("ResponseCode", "")
        result.label = given.get("Label", "") or result.label
        said = given.get("SamplerData", "")
        result.sampler_data = said or None
        result.sent_bytes = len(said.encode("utf-16-le", "surrogatepass")) // 2
        if given.get("ResultData"):
            result.set_text(given["ResultData"])
        result.data_type = "text"
        base_ms, mask = number_of(given, "Sleep_Time", 100), number_of(given, "Sleep_Mask", 0xFF)
        result.begin()
        result.success = given.get("Status", "OK").upper() == "OK"
        try:
            await rest(user, pause_ms(base_ms, mask))
        except Interrupted:
            result.success = False
        result.end()
        return result

    async def sleep_test(self, user: User, given: Mapping[str, str], result: SampleResult) -> SampleResult:
        """Do as SleepTest does: its parameters and its label are those of the user's first sample."""
        if self not in user.state:
            times = number_of(given, "SleepTime", 1000), number_of(given, "SleepMask", 0x3FF)
            user.state[self] = (*times, result.label)
        base_ms, mask, result.label = user.state[self]
        sleep_ms = pause_ms(base_ms, mask)
        result.sampler_data = f"Sleep Test: time = {sleep_ms if base_ms > 0 else base_ms}"
        result.begin()
        try:
            await rest(user, sleep_ms)
        except Interrupted:
            return self.interrupted(user, result)
        result.success = True
        result.end()
        return result

    def interrupted(self, user: User, result: SampleResult) -> SampleResult:
        result.end()
        result.success = False
        if self.java_class == SLEEP_TEST:
            result.response_message = "java.lang.InterruptedException: sleep interrupted"
        return result
