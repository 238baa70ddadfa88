"""JMeter's command-line forms → the options in the order in which they stand. Mirrors what its CLArgsParser accepts.

`-nt p.jmx`, `-tp.jmx`, `-t=p.jmx`, `--testfile=p.jmx`; `-Jx=1`, `-J x=1`, `-Jx 1`, `-Jx=` (removes x).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from pyjm.properties.layers import Option


class Takes(Enum):
    """What follows an option: nothing, a value, or name=value where the value may be missing."""

    NOTHING = ""
    VALUE = " <argument>"
    PAIR = " <argument>=<value>"


class UsageError(Exception):
    """A command line that can't be read; the text is JMeter's own."""


@dataclass(frozen=True)
class Kind:
    """One option. `letter` is empty for one of ours, which JMeter does not have; `there` is false for one to come."""

    letter: str
    name: str
    text: str
    takes: Takes = Takes.NOTHING
    repeats: bool = False
    there: bool = True
    excludes: str = ""

    @property
    def key(self) -> str:
        """What stands first in an `Option`: the letter, or the name of one without."""
        return self.letter or self.name

    @property
    def both(self) -> str:
        """Both forms as JMeter names them in its messages."""
        return f"-{self.letter}/--{self.name}" if self.letter.isalpha() else f"--{self.name}"


_VALUE, _PAIR = Takes.VALUE, Takes.PAIR

KINDS = (
    Kind("?", "?", "list the options and exit"),
    Kind("h", "help", "say how pyjm is used, list the options and exit"),
    Kind("v", "version", "say the version and exit"),
    Kind("p", "propfile", "the property file to read in place of jmeter.properties", _VALUE),
    Kind("q", "addprop", "one more file of JMeter properties", _VALUE, repeats=True),
    Kind("t", "testfile", "the test plan to run, a .jmx file", _VALUE),
    Kind("l", "logfile", "the file that samples are written to", _VALUE),
    Kind("i", "jmeterlogconf", "a log4j2.xml that configures the log", _VALUE, there=False),
    Kind("j", "jmeterlogfile", "the log of the run (jmeter.log)", _VALUE),
    Kind("n", "nongui", "run a test plan without a window"),
    Kind("s", "server", "run the server, as pyjm-server does"),
    Kind("E", "proxyScheme", "the scheme of the proxy server", _VALUE),
    Kind("H", "proxyHost", "the proxy server to send requests through", _VALUE),
    Kind("P", "proxyPort", "the port of the proxy server", _VALUE),
    Kind("N", "nonProxyHosts", "hosts to reach without the proxy (*.apache.org|localhost)", _VALUE),
    Kind("u", "username", "the user name for the proxy server", _VALUE),
    Kind("a", "password", "the password for the proxy server", _VALUE),
    Kind("J", "jmeterproperty", "set a JMeter property; no value removes it", _PAIR, repeats=True),
    Kind("G", "globalproperty", "set a property on the servers, or send those of a file", _PAIR, repeats=True),
    Kind("D", "systemproperty", "set a system property; no value removes it", _PAIR, repeats=True),
    Kind("S", "systemPropertyFile", "one more file of system properties", _VALUE, repeats=True),
    Kind("f", "forceDeleteResultFile", "delete result files that are there before the test starts"),
    Kind("L", "loglevel", "[category=]level, such as jmeter.engine=DEBUG or WARN", _PAIR, repeats=True),
    Kind("r", "runremote", "start the servers of the property remote_hosts"),
    Kind("R", "remotestart", "start these servers: host or host:port, separated by commas", _VALUE),
    Kind("d", "homedir", "the home directory, whose bin folder holds the property files", _VALUE),
    Kind("X", "remoteexit", "end the server processes after the test"),
    Kind("g", "reportonly", "only make a report, from a result file", _VALUE, there=False, excludes="nrRl"),
    Kind("e", "reportatendofloadtests", "make a report after the test", there=False),
    Kind("o", "reportoutputfolder", "the folder for the report", _VALUE, there=False),
    Kind("", "check", "look over the servers of -R or -r, and the plan of -t on them, and run nothing"),
    Kind("", "join", "as a server: dial the controller at this host:port, and open no port", _VALUE),
    Kind("", "no-scripts", "as a server: refuse plans that start processes or run scripts"),
    Kind("", "resume", "take up the run of this name, whose controller has crashed", _VALUE),
    Kind("", "write-properties", "write the property files to edit into this folder and exit", _VALUE),
)  # fmt: skip

BY_LETTER = {kind.letter: kind for kind in KINDS if kind.letter}
BY_NAME = {kind.name: kind for kind in KINDS}
BY_KEY = {kind.key: kind for kind in KINDS}

STRAY = ""
"""The key of an argument that belongs to no option."""


class CommandLine(list[Option]):
    """The options as they stand, each (key, value); the pair options have `name=value`, or `name` without a value."""

    def has(self, key: str) -> bool:
        """Tell whether an option is there."""
        return any(each == key for each, _ in self)

    def value(self, key: str) -> str | None:
        """Give the value of an option, None where it is not there."""
        return next((value for each, value in self if each == key), None)

    def strays(self) -> list[str]:
        """Give the arguments that belong to no option."""
        return [value for key, value in self if key == STRAY]

    def missing(self) -> list[Kind]:
        """Give the options on it that pyjm does not have yet."""
        return [kind for key, _ in self if key != STRAY and not (kind := BY_KEY[key]).there]


def parse(arguments: Sequence[str]) -> CommandLine:
    """Read the arguments of a command; raises UsageError with JMeter's text."""
    options = CommandLine()
    position = 0
    only_strays = False
    while position < len(arguments):
        argument = arguments[position]
        position += 1
        if only_strays or not argument.startswith("-"):
            options.append((STRAY, argument))
        elif argument == "-":
            raise UsageError("Malformed option -")
        elif argument == "--":
            only_strays = True
        elif argument.startswith("--"):
            position = _long(argument, arguments, position, options)
        else:
            position = _letters(argument, arguments, position, options)
    _check_together(options)
    return options


def _long(argument: str, arguments: Sequence[str], position: int, options: CommandLine) -> int:
    name, equals, attached = argument[2:].partition("=")
    kind = BY_NAME.get(name)
    if kind is None or not name:
        raise UsageError(f"Unknown option --{name}")
    return _value(kind, f"--{name}", attached if equals else None, arguments, position, options)


def _letters(argument: str, arguments: Sequence[str], position: int, options: CommandLine) -> int:
    """Read the letters of one argument, up to the first that takes the rest of it as its value."""
    for at, letter in enumerate(argument[1:], 2):
        kind = BY_LETTER.get(letter)
        if kind is None:
            raise UsageError(f"Unknown option -{letter}")
        if kind.takes is not Takes.NOTHING:
            attached = argument[at:] or None
            if attached and kind.takes is Takes.VALUE:
                attached = attached.removeprefix("=")
            return _value(kind, f"-{letter}", attached, arguments, position, options)
        options.append((kind.key, ""))
    return position


def _value(
    kind: Kind, written: str, value: str | None, arguments: Sequence[str], position: int, options: CommandLine
) -> int:
    """Read what follows an option: what is attached to it, else the next argument."""
    if kind.takes is Takes.NOTHING:
        options.append((kind.key, ""))
        return position
    if value is None:
        if position >= len(arguments):
            raise UsageError(f"Missing argument to option {written}")
        value = arguments[position]
        position += 1
    if kind.takes is Takes.PAIR:
        name, equals, text = value.partition("=")
        if not name:
            raise UsageError(f"Unable to parse first argument for option {written}")
        if not equals and position < len(arguments) and not arguments[position].startswith("-"):
            text = arguments[position]
            position += 1
        value = f"{name}={text}" if text else name
    options.append((kind.key, value))
    return position


def _check_together(options: CommandLine) -> None:
    kinds = [BY_KEY[key] for key, _ in options if key != STRAY]
    for at, kind in enumerate(kinds):
        for other in kinds[:at] + kinds[at + 1 :]:
            if other is kind and not kind.repeats and not kind.excludes:
                raise UsageError(f"Duplicate options for {kind.both} found.")
            if other.letter and other.letter in kind.excludes:
                raise UsageError(f"Incompatible options -{other.both} and {kind.both} found.")
    has = options.has
    if not (has("n") or has("check")) and (has("r") or has("R") or has("X")):
        raise UsageError("-r and -R and -X are only valid in non-GUI mode")


def describe() -> str:
    """List all options as JMeter's usage does."""
    lines = []
    for kind in KINDS:
        letter = f"-{kind.letter}, " if kind.letter.isalpha() else ""
        lines.append(f"\t{letter}--{kind.name}{kind.takes.value}")
        lines.append(f"\t\t{kind.text}{'' if kind.there else ' (not there yet)'}")
    return "\n".join(lines) + "\n"
