"""What came of a run: a line for each server, and what is missing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from .member import UNKNOWN, Outcome
from .order import Say

log = logging.getLogger("pyjm.client.session")


def say_outcomes(outcomes: Sequence[Outcome], say: Say, *, local: bool) -> None:
    """Say what came from each server and what did not; of a local run, only what is lost."""
    for outcome in outcomes:
        if outcome.reason:
            text = outcome.reason if outcome.reason.startswith(outcome.name) else f"{outcome.name}: {outcome.reason}"
            log.error("%s", text)
            say(text)
        if outcome.missing:
            tell(f"{outcome.name}: {outcome.missing}", say)
        if outcome.stands_for:
            tell(f"{outcome.name}: took the place of {outcome.stands_for}", say)
        if not local or outcome.lost:
            more = f" and at most {outcome.in_flight} more" if outcome.unknown else ""
            if outcome.in_flight == UNKNOWN:
                more = " and an unknown number more"
            counts = f"{outcome.received} samples received, {outcome.lost}{more} lost, {outcome.replayed} replayed"
            tell(f"{outcome.name}: {counts}", say)


def tell(text: str, say: Say) -> None:
    """Say a line, in the log as well."""
    log.info("%s", text)
    say(text)
