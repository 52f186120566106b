"""Holds a thing back while something else happens, so that both overlap for sure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

PATIENCE = 300.0


class Held:
    """What is held back: `wait` until somebody is there, then `let_go`."""

    def __init__(self) -> None:
        self._there = threading.Event()
        self._open = threading.Event()

    def wait(self) -> None:
        assert self._there.wait(PATIENCE), "nobody came to what is held back"

    def let_go(self) -> None:
        self._open.set()

    def hold(self) -> None:
        """Hold back whoever comes first; all others pass."""
        if not self._there.is_set():
            self._there.set()
            assert self._open.wait(PATIENCE), "what is held back was never let go"


@contextmanager
def held(owner: object, name: str, *, only: Callable[..., bool]) -> Iterator[Held]:
    """Hold back the first call of a method of `owner` for whose arguments `only` is true.

    At the end of the block it is let go.
    """
    whole = getattr(owner, name)
    found = Held()

    def slowly(*arguments: Any, **named: Any) -> Any:
        if only(*arguments, **named):
            found.hold()
        return whole(*arguments, **named)

    with mock.patch.object(owner, name, slowly):
        try:
            yield found
        finally:
            found.let_go()
