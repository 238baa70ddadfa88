"""Run mypy strict over the package `pyjm` as it is installed: the folders of the root under one name."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("engine", "server", "client", "keystore", "properties")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pyjm"
        package.mkdir()
        for room in ROOMS:
            (package / room).symlink_to(ROOT / room)
        command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
        command += ["--cache-dir", str(ROOT / ".mypy_cache"), "-p", "pyjm", *sys.argv[1:]]
        return subprocess.call(command, cwd=folder, env={**os.environ, "MYPYPATH": folder})


if __name__ == "__main__":
    sys.exit(main())
