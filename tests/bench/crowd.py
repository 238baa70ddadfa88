"""Many servers in one process, for what they cost their controller: real TLS, links, leases and calls, no load.

Each has a port of its own, and all are served by one event loop. A server that is not heard of within its lease drops
its test, as a real one does, and whoever asks it for more is refused.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import secrets
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, perf_counter_ns, time_ns
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rpyc.core import brine, consts
from rpyc.core.channel import Channel

from pyjm.engine.results.batch import Batch
from pyjm.engine.results.tally import Tally
from pyjm.engine.run.engine import Health
from pyjm.keystore.store import read_keystore
from pyjm.server.wire.contract import CALLS, PROTOCOL, TAKE_AT_MOST, Code, Plain, Refused, pack, pack_batches

EVERY_NS = 200_000_000
"""How often workers hand over what they have made."""
LEASE_S = 60.0
LABELS = 10
ROW = (
    b"1795225603000,17,GET /shop/item,200,OK,10.0.0.11-users 1-17,text,true,,4711,182,50,50,http://shop/item/42,9,0,3\n"
)
HEAD = Channel.FRAME_HEADER


class Making:
    """So many samples a second, for so long: the same in each batch but its number.

    `ticks` of work of a worker are in one batch.
    """

    def __init__(self, seconds: float, per_s: float, ticks: int = 1) -> None:
        self.seconds = seconds
        self.per_s = per_s
        self.every_ns = ticks * EVERY_NS
        self.each = max(1, round(per_s * EVERY_NS / 1e9))
        whole = max(1, round(seconds * 1e9 / EVERY_NS))
        self.samples = whole * self.each
        self.batches = math.ceil(whole / ticks)
        self.made = [self._batch(ticks * self.each, last=False)]
        self.made.append(self._batch((whole - ticks * (self.batches - 1)) * self.each, last=True))

    def slower(self, hand_over_s: float) -> Making:
        """Give the same in fewer batches."""
        ticks = max(1, math.ceil(hand_over_s * 1e9 / EVERY_NS))
        return self if ticks * EVERY_NS == self.every_ns else Making(self.seconds, self.per_s, ticks)

    def _batch(self, rows: int, *, last: bool) -> tuple[bytes, bytes, bytes]:
        """Make a batch without its number: what comes before that, and behind it up to the rows; and these."""
        tally = Tally()
        tally.count, tally.sum_ms = rows // LABELS, 17 * rows // LABELS
        tally.times = dict.fromkeys(range(min(tally.count, 50)), 1 + tally.count // 50)
        tallies = dict.fromkeys((f"GET /shop/{label}" for label in range(LABELS)), tally)
        whole = Batch(0, {0: (rows, ROW * rows)}, tallies, (50, 50, 0), [], last).to_bytes()
        head = whole[4 : 4 + int.from_bytes(whole[:4], "big")]
        before, behind = head.split(b'"n":0', 1)
        return before + b'"n":', behind, whole[4 + len(head) :]

    def batch(self, number: int, *, last: bool) -> bytes:
        """Give one batch."""
        before, behind, rows = self.made[last]
        text = b"%d" % number
        head = len(before) + len(text) + len(behind)
        return b"".join((head.to_bytes(4, "big"), before, text, behind, rows))


@dataclass
class Simulated:
    """One server: who has it, and its test."""

    making: Making
    token: str = ""
    heard: float = 0.0
    at_ns: int = 0
    stopped_at: int = 0
    taken: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def ready(self) -> int:
        """Tell how many batches there are by now; the last one may have come sooner than others."""
        if not self.at_ns:
            return 0
        past_ns = perf_counter_ns() - self.at_ns
        if past_ns >= self.making.seconds * 1e9:
            return self.last()
        return min(self.last(), max(0, past_ns // self.making.every_ns))

    def due_s(self, number: int) -> float:
        """Tell in how many seconds a batch is there; a second where the test has not begun."""
        if not self.at_ns:
            return 1.0
        after_ns = min(number * self.making.every_ns, int(self.making.seconds * 1e9))
        return max(0.0, (self.at_ns + after_ns - perf_counter_ns()) / 1e9)

    def last(self) -> int:
        """Give the number of the last batch."""
        return self.stopped_at or self.making.batches

    def hear(self) -> None:
        """Note that the holder was heard of; a lease that has run out is over."""
        if not self.token or monotonic() - self.heard > LEASE_S:
            self.token = ""
            raise Refused(Code.LEASE, "the test of this controller is no longer on this server")
        self.heard = monotonic()


_SLOWER: dict[float, Making] = {}


class Serving(asyncio.Protocol):
    """One link of a server: frames of rpyc's form, one call after another."""

    def __init__(self, server: Simulated) -> None:
        self.server = server
        self.buffer = b""
        self.transport: Any = None
        self.waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting is not None:
            self.waiting.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while len(self.buffer) >= HEAD.size:
            end = HEAD.size + HEAD.unpack_from(self.buffer)[0] + 1
            if len(self.buffer) < end:
                return
            frame, self.buffer = self.buffer[HEAD.size : end - 1], self.buffer[end:]
            seq, (_, (_, (name, values))) = brine.load(frame[1:])
            self.serve(seq, name, values)

    def serve(self, seq: int, name: str, values: tuple[Plain, ...]) -> None:
        """Answer a call; a `take` for which nothing is there yet later."""
        try:
            assert tuple(map(type, values)) == CALLS[name]
            if name not in ("hello", "acquire", "attach", "clock"):
                self.server.hear()
            if name == "take":
                self.take(seq, *values)
                return
            answer: tuple[Plain, ...] = (True, getattr(self, name)(*values))
        except Refused as refusal:
            answer = (False, refusal.code, refusal.text)
        self.send(seq, answer)

    def send(self, seq: int, answer: tuple[Plain, ...]) -> None:
        """Send an answer."""
        body = brine.I1.pack(consts.MSG_REPLY) + brine.dump((seq, (consts.LABEL_VALUE, answer)))
        self.transport.write(b"".join((HEAD.pack(len(body), 0), body, Channel.FLUSHER)))

    def hello(self, version: int, about: bytes) -> bytes:
        assert version == PROTOCOL
        return pack({"product": "pyjm", "cores": 1, "workers": 1, "id": self.server.id, "data_port": 0})

    def acquire(self) -> bytes:
        self.server.token, self.server.heard = secrets.token_hex(32), monotonic()
        clocks = {"clock": perf_counter_ns(), "wall": time_ns()}
        return pack({"token": self.server.token, "lease_s": LEASE_S, "stops": True, **clocks})

    def attach(self, token: str) -> None:
        if token != self.server.token:
            raise Refused(Code.LEASE, "the test of this controller is no longer on this server")
        self.server.hear()

    def clock(self, _sent_ns: int) -> int:
        return perf_counter_ns()

    def missing(self, wanted: bytes) -> bytes:
        return pack([pair[0] for pair in json.loads(wanted)])

    def upload(self, sha: str, offset: int, data: bytes) -> None:
        pass

    def configure(self, order: bytes) -> bytes:
        hand_over_s = json.loads(order)["job"]["hand_over_s"]
        self.server.making = _SLOWER.setdefault(hand_over_s, self.server.making.slower(hand_over_s))
        return pack([])

    def start_at(self, at_ns: int) -> None:
        self.server.at_ns = max(at_ns, perf_counter_ns())

    def renew(self) -> bytes:
        server = self.server
        ready = server.ready()
        progress = {"made": 0, "last": ready, "ended": ready == server.last(), "active": 50}
        return pack({**progress, "trouble": "", "clock": perf_counter_ns(), "wall": time_ns()})

    def take(self, seq: int, after: int, wait_s: float, at_most: int) -> None:
        server = self.server
        server.taken = max(server.taken, after)
        ready, last = server.ready(), server.last()
        if ready <= after and wait_s > 0:
            pause_s = min(wait_s, server.due_s(after + 1)) + 1e-3
            loop = asyncio.get_running_loop()
            self.waiting = loop.call_later(pause_s, self.serve, seq, "take", (after, wait_s - pause_s, at_most))
            return
        batches: list[bytes] = []
        size = 0
        for number in range(after + 1, ready + 1):
            batch = server.making.batch(number, last=number == last)
            size += len(batch)
            if batches and size > min(at_most, TAKE_AT_MOST):
                break
            batches.append(batch)
        self.send(seq, (True, (pack_batches(batches), pack({**asdict(self.state()), "trouble": ""}))))

    def state(self) -> Health:
        began = self.server.at_ns if 0 < self.server.at_ns <= perf_counter_ns() else 0
        return Health(workers=1, started_ns=began, active=50)

    def health(self) -> bytes:
        return pack(asdict(self.state()))

    def stop(self) -> None:
        self.server.stopped_at = self.server.stopped_at or max(1, self.server.ready() + 1)

    shutdown = stop

    def release(self) -> None:
        self.server.token = ""


def tls_of(keystore: Path) -> ssl.SSLContext:
    """Make what servers with this keystore listen with: who dials shows a certificate that it trusts."""
    keys = read_keystore(keystore, "changeit", "rmi")
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(keys.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.write(keys.certificate.public_bytes(Encoding.PEM))
        file.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(file.name)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=keys.certificate.public_bytes(Encoding.PEM).decode())
    return context


def serve(sockets: list[Any], tls: ssl.SSLContext, making: Making, until: Callable[[], object]) -> None:
    """Be a server on each of these sockets, until something is over."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for socket in sockets:
            server = Simulated(making)
            await loop.create_server(lambda server=server: Serving(server), sock=socket, ssl=tls, backlog=64)
        await loop.run_in_executor(None, until)
        os._exit(0)

    asyncio.run(run())
