"""What holds for all tests."""

import os

from hypothesis import HealthCheck, settings

# a machine that is busy with other tests is slow, not wrong
settings.register_profile("pyjm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pyjm")


def pytest_xdist_auto_num_workers() -> int:
    """Run one more test at once than there are processors: a good part of them waits."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1
