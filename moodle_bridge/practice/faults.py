"""Misbehaviour on demand: what goes wrong between a client and its Moodle."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class FaultKind(Enum):
    """What goes wrong.

    DROP_AFTER runs the function, keeps its effect, and closes the connection without
    an answer; DROP_BEFORE closes it before anything has run. CUT sends half of the
    answer. NOTICE puts a PHP notice before the JSON. CLOSED is the page of a site
    under upgrade; MAINTENANCE what its web services say meanwhile.
    """

    DELAY = "delay"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    TOO_MANY = "429"
    HTML = "html"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"
    CUT = "cut"
    EMPTY = "empty"
    NOTICE = "notice"
    DROP_AFTER = "drop-after"
    DROP_BEFORE = "drop-before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that will go wrong.

    `function` is a function's name, `upload.php`, `pluginfile.php`, or `*` for all;
    a function inside a batch strikes the whole batch. `count` is how often, None for
    ever. `probability` is the chance each time. `delay_ms` is waited before anything
    else, `retry_after` is in seconds.
    """

    kind: FaultKind
    function: str = "*"
    count: int | None = 1
    probability: float = 1.0
    delay_ms: float = 0.0
    retry_after: int | None = None


class ConnectionDropped(Exception):
    """Tells the server to close the connection at once, mid-answer or before it."""


class Faults:
    """The programme of faults, seeded so that a run can be repeated.

    `delay_ms` is waited on every request, as a far or slow site would make one wait.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chance for tests
        self._lock = threading.Lock()
        self._planned: list[tuple[Fault, int | None]] = []
        self._struck: Counter[str] = Counter()
        self.delay_ms = 0.0

    def add(self, fault: Fault) -> None:
        """Plan a fault; those planned first strike first."""
        with self._lock:
            self._planned.append((fault, fault.count))

    def plan(
        self,
        kind: FaultKind | str,
        function: str = "*",
        *,
        count: int | None = 1,
        probability: float = 1.0,
        delay_ms: float = 0.0,
        retry_after: int | None = None,
    ) -> None:
        """Plan a fault from its parts."""
        self.add(
            Fault(
                kind=FaultKind(kind),
                function=function,
                count=count,
                probability=probability,
                delay_ms=delay_ms,
                retry_after=retry_after,
            )
        )

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._planned.clear()
            self.delay_ms = 0.0

    def reseed(self, seed: int) -> None:
        """Start the dice anew."""
        with self._lock:
            self._random.seed(seed)

    def struck(self) -> Mapping[str, int]:
        """Return how often each kind has struck so far."""
        with self._lock:
            return dict(self._struck)

    def planned(self) -> Sequence[Fault]:
        """Return what is still planned."""
        with self._lock:
            return [fault for fault, _ in self._planned]

    def next_for(self, names: Sequence[str]) -> Fault | None:
        """Return the fault that strikes a request for these functions, if any."""
        with self._lock:
            for place, (fault, left) in enumerate(self._planned):
                if fault.function != "*" and fault.function not in names:
                    continue
                if self._random.random() >= fault.probability:
                    continue
                if left is not None:
                    if left <= 1:
                        del self._planned[place]
                    else:
                        self._planned[place] = (fault, left - 1)
                self._struck[fault.kind.value] += 1
                return fault
        return None
