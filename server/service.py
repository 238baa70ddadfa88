"""The calls of one link: who may call what and when, and what each does to the host."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter_ns
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from rpyc.core import service

from pyjm.engine.run.engine import Health
from pyjm.engine.run.wishes import Granted
from pyjm.server.host import Host, is_epoch, running
from pyjm.server.lease import Lease
from pyjm.server.wire.contract import (
    BEFORE_HELLO,
    BEFORE_LEASE,
    CALLS,
    DATA,
    PROTOCOL,
    ROWS,
    TAKE_AT_MOST,
    BadMessage,
    Code,
    Refused,
    in_one_line,
    pack,
    pack_batches,
    unpack,
    unpack_map,
    version_text,
)
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.server")

_LONGEST_WAIT_S = 10.0
MOST_WRONG_TOKENS = 3


@dataclass(frozen=True)
class Caller:
    """Who calls: from where, and with which certificate (None without TLS)."""

    peer: str
    certificate: x509.Certificate | None = None

    @property
    def name(self) -> str:
        """Give the name in its certificate, in one line."""
        return (
            in_one_line(self.certificate.subject.rfc4514_string()) if self.certificate is not None else "no certificate"
        )

    @property
    def fingerprint(self) -> bytes:
        """Tell its certificate from all others; empty without TLS."""
        return self.certificate.fingerprint(SHA256()) if self.certificate is not None else b""


class Calls(service.Service):  # type: ignore[misc]  # rpyc has no types
    """What one link may call: the methods named in the contract, in their order (hello, then a lease, then the rest).

    `about` is what this server says of itself in `hello`; `refusal` says why the caller gets no further than that.
    Of a link that this server has dialled to join a controller it is known beforehand what `kind` it is, and `greeted`
    is told when hello was said.
    """

    def __init__(
        self, host: Host, caller: Caller, about: dict[str, Any], dial: Callable[[str, int], None], refusal: str = ""
    ) -> None:
        self._host = host
        self._caller = caller
        self._refusal = refusal
        self._wrong_tokens = 0
        self._about = about
        self._dial = dial
        self._who = ""
        self._lease: Lease | None = None
        self.link: Link | None = None
        self.kind = ""
        self.greeted: Callable[[], None] | None = None
        self.was_held = False
        self.ended: LinkDown | None = None

    def _rpyc_getattr(self, name: str) -> Any:
        """Give the method of a call, for rpyc; whatever is not in the contract does not exist."""
        if name not in CALLS:
            raise AttributeError(name)
        if not self._who and name not in BEFORE_HELLO:
            raise Refused(Code.CALL, "hello comes first")
        if name not in BEFORE_LEASE and name not in BEFORE_HELLO:
            self._host.renew(self._held())
        return self._guarded(getattr(self, name))

    @staticmethod
    def _guarded(method: Any) -> Any:
        """Turn what the system refuses (a full disk, no more processes), and what breaks, into one line of a refusal.

        The one place where all is caught: the controller would see no more of it than a cut link.
        """

        def call(*args: Any) -> Any:
            try:
                return method(*args)
            except OSError as error:
                log.error("a call failed: %s", error)
                where = f" {error.filename}" if error.filename else ""
                reason = error.strerror or errno.errorcode.get(error.errno or 0, "an error of the system")
                raise Refused(Code.TROUBLE, f"the server cannot go on:{where} {reason}") from error
            except (Refused, BadMessage, EOFError):
                raise
            except Exception as error:
                log.critical("a call broke", exc_info=error)
                text = f"an internal error there ({type(error).__name__}: {error}); its log has the details"
                raise Refused(Code.TROUBLE, text) from error

        return call

    @property
    def refusal(self) -> str:
        """Say why the caller may not use this server; empty where it may."""
        return self._refusal

    def on_disconnect(self, conn: Link) -> None:
        """Note that the link is gone."""
        if self._lease is not None:
            self._host.detach(self._lease, conn)

    def _held(self) -> Lease:
        if self._lease is None:
            raise Refused(Code.LEASE, "this link holds no lease")
        return self._lease

    def _own_link(self) -> Link:
        assert self.link is not None
        return self.link

    # before a lease

    def hello(self, version: int, about: bytes) -> bytes:
        """Say who calls and learn who answers."""
        theirs = unpack_map(about)
        if version != PROTOCOL:
            ours = str(self._about.get("product"))
            raise Refused(Code.VERSION, version_text(version, in_one_line(str(theirs.get("product", "?")), 80), ours))
        if self._refusal:
            raise Refused(Code.PEER, self._refusal)
        if self._lease is not None:
            raise Refused(Code.STATE, "hello comes first, and once")
        self._who = f"{in_one_line(str(theirs.get('who', 'somebody')))} at {self._caller.peer}"
        if self.greeted is not None:  # it waits to be taken, however long; its holder would do so at once
            self._own_link().idle_s = self._own_link().held_idle_s if self._host.is_held else None
            self.greeted()
        else:
            self.kind = str(theirs.get("link", ""))
        return pack({**self._host.describe(), "workers": self._host.workers, **self._about, "id": self._host.id})

    def acquire(self) -> bytes:
        """Take the server for a test."""
        if self._lease is not None:
            raise Refused(Code.STATE, "this link holds a lease already")
        self._lease = self._host.acquire(self._who, self._own_link(), self._caller.fingerprint)
        self._hold()
        clocks = {"clock": perf_counter_ns(), "wall": self._host.wall_ns()}
        lease = {"token": self._lease.token, "lease_s": self._host.lease_s, "stops": self._host.stops}
        return pack({**lease, **clocks})

    def attach(self, token: str) -> None:
        """Join a lease, by its token and the certificate that took it; the third wrong guess ends the link."""
        if self._lease is not None:
            raise Refused(Code.STATE, "this link holds a lease already")
        try:
            self._lease = self._host.attach(token, self._own_link(), self.kind, self._caller.fingerprint)
        except Refused:
            log.warning("%s (%s): refused, a token that opens nothing", self._who, self._caller.name)
            self._wrong_tokens += 1
            if self._wrong_tokens >= MOST_WRONG_TOKENS:
                self._own_link().abort()
            raise
        self._hold()

    def _hold(self) -> None:
        self.was_held = True
        self._own_link().lift()  # from here on the lease watches over it

    def clock(self, _sent_ns: int) -> int:
        """Tell this machine's clock."""
        return perf_counter_ns()

    # the holder's

    def dial(self, host: str, port: int) -> None:
        """Open a further link to the controller, which calls over it as over the others."""
        self._held()
        self._dial(host or self._caller.peer.rpartition(":")[0].strip("[]"), port)

    def renew(self) -> bytes:
        """Tell how far the test is."""
        run = self._held().run
        clocks = {"clock": perf_counter_ns(), "wall": self._host.wall_ns()}
        if run is None:
            return pack({"made": 0, "last": 0, "ended": False, **clocks})
        health = run.health()
        made = max(run.made, health.made)
        progress = {"made": made, "last": run.last, "ended": run.ended, "active": health.active}
        return pack({**progress, "trouble": run.trouble, **clocks})

    def epoch(self, epoch_ns: int) -> None:
        """Correct the clock of the samples' times."""
        if not is_epoch(epoch_ns):
            raise BadMessage(f"no time: {epoch_ns}")
        run = running(self._held())
        if not run.prepared:
            raise Refused(Code.STATE, "no test is compiled")
        run.set_epoch(epoch_ns)

    def missing(self, wanted: bytes) -> bytes:
        """Tell which files have to come."""
        pairs = unpack(wanted)
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise BadMessage("not a list of files")
        return pack(self._host.store().missing([(pair[0], pair[1]) for pair in pairs]))

    def upload(self, sha: str, offset: int, data: bytes) -> None:
        """Take a piece of a file."""
        self._host.store().upload(sha, offset, data)

    def configure(self, order: bytes) -> bytes:
        """Compile a test; gives all faults."""
        if self.kind != DATA:
            raise Refused(Code.STATE, "configure takes its time and belongs on the data link")
        return pack([asdict(fault) for fault in self._host.configure(self._held(), unpack_map(order))])

    def start_at(self, at_ns: int) -> None:
        """Begin."""
        self._host.start(self._held(), at_ns)

    def take(self, after: int, wait_s: float, at_most: int) -> tuple[bytes, bytes]:
        """Give the batches after a number, and how this server is."""
        if self.kind != DATA:
            raise Refused(Code.STATE, "take waits and belongs on the data link")
        lease = self._held()
        run = running(lease)
        at_most = max(0, min(at_most, TAKE_AT_MOST))
        batches = run.spool.take(after, max(0.0, min(wait_s, _LONGEST_WAIT_S)), at_most)
        self._host.renew(lease)
        return pack_batches(batches), pack({**asdict(run.health()), "trouble": run.trouble})

    def share(self, place: int, servers: int) -> None:
        """Be told which rows of divided data files are this server's."""
        if not 0 <= place < servers:
            raise BadMessage(f"no share of {servers}: {place}")
        running(self._held()).share(place, servers)

    def rows(self, after: int, granted: bytes, wait_s: float) -> bytes:
        """Take rows that are handed out; gives what more is wished for."""
        if self.kind != ROWS:
            raise Refused(Code.STATE, "rows waits and belongs on a link of its own")
        wishes = running(self._held()).rows(after, read_granted(granted), max(0.0, min(wait_s, _LONGEST_WAIT_S)))
        return pack(wishes)

    def health(self) -> bytes:
        """Tell how this server is."""
        return self._packed(running(self._held()).health())

    @staticmethod
    def _packed(health: Health) -> bytes:
        return pack(asdict(health))

    def stop(self) -> None:
        """End the test now."""
        log.info("Stopping test ...")
        running(self._held()).stop(now=True)

    def shutdown(self) -> None:
        """End the test gracefully."""
        log.info("Shutting test ...")
        running(self._held()).stop(now=False)

    def exit(self) -> None:
        """End this server's process."""
        log.info("Exiting")
        self._held()
        self._host.leave()

    def release(self) -> None:
        """Let go of the server."""
        lease, self._lease = self._held(), None
        self._host.release(lease, self._own_link())


def read_granted(data: bytes) -> list[Granted]:
    """Read which wishes are fulfilled with which rows; raises BadMessage."""
    granted = unpack(data)
    if not isinstance(granted, list):
        raise BadMessage("not a list of rows")
    try:
        return [(int(number), int(first), int(end)) for number, first, end in granted]
    except (TypeError, ValueError) as error:
        raise BadMessage(f"not a list of rows: {error}") from error
