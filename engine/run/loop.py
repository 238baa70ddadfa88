"""Which event loop a worker runs on: uvloop (winloop on Windows) where it is installed, or asyncio's own."""

from __future__ import annotations

import asyncio
import sys


def new_loop(choice: str = "auto") -> asyncio.AbstractEventLoop:
    """Make the loop that `pyjm.loop` asks for: `auto`, `uvloop` or `asyncio`."""
    if choice != "asyncio":
        try:
            if sys.platform == "win32":
                import winloop as fast
            else:
                import uvloop as fast
        except ImportError:
            if choice != "auto":
                raise
        else:
            loop: asyncio.AbstractEventLoop = fast.new_event_loop()
            return loop
    return asyncio.new_event_loop()
