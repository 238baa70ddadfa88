"""What controller and server may say to one another: calls, codes of refusals, limits, messages as bytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

PROTOCOL = 3
"""Counts up with every change that the other side has to know. `hello` itself keeps its form for ever."""

Plain: TypeAlias = Union[bool, int, float, str, bytes, "tuple[Plain, ...]", None]

CALLS: Mapping[str, tuple[type, ...]] = {
    "hello": (int, bytes),
    "acquire": (),
    "attach": (str,),
    "clock": (int,),
    "dial": (str, int),
    "renew": (),
    "epoch": (int,),
    "missing": (bytes,),
    "upload": (str, int, bytes),
    "configure": (bytes,),
    "share": (int, int),
    "start_at": (int,),
    "take": (int, float, int),
    "rows": (int, bytes, float),
    "health": (),
    "stop": (),
    "shutdown": (),
    "exit": (),
    "release": (),
}
"""Every call with the types of its arguments; nothing else can be called.

hello(version, about) → about · acquire() → token and lease · attach(token): a further link of that lease ·
clock(sender's ns) → own ns · dial(host, port): the server opens a further link itself, to the caller's host if none is
named · renew() → progress and clocks · epoch(ns): the controller's wall time at the server's own ns 0, corrected ·
missing([[sha256, size], …]) → [sha256, …] · upload(sha256, offset, piece) · configure(order) → faults ·
share(place, servers): which rows of divided data files · start_at(own ns) ·
take(after, wait_s, most bytes) → (batches, health) ·
rows(after, [[wish, first, end], …], wait_s) → wishes: rows that are handed out, and what more is wished for ·
health() → health · stop(): now · shutdown(): gracefully · exit(): end the process · release(): end the lease.
A server that has joined dials where it did; the host of its `dial` is the kind of link.
Structured values are JSON as bytes.
"""

BEFORE_HELLO = frozenset({"hello"})
BEFORE_LEASE = frozenset({"hello", "acquire", "attach", "clock"})

CONTROL = "control"
DATA = "data"
THREADS = "threads"
ROWS = "rows"

MAX_UNLEASED = 64 << 10
"""Bytes of the largest message that a server reads from who holds no lease."""
PIECE = 1 << 20
"""Bytes of a file that travel in one call."""
MAX_REQUEST = 8 << 20
"""Bytes of the largest message that a server reads."""
MAX_REPLY = 256 << 20
"""Bytes of the largest message that a controller reads."""
TAKE_AT_MOST = 8 << 20
"""Bytes of batches that one `take` answers with, unless a single batch is larger, or who asks wants less."""
COMPRESS_FROM = 1 << 20
"""Bytes of batches in one `take` from which on they are compressed.

Compressing costs a saturated load generator 1-3 % of its samples and saves nothing on a link that keeps up, where a
`take` brings what the last moments made. Only where batches have piled up is the link the narrow place.
"""


class Code:
    """Why a server refuses a call; the text that comes with it is for the user."""

    VERSION = "version"
    BUSY = "busy"
    LEASE = "lease"
    STATE = "state"
    CALL = "call"
    FILE = "file"
    TROUBLE = "trouble"
    PEER = "peer"


class Refused(Exception):
    """A call that the server refuses: a code and one line."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class BadMessage(ValueError):
    """Bytes that are no message of this contract."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large: what one side of a link puts up with.

    `strangers` are those still in the handshake, `failures` handshakes of one address that may fail in a minute.
    """

    connect_s: float = 10.0
    handshake_s: float = 10.0
    frame_s: float = 30.0
    bytes_per_s: int = 32 << 10
    idle_s: float = 30.0
    max_message: int = MAX_REQUEST
    max_unleased: int = MAX_UNLEASED
    strangers: int = 32
    failures: int = 64
    links: int = 128


def version_text(theirs: int, their_product: str, our_product: str) -> str:
    """Say that a controller and a server do not go together."""
    return (
        f"it speaks version {theirs} of the protocol ({their_product}), this is version {PROTOCOL} ({our_product}): "
        "install the same pyjm on both sides"
    )


def in_one_line(text: str, most: int = 200) -> str:
    """Make what the other side says of itself fit for a log and a console: printable, not long."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:most])


def pack(value: Any) -> bytes:
    """Turn a structured value into bytes."""
    return json.dumps(value, separators=(",", ":")).encode()


def unpack(data: object) -> Any:
    """Turn bytes into a structured value; raises BadMessage."""
    if not isinstance(data, bytes):
        raise BadMessage(f"{type(data).__name__} where bytes are due")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"not a structured value: {error}") from error


def unpack_map(data: object) -> dict[str, Any]:
    """Turn bytes into a map; raises BadMessage."""
    value = unpack(data)
    if not isinstance(value, dict):
        raise BadMessage("not a map")
    return value


def pack_batches(batches: Sequence[bytes]) -> bytes:
    """Turn batches into the one `bytes` of a `take`: a letter for the form, then each with its length before it."""
    parts = [part for batch in batches for part in (len(batch).to_bytes(4, "big"), batch)]
    plain = b"".join(parts)
    return b"p" + plain if len(plain) < COMPRESS_FROM else b"z" + zlib.compress(plain, 1)


def unpack_batches(data: object, most: int = MAX_REPLY) -> list[bytes]:
    """Turn the `bytes` of a `take` into batches; raises BadMessage, also where they come to more than `most`."""
    if not isinstance(data, bytes) or data[:1] not in (b"p", b"z"):
        raise BadMessage("not a list of batches")
    plain = data[1:] if data[:1] == b"p" else _inflate(data[1:], most)
    batches = []
    at = 0
    while at < len(plain):
        start = at + 4
        at = start + int.from_bytes(plain[at:start], "big")
        if at > len(plain):
            raise BadMessage("a list of batches that ends early")
        batches.append(plain[start:at])
    return batches


def _inflate(data: bytes, most: int) -> bytes:
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(data, most)
    except zlib.error as error:
        raise BadMessage(f"batches that cannot be unpacked: {error}") from error
    if not machine.eof:
        raise BadMessage("batches that are cut off, or larger than they may be")
    return plain
