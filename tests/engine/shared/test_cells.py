"""Shared numbers are exact over processes, and a killed holder frees its cell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pyjm.engine.shared.cells import Cells, MappedCells

ADD = """
import sys
from pathlib import Path
from pyjm.engine.shared.cells import MappedCells
cell = MappedCells(Path(sys.argv[1])).cell("n")
for _ in range(2000):
    cell.add()
"""

HOLD = """
import sys
from pathlib import Path
from pyjm.engine.shared.cells import MappedCells
cell = MappedCells(Path(sys.argv[1])).cell("n")
with cell.held():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_worker_counts_without_a_file() -> None:
    cells = Cells()
    assert [cells.cell("n").add(), cells.cell("n").add(2), cells.cell("n").get(), cells.cell("m").get()] == [0, 1, 3, 0]


def test_three_processes_lose_no_count(tmp_path: Path) -> None:
    MappedCells.create(tmp_path / "cells")
    processes = [subprocess.Popen([sys.executable, "-c", ADD, str(tmp_path / "cells")]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    cells = MappedCells(tmp_path / "cells")
    assert cells.cell("n").get() == 6000
    cells.close()


def test_a_killed_process_does_not_keep_a_cell(tmp_path: Path) -> None:
    MappedCells.create(tmp_path / "cells")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "cells")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait()
    cells = MappedCells(tmp_path / "cells")
    assert cells.cell("n").add() == 0
    cells.close()


def test_many_names_keep_apart(tmp_path: Path) -> None:
    MappedCells.create(tmp_path / "cells")
    one, other = MappedCells(tmp_path / "cells"), MappedCells(tmp_path / "cells")
    for number in range(1000):
        one.cell(f"name {number}").set(number + 1)
    assert all(other.cell(f"name {number}").get() == number + 1 for number in range(1000))
    one.close()
    other.close()
