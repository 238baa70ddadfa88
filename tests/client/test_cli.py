"""The command pyjm: what it says to what is asked, with which exit status."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from plan_text import group, plan, sample

from pyjm.client import cli
from pyjm.properties import Settings
from pyjm.properties.options import parse


def run(*arguments: str, **environ: str) -> int:
    return cli.run(arguments, environ)


def test_a_wrong_command_line_is_said_around_the_usage_without_an_error_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("-n", "-t") == 0
    said = capsys.readouterr()
    assert said.err == "Error: Missing argument to option -t\n"
    lines = said.out.splitlines()
    assert lines[:2] == ["Usage", "\t--?"]
    assert lines[-1] == "Error: Missing argument to option -t"


@pytest.mark.parametrize("arguments", ["-v", "--version", "-n -t p.jmx -v"])
def test_the_version_is_said(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    assert run(*arguments.split()) == 0
    assert capsys.readouterr().out.startswith("pyjm 0.")


@pytest.mark.parametrize("arguments", ["-h", "--help", "-?", "--?"])
def test_the_options_are_listed(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert "\t-R, --remotestart <argument>\n" in out
    assert ("pyjm -n -t plan.jmx" in out) is ("h" in arguments)


@pytest.mark.parametrize("arguments", ["", "-t p.jmx", "-l x.jtl"])
def test_there_is_no_window(capsys: pytest.CaptureFixture[str], arguments: str) -> None:
    assert run(*arguments.split()) == 1
    assert capsys.readouterr().out.startswith("pyjm has no window")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ("-n -t p.jmx -l x.jtl -e -o out", "-e/--reportatendofloadtests, -o/--reportoutputfolder"),
        ("-g x.jtl -o out", "-g/--reportonly, -o/--reportoutputfolder"),
        ("-n -t p.jmx -i log4j2.xml", "-i/--jmeterlogconf"),
    ],
)
def test_options_to_come_are_refused_by_name(capsys: pytest.CaptureFixture[str], arguments: str, names: str) -> None:
    assert run(*arguments.split()) == 1
    assert capsys.readouterr().out.startswith(f"An error occurred: pyjm does not have {names}")


@pytest.mark.parametrize("half", ["-H h", "-P 3128"])
def test_half_a_proxy_is_refused(capsys: pytest.CaptureFixture[str], half: str) -> None:
    assert run("-n", "-t", "p.jmx", *half.split()) == 0
    said = "Incorrect Usage:If specifying a proxy server, host and port must be given\n"
    assert capsys.readouterr().out.startswith(said)


def test_an_argument_without_an_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-n", "-t", "p.jmx", "stray") == 1
    assert capsys.readouterr().out == "An error occurred: Unknown arg: stray\n"


@pytest.mark.parametrize("plan", ["", "-t LAST"])
def test_a_run_without_a_plan_is_incorrect_usage(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("-n", *plan.split()) == 0
    assert capsys.readouterr().out.startswith("Incorrect Usage:Non-GUI runs require a test plan\n\t--?\n")


def test_a_property_file_that_is_not_there_is_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("-n", "-t", "p.jmx", "-p", "no.properties") == 1
    assert capsys.readouterr().out == "An error occurred: Could not read JMeter properties file:no.properties\n"


def test_a_log_that_can_not_be_written_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "no" / "such" / "folder.log"
    assert run("-n", "-t", "p.jmx", "-j", str(log)) == 1
    assert capsys.readouterr().out == (
        f"An error occurred: The log {log} can't be written: No such file or directory\n"
    )


def test_the_property_files_are_written_to_edit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("--write-properties", str(tmp_path / "bin")) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert (tmp_path / "bin" / "user.properties").is_file()
    assert run("--write-properties", str(tmp_path / "bin")) == 1
    assert "is there already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "hosts"),
    [
        ("-n -t p", None),
        ("-n -t p -r", ["127.0.0.1"]),
        ("-n -t p -r -Jremote_hosts=a,b:1", ["a", "b:1"]),
        ("-n -t p -r -Jremote_hosts=", ["127.0.0.1"]),
        ("-n -t p -R x,y -Jremote_hosts=a", ["x", "y"]),
    ],
)
def test_servers_are_those_of_the_option_or_the_property(
    tmp_path: Path, arguments: str, hosts: list[str] | None
) -> None:
    line = parse(arguments.split())
    order = cli.make_order(line, Settings.load(line, environ={}, cwd=tmp_path))
    assert order is not None
    assert order.hosts == hosts


def test_the_log_is_closed_and_taken_off_after_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = list(logging.getLogger().handlers)
    assert run("-n", "-t", "nosuch.jmx", JVM_ARGS="-Xmx1g") == 1
    text = (tmp_path / "jmeter.log").read_text()
    assert "WARN p.properties: Ignored, there is no JVM: -Xmx1g" in text
    assert "nosuch.jmx doesn't exist" in text
    assert logging.getLogger().handlers == before


def test_the_command_takes_arguments_as_they_are_and_loads_nothing_heavy() -> None:
    """typer gives `--` and unknown options through; pydantic, rich and rpyc stay out."""
    code = (
        "import sys; from pyjm.client.cli import main; sys.argv = ['pyjm', '-n', '--', '-t']\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, sorted({'pydantic', 'rich', 'rpyc', 'lxml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "An error occurred: Unknown arg: -t\n1 []\n"


def test_a_run_on_this_machine_loads_nothing_of_the_wire(tmp_path: Path) -> None:
    (tmp_path / "plan.jmx").write_text(plan(group("users", 1, 1, sample("one"))))
    code = (
        "import sys; from pyjm.client.cli import main; sys.argv = ['pyjm', '-n', '-t', 'plan.jmx']\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, sorted({'cryptography', 'OpenSSL', 'rpyc'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        ("-n -t plan.jmx --join ctl:4000", 1, "An error occurred: --join makes a server join a controller"),
        ("--check -r -Jpyjm.join_port=4000", 2, "An error occurred: --check dials servers; those that join"),
        ("-n -t plan.jmx -r -Jpyjm.join_port=abc", 1, "An error occurred: pyjm.join_port=abc can't be used"),
    ],
)
def test_what_has_no_meaning_with_servers_that_join_is_said(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    status: int,
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments.split()) == status
    assert capsys.readouterr().out.startswith(text)
