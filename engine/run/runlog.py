"""The log of a run, jmeter.log or jmeter-server.log. Lines as JMeter's default log4j2.xml writes them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.dates import BadPattern, date_format

LEVELS = {
    "OFF": logging.CRITICAL + 10, "FATAL": logging.CRITICAL, "ERROR": logging.ERROR, "WARN": logging.WARNING,
    "INFO": logging.INFO, "DEBUG": logging.DEBUG, "TRACE": logging.DEBUG - 5, "ALL": logging.NOTSET + 1,
}  # fmt: skip
_NAMES = {logging.WARNING: "WARN", logging.CRITICAL: "FATAL"}

_CATEGORIES = (
    ("jmeter.protocol.http", "pyjm.http"),
    ("jmeter.engine", "pyjm.run"),
    ("jmeter.threads", "pyjm.vu"),
    ("jmeter", "pyjm"),
    ("jorphan", "pyjm"),
)
"""JMeter's categories and ours that come nearest; the first that fits counts."""

_DATE = re.compile(r"'([^']*)'")


class LogLine(logging.Formatter):
    """`2026-11-21 01:46:43,123 INFO p.r.parent: text`; the folders of a logger's name shrink to their first letter."""

    default_msec_format = "%s,%03d"

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; what it carries of an exception follows on lines of its own."""
        *folders, last = record.name.split(".")
        name = ".".join([folder[:1] for folder in folders] + [last])
        level = _NAMES.get(record.levelno, record.levelname)
        text = f"{self.formatTime(record)} {level} {name}: {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def write(logger: logging.Logger, level: int, text: str, **told: object) -> None:
    """Write a line of another process; `told` are fields of its record, such as `created`, wall time in seconds."""
    if not logger.isEnabledFor(level):
        return
    record = logger.makeRecord(logger.name, level, "", 0, "%s", (text,), None)
    record.__dict__.update(told)
    record.msecs = round(record.created % 1 * 1000, 3)
    logger.handle(record)


def begin(path: str, levels: Sequence[tuple[str, str]], notes: Sequence[tuple[int, str]] = ()) -> logging.Handler:
    """Open the log; `levels` are those of -L, (category, level); `notes` are lines from before there was a log.

    Raises OSError where the file can't be written.
    """
    handler = logging.FileHandler(dated(path), "w", "utf-8")
    handler.setFormatter(LogLine())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    log = logging.getLogger("pyjm.properties")
    for level, text in notes:
        log.log(level, "%s", text)
    for category, level_name in levels:
        set_level(category, level_name)
    return handler


def set_level(category: str, level_name: str) -> None:
    """Set the level of a category of JMeter's or ours; "" is the root."""
    level = LEVELS.get(level_name.upper())
    if level is None:
        of = f"'{category}'" if category else "the root logger"
        logging.getLogger("pyjm.client").warning("Invalid log level, '%s', for %s.", level_name, of)
        return
    logging.getLogger(our_category(category)).setLevel(level)


def our_category(category: str) -> str:
    """Give the name of our logger for a category as -L writes it."""
    short = category.removeprefix("org.apache.")
    for theirs, ours in _CATEGORIES:
        if short == theirs or short.startswith(theirs + "."):
            return ours + short[len(theirs) :]
    return category


def dated(name: str) -> Path:
    """Put the present time where a name has a date pattern between quotes: `run'yyyyMMdd'.log`."""

    def present(found: re.Match[str]) -> str:
        try:
            return date_format(found.group(1))(wall_ms())
        except BadPattern:
            return found.group(1)

    return Path(_DATE.sub(present, name))
