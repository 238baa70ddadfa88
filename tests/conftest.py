"""What holds for all tests."""

import os
import sys

from hypothesis import HealthCheck, settings

# a machine that is busy with other tests is slow, not wrong
settings.register_profile("pyjm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pyjm")

# the tests start some hundred processes: none of them has to compile what another has compiled
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_xdist_auto_num_workers() -> int:
    """Run one more test at once than there are processors: a good part of them waits."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1
