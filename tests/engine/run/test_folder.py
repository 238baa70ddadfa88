"""Temporary folders go with their process, however that ended; of those who live none is touched."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pyjm.engine.run.folder import LOCK, Folder, sweep

KILLED = "import os; from pyjm.engine.run.folder import Folder; print(Folder('run-').path, flush=True); os._exit(9)"


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def killed() -> Path:
    """Have a process make a folder and end without a word."""
    said = subprocess.run([sys.executable, "-c", KILLED], check=False, capture_output=True, text=True)
    path = Path(said.stdout.strip())
    assert (path / LOCK).exists(), said.stderr
    return path


def test_a_folder_is_private_and_goes_with_all_that_is_in_it() -> None:
    folder = Folder("run-")
    assert folder.path.name.startswith("pyjm-run-")
    assert folder.path.stat().st_mode & 0o77 == 0
    (folder.path / "deep").mkdir()
    (folder.path / "deep" / "file").write_bytes(b"x")
    folder.remove()
    folder.remove()
    assert not folder.path.exists()


def test_what_a_killed_process_left_is_removed() -> None:
    left = killed()
    (left / "spool").write_bytes(b"x")
    sweep()
    assert not left.exists()


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    living = Folder("server-")
    (tmp_path / "pyjm-runs-0").mkdir()
    sweep()
    assert living.path.exists()
    assert (tmp_path / "pyjm-runs-0").exists(), "without a lock it is none of these"
    living.remove()


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "precious"
    killed().rename(elsewhere)
    (tmp_path / "pyjm-x").symlink_to(elsewhere)
    sweep()
    assert (elsewhere / LOCK).exists()
