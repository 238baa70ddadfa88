"""What JMeter did with each plan of `plans/`, recorded in `recorded/`, pyjm does too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from golden.harness import OF_THE_MOMENT, UNCAPPED, Stub, differences, run
from golden.ready import Ready

HERE = Path(__file__).resolve().parent
RECORDED = sorted(path.name.removesuffix(".golden.json") for path in (HERE / "recorded").glob("*.golden.json"))
ANYHOW = (
    "critical_sections", "ctl_loops", "csv_modes", "fifo_queues", "function_xpath", "fuzz_flow_553",
    "grp_phases", "http_redirects", "parallel_samples", "result_files", "result_xml", "sync_timers", "tx_parent",
)  # fmt: skip
"""Plans that are run in other ways as well."""


Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def pyjm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run pyjm on a plan, as `pyjm` from the command line, in a process that is ready to."""
    stub = Stub(tmp_path_factory.mktemp("stub"))
    ready = Ready()

    def run_plan(name: str, first: dict[str, Any], where: Path, *properties: str) -> dict[str, Any]:
        agent = [f"pyjm.http.user_agent={first['agent']}"] if first["agent"] else []
        ran = run(ready, stub, HERE / "plans" / f"{name}.jmx", where / "run", [*agent, *properties])
        return dict(json.loads(json.dumps(ran)))

    yield run_plan
    ready.close()
    stub.close()


def found(name: str, pyjm: Run, where: Path, *properties: str) -> list[str]:
    """Run a plan and give the differences; again where a busy machine may have made them."""
    first, second = json.loads((HERE / "recorded" / f"{name}.golden.json").read_text())
    differ: list[str] = []
    for turn in ("once", "again", "at last"):
        differ = differences(first, second, pyjm(name, first, where / turn, *properties))
        of_the_moment = UNCAPPED.search(name) or all(line.startswith(OF_THE_MOMENT) for line in differ)
        if not differ or not of_the_moment:
            break
    return differ


@pytest.mark.parametrize("name", RECORDED)
def test_pyjm_does_as_jmeter_did(name: str, pyjm: Run, tmp_path: Path) -> None:
    assert found(name, pyjm, tmp_path) == [], (tmp_path / "once" / "run" / "console.txt").read_text()


@pytest.mark.parametrize("properties", [["pyjm.loop=asyncio"], ["pyjm.workers=2"], ["pyjm.workers=3"]], ids=str)
@pytest.mark.parametrize("name", [name for name in RECORDED if name in ANYHOW])
def test_the_loop_and_the_number_of_workers_change_nothing(
    name: str, properties: list[str], pyjm: Run, tmp_path: Path
) -> None:
    assert found(name, pyjm, tmp_path, *properties) == []


def test_every_plan_has_its_recording() -> None:
    assert sorted(path.stem for path in (HERE / "plans").glob("*.jmx")) == RECORDED
