"""Random numbers held against their distribution: a right one fails once in ten million runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from math import sqrt

DEVIATIONS = 5.2
"""Standard deviations that a number of normal distribution exceeds once in ten million times."""

FARTHEST = 2.9
"""How far, times the root of the number of values, Kolmogorov and Smirnov let the greatest difference be."""

FEWEST = 10.0
"""As many at least are expected of a kind; rarer ones are taken together, and only held not to come too often."""


def follows(drawn: Iterable[Hashable], expected: Mapping[Hashable, float]) -> bool:
    """Tell whether all that was drawn is expected, each as often as its share says (chi-square test)."""
    counts = Counter(drawn)
    number = sum(counts.values())
    if not counts.keys() <= expected.keys():
        return False
    kinds = [(counts[kind], share * number) for kind, share in expected.items() if share * number >= FEWEST]
    rare = sum(counts[kind] for kind, share in expected.items() if share * number < FEWEST)
    mean = number - sum(mean for _, mean in kinds)
    if rare > mean + DEVIATIONS * sqrt(max(0, mean)) + 2 * FEWEST:
        return False
    statistic = sum((count - mean) ** 2 / mean for count, mean in kinds)
    freedom = max(1, len(kinds) - 1)
    part = 2 / (9 * freedom)  # Wilson's and Hilferty's approximation
    return statistic < freedom * (1 - part + DEVIATIONS * sqrt(part)) ** 3


def alike(drawn: Iterable[Hashable], kinds: Sequence[Hashable]) -> bool:
    """Tell whether these kinds were drawn, each as often as any other."""
    return follows(drawn, dict.fromkeys(kinds, 1 / len(kinds)))


def spread(values: Iterable[float], share_below: Callable[[float], float]) -> bool:
    """Tell whether as many values lie below each one as its distribution says (Kolmogorov-Smirnov test)."""
    ordered = sorted(values)
    number = len(ordered)
    shares = [share_below(value) for value in ordered]
    farthest = max(max(share - at / number, (at + 1) / number - share) for at, share in enumerate(shares))
    return farthest * sqrt(number) < FARTHEST
