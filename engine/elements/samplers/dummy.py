"""Dummy Sampler: a sample that says what the plan tells it to. Mirrors DummySampler of jpgc-dummy."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Sampler, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.charset import Fallback
from pyjm.engine.vu.clock import now_ns, to_wall_ms
from pyjm.engine.vu.interrupt import Interrupted, doze

from .java_url import java_url

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.dummy")

RESULT_CLASSES = (
    "org.apache.jmeter.samplers.SampleResult",
    "org.apache.jmeter.protocol.http.sampler.HTTPSampleResult",
)


@element("kg.apc.jmeter.samplers.DummySampler")
class DummySampler(Sampler):
    """Says what it is told; whether it also takes that long is a property of its own."""

    success = flag("SUCCESFULL")
    waits = flag("WAITING")
    response_code = text("RESPONSE_CODE")
    response_message = text("RESPONSE_MESSAGE")
    response_data = text("RESPONSE_DATA")
    request_data = text("REQUEST_DATA")
    response_time = whole("RESPONSE_TIME")
    latency = whole("LATENCY")
    connect = whole("CONNECT")
    url = text("URL")
    result_class = text("RESULT_CLASS", RESULT_CLASSES[0])

    def prepare(self, node: Node, build: Build) -> None:
        self.encoding = Fallback(build.properties.get("sampleresult.default.encoding", "ISO-8859-1"))
        self.from_start = build.properties.get("sampleresult.timestamp.start", "false").lower() in ("true", "t", "1")

    async def sample(self, user: User, result: SampleResult) -> SampleResult:
        if self.result_class.get(user) not in RESULT_CLASSES:
            log.warning("%s: no result of the class %s can be made", self.path, self.result_class.get(user))
        elif self.waits.get(user):
            result.begin()
            time_ms = self.response_time.get(user)
            if time_ms < 0:
                raise ValueError("timeout value is negative")
            with suppress(Interrupted):
                await doze(user, time_ms / 1000, cuttable=False)
            result.end()
        else:
            self.claim(result, self.response_time.get(user))
        return self.fill(user, result)

    def interrupted(self, user: User, result: SampleResult) -> SampleResult:
        result.end()
        return self.fill(user, result)

    def claim(self, result: SampleResult, time_ms: int) -> None:
        """Set the times of a sample that takes none: the present stands for its start, or for its end."""
        at_ms = to_wall_ms(now_ns())
        result.start_ms = at_ms if self.from_start else at_ms - time_ms
        result.end_ms = result.start_ms + time_ms
        result.elapsed_ms = time_ms

    def fill(self, user: User, result: SampleResult) -> SampleResult:
        """Write all but the times into the result."""
        result.sampler_data = self.request_data.get(user)
        result.response_code = self.response_code.get(user)
        result.response_message = self.response_message.get(user)
        result.success = self.success.get(user)
        result.data_type = "text"
        result.body = self.response_data.get(user).encode(self.encoding, "replace")
        result.body_bytes, result.encoding = len(result.body), self.encoding
        result.url = java_url(self.url.get(user))
        result.latency_ms = self.latency.get(user)
        result.connect_ms = self.connect.get(user)
        return result
