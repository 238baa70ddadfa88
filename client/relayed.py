"""What servers' logs say, in the controller's: with the server's name, at the time of the controller's clock."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pyjm.engine.run import runlog
from pyjm.engine.vu.clock import now_ns, to_wall_ms

log = logging.getLogger("pyjm.client.relayed")

_LONGEST_NAME = 60
_OLDEST_NS = 7 * 86_400 * 10**9


def write(server: str, lines: Sequence[tuple[int, int, str, str]], offset_ns: int) -> None:
    """Write lines of a server whose perf_counter_ns clock is so far ahead: (its instant, level, logger, text) each.

    Lines of a text after its first are set in, so that none can be taken for a record of its own.
    """
    here_ns = now_ns()
    for its_ns, level, name, text in lines:
        at_ns = its_ns - offset_ns
        if not here_ns - _OLDEST_NS < at_ns <= here_ns:
            at_ns = here_ns
        shown = _printable(name[:_LONGEST_NAME]) or log.name
        said = "\n\t".join(_printable(line) for line in text.split("\n"))
        at = to_wall_ms(at_ns) / 1000
        level = min(max(level, logging.DEBUG), logging.CRITICAL)
        runlog.write(log, level, f"{server}: {said}", created=at, name=shown, relayed=True)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in text)
