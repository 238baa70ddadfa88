"""One run on two real servers: what their logs say, how they are and what their clocks do reaches the controller."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machines import GROUP, SMALL, Machines, cleared
from wired.rig import PLAN, eventually
from wired.scrape import scraped

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and process groups of POSIX")

JUMPS = """
import logging, os, threading, time
def say():
    while not os.path.exists("jump"):
        time.sleep(0.05)
    logging.getLogger("pyjm.server").error("the server itself has something to say")
threading.Thread(target=say, daemon=True).start()
real = time.time_ns
time.time_ns = lambda: real() + (3600 * 10**9 if os.path.exists("jump") else 0)
"""


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with cleared(Machines(tmp_path)) as found:
        name = b'testname="${__log(odd ${__threadNum},WARN)}debug${__logn(step,INFO)}"'
        (tmp_path / "plan.jmx").write_bytes(PLAN % GROUP.replace(b'testname="debug"', name))
        yield found


def place(log: Path) -> str:
    found = re.findall(r"Figures for Prometheus are at (\S+)", log.read_text())
    return str(found[0]) if found else ""


def test_logs_figures_and_clocks_of_the_servers_come_together(machines: Machines) -> None:
    folder = machines.folder
    asked = ("-Jpyjm.prometheus_port=0", *SMALL)
    _, one = machines.server("one", *asked)
    _, two = machines.server("two", *asked, before=JUMPS)
    begun_ms = time.time() * 1000
    controller = machines.controller(
        [one, two], 250, "-j", "run.log", "-Jpyjm.summary_per_server=true", "-Jpyjm.prometheus_port=0",
        "-Jpyjm.clock=controller", "-Jsummariser.name=summary",
    )  # fmt: skip
    controller.says("Remote engines have been started")
    (folder / "jump").touch()
    shown = scraped(place(folder / "run.log"))
    assert set(shown["pyjm_server_up"]) == {(one,), (two,)}
    assert eventually(lambda: scraped(place(folder / "one.log")).get("pyjm_users") == {(): 4})
    assert eventually(lambda: len(re.findall(r"WARN .*:  odd \d$", (folder / "run.log").read_text(), re.M)) == 8, 30)
    assert controller.ends() == 0, controller.text
    ended_ms = time.time() * 1000

    log = (folder / "run.log").read_text()
    for server, own in ((one, "one.log"), (two, "two.log")):
        said = re.findall(rf"^(\S+ \S+) WARN p\.functions: {re.escape(server)}: \S+-users 1-\d  :  odd \d$", log, re.M)
        assert len(said) == 4, log
        again = re.findall(rf"{re.escape(server)}: .* odd \d \(… (\d+) times more in the last \d+ s\)", log)
        assert 4 + sum(map(int, again)) == 1000
        assert (folder / own).read_text().count(" WARN p.functions: ") == 1000, "its own log has all of it"
        assert f" INFO p.functions: {server}: {server}-users 1-1  :  step" in log
        part = rf"^summary @ {re.escape(server)} \+ .* Active: \d Lag: \d+ ms CPU: \d+%$"
        assert re.search(part, controller.text, re.M)
        total = rf"^summary @ {re.escape(server)} =   1000 = .* clock \S+ ms \(± \S+ ms\), drift "
        assert re.search(total, controller.text, re.M), controller.text
    assert f" ERROR p.server: {two}: the server itself has something to say\n" in log
    jump = f"{two}: its clock was set ahead by 3600.0 s; no time of a sample is changed by that"
    assert controller.text.splitlines().count(jump) == 1, controller.text
    stamps = [int(row.split(",")[0]) for row in machines.rows()]
    assert len(stamps) == 2000
    assert begun_ms - 1 <= min(stamps)
    assert max(stamps) <= ended_ms + 1
