"""What servers' logs say stands in the controller's, once, with its server and at its time."""

from __future__ import annotations

import logging
from time import perf_counter_ns

import pytest
from wired.played import Played, Run
from wired.rig import batch_of

from pyjm.client import relayed
from pyjm.engine.run.runlog import LogLine
from pyjm.engine.vu.clock import to_wall_ms


def shown(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [record for record in caplog.records if hasattr(record, "relayed")]
    return [LogLine().format(record).split(" ", 2)[2] for record in records]


def test_a_line_has_its_server_and_the_time_of_this_clock(caplog: pytest.LogCaptureFixture) -> None:
    here_ns = perf_counter_ns() - 3_000_000_000
    relayed.write("10.0.0.11:1099", [(here_ns + 777_000, logging.WARNING, "pyjm.run", "odd")], 777_000)
    assert shown(caplog) == ["WARN p.run: 10.0.0.11:1099: odd"]
    (record,) = caplog.records
    assert round(record.created * 1000) == to_wall_ms(here_ns)
    assert int(record.msecs) == to_wall_ms(here_ns) % 1000


def test_no_line_can_be_taken_for_another_record(caplog: pytest.LogCaptureFixture) -> None:
    text = "odd\n2026-01-01 00:00:00,000 ERROR p.run: forged\r\x1b[2J"
    relayed.write("s1", [(0, logging.ERROR, "pyjm\nrun", text)], 0)
    (line,) = shown(caplog)
    assert line == "ERROR pyjm?run: s1: odd\n\t2026-01-01 00:00:00,000 ERROR p.run: forged??[2J"


@pytest.mark.parametrize("at_ns", [-(1 << 80), 1 << 80, 1 << 62])
def test_a_time_that_can_not_be_is_now(at_ns: int, caplog: pytest.LogCaptureFixture) -> None:
    before_ms = to_wall_ms(perf_counter_ns()) - 1
    relayed.write("s1", [(at_ns, 10**9, "", "odd")], 0)
    (record,) = caplog.records
    assert before_ms <= record.created * 1000 <= to_wall_ms(perf_counter_ns()) + 1
    assert record.name == "pyjm.client.relayed"


def test_levels_of_the_options_count(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "pyjm.client.relayed")
    lines = [(0, level, "pyjm.run", f"of {level}") for level in (logging.INFO, logging.WARNING, logging.ERROR)]
    relayed.write("s1", lines, 0)
    assert shown(caplog) == ["ERROR p.run: s1: of 40"]


def test_the_lines_of_all_servers_come_with_their_batches_once(caplog: pytest.LogCaptureFixture) -> None:
    members = []
    for name in ("s1", "s2"):
        batches = [batch_of(1), batch_of(2, last=True)]
        batches[0].log = [(perf_counter_ns(), logging.WARNING, "pyjm.run", "odd")]
        members.append(Played(name, [batches[0], *batches]))  # the first comes twice, as after a cut
    Run(*members).go()
    assert sorted(shown(caplog)) == ["WARN p.run: s1: odd", "WARN p.run: s2: odd"]
