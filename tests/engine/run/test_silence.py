"""Workers that say nothing: who is told of, who goes on, and who is ended."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyjm.engine.run.silence import LOOK_S, Silence


@dataclass
class Link:
    index: int
    alive: bool = True
    heard_s: float = 0.0
    ends: int = 0

    def end(self) -> None:
        self.ends += 1


class Watched:
    """Two workers, the first of which speaks only when it is told to; an hour passes in no time."""

    def __init__(self, ended_s: float = 60.0) -> None:
        self.links = [Link(0), Link(1)]
        self.said: list[str] = []
        self.silence = Silence(self.links, ended_s, self.said.append)
        self.now_s = self.silence.looked_s = 0.0

    def pass_s(self, seconds: float) -> list[str]:
        """Let time pass, looking as often as is looked; gives what was said."""
        self.said.clear()
        for _ in range(round(seconds / LOOK_S)):
            self.now_s += LOOK_S
            self.links[1].heard_s = self.now_s
            self.silence.look(self.now_s)
        return list(self.said)


def test_a_silent_worker_is_told_of_once_and_ended_in_time() -> None:
    watched = Watched()
    assert watched.pass_s(4.5) == []
    (said,) = watched.pass_s(50)
    assert said.startswith("worker 1 of 2 has said nothing for 5.0 s")
    assert "ended if it says nothing for 60 s (pyjm.worker_timeout)" in said
    assert watched.pass_s(30) == ["worker 1 of 2 is ended: it said nothing for 60 s"]
    assert [link.ends for link in watched.links] == [1, 0]


def test_one_that_speaks_again_goes_on() -> None:
    watched = Watched()
    watched.pass_s(20)
    watched.links[0].heard_s = watched.now_s
    assert watched.pass_s(1) == ["worker 1 of 2 goes on; nothing of it is lost"]
    assert watched.pass_s(3) == []
    assert watched.links[0].ends == 0


def test_without_a_timeout_it_is_waited_for_ever() -> None:
    watched = Watched(0)
    (said,) = watched.pass_s(3600)
    assert "ended" not in said
    assert watched.links[0].ends == 0


def test_a_short_timeout_is_told_of_in_half_of_it() -> None:
    watched = Watched(1)
    (said,) = watched.pass_s(0.5)
    assert "has said nothing" in said
    assert watched.pass_s(0.5) == ["worker 1 of 2 is ended: it said nothing for 1 s"]


@pytest.mark.parametrize("alive", [True, False])
def test_a_time_in_which_nobody_ran_is_nobodys_silence(alive: bool) -> None:
    watched = Watched()
    watched.links[0].alive = alive
    watched.pass_s(2)
    watched.now_s += 3600  # the machine slept
    assert watched.pass_s(LOOK_S) == []
    assert watched.links[0].ends == 0


def test_one_that_has_ended_is_not_missed() -> None:
    watched = Watched()
    watched.links[0].alive = False
    assert watched.pass_s(100) == []
