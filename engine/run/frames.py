"""What parent and worker say to each other over a pair of pipes: frames of a kind and a payload.

Both ends are ours, started by the same user; payloads are marshal (plain values), the job alone is pickled.
"""

from __future__ import annotations

import marshal
from enum import IntEnum
from typing import IO, Any


class Say(IntEnum):
    """The kinds of frames, towards the worker and from it."""

    JOB = 1
    GROUP = 2
    STOP = 3
    STOP_NOW = 4
    PROPERTY = 5
    QUIT = 6
    ANSWER = 7
    STOP_GROUP = 8
    RELEASE = 9
    FAULTS = 20
    GROUP_DONE = 21
    BATCH = 22
    ASK_STOP = 23
    ASK_STOP_NOW = 24
    NOTE = 25
    ASK = 26
    ASK_STOP_GROUP = 27
    GROUP_BEGUN = 28
    EPOCH = 29
    SHARE = 40
    ROWS = 41
    ASK_ROWS = 42


def pack(kind: Say, payload: bytes) -> bytes:
    """Make a frame of ready bytes."""
    return len(payload).to_bytes(4, "big") + bytes((kind,)) + payload


def frame(kind: Say, *values: Any) -> bytes:
    """Make a frame of plain values."""
    return pack(kind, marshal.dumps(values))


def values(payload: bytes) -> Any:
    """Read a frame's plain values: a tuple."""
    return marshal.loads(payload)


def read(stream: IO[bytes]) -> tuple[Say, bytes] | None:
    """Read the next frame, waiting for it; None at the end of the stream."""
    head = stream.read(5)
    if len(head) < 5:
        return None
    size = int.from_bytes(head[:4], "big")
    payload = stream.read(size)
    if len(payload) < size:
        return None
    return Say(head[4]), payload
