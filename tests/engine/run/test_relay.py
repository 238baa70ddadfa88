"""Lines of a server's log on their way to the controller's: repeated ones counted, floods limited, nothing silent."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pyjm.engine.results.batch import Batch
from pyjm.engine.run.gather import Outgoing
from pyjm.engine.run.relay import BURST, LONGEST, MOST, PER_S, WINDOW_S, Line, Listening, Relay


class Clock:
    def __init__(self) -> None:
        self.at_ns = 1_000_000_000

    def __call__(self) -> int:
        return self.at_ns

    def go_on(self, seconds: float) -> None:
        self.at_ns += int(seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def relay(clock: Clock) -> Relay:
    return Relay(clock)


def line(text: str, level: int = logging.WARNING) -> Line:
    return Line(5, level, "pyjm.run", text)


def texts(relay: Relay, *, last: bool = False) -> list[str]:
    return [line.text for line in relay.take(last=last)]


def test_a_line_goes_at_once_and_as_it_is(relay: Relay) -> None:
    relay.add(line("odd"))
    assert relay.take() == [Line(5, logging.WARNING, "pyjm.run", "odd")]
    assert relay.take() == []


def test_the_same_line_is_counted_and_not_repeated(relay: Relay, clock: Clock) -> None:
    for _ in range(413):
        relay.add(line("odd"))
    assert texts(relay) == ["odd"]
    clock.go_on(WINDOW_S)
    assert texts(relay) == ["odd (… 412 times more in the last 10 s)"]
    relay.add(line("odd"))
    assert texts(relay) == []
    clock.go_on(WINDOW_S)
    assert texts(relay) == ["odd (… once more in the last 10 s)"]


def test_a_line_that_has_not_come_for_a_while_is_new(relay: Relay, clock: Clock) -> None:
    relay.add(line("odd"))
    assert texts(relay) == ["odd"]
    clock.go_on(WINDOW_S)
    assert texts(relay) == []
    relay.add(line("odd"))
    assert texts(relay) == ["odd"]


def test_the_same_text_at_another_level_is_another_line(relay: Relay) -> None:
    relay.add(line("odd"))
    relay.add(line("odd", logging.ERROR))
    assert len(relay.take()) == 2


def test_a_flood_of_different_lines_is_limited_and_what_is_left_out_is_counted(relay: Relay, clock: Clock) -> None:
    for number in range(10_000):
        relay.add(line(f"odd {number}"))
    assert len(relay.take()) == BURST
    clock.go_on(WINDOW_S)
    (said,) = relay.take()
    assert said.text == f"… lines were left out in the last 10 s: {10_000 - BURST} WARN; the log there has them"
    assert said.level == logging.WARNING
    relay.add(line("after it"))
    assert texts(relay) == ["after it"]


def test_a_flood_that_goes_on_is_not_silent(relay: Relay, clock: Clock) -> None:
    for number in range(2_000):
        relay.add(line(f"odd {number}"))
        clock.go_on(0.01)
    assert len(relay.take()) + 2 >= BURST + 20 * PER_S


def test_errors_get_through_a_flood_of_what_a_plan_logs(relay: Relay) -> None:
    for number in range(10_000):
        relay.add(line(f"step {number}", logging.INFO))
    relay.add(line("broken", logging.ERROR))
    assert "broken" in texts(relay)


def test_the_last_time_tells_all_that_was_counted(relay: Relay, clock: Clock) -> None:
    for number in range(BURST + 7):
        relay.add(line(f"odd {number}"))
    relay.add(line("odd 0"))
    clock.go_on(2)
    said = texts(relay, last=True)
    assert said[BURST:] == [
        "odd 0 (… once more in the last 2 s)",
        "… lines were left out in the last 2 s: 7 WARN; the log there has them",
    ]


def test_memory_is_bounded_whatever_comes_and_nobody_takes(relay: Relay, clock: Clock) -> None:
    for number in range(5_000):
        relay.add(line(f"{number} {'x' * 10_000}"))
        clock.go_on(1)
    taken = relay.take()
    assert len(taken) <= MOST + 1
    assert max(len(line.text) for line in taken) <= LONGEST + 1


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("pyjm.of_this_test")
    before = logger.level
    yield logger
    logger.setLevel(before)
    logger.handlers.clear()


def test_warnings_go_along_and_chatter_does_not(relay: Relay, logger: logging.Logger) -> None:
    logger.addHandler(Listening(relay))
    logger.setLevel(logging.INFO)
    logger.info("chatter")
    logger.warning("odd %s", 1)
    assert texts(relay) == ["odd 1"]


def test_all_that_a_plan_writes_goes_along(relay: Relay) -> None:
    listening = Listening(relay)
    record = logging.LogRecord("pyjm.functions", logging.INFO, "", 0, "hello", (), None)
    record.at_ns = 77
    listening.handle(record)
    assert relay.take() == [Line(77, logging.INFO, "pyjm.functions", "hello")]


def test_a_controller_in_the_same_process_is_not_listened_to(relay: Relay) -> None:
    listening = Listening(relay)
    for name, told in (("pyjm.client.fleet", {}), ("pyjm.run", {"relayed": True})):
        record = logging.LogRecord(name, logging.ERROR, "", 0, "lost", (), None)
        record.__dict__.update(told)
        listening.handle(record)
    assert relay.take() == []


def test_a_line_makes_a_batch_of_its_own(relay: Relay) -> None:
    out = Outgoing(1, relay=relay)
    out.add(0, 0, [], {}, (0, 0, 0))
    relay.add(line("odd"))
    out.add(0, 0, [], {}, (0, 0, 0))
    out.add(0, 0, [], {}, (0, 0, 0))
    batches = [Batch.from_bytes(data) for data in out.take(0, 0)]
    assert [list(batch.log) for batch in batches] == [[], [(5, logging.WARNING, "pyjm.run", "odd")]]


def test_the_console_counts_as_well() -> None:
    out = Outgoing(1)
    for _ in range(3):
        out.note("odd")
    out.add(0, 0, [], {}, (0, 0, 0))
    out.close()
    notes = [Batch.from_bytes(data).notes for data in out.take(0, 0)]
    assert notes == [["odd"], ["odd (… 2 times more in the last 1 s)"]]
