"""What HTTP Requests are tried on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from http_site import Answers, Site, run_site

from pyjm.engine.compile.build import Build


@pytest.fixture
def on_site(build: Build) -> Callable[[Answers, Callable[[Site], Awaitable[None]]], None]:
    """Run a coroutine function with a site: `on_site(answers, scenario)`."""
    return lambda answers, scenario: run_site(build, answers, scenario)
