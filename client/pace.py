"""How quickly a member makes samples, by what comes from it: what it may have made since it was last heard of."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter_ns

from pyjm.client.member import UNKNOWN, Progress
from pyjm.server.wire.contract import TAKE_AT_MOST

WINDOW_S = 0.2
"""The time over which samples are counted: as often as workers hand theirs over, or seldomer where they come so."""

UNSAID_S = 0.5
"""How old samples may be when a server first counts them."""


TAKES_PER_S = 250
"""How many answers with samples a controller takes from all servers together: each costs it as much as their rows do.

Workers hand theirs over every 0.2 s. Of more than fifty servers, what they have handed over for longer makes one batch.
"""


def rest_s(members: int) -> float:
    """Tell how long each of so many servers is left in peace; 0: it is asked as often as it has something."""
    return members / TAKES_PER_S if members > TAKES_PER_S * WINDOW_S else 0.0


ON_THE_WAY = 64 << 20
"""Bytes of batches that all servers together may have handed over and the controller has not written yet."""
LEAST_ANSWER = 64 << 10
"""Bytes of batches that each server may hand over at once, however many there are."""
PRESSING = 1 << 20
"""Bytes in one answer from which on the next is asked for at once; less, where no answer may have so many."""


def most_at_once(members: int) -> int:
    """Tell how many bytes of batches each of so many servers may hand over at once."""
    return min(max(ON_THE_WAY // max(1, members), LEAST_ANSWER), TAKE_AT_MOST)


def is_pressing(answer: int, members: int) -> bool:
    """Tell by the bytes of an answer whether more wait there."""
    return answer >= min(PRESSING, most_at_once(members) // 2)


class Pace:
    """Counts the samples of one member as they come; one of which some have come to another process has `begun`."""

    def __init__(
        self, clock: Callable[[], int] = perf_counter_ns, window_s: float = WINDOW_S, *, begun: bool = False
    ) -> None:
        self._window_s = window_s
        self._begun = begun
        self._clock = clock
        self._since_ns = self._heard_ns = clock()
        self._count = 0
        self._quickest_per_s = 0.0
        self._active = 0

    def note(self, samples: int, active: int) -> None:
        """Take a batch of so many samples, made by so many users."""
        self._heard_ns = self._clock()
        self._count += samples
        self._active = active
        span_s = (self._heard_ns - self._since_ns) / 1e9
        if span_s >= self._window_s:
            self._quickest_per_s = max(self._quickest_per_s, self._count / span_s)
            self._since_ns, self._count = self._heard_ns, 0

    def silent_s(self, progress: Progress) -> float:
        """Tell for how long nothing has been heard, neither samples nor an account of its progress."""
        return (self._clock() - max(self._heard_ns, progress.at_ns)) / 1e9

    def per_s(self, progress: Progress) -> float:
        """Tell how many samples it has made in a second at its quickest."""
        return max(self._quickest_per_s, progress.per_s, self._count / self._window_s)

    def unheard(self, progress: Progress, counted: int, per_s: float = 0.0) -> int:
        """Tell how many samples it may have made, and requests have had under way, beyond those that were counted.

        That is what it had made and not handed over by its last account, what it may have made since, at its own
        quickest or at `per_s`, that of others who run the same, and one request for each of its users. A server that is
        out of reach runs on until its lease is over. UNKNOWN where nothing ends it, or nothing of its pace is known.
        """
        unsaid = max(0, progress.made - counted)
        if progress.ended or not progress.at_ns:  # or has never given an account of itself
            return unsaid + progress.active
        since_s = max(self.silent_s(progress), progress.runs_on_s) + UNSAID_S
        if math.isinf(since_s):
            return UNKNOWN
        pace = max(per_s, self.per_s(progress))
        if self._begun and not pace:
            return UNKNOWN
        since = math.ceil(pace * since_s)
        return unsaid + since + max(self._active, progress.active)
