"""A request that is another one after a user's first sample of it, as JMeter's may be: see compile.merge.worn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .http_changes import Changes
    from .http_sampling import Sampling


class Worn:
    """What samples the first time, and what does so from then on; used as the one of them whose turn it is."""

    __slots__ = ("connections", "first", "later")

    def __init__(self, first: Sampling, later: Sampling) -> None:
        self.first = first
        self.later = later
        self.connections = first.connections

    direct: None = None

    def present(self, user: User) -> Sampling:
        """Give the one whose turn it is for a user."""
        return self.later if self in user.state else self.first

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        """Sample as the one whose turn it is."""
        present = self.present(user)
        try:
            return await present.sample(user, result)
        finally:
            user.state[self] = True

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None:
        """Fill a sample that was interrupted."""
        return self.later.interrupted(user, result)

    def changes(self, user: User) -> Changes:
        """Give the next sample's request to a pre-processor."""
        return self.present(user).changes(user)

    @property
    def keep_body(self) -> bool:
        """Whether something reads the body."""
        return self.first.keep_body

    @keep_body.setter
    def keep_body(self, keep: bool) -> None:
        self.first.keep_body = self.later.keep_body = keep
