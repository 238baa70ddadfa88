"""Keep a server's lease alive, and notice within seconds that the server is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from time import perf_counter_ns

from pyjm.client.member import Progress
from pyjm.server.wire.contract import BadMessage, Code, Plain, Refused, unpack_map
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

BEAT_S = 1.0
_AGAIN_S = 0.25


class Heart:
    """The control link of one server: a beat a second, and the calls that must be answered in milliseconds.

    The server is lost when it does not answer for `loss_timeout_s`, or when the link is cut and can't be opened again.
    `reopen` opens the link again; `on_loss` is told why it is lost, once.
    """

    def __init__(
        self,
        link: Link,
        lease_s: float,
        loss_timeout_s: float,
        reopen: Callable[[], Link],
        explain: Callable[[Exception], Exception],
        on_loss: Callable[[str], None],
    ) -> None:
        self.progress = Progress()
        self._link = link
        self._beat_s = min(BEAT_S, lease_s / 4)
        self._loss_timeout_s = loss_timeout_s
        self._reopen = reopen
        self._explain = explain
        self._on_loss = on_loss
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def call(self, name: str, *args: Plain, timeout_s: float | None = None) -> Plain:
        """Call the server, from any thread; raises LinkDown, Refused, BadMessage."""
        answer: Plain = self._link.call(name, *args, timeout_s=timeout_s or self._loss_timeout_s)
        return answer

    def stop(self) -> None:
        """Stop beating; the link stays open."""
        self._ending.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def close(self) -> None:
        """Stop beating and let go of the link."""
        self._ending.set()
        self._link.abort()
        self.stop()
        self._link.close()

    def _beat(self) -> None:
        while not self._ending.wait(self._beat_s):
            try:
                state = unpack_map(self.call("renew"))
                self.progress = progressed(self.progress, int(state["made"]), bool(state["ended"]))
            except LinkDown as down:
                if self._ending.is_set() or not self._mend(down):
                    return
            except Refused as refusal:
                if refusal.code == Code.LEASE:
                    self._lose("its lease ran out: it was out of reach for too long, or was started anew")
                else:
                    self._lose(refusal.text)
                return
            except (BadMessage, KeyError, TypeError, ValueError) as error:
                self._lose(f"it answers what is no answer ({error})")
                return

    def _mend(self, down: LinkDown) -> bool:
        """Open the link again after a cut; tells whether that worked. A port on which nobody listens is the end."""
        if down.trouble is Trouble.NO_ANSWER:
            self._lose(f"it did not answer for {self._loss_timeout_s:g} s")
            return False
        log.info("the control link was cut (%s), it is opened again", down)
        until = time.monotonic() + self._loss_timeout_s
        while not self._ending.is_set():
            try:
                self._link = self._reopen()
                return True
            except LinkDown as again:  # somebody is there, the way to it is bad
                if time.monotonic() > until:
                    self._lose(f"the connection was cut and did not come back: {self._explain(again)}")
                self._ending.wait(_AGAIN_S)
            except (OSError, Refused, BadMessage) as error:
                self._lose(f"the connection was cut and did not come back: {self._explain(error)}")
        return False

    def _lose(self, reason: str) -> None:
        if not self._ending.is_set():  # one that is let go is not lost
            self._ending.set()
            self._on_loss(reason)


def progressed(before: Progress, made: int, ended: bool) -> Progress:
    """Note how far a server is now."""
    now_ns = perf_counter_ns()
    seconds = (now_ns - before.at_ns) / 1e9
    quick = (made - before.made) / seconds if before.at_ns and seconds > 0 else 0.0
    return Progress(made, ended, now_ns, max(before.per_s, quick))
