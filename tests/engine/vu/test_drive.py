"""A driven coroutine behaves as one that a task steps: what it waits for, how it is cancelled, what it raises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from pyjm.engine.vu.drive import Drive, Ready

Life = Callable[[Drive], Coroutine[Any, Any, None]]


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(main, 20))


def begun(life: Life, ready: Ready | None = None) -> tuple[Drive, asyncio.Task[None]]:
    drive = Drive(ready or Ready())

    async def main() -> None:
        await drive.run(life(drive))

    return drive, asyncio.get_running_loop().create_task(main())


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_it_pauses_until_it_is_woken_each_time() -> None:
    seen: list[int] = []

    async def life(drive: Drive) -> None:
        for number in range(3):
            await drive
            seen.append(number)

    async def main() -> None:
        drive, task = begun(life)
        await turns()
        for number in range(3):
            assert seen == list(range(number))
            drive.wake()
            assert seen == list(range(number))  # not within the call
            await turns()
        await task

    run(main())
    assert seen == [0, 1, 2]


def test_a_wake_that_comes_before_the_pause_ends_it() -> None:
    async def life(drive: Drive) -> None:
        drive.wake()
        await drive

    async def main() -> None:
        await begun(life)[1]

    run(main())


def test_those_who_are_woken_in_one_turn_go_on_in_their_order() -> None:
    seen: list[str] = []
    ready = Ready()

    def life(name: str) -> Life:
        async def live(drive: Drive) -> None:
            await drive
            seen.append(name)

        return live

    async def main() -> None:
        made = [begun(life(name), ready) for name in "abc"]
        await turns()
        for drive, _ in reversed(made):
            drive.wake()
        await asyncio.gather(*[task for _, task in made])

    run(main())
    assert seen == ["c", "b", "a"]


def test_alarms_wake_in_the_order_of_their_times() -> None:
    seen: list[str] = []
    took: dict[str, float] = {}
    ready = Ready()

    def life(name: str, delay_s: float) -> Life:
        async def live(drive: Drive) -> None:
            begin = time.perf_counter()
            drive.wake_after(delay_s)
            await drive
            took[name] = time.perf_counter() - begin
            seen.append(name)

        return live

    async def main() -> None:
        delays = {"late": 0.06, "soon": 0.02, "later": 0.08, "at once": 0.0, "between": 0.04}
        made = [begun(life(name, delay_s), ready) for name, delay_s in delays.items()]
        await asyncio.gather(*[task for _, task in made])
        assert all(took[name] > delay_s - 0.0005 for name, delay_s in delays.items())

    run(main())
    assert seen == ["at once", "soon", "between", "late", "later"]


def test_an_alarm_that_was_put_off_wakes_nobody() -> None:
    seen: list[str] = []

    async def life(drive: Drive) -> None:
        drive.wake_after(0.01)
        drive.alarm = 0
        await drive
        seen.append("woken")
        drive.wake_after(0.01)
        drive.wake_after(0.03)  # in place of the one before
        begin = time.perf_counter()
        await drive
        seen.append("waited" if time.perf_counter() - begin > 0.029 else "too short")

    async def main() -> None:
        ready = Ready()
        drive, task = begun(life, ready)
        _, ends = begun(_alarmed, ready)
        await ends  # its time is later than that of the alarm that was put off
        assert seen == []
        drive.wake()
        await task

    run(main())
    assert seen == ["woken", "waited"]


async def _alarmed(drive: Drive) -> None:
    drive.wake_after(0.02)
    await drive


def test_it_awaits_whatever_a_task_may_await() -> None:
    seen: list[Any] = []

    async def life(drive: Drive) -> None:
        await asyncio.sleep(0)
        seen.append(await asyncio.sleep(0.001, "slept"))
        seen.append(await asyncio.to_thread(lambda: "threaded"))
        seen.extend(await asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2)))
        await drive
        async with asyncio.timeout(5):
            seen.append(await asyncio.wait_for(asyncio.sleep(0, "in time"), 5))

    async def main() -> None:
        drive, task = begun(life)
        while len(seen) < 4:
            await turns(1)
        await turns()
        drive.wake()
        await task

    run(main())
    assert seen == ["slept", "threaded", 1, 2, "in time"]


def test_its_task_is_the_present_one_wherever_it_is_stepped() -> None:
    seen: list[Any] = []

    async def life(drive: Drive) -> None:
        seen.append(asyncio.current_task())
        await drive
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())

    async def main() -> asyncio.Task[None]:
        drive, task = begun(life)
        await turns()
        drive.wake()
        await task
        return task

    task = run(main())
    assert seen == [task] * 3


def test_a_timeout_within_cuts_what_it_waits_for() -> None:
    seen: list[str] = []
    both = asyncio.Event()

    async def life(drive: Drive) -> None:
        await drive
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            seen.append("event")
        try:
            async with asyncio.timeout(0.01):
                await drive
        except TimeoutError:
            seen.append("pause")
        both.set()
        await drive

    async def main() -> None:
        drive, task = begun(life)
        await turns()
        drive.wake()
        await asyncio.wait_for(both.wait(), 10)
        await turns()
        drive.wake()
        await task
        assert not task.cancelling()

    run(main())
    assert seen == ["event", "pause"]


async def _paused(drive: Drive) -> None:
    await drive


async def _asleep(drive: Drive) -> None:
    await asyncio.Event().wait()


async def _takes_turns(drive: Drive) -> None:
    await turns(10**9)


async def _cancels_itself(drive: Drive) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await drive


async def _cancels_itself_later(drive: Drive) -> None:
    await asyncio.sleep(0)
    await _cancels_itself(drive)


@pytest.mark.parametrize("life", [_paused, _asleep, _takes_turns, _cancels_itself, _cancels_itself_later])
def test_cancelled_it_ends_as_a_cancelled_task(life: Life) -> None:
    async def main() -> None:
        _, task = begun(life)
        await turns()
        if "itself" not in life.__name__:
            assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    run(main())


def test_one_that_was_woken_and_then_cancelled_is_cancelled() -> None:
    async def main() -> None:
        drive, task = begun(_paused)
        await turns()
        drive.wake()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_what_it_awaits_is_cancelled_with_it() -> None:
    ended: list[str] = []

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("other")
            raise

    async def life(drive: Drive) -> None:
        await drive
        await asyncio.get_running_loop().create_task(other())

    async def main() -> None:
        drive, task = begun(life)
        await turns()
        drive.wake()
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())
    assert ended == ["other"]


def test_it_may_go_on_after_it_was_cancelled() -> None:
    async def life(drive: Drive) -> None:
        try:
            await drive
        except asyncio.CancelledError:
            await drive

    async def main() -> None:
        drive, task = begun(life)
        await turns()
        task.cancel()
        await turns()
        assert not task.done()
        drive.wake()
        await task

    run(main())


@pytest.mark.parametrize("pauses", [0, 1])
def test_what_it_raises_its_task_raises(pauses: int) -> None:
    async def life(drive: Drive) -> None:
        for _ in range(pauses):
            await drive
        raise LookupError("gone")

    async def main() -> None:
        drive, task = begun(life)
        await turns()
        drive.wake()
        with pytest.raises(LookupError, match="gone"):
            await task

    run(main())
