"""Hot path: what one sample found out. Mirrors org.apache.jmeter.samplers.SampleResult's observable fields."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar, Protocol, Self

from pyjm.engine.charsets.charset import decode, encode

from .charset import Fallback
from .clock import now_ns, to_wall_ms

REDIRECTS = frozenset(("301", "302", "303", "308"))
REPEATABLE = frozenset(("GET", "HEAD"))


class Action(Enum):
    """What follows a sample within its user. Mirrors JMeterContext.TestLogicalAction."""

    CONTINUE = 0
    NEXT_ITERATION = 1
    NEXT_LOOP = 2
    BREAK_LOOP = 3


CONTINUE = Action.CONTINUE


class Naming:
    """Whether sub-results are called after their sample: one thing for the whole plan, as in JMeter."""

    __slots__ = ()

    renames = True


class AssertionResult:
    """What one assertion said: a failure (the answer is wrong), an error (it could not be judged), or just words.

    One that is content says nothing: its message is None, or an empty one.
    """

    __slots__ = ("error", "failure", "message", "name")

    def __init__(self, name: str, message: str | None, *, failure: bool = True, error: bool = False) -> None:
        self.name = name
        self.message = message
        self.failure = failure
        self.error = error


class Sent(Protocol):
    """What a sampler has sent, which can describe itself."""

    @property
    def head_text(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def cookies(self) -> str: ...

    @property
    def query(self) -> str: ...

    def described(self, cookies: str) -> str: ...


FIELDS = (
    "action",
    "all_threads",
    "assertions",
    "body",
    "body_bytes",
    "combined",
    "connect_ms",
    "content_type",
    "data_type",
    "elapsed_ms",
    "encoding",
    "end_ms",
    "error_count",
    "failure_message",
    "group_threads",
    "header_bytes",
    "idle_ms",
    "ignored",
    "label",
    "latency_ms",
    "response_code",
    "response_headers",
    "response_message",
    "result_file",
    "sample_count",
    "sent",
    "sent_bytes",
    "start_ms",
    "start_ns",
    "stop_test",
    "stop_test_now",
    "stop_thread",
    "sub_results",
    "success",
    "thread_name",
    "transaction",
    "url",
    "_request_headers",
    "_sampler_data",
    "_text",
)
"""What every sample has."""


class SampleResult:
    """One sample: times in whole milliseconds of wall time, sizes in bytes, texts as they stand in the JTL.

    `body` is the answer as an element sees it (decoded); `body_bytes` its size on the wire.
    `transaction` marks the row of a Transaction Controller, `combined` one that has its samples as sub-results.
    A sampler fills it; whatever a sampler leaves alone has JMeter's default. `tag` is its element in an XML file.
    """

    tag: ClassVar[str] = "sample"

    __slots__ = FIELDS

    def __init__(self, label: str, thread_name: str = "") -> None:
        self.label = label
        self.thread_name = thread_name
        self.start_ns = 0
        self.start_ms = 0
        self.end_ms = 0
        self.elapsed_ms = 0
        self.latency_ms = 0
        self.connect_ms = 0
        self.idle_ms = 0
        self.response_code = ""
        self.response_message = ""
        self.success = False
        self.data_type = ""
        self.body: bytes = b""
        self.encoding: str | None = None
        self.content_type = ""
        self.response_headers = ""
        self.sent: Sent | None = None
        self.url = ""
        self.header_bytes = 0
        self.body_bytes = 0
        self.sent_bytes = 0
        self.group_threads = 0
        self.all_threads = 0
        self.sample_count = 1
        self.error_count = 0
        self.failure_message = ""
        self.result_file = ""
        self.assertions: list[AssertionResult] | None = None
        self.sub_results: list[SampleResult] | None = None
        self.ignored = False
        self.transaction = False
        self.combined = False
        self.stop_thread = False
        self.stop_test = False
        self.stop_test_now = False
        self.action = CONTINUE
        self._request_headers = ""
        self._sampler_data: str | None = None
        self._text: str | None = None

    @property
    def request_headers(self) -> str:
        """The header fields of the request; worked out only when somebody looks."""
        return self._request_headers if self.sent is None else self.sent.head_text

    @request_headers.setter
    def request_headers(self, text: str) -> None:
        self._request_headers = text

    @property
    def sampler_data(self) -> str | None:
        """What the sampler sent or did, as text, None where it says nothing; worked out only when somebody looks."""
        return self._sampler_data if self.sent is None else self.sent.described(self.cookies)

    @sampler_data.setter
    def sampler_data(self, text: str | None) -> None:
        self._sampler_data = text

    def begin(self) -> None:
        """Take the start time: the present."""
        self.start_ns = at = now_ns()
        self.start_ms = to_wall_ms(at)

    def end(self) -> None:
        """Take the end time: the present. `elapsed_ms` is the difference of two truncated times, as in JMeter."""
        self.end_at(now_ns())

    def end_at(self, at_ns: int) -> None:
        """Take an instant of `now_ns` as the end time."""
        self.end_ms = to_wall_ms(at_ns)
        self.elapsed_ms = self.end_ms - self.start_ms - self.idle_ms

    @property
    def cookies(self) -> str:
        """The cookies that were sent."""
        return ""

    @property
    def renames(self) -> bool:
        """Whether sub-results are called after this sample."""
        return Naming.renames

    @property
    def stops(self) -> bool:
        """Whether the sample ends its user or the test."""
        return self.stop_thread or self.stop_test or self.stop_test_now

    @property
    def bytes(self) -> int:
        """Headers and body as received."""
        return self.header_bytes + self.body_bytes

    @property
    def named_encoding(self) -> str:
        """The charset that the answer itself names, known or not; empty where it names none."""
        encoding = self.encoding
        return encoding.named if isinstance(encoding, Fallback) else encoding or ""

    @property
    def unknown_encoding(self) -> str:
        """The charset that the answer names and that there is not, else empty."""
        return self.encoding.named if isinstance(self.encoding, Fallback) else ""

    @property
    def text(self) -> str:
        """The body as text, decoded once; undecodable bytes become U+FFFD."""
        if self._text is None:
            self._text = decode(self.body, self.encoding or "utf-8")
        return self._text

    def set_text(self, text: str, encoding: str = "UTF-8") -> None:
        """Set the body from text, as a sampler without a wire does."""
        self.body = encode(text, encoding)
        self.body_bytes = len(self.body)
        self.encoding = encoding
        self._text = text

    def copied(self) -> Self:
        """Give another one that is equal; it has the same sub-results."""
        made = type(self)(self.label)
        for field in FIELDS:
            setattr(made, field, getattr(self, field))
        return made

    def add_assertion(self, said: AssertionResult) -> None:
        """Keep what an assertion said; the first message, be it empty, is the row's failureMessage."""
        if self.assertions is None:
            self.assertions = []
            self.failure_message = said.message or ""
        elif said.message is not None and all(earlier.message is None for earlier in self.assertions):
            self.failure_message = said.message
        self.assertions.append(said)

    def add_sub(self, sub: SampleResult, *, rename: bool = True) -> None:
        """Append a sub-result: it extends this sample to its own end and adds its bytes. Renamed, it is `label-N`."""
        sub.thread_name = self.thread_name
        self.end_ms = max(self.end_ms, sub.end_ms)
        self.elapsed_ms = self.end_ms - self.start_ms - self.idle_ms
        self.sent_bytes += sub.sent_bytes
        self.header_bytes += sub.header_bytes
        self.body_bytes += sub.body_bytes
        if self.sub_results is None:
            self.sub_results = []
        if rename and Naming.renames:
            sub.label = f"{self.label}-{len(self.sub_results)}"
        self.sub_results.append(sub)

    def __repr__(self) -> str:
        return f"<{self.tag} {self.label!r} {self.response_code} success={self.success} {self.elapsed_ms} ms>"


class HttpSampleResult(SampleResult):
    """A sample of HTTP. Mirrors HTTPSampleResult: one with sub-results has cookies and place of the first of them."""

    tag: ClassVar[str] = "httpSample"

    __slots__ = ()

    @property
    def first(self) -> SampleResult:
        """The exchange that the sample began with."""
        subs = self.sub_results
        return subs[0] if subs and isinstance(subs[0], HttpSampleResult) else self

    @property
    def cookies(self) -> str:
        """The cookies that were sent first."""
        sent = self.first.sent
        return "" if sent is None else sent.cookies

    @property
    def redirect_location(self) -> str | None:
        """Where the first answer sent on to."""
        first = self.first
        code = (first.response_headers.split(" ", 2)[1:2] or [""])[0]  # of an answer, whatever became of the sample
        if code not in REDIRECTS and not (code == "307" and first.sent is not None and first.sent.method in REPEATABLE):
            return None
        found = [line for line in first.response_headers.split("\n") if line[:9].lower() == "location:"]
        return found[-1][9:].strip() if found else None
