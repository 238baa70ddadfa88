"""One thread that serves the links of all servers: whichever has something to say is heard, and none holds it up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from pyjm.server.wire.link import Link

T = TypeVar("T")


class Board:
    """An event loop in a thread of its own, which lives as long as somebody has entered and not left.

    What takes its time and can't be waited for piece by piece, like opening a link, is done in a thread made for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Give the loop of those who have entered."""
        assert self._loop is not None
        return self._loop

    def enter(self) -> None:
        """Have the thread run, until `leave`."""
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._loop = asyncio.SelectorEventLoop()  # what Windows has else can not watch sockets
                self._thread = threading.Thread(target=self._loop.run_forever, name="links", daemon=True)
                self._thread.start()

    def leave(self) -> None:
        """Have the thread end, if nobody else is inside; not in the thread itself."""
        with self._lock:
            self._inside -= 1
            if self._inside:
                return
            loop, thread = self._loop, self._thread
            assert loop is not None and thread is not None
            asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
            self._loop = self._thread = None

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have something done in the thread; from any thread. To cancel the future cancels the work."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the thread, and wait for it; from any other thread."""
        assert self._thread is not threading.current_thread()
        return self.begin(work).result()

    def soon(self, action: Callable[[], object]) -> None:
        """Call something in the thread, if it runs; from any thread."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(action)
            except RuntimeError:  # it has ended beside us
                pass


async def _end_all() -> None:
    """Cancel what is still under way."""
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def opened(opening: Callable[[], Link]) -> Link:
    """Open a link in a thread made for it; one that nobody waits for any more is closed. Raises what `opening` does."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[Link] = loop.create_future()

    def give(link: Link) -> None:
        if coming.done():
            link.close()
        else:
            coming.set_result(link)

    def fail(error: Exception) -> None:
        if not coming.done():
            coming.set_exception(error)

    def work() -> None:
        try:
            link = opening()
        except Exception as error:  # it is raised where it is waited for
            _tell(loop, partial(fail, error))
            return
        if not _tell(loop, lambda: give(link)):
            link.close()

    threading.Thread(target=work, name="opening a link", daemon=True).start()
    return await coming


def _tell(loop: asyncio.AbstractEventLoop, action: Callable[[], None]) -> bool:
    try:
        loop.call_soon_threadsafe(action)
    except RuntimeError:  # the loop has ended
        return False
    return True


class Alarm:
    """What those wait for in the board's thread who would else rest for some time."""

    def __init__(self) -> None:
        self.is_on = False
        self._resting: set[asyncio.Future[bool]] = set()

    def ring(self) -> None:
        """Wake all, and let nobody rest from here on."""
        self.is_on = True
        self.wake()

    def wake(self) -> None:
        """Wake all who rest now."""
        for rest in self._resting:
            _end_rest(rest, awake=True)

    def reset(self) -> None:
        """Let them rest again."""
        self.is_on = False

    async def within(self, seconds: float) -> bool:
        """Rest, no longer than that; tells whether somebody was woken."""
        if self.is_on:
            return True
        loop = asyncio.get_running_loop()
        rest: asyncio.Future[bool] = loop.create_future()
        over = loop.call_later(seconds, _end_rest, rest)
        self._resting.add(rest)
        try:
            return await rest
        finally:
            over.cancel()
            self._resting.discard(rest)


def _end_rest(rest: asyncio.Future[bool], *, awake: bool = False) -> None:
    if not rest.done():
        rest.set_result(awake)
