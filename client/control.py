"""What ends a test from outside: signals, and JMeter's UDP messages; with the two commands that send these."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Annotated, Any

import typer

log = logging.getLogger("pyjm.client.control")

FIRST_PORT, LAST_PORT = 4445, 4455
LARGEST_MESSAGE = 80

Stop = Callable[[bool], None]
"""Ends the test of all engines; True: now."""


class Messages:
    """Listens on loopback for Shutdown and StopTestNow. Mirrors JMeter's UDP daemon."""

    def __init__(self, stop: Stop, say: Callable[[str], None]) -> None:
        self.stop = stop
        self.say = say
        self.socket: socket.socket | None = None

    def listen(self, first: int = FIRST_PORT, last: int = LAST_PORT) -> int:
        """Take the first free port of the range, say which, and listen; gives 0 where there is none."""
        for port in range(first, max(first, last) + 1):
            listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                listener.close()
                continue
            self.socket = listener
            bound = int(listener.getsockname()[1])
            self.say(f"Waiting for possible Shutdown/StopTestNow/HeapDump/ThreadDump message on port {bound}")
            threading.Thread(target=self.serve, args=(listener,), name="messages", daemon=True).start()
            return bound
        self.say("Failed to create UDP port")
        return 0

    def serve(self, listener: socket.socket) -> None:
        """Do what messages say until the socket is closed."""
        while True:
            try:
                data, (address, _) = listener.recvfrom(LARGEST_MESSAGE)
            except OSError:
                return
            if self.socket is None:
                return
            self.obey(data.decode("ascii", "replace"), address)

    def obey(self, command: str, address: str) -> None:
        """Do what one message says."""
        text = f"Command: {command} received from /{address}"
        self.say(text)
        log.info("%s", text)
        if command in ("Shutdown", "StopTestNow"):
            self.stop(command == "StopTestNow")
        elif command in ("HeapDump", "ThreadDump"):
            self.say(f"{command}: pyjm runs without a JVM, there is nothing to dump")
        else:
            self.say(f"Command: {command} not recognised ")

    def close(self) -> None:
        """Stop listening."""
        listener, self.socket = self.socket, None
        if listener is not None:
            try:
                listener.sendto(b"", listener.getsockname())  # wakes the thread that waits in it
            except OSError:
                pass
            listener.close()


class Signals:
    """Ctrl-C and SIGTERM: the first ends the test gracefully, the second now. A context; main thread only.

    `received` is the number of the first signal, 0 while none came.
    """

    def __init__(self, stop: Stop, say: Callable[[str], None]) -> None:
        self.stop = stop
        self.say = say
        self.received = 0
        self.count = 0
        self.before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            self.before[number] = signal.signal(number, self.handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Take one signal. What it sets off may wait for servers, so it runs in a thread of its own."""
        self.received = self.received or number
        self.count += 1
        threading.Thread(target=self.react, args=(self.count > 1,), name="signal", daemon=True).start()

    def react(self, now: bool) -> None:
        """Say what happens and do it."""
        self.say("Stopping the test now" if now else "Shutting the test down (the same once more stops it now)")
        self.stop(now)


def send(command: str, port: int) -> None:
    """Send a message to the pyjm or JMeter that listens on a port of this machine."""
    if not 0 < port < 65536:
        typer.echo(f"{port} is no port: a number from 1 to 65535 is wanted", err=True)
        raise typer.Exit(1)
    typer.echo(f"Sending {command} request to port {port}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(command.encode("ascii"), ("127.0.0.1", port))


Port = Annotated[int, typer.Argument(help="the port that pyjm said it waits on")]


def shutdown(port: Port = FIRST_PORT) -> None:
    """End the test of the pyjm that runs on this machine: users finish their present sample."""
    send("Shutdown", port)


def stoptest(port: Port = FIRST_PORT) -> None:
    """End the test of the pyjm that runs on this machine now: users are cut off in their present sample."""
    send("StopTestNow", port)


def main_shutdown() -> None:
    """Run the command pyjm-shutdown."""
    _run(shutdown)


def main_stoptest() -> None:
    """Run the command pyjm-stoptest."""
    _run(stoptest)


def _run(command: Callable[..., None]) -> None:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(command)
    app()
