"""The links to one server: opened with its lease, opened again after a cut."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter_ns

from pyjm.client.clocks import Timekeeper
from pyjm.client.dial import Dialer
from pyjm.client.door import Joined
from pyjm.client.load import capacity
from pyjm.client.receive import Caller, Receiver
from pyjm.server.wire.contract import CONTROL, DATA, THREADS, BadMessage, Plain, Refused, unpack_map
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.client.remote")

CLOCK_ROUNDS = 8
CLOCK_GOOD_NS = 2_000_000
CLOCK_SLOW_NS = 500_000_000
RELEASE_S = 30.0

DOWN = (OSError, LinkDown, Refused, BadMessage)
"""What opening a link, or calling over it, may raise."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is known of a lease: enough to take the server up again, also from another process.

    `server_id` tells this start of the server's process from all others, `token` is known to the holder alone; `stops`:
    the test ends with the lease. `certificate` is what it has shown (see receive.Caller), `joined`: it dials, not we.
    """

    token: str
    lease_s: float
    server_id: str
    data_port: int = 0
    stops: bool = True
    certificate: str = ""
    joined: bool = False

    @property
    def caller(self) -> Caller:
        """Tell it from all others that dial."""
        return Caller(self.server_id, self.certificate)


class Opener:
    """Opens the links of one lease. `quick_s` is how long one attempt may take to open a link again."""

    def __init__(
        self,
        dialer: Dialer,
        quick_s: float,
        receiver: Receiver | None,
        callback_host: str,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        limits = dialer.limits
        self.timekeeper = Timekeeper(dialer.name, say)
        self._dialer = dialer
        self._quick = replace(
            dialer,
            limits=replace(
                limits, connect_s=min(limits.connect_s, quick_s), handshake_s=min(limits.handshake_s, max(quick_s, 1.0))
            ),
        )
        self._receiver = receiver
        self._callback_host = callback_host
        self.grant = Grant("", 0.0, "")
        self.workers = 1
        self.offset_ns = 0

    def acquire(self) -> Link:
        """Open the control link and take the server's lease."""
        link, about = self._dialer.open(CONTROL)
        sent_ns = perf_counter_ns()
        try:
            self.workers = capacity(about)
            lease = unpack_map(link.call("acquire", timeout_s=RELEASE_S))
            self.grant = Grant(
                token=str(lease["token"]),
                lease_s=float(lease["lease_s"]),
                server_id=str(about.get("id")),
                data_port=int(about.get("data_port", 0)),
                stops=bool(lease.get("stops", True)),
                certificate=Caller.of(link, about).certificate,
                joined=isinstance(self._dialer, Joined),
            )
            self.timekeeper.beat(lease, sent_ns, perf_counter_ns())
            self.offset_ns = measure_offset_ns(link, self.timekeeper.clock.add)
        except (*DOWN, KeyError, TypeError):
            link.close()
            raise
        log.info("%s: %s cores, %s", self._dialer.name, about.get("cores"), about.get("product"))
        return link

    def resume(self, grant: Grant) -> Link:
        """Open the control link of a lease that another process took."""
        self.grant = grant
        link = self.control()
        try:
            self.offset_ns = measure_offset_ns(link, self.timekeeper.clock.add)
        except DOWN:
            link.close()
            raise
        return link

    def control(self) -> Link:
        """Open the control link again."""
        return self._attached(self._quick.open(CONTROL)[0])

    def data(self, dial: Callable[..., Plain], *, again: bool = False) -> Link:
        """Open the data link; `dial` asks the server to open it, where it is to."""
        dialer = self._quick if again else self._dialer
        return self._attached(self._received(DATA, dial) or dialer.open(DATA, self.grant.data_port, dial)[0])

    def threads(self, dial: Callable[..., Plain]) -> Link | None:
        """Have the server open a link for thread counts, where client.rmi.localport says so."""
        link = self._received(THREADS, dial)
        return self._attached(link) if link is not None else None

    def further(self, kind: str, dial: Callable[..., Plain]) -> Link:
        """Open one more link, to the port of the control link."""
        return self._attached(self._quick.open(kind, 0, dial)[0])

    def call(self, name: str, timeout_s: float) -> Plain:
        """Call the server over a link for that alone."""
        link = self.control()
        try:
            answer: Plain = link.call(name, timeout_s=timeout_s)
        finally:
            link.close()
        return answer

    def _received(self, kind: str, dial: Callable[..., Plain]) -> Link | None:
        if self._receiver is None:
            return None
        dial("dial", self._callback_host, self._receiver.port(kind))
        return self._receiver.take(self.grant.caller, kind, self._dialer.limits.handshake_s).link

    def _attached(self, link: Link) -> Link:
        try:
            link.call("attach", self.grant.token, timeout_s=self._quick.limits.handshake_s)
        except (LinkDown, Refused, BadMessage):
            link.close()
            raise
        return link


def measure_offset_ns(link: Link, note: Callable[[int, int, int], object] = lambda sent, theirs, back: None) -> int:
    """Tell how far the server's clock is ahead: of several rounds the quickest tells best, as in NTP.

    `note` is told of each: when it went out, what the server's clock said, when it was back.

    The error is half a round at most. While rounds are slow, as when a machine is busy, more of them are tried.
    """
    best_ns, offset_ns = 1 << 62, 0
    until_ns = perf_counter_ns() + CLOCK_SLOW_NS
    rounds = 0
    while rounds < CLOCK_ROUNDS or (best_ns > CLOCK_GOOD_NS and perf_counter_ns() < until_ns):
        rounds += 1
        sent_ns = perf_counter_ns()
        theirs_ns = link.call("clock", sent_ns)
        back_ns = perf_counter_ns()
        if not isinstance(theirs_ns, int):
            continue
        note(sent_ns, theirs_ns, back_ns)
        if back_ns - sent_ns < best_ns:
            best_ns, offset_ns = back_ns - sent_ns, theirs_ns - (sent_ns + back_ns) // 2
    return offset_ns
