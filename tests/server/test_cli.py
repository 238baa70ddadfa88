"""What keeps a server from starting is one line and status 1; what it takes from the environment."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from wired.rig import keystore

from pyjm.server.cli import run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments, {}) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("Server failed to start: ")
    return error


def test_no_keystore_is_said_with_the_command_that_makes_one(capsys: pytest.CaptureFixture[str]) -> None:
    text = refusal(capsys)
    assert "rmi_keystore.jks" in text
    assert "create-rmi-keystore" in text
    assert "Giving up" in Path("jmeter-server.log").read_text()


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "rmi_keystore.jks").write_bytes(keystore())
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is in use" in refusal(capsys, f"-Dserver_port={port}")
        assert f"port {port} is in use" in refusal(
            capsys, "-Jserver.rmi.port=0", f"-Jserver.rmi.localport={port}", "-Jserver.rmi.ssl.disable=true"
        )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-p", "nowhere.properties"], "nowhere.properties"),
        (["-j", "no/such/folder/x.log"], "no/such/folder/x.log can't be written"),
        (["-Jserver.rmi.ssl.disable=true", "-Jpyjm.lease=0"], "pyjm.lease=0 is no time"),
        (["-Jserver.rmi.ssl.disable=true", "-Dserver_port=70000"], "there is no port 70000"),
        (["-e"], "does not have -e/--reportatendofloadtests yet"),
        (["stray"], "Unknown arg: stray"),
        (["-Jserver.rmi.ssl.disable=true", "--join", "ctl"], "--join ctl is no address; write host:port"),
        (["-Jserver.rmi.ssl.disable=true", "--join", "ctl:0"], "--join ctl:0 is no address; write host:port"),
        (["-Jserver.rmi.ssl.disable=true", "--join", ""], "--join - is no address; write host:port"),
        (["-Jserver.rmi.ssl.disable=true", "-Jpyjm.join=a b:4000"], "--join a b:4000 is no address; write host:port"),
    ],
)
def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], text: str) -> None:
    assert text in refusal(capsys, *arguments)


def test_an_unknown_option_is_answered_as_jmeter_answers_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--bogus"], {}) == 0
    assert capsys.readouterr().err == "Error: Unknown option --bogus\n"


@pytest.mark.parametrize("option", ["-v", "-h", "-?"])
def test_it_says_what_it_is(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run([option], {}) == 0
    assert "pyjm" in capsys.readouterr().out
