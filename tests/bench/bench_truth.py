"""How true the times are that are measured: `elapsed` beside what the target knows, and beside Apache JMeter's.

usage: python tests/bench/bench_truth.py [--pyjm COMMAND] [--jmeter HOME] [--seconds N] [--users N] [--delay-ms N]
                                         [--workers N] [--rate N]

The target holds each answer back and says in it how long it did, in microseconds, as the reason of its status line,
which is a column of the result file. It counts from when the system had the request (the kernel's own time of the
packet) to when it sends, so that its own lateness counts against nobody. Each engine first runs as fast as it can; then
at 10, 50 and 90 % of that rate (or of `--rate`). Printed is by how much `elapsed` is longer than what the target says,
in ms (mean; 50th, 95th and 99th of 100), how many samples are right within 1 ms, and whether pyjm warned that it was at
its limit. Last comes the verdict: up to 90 % of what it reaches, 95 of 100 samples are right within 1 ms, or it warned.
Both count whole milliseconds, by the difference of two truncated times, so that less than 1 ms is no error.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.writing import arguments, element, flag, group, number, plan, text

SHARES = (0.1, 0.5, 0.9)
THIS_THREAD = 0
"""The shared modes count whole milliseconds between all samples: 500 a second, or 1,000, or no limit."""

SO_TIMESTAMPNS = 35
RIGHT = 0.95
"""The part of all samples that is to be right within 1 ms."""
ANSWER = b"HTTP/1.1 200 %d\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


class Target:
    """Answers each request after so many seconds, with how long it was.

    It counts from when the system had the request to when the answer is sent: that it reads late, or has no core just
    then, does not count against who measures.
    """

    def __init__(self, delay_ms: float) -> None:
        self.delay_ns = int(delay_ms * 1e6)
        self.due: deque[tuple[int, int, socket.socket]] = deque()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port: int = self.listener.getsockname()[1]
        self.ready = select.epoll()
        self.ready.register(self.listener, select.EPOLLIN)
        self.users: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Serve for ever."""
        while True:
            now = time.time_ns()
            while self.due and self.due[0][0] <= now:
                _, came_ns, user = self.due.popleft()
                with contextlib.suppress(OSError):
                    user.send(ANSWER % ((time.time_ns() - came_ns) // 1000))
            wait_s = (self.due[0][0] - time.time_ns()) / 1e9 if self.due else None
            for file, _ in self.ready.poll(wait_s if wait_s is None else max(wait_s, 0)):
                user = self.users.get(file)
                if user is None:
                    self.accept()
                else:
                    self.take(user, file)

    def accept(self) -> None:
        user, _ = self.listener.accept()
        user.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.users[user.fileno()] = user
        self.ready.register(user, select.EPOLLIN)

    def take(self, user: socket.socket, file: int) -> None:
        try:
            data, notes, _, _ = user.recvmsg(65536, 64)
        except OSError:
            data, notes = b"", []
        if not data:
            self.ready.unregister(file)
            del self.users[file]
            return
        seconds, nanoseconds = struct.unpack("ll", notes[0][2]) if notes else (0, time.time_ns())
        came_ns = seconds * 1_000_000_000 + nanoseconds
        self.due.append((came_ns + self.delay_ns, came_ns, user))


def written(port: int, users: int, rate: float) -> str:
    """Write the plan, at so many samples a second (0: as many as it can)."""
    per_minute = f"{rate / users * 60:.3f}"
    timer = element(
        "ConstantThroughputTimer",
        "rate",
        number("calcMode", THIS_THREAD)
        + f"<doubleProp><name>throughput</name><value>{per_minute}</value><savedValue>0.0</savedValue></doubleProp>",
    )
    request = element(
        "HTTPSamplerProxy",
        "held",
        arguments("HTTPsampler.Arguments", ())
        + text("HTTPSampler.domain", "127.0.0.1")
        + text("HTTPSampler.port", port)
        + text("HTTPSampler.path", "/")
        + text("HTTPSampler.method", "GET")
        + flag("HTTPSampler.use_keepalive", True),
    )
    made = group("users", (timer if rate else "") + request, threads=users, loops=-1)
    return plan(made.replace(text("ThreadGroup.ramp_time", users - 1), text("ThreadGroup.ramp_time", 1)), ())


class Measured(NamedTuple):
    """What a run came to: samples a second, by how many ms each was too long, seconds of warned-of strain."""

    rate: float
    over_ms: list[float]
    warned: bool

    @property
    def right(self) -> float:
        """Tell what part of the samples is right within 1 ms."""
        return sum(1 for each in self.over_ms if -1 <= each <= 1) / len(self.over_ms)


def measured(command: list[str], folder: Path, port: int, users: int, rate: float, seconds: float) -> Measured:
    """Run an engine; the first 40 % of its time, in which it warms up, don't count."""
    name = f"{time.time_ns()}"
    plan_file, results, console = (folder / f"{name}.{kind}" for kind in ("jmx", "jtl", "txt"))
    plan_file.write_text(written(port, users, rate))
    options = ["-Jjmeter.save.saveservice.autoflush=true", "-Jjmeter.save.saveservice.response_message=true"]
    with console.open("w") as out:
        run = subprocess.Popen(
            [*command, "-n", "-t", str(plan_file), "-l", str(results), "-j", os.devnull, *options],
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while not results.exists() or results.read_bytes().count(b"\n") < 100:
            time.sleep(0.1)
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    with results.open() as file:
        rows = [(int(row["timeStamp"]), int(row["elapsed"]), row["responseMessage"]) for row in csv.DictReader(file)
                if row["responseMessage"] and row["responseMessage"].isdigit() and row["Connect"] == "0"]  # fmt: skip
    first_ms, last_ms = min(rows)[0], max(rows)[0]
    counted = [row for row in rows if row[0] >= first_ms + (last_ms - first_ms) * 0.4]
    span_s = (max(counted)[0] - min(counted)[0]) / 1000
    over_ms = sorted(elapsed - int(held) / 1000 for _, elapsed, held in counted)
    return Measured(len(counted) / span_s, over_ms, "at its limit" in console.read_text())


def line(name: str, share: float, found: Measured) -> str:
    """Write what was found as a line."""
    over_ms = found.over_ms
    parts = [over_ms[min(int(len(over_ms) * part), len(over_ms) - 1)] for part in (0.5, 0.95, 0.99)]
    return (
        f"{name:7} {share:4.0%} {found.rate:8,.0f}/s   too long by {sum(over_ms) / len(over_ms):6.2f} ms"
        f" ({parts[0]:6.2f} {parts[1]:6.2f} {parts[2]:7.2f})"
        f"   within 1 ms: {found.right:7.2%}{'   warned' if found.warned else ''}"
    )


def verdict(name: str, found: dict[float, Measured]) -> str:
    """Say whether the times of an engine can be believed."""
    wrong = [f"{share:.0%}" for share, each in found.items() if each.right < RIGHT and not each.warned]
    if wrong:
        return f"{name}: NOT true, unsaid at {', '.join(wrong)}: fewer than {RIGHT:.0%} of all right within 1 ms"
    least = min(each.right for each in found.values())
    return f"{name}: true, {least:.1%} of the samples or more are right within 1 ms, or it was warned"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pyjm", default=f'{sys.executable} -c "from pyjm.client.cli import main; main()"')
    parser.add_argument("--jmeter", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--delay-ms", type=float, default=5)
    parser.add_argument("--workers", type=int, default=0, help="of pyjm; 0 for as many as it takes by itself")
    parser.add_argument("--rate", type=float, default=0, help="what to take parts of, instead of what is reached")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        target = Target(args.delay_ms)
        sys.stdout.write(f"{target.port}\n")
        sys.stdout.flush()
        target.serve()
    command = [sys.executable, __file__, "--serve", "--delay-ms", str(args.delay_ms)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    port = int(served.stdout.readline())
    engines = {"pyjm": [*shlex.split(args.pyjm), *([f"-Jpyjm.workers={args.workers}"] if args.workers else [])]}
    if args.jmeter:
        engines["jmeter"] = [str(args.jmeter / "bin" / "jmeter")]
    verdicts = []
    try:
        with tempfile.TemporaryDirectory() as name:
            for engine, engine_command in engines.items():
                reached = args.rate
                if not reached:
                    most = measured(engine_command, Path(name), port, args.users, 0, args.seconds)
                    reached = most.rate
                    print(line(engine, 1.0, most), flush=True)  # noqa: T201
                found = {}
                for share in SHARES:
                    rate = reached * share
                    found[share] = measured(engine_command, Path(name), port, args.users, rate, args.seconds)
                    print(line(engine, share, found[share]), flush=True)  # noqa: T201
                verdicts.append(verdict(engine, found))
    finally:
        served.terminate()
        served.wait()
    print("\n".join(verdicts))  # noqa: T201


if __name__ == "__main__":
    main()
