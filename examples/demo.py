"""Shop from two servers at once: keystore, target, two `pyjm-server`s, one `pyjm -r`, and whether all of it adds up.

usage: demo.py [--users 10] [--loops 12] [--folder demo]

All files go to the folder. Everything that was started is stopped at the end, on Ctrl-C as well.
Exit status 0 only if no sample failed and the requests in the result file are those that the target has counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from running import STOP_S, DemoError, Running, command, free_port, say

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
DEMO = ROOT / "demo"
RUN_S = 240


@dataclass
class Found:
    """What the result file says."""

    rows: int = 0
    failed: int = 0
    requests: int = 0
    by_server: dict[str, int] = field(default_factory=dict)


def read_results(file: Path, servers: list[str]) -> Found:
    """Count a result file's rows. A redirected request has a row of its own and one for each request sent for it."""
    found = Found(by_server=dict.fromkeys(servers, 0))
    with file.open(newline="", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            found.rows += 1
            found.failed += row["success"] != "true"
            found.requests += row["URL"].startswith("http") - (row["responseCode"] == "302")
            for server in servers:
                found.by_server[server] += row["threadName"].startswith(server + "-")
    return found


def make_keystore(folder: Path) -> str:
    """Make the key that all processes share. -> the option that names it"""
    arguments = [command("create-rmi-keystore"), "-y"]
    made = subprocess.run(arguments, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode:
        raise DemoError(f"no keystore could be made: {(made.stdout + made.stderr).strip()}")
    say("$ create-rmi-keystore -y")
    return f"-Jserver.rmi.ssl.keystore.file={folder / 'rmi_keystore.jks'}"


def start_server(stack: ExitStack, folder: Path, number: int, keys: str) -> str:
    """Start a server in a folder of its own and wait until it listens. -> its address"""
    home = folder / f"server{number}"
    home.mkdir()
    port = free_port()
    line = [command("pyjm-server"), f"-Dserver_port={port}", keys]
    say(f"$ {' '.join(['pyjm-server', *line[1:]])}")
    server = stack.enter_context(Running(f"server {number}", line, home, f"[server {number}] "))
    server.wait_for("Created remote object")
    return f"127.0.0.1:{port}"


def run(folder: Path, users: int, loops: int) -> tuple[list[str], list[str]]:
    """Run the plan on two servers against the shop. -> (the servers' addresses, what was wrong)"""
    keys = make_keystore(folder)
    with ExitStack() as stack:
        site = [sys.executable, str(EXAMPLES / "shop_site.py"), "--port", "0"]
        shop = stack.enter_context(Running("the shop", [*site, "--count-file", str(folder / "site.json")], folder))
        port = shop.wait_for("listening on http://127.0.0.1:")
        say(f"The shop is open on http://127.0.0.1:{port}")
        servers = [start_server(stack, folder, number, keys) for number in (1, 2)]
        line = [command("pyjm"), "-n", "-t", "examples/shop.jmx", "-r", f"-Jremote_hosts={','.join(servers)}", keys]
        line += ["-Ghost=127.0.0.1", f"-Gport={port}", f"-Gusers={users}", f"-Gloops={loops}"]
        line += ["-Jsummariser.interval=6", "-l", str(folder / "shop.jtl"), "-j", str(folder / "pyjm.log")]
        say(f"$ {' '.join(['pyjm', *line[1:]])}\n")
        client = stack.enter_context(Running("pyjm", line, ROOT, ""))
        try:
            status = client.process.wait(RUN_S)
        except subprocess.TimeoutExpired:
            raise DemoError(f"pyjm still runs after {RUN_S} s") from None
        client.reader.join(STOP_S)
    return servers, [f"pyjm ended with status {status}"] if status else []


def check(folder: Path, servers: list[str], wrong: list[str]) -> None:
    """Hold the result file against what the shop counted, and say both."""
    if not (folder / "shop.jtl").exists() or not (folder / "site.json").exists():
        raise DemoError("; ".join([*wrong, "there is no result file"]))
    found = read_results(folder / "shop.jtl", servers)
    site = json.loads((folder / "site.json").read_text(encoding="utf-8"))
    say(f"\nrows in shop.jtl        {found.rows:>8,}   failed {found.failed:,}")
    for server, rows in found.by_server.items():
        say(f"  from {server:<16} {rows:>8,}")
        if not rows:
            wrong.append(f"no row from {server}")
    say(f"requests in shop.jtl    {found.requests:>8,}")
    say(f"requests the shop saw   {site['requests']:>8,}   refused {site['errors']:,}")
    if found.requests != site["requests"]:
        wrong.append(f"{site['requests'] - found.requests:+,} requests are not in the result file")
    if found.failed or site["errors"]:
        wrong.append(f"{found.failed:,} failed rows, {site['errors']:,} refused requests")
    say(f"files in {folder}: shop.jtl, pyjm.log, rmi_keystore.jks; the logs of the servers in server1 and server2")
    if wrong:
        raise DemoError("; ".join(wrong))


def interrupted(number: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C, so that everything is stopped."""
    raise KeyboardInterrupt


def main() -> int:
    """Read the options and run the demo."""
    parser = argparse.ArgumentParser(description="Run the shop plan on two servers on this machine.")
    parser.add_argument("--users", type=int, default=10, help="on each server")
    parser.add_argument("--loops", type=int, default=12, help="visits of each user")
    parser.add_argument("--folder", type=Path, default=DEMO, help="only the default one is emptied first")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupted)
    folder = options.folder.resolve()
    if folder == DEMO and folder.exists():
        shutil.rmtree(folder)
    if folder.exists():
        parser.error(f"{folder} exists: name a new folder")
    folder.mkdir(parents=True)
    began = time.monotonic()
    try:
        servers, wrong = run(folder, options.users, options.loops)
        check(folder, servers, wrong)
    except DemoError as error:
        say(f"\nThe demo failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted; everything is stopped.")
        return 130
    say(f"\nAll adds up, in {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
