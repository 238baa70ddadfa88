"""pyjm-doctor: each fault planted in a set-up of three servers is found, with the line that mends it."""

from __future__ import annotations

import datetime
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from wired.rig import Server, csv_plan, job_of, keystore, nodes_of, serving, settings_of

from pyjm.client import doctor
from pyjm.client.doctor import FAIL, OK, WARN, Check, Doctor, Patient
from pyjm.client.trust import Trust
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.job import Job
from pyjm.keystore.generate import KeyRequest, make_keystore
from pyjm.keystore.name import parse_name
from pyjm.keystore.store import read_keystore
from pyjm.properties import Settings
from pyjm.properties.release import PRODUCT
from pyjm.server.machine import describe_machine
from pyjm.server.wire.contract import Limits

KEY = "server__rmi__ssl__keystore__file"
QUICK = Limits(connect_s=5, handshake_s=2, frame_s=10)
ABOUT = {"product": PRODUCT}


class Fleet:
    """Three servers, one of which is planted with a fault."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.servers = [stack.enter_context(serving(folder, about=ABOUT)) for _ in range(2)]

    def third(self, **how: Any) -> str:
        """Start the third, with what is wrong with it; gives its address."""
        self.sick: Server = self.stack.enter_context(serving(self.folder, **{"about": ABOUT, **how}))
        return self.sick.address

    def look(self, third: str, job: Job | None = None, settings: Settings | None = None) -> list[Check]:
        """Look over all three; the two are well. Gives what is not well with the third."""
        own = settings or settings_of(self.folder)
        hosts = [self.servers[0].address, third, self.servers[1].address]
        patients = Doctor(own, Trust(own), QUICK).examine(hosts, job or job_of())
        assert [patient.name for patient in patients] == hosts
        for patient in (patients[0], patients[2]):
            assert [check for check in patient.checks if check.state != OK] == []
        lines: list[str] = []
        self.status = doctor.report(patients, lines.append)
        assert all(line.isprintable() for line in lines)
        return [check for check in patients[1].checks if check.state != OK]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(tmp_path, stack)


def holds(found: list[Check], name: str, state: str, text: str, mend: str) -> bool:
    """Tell whether exactly this was found; the whole is shown where not."""
    assert [(check.name, check.state) for check in found] == [(name, state)], found
    whole = f"{found[0].text}; {found[0].mend}"
    assert text in whole and mend in whole, whole
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def test_a_fleet_that_is_well_has_a_line_for_each_check(fleet: Fleet) -> None:
    address = fleet.third()
    assert fleet.look(address) == []
    assert fleet.status == 0
    (patient,) = Doctor(settings_of(fleet.folder)).examine([address], job_of())
    names = [check.name for check in patient.checks]
    assert sorted(names) == sorted(
        ["reach", "version", "certificate", "clock", "cores", "memory", "disk", "file limit", "lease", "plan"]
    )
    assert not any(server.engine.started_ns for server in [*fleet.servers, fleet.sick])


# 1 to 5: the way to it


def test_nobody_listens(fleet: Fleet) -> None:
    found = fleet.look(f"127.0.0.1:{free_port()}")
    assert holds(found, "reach", FAIL, "Connection refused to host: 127.0.0.1", "start pyjm-server there")
    assert fleet.status == 1


def test_it_speaks_no_tls(fleet: Fleet) -> None:
    found = fleet.look(fleet.third(server__rmi__ssl__disable="true"))
    assert holds(found, "reach", FAIL, "", "take server.rmi.ssl.disable=true away from one side")


def test_it_has_another_key(fleet: Fleet) -> None:
    other = fleet.folder / "other.jks"
    other.write_bytes(keystore("stranger"))
    found = fleet.look(fleet.third(**{KEY: str(other)}))
    assert holds(found, "certificate", FAIL, "CN=stranger", "both sides need the same rmi_keystore.jks")


def test_it_is_named_twice(fleet: Fleet) -> None:
    port = fleet.third().rpartition(":")[2]
    settings = settings_of(fleet.folder)
    patients = Doctor(settings).examine([f"127.0.0.1:{port}", f"localhost:{port}"], None)
    assert patients[1].checks[-1] == Check(
        "address", FAIL, f"it is the same server as 127.0.0.1:{port}", "name each server once"
    )


def test_its_address_is_none(fleet: Fleet) -> None:
    assert holds(fleet.look("a:b"), "address", FAIL, "is no address of a server", "write host, host:port")


# 6 to 8: who it is, and whose


def test_it_is_another_version(fleet: Fleet) -> None:
    found = fleet.look(fleet.third(about={"product": "pyjm 0.0.1"}))
    assert holds(found, "version", WARN, "pyjm 0.0.1, and pyjm", "pip install the same pyjm on both machines")
    assert fleet.status == 0


def test_it_is_held_by_another_controller(fleet: Fleet) -> None:
    address = fleet.third()
    fleet.sick.greeted().call("acquire")
    found = fleet.look(address)
    assert holds(found, "lease", FAIL, "held by tester at 127.0.0.1", "wait for the end of that run")


def test_its_certificate_is_for_another_host_or_not_allowed_there(tmp_path: Path) -> None:
    _, keys = nodes_of(tmp_path, "ctl", "s1,127.0.0.1", "s2,10.0.0.12", "s3,127.0.0.1")
    with ExitStack() as stack:
        well = stack.enter_context(serving(tmp_path, about=ABOUT, **{KEY: keys["s1"]}))
        named = stack.enter_context(serving(tmp_path, about=ABOUT, **{KEY: keys["s2"]}))
        closed = stack.enter_context(
            serving(tmp_path, about=ABOUT, **{KEY: keys["s3"]}, pyjm__allowed_controllers="ops")
        )
        settings = settings_of(tmp_path, **{KEY: keys["ctl"]})
        first, second, third = Doctor(settings).examine([well.address, named.address, closed.address], job_of())
    assert [check for check in first.checks if check.state != OK] == []
    assert holds(second.checks, "certificate", FAIL, "not for this host", "--node NAME,HOST")
    assert holds(third.checks, "certificate", FAIL, "CN=ctl is none of its pyjm.allowed_controllers", "add the name")


# 9 to 10: the plan there


def test_the_plan_does_not_compile_there(fleet: Fleet) -> None:
    fault = Fault("Test Plan > users > run", "it starts processes", "start that server without --no-scripts")
    found = fleet.look(fleet.third(faults=[fault]))
    assert holds(found, "plan", FAIL, "Test Plan > users > run: it starts processes", "without --no-scripts")


def test_a_file_is_on_no_machine(fleet: Fleet) -> None:
    name = "no-such-file.csv"
    settings = settings_of(fleet.folder)
    patients = Doctor(settings).examine([fleet.third()], job_of(csv_plan(name), fleet.folder))
    found = [check for check in patients[0].checks if check.state != OK]
    assert holds(found, "files", WARN, f"'{name}', which the plan reads, is neither", "put it beside the plan")
    (fleet.folder / name).write_text("a,b\n")
    assert fleet.look(fleet.sick.address, job_of(csv_plan(name), fleet.folder)) == []


# 11 to 16: the machine


def planted(fleet: Fleet, users: int = 0, **machine: Any) -> str:
    """Start a third server on a machine of that kind, whose engine finds so many users in the plan."""

    def compile_so() -> None:
        fleet.sick.engine.users = users

    address = fleet.third(compiling=compile_so)
    fleet.sick.host.describe = lambda: {**describe_machine(), **machine}
    return address


@pytest.mark.parametrize(
    ("machine", "users", "name", "text", "mend"),
    [
        ({"disk": 5 << 20}, 0, "disk", "5 MB are free in", "another TMPDIR"),
        ({"files": 1024}, 5000, "file limit", "a process may open 1,024 files, 5,000 users", "ulimit -Hn 5064"),
        ({"available": 90 << 20}, 5000, "memory", "5,000 users want some 177 MB", "take more servers"),
        (
            {"cores": 1, "available": 1 << 40, "files": 0},
            30_000,
            "cores",
            "30,000 users on 1 cores",
            "take more servers",
        ),
    ],
)
def test_its_machine_is_too_small(
    fleet: Fleet, machine: dict[str, Any], users: int, name: str, text: str, mend: str
) -> None:
    assert holds(fleet.look(planted(fleet, users, **machine)), name, WARN, text, mend)


@pytest.mark.parametrize(("ahead_s", "text"), [(3600, "3600.0 s ahead of"), (-7, "7.0 s behind")])
def test_its_clock_is_off(fleet: Fleet, ahead_s: int, text: str) -> None:
    address = fleet.third()
    fleet.sick.host.wall_ns = lambda: time.time_ns() + ahead_s * 10**9
    (found,) = fleet.look(address)
    assert (found.name, found.state) == ("clock", WARN)
    assert found.text.startswith("it is ") and text.split()[-1] in found.text
    assert abs(float(found.text.split()[2]) - abs(ahead_s)) < 5
    assert "let NTP" in found.mend


def test_its_certificate_expires_soon(fleet: Fleet) -> None:
    now = datetime.datetime.now(datetime.UTC)
    short = fleet.folder / "short.jks"
    made_at = now - datetime.timedelta(days=6)
    short.write_bytes(make_keystore(KeyRequest(parse_name("CN=short")), made_at))
    both = fleet.folder / "both.pem"
    own = read_keystore(fleet.folder / "us.jks", "changeit", "rmi").certificate
    theirs = read_keystore(short, "changeit", "rmi").certificate
    both.write_bytes(own.public_bytes(Encoding.PEM) + theirs.public_bytes(Encoding.PEM))
    trusting = {"server__rmi__ssl__truststore__file": str(both)}
    address = fleet.third(**{KEY: str(short)}, **trusting)
    fleet.sick.host.certificate = theirs
    (found,) = fleet.look(address, settings=settings_of(fleet.folder, **trusting))
    assert (found.name, found.state) == ("certificate", WARN)
    assert "the server's own expires on " in found.text and ", in 2" in found.text
    assert "create-rmi-keystore" in found.mend


# all at once, and the command


def test_all_faults_of_all_servers_are_listed_before_anything_starts(fleet: Fleet) -> None:
    busy = fleet.third()
    fleet.sick.greeted().call("acquire")
    nowhere = f"127.0.0.1:{free_port()}"
    small = planted(fleet, 5000, files=1024, available=90 << 20)
    lines: list[str] = []
    status = doctor.report(Doctor(settings_of(fleet.folder)).examine([busy, nowhere, small], job_of()), lines.append)
    assert status == 1
    bad = [line.split()[:3] for line in lines if " FAIL " in line or " warn " in line]
    assert [line[0] for line in bad] == [busy, nowhere, small, small]
    assert lines[-1] == "3 servers: a run can't start, 2 to mend and 2 to look at"
    assert not fleet.sick.engine.started_ns


def test_under_strict_what_spoils_a_run_stops_it(fleet: Fleet) -> None:
    found = fleet.look(planted(fleet, disk=1), settings=settings_of(fleet.folder, pyjm__strict="true"))
    assert [check.state for check in found] == [FAIL]
    assert fleet.status == 1


def test_a_line_names_server_check_state_and_what_mends_it() -> None:
    lines: list[str] = []
    patients = [
        Patient("h1:1664", [Check("reach", OK, "it answers")]),
        Patient("h2", [Check("disk", WARN, "full", "go")]),
    ]
    assert doctor.report(patients, lines.append) == 0
    assert lines == [
        "h1:1664  reach        ok    it answers",
        "h2       disk         warn  full; go",
        "2 servers: a run can start, 1 to look at",
    ]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., tuple[int, str]]:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["pyjm-doctor", *arguments])
        with pytest.raises(SystemExit) as ended:
            doctor.main()
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out + printed.err

    return run


def test_the_command_ends_with_0_1_and_2(fleet: Fleet, command: Any) -> None:
    key = f"-Jserver.rmi.ssl.keystore.file={fleet.folder / 'us.jks'}"
    address = fleet.third()
    (fleet.folder / "plan.jmx").write_bytes(job_of().plan)
    code, text = command(address, "-t", "plan.jmx", key)
    assert (code, text.splitlines()[-1]) == (0, "1 server: a run can start")
    assert "it compiles there" in text
    assert command(f"{address},127.0.0.1:{free_port()}", key)[0] == 1
    assert command(address, "-t", "nowhere.jmx", key)[0] == 1
    assert command(address, "-Jserver.rmi.ssl.keystore.file=none.jks")[0] == 1
    for wrong in ([], ["--bogus"], [address, "another"], ["-t", "plan.jmx"]):
        code, text = command(*wrong)
        assert code == 2 and text


def test_rows_that_can_not_be_divided_are_found_on_no_server_but_here(fleet: Fleet) -> None:
    settings = settings_of(fleet.folder, pyjm__csv="split")
    hosts = [server.address for server in fleet.servers]
    patients = Doctor(settings, Trust(settings), QUICK).examine(hosts, job_of(csv_plan("${__threadNum}.csv")))
    found = [check for patient in patients for check in patient.checks if check.name == "plan"]
    assert [check.state for check in found] == [FAIL, FAIL]
    assert all("${__threadNum}.csv is known only when the test runs: its rows can't be" in each.text for each in found)


def test_a_policy_for_rows_that_is_none_is_told_as_a_run_tells_it(fleet: Fleet) -> None:
    lines: list[str] = []
    settings = settings_of(fleet.folder, pyjm__csv="fair")
    assert doctor.check([fleet.servers[0].address], None, settings, lines.append) == 1
    assert lines[-1] == "An error occurred: pyjm.csv=fair is none; write copy, split, block or unique"
