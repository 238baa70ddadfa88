"""What servers cost their controller: 1, 10, 100 and 1,000 of them, and few at a high rate into one result file.

usage: python tests/bench/bench_fleet.py [--servers 1,10,100,1000] [--seconds 6] [--per-s 20]
                                         [--few 20] [--high 2000,5000,10000,20000]

The servers speak the real wire, each with its port, its TLS, its links and its lease; what they hand over are batches
of rows, made up (see crowd.py). Many live in one process. The controller is the real `pyjm`, watched from outside.
Servers and controller share the machine's cores.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.crowd import Making, serve, tls_of
from wired.rig import PLAN, keystore

from pyjm.server.wire.port import open_port

PROCESSES = 2
"""In which the servers live: no more than a small machine has cores."""
PHASES = (
    ("connect, configure", "Created the tree", "Starting distributed"),
    ("start", "Starting distributed", "Remote engines have been started"),
    ("run", "Remote engines have been started", "Tidying up"),
    ("let go, end", "Tidying up", ""),
)


def be_servers(count: int, folder: Path, seconds: float, per_s: float) -> None:
    """Be so many servers until the input ends, some in each process; writes their ports."""
    tls, making = tls_of(folder / "us.jks"), Making(seconds, per_s)
    ports = [open_port(0, "127.0.0.1") for _ in range(count)]
    each = max(1, math.ceil(count / PROCESSES))
    for first in range(0, count, each):
        if os.fork() == 0:
            os.close(1)
            serve(ports[first : first + each], tls, making, sys.stdin.read)
    print(*(port.getsockname()[1] for port in ports))  # noqa: T201


@dataclass
class Watched:
    """The controller as it was seen: when it said what, and its size."""

    lines: list[tuple[float, str]] = field(default_factory=list)
    sizes: list[tuple[float, int, int, float]] = field(default_factory=list)
    status: int = -1

    def when(self, words: str) -> float:
        """Tell when it said something; at its end for no words."""
        return next((at for at, line in self.lines if words and line.startswith(words)), self.sizes[-1][0])

    def at(self, instant: float) -> tuple[float, int, int, float]:
        """Give instant, bytes, threads and CPU seconds as they were then."""
        return min(self.sizes, key=lambda size: abs(size[0] - instant))


def watch(process: subprocess.Popen[str]) -> Watched:
    """Watch a controller to its end."""
    seen = Watched()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            seen.lines.append((time.monotonic(), line.rstrip()))

    reader = threading.Thread(target=read)
    reader.start()
    inside = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            with inside.oneshot():
                cpu = inside.cpu_times()
                figures = inside.memory_info().rss, inside.num_threads(), cpu.user + cpu.system
        except psutil.Error:
            break
        if figures[0]:
            seen.sizes.append((time.monotonic(), *figures))
        time.sleep(0.1)
    reader.join()
    seen.status = process.wait()
    return seen


def run(servers: int, seconds: float, per_s: float) -> Watched:
    """Run a plan on so many servers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plan.jmx").write_bytes(PLAN % b"")
        (folder / "rmi_keystore.jks").write_bytes(keystore())
        (folder / "us.jks").write_bytes(keystore())
        order = [sys.executable, __file__, "--be", str(servers), name, str(seconds), str(per_s)]
        crowd = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert crowd.stdout is not None
        ports = crowd.stdout.read().split()
        try:
            hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
            code = "from pyjm.client.cli import main; main()"
            order = [sys.executable, "-c", code, "-n", "-t", "plan.jmx", "-l", "out.jtl", "-R", hosts]
            order += ["-Jjmeterengine.nongui.port=0", f"-Jpyjm.run_folder={name}"]
            seen = watch(
                subprocess.Popen(order, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            )
            rows = (folder / "out.jtl").read_bytes().count(b"\n") - 1 if (folder / "out.jtl").exists() else 0
            check(seen, rows, servers, seconds, per_s)
        finally:
            assert crowd.stdin is not None
            crowd.stdin.close()
            crowd.wait()
    return seen


def check(seen: Watched, rows: int, servers: int, seconds: float, per_s: float) -> None:
    """See that nothing is missing; what the controller said, if so."""
    making = Making(seconds, per_s)
    made = servers * making.samples
    if seen.status or rows != made:
        text = "\n".join(line for _, line in seen.lines if " 0 lost" not in line and not line.startswith("Configuring"))
        sys.exit(f"{servers} servers: status {seen.status}, {rows} rows of {made}\n{text[:4000]}")


def tell(servers: int, seen: Watched) -> None:
    """Print what a run took."""
    begun = seen.at(seen.when("Created the tree"))
    started = seen.at(seen.when("Remote engines have been started"))
    most = max(size[1] for size in seen.sizes)
    skew = next((line.split(" within ")[1].split(" of ")[0] for _, line in seen.lines if " within " in line), "-")
    parts = []
    for name, first, last in PHASES:
        since, until = seen.at(seen.when(first)), seen.at(seen.when(last))
        parts.append(f"{name} {until[0] - since[0]:.1f} s ({until[3] - since[3]:.1f} s CPU)")
    print(  # noqa: T201
        f"{servers:>5} servers: {'; '.join(parts)}; {begun[1] >> 20} MB before, {started[1] >> 20} MB when started, "
        f"{most >> 20} MB at most, {max(size[2] for size in seen.sizes)} threads; skew {skew}",
        flush=True,
    )


def tell_rate(servers: int, per_s: float, seconds: float, seen: Watched) -> None:
    """Print whether the controller kept up."""
    started, ended = seen.at(seen.when("Remote engines have been started")), seen.at(seen.when("Tidying up"))
    late_s = ended[0] - started[0] - seconds
    sizes = [size[1] >> 20 for size in seen.sizes if started[0] <= size[0] <= ended[0]]
    quarters = [max(sizes[len(sizes) * part // 4 :][: len(sizes) // 4 or 1]) for part in range(4)]
    print(  # noqa: T201
        f"{servers:>5} servers, {servers * per_s:>9,.0f} samples/s: the last came {max(late_s, 0):.1f} s late, "
        f"{(ended[3] - started[3]) / seconds:.2f} cores, {sizes[0]} MB at first, at most in each quarter of the time "
        f"{', '.join(map(str, quarters))} MB",
        flush=True,
    )


def main() -> None:
    """Measure all sizes, then all rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", default="1,10,100,1000")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--per-s", type=float, default=20)
    parser.add_argument("--few", type=int, default=20)
    parser.add_argument("--high", default="2000,5000,10000,20000")
    given = parser.parse_args()
    for text in filter(None, given.servers.split(",")):
        tell(int(text), run(int(text), given.seconds, given.per_s))
    for text in filter(None, given.high.split(",")):
        tell_rate(given.few, float(text), given.seconds, run(given.few, given.seconds, float(text)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--be"]:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        be_servers(int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
    else:
        main()
