"""Lay the properties over one another: jmeter, user and system files, then the options in their order."""

from __future__ import annotations

import datetime
import logging
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyjm.properties import shipped
from pyjm.properties.parse import PropertiesError, load
from pyjm.properties.without_effect import set_in_vain

JMETER_VERSION = "5.5"

Option = tuple[str, str]
EMPTY = "-Dx="
"""The letter of a system property that Java's own command line sets to nothing, where JMeter's would remove it."""
"""One command-line option: JMeter's letter and its value as written, such as ("J", "x=1")."""


@dataclass
class Layers:
    """What the layers come to.

    `jmeter` and `system` are live: functions and scripts of a running plan read and write them.
    `globals` are the properties that go to the servers: those of -G, and sample_variables.
    """

    jmeter: dict[str, str] = field(default_factory=dict)
    system: dict[str, str] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    home: Path | None = None
    """The folder of -d, PYJM_HOME or JMETER_HOME."""
    files_read: list[Path] = field(default_factory=list)
    """Every property file that was read, in order."""
    notes: list[tuple[int, str]] = field(default_factory=list)
    """What reading has to say, for the log: (level as in `logging`, text)."""
    log_levels: list[tuple[str, str]] = field(default_factory=list)
    """What -L said, in order: (category, level); the category "" is the root."""


HALF_A_PROXY = "If specifying a proxy server, host and port must be given"
_OF_PROXY = frozenset("HPENua")


class LayerReader:
    """Fill a `Layers` with all layers in JMeter's order (JMeter.initializeProperties).

    A file that JMeter insists on and that cannot be read is a PropertiesError; one that it does without leaves a
    warning in the notes.
    """

    def __init__(
        self,
        target: Layers,
        home: str | Path | None,
        propfile: str | Path | None,
        environ: Mapping[str, str],
        cwd: str | Path | None,
    ) -> None:
        self.target = target
        self.cwd = Path.cwd() if cwd is None else Path(cwd).absolute()
        self.propfile = propfile
        target.system.update(_system_properties(self.cwd, environ))
        target.home = self._find_home(home, environ)

    def read(self, options: Sequence[Option], now: datetime.datetime) -> None:
        """Read the files, then apply the `options` in their order; those that set no property are passed over."""
        target = self.target
        target.jmeter.update(self._load(self._find_jmeter_properties()))
        self._add_named_file("user.properties", target.jmeter, "Loading user properties from")
        self._add_named_file("system.properties", target.system, "Loading system properties from")
        for letter, value in options:
            apply = self._by_letter.get(letter)
            if apply is not None:
                apply(self, value)
        self._set_proxy({letter: value for letter, value in options if letter in _OF_PROXY})
        if "sample_variables" in target.jmeter:
            target.globals["sample_variables"] = target.jmeter["sample_variables"]
        target.jmeter["jmeter.version"] = JMETER_VERSION
        _set_start_time(target.jmeter, now)
        for said in set_in_vain(target.jmeter):
            self._warn(said)

    def _find_home(self, home: str | Path | None, environ: Mapping[str, str]) -> Path | None:
        if home is not None:
            folder = self.cwd / home
            if not folder.is_dir():
                raise PropertiesError(f"the home directory {home} (option -d) does not exist")
            return folder
        for variable in ("PYJM_HOME", "JMETER_HOME"):
            if environ.get(variable):
                folder = self.cwd / environ[variable]
                if folder.is_dir():
                    return folder
                self._warn(f"{variable} names {folder}, which is no directory; it is passed over")
        return None

    def _find_jmeter_properties(self) -> Path:
        if self.propfile is not None:
            path = self.cwd / self.propfile
            if not _readable(path):
                raise PropertiesError(f"Could not read JMeter properties file:{self.propfile}")
            return path
        if self.target.home is not None:
            in_home = self.target.home / "bin" / "jmeter.properties"
            if in_home.is_file():
                return in_home
            self._warn(f"there is no {in_home}; it is passed over")
        here = self.cwd / "jmeter.properties"
        return here if here.is_file() else shipped.JMETER_PROPERTIES

    def _load(self, path: Path) -> dict[str, str]:
        properties = load(path)
        self.target.files_read.append(path)
        return properties

    def _add_named_file(self, key: str, target: dict[str, str], saying: str) -> None:
        """Add the file that the property `key` names: as given, else in bin/; one that is not there is no fault."""
        name = (self.target.jmeter.get(key) or self.target.system.get(key, "")).strip()
        if not name:
            return
        home = self.target.home
        path = self.cwd / name
        if not path.exists():
            path = (home / "bin" if home is not None else shipped.FOLDER) / name
        if not _readable(path):
            return
        self._inform(f"{saying}: {path}")
        target.update(self._load(path))

    def _add_file(self, name: str, target: dict[str, str], saying: str, missing: str) -> None:
        """Add a file that an option names; where it cannot be opened, JMeter runs on, and so do we."""
        self._inform(f"{saying}: {name}")
        path = self.cwd / name
        if _readable(path):
            target.update(self._load(path))
        else:
            self._warn(f"{missing}: {name}")

    def _set(self, target: dict[str, str], kind: str, definition: str) -> None:
        key, _, value = definition.partition("=")
        if value:
            self._inform(f"Setting {kind} property: {key}={_shown(key, value)}")
            target[key] = value
        else:
            self._warn(f"Removing {kind} property: {key}")
            target.pop(key, None)

    def _apply_q(self, value: str) -> None:
        self._add_file(
            value, self.target.jmeter, "Loading additional properties from", "Can't find additional property file"
        )

    def _apply_system_file(self, value: str) -> None:
        self._add_file(
            value, self.target.system, "Setting System properties from file", "Cannot find system property file"
        )

    def _apply_system(self, value: str) -> None:
        self._set(self.target.system, "System", value)

    def _apply_empty(self, key: str) -> None:
        self.target.system[key] = ""

    def _apply_jmeter(self, value: str) -> None:
        self._set(self.target.jmeter, "JMeter", value)

    def _apply_global(self, definition: str) -> None:
        key, _, value = definition.partition("=")
        if value:
            self._inform(f"Setting Global property: {key}={_shown(key, value)}")
            self.target.globals[key] = value
        else:
            self._add_file(
                key, self.target.globals, "Setting Global properties from the file", "Could not find properties file"
            )

    def _apply_log_level(self, definition: str) -> None:
        category, separator, level = definition.partition("=")
        self.target.log_levels.append((category, level) if separator and level else ("", category))

    def _set_proxy(self, given: Mapping[str, str]) -> None:
        """Set what -H, -P, -E, -N, -u and -a say, whatever -D and -J said. Mirrors JMeter.setProxy."""
        system, jmeter = self.target.system, self.target.jmeter
        if "u" in given:
            jmeter["http.proxyUser"] = given["u"]
            if "a" in given:
                jmeter["http.proxyPass"] = given["a"]
            self._inform(f"Set Proxy login: {given['u']}")
        if ("H" in given) != ("P" in given):
            raise PropertiesError(HALF_A_PROXY)
        if "H" in given:
            for protocol in ("http", "https"):
                system[f"{protocol}.proxyHost"] = given["H"]
                system[f"{protocol}.proxyPort"] = given["P"]
            if given.get("E", "").strip():
                system["http.proxyScheme"] = given["E"]
            self._inform(f"Set proxy Host: {given['H']}, Port: {given['P']}, Scheme: {given.get('E', 'Not set')}")
        if "N" in given:
            system["http.nonProxyHosts"] = system["https.nonProxyHosts"] = given["N"]
            self._inform(f"Set http[s].nonProxyHosts: {given['N']}")

    _by_letter: Mapping[str, Callable[[LayerReader, str], None]] = {
        "q": _apply_q,
        "S": _apply_system_file,
        "D": _apply_system,
        EMPTY: _apply_empty,
        "J": _apply_jmeter,
        "G": _apply_global,
        "L": _apply_log_level,
    }

    def _inform(self, text: str) -> None:
        self.target.notes.append((logging.INFO, text))

    def _warn(self, text: str) -> None:
        self.target.notes.append((logging.WARNING, text))


def _readable(path: Path) -> bool:
    """Tell whether there is something to read; a pipe, as the shell's <(...) makes one, counts."""
    return os.access(path, os.R_OK) and not path.is_dir()


def _shown(key: str, value: str) -> str:
    """Keep passwords out of the log."""
    return "***" if "password" in key.lower() else value


def _set_start_time(properties: dict[str, str], now: datetime.datetime) -> None:
    properties["START.MS"] = str(int(now.timestamp() * 1000))
    properties["START.YMD"] = now.strftime("%Y%m%d")
    properties["START.HMS"] = now.strftime("%H%M%S")


def _system_properties(cwd: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of Java's System properties that plans use and that mean something without a JVM."""
    return {
        "file.encoding": "UTF-8",
        "file.separator": os.sep,
        "java.io.tmpdir": tempfile.gettempdir(),
        "line.separator": os.linesep,
        "os.arch": platform.machine(),
        "os.name": {"Darwin": "Mac OS X"}.get(platform.system(), platform.system()),
        "os.version": platform.release(),
        "path.separator": os.pathsep,
        "user.dir": str(cwd),
        "user.home": environ.get("HOME") or environ.get("USERPROFILE") or str(Path("~").expanduser()),
        "user.name": environ.get("USER") or environ.get("USERNAME") or "",
    }
