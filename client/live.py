"""What is shown of a run while it lasts, beyond the summary, where properties ask for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyjm.engine.run.metrics import Endpoint, MetricsError, place_of
from pyjm.properties import Settings
from pyjm.properties.settings import parse_flag

from .clocks import CLOCKS
from .collect import Collector
from .member import Watched
from .metrics import RunMetrics
from .order import Refused
from .per_server import PerServer
from .summary import Summaries

if TYPE_CHECKING:
    from prometheus_client.core import Metric

log = logging.getLogger("pyjm.client.session")


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """The properties of it."""

    per_server: bool = False
    place: tuple[str, int] | None = None

    @classmethod
    def of(cls, settings: Settings) -> LiveSettings:
        """Read them; raises Refused with a line for each that can't be meant."""
        lines: list[str] = []
        per_server = parse_flag(settings.text("pyjm.summary_per_server"))
        if per_server is None:
            lines.append(
                f"pyjm.summary_per_server={settings.text('pyjm.summary_per_server')} is neither; write true or false"
            )
        clock = settings.text("pyjm.clock")
        if clock not in CLOCKS:
            lines.append(f"pyjm.clock={clock} is none; write {' or '.join(CLOCKS)}")
        place = None
        try:
            place = place_of(settings)
        except MetricsError as error:
            lines.append(str(error))
        if lines:
            raise Refused(*(f"An error occurred: {line}" for line in lines))
        return cls(bool(per_server), place)


class Live:
    """What is shown of one run."""

    def __init__(self, settings: LiveSettings) -> None:
        self._per_server = settings.per_server
        self._endpoint: Endpoint | None = None
        self._metrics: RunMetrics | None = None
        if settings.place is not None:
            try:
                self._endpoint = Endpoint(*settings.place, self._figures)
            except MetricsError as error:
                raise Refused(f"An error occurred: {error}") from None
            log.info("Figures for Prometheus are at %s", self._endpoint.url)

    @classmethod
    def of(cls, settings: Settings) -> Live:
        """Begin to show what the properties ask for; raises Refused."""
        return cls(LiveSettings.of(settings))

    def watch(self, run: Watched, summaries: Summaries, collector: Collector) -> None:
        """Have all of it told of this run."""
        if self._per_server and summaries.main is not None:
            summaries.main.servers = PerServer(run)
        if self._endpoint is not None:
            self._metrics = collector.metrics = RunMetrics(run)

    def _figures(self) -> Iterable[Metric]:
        return self._metrics.collect() if self._metrics is not None else []

    def close(self) -> None:
        """Show nothing more."""
        if self._endpoint is not None:
            endpoint, self._endpoint = self._endpoint, None
            endpoint.close()
