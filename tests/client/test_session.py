"""One run as its user sees it: the console lines in JMeter's order, the files, the exit status."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.client.member import MemberError
from pyjm.client.order import Order
from pyjm.client.session import like_date
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.results.tally import Tally

DATE = r"\d{4} [A-Z][a-z]{2} \d\d? \d\d:\d\d:\d\d \S+ \(\d{13}\)"
PlanFile = Callable[..., Path]
RunOf = Callable[..., Any]

LISTENER = """
<ResultCollector guiclass="SimpleDataWriter" testclass="ResultCollector" testname="writer" enabled="true">
  <objProp><name>saveConfig</name><value class="SampleSaveConfiguration"><label>true</label><xml>{xml}</xml>
  <fieldNames>true</fieldNames></value></objProp>
  <stringProp name="filename">{file}</stringProp>
</ResultCollector><hashTree/>
"""


def batches(*rows: bytes) -> list[Batch]:
    """Make a batch for each text of rows, and the last one."""
    made = []
    for number, row in enumerate(rows, 1):
        tally = Tally()
        tally.count, tally.sum_ms, tally.min_ms, tally.max_ms = 1, 5, 5, 5
        made.append(Batch(number, {0: (1, row)} if row else {}, {"GET": tally}, (1, 1, 0)))
    return [*made, Batch(len(rows) + 1, last=True)]


def matches(lines: list[str], *patterns: str) -> bool:
    """Tell whether the lines are as the patterns say, less those of the summary."""
    rest = [line for line in lines if not line.startswith("summary ")]
    assert len(rest) == len(patterns), rest
    return all(re.fullmatch(pattern, line) for pattern, line in zip(patterns, rest))


def test_a_local_run_says_jmeters_lines_in_its_order(
    run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path
) -> None:
    plan, jtl = plan_file(), tmp_path / "r.jtl"
    done = run().go(Order(str(plan), str(jtl)), played(batches(b"row\n")))
    assert matches(
        done.lines,
        "Creating summariser <summary>",
        f"Created the tree successfully using {re.escape(str(plan))}",
        f"Starting standalone test @ {DATE}",
        rf"Tidying up \.\.\.    @ {DATE}",
        r"\.\.\. end of run",
    )
    assert any(re.match(r"summary =      1 in 00:00:00 = ", line) for line in done.lines)
    assert done.status == 0
    assert jtl.read_text().startswith("timeStamp,elapsed,label,")
    assert jtl.read_text().endswith(",Connect\nrow\n")


def test_a_remote_run_says_jmeters_lines_and_ours_on_their_own(run: RunOf, played: Any, plan_file: PlanFile) -> None:
    order = Order(str(plan_file()), None, ["h1", "h2:1664"], exit_servers=True)
    done = run(summariser__name="").go(order, played(batches(b"")), played(batches(b"", b"")))
    assert matches(
        done.lines,
        "Created the tree successfully using .*",
        rf"Starting distributed test with remote engines: \[h1, h2:1664\] @ {DATE}",
        r"Remote engines have been started:\[h1, h2:1664\]",
        r"All engines started within 0\.5 ms of one another",
        "h1: 1 samples received, 0 lost, 0 replayed",
        "h2:1664: 2 samples received, 0 lost, 0 replayed",
        f"Tidying up remote @ {DATE}",
        r"Exiting remote servers:\[h1, h2:1664\]",
        r"\.\.\. end of run",
    )
    assert done.crew.exited
    assert done.status == 0


def test_servers_get_the_global_properties_alone_and_their_name(run: RunOf, played: Any, plan_file: PlanFile) -> None:
    plan = plan_file()
    made = run(mine="1", sample_variables="a")
    made.settings.globals["theirs"] = "2"
    done = made.go(Order(str(plan), None, ["h1:1664"]), played(batches()))
    job = done.engines[0].job
    assert job.properties == {"theirs": "2", "sample_variables": "a"}
    assert (job.host_prefix, job.plan_name, job.base) == ("h1:1664-", "plan.jmx", str(plan.parent))


def test_this_machine_gets_all_properties(run: RunOf, played: Any, plan_file: PlanFile) -> None:
    done = run(mine="1", pyjm__workers="3").go(Order(str(plan_file())), played(batches()))
    job = done.engines[0].job
    assert job.properties["mine"] == "1"
    assert "user.dir" in job.system
    assert (job.host_prefix, job.workers) == ("", 3)


def test_a_plan_that_is_not_there_is_said_as_jmeter_says_it(
    run: RunOf, played: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run().go(Order("nosuch.jmx"), played())
    assert done.lines == [f"An error occurred: The file {tmp_path}/nosuch.jmx doesn't exist or can't be opened"]
    assert done.status == 1


def test_a_plan_that_is_none_is_refused_in_one_line(run: RunOf, played: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.jmx").write_text("not xml")
    done = run().go(Order(str(tmp_path / "bad.jmx")), played())
    assert len(done.lines) == 1
    assert done.lines[0].startswith("An error occurred: ")
    assert done.status == 1


def test_all_faults_are_said_at_once_and_nothing_starts(
    run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path
) -> None:
    faults = [Fault("Test Plan > a", "x"), Fault("Test Plan > b", "y", "mend it")]
    engine = played(faults=faults)
    done = run().go(Order(str(plan_file()), str(tmp_path / "r.jtl")), engine)
    assert done.lines[1:] == ["  Test Plan > a: x", "  Test Plan > b: y (mend it)"]
    assert "2 things are wrong" in done.lines[0]
    assert (done.status, engine.started, engine.closed) == (1, False, True)
    assert not (tmp_path / "r.jtl").exists()


def test_servers_that_find_the_same_fault_say_it_once(run: RunOf, played: Any, plan_file: PlanFile) -> None:
    order = Order(str(plan_file()), None, ["h1", "h2"])
    done = run().go(order, played(faults=[Fault("a", "x")]), played(faults=[Fault("a", "x")]))
    assert done.lines[-1] == "An error occurred: a: x"


@pytest.mark.parametrize(("strict", "status"), [("false", 0), ("true", 1)])
def test_what_jmeter_runs_on_with_is_a_warning_unless_strict(
    run: RunOf, played: Any, plan_file: PlanFile, strict: str, status: int
) -> None:
    engine = played(batches(), faults=[Fault("a", "no such file", fatal=False)])
    done = run(pyjm__strict=strict).go(Order(str(plan_file())), engine)
    assert done.status == status
    assert ("Warning: a: no such file" in done.lines) is (status == 0)


def test_an_existing_file_is_appended_to_with_a_warning(
    run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path
) -> None:
    jtl = tmp_path / "r.jtl"
    jtl.write_text("old\n")
    done = run().go(Order(str(plan_file()), str(jtl)), played(batches(b"new\n")))
    assert jtl.read_text() == "old\nnew\n"
    assert any(line.startswith("Warning: ") and "is there already" in line for line in done.lines)
    assert done.status == 0


def test_an_existing_file_is_deleted_when_told(run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path) -> None:
    jtl = tmp_path / "r.jtl"
    jtl.write_text("old\n")
    run().go(Order(str(plan_file()), str(jtl), delete_results=True), played(batches(b"new\n")))
    assert jtl.read_text().splitlines()[1:] == ["new"]


def test_a_file_that_can_not_be_written_stops_the_run_before_it_begins(
    run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path
) -> None:
    engine = played(batches())
    done = run().go(Order(str(plan_file()), str(tmp_path)), engine)
    assert done.lines == [f"An error occurred: The result file {tmp_path} can't be written: Is a directory"]
    assert (done.status, engine.started) == (1, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_stops_the_test_and_fails_the_run(run: RunOf, played: Any, plan_file: PlanFile) -> None:
    done = run().go(Order(str(plan_file()), "/dev/full"), played(batches(b"row\n", b"row\n")))
    told = [line for line in done.lines if line.startswith("An error occurred")]
    assert told == [
        "An error occurred: The result file /dev/full can't be written: No space left on device; the test is stopped"
    ]
    assert done.status == 1


def test_listeners_of_the_plan_have_their_files(run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path) -> None:
    plan = plan_file(LISTENER.format(xml="false", file="~/out/w.csv"))
    last = Batch(1, {0: (1, b"to -l\n"), 1: (1, b"to w\n")}, last=True)
    done = run().go(Order(str(plan), str(tmp_path / "r.jtl")), played([last]))
    assert done.status == 0, done.lines
    assert (tmp_path / "out" / "w.csv").read_text() == "label\nto w\n"
    assert [file.element for file in done.engines[0].job.result_files] == ["", "Test Plan > writer"]


def test_an_xml_file_has_head_and_end_and_one_that_is_there_goes_on(
    run: RunOf, played: Any, plan_file: PlanFile, tmp_path: Path
) -> None:
    plan = plan_file(LISTENER.format(xml="true", file="~/out/w.xml"))
    for _ in range(2):
        done = run().go(Order(str(plan)), played([Batch(1, {0: (1, b"<sample/>\n")}, last=True)]))
        assert done.status == 0, done.lines
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<testResults version="1.2">\n'
    assert (tmp_path / "out" / "w.xml").read_text() == f"{head}<sample/>\n\n<sample/>\n\n</testResults>\n"


def test_a_lost_server_fails_the_run(
    run: RunOf, played: Any, plan_file: PlanFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run()
    order = Order(str(plan_file()), None, ["h1"])
    engine = played(batches())
    monkeypatch.setattr(engine, "take", lambda after, wait_s: lost())
    done = made.go(order, engine)
    assert "h1: the line is dead" in done.lines
    assert done.lines[-1] == "... end of run"
    assert done.status == 1


def lost() -> list[bytes]:
    raise MemberError("the line is dead")


def test_a_date_is_written_as_jmeter_writes_it() -> None:
    assert re.fullmatch(DATE, like_date(1795229514554))


def test_the_name_of_a_result_file_may_hold_functions_and_the_plans_variables(
    run: RunOf, played: Any, tmp_path: Path
) -> None:
    variables = (
        '<elementProp name="TestPlan.user_defined_variables" elementType="Arguments">'
        '<collectionProp name="Arguments.arguments"><elementProp name="where" elementType="Argument">'
        '<stringProp name="Argument.name">where</stringProp><stringProp name="Argument.value">${__P(sub,out)}'
        "</stringProp></elementProp></collectionProp></elementProp>"
    )
    plan = tmp_path / "plan.jmx"
    written = LISTENER.format(xml="false", file="~/${where}-${__P(name,x)}.csv")
    plan.write_text(
        '<jmeterTestPlan version="1.2"><hashTree><TestPlan testname="Test Plan" enabled="true">'
        f"{variables}</TestPlan><hashTree>{written}</hashTree></hashTree></jmeterTestPlan>"
    )
    done = run(name="w").go(Order(str(plan)), played([Batch(1, {0: (1, b"row\n")}, last=True)]))
    assert done.status == 0, done.lines
    assert (tmp_path / "out-w.csv").read_text() == "label\nrow\n"
