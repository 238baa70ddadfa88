"""What is shown of a run while it lasts, beyond the summary, where properties ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyjm.properties import Settings
from pyjm.properties.settings import parse_flag

from .member import Member
from .order import Refused
from .per_server import PerServer
from .summary import Summaries


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """The properties of it."""

    per_server: bool = False

    @classmethod
    def of(cls, settings: Settings) -> LiveSettings:
        """Read them; raises Refused with a line for each that can't be meant."""
        lines: list[str] = []
        per_server = parse_flag(settings.text("pyjm.summary_per_server"))
        if per_server is None:
            lines.append(
                f"pyjm.summary_per_server={settings.text('pyjm.summary_per_server')} is neither; write true or false"
            )
        if lines:
            raise Refused(*(f"An error occurred: {line}" for line in lines))
        return cls(bool(per_server))

    def watch(self, members: Sequence[Member], summaries: Summaries) -> None:
        """Have what is asked for told of these members."""
        if self.per_server and summaries.main is not None:
            summaries.main.servers = PerServer.of(members)
