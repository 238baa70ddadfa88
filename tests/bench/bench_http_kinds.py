"""What each kind of HTTP sample costs: samples per CPU second, beside Apache JMeter's where its home is given.

usage: python tests/bench/bench_http_kinds.py [--jmeter HOME] [--seconds N] [--users N] [--rounds N] [--only KIND]

Kinds: get (keep-alive, 512 bytes), tls (the same by https), new (by https, a connection for each sample), large (100
kB), post (4 kB there, 512 bytes back), managed (a cookie and a header manager, an answer that sets two cookies).
Counted are the processor time of all the engine's processes, kernel included, and the requests that the target
answered, in the last 40 % of the seconds after the first thousand: neither start-up nor a JIT's warming counts. The
target is nginx, where there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tls_site
from bench.bench_engine import cpu_s
from fuzz.writing import arguments, element, flag, group, plan, text
from golden.harness import free_port

COOKIES = ("sid=0123456789abcdef; Path=/", "seen=1; Path=/; Max-Age=3600")
NGINX = """daemon off; worker_processes 1; error_log stderr crit; pid {folder}/nginx.pid;
events {{ worker_connections 8192; }}
http {{ access_log off; keepalive_requests 100000000; client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder}; default_type text/plain;
server {{ listen 127.0.0.1:{port}; listen 127.0.0.1:{tls_port} ssl; root {folder};
ssl_certificate {folder}/target.pem; ssl_certificate_key {folder}/target.pem;
location /post {{ return 200 "{body}"; }}
location /managed {{ add_header Set-Cookie "{one}"; add_header Set-Cookie "{two}"; try_files /get =404; }}
location /count {{ stub_status; }} }} }}
"""


class Answering(asyncio.Protocol):
    """The target where there is no nginx: answers each request by its path."""

    answered = 0
    answers: dict[bytes, bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.left = 0

    def data_received(self, data: bytes) -> None:
        if not self.left:
            head, _, _ = data.partition(b"\r\n\r\n")
            self.path = head.split(b" ", 2)[1]
            length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
            self.left = len(head) + 4 + int(length or b"0")
        self.left -= len(data)
        if self.left > 0:
            return
        self.left = 0
        Answering.answered += 1
        body = b"server accepts handled requests\n 0 0 %d\n" % Answering.answered
        told = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        self.transport.write(Answering.answers.get(self.path, told))  # type: ignore[attr-defined]


async def serve(folder: Path, port: int, tls_port: int) -> None:
    """Be the target."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "target.pem")
    begin, set_cookies = b"HTTP/1.1 200 OK\r\n", "".join(f"Set-Cookie: {each}\r\n" for each in COOKIES).encode()
    Answering.answers = {
        b"/" + name: begin + more + b"Content-Length: %d\r\n\r\n" % size + b"x" * size
        for name, size, more in (
            (b"get", 512, b""),
            (b"large", 100_000, b""),
            (b"post", 512, b""),
            (b"managed", 512, set_cookies),
        )
    }
    loop = asyncio.get_running_loop()
    await loop.create_server(Answering, "127.0.0.1", port)
    await (await loop.create_server(Answering, "127.0.0.1", tls_port, ssl=context)).serve_forever()


@contextlib.contextmanager
def target(folder: Path) -> Iterator[tuple[int, int]]:
    """Run the target; gives its ports for http and https."""
    port, tls_port = int(free_port()), int(free_port())
    folder.chmod(0o755)
    (folder / "target.pem").write_bytes(tls_site.pem("target"))
    for name, size in (("get", 512), ("large", 100_000)):
        (folder / name).write_bytes(b"x" * size)
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx:
        config = NGINX.format(
            folder=folder, port=port, tls_port=tls_port, body="x" * 512, one=COOKIES[0], two=COOKIES[1]
        )
        (folder / "nginx.conf").write_text(config)
        command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    else:
        command = [sys.executable, __file__, "--serve", str(folder), str(port), str(tls_port)]
    process = subprocess.Popen(command)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                answered(port)
                break
            time.sleep(0.1)
        yield port, tls_port
    finally:
        process.terminate()
        process.wait()


def answered(port: int) -> int:
    """Ask the target how many requests it has answered."""
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"GET /count HTTP/1.0\r\n\r\n")
        told = b"".join(iter(lambda: link.recv(1000), b""))
    return int(told.partition(b"requests\n")[2].split()[2])


def written(kind: str, port: int, tls_port: int, users: int) -> str:
    """Write the plan of a kind."""
    tls = kind in ("tls", "new")
    body = (
        text("Argument.value", "b" * 4096) + flag("HTTPArgument.always_encode", False) + text("Argument.metadata", "=")
    )
    raw = (
        flag("HTTPSampler.postBodyRaw", True) + '<elementProp name="HTTPsampler.Arguments" elementType="Arguments">'
        '<collectionProp name="Arguments.arguments">'
        f'<elementProp name="" elementType="HTTPArgument">{body}</elementProp></collectionProp></elementProp>'
    )
    request = element(
        "HTTPSamplerProxy",
        kind,
        (raw if kind == "post" else arguments("HTTPsampler.Arguments", ()))
        + text("HTTPSampler.domain", "127.0.0.1")
        + text("HTTPSampler.port", tls_port if tls else port)
        + text("HTTPSampler.protocol", "https" if tls else "http")
        + text("HTTPSampler.path", f"/{kind if kind in ('large', 'post', 'managed') else 'get'}")
        + text("HTTPSampler.method", "POST" if kind == "post" else "GET")
        + flag("HTTPSampler.use_keepalive", kind != "new"),
    )
    below = ""
    if kind == "managed":
        pairs = (("Accept", "text/html,*/*;q=0.8"), ("Accept-Language", "en"), ("X-Tenant", "${__threadNum}"))
        fields = "".join(
            f'<elementProp name="" elementType="Header">{text("Header.name", key)}{text("Header.value", value)}'
            "</elementProp>"
            for key, value in pairs
        )
        fields = f'<collectionProp name="HeaderManager.headers">{fields}</collectionProp>'
        below = element("HeaderManager", "headers", fields)
        below += element("CookieManager", "cookies", flag("CookieManager.clearEachIteration", False))
    made = group("users", below + request, threads=users, loops=-1)
    return plan(made.replace(text("ThreadGroup.ramp_time", users - 1), text("ThreadGroup.ramp_time", 1)), ())


def measured(command: list[str], file: Path, port: int, seconds: float) -> float:
    """Give the steady rate of an engine in samples per CPU second."""
    results = file.parent / f"{time.time_ns()}.jtl"
    run = subprocess.Popen(
        [*command, "-n", "-t", str(file), "-l", str(results), "-j", os.devnull],
        cwd=file.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    idle = answered(port)
    while answered(port) < idle + 1000:  # however long it takes to start
        time.sleep(0.2)
    time.sleep(seconds * 0.6)
    before = answered(port), cpu_s(run.pid)
    time.sleep(seconds * 0.4)
    after = answered(port), cpu_s(run.pid)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    failed = sum(1 for row in results.read_text().splitlines()[1:-1] if row.split(",")[3] != "200")
    if failed:
        sys.exit(f"{command[-1]}: {failed} samples failed")
    results.unlink()
    return (after[0] - before[0]) / max(after[1] - before[1], 0.01)


KINDS = ("get", "tls", "new", "large", "post", "managed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jmeter", type=Path)
    parser.add_argument("--seconds", type=float, default=16)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(Path(args.serve[0]), int(args.serve[1]), int(args.serve[2])))
        return
    engines = {"pyjm": [sys.executable, "-c", "from pyjm.client.cli import main; main()"]}
    if args.jmeter:
        engines["jmeter"] = [str(args.jmeter / "bin" / "jmeter")]
    with tempfile.TemporaryDirectory() as name, target(Path(name)) as ports:
        for kind in args.only or KINDS:
            file = Path(name) / f"{kind}.jmx"
            file.write_text(written(kind, *ports, args.users))
            best: dict[str, float] = {}
            for _ in range(args.rounds):
                for engine, command in engines.items():
                    best[engine] = max(best.get(engine, 0.0), measured(command, file, ports[0], args.seconds))
            line = "".join(f"  {engine} {rate:>8,.0f}/CPU s" for engine, rate in best.items())
            if "jmeter" in best:
                line += f"  pyjm / jmeter {best['pyjm'] / best['jmeter']:.2f}"
            print(f"{kind:8}{line}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
