"""The order in which properties are laid over one another, and where their files are looked for."""

import logging
from pathlib import Path

import pytest

from pyjm.properties import PropertiesError, Settings
from pyjm.properties.shipped import FOLDER

Options = list[tuple[str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A JMeter home with all three files, each of which sets `who` and a key of its own."""
    folder = tmp_path / "home" / "bin"
    folder.mkdir(parents=True)
    named = "user.properties=user.properties\nsystem.properties=system.properties\n"
    (folder / "jmeter.properties").write_text(named + "who=jmeter\nfrom.jmeter=1\n")
    (folder / "user.properties").write_text("who=user\nfrom.user=1\n")
    (folder / "system.properties").write_text("who=system\nfrom.system=1\n")
    return folder.parent


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    folder = tmp_path / "cwd"
    folder.mkdir()
    (folder / "more.properties").write_text("who=more\nfrom.more=1\n")
    return folder


def load(home: Path | None, cwd: Path, *options: tuple[str, str], **environ: str) -> Settings:
    return Settings.load(options, home, None, environ, cwd)


def test_user_properties_come_over_jmeter_properties(home: Path, cwd: Path) -> None:
    settings = load(home, cwd)
    assert (settings.jmeter["who"], settings.jmeter["from.jmeter"], settings.jmeter["from.user"]) == ("user", "1", "1")


def test_system_properties_are_a_map_of_their_own(home: Path, cwd: Path) -> None:
    settings = load(home, cwd)
    assert settings.system["who"] == "system"
    assert "from.system" not in settings.jmeter
    assert settings.text("from.system", "") == "1", "a property that is not set falls back to the System property"


ORDERS: list[tuple[Options, str, str]] = [
    ([("J", "who=a")], "a", "system"),
    ([("J", "who=a"), ("J", "who=b")], "b", "system"),
    ([("J", "who=a"), ("q", "more.properties")], "more", "system"),
    ([("q", "more.properties"), ("J", "who=a")], "a", "system"),
    ([("D", "who=a")], "user", "a"),
    ([("D", "who=a"), ("S", "more.properties")], "user", "more"),
    ([("S", "more.properties"), ("D", "who=a")], "user", "a"),
    ([("J", "who=a=b")], "a=b", "system"),
    ([("J", "who= a ")], " a ", "system"),
    ([("G", "who=a")], "user", "system"),
    ([("L", "who=a")], "user", "system"),
    ([("t", "who=a"), ("n", "")], "user", "system"),
]


@pytest.mark.parametrize(("options", "jmeter", "system"), ORDERS)
def test_options_apply_in_their_order(home: Path, cwd: Path, options: Options, jmeter: str, system: str) -> None:
    settings = load(home, cwd, *options)
    assert (settings.jmeter["who"], settings.system["who"]) == (jmeter, system)


@pytest.mark.parametrize("definition", ["who=", "who"])
def test_an_empty_value_removes(home: Path, cwd: Path, definition: str) -> None:
    settings = load(home, cwd, ("J", definition))
    assert "who" not in settings.jmeter
    assert settings.text("who", "") == "system"
    settings = load(home, cwd, ("J", definition), ("D", definition))
    assert settings.find("who") is None


PROXY = [("H", "h"), ("P", "3128"), ("D", "http.proxyHost=other")]
PROXY += [("N", "a|*.b"), ("u", "me"), ("a", "pw"), ("E", "https")]


def test_the_options_of_a_proxy_come_over_all_properties(home: Path, cwd: Path) -> None:
    settings = load(home, cwd, *PROXY)
    system = {key: settings.system[key] for key in settings.system if "roxy" in key}
    assert system == {
        "http.proxyHost": "h",
        "https.proxyHost": "h",
        "http.proxyPort": "3128",
        "https.proxyPort": "3128",
        "http.proxyScheme": "https",
        "http.nonProxyHosts": "a|*.b",
        "https.nonProxyHosts": "a|*.b",
    }
    assert (settings.jmeter["http.proxyUser"], settings.jmeter["http.proxyPass"]) == ("me", "pw")
    assert "pw" not in str(settings.notes)


@pytest.mark.parametrize("half", [("H", "h"), ("P", "3128")])
def test_half_a_proxy_is_an_error(home: Path, cwd: Path, half: tuple[str, str]) -> None:
    with pytest.raises(PropertiesError, match="host and port must be given"):
        load(home, cwd, half)


def test_a_removed_property_may_be_set_again(home: Path, cwd: Path) -> None:
    assert load(home, cwd, ("J", "who="), ("J", "who=again")).jmeter["who"] == "again"


def test_global_properties_are_for_the_servers_alone(home: Path, cwd: Path) -> None:
    settings = load(home, cwd, ("G", "port=1"), ("G", "more.properties"), ("G", "host=h"))
    assert settings.globals == {"port": "1", "who": "more", "from.more": "1", "host": "h"}
    assert "port" not in settings.jmeter


def test_sample_variables_always_go_to_the_servers(home: Path, cwd: Path) -> None:
    settings = load(home, cwd, ("G", "sample_variables=x"), ("J", "sample_variables=a,b"))
    assert settings.globals == {"sample_variables": "a,b"}


def test_log_levels_are_kept_in_their_order(home: Path, cwd: Path) -> None:
    settings = load(home, cwd, ("L", "DEBUG"), ("L", "jmeter.engine=WARN"))
    assert settings.log_levels == [("", "DEBUG"), ("jmeter.engine", "WARN")]


@pytest.mark.parametrize("letter", ["q", "S", "G"])
def test_a_missing_file_of_an_option_is_a_warning(home: Path, cwd: Path, letter: str) -> None:
    settings = load(home, cwd, (letter, "none.properties"))
    assert [text for level, text in settings.notes if level == logging.WARNING and "none.properties" in text]


@pytest.mark.parametrize("letter", ["q", "S", "G"])
def test_a_broken_file_of_an_option_is_an_error(home: Path, cwd: Path, letter: str) -> None:
    (cwd / "broken.properties").write_bytes(rb"a=\u1")
    with pytest.raises(PropertiesError, match=r"broken\.properties: line 1"):
        load(home, cwd, (letter, "broken.properties"))


def test_passwords_stay_out_of_the_notes(home: Path, cwd: Path) -> None:
    key = "server.rmi.ssl.keystore.password"
    settings = load(home, cwd, ("J", f"{key}=secret"), ("D", f"{key}=secret"), ("G", f"{key}=secret"))
    assert "secret" not in str(settings.notes)
    assert settings.text(key) == "secret"


def test_start_time_and_version_are_set(home: Path, cwd: Path) -> None:
    jmeter = load(home, cwd, ("J", "jmeter.version=1")).jmeter
    assert jmeter["jmeter.version"] == "5.5"
    assert len(jmeter["START.YMD"]) == 8 and len(jmeter["START.HMS"]) == 6
    assert int(jmeter["START.MS"]) > 1_600_000_000_000


class TestWhereFilesAreLookedFor:
    def test_the_file_of_p_comes_first(self, home: Path, cwd: Path) -> None:
        (cwd / "own.properties").write_text("who=own")
        settings = Settings.load((), home, "own.properties", {}, cwd)
        assert settings.jmeter["who"] == "own"
        assert settings.files_read == [cwd / "own.properties"]

    def test_a_missing_file_of_p_is_an_error(self, home: Path, cwd: Path) -> None:
        with pytest.raises(PropertiesError, match=r"^Could not read JMeter properties file:none\.properties$"):
            Settings.load((), home, "none.properties", {}, cwd)

    def test_a_missing_home_of_d_is_an_error(self, cwd: Path) -> None:
        with pytest.raises(PropertiesError, match="does not exist"):
            load(Path("none"), cwd)

    def test_pyjm_home_comes_before_jmeter_home(self, home: Path, cwd: Path) -> None:
        settings = load(None, cwd, PYJM_HOME=str(home), JMETER_HOME=str(cwd))
        assert settings.home == home
        assert settings.files_read[0] == home / "bin" / "jmeter.properties"

    def test_jmeter_home_is_used(self, home: Path, cwd: Path) -> None:
        assert load(None, cwd, JMETER_HOME=str(home)).jmeter["who"] == "user"

    def test_d_comes_before_both(self, home: Path, cwd: Path) -> None:
        assert load(home, cwd, PYJM_HOME=str(cwd)).home == home

    def test_a_home_that_is_none_is_passed_over(self, home: Path, cwd: Path) -> None:
        settings = load(None, cwd, PYJM_HOME=str(cwd / "none"), JMETER_HOME=str(home))
        assert settings.home == home
        assert any("PYJM_HOME" in text for _, text in settings.notes)

    def test_the_working_folder_comes_next(self, cwd: Path) -> None:
        (cwd / "jmeter.properties").write_text("who=here")
        assert load(None, cwd).jmeter["who"] == "here"

    def test_the_shipped_files_come_last(self, cwd: Path) -> None:
        assert load(None, cwd).files_read == [FOLDER / name for name in ("jmeter.properties", "user.properties")] + [
            FOLDER / "system.properties"
        ]

    def test_user_properties_of_the_working_folder_hide_those_of_bin(self, home: Path, cwd: Path) -> None:
        (cwd / "user.properties").write_text("who=near")
        settings = load(home, cwd)
        assert settings.jmeter["who"] == "near"
        assert "from.user" not in settings.jmeter

    def test_missing_user_properties_are_no_fault(self, home: Path, cwd: Path) -> None:
        (home / "bin" / "user.properties").unlink()
        assert load(home, cwd).jmeter["who"] == "jmeter"
