"""Rows of a file over real servers of two workers each, and over a controller that crashes."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machines import Machines, Process, cleared
from plan_text import element, group, plan, sample
from wired.rig import eventually

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="signals and process groups of POSIX")

ROWS = 3000


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with cleared(Machines(tmp_path)) as found:
        lines = (f'"r{row}","a\nb"' if row % 7 == 0 else f"r{row},c" for row in range(ROWS))
        (tmp_path / "rows.csv").write_text("row,more\n" + "\n".join(lines) + "\n")
        props = {"filename": "${__P(file)}", "quotedData": True, "recycle": False, "stopThread": True}
        (tmp_path / "plan.jmx").write_text(
            plan(group("users", 8, -1, element("CSVDataSet", "rows", props), sample("${row}", 4)))
        )
        yield found


def labels(machines: Machines) -> Counter[str]:
    return Counter(row.split(",")[2] for row in machines.rows())


def test_users_of_all_workers_of_all_servers_have_rows_of_their_own(machines: Machines) -> None:
    (_, one), (_, two) = (machines.server(name, "-Jpyjm.workers=2") for name in ("one", "two"))
    given = ["-Gfile=rows.csv", "-Jpyjm.csv=copy"]
    unique = machines.controller([one, two], 1, *given, "-Jpyjm.csv.rows.csv=unique")
    assert unique.ends() == 0, unique.text
    assert labels(machines) == Counter(f"r{row}" for row in range(ROWS))
    assert f"rows.csv (unique): {ROWS} rows used, 0 never used, 0 used twice" in unique.text.splitlines()
    split = machines.controller([one, two], 1, *given, "-Jpyjm.csv.rows.csv=split", "-f", "-X")
    assert split.ends() == 0, split.text
    for place, name in enumerate((one, two)):
        found = Counter(row.split(",")[2] for row in machines.rows() if row.split(",")[5].startswith(f"{name}-"))
        assert found == Counter(f"r{row}" for row in range(place, ROWS, 2))
    assert f"rows.csv (split): {ROWS} rows used, 0 never used, 0 used twice" in split.text.splitlines()
    assert f"rows.csv (split): {ROWS} rows used" in (machines.folder / "jmeter.log").read_text()


def test_a_run_that_is_taken_up_hands_out_no_row_again(machines: Machines) -> None:
    (_, one), (_, two) = (machines.server(name, "-Jpyjm.workers=1") for name in ("one", "two"))
    runs = ["-Gfile=rows.csv", "-Jpyjm.csv=unique", f"-Jpyjm.run_folder={machines.folder / 'runs'}"]
    controller = machines.controller([one, two], 1, *runs)
    name = re.search(r"pyjm --resume (\S+)", controller.says("pyjm --resume"))
    assert name is not None
    jtl = machines.folder / "out.jtl"
    assert eventually(lambda: jtl.exists() and jtl.read_bytes().count(b"\n") > ROWS // 10)
    controller.kill()
    resumed = Process("client", machines.folder, "--resume", name[1], *runs[-1:])
    machines.started.append(resumed)
    assert resumed.ends() == 0, resumed.text
    found = labels(machines)
    assert max(found.values()) == 1
    said = re.search(r"rows\.csv \(unique\): (\d+) rows used, (\d+) never used, 0 used twice\n", resumed.text)
    assert said is not None, resumed.text
    assert int(said[1]) == len(found)
    assert int(said[1]) + int(said[2]) == ROWS
    assert list((machines.folder / "runs").iterdir()) == []


def test_rows_of_a_worker_that_dies_are_counted_by_what_it_used(machines: Machines) -> None:
    server, one = machines.server("one", "-Jpyjm.workers=2")
    controller = machines.controller([one], 1, "-Gfile=rows.csv", "-Jpyjm.csv=unique")
    jtl = machines.folder / "out.jtl"
    assert eventually(lambda: jtl.exists() and jtl.read_bytes().count(b"\n") > ROWS // 10, 60)
    worker = next(pid for pid in server.family() if pid != server.running.pid)
    os.kill(worker, signal.SIGKILL)
    assert controller.ends() == 1, controller.text
    found = labels(machines)
    assert max(found.values()) == 1
    said = re.search(r"rows\.csv \(unique\): (\d+) rows used, (\d+) never used, 0 used twice\n", controller.text)
    assert said is not None, controller.text
    assert int(said[1]) + int(said[2]) == ROWS
    assert 0 <= int(said[1]) - len(found) <= ROWS // 3  # what went with it was used, and is in no file
    assert int(said[2]) > 0
