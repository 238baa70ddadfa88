"""JMeter's forms of options, held against what its own parser does with them."""

from __future__ import annotations

import pytest

from pyjm.properties.options import BY_LETTER, CommandLine, UsageError, describe, parse


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("-n -t p.jmx", [("n", ""), ("t", "p.jmx")]),
        ("-ntp.jmx", [("n", ""), ("t", "p.jmx")]),
        ("-tp.jmx", [("t", "p.jmx")]),
        ("-t=p.jmx", [("t", "p.jmx")]),
        ("--testfile p.jmx", [("t", "p.jmx")]),
        ("--testfile=p.jmx", [("t", "p.jmx")]),
        ("-Jx=1", [("J", "x=1")]),
        ("-J x=1", [("J", "x=1")]),
        ("-Jx 1", [("J", "x=1")]),
        ("-J x=1=2", [("J", "x=1=2")]),
        ("--jmeterproperty x=1", [("J", "x=1")]),
        ("--jmeterproperty=x=1", [("J", "x=1")]),
        ("-Jx= -n", [("J", "x"), ("n", "")]),
        ("-Jx -n", [("J", "x"), ("n", "")]),
        ("-Jx", [("J", "x")]),
        ("-G all.properties -n", [("G", "all.properties"), ("n", "")]),
        ("-LDEBUG -Ljmeter.engine=WARN", [("L", "DEBUG"), ("L", "jmeter.engine=WARN")]),
        ("-n -Rh1,h2", [("n", ""), ("R", "h1,h2")]),
        ("-n -R h1,h2:1664", [("n", ""), ("R", "h1,h2:1664")]),
        ("-l -n", [("l", "-n")]),
        ("-q a -Jx=1 -q b -Dy=2", [("q", "a"), ("J", "x=1"), ("q", "b"), ("D", "y=2")]),
        ("-nrX", [("n", ""), ("r", ""), ("X", "")]),
        ("-?", [("?", "")]),
        ("--?", [("?", "")]),
        ("-n stray", [("n", ""), ("", "stray")]),
        ("-n -- -t", [("n", ""), ("", "-t")]),
        ("--write-properties there", [("write-properties", "there")]),
        ("", []),
    ],
)
def test_options_are_read_in_their_order(written: str, options: list[tuple[str, str]]) -> None:
    assert parse(written.split()) == options


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("-n -t", "Missing argument to option -t"),
        ("--testfile", "Missing argument to option --testfile"),
        ("-R", "Missing argument to option -R"),
        ("-J", "Missing argument to option -J"),
        ("-J=1", "Unable to parse first argument for option -J"),
        ("-Z", "Unknown option -Z"),
        ("-nZ", "Unknown option -Z"),
        ("--frob", "Unknown option --frob"),
        ("-", "Malformed option -"),
        ("-n -n -t x", "Duplicate options for -n/--nongui found."),
        ("-n -t x -t y", "Duplicate options for -t/--testfile found."),
        ("-n -g x", "Incompatible options --n/--nongui and -g/--reportonly found."),
        ("-r", "-r and -R and -X are only valid in non-GUI mode"),
        ("-X", "-r and -R and -X are only valid in non-GUI mode"),
    ],
)
def test_what_is_wrong_is_said_in_jmeters_words(written: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(written.split())
    assert str(raised.value) == message


def test_all_thirty_options_of_jmeter_are_known() -> None:
    assert sorted(BY_LETTER) == sorted("?hvpqtlijnsEHPNuaJGDSfLrRdXgeo")
    assert len(BY_LETTER) == 30


def test_options_to_come_are_told() -> None:
    line = parse(["-n", "-t", "p.jmx", "-l", "x.jtl", "-e", "-o", "out"])
    assert [kind.letter for kind in line.missing()] == ["e", "o"]


def test_the_first_value_of_an_option_is_given() -> None:
    line = CommandLine([("n", ""), ("t", "p.jmx"), ("", "stray")])
    assert line.value("t") == "p.jmx"
    assert line.value("l") is None
    assert line.has("n") and not line.has("r")
    assert line.strays() == ["stray"]


def test_the_usage_lists_each_option_once_in_jmeters_form() -> None:
    lines = describe().splitlines()
    assert lines[0] == "\t--?"
    assert "\t-t, --testfile <argument>" in lines
    assert "\t-J, --jmeterproperty <argument>=<value>" in lines
    assert len(lines) == 2 * 35
