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


@pytest.mark.parametrize("name", RECORDED)
def test_pyjm_does_as_jmeter_did(name: str, tmp_path: Path) -> None:
    first, second = json.loads((HERE / "recorded" / f"{name}.golden.json").read_text())
    agent = [f"pyjm.http.user_agent={first['agent']}"] if first["agent"] else []
    ours = json.loads(json.dumps(run(PYJM, HERE / "plans" / f"{name}.jmx", tmp_path / "run", agent)))
    console = (tmp_path / "run" / "console.txt").read_text()
    assert differences(first, second, ours) == [], console


def test_every_plan_has_its_recording() -> None:
    assert sorted(path.stem for path in (HERE / "plans").glob("*.jmx")) == RECORDED
