"""create-rmi-keystore: options of ours and of keytool, the questions, the file, and faults of one line."""

from __future__ import annotations

import datetime
import io
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from pyjm.keystore import cli
from pyjm.keystore.keytool import translate
from pyjm.keystore.name import BadName, make_name, parse_name
from pyjm.keystore.store import expiry_warning, read_keystore

ANSWERED = "Ann\n\nAcme, Inc\nBonn\n\nDE\nyes\n"


@pytest.fixture
def create(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in a folder of its own and return (exit status, standard output, error output)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["/somewhere/create-rmi-keystore", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    return run


def left() -> list[str]:
    return [path.name for path in Path().iterdir()]


def test_y_asks_nothing_and_makes_what_jmeter_looks_for(create: Any) -> None:
    code, out, err = create("-y")
    store = read_keystore("rmi_keystore.jks", "changeit", "rmi")
    assert (code, err) == (0, "")
    assert "Copy the generated rmi_keystore.jks" in out
    assert "'server.rmi.ssl.keystore.file'" in out
    validity = store.certificate.not_valid_after_utc - store.certificate.not_valid_before_utc
    assert validity == datetime.timedelta(days=7, hours=1), "dated back by an hour, for clocks that are late"
    assert expiry_warning(store, datetime.datetime.now(datetime.UTC)) is None
    assert store.certificate.subject.rfc4514_string() == "CN=pyjm"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_read_the_file(create: Any) -> None:
    create("-y")
    assert stat.S_IMODE(Path("rmi_keystore.jks").stat().st_mode) == 0o600
    assert left() == ["rmi_keystore.jks"], "nothing unfinished stays behind"


def test_a_file_is_not_overwritten_without_being_told(create: Any) -> None:
    Path("rmi_keystore.jks").write_bytes(b"mine")
    code, _, err = create("-y")
    assert code == 1
    assert err == (
        "create-rmi-keystore: rmi_keystore.jks is there already; add --force to replace it, or name another file\n"
    )
    assert Path("rmi_keystore.jks").read_bytes() == b"mine"
    assert create("-y", "--force")[0] == 0
    assert read_keystore("rmi_keystore.jks", "changeit", "rmi").chain


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_to_nowhere_is_not_followed(create: Any) -> None:
    Path("rmi_keystore.jks").symlink_to("elsewhere")
    assert create("-y")[0] == 1
    assert not Path("elsewhere").exists()


def test_all_options_are_used(create: Any) -> None:
    code, out, _ = create(
        "--dname", "CN=load, O=Example, C=DE", "--validity", "30", "--alias", "me", "--storepass", "secret",
        "--keysize", "3072", "--host", "lg1.example", "--host", "10.0.0.1", "--host", "[::1]", "--keystore", "k.p12",
    )  # fmt: skip
    assert code == 0
    assert "server.rmi.ssl.keystore.alias=me" in out
    assert "secret" not in out
    certificate = read_keystore("k.p12", "secret", "me").certificate
    assert certificate.subject.rfc4514_string() == "CN=load,O=Example,C=DE"
    assert certificate.public_key().key_size == 3072
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["lg1.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.1", "::1"]


def test_keytools_own_options_are_taken(create: Any) -> None:
    code, _, err = create(
        "-genkey", "-keyalg", "RSA", "-dname", "CN=k", "-validity", "9", "-alias", "rmi", "-storepass", "changeit",
        "-keysize", "2048", "-keystore", "k.jks", "-ext", "san=dns:h,ip:10.0.0.1", "-ext", "bc=ca:true",
    )  # fmt: skip
    assert code == 0
    assert err.splitlines() == [
        "-keyalg is passed over: the key is always RSA",
        "-ext is passed over: only its names of hosts are taken, as --host takes them",
    ]
    certificate = read_keystore("k.jks", "changeit", "rmi").certificate
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 9


def test_an_option_value_may_look_like_an_option() -> None:
    assert translate(["-dname", "-alias"]) == (["--dname", "-alias"], [])


class TestQuestions:
    def test_six_are_asked_and_confirmed(self, create: Any) -> None:
        code, out, err = create(answers=ANSWERED)
        assert code == 0
        assert err.count("?\n  [Unknown]:  ") == 6
        assert 'Is CN=Ann, OU=Unknown, O="Acme, Inc", L=Bonn, ST=Unknown, C=DE correct?\n  [no]:  ' in err
        assert "?" not in out
        subject = read_keystore("rmi_keystore.jks", "changeit", "rmi").certificate.subject
        assert subject == make_name([("CN", "Ann"), ("O", "Acme, Inc"), ("L", "Bonn"), ("C", "DE")])

    def test_no_asks_again_with_what_was_said(self, create: Any) -> None:
        code, _, err = create(answers="Ann\n\n\n\n\n\n\nBeth\n\n\n\n\n\nyes\n")
        assert code == 0
        assert "What is your first and last name?\n  [Ann]:  " in err
        subject = read_keystore("rmi_keystore.jks", "changeit", "rmi").certificate.subject
        assert subject.rfc4514_string() == "CN=Beth"

    def test_a_country_has_two_letters(self, create: Any) -> None:
        code, _, err = create(answers="\n\n\n\n\nGermany\nDE\nyes\n")
        assert code == 0
        assert "Germany has not two letters" in err

    def test_an_end_of_input_is_one_line_and_writes_nothing(self, create: Any) -> None:
        code, _, err = create(answers="Ann\n")
        assert code == 1
        assert err.splitlines()[-1] == (
            "create-rmi-keystore: the questions were not answered; give the name as --dname, or -y to be asked nothing"
        )
        assert left() == []


FAULTS = [
    (["--bogus"], "No such option: --bogus"),
    (["--validity", "soon"], "Invalid value for '--validity'"),
    (["--validity", "0"], "a validity of 0 days"),
    (["--keysize", "1024"], "a key of 1024 bits"),
    (["--storepass", "short"], "fewer than 6 characters"),
    (["--alias", ""], "the alias is empty"),
    (["--dname", "nonsense"], "'nonsense' in the distinguished name"),
    (["--dname", "CN=x, C=Germany"], "the country 'Germany' has not two letters"),
    (["--host", "a b\u0000"], "neither a host's name nor an address"),
    (["--keystore", "none/k.jks"], "cannot be written: No such file or directory"),
    (["--keystore", "."], "is a folder"),
]


@pytest.mark.parametrize(("arguments", "says"), FAULTS)
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_a_fault_is_one_line_and_status_1(create: Any, arguments: list[str], says: str, force: list[str]) -> None:
    code, out, err = create("-y", *force, *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("create-rmi-keystore: ")
    assert err.count("\n") == 1
    assert says in err
    assert left() == []


NAMES = [
    ("CN=a,O=b,C=DE", "CN=a,O=b,C=DE"),
    ("  cn = a ;  o = b ", "CN=a,O=b"),
    (r'CN="a, b", O=c\, d', r"CN=a\, b,O=c\, d"),
    ("CN=a, OU=Unknown, O=", "CN=a"),
    ("CN=a=b", "CN=a=b"),
    (r"CN=\41", "CN=A"),
    ("CN=größe", "CN=größe"),
    ("CN=a, S=x", "CN=a,ST=x"),
    ("C=Unknown", "CN=Unknown"),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_distinguished_names(text: str, name: str) -> None:
    assert parse_name(text).rfc4514_string() == name


@pytest.mark.parametrize("text", ["", " , ", "a", "X=1", 'CN="a', "CN=a, C=D1"])
def test_what_is_no_distinguished_name(text: str) -> None:
    with pytest.raises(BadName):
        parse_name(text)


def test_it_runs_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pyjm.keystore.cli", "--help"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert all(option in shown for option in ("--dname", "--validity", "--host", "--storepass", "--force", "-y"))
