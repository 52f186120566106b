"""Which cell is left out beside those of too few people, so that none can be found.

Whoever knows a whole and all of its parts but one knows that one too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from mappings.participation.activity import LEAST_SHOWN

K = TypeVar("K")


def left_out_beside(people: Mapping[K, int], together: int | None) -> K | None:
    """Return which of the cells that would be shown must be left out; None: none.

    `people` is how many each of them stands for, at least `LEAST_SHOWN`. `together` is
    how many different people all that is not shown of the same whole stands for, None
    when nothing is in it. The cell of fewest people is chosen, of equals the first. One
    is enough: with it what is not shown stands for at least `LEAST_SHOWN`.
    """
    if together is None or together >= LEAST_SHOWN:
        return None
    return min(people, key=people.__getitem__, default=None)
