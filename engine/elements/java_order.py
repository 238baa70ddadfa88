"""The order in which Java goes through names: those of a JKS keystore in a Hashtable, those of fields in a HashMap."""

from __future__ import annotations

from collections.abc import Sequence

from .json_text import java_hash


def of_hashtable(names: Sequence[str], others: int = 0) -> list[str]:
    """Order names as a Hashtable does that they were put into one after another, after `others` that are not asked for.

    Each stands at the head of its chain, a larger table turns the chains over, and all is read from its end.
    """
    chains: list[list[str]] = [[] for _ in range(11)]
    for count, name in enumerate(names, others):
        while count >= len(chains) * 3 // 4:
            chains = _larger(chains)
        chains[_place(name, chains)].insert(0, name)
    return [name for chain in reversed(chains) for name in chain]


def of_hash_map(names: Sequence[str]) -> list[str]:
    """Order names as a HashMap does that they were put into one after another."""
    size = 16
    while len(names) > size * 3 // 4:
        size *= 2
    chains: list[list[str]] = [[] for _ in range(size)]
    for name in names:
        code = java_hash(name)
        chains[(code ^ code >> 16) & size - 1].append(name)
    return [name for chain in chains for name in chain]


def _larger(chains: list[list[str]]) -> list[list[str]]:
    larger: list[list[str]] = [[] for _ in range(2 * len(chains) + 1)]
    for chain in reversed(chains):
        for name in chain:
            larger[_place(name, larger)].insert(0, name)
    return larger


def _place(name: str, chains: list[list[str]]) -> int:
    return (java_hash(name) & 0x7FFFFFFF) % len(chains)
