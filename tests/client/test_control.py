"""JMeter's UDP messages, the commands that send them, and signals."""

from __future__ import annotations

import os
import queue
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from pyjm.client import control
from pyjm.client.control import Messages, Signals


@pytest.fixture
def stops() -> queue.Queue[bool]:
    return queue.Queue()


@pytest.fixture
def said() -> queue.Queue[str]:
    return queue.Queue()


@pytest.fixture
def port(stops: queue.Queue[bool], said: queue.Queue[str]) -> Iterator[int]:
    """Listen on any port."""
    messages = Messages(stops.put, said.put)
    port = messages.listen(0, 0)
    assert (
        said.get(timeout=5) == f"Waiting for possible Shutdown/StopTestNow/HeapDump/ThreadDump message on port {port}"
    )
    yield port
    messages.close()


def send(port: int, command: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(command.encode(), ("127.0.0.1", port))


@pytest.mark.parametrize(("command", "now"), [("Shutdown", False), ("StopTestNow", True)])
def test_a_message_ends_the_test(
    port: int, stops: queue.Queue[bool], said: queue.Queue[str], command: str, now: bool
) -> None:
    send(port, command)
    assert stops.get(timeout=5) is now
    assert said.get(timeout=5) == f"Command: {command} received from /127.0.0.1"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("Foo", "Command: Foo not recognised "),
        ("HeapDump", "HeapDump: pyjm runs without a JVM, there is nothing to dump"),
        ("ThreadDump", "ThreadDump: pyjm runs without a JVM, there is nothing to dump"),
    ],
)
def test_other_messages_are_answered_and_change_nothing(
    port: int, stops: queue.Queue[bool], said: queue.Queue[str], command: str, answer: str
) -> None:
    send(port, command)
    said.get(timeout=5)
    assert said.get(timeout=5) == answer
    assert stops.empty()


def test_the_next_port_of_the_range_is_taken_where_one_is_in_use(said: queue.Queue[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        first = taken.getsockname()[1]
        messages = Messages(lambda now: None, said.put)
        port = messages.listen(first, first + 20)
        assert first < port <= first + 20
        messages.close()


def test_a_range_without_a_free_port_is_said(said: queue.Queue[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert Messages(lambda now: None, said.put).listen(port, port) == 0
        assert said.get(timeout=5) == "Failed to create UDP port"


@pytest.mark.parametrize(("command", "now"), [("main_shutdown", False), ("main_stoptest", True)])
def test_the_commands_send_their_message(
    port: int, stops: queue.Queue[bool], monkeypatch: pytest.MonkeyPatch, command: str, now: bool
) -> None:
    monkeypatch.setattr(sys, "argv", [command, str(port)])
    with pytest.raises(SystemExit) as exited:
        getattr(control, command)()
    assert exited.value.code == 0
    assert stops.get(timeout=5) is now


def test_the_first_signal_ends_gracefully_and_the_second_now(stops: queue.Queue[bool], said: queue.Queue[str]) -> None:
    with Signals(stops.put, said.put) as signals:
        os.kill(os.getpid(), signal.SIGINT)
        assert stops.get(timeout=5) is False
        os.kill(os.getpid(), signal.SIGTERM)
        assert stops.get(timeout=5) is True
    assert signals.received == signal.SIGINT
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["pyjm-shutdown", "70000"])
    with pytest.raises(SystemExit) as exited:
        control.main_shutdown()
    assert exited.value.code == 1
    assert capsys.readouterr().err == "70000 is no port: a number from 1 to 65535 is wanted\n"
