"""Runs a plan through an engine against the stub, and holds what it did against what JMeter did.

A recording is a list of two runs of JMeter. They say how exactly a thing can be compared: what is the same in both
must be the same in ours, to the letter and in order; where only digits differ between them (random numbers, times),
digits are left out for that item alone; where more differs, only how often an item of that kind occurs is held, or,
where even that differs (plans bound by time), that it occurs. Response code and success are never left out.

Plans are written for port 8080, and 8443 for https; a run uses any free ports of four digits in their place, so that
sizes are the same.
"""

from __future__ import annotations

import collections
import csv
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import tls_site
from golden.written import items, state

HERE = Path(__file__).resolve().parent
PORT, TLS_PORT = "8080", "8443"
CAPS = {"threads": 3, "loops": 2, "duration": 3, "ramp": 1, "delay": 50}
BOUNDARY = re.compile(r"(?<=boundary=)[^\s;,]+|(?<=--)[\w'()+,./:=?-]{16,}(?=(?:--)?\s)")
FORBIDDEN = re.compile(rb"&#(x0*[01]?[0-9a-fA-F]|0*[12]?[0-9]|0*3[01]);")
CAPPED = {
    "ThreadGroup.num_threads": "threads",
    "LoopController.loops": "loops",
    "ThreadGroup.ramp_time": "ramp",
    "ThreadGroup.duration": "duration",
    "ConstantTimer.delay": "delay",
    "RandomTimer.range": "delay",
    "TestAction.duration": "delay",
    "RunTime.seconds": "duration",
}
UNCAPPED = re.compile("_uncapped$")
"""A plan of this name keeps its numbers, and its schedule is held too: users' starts and the number of samples."""
AT_ONCE = "parallel "
"""What the names of a Parallel Controller's threads begin with."""
START_WITHIN_MS = 500
ROWS_WITHIN = 0.2
OF_THE_MOMENT = ("order of ", "start of ", "number of samples", "connections")
"""What differences begin with that a busy machine can make, too."""
SAVE = (
    "jmeter.save.saveservice.output_format=csv",
    "jmeter.save.saveservice.print_field_names=true",
    "jmeter.save.saveservice.assertion_results_failure_message=true",
)

Facts = dict[str, Any]
Engine = Callable[[list[str], Path, Path, float], "int | str"]
"""Arguments, folder, file for the console, seconds → exit status, or `timeout`."""


def capped(plan: Path, target: Path, port: str = PORT, tls_port: str = TLS_PORT) -> None:
    """Write a copy of a plan with small numbers in it, and with other ports in the place of 8080 and 8443."""
    data = FORBIDDEN.sub(b"?", plan.read_bytes())
    tree = ET.ElementTree(ET.fromstring(data))
    for element in tree.iter():
        if element.tag not in ("stringProp", "intProp", "longProp", "boolProp"):
            continue
        value = (element.text or "").strip()
        cap = CAPPED.get(element.get("name") or "")
        if cap and UNCAPPED.search(plan.stem):
            continue
        if cap and value.lstrip("-").isdigit():
            if int(value) > CAPS[cap] or (cap == "loops" and int(value) < 0):
                element.text = str(CAPS[cap])
        elif cap and "${" in value:
            element.text = str(CAPS[cap])
        elif element.text and (PORT in element.text or TLS_PORT in element.text):
            element.text = element.text.replace(PORT, port).replace(TLS_PORT, tls_port)
        if element.get("name") == "ThreadGroup.delay" and not UNCAPPED.search(plan.stem):
            element.text = ""
    for element in tree.iter():
        if element.tag.endswith("ThreadGroup") and element.get("enabled") != "false" and not UNCAPPED.search(plan.stem):
            props = {p.get("name"): p for p in element.iter() if p.get("name")}
            if "ThreadGroup.scheduler" in props and "LoopController.loops" in props:
                props["ThreadGroup.scheduler"].text = "false"
    tree.write(target, encoding="UTF-8", xml_declaration=True)


def is_shown(number: str) -> bool:
    """Tell whether a number stands in a plan or in what JMeter did with it."""
    alone = re.compile(rb"(?<!\d)%b(?!\d)" % number.encode())
    files = itertools.chain(HERE.glob("plans/*.jmx"), HERE.glob("recorded/*.json"))
    return any(number.encode() in data and alone.search(data) for data in map(Path.read_bytes, files))


def free_port() -> str:
    """Find a port of four digits that nobody listens on, and that is no year or size that a plan shows: a run's port
    is turned back into 8080 wherever it stands."""
    for _ in range(200):
        port = random.randint(2000, 9999)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if not is_shown(str(port)):
            return str(port)
    raise OSError("no free port of four digits")


class Stub:
    """The target, as a process that may serve many runs: each reads its own part of the log of requests."""

    def __init__(self, folder: Path) -> None:
        shown = folder / "stub.pem"
        shown.write_bytes(tls_site.pem("stub"))
        for attempt in range(5):
            self.port, self.tls_port = free_port(), free_port()
            self.log = folder / f"requests{attempt}.jsonl"
            self.log.touch()
            listens = ["--port", self.port, "--tls-port", self.tls_port, "--cert", str(shown)]
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "stub.py"), "--log", str(self.log), *listens],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self.process.stdout is not None
            if self.process.stdout.readline().strip() == "stub ready":
                break
            self.close()
        self.read_to = 0

    def requests(self) -> list[str]:
        """Give the requests since the last time, a line each."""
        data = self.log.read_bytes()[self.read_to :]
        self.read_to += len(data)
        return data.decode().splitlines()

    def close(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def command_engine(command: list[str]) -> Engine:
    """Make an engine of a command: JMeter's, or ours."""

    def engine(args: list[str], cwd: Path, console: Path, timeout: float) -> int | str:
        with console.open("w") as out:
            process = subprocess.Popen(
                [*command, *args], cwd=cwd, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                return process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return "timeout"

    return engine


@lru_cache(maxsize=1)
def data_files(folder: Path) -> dict[str, bytes]:
    """Give what lies beside the plans: by its name below their folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".jmx", ".golden.json"))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def run(engine: Engine, stub: Stub, plan: Path, where: Path, properties: list[str], timeout: float = 60) -> Facts:
    """Run one engine on a fresh copy of the plan's folder; give what it did."""
    base = where / "plan"
    base.mkdir(parents=True)
    for name, data in data_files(plan.parent).items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(data)
    copy = base / f".{plan.stem}.capped.jmx"
    capped(plan, copy, stub.port, stub.tls_port)
    jtl = where / "samples.jtl"
    args = ["-n", "-t", str(copy), "-l", str(jtl), "-j", str(where / "engine.log")]
    args += [f"-J{each}" for each in (*SAVE, *properties)]
    if (base / f"{plan.stem}.properties").exists():
        args += ["-q", str(base / f"{plan.stem}.properties")]
    before = state(base)
    stub.requests()
    tomorrow = (date.today() + timedelta(days=1)).isoformat()  # what a plan works out from the present
    code = engine(args, base, where / "console.txt", timeout)
    own_port = re.compile(rf"(?<!\d)(?:{stub.port}|({stub.tls_port}))(?!\d)")

    def written_for(text: str) -> str:
        return own_port.sub(lambda found: TLS_PORT if found[1] else PORT, text).replace(tomorrow, "<tomorrow>")

    def clean(text: str) -> str:
        return written_for(BOUNDARY.sub("<boundary>", text)).replace(str(base), "<dir>")

    rows: list[dict[str, str]] = []
    header = ""
    if jtl.exists():
        text = written_for(jtl.read_text(errors="replace"))
        header = text.split("\n", 1)[0]
        rows = list(csv.DictReader(text.splitlines(keepends=True)))
    requests = [json.loads(written_for(line)) for line in stub.requests()]
    schedule = {"starts": starts(rows)} if UNCAPPED.search(plan.stem) else {}
    files = {"files": items(base, before, clean)}
    return {"code": code, "header": header, **facts(rows, requests, str(base)), **files, **schedule}


def starts(rows: list[dict[str, str]]) -> dict[str, int]:
    """Give when each thread's first sample began, in milliseconds after the first of all."""
    out: dict[str, int] = {}
    for row in rows:
        name, at_ms = row["threadName"], int(row["timeStamp"])
        out[name] = min(at_ms, out.get(name, at_ms))
    first_ms = min(out.values(), default=0)
    return {name: at_ms - first_ms for name, at_ms in out.items()}


def facts(rows: list[dict[str, str]], requests: list[dict[str, Any]], base: str) -> Facts:
    """Give a run as lists of items, [coarse key, exact text], in the order in which things happened."""

    def clean(text: str | None) -> str:
        return BOUNDARY.sub("<boundary>", (text or "").replace(base, "<dir>"))

    def group(row: dict[str, str]) -> str:
        return (row.get("threadName") or "").rpartition("-")[0]

    out: Facts = {"samples": [], "messages": [], "sizes": [], "thread counts": []}
    threads: dict[str, list[str]] = collections.defaultdict(list)
    names = {row.get("threadName") or "" for row in rows}
    crowded = {g for g, n in collections.Counter(group({"threadName": t}) for t in names).items() if n > 1}
    for row in rows:
        cells = {key: clean(value) for key, value in row.items() if isinstance(value, str)}
        key = [cells.get("responseCode", ""), cells.get("success", "")]
        label = cells.get("label", "")
        out["samples"].append([key, [label, *key, cells.get("failureMessage", "")]])
        message = [label, cells.get("responseMessage", ""), cells.get("dataType", ""), cells.get("URL", "")]
        out["messages"].append([key, message])
        out["sizes"].append([key, [label, cells.get("bytes", ""), cells.get("sentBytes", "")]])
        if group(row) not in crowded:  # several threads' counts depend on the moment
            out["thread counts"].append([key, [label, cells.get("grpThreads", "")]])
        threads[row.get("threadName") or ""].append(label)
    out["requests"] = [request_item(request, clean) for request in requests]
    agents = [v for r in requests for k, v in r["headers"] if k.lower() == "user-agent" and v.startswith("Apache-Http")]
    out.update(agent=agents[0] if agents else "", rows=len(rows), threads=threads)
    out["connections"] = len({request["conn"] for request in requests})
    return out


def request_item(request: dict[str, Any], clean: Any) -> list[Any]:
    """Give a request as an item: all headers but Date and a User-Agent that the plan did not set."""
    headers = sorted(
        [key.lower(), clean(value)]
        for key, value in request["headers"]
        if key.lower() != "date"
        and not (key.lower() == "user-agent" and re.match(r"Apache-HttpClient|Java|pyjm|python|httpx", value))
    )
    path = re.sub(r"\d+", "#", re.sub(r"\?.*", "", request["target"]))
    method = request["method"]
    return [[method, path], [method, clean(request["target"]), clean(request["body"]), headers]]


def blur(item: Any) -> str:
    """Leave the digits out."""
    return re.sub(r"\d+", "#", json.dumps(item))


def differences(a: Facts, b: Facts, ours: Facts) -> list[str]:
    """Say where ours differs from two runs of JMeter, most telling first."""
    out = []
    if a["code"] == b["code"] != ours["code"]:
        out.append(f"exit code: JMeter {a['code']}, ours {ours['code']}")
    if a["header"] == b["header"] != ours["header"]:
        out.append(f"JTL header: JMeter {a['header']}, ours {ours['header']}")
    for kind in ("samples", "requests", "messages", "sizes", "thread counts", "files"):
        if kind in a:
            out += _kind_differences(kind, a, b, ours)
    out += _thread_differences(a, b, ours)
    if "starts" in a:
        out += _schedule_differences(a, b, ours)
    if a["connections"] == b["connections"] != ours["connections"]:
        out.append(f"connections: JMeter {a['connections']}, ours {ours['connections']}")
    return out


def has_branches(facts: Facts) -> bool:
    """Tell whether samples of one user ran beside one another: their order is that of the moment."""
    return any(name.startswith(AT_ONCE) for name in facts["threads"])


def _kind_differences(kind: str, a: Facts, b: Facts, ours: Facts) -> list[str]:
    texts = [[json.dumps(item[1]) for item in each[kind]] for each in (a, b, ours)]
    ordered = "starts" not in a and not has_branches(a)
    if ordered and texts[0] == texts[1] != texts[2] and collections.Counter(texts[0]) == collections.Counter(texts[2]):
        at = next(i for i, (x, y) in enumerate(zip(texts[0], texts[2])) if x != y)
        return [f"order of {kind}: at {at} JMeter {texts[0][at][:200]}, ours {texts[2][at][:200]}"]
    groups: list[dict[str, list[Any]]] = []
    for each in (a, b, ours):
        group: dict[str, list[Any]] = collections.defaultdict(list)
        for key, text in each[kind]:
            group[json.dumps(key)].append(text)
        groups.append(group)
    lines = []
    for key in sorted(set().union(*groups)):
        jmeter1, jmeter2, own = (group.get(key, []) for group in groups)
        for name, view in (("exact", json.dumps), ("digits left out", blur), ("how often", lambda text: "")):
            level = name
            count = set if "starts" in a else list  # bound by time: the number of samples is held in all
            one, two, three = (collections.Counter(count(map(view, each))) for each in (jmeter1, jmeter2, own))
            if one == two:
                break
        else:
            if bool(jmeter1) != bool(jmeter2):
                continue
            level = "occurs"
            one, three = (collections.Counter({key: 1} if each else {}) for each in (jmeter1 or jmeter2, own))
        for sign, side in (("-", one - three), ("+", three - one)):
            lines += [f"{kind} {sign}{n} ({level}) {key} {item[:360]}" for item, n in side.most_common(4)]
    return lines[:12]


def _thread_differences(a: Facts, b: Facts, ours: Facts) -> list[str]:
    names = [sorted(each["threads"]) for each in (a, b, ours)]
    if names[0] != names[1]:
        return []
    if names[0] != names[2]:
        return [f"thread names: JMeter {names[0][:6]}, ours {names[2][:6]}"]
    for name in names[0]:
        x, y, z = (each["threads"][name] for each in (a, b, ours))
        if "starts" in a:  # bound by time: how far each got is its number of samples
            least = min(len(x), len(y), len(z))
            x, y, z = x[:least], y[:least], z[:least]
        if has_branches(a):
            x, y, z = sorted(x), sorted(y), sorted(z)
        if x == y != z:
            at = next((i for i, (p, q) in enumerate(itertools.zip_longest(x, z)) if p != q), 0)
            return [f"order in {name}: at {at} JMeter {x[at : at + 4]}, ours {z[at : at + 4]}"]
    return []


def _schedule_differences(a: Facts, b: Facts, ours: Facts) -> list[str]:
    out = []
    least, most = sorted((a["rows"], b["rows"]))
    if not least * (1 - ROWS_WITHIN) <= ours["rows"] <= most * (1 + ROWS_WITHIN):
        out.append(f"number of samples: JMeter {least} to {most}, ours {ours['rows']}")
    for name in sorted(a["starts"].keys() & b["starts"].keys() & ours["starts"].keys()):
        early, late = sorted((a["starts"][name], b["starts"][name]))
        if not early - START_WITHIN_MS <= ours["starts"][name] <= late + START_WITHIN_MS:
            out.append(f"start of {name}: JMeter {early} to {late} ms, ours {ours['starts'][name]} ms")
    return out
