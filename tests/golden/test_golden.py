"""What JMeter did with each plan of `plans/`, recorded in `recorded/`, pyjm does too."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from golden.harness import differences, run

HERE = Path(__file__).resolve().parent
PYJM = [sys.executable, "-c", "from pyjm.client.cli import main; main()"]
RECORDED = sorted(path.name.removesuffix(".golden.json") for path in (HERE / "recorded").glob("*.golden.json"))
ANYHOW = ("ctl_loops", "csv_modes", "grp_phases", "http_redirects", "tx_parent")
"""Plans that are run in other ways as well."""


@pytest.mark.parametrize("name", RECORDED)
def test_pyjm_does_as_jmeter_did(name: str, tmp_path: Path) -> None:
    first, second = json.loads((HERE / "recorded" / f"{name}.golden.json").read_text())
    agent = [f"pyjm.http.user_agent={first['agent']}"] if first["agent"] else []
    ours = json.loads(json.dumps(run(PYJM, HERE / "plans" / f"{name}.jmx", tmp_path / "run", agent)))
    console = (tmp_path / "run" / "console.txt").read_text()
    assert differences(first, second, ours) == [], console


@pytest.mark.parametrize("properties", [["pyjm.loop=asyncio"], ["pyjm.workers=2"], ["pyjm.workers=3"]], ids=str)
@pytest.mark.parametrize("name", [name for name in RECORDED if name in ANYHOW])
def test_the_loop_and_the_number_of_workers_change_nothing(name: str, properties: list[str], tmp_path: Path) -> None:
    first, second = json.loads((HERE / "recorded" / f"{name}.golden.json").read_text())
    agent = [f"pyjm.http.user_agent={first['agent']}"] if first["agent"] else []
    ours = run(PYJM, HERE / "plans" / f"{name}.jmx", tmp_path / "run", [*agent, *properties])
    assert differences(first, second, json.loads(json.dumps(ours))) == []


def test_every_plan_has_its_recording() -> None:
    assert sorted(path.stem for path in (HERE / "plans").glob("*.jmx")) == RECORDED
