"""What values are taken for, and the shipped files."""

import logging
from pathlib import Path

import pytest

from pyjm.properties import PropertiesError, Settings, default, write_copy
from pyjm.properties.parse import load
from pyjm.properties.shipped import FOLDER, JMETER_PROPERTIES, NAMES, documented, is_default

WHOLE = [("7", 7), (" 7\t", 7), ("+7", 7), ("-7", -7), ("007", 7), ("2147483647", 2147483647)]
NOT_WHOLE = ["", "seven", "7.0", "1_000", "0x7", "2147483648", "9" * 5000, "7 7", "--7"]


@pytest.mark.parametrize(("text", "number"), WHOLE)
def test_whole_numbers(text: str, number: int) -> None:
    assert Settings(jmeter={"k": text}).whole("k", 3) == number


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_what_is_no_whole_number_is_logged_and_the_default_stands(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Settings(jmeter={"k": text}).whole("k", 3) == 3
    assert "Property k=" in caplog.text


def test_long_numbers_have_64_bits() -> None:
    assert Settings(jmeter={"k": "2147483648"}).whole("k", 3, bits=64) == 2147483648
    assert Settings(jmeter={"k": str(1 << 63)}).whole("k", 3, bits=64) == 3


@pytest.mark.parametrize(("text", "number"), [("1.5", 1.5), ("1.5f", 1.5), ("2", 2.0), (".5d", 0.5), ("1e3", 1000.0)])
def test_decimal_numbers(text: str, number: float) -> None:
    assert Settings(jmeter={"k": text}).decimal("k", 3.0) == number


@pytest.mark.parametrize("text", ["", "1,5", "x", "1_0"])
def test_what_is_no_number_leaves_the_default(text: str) -> None:
    assert Settings(jmeter={"k": text}).decimal("k", 3.0) == 3.0


FLAGS = [("true", True), ("TRUE", True), (" t ", True), ("T", True), ("1", True), ("01", True)]
FLAGS += [("false", False), ("F", False), ("0", False), ("2", False), ("-1", False)]


@pytest.mark.parametrize(("text", "flag"), FLAGS)
def test_flags(text: str, flag: bool) -> None:
    assert Settings(jmeter={"k": text}).flag("k", not flag) is flag


@pytest.mark.parametrize("text", ["yes", "on", "", "truee"])
@pytest.mark.parametrize("standing", [True, False])
def test_what_is_no_flag_leaves_the_default(text: str, standing: bool) -> None:
    assert Settings(jmeter={"k": text}).flag("k", standing) is standing


def test_an_empty_value_is_a_value() -> None:
    assert Settings(jmeter={"k": "  "}).text("k", "other") == ""


def test_getters_without_a_default_take_the_shipped_one() -> None:
    settings = Settings()
    assert settings.whole("server.rmi.port") == 1099
    assert settings.flag("server.rmi.ssl.disable") is False
    assert settings.decimal("timer.factor") == 1.0
    assert settings.text("summariser.name") == "", "set by the shipped file, and empty where no file sets it"
    with pytest.raises(KeyError):
        settings.text("no.such.key")


def test_what_the_previous_test_sent_goes_before_the_next() -> None:
    settings = Settings(jmeter={"own": "1", "a": "own"})
    settings.take_globals({"a": "1", "b": "2"}, {})
    assert settings.jmeter == {"own": "1", "a": "1", "b": "2"}
    settings.take_globals({"c": "3"}, {"a": "1", "b": "2"})
    assert settings.jmeter == {"own": "1", "c": "3"}


DEFAULTS = [
    ("remote_hosts", "127.0.0.1"),
    ("server_port", "0"),
    ("server.rmi.port", "1099"),
    ("server.rmi.localport", "0"),
    ("server.exitaftertest", "false"),
    ("server.rmi.ssl.keystore.file", "rmi_keystore.jks"),
    ("server.rmi.ssl.truststore.file", ""),
    ("client.retries_delay", "5000"),
    ("jmeter.save.saveservice.default_delimiter", ","),
    ("pyjm.workers", "auto"),
    ("pyjm.lease", "60"),
    ("pyjm.strict", "false"),
]


@pytest.mark.parametrize(("key", "value"), DEFAULTS)
def test_shipped_defaults(key: str, value: str) -> None:
    assert default(key) == value


def test_every_shipped_key_has_a_default_and_a_sentence() -> None:
    previous = ""
    shown: set[str] = set()
    for line in JMETER_PROPERTIES.read_text().splitlines():
        if is_default(line):
            key = line[1:].partition("=")[0]
            assert previous.startswith("# ") and previous.rstrip().endswith("."), f"{key} has no sentence before it"
            assert key not in shown, f"{key} is shown twice"
            shown.add(key)
        elif line and not line.startswith("#"):
            assert line.partition("=")[0] in shown, f"{line} is set without its default being shown"
        previous = line
    assert shown == set(documented())


def test_the_shipped_files_set_only_what_jmeters_own_do() -> None:
    assert load(JMETER_PROPERTIES) == {
        "user.properties": "user.properties",
        "system.properties": "system.properties",
        "remote_hosts": "127.0.0.1",
        "summariser.name": "summary",
        "sampleresult.timestamp.start": "true",
    }
    assert load(FOLDER / "user.properties") == load(FOLDER / "system.properties") == {}


def test_a_copy_is_what_is_shipped(tmp_path: Path) -> None:
    written = write_copy(tmp_path / "bin")
    assert [path.name for path in written] == list(NAMES)
    assert all(path.read_bytes() == (FOLDER / path.name).read_bytes() for path in written)


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "system.properties").write_text("mine=1")
    with pytest.raises(PropertiesError, match=r"system\.properties is there already"):
        write_copy(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["system.properties"]


def test_a_copy_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PropertiesError, match=r"^cannot write property files to"):
        write_copy(tmp_path / "file" / "bin")
