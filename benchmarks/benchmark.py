"""What a benchmark is: a name, what it measures, and what it aims at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Figures = Mapping[str, float | int]
"""What was measured, by name; seconds, megabytes (of a million bytes) and counts."""


class NotInstalled(Exception):
    """What a benchmark compares with is not here; says how to install it."""


class Size(StrEnum):
    """How much is measured: as the aims mean it, or a little, to try it out."""

    FULL = "full"
    SMALL = "small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a figure should be: `least` and `most` are included, None is no bound."""

    figure: str
    least: float | None = None
    most: float | None = None

    def met_by(self, figures: Figures) -> bool:
        """Say whether the figures reach the aim; one that is missing does not."""
        value = figures.get(self.figure)
        return (
            value is not None
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )

    def __str__(self) -> str:
        bounds = []
        if self.least is not None:
            bounds.append(f"at least {self.least:g}")
        if self.most is not None:
            bounds.append(f"at most {self.most:g}")
        return f"{self.figure} {' and '.join(bounds)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One benchmark; `measure` does it and returns the figures. May be repeated.

    `measure` raises NotInstalled when what it compares with is not here.
    """

    name: str
    description: str
    measure: Callable[[Size], Figures]
    aims: tuple[Aim, ...]
