"""The shipped files document what is read; what JMeter reads and pyjm does not is said where it is set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyjm.properties import shipped
from pyjm.properties.settings import Settings
from pyjm.properties.without_effect import WITHOUT_EFFECT, set_in_vain

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("client", "engine", "keystore", "properties", "server")
BY_PREFIX = ("jmeter.save.saveservice.", "server.rmi.ssl.", "time.")
"""Families of keys that are put together when they are read."""


def source() -> str:
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return "".join(path.read_text() for path in files if path.name != "without_effect.py")


def documented() -> set[str]:
    return set(re.findall(r"^#?([A-Za-z0-9_.]+)=", shipped.JMETER_PROPERTIES.read_text(), re.MULTILINE))


def test_what_the_shipped_file_documents_is_read() -> None:
    text = source()
    assert [key for key in sorted(documented()) if key not in text and not key.startswith(BY_PREFIX)] == []


def test_what_is_said_to_have_no_effect_is_read_nowhere() -> None:
    text = source()
    assert [key for key in WITHOUT_EFFECT if f'"{key}"' in text or key in documented()] == []


def test_a_property_without_effect_is_said_where_it_is_set_to_something_else(tmp_path: Path) -> None:
    settings = Settings.load([("J", "time_threshold=50"), ("J", "hc.parameters.file=x")], cwd=tmp_path)
    said = [text for _, text in settings.notes if "no effect" in text]
    assert said == [
        "The property hc.parameters.file=x has no effect: pyjm does not have what it sets yet",
        "The property time_threshold=50 has no effect: samples leave a server within 0.2 s",
    ]


@pytest.mark.parametrize("key", sorted(WITHOUT_EFFECT))
def test_the_default_is_not_worth_a_line(key: str) -> None:
    assert list(set_in_vain({key: WITHOUT_EFFECT[key][0]})) == []
