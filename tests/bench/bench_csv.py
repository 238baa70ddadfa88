"""A file whose rows are unique over a fleet: each row at most once, though servers are killed in mid-run.

usage: python tests/bench/bench_csv.py [--rows N] [--servers N] [--killed N] [--users N]

Each sample's label is the row that it was made of, so that the result file tells what became of each row. Printed are
how long it took, the rows that the controller tells of and those of the result file; then, of a quarter of the rows and
with nobody killed, the rows a second that are handed out beside those of a file that is split, where nobody has to ask.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from e2e.machines import SMALL, Machines, Process, cleared
from plan_text import element, group, plan, sample

SAID = re.compile(
    r"rows\.csv \(unique\): (\d+) rows used, (\d+) never used, (\d+) used twice(?:, (\d+) handed out, unknown)?"
)
LOST = re.compile(r"(\d+)(?: and at most (\d+) more)? lost")


def written(users: int) -> str:
    """Write the plan."""
    data = {"filename": "${__P(rows)}", "variableNames": "row", "recycle": False, "stopThread": True}
    return plan(group("users", users, -1, element("CSVDataSet", "rows", data), sample("${row}")))


def rows_in(path: Path) -> int:
    """Count the samples that are written so far."""
    return path.read_bytes().count(b"\n") - 1 if path.exists() else 0


def die(server: Process) -> None:
    """Kill a server with all its processes, as if its machine had died."""
    for pid in server.family():
        os.kill(pid, signal.SIGKILL)


def run(folder: Path, given: argparse.Namespace, policy: str, killed: int) -> tuple[str, float]:
    """Run it once; gives what the controller said, and how long the test took."""
    with cleared(Machines(folder)) as machines:
        (folder / "plan.jmx").write_text(written(given.users))
        (folder / "rows.csv").write_text("".join(f"{row}\n" for row in range(given.rows)))
        pairs = [machines.server(f"server{number}", *SMALL) for number in range(given.servers)]
        options = ["-Grows=rows.csv", f"-Jpyjm.csv={policy}", "-f", "-Jpyjm.loss_timeout=2"]
        controller = machines.controller([address for _, address in pairs], 1, *options)
        controller.says("Remote engines have been started", 120)
        began = time.monotonic()
        jtl = folder / "out.jtl"
        for number in range(killed):
            while rows_in(jtl) < given.rows * (number + 1) // (killed + 2):
                time.sleep(0.2)
            die(pairs[number][0])
        controller.ends(3600)
        return controller.text, time.monotonic() - began


def main() -> None:
    """Run it, and print what became of the rows."""
    parser = argparse.ArgumentParser()
    for name, default in (("rows", 1_000_000), ("servers", 8), ("killed", 2), ("users", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        text, seconds = run(Path(name), given, "unique", given.killed)
        labels = Counter(line.split(b",")[2] for line in (Path(name) / "out.jtl").read_bytes().split(b"\n")[1:-1])
    said = SAID.search(text)
    if said is None:
        sys.exit(text)
    used, never, twice, unknown = (int(number or 0) for number in said.groups())
    ours = [line for line in text.splitlines() if "lost" in line or "rows used" in line]
    twice_seen = sum(count > 1 for count in labels.values())
    sys.stdout.write(
        "\n".join(ours)
        + f"\n{given.rows:,} rows over {given.servers} servers, {given.killed} of them killed, in {seconds:.1f} s: "
        f"{len(labels) / seconds:,.0f} rows/s\n"
        f"result file: {len(labels):,} different rows, {twice_seen} of them twice\n"
        f"used {used:,} + never used {never:,} + unknown {unknown:,} = {used + never + unknown:,}; "
        f"used twice {twice}; samples of such rows that died with a server: {max(used - len(labels), 0):,} or more\n"
    )
    lost = sum(int(known) + int(more or 0) for known, more in LOST.findall(text))
    if used + never + unknown != given.rows or twice_seen or twice or not used - lost <= len(labels) <= used + unknown:
        sys.exit("the rows do not add up")
    given.rows //= 4
    rates = {}
    for policy in ("split", "unique"):
        with tempfile.TemporaryDirectory() as name:
            rates[policy] = given.rows / run(Path(name), given, policy, 0)[1]
    sys.stdout.write(
        f"{given.rows:,} rows, nobody killed: unique {rates['unique']:,.0f} rows/s, split {rates['split']:,.0f}, "
        f"{rates['unique'] / rates['split']:.2f} of it\n"
    )


if __name__ == "__main__":
    main()
