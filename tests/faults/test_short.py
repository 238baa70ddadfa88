"""One run in which most of it goes wrong at once: the short cut of the fault matrix."""

from __future__ import annotations

import os
import re
import signal

import pytest
from faults.field import Field

pytestmark = [
    pytest.mark.short,
    pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="finds processes in /proc"),  # noqa: PTH112
]


def test_a_cut_way_a_dead_server_and_its_replacement_are_all_accounted_for(field: Field) -> None:
    one, two, three = field.servers("one", "two", "three")
    policy = ["-Jpyjm.on_loss=replace", f"-Jpyjm.standby_hosts={three.address}"]
    controller = field.controller([one, two], *policy, duration_s=5)
    field.flows(controller)
    one.way.cut()
    two.send(signal.SIGKILL)
    controller.says(re.escape(f"{three.address} takes the place of {two.address}"))
    assert controller.ends() == 1, controller.text
    told = field.account(controller)
    assert told.unknown == [two.address]
    assert told.lost == 0
    assert f"{one.address} is lost" not in controller.text
    assert re.search(rf"{two.address}: 50 % of the load was missing for .* s, until {three.address}", controller.text)
