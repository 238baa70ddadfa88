"""What this machine has: told in `hello`, and held against what a plan wants."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

from pyjm.engine.run.limits import raise_file_limit


def describe_machine() -> dict[str, Any]:
    """Tell cores, bytes of memory (all, available), of disk for tests, and files that a process may open (0: any)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    return {
        "cores": cores,
        "memory": pages,
        "available": _available(),
        "disk": shutil.disk_usage(tempfile.gettempdir()).free,
        "folder": tempfile.gettempdir(),
        "files": raise_file_limit() or 0,
        "platform": sys.platform,
    }


def _available() -> int:
    """Count the bytes of memory that a new process can have."""
    import psutil

    return int(psutil.virtual_memory().available)
