"""Makes many records without looking for those that refer to each other."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python not search for circles of records while the block makes them.

    The facts of a report have none; to search hundreds of thousands again and again
    takes as long as a sixth of a report. What was set before is set again at the end.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
