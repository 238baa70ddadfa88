"""Hold the properties of one process, live: JMeter's own, the System's, and those for the servers."""

from __future__ import annotations

import datetime
import logging
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pyjm.properties.layers import LayerReader, Layers, Option
from pyjm.properties.shipped import default as shipped_default

_log = logging.getLogger(__name__)

_JAVA_BLANKS = "".join(map(chr, range(33)))
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?")


class Settings(Layers):
    """The properties as they stand now, and what JMeter takes their values for (JMeterUtils.getPropDefault).

    A JMeter property that is not set falls back to the System property of that name, as in JMeter.
    Getters without a `default` take that of the shipped jmeter.properties.
    """

    @classmethod
    def load(
        cls,
        options: Sequence[Option] = (),
        home: str | Path | None = None,
        propfile: str | Path | None = None,
        environ: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
    ) -> Self:
        """Read all layers: `home` is the value of -d, `propfile` that of -p, `options` in the command line's order.

        Raises PropertiesError, one line, for a file that must be there and cannot be read.
        """
        settings = cls()
        reader = LayerReader(settings, home, propfile, os.environ if environ is None else environ, cwd)
        reader.read(options, datetime.datetime.now())
        return settings

    def find(self, key: str) -> str | None:
        """Return the value as it is written, untrimmed, or None where `key` is in neither map."""
        value = self.jmeter.get(key)
        return self.system.get(key) if value is None else value

    def text(self, key: str, default: str | None = None) -> str:
        """Return the trimmed value of `key`; without a `default`, the shipped one stands in."""
        value = self.find(key)
        return _shipped_or(key, default) if value is None else value.strip(_JAVA_BLANKS)

    def whole(self, key: str, default: int | None = None, bits: int = 32) -> int:
        """Return the value as a whole number of `bits`; a value that is none is logged and the default stands."""
        value = self.find(key)
        if value is not None:
            number = parse_whole(value.strip(_JAVA_BLANKS), bits)
            if number is not None:
                return number
            self._warn(key, value, "a whole number")
        return int(_shipped_or(key, default))

    def decimal(self, key: str, default: float | None = None) -> float:
        """Return the value as a number; a value that is none is logged and the default stands."""
        value = self.find(key)
        if value is not None:
            match = _DECIMAL.fullmatch(value.strip(_JAVA_BLANKS))
            if match is not None:
                return float(match.group(1))
            self._warn(key, value, "a number")
        return float(_shipped_or(key, default))

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return the value as yes or no: true, t, 1 and false, f, any other whole number; else the default stands."""
        value = self.find(key)
        if value is not None:
            flag = parse_flag(value.strip(_JAVA_BLANKS))
            if flag is not None:
                return flag
            self._warn(key, value, "true or false")
        return bool(parse_flag(_shipped_or(key, None if default is None else str(default))))

    def take_globals(self, sent: Mapping[str, str], previous: Mapping[str, str]) -> None:
        """Set what a controller sent; what the `previous` test had sent goes first (RemoteJMeterEngineImpl)."""
        for key in previous:
            self.jmeter.pop(key, None)
        self.jmeter.update(sent)

    @staticmethod
    def _warn(key: str, value: str, wanted: str) -> None:
        _log.warning("Property %s=%s is not %s; its default is used", key, value, wanted)


def _shipped_or(key: str, default: object) -> str:
    """Return `default` as text where there is one, else the shipped default of `key`."""
    return shipped_default(key) if default is None else str(default)


def parse_whole(text: str, bits: int = 32) -> int | None:
    """Return the number that Java's Integer.parseInt (32 bits) or Long.parseLong (64) reads, or None."""
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text) if len(text) < 1000 else 1 << bits
    return number if -(1 << bits - 1) <= number < 1 << bits - 1 else None


def parse_flag(text: str) -> bool | None:
    """Return what JMeter takes `text` for where it wants a yes or no, or None where that is neither."""
    lowered = text.lower()
    if lowered in ("true", "t"):
        return True
    if lowered in ("false", "f"):
        return False
    number = parse_whole(text)
    return None if number is None else number == 1
