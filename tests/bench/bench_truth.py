"""How true the times are that are measured: `elapsed` beside what the target knows, and beside Apache JMeter's.

usage: python tests/bench/bench_truth.py [--jmeter HOME] [--seconds N] [--users N] [--delay-ms N]

The target holds each answer back and says in it how long it did, in microseconds, as the reason of its status line,
which is a column of the result file. Each engine first runs as fast as it can; then at 10, 50 and 90 % of that rate.
Printed is by how much `elapsed` is longer than what the target says, in ms (median, 90th and 99th of 100), how many
samples are right within 1 ms, and whether pyjm warned that it was at its limit. Both count whole milliseconds. What the
network takes, a target that reads late, and all that others do on the machine count as if they were the engine's fault:
the figures say something on a machine that is quiet.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter_ns
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.writing import arguments, element, flag, group, number, plan, text

SHARES = (0.1, 0.5, 0.9)
ALL_ACTIVE_SHARED = 4
ANSWER = b"HTTP/1.1 200 %d\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


class Holding(asyncio.Protocol):
    """Answers each request after so many seconds, with how long it was."""

    delay_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self.loop.call_later(Holding.delay_s, self.answer, perf_counter_ns())

    def answer(self, came_ns: int) -> None:
        self.transport.write(ANSWER % ((perf_counter_ns() - came_ns) // 1000))  # type: ignore[attr-defined]


async def serve(delay_ms: float) -> None:
    """Be the target."""
    Holding.delay_s = delay_ms / 1000
    server = await asyncio.get_running_loop().create_server(Holding, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def written(port: int, users: int, rate: float) -> str:
    """Write the plan, at so many samples a second (0: as many as it can)."""
    timer = element(
        "ConstantThroughputTimer",
        "rate",
        number("calcMode", ALL_ACTIVE_SHARED)
        + f"<doubleProp><name>throughput</name><value>{rate * 60:.1f}</value><savedValue>0.0</savedValue></doubleProp>",
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
    parts = [over_ms[min(int(len(over_ms) * part), len(over_ms) - 1)] for part in (0.5, 0.9, 0.99)]
    right = sum(1 for each in over_ms if -1 <= each <= 1) / len(over_ms)
    return (
        f"{name:7} {share:4.0%} {found.rate:8,.0f}/s   too long by {parts[0]:6.2f} {parts[1]:6.2f} {parts[2]:7.2f} ms"
        f"   within 1 ms: {right:7.2%}{'   warned' if found.warned else ''}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jmeter", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--delay-ms", type=float, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        try:
            import uvloop
        except ImportError:
            asyncio.run(serve(args.delay_ms))
        else:
            uvloop.run(serve(args.delay_ms))
        return
    command = [sys.executable, __file__, "--serve", "--delay-ms", str(args.delay_ms)]
    target = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert target.stdout is not None
    port = int(target.stdout.readline())
    engines = {"pyjm": [sys.executable, "-c", "from pyjm.client.cli import main; main()"]}
    if args.jmeter:
        engines["jmeter"] = [str(args.jmeter / "bin" / "jmeter")]
    try:
        with tempfile.TemporaryDirectory() as name:
            for engine, engine_command in engines.items():
                most = measured(engine_command, Path(name), port, args.users, 0, args.seconds)
                print(line(engine, 1.0, most), flush=True)  # noqa: T201
                for share in SHARES:
                    found = measured(engine_command, Path(name), port, args.users, most.rate * share, args.seconds)
                    print(line(engine, share, found), flush=True)  # noqa: T201
    finally:
        target.terminate()
        target.wait()


if __name__ == "__main__":
    main()
