"""What is in a sampler's scope, in JMeter's order. Mirrors TestCompiler.saveSamplerConfigs.

| role | order between levels | within a level |
|---|---|---|
| config, timer, listener | innermost first | as written |
| pre-processor, post-processor, assertion | outermost first | as written |

The levels are the children of each node from the thread group down to the sampler itself. The test plan's own elements
stand on the thread group's level, behind the group's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .element import Assertion, Config, PlanController, PostProcessor, PreProcessor, Timer


@dataclass(slots=True)
class Frame:
    """One level: the node's own compiled element and those of its children that are no samplers."""

    owner: Any
    elements: list[Any]


@dataclass(slots=True)
class Gathered:
    """What is in scope, by role, in the order in which it acts."""

    configs: list[Any] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)
    timers: list[Any] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)
    assertions: list[Any] = field(default_factory=list)
    listeners: list[Any] = field(default_factory=list)


OUTER_FIRST: tuple[tuple[type, str], ...] = (
    (PreProcessor, "before"),
    (PostProcessor, "after"),
    (Assertion, "assertions"),
)
INNER_FIRST: tuple[tuple[type, str], ...] = ((Config, "configs"), (Timer, "timers"))


def gather(frames: Sequence[Frame], *, of_transaction: bool = False) -> Gathered:
    """Sort what stands on the levels, outermost level first in `frames`, into roles.

    The scope of a transaction holds the transactions below it as well: what it takes in, they do not hear of.
    """
    scope = Gathered()
    owners = {id(frame.owner) for frame in frames}
    for frame in reversed(frames):
        for role, name in INNER_FIRST:
            getattr(scope, name).extend(e for e in frame.elements if isinstance(e, role))
        scope.listeners.extend(e for e in frame.elements if listens(e, frame, None if of_transaction else owners))
    for frame in frames:
        for role, name in OUTER_FIRST:
            getattr(scope, name).extend(e for e in frame.elements if isinstance(e, role))
    return scope


def listens(element: Any, frame: Frame, owners: set[int] | None) -> bool:
    """Tell whether an element on a level takes a sample below it.

    Transaction Controllers listen as well, in JMeter to all samples of their parent: one that does not hold the sample
    can be running only where its parent suspends its children.
    """
    if not hasattr(element, "add"):
        return False
    if isinstance(element, PlanController):
        return owners is None or id(element) in owners or getattr(frame.owner, "suspends", False)
    return True
