"""A disk that is full, on either side: the test ends, whole rows stay, and what is not in the file is counted."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from faults.acts import POLICIES
from faults.field import Field
from faults.test_harmless import policed
from wired.relay import FROM, TO

WAYS = ["limited", "full"]


def limit_files(size: int) -> str:
    """Write what lets no file of a process grow further (EFBIG)."""
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


@cache
def has_small_disks() -> bool:
    """Tell whether this user may mount a file system for some processes alone."""
    unshare = shutil.which("unshare")
    tried = [unshare or "", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]
    return unshare is not None and subprocess.run(tried, capture_output=True, check=False).returncode == 0


def small_disk(folder: Path, kilobytes: int) -> list[str]:
    """Write what runs a command with a disk of that size at a folder (ENOSPC)."""
    if not has_small_disks():
        pytest.skip("may not mount a small disk")
    folder.mkdir(exist_ok=True)
    mounted = f'mount -t tmpfs -o size={kilobytes}k tmpfs {folder} && exec "$@"'
    return ["unshare", "-m", "sh", "-c", mounted, "sh"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("way", WAYS)
def test_one_of_the_controller_ends_the_test_and_leaves_whole_rows(field: Field, way: str, policy: str) -> None:
    spots, given = policed(field, policy, "one")
    full = way == "full"
    field.jtl = field.folder / "small" / "out.jtl"
    keep = f"cp {field.jtl} {field.folder}/kept.jtl"
    under = small_disk(field.jtl.parent, 32) if full else []
    if full:
        under[4] = under[4].replace('exec "$@"', f'{{ "$@"; status=$?; {keep}; exit $status; }}')
    controller = field.controller(
        spots, "-Gusers=20", *given, duration_s=120, before="" if full else limit_files(30_000), under=under
    )
    assert controller.ends(120) == 1, controller.text
    why = "No space left on device" if full else "File too large"
    assert f"out.jtl can't be written: {why}; the test is stopped" in controller.text
    left_out = re.search(r"out\.jtl: (\d+) rows came that are not in it", controller.text)
    received = re.search(r": (\d+) samples received, 0 lost", controller.text)
    assert left_out is not None
    assert received is not None
    if full:
        field.jtl = field.folder / "kept.jtl"
    assert len(field.rows()) + int(left_out[1]) == int(received[1])
    assert field.settled() - int(received[1]) <= 20, "requests that the stop cut off"
    assert "takes the place" not in controller.text


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("way", WAYS)
def test_one_of_a_server_ends_its_test_with_nothing_lost(field: Field, way: str, policy: str) -> None:
    field.silent_s = 8
    full = way == "full"
    before = "" if full else limit_files(200_000)
    under = small_disk(field.temporary, 400) if full else []
    one = field.server("one", "-Jpyjm.spool_memory=0", "-Jpyjm.lease=40", before=before, under=under)
    given = [f"-Jpyjm.on_loss={policy}"]
    if policy == "replace":
        given.append(f"-Jpyjm.standby_hosts={field.server('spare').address}")
    controller = field.controller([one], "-Gusers=20", *given, duration_s=120)
    field.flows(controller)
    one.way.blocked = {TO, FROM}
    why = "No space left on device" if full else "File too large"
    one.process.says(f"can't be written to .*{why}; the test is stopped there, nothing is lost", 60)
    one.way.blocked = set()
    one.way.cut()
    assert controller.ends(120) == 1, controller.text
    assert f"{why}; the test is stopped there, nothing is lost" in controller.text
    received = re.search(r": (\d+) samples received, 0 lost", controller.text)
    assert received is not None
    assert len(field.rows()) == int(received[1])
    assert field.settled() - len(field.rows()) <= 20, "requests that the stop cut off"
    assert "takes the place" not in controller.text
