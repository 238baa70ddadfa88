"""java.util.Random's numbers, where a plan gives the seed they begin with."""

from __future__ import annotations

MULTIPLIER = 0x5DEECE66D
MASK = (1 << 48) - 1


def scrambled(seed: int) -> int:
    """Give the state that a generator begins with."""
    return (seed ^ MULTIPLIER) & MASK


def next_bits(state: int, bits: int) -> tuple[int, int]:
    """Give the next state and a number of so many bits, with its sign."""
    state = (state * MULTIPLIER + 0xB) & MASK
    number = state >> (48 - bits)
    return state, number - (1 << bits) if bits == 32 and number >= 1 << 31 else number


def next_int(state: int, bound: int) -> tuple[int, int]:
    """Give the next state and a number from 0 to below `bound`. Mirrors Random.nextInt(int)."""
    state, number = next_bits(state, 31)
    if bound & (bound - 1) == 0:
        return state, (bound * number) >> 31
    while number - number % bound + (bound - 1) >= 1 << 31:
        state, number = next_bits(state, 31)
    return state, number % bound


def next_double(state: int) -> tuple[int, float]:
    """Give the next state and a number from 0 to below 1. Mirrors Random.nextDouble()."""
    first = (state * MULTIPLIER + 0xB) & MASK
    second = (first * MULTIPLIER + 0xB) & MASK
    return second, ((first >> 22 << 27) + (second >> 21)) * 2.0**-53
