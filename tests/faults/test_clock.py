"""A server whose clock is set by an hour in mid-run: nothing is lost, no lease ends, no time of a sample changes."""

from __future__ import annotations

import re
import struct
import time
from pathlib import Path

import pytest
from faults.acts import POLICIES
from faults.field import Field
from faults.test_harmless import has_lost_nothing

HOUR_NS = 3600 * 10**9

INJECTED = """
import mmap, os, struct, time
with open(os.environ["CLOCK_OFFSET"], "rb") as file:
    cell = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
real = time.time_ns
time.time_ns = lambda: real() + struct.unpack("<q", cell)[0]
time.time = lambda: time.time_ns() / 1e9
"""
"""What each process of a server runs first: its wall clock is so many nanoseconds ahead as a file says."""


class Clock:
    """The wall clock of a server's processes."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "ahead"
        self.set_ahead(0)
        (folder / "injected").mkdir()
        (folder / "injected" / "sitecustomize.py").write_text(INJECTED)
        self.environ = {"PYTHONPATH": str(folder / "injected"), "CLOCK_OFFSET": str(self.file)}

    def set_ahead(self, by_ns: int) -> None:
        """Set it, by so much off the true time."""
        with self.file.open("r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("<q", by_ns))


def times_ms(field: Field, address: str) -> list[int]:
    """Give the times of a server's samples."""
    return [int(row.split(b",")[0]) for row in field.rows() if f",{address}-".encode() in row]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_changes_nothing(field: Field, hours: int, policy: str) -> None:
    clock = Clock(field.folder)
    (one,), (two,) = field.servers("one"), field.servers("two", environ=clock.environ)
    given = [f"-Jpyjm.on_loss={policy}"]
    if policy == "replace":
        given.append(f"-Jpyjm.standby_hosts={field.server('spare').address}")
    since_ms = time.time_ns() // 10**6
    controller = field.controller([one, two], *given, duration_s=5)
    field.flows(controller)
    clock.set_ahead(hours * HOUR_NS)
    has_lost_nothing(field, controller)
    way = "ahead" if hours > 0 else "back"
    said = f"{two.address}: its clock was set {way} by 3600.0 s; no time of a sample is changed by that"
    assert controller.text.count(said) == 1
    times = times_ms(field, two.address)
    assert since_ms - 50 <= min(times)
    assert max(times) <= time.time_ns() // 10**6 + 50
    assert max(times) - min(times) < 20_000
    total = re.findall(r"summary = +\d+ in (\d\d):(\d\d):(\d\d)", controller.text)[-1]
    assert total[:2] == ("00", "00"), "nor does that of the summary"


def test_with_the_controller_s_clock_times_are_right_however_wrong_the_server_s_is(field: Field) -> None:
    clock = Clock(field.folder)
    clock.set_ahead(HOUR_NS)
    (one,), (two,) = field.servers("one"), field.servers("two", environ=clock.environ)
    since_ms = time.time_ns() // 10**6
    controller = field.controller([one, two], "-Jpyjm.clock=controller", duration_s=5)
    field.flows(controller)
    clock.set_ahead(-HOUR_NS)
    has_lost_nothing(field, controller)
    assert f"{two.address}: its clock was set back by 7200.0 s" in controller.text
    until_ms = time.time_ns() // 10**6
    for spot in (one, two):
        times = times_ms(field, spot.address)
        assert since_ms - 50 <= min(times)
        assert max(times) <= until_ms + 50


def test_a_clock_that_was_wrong_from_the_start_is_told_and_its_times_are_its_own(field: Field) -> None:
    clock = Clock(field.folder)
    clock.set_ahead(HOUR_NS)
    (two,) = field.servers("two", environ=clock.environ)
    controller = field.controller([two], duration_s=2)
    field.flows(controller)
    has_lost_nothing(field, controller)
    assert min(times_ms(field, two.address)) > time.time_ns() // 10**6 + 3500 * 1000
    assert "clock" in controller.text
