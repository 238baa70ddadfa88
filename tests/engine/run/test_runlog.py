"""The log of a run: JMeter's line format, levels and file names."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyjm.engine.run import runlog


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Put back what a test changes of the process's loggers."""
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield
    root.setLevel(before[0])
    for handler in root.handlers[:]:
        if handler not in before[1]:
            root.removeHandler(handler)
            handler.close()
    for name in ("pyjm", "pyjm.run", "pyjm.http"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_line_has_jmeters_form(tmp_path: Path) -> None:
    path = tmp_path / "jmeter.log"
    path.write_text("of the run before\n")
    runlog.begin(str(path), [])
    logging.getLogger("pyjm.client.session").warning("%d things", 3)
    (line,) = path.read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARN p\.c\.session: 3 things", line)


def test_notes_from_before_the_log_come_first(tmp_path: Path) -> None:
    runlog.begin(str(tmp_path / "r.log"), [], [(logging.INFO, "Setting JMeter property: x=1")])
    assert (tmp_path / "r.log").read_text().endswith(" INFO p.properties: Setting JMeter property: x=1\n")


def test_levels_are_those_of_the_options(tmp_path: Path) -> None:
    runlog.begin(
        str(tmp_path / "r.log"), [("", "WARN"), ("jmeter.engine", "debug"), ("jmeter.protocol.http", "nonsense")]
    )
    logging.getLogger("pyjm.elsewhere").info("not there")
    logging.getLogger("pyjm.run").debug("there")
    text = (tmp_path / "r.log").read_text()
    assert "not there" not in text
    assert " DEBUG p.run: there\n" in text
    assert "Invalid log level, 'nonsense', for 'jmeter.protocol.http'." in text


@pytest.mark.parametrize(
    ("category", "ours"),
    [
        ("", ""),
        ("jmeter", "pyjm"),
        ("org.apache.jmeter.threads", "pyjm.vu"),
        ("jmeter.protocol.http.sampler", "pyjm.http.sampler"),
        ("jorphan", "pyjm"),
        ("jmeterish", "jmeterish"),
        ("pyjm.vu", "pyjm.vu"),
    ],
)
def test_jmeters_categories_have_ours(category: str, ours: str) -> None:
    assert runlog.our_category(category) == ours


def test_a_name_may_hold_a_date_between_quotes() -> None:
    assert re.fullmatch(r"run_\d{8}\.log", str(runlog.dated("run_'yyyyMMdd'.log")))
    assert str(runlog.dated("it's.log")) == "it's.log"
    assert str(runlog.dated("'nonsense'.log")) == "nonsense.log"
