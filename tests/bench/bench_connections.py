"""What users cost who keep their connections: memory per user, and whether a request costs the same among many.

usage: python tests/bench/bench_connections.py [--users N,N,…] [--rate N] [--workers N] [--seconds N] [--tls]
                                               [--sources ADDRESSES] [--pyjm COMMAND] [-J…]

Each number of users makes as many requests a second together: they wait the longer for their turn the more they are, so
that most of them are idle with a connection that is open. Counted, when all are there, are the processor time of all
processes of pyjm, kernel included, and the requests that nginx answered; and the memory of these processes, of which
each page counts once (PSS). Needs Linux, nginx, and as many open files as users. One address of this machine has some
28,000 ports to a target: `--sources` is `pyjm.http.source_addresses`. All that follows is handed on to pyjm.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tls_site
from fuzz.writing import arguments, element, flag, group, plan, text
from golden.harness import free_port

NGINX = """daemon off; worker_processes {processes}; error_log stderr emerg; pid {folder}/nginx.pid;
user root; worker_rlimit_nofile {files}; events {{ worker_connections {files}; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 3600; client_body_temp_path {folder};
proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port} reuseport backlog=4096;
listen 127.0.0.1:{tls_port} ssl reuseport backlog=4096; root {folder};
ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {folder}/target.pem; ssl_certificate_key {folder}/target.pem;
ssl_session_tickets on;
location /count {{ stub_status; }} }} }}
"""
SHORTEST_RAMP_S = 2
STARTS_EACH_S = 1000
"""How many users begin in a second."""

TICKS_EACH_S = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """What was measured: requests a second, microseconds of CPU for each, kB of memory in each process."""

    rate: float
    cpu_us: float
    sizes_kb: list[int]


def written(port: int, users: int, rate: float, tls: bool) -> str:
    """Write the plan."""
    wait_ms = max(users / rate * 1000, 1)
    timer = element("ConstantTimer", "turn", text("ConstantTimer.delay", f"{wait_ms:.0f}"))
    request = element(
        "HTTPSamplerProxy",
        "idle",
        arguments("HTTPsampler.Arguments", ())
        + text("HTTPSampler.domain", "127.0.0.1")
        + text("HTTPSampler.port", port)
        + text("HTTPSampler.protocol", "https" if tls else "http")
        + text("HTTPSampler.path", "/page")
        + text("HTTPSampler.method", "GET")
        + flag("HTTPSampler.use_keepalive", True),
        timer,
    )
    made = group("users", request, threads=users, loops=-1)
    ramp_s = max(users // STARTS_EACH_S, SHORTEST_RAMP_S)
    return plan(made.replace(text("ThreadGroup.ramp_time", users - 1), text("ThreadGroup.ramp_time", ramp_s)), ())


def counted(port: int) -> tuple[int, int]:
    """Ask nginx how many connections are open, and how many requests there were: both without this one."""
    said = urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=30).read().decode()
    connections = re.search(r"Active connections: (\d+)", said)
    requests = re.search(r"\n\s*\d+\s+\d+\s+(\d+)", said)
    assert connections is not None
    assert requests is not None
    return int(connections[1]) - 1, int(requests[1])


def processes(session: int) -> list[int]:
    """Give the processes of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                found.append(int(folder.name))
        except OSError:
            pass
    return found


def cpu_s(session: int) -> float:
    """Give the processor time that a session's processes have used."""
    total = 0
    for each in processes(session):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_EACH_S


def sizes_kb(session: int) -> list[int]:
    """Give the memory of each process of a session, the largest first."""
    sizes = []
    for each in processes(session):
        said = re.search(r"\nPss:\s+(\d+)", Path(f"/proc/{each}/smaps_rollup").read_text())
        sizes.append(int(said[1]) if said is not None else 0)
    return sorted(sizes, reverse=True)


def cost(command: list[str], folder: Path, ports: tuple[int, int], users: int, args: argparse.Namespace) -> Cost:
    """Run pyjm with so many users, and measure it when all have a connection."""
    rate = args.rate
    plan_file = folder / "plan.jmx"
    plan_file.write_text(written(ports[args.tls], users, rate, args.tls))
    with (folder / f"console-{users}").open("w") as out:
        run = subprocess.Popen(
            [*command, "-n", "-t", str(plan_file), "-l", os.devnull, "-j", str(folder / f"log-{users}")],
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        due = time.monotonic() + 60 + 4 * users / STARTS_EACH_S
        while counted(ports[0])[0] < users and time.monotonic() < due and run.poll() is None:
            time.sleep(0.5)
        open_now = counted(ports[0])[0]
        if open_now < users:
            told = (folder / f"console-{users}").read_text()
            print(f"only {open_now:,} of {users:,} connections came: {told[-2000:]}")  # noqa: T201
        time.sleep(3 + users / rate / 2)
        began, before_s, (_, before) = time.monotonic(), cpu_s(run.pid), counted(ports[0])
        time.sleep(max(args.seconds, users / rate))
        took_s, used_s, requests = time.monotonic() - began, cpu_s(run.pid) - before_s, counted(ports[0])[1] - before
        return Cost(requests / took_s, used_s / max(requests, 1) * 1e6, sizes_kb(run.pid))
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", default="50,1000,5000,20000")
    parser.add_argument("--rate", type=float, default=2000, help="requests a second of all users together")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--sources", default="127.0.0.2-127.0.0.5")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--pyjm", default=f'{sys.executable} -c "from pyjm.client.cli import main; main()"')
    args, more = parser.parse_known_args()
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        raise SystemExit("bench_connections: nginx is not installed")
    options = [f"-Jpyjm.workers={args.workers}", f"-Jpyjm.http.source_addresses={args.sources}"]
    command = [*shlex.split(args.pyjm), *options, "-Jhttpclient4.time_to_live=0", *more]
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), (int(free_port()), int(free_port()))
        folder.chmod(0o755)
        (folder / "page").write_bytes(b"x" * 512)
        (folder / "target.pem").write_bytes(tls_site.pem("target"))
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        most = max(int(each) for each in args.users.split(","))
        shared = 1 + int(most * 1.2 / files)  # the system deals connections out, by and large evenly
        config = NGINX.format(folder=folder, port=ports[0], tls_port=ports[1], files=files - 10, processes=shared)
        (folder / "nginx.conf").write_text(config)
        served = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")])
        time.sleep(1)
        try:
            first: tuple[int, int] | None = None
            for users in (int(each) for each in args.users.split(",")):
                found = cost(command, folder, ports, users, args)
                whole_kb = sum(found.sizes_kb)
                first = first or (users, whole_kb)
                each_kb = (whole_kb - first[1]) / (users - first[0]) if users > first[0] else 0.0
                print(  # noqa: T201
                    f"{users:6,} users {found.rate:7,.0f}/s {found.cpu_us:7.1f} us/request {whole_kb / 1024:7.1f} MB"
                    f" {whole_kb / users:8.2f} kB/user, each beyond the first {first[0]:,}: {each_kb:6.2f} kB"
                    f"   processes: {', '.join(f'{size / 1024:.0f}' for size in found.sizes_kb)} MB",
                    flush=True,
                )
        finally:
            served.terminate()
            served.wait()


if __name__ == "__main__":
    main()
