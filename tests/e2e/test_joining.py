"""Real servers that dial a real controller: before it is there, over a way that is cut, and for the next run too."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machines import SMALL, Machines, Process, cleared
from golden.harness import free_port
from wired.relay import relayed
from wired.rig import eventually, keystore

JOINED = r"Joined the controller at "


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with cleared(Machines(tmp_path)) as found:
        yield found


def server_of(machines: Machines, name: str, port: int, *arguments: str) -> Process:
    order = ["--join", f"127.0.0.1:{port}", f"-Djava.rmi.server.hostname={name}", "-j", f"{name}.log", *SMALL]
    server = Process("server", machines.folder, *order, *arguments)
    machines.started.append(server)
    return server


def controller_of(machines: Machines, port: str, loops: int, *arguments: str, servers: int = 2) -> Process:
    given = [f"-Jpyjm.join_port={port}", f"-Jpyjm.expect_servers={servers}", f"-Gloops={loops}"]
    given += ["-Jjmeterengine.nongui.port=0", "-Jpyjm.loss_timeout=2", f"-Jpyjm.run_folder={machines.folder / 'runs'}"]
    controller = Process("client", machines.folder, "-n", "-t", "plan.jmx", "-l", "out.jtl", "-f", "-r", *given)
    machines.started.append(controller)
    return controller


def has_rows_of(machines: Machines, name: bytes) -> bool:
    jtl = machines.folder / "out.jtl"
    return jtl.exists() and name + b"-users" in jtl.read_bytes()


def test_two_servers_join_are_cut_off_come_back_and_run_again(machines: Machines) -> None:
    port = free_port()
    with relayed(int(port)) as way:
        way.lasting = True
        stranger_folder = machines.folder / "stranger"
        stranger_folder.mkdir()
        (stranger_folder / "rmi_keystore.jks").write_bytes(keystore("stranger"))
        stranger = Process("server", stranger_folder, "--join", f"127.0.0.1:{port}", "-j", "stranger.log", *SMALL)
        machines.started.append(stranger)
        one, two = server_of(machines, "s1", int(port)), server_of(machines, "s2", int(port))
        for server in (one, two, stranger):
            server.says("Waiting for the controller at ")
        two.running.send_signal(signal.SIGTERM)
        assert two.ends() == 0, "one that waits ends when it is told to"
        controller = controller_of(machines, port, 100)
        one.says(JOINED)
        two = server_of(machines, "s2", way.port)
        assert eventually(lambda: has_rows_of(machines, b"s2"), 60)
        way.cut()
        assert controller.ends() == 0, controller.text
        for name in ("s1", "s2"):
            assert re.search(rf"^{name}: 400 samples received, 0 lost, \d+ replayed$", controller.text, re.MULTILINE)
        assert "Servers that have joined: [s1, s2]" in controller.text
        names = {row.split(",")[5].rsplit("-", 1)[0] for row in machines.rows()}
        assert names == {"s1-users 1", "s2-users 1"}
        assert "the link to the controller at " in (machines.folder / "s2.log").read_text()
        again = controller_of(machines, port, 2)
        assert again.ends() == 0, again.text
        assert "s2: 8 samples received, 0 lost, 0 replayed" in again.text
        for server in (one, two):
            server.running.send_signal(signal.SIGTERM)
            assert server.ends() == 0
            assert server.text.count("Finished the test on host ") == 2
        stranger.running.send_signal(signal.SIGTERM)
        assert stranger.ends() == 0
        log = (stranger_folder / "stranger.log").read_text()
        assert log.count("can't be joined yet") == 2, "not there, not trusted: each is said once"
        assert "Joined" not in stranger.text


def test_a_run_whose_controller_crashed_is_taken_up_with_servers_that_join_again(machines: Machines) -> None:
    port = free_port()
    server = server_of(machines, "s1", int(port))
    controller = controller_of(machines, port, 200, servers=1)
    controller.says("Remote engines have been started")
    name = re.search(r"This run is (\S+):", controller.text)
    assert name is not None
    server.says("Starting the test")
    assert eventually(lambda: has_rows_of(machines, b"s1"), 30)
    controller.kill()
    controller.running.wait()
    resumed = Process("client", machines.folder, "--resume", name[1], f"-Jpyjm.run_folder={machines.folder / 'runs'}")
    machines.started.append(resumed)
    assert resumed.ends() == 0, resumed.text
    assert re.search(r"^s1: 800 samples received, 0 lost, ", resumed.text, re.MULTILINE)
    assert len(machines.rows()) == 800
