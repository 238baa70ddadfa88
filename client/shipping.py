"""What a server is told of a job: the files that it lacks, and the order itself."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import Any

from pyjm.client.files import Shipment, named_files, shipments
from pyjm.engine.run.job import Job
from pyjm.server.wire.contract import PIECE, Limits, pack, unpack
from pyjm.server.wire.link import Link

_FINDING = threading.Lock()
"""What the first server needs is found once; the others find it known."""

log = logging.getLogger("pyjm.client.remote")


def ship(name: str, job: Job, data: Link, limits: Limits, offset_ns: int) -> dict[str, Any]:
    """Ship over a data link what the server of that name lacks; gives the order that names it.

    `offset_ns` is how far its perf_counter_ns clock is ahead of this process's.
    """
    with _FINDING:
        plan = Shipment.of_bytes(job.plan)
        files = shipments(job)
    by_sha = {shipment.sha: shipment for shipment in [plan, *files.values()]}
    wanted = pack([[sha, shipment.size] for sha, shipment in by_sha.items()])
    for sha in unpack(data.call("missing", wanted)):
        _upload(name, by_sha[sha], data, limits)
    told = job.to_plain()
    del told["plan"], told["files"], told["epoch_ns"]
    return {
        "name": name,
        "base": relative_base(job.base),
        "plan": plan.sha,
        "files": [[name, shipment.sha] for name, shipment in files.items()],
        "expected": [name for name in named_files(job) if name not in files],
        "epoch_ns": time_ns() - perf_counter_ns() - offset_ns,
        "job": {**told, "base": "", "system": {}},
    }


def _upload(name: str, shipment: Shipment, data: Link, limits: Limits) -> None:
    log.info("%s: shipping %s, %d bytes", name, shipment.name or "the plan", shipment.size)
    offset = 0
    for piece in shipment.pieces(PIECE):
        data.call("upload", shipment.sha, offset, piece, timeout_s=patience_s(PIECE, limits))
        offset += len(piece)


def patience_s(size: int, limits: Limits) -> float:
    """Tell how long a call may take that moves so many bytes; that the server is gone, the heartbeat finds out."""
    return limits.frame_s + size / limits.bytes_per_s


def relative_base(base: str) -> str:
    """Give the plan's folder as JMeter sends it: below the present one, or `.`."""
    relative = os.path.relpath(base)
    inside = not Path(relative).is_absolute() and not relative.startswith("..")
    return Path(relative).as_posix() if inside else "."
