"""What fits into a budget of bytes, the most important first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_TRIES = 40


def packed(
    ranked: Sequence[T], limit: int, weigh: Callable[[Sequence[T], Sequence[T]], int]
) -> tuple[list[T], list[T]] | None:
    """Return what goes along and what is left out, both in the order given.

    `ranked` has the most important first. `weigh` returns the bytes of a mail with
    some in full and the others named. What is left out for its size may leave room
    for something smaller that matters less. None when not even the names fit.
    """
    everything = list(ranked)
    if weigh(everything, []) <= limit:
        return everything, []
    if weigh([], everything) > limit:
        return None
    fits, too_many = 0, len(everything)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if weigh(everything[:middle], everything[middle:]) <= limit:
            fits = middle
        else:
            too_many = middle
    chosen = set(range(fits))
    for place in range(fits + 1, min(len(everything), fits + 1 + _TRIES)):
        if weigh(*_parted(everything, chosen | {place})) <= limit:
            chosen.add(place)
    return _parted(everything, chosen)


def _parted(everything: Sequence[T], chosen: set[int]) -> tuple[list[T], list[T]]:
    return (
        [one for place, one in enumerate(everything) if place in chosen],
        [one for place, one in enumerate(everything) if place not in chosen],
    )
