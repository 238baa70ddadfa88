"""A run whose controller has crashed is taken up: nothing that was acknowledged is lost, nothing comes twice."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wired.rig import PLAN, Server, eventually, serving, settings_of, trust_of

from pyjm.client import cli
from pyjm.client.collect import Collector
from pyjm.client.journal import BadJournal, Journal, load, private_folder
from pyjm.client.links import Grant
from pyjm.client.member import Outcome
from pyjm.client.prepare import find_plan, jobs_of, prepare, writers_of
from pyjm.client.remote import Remote
from pyjm.client.resume import resume
from pyjm.client.summary import Summaries, SummarySettings
from pyjm.properties import Settings
from pyjm.properties.options import parse


class Crashed:
    """A controller that took a batch, and was gone in the middle of writing the second."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.jtl = folder / "r.jtl"
        (folder / "plan.jmx").write_bytes(PLAN % b"")
        given = {"pyjm.run_folder": str(folder / "runs"), "server.rmi.ssl.disable": "true"}
        self.arguments = ["-n", "-t", "plan.jmx", "-R", server.address, "-l", "r.jtl", "-Jjmeterengine.nongui.port=0"]
        self.arguments += [f"-J{key}={value}" for key, value in given.items()]
        line = parse(self.arguments)
        self.settings = Settings.load(list(line), environ={}, cwd=folder)
        order = cli.make_order(line, self.settings)
        assert order is not None
        prepared = prepare(find_plan("plan.jmx"), order, self.settings)
        writers = writers_of(prepared, self.settings)
        summaries = Summaries(SummarySettings.of(self.settings), [], lambda _: None)
        collector = Collector(writers, summaries.main, lambda _: None, lambda _: None)
        writers[0].open()
        member = Remote(server.address, self.settings, trust_of(self.settings))
        member.configure(jobs_of(prepared, order, self.settings)[0])
        self.journal = Journal(folder / "runs", self.arguments, {})
        assert self.journal.begin(prepared.sha(), [member], writers, summaries)
        member.start_at(0)
        server.engine.play(3)
        from pyjm.engine.results.batch import Batch

        (data,) = member.take(0, 5.0)
        collector.add(0, Batch.from_bytes(data))
        self.journal.record(0, 1, Outcome(server.address, received=3))
        writers[0].write(b"2,0\n2,")  # the second batch was on its way into the file
        collector.writers[0].close()
        self.journal.leave()
        assert member._heart is not None
        member._heart.close()
        member._samples.link.close()  # type: ignore[union-attr]

    def take_up(self, lines: list[str]) -> int:
        return resume(self.journal.name, {}, self.settings, cli.make_order, lines.append)

    def rows(self) -> list[str]:
        return self.jtl.read_text().splitlines()[1:]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_was_not_acknowledged_comes_once_and_the_figures_are_of_the_whole_run(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        run = Crashed(server, tmp_path)
        server.engine.play(2)
        server.engine.play(1, last=True)
        lines: list[str] = []
        assert run.take_up(lines) == 0, lines
        assert run.rows() == ["1,0", "1,1", "1,2", "2,0", "2,1", "3,0"]
        assert f"The run {run.journal.name} is taken up: [{server.address}]" in lines
        assert f"{server.address}: 6 samples received, 0 lost, 0 replayed" in lines
        assert any(re.match(r"summary =      6 in ", line) for line in lines)
        assert server.lines[0].startswith("Starting the test on host ")
        assert sum(line.startswith("Starting the test") for line in server.lines) == 1
        assert not list((tmp_path / "runs").iterdir()), "the run has ended, its journal is gone"


def test_a_lease_that_has_run_out_is_a_loss_unless_the_test_was_to_run_on(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true", pyjm__lease="0.3") as server:
        run = Crashed(server, tmp_path)
        assert eventually(lambda: server.engine.closed)
        lines: list[str] = []
        assert run.take_up(lines) == 1
        assert lines[-1] == "An error occurred: no server is left in this run"
        assert "the test of this controller is no longer on this server" in lines[0]


def test_a_test_that_was_to_run_on_waits_for_its_controller_and_for_no_other(tmp_path: Path) -> None:
    times = {"pyjm__lease": "0.3", "pyjm__lease_action": "continue"}
    with serving(tmp_path, server__rmi__ssl__disable="true", **times) as server:
        run = Crashed(server, tmp_path)
        assert eventually(lambda: "its test runs on" in server.lines[-1])
        server.engine.play(4)
        assert not server.engine.closed
        with pytest.raises(Exception, match=r"which is gone, runs on\)"):
            server.greeted().call("acquire")
        server.engine.play(1, last=True)
        lines: list[str] = []
        assert run.take_up(lines) == 0, lines
        assert len(run.rows()) == 3 + 4 + 1
        assert any("is heard of again" in line for line in server.lines)


def test_a_plan_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        run = Crashed(server, tmp_path)
        (tmp_path / "plan.jmx").write_bytes(PLAN % b"<!-- -->")
        lines: list[str] = []
        assert run.take_up(lines) == 1
        assert lines == ["An error occurred: plan.jmx was changed since the run began"]


def test_a_result_file_that_has_less_than_was_written_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable="true") as server:
        run = Crashed(server, tmp_path)
        run.jtl.write_text("")
        lines: list[str] = []
        assert run.take_up(lines) == 1
        assert "that were written" in lines[0]


def test_a_run_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    lines: list[str] = []
    settings = settings_of(tmp_path, pyjm__run_folder=str(tmp_path))
    assert resume("20260101-000000-1", {}, settings, cli.make_order, lines.append) == 1
    assert lines == [
        f"An error occurred: there is no run {tmp_path}/20260101-000000-1.run: No such file or directory; "
        "it has ended, or has another name"
    ]


# the journal


OPEN: list[Journal] = []


@pytest.fixture(autouse=True)
def _left() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().leave()


def journal_of(folder: Path, members: int = 2) -> Journal:
    journal = Journal(folder, ["-n"], {"JMETER_HOME": "/opt", "SECRET": "x"})
    grants = [(f"h{index}", Grant("token", 60.0, "id")) for index in range(members)]
    summaries = Summaries(SummarySettings(), [], lambda _: None)
    assert journal._begin("sha", grants, [], summaries)
    OPEN.append(journal)
    return journal


def test_a_journal_tells_the_last_of_each_member(tmp_path: Path) -> None:
    journal = journal_of(tmp_path)
    for number in (1, 2, 3):
        journal.record(number % 2, number, Outcome("h", received=number))
    state = load(journal.path)
    assert [(place.name, place.number, place.outcome.received) for place in state.places] == [
        ("h0", 2, 2),
        ("h1", 3, 3),
    ]
    assert state.places[0].grant == Grant("token", 60.0, "id")
    assert state.environ == {"JMETER_HOME": "/opt"}


def test_a_journal_that_grows_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyjm.client.journal.COMPACT_BYTES", 2000)
    journal = journal_of(tmp_path)
    for number in range(1, 201):
        journal.record(number % 2, number, Outcome("h"))
        assert [place.number for place in load(journal.path).places][number % 2] == number
    assert journal.path.stat().st_size < 6000
    assert sorted(path.name for path in tmp_path.iterdir()) == [journal.path.name]


def test_a_record_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    journal = journal_of(tmp_path)
    journal.record(0, 1, Outcome("h"))
    journal.record(0, 2, Outcome("h"))
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-3])
    assert load(journal.path).places[0].number == 1


def test_a_journal_is_for_its_user_alone(tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "runs")
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_journal_that_can_not_be_written_does_not_hold_up_the_run(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("no folder")
    journal = Journal(tmp_path / "runs", [], {})
    assert not journal._begin("sha", [], [], Summaries(SummarySettings(), [], lambda _: None))
    journal.record(0, 1, Outcome("h"))
    journal.remove()


@pytest.mark.parametrize("spoil", [lambda head: {**head, "format": 0}, lambda head: [], lambda head: {"format": 1}])
def test_what_is_no_journal_is_told_apart(tmp_path: Path, spoil: Callable[[object], object]) -> None:
    journal = journal_of(tmp_path)
    head = json.loads(journal.path.read_bytes().split(b"\n")[0])
    journal.path.write_text(json.dumps(spoil(head)) + "\n")
    with pytest.raises(BadJournal):
        load(journal.path)


def test_the_folder_of_runs_is_made(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
