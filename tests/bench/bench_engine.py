"""What a realistic plan costs: samples per CPU second, beside Apache JMeter's in one run where its home is given.

usage: python tests/bench/bench_engine.py [--jmeter HOME] [--seconds N] [--users N]

Three controllers deep, five variables in each request, two extractors, two assertions, header and cookie managers.
Rates are steady ones: CPU time of all the engine's processes and requests answered by the target, between 40 % and 90 %
of the time, so that neither start-up nor a JIT's warming counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.writing import arguments, element, failure, flag, group, plan, text

BODY = json.dumps({"status": "ok", "token": "abc123", "items": [{"id": n, "name": f"item {n}"} for n in range(8)]})
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid=1\r\nContent-Length: {len(BODY)}\r\n\r\n"
ANSWER = (HEAD + BODY).encode()
VARIABLES = (
    ("host", "127.0.0.1"),
    ("tenant", "t1"),
    ("kind", "books"),
    ("lang", "en"),
    ("size", "20"),
    ("token", "none"),
)


class Target(asyncio.Protocol):
    """Answers each request, and tells at /count how many there were."""

    answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET /count"):
            self.transport.write(b"%d\n" % Target.answered)  # type: ignore[attr-defined]
            return
        Target.answered += 1
        self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def serve() -> None:
    """Be the target."""
    server = await asyncio.get_running_loop().create_server(Target, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def answered(port: int) -> int:
    """Ask the target how many requests it has answered."""
    import socket

    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"GET /count")
        return int(link.recv(100))


def written(port: int, users: int) -> str:
    """Write the plan."""
    pairs = (("Accept", "application/json"), ("X-Tenant", "${tenant}"))
    inner = (text("Header.name", key) + text("Header.value", value) for key, value in pairs)
    fields = "".join(f'<elementProp name="" elementType="Header">{each}</elementProp>' for each in inner)
    headers = element(
        "HeaderManager", "headers", f'<collectionProp name="HeaderManager.headers">{fields}</collectionProp>'
    )
    cookies = element("CookieManager", "cookies", flag("CookieManager.clearEachIteration", False))
    regex = element(
        "RegexExtractor",
        "token",
        text("RegexExtractor.refname", "token")
        + text("RegexExtractor.regex", '"token": "(\\w+)"')
        + text("RegexExtractor.template", "$1$")
        + text("RegexExtractor.match_number", 1),
    )
    path = element(
        "JSONPostProcessor",
        "name",
        text("JSONPostProcessor.referenceNames", "name")
        + text("JSONPostProcessor.jsonPathExprs", "$.items[0].name")
        + text("JSONPostProcessor.match_numbers", 1)
        + text("JSONPostProcessor.defaultValues", "none"),
    )
    code = failure().replace("404", "200")
    body = failure().replace("404", '"status": "ok"').replace("response_code", "response_data").replace(">8<", ">16<")
    request = element(
        "HTTPSamplerProxy",
        "GET ${kind}",
        arguments("HTTPsampler.Arguments", ())
        + text("HTTPSampler.domain", "${host}")
        + text("HTTPSampler.port", port)
        + text("HTTPSampler.path", "/${tenant}/${kind}?lang=${lang}&size=${size}&token=${token}")
        + text("HTTPSampler.method", "GET")
        + flag("HTTPSampler.use_keepalive", True),
        regex + path + code + body,
    )
    inner = element(
        "IfController", "if", text("IfController.condition", "true") + flag("IfController.useExpression", True), request
    )
    loop = element(
        "LoopController",
        "loop",
        flag("LoopController.continue_forever", True) + text("LoopController.loops", 10),
        inner,
    )
    below = headers + cookies + element("GenericController", "simple", "", loop)
    made = group("users", below, threads=users, loops=-1)
    return plan(made.replace(text("ThreadGroup.ramp_time", users - 1), text("ThreadGroup.ramp_time", 1)), VARIABLES)


def cpu_s(root: int) -> float:
    """Give the CPU time of a process and all below it, in seconds."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent, below = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) / ticks
            below.setdefault(int(fields[1]), []).append(int(entry.name))
    total, todo = 0.0, [root]
    while todo:
        process = todo.pop()
        total += spent.get(process, 0.0)
        todo += below.get(process, [])
    return total


def measured(command: list[str], file: Path, port: int, seconds: float) -> float:
    """Give the steady rate of an engine in samples per CPU second."""
    run = subprocess.Popen(
        [*command, "-n", "-t", str(file), "-l", str(file.parent / f"{time.time_ns()}.jtl"), "-j", os.devnull],
        cwd=file.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds * 0.4)
    before = answered(port), cpu_s(run.pid)
    time.sleep(seconds * 0.5)
    after = answered(port), cpu_s(run.pid)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return (after[0] - before[0]) / max(after[1] - before[1], 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jmeter", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve())
        return
    target = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    assert target.stdout is not None
    port = int(target.stdout.readline())
    engines = {"pyjm": [sys.executable, "-c", "from pyjm.client.cli import main; main()"]}
    if args.jmeter:
        engines["jmeter"] = [str(args.jmeter / "bin" / "jmeter")]
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "engine.jmx"
        file.write_text(written(port, args.users))
        for _ in range(args.rounds):
            for name, command in engines.items():
                rate = measured(command, file, port, args.seconds)
                best[name] = max(best.get(name, 0.0), rate)
                print(f"{name}: {rate:,.0f} samples per CPU second")  # noqa: T201
    target.terminate()
    target.wait()
    if "jmeter" in best:
        print(f"pyjm / jmeter: {best['pyjm'] / best['jmeter']:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
