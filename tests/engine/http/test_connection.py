"""One connection: what is timed and counted, when it is kept, what silence does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.http import connection as module
from pyjm.engine.http import errors
from pyjm.engine.http.connection import Connection
from pyjm.engine.http.errors import WireError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


class Clock:
    """Time that passes only when told to; `fire` runs the timers that are due."""

    def __init__(self) -> None:
        self.now_ns = 1_000
        self.timers: list[tuple[int, Callable[[], None], Any]] = []
        self.set = 0

    def __call__(self) -> int:
        return self.now_ns

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Any:
        clock = self
        self.set += 1

        class Handle:
            def cancel(self) -> None:
                clock.timers = [timer for timer in clock.timers if timer[2] is not self]

        handle = Handle()
        self.timers.append((self.now_ns + int(delay_s * 1e9), callback, handle))
        return handle

    def pass_s(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)
        due = [timer for timer in self.timers if timer[0] <= self.now_ns]
        for timer in due:
            self.timers.remove(timer)
            timer[1]()


class TimedLoop:
    """What a connection asks of its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self.create_future = loop.create_future
        self.call_later = clock.call_later


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "perf_counter_ns", clock)
    return clock


@pytest.fixture
def timed(clock: Clock, idle_loop: asyncio.AbstractEventLoop, wire: Any) -> Any:
    """A wire whose connection lives by the clock."""
    connection = Connection(TimedLoop(idle_loop, clock), "host:80")  # type: ignore[arg-type]
    connection.connection_made(wire.transport)
    wire.connection = connection
    return wire


def test_latency_ends_with_the_first_byte_of_the_body(timed: Any, clock: Clock) -> None:
    future = timed.begin()
    clock.pass_s(0.1)
    timed.connection.data_received(HEAD)
    clock.pass_s(0.1)
    timed.connection.data_received(b"h")
    clock.pass_s(0.1)
    timed.connection.data_received(b"ello")
    response = future.result()
    assert response.first_byte_ns == 100_001_000
    assert response.body_at_ns == 200_001_000
    assert response.end_ns == 300_001_000


def test_latency_of_an_empty_body_ends_with_the_answer(timed: Any, clock: Clock) -> None:
    clock.pass_s(1)
    assert timed.answer([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).body_at_ns == clock.now_ns
    assert timed.answer([b"HTTP/1.1 200 OK\r\nContent-Len", b"gth: 0\r\n\r\n"]).body_at_ns == clock.now_ns


def test_an_answer_that_has_no_body_has_no_latency(timed: Any) -> None:
    assert timed.answer([b"HTTP/1.1 204 No Content\r\n\r\n"]).body_at_ns == 0
    assert timed.answer([HEAD], to_head=True).body_at_ns == 0
    assert timed.answer([HEAD[:20], HEAD[20:]], to_head=True).body_at_ns == 0


def test_a_request_is_written_at_once_and_counted_whole(wire: Any) -> None:
    future = wire.begin(request=b"POST / HTTP/1.1\r\n\r\nbody")
    assert wire.transport.written == b"POST / HTTP/1.1\r\n\r\nbody"
    wire.connection.data_received(HEAD + b"hello")
    assert future.result().sent_bytes == 23


def test_connect_time_belongs_to_the_first_exchange_only(wire: Any) -> None:
    wire.connection.connect_end_ns = 77
    assert wire.answer([HEAD + b"hello"]).connect_end_ns == 77
    assert wire.answer([HEAD + b"hello"]).connect_end_ns == 0


def test_a_request_that_asks_to_close_is_the_last(wire: Any) -> None:
    wire.begin(keep=False)
    wire.connection.data_received(HEAD + b"hello")
    assert not wire.connection.home
    assert wire.transport.closed


@pytest.mark.parametrize("cut", [len(HEAD) + 5, len(HEAD) + 2, 10])
def test_bytes_after_the_end_of_an_answer_are_counted_and_end_the_connection(wire: Any, cut: int) -> None:
    raw = HEAD + b"helloEXTRA"
    response = wire.answer([raw] if cut == len(HEAD) + 5 else [raw[:cut], raw[cut:]])
    assert (response.body, response.received_bytes) == (b"hello", len(raw))
    assert wire.transport.closed


def test_bytes_that_nobody_asked_for_end_an_idle_connection_and_answer_nothing(wire: Any) -> None:
    wire.answer([HEAD + b"hello"])
    wire.connection.data_received(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    assert wire.transport.closed
    assert wire.connection.expires_ns == 0


def test_an_end_while_idle_is_remembered_in_jmeters_words(make_wire: Callable[[], Any]) -> None:
    wire = make_wire()
    wire.answer([HEAD + b"hello"])
    wire.connection.eof_received()
    wire.connection.connection_lost(None)
    assert str(wire.connection.ended) == f"{errors.NO_RESPONSE}: host:80 failed to respond"
    assert wire.connection.home == [wire.connection]
    wire = make_wire()
    wire.answer([HEAD + b"hello"])
    wire.connection.connection_lost(ConnectionResetError())
    assert str(wire.connection.ended) == f"{errors.SOCKET}: Connection reset by peer"


def test_the_servers_keep_alive_time_is_kept(timed: Any, clock: Clock) -> None:
    timed.answer([b"HTTP/1.1 200 OK\r\nKeep-Alive: max=5, timeout=3\r\nContent-Length: 0\r\n\r\n"])
    assert timed.connection.expires_ns == clock.now_ns + 3_000_000_000


def test_each_answer_says_anew_how_long_the_connection_is_kept(timed: Any, clock: Clock) -> None:
    timed.connection.lives_until_ns = clock.now_ns + 9_000_000_000
    told = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n"
    timed.answer([told])
    clock.now_ns += 2_000_000_000
    timed.answer([told])
    assert timed.connection.expires_ns == clock.now_ns + 3_000_000_000
    timed.answer([HEAD + b"hello"])
    assert timed.connection.expires_ns == timed.connection.lives_until_ns
    timed.connection.idles_ns = 5
    timed.answer([HEAD + b"hello"])
    assert timed.connection.expires_ns == clock.now_ns + 5


def test_an_answer_before_a_large_request_is_sent_ends_the_connection(wire: Any) -> None:
    future = wire.begin(request=b"x" * 100_000)
    wire.transport.unsent = 5
    wire.connection.data_received(HEAD + b"hello")
    assert future.result().status == 200
    assert wire.transport.closed


def test_silence_as_long_as_the_response_timeout_fails(timed: Any, clock: Clock) -> None:
    future = timed.begin(timeout_s=0.7)
    clock.pass_s(0.69)
    assert not future.done()
    clock.pass_s(0.011)
    with pytest.raises(WireError) as caught:
        future.result()
    assert (caught.value.kind, caught.value.text) == (errors.SOCKET_TIMEOUT, "Read timed out")
    assert timed.transport.closed


def test_the_response_timeout_is_for_each_read_and_not_for_the_whole(timed: Any, clock: Clock) -> None:
    future = timed.begin(timeout_s=0.7)
    timed.connection.data_received(HEAD)
    for _ in range(5):
        clock.pass_s(0.5)
        timed.connection.data_received(b"x")
    assert future.result().end_ns == 2_500_001_000


def test_no_timer_is_set_where_there_is_no_timeout_and_one_serves_many_exchanges(timed: Any, clock: Clock) -> None:
    timed.answer([HEAD + b"hello"])
    assert clock.set == 0
    for _ in range(100):
        timed.begin(timeout_s=5)
        timed.connection.data_received(HEAD + b"hello")
        clock.pass_s(0.001)
    assert clock.set == 1
    clock.pass_s(10)
    assert not timed.transport.closed


def test_a_shorter_timeout_than_before_is_held(timed: Any, clock: Clock) -> None:
    timed.begin(timeout_s=50)
    timed.connection.data_received(HEAD + b"hello")
    future = timed.begin(timeout_s=1)
    clock.pass_s(1.1)
    assert isinstance(future.exception(), WireError)


def test_sending_is_not_silence(timed: Any, clock: Clock) -> None:
    future = timed.begin(timeout_s=1)
    timed.transport.unsent = 9
    clock.pass_s(1.5)
    assert not future.done()
    timed.transport.unsent = 0
    clock.pass_s(1.1)
    assert isinstance(future.exception(), WireError)


def test_a_failure_tells_how_far_it_came(timed: Any, clock: Clock) -> None:
    future = timed.begin()
    clock.pass_s(0.1)
    timed.connection.data_received(HEAD + b"h")
    clock.pass_s(0.1)
    timed.connection.connection_lost(ConnectionResetError())
    error = future.exception()
    assert isinstance(error, WireError)
    assert (error.start_ns, error.first_byte_ns, error.body_at_ns, error.end_ns) == (
        1,
        100_001_000,
        100_001_000,
        200_001_000,
    )
