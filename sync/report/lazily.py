"""Rows that are made when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

from sync.report.uncollected import uncollected

T = TypeVar("T")


class Lazily(Sequence[T], Generic[T]):
    """A sequence of so many rows; `make` makes them all, at the first look."""

    def __init__(self, length: int, make: Callable[[], Sequence[T]]) -> None:
        self._length = length
        self._make = make

    @cached_property
    def _rows(self) -> Sequence[T]:
        with uncollected():
            return self._make()

    def __len__(self) -> int:
        """Say how many there are, without making them."""
        return self._length

    def __iter__(self) -> Iterator[T]:
        """Give the rows."""
        return iter(self._rows)

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...

    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        """Return a row, or some."""
        return self._rows[at]

    def __eq__(self, other: object) -> bool:
        """Say whether another sequence has the same rows."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
