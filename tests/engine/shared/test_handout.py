"""Rows that are handed to a worker: asked for ahead, waited for, at an end."""

from __future__ import annotations

import asyncio
import math
import time
from asyncio import Future

from pyjm.engine.shared.handout import END, FIRST, STOPPED, Handout


class Somebody:
    """Who waits for a row."""

    def __init__(self) -> None:
        self.running = True
        self.came: Future[None] | None = None
        self.ends_s: float | None = None

    def left_s(self) -> float:
        return math.inf if self.ends_s is None else self.ends_s - time.monotonic()

    async def wait_for(self, came: Future[None]) -> None:
        self.came = came
        await came

    def stop(self) -> None:
        self.running = False
        if self.came is not None and not self.came.done():
            self.came.set_result(None)


class Asked:
    """A handout and what it asked for."""

    def __init__(self, rows: int = 1000) -> None:
        self.asked: list[tuple[str, int, int, bool, int]] = []
        self.handout = Handout("f", rows, False, lambda *said: self.asked.append(said))


def test_who_comes_first_waits_and_all_get_the_rows_in_their_order() -> None:
    async def run() -> list[int]:
        one = Asked()
        waiting = [asyncio.ensure_future(one.handout.taken(Somebody())) for _ in range(3)]
        await asyncio.sleep(0)
        assert one.asked == [("f", FIRST, 1000, False, 0)]
        one.handout.given(10, 13)
        return sorted(await asyncio.gather(*waiting))

    assert asyncio.run(run()) == [10, 11, 12]


def test_more_is_asked_for_before_all_is_used_and_once() -> None:
    one = Asked()
    one.handout.ask()
    one.handout.given(0, FIRST)
    for _ in range(FIRST // 2 - 1):
        one.handout.take()
    assert len(one.asked) == 1
    one.handout.take()
    one.handout.take()
    assert [used for *_, used in one.asked] == [0, FIRST // 2]


def test_an_empty_block_is_the_end_for_all_who_wait() -> None:
    async def run() -> list[int]:
        one = Asked()
        waiting = [asyncio.ensure_future(one.handout.taken(Somebody())) for _ in range(3)]
        await asyncio.sleep(0)
        one.handout.given(1000, 1000)
        found = await asyncio.gather(*waiting)
        assert one.handout.take() == END
        return found

    assert asyncio.run(run()) == [END] * 3


def test_a_file_without_rows_asks_for_none() -> None:
    one = Asked(rows=0)
    assert one.handout.take() == END
    assert one.asked == []


def test_one_who_is_stopped_takes_no_row_and_leaves_it_to_who_waits() -> None:
    async def run() -> tuple[int, int]:
        one = Asked()
        first, second = Somebody(), Somebody()
        waiting = [asyncio.ensure_future(one.handout.taken(each)) for each in (first, second)]
        await asyncio.sleep(0)
        first.running = False  # and hears of it only when it is woken
        one.handout.given(7, 8)
        a, b = await asyncio.gather(*waiting)
        return a, b

    assert asyncio.run(run()) == (STOPPED, 7)


def test_who_is_stopped_or_out_of_time_waits_no_longer() -> None:
    async def run() -> list[int]:
        one = Asked()
        stopped, late = Somebody(), Somebody()
        late.ends_s = time.monotonic() + 0.01
        waiting = [asyncio.ensure_future(one.handout.taken(each)) for each in (stopped, late)]
        await asyncio.sleep(0)
        stopped.stop()
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(run()) == [STOPPED, STOPPED]


def test_one_who_is_cut_off_leaves_its_turn_to_who_waits() -> None:
    async def run() -> int:
        one = Asked()
        first, second = (asyncio.ensure_future(one.handout.taken(Somebody())) for _ in range(2))
        await asyncio.sleep(0)
        one.handout.given(7, 8)
        first.cancel()
        return await second

    assert asyncio.run(run()) == 7


def test_who_uses_rows_quickly_asks_for_more_at_a_time() -> None:
    one = Asked(rows=10**6)
    one.handout.ask()
    at = 0
    for _ in range(5):
        want = one.asked[-1][1]
        one.handout.given(at, at + want)
        at += want
        while one.handout.take() is not None:
            pass
    assert [want for _, want, *_ in one.asked][:5] == [FIRST << turn for turn in range(5)]
