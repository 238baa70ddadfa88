"""What is said of open files before a run."""

from __future__ import annotations

import pytest

from pyjm.engine.run.limits import raise_file_limit, shortage

resource = pytest.importorskip("resource")


@pytest.mark.parametrize(
    ("users", "workers", "allowed", "short"),
    [
        (936, 1, 1000, False),
        (937, 1, 1000, True),
        (1872, 2, 1000, False),
        (1873, 2, 1000, True),
        (10**6, 1, None, False),
    ],
)
def test_users_that_are_too_many_for_the_limit_are_told_of(
    users: int, workers: int, allowed: int | None, short: bool
) -> None:
    assert bool(shortage(users, workers, allowed)) is short


def test_it_says_how_many_are_needed_how_many_are_allowed_and_what_mends_it() -> None:
    said = shortage(50_000, 2, 20_000)
    assert said.startswith("50000 users need 25064 open files or more in each of 2 processes, and 20000 are allowed")
    assert "ulimit -Hn" in said


def test_the_limit_is_raised_as_far_as_the_system_lets_us() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, before[1]), before[1]))
    allowed = raise_file_limit()
    assert allowed is None or allowed >= before[1]
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= before[0]
