"""Writes of many items: one outcome for each, whatever the function does with a bad one.

Moodle's functions that take a list differ. Most are all-or-nothing: one bad row, and
none of the others is written; Moodle rarely says which. Some go on and tell the bad
ones by warnings, with an id or without. Here each answers for its items alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle import form
from moodle_bridge.moodle.calls import ItemPacking
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import MISSING
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, done, failed

T = TypeVar("T")

# Refusals that no other choice of items would change.
_OF_ALL = frozenset({MISSING, "accessexception", "redirect", "certificate", "shape"})
_STATUSES_IN_A_ROW = 3


def _all_done(items: Sequence[T], value: Any) -> Sequence[ItemOutcome[T]]:
    del value
    return [done(item) for item in items]


def _nothing_known(items: Sequence[T]) -> Sequence[ItemOutcome[T] | None]:
    return [None] * len(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWrite(Generic[T]):
    """How items become calls of one function, and what its answer says of each.

    `argument` is the name of its list, `row` makes an item's row in it. `answered`
    makes the outcomes of a call that was not refused, one for each item of it and in
    their order. `shared` are errorcodes that befall every item of the same `scope`
    (no right in a course, say). `most` is how many items a call may hold, None as
    many as the packing allows. `settled` looks, after a call whose outcome is in
    doubt, which items were done; None for an item of which reading tells nothing.
    """

    function: str
    argument: str
    row: Callable[[T], Mapping[str, Any]]
    shape: TypeAdapter[Any] | None = None
    answered: Callable[[Sequence[T], Any], Sequence[ItemOutcome[T]]] = _all_done
    shared: frozenset[str] = frozenset()
    scope: Callable[[T], Hashable] = lambda _: None
    most: int | None = None
    settled: Callable[[Sequence[T]], Sequence[ItemOutcome[T] | None]] = _nothing_known


def write_items(
    client: MoodleClient, write: ItemWrite[T], items: Sequence[T]
) -> tuple[ItemOutcome[T], ...]:
    """Write the items in as few calls as can be; return one outcome each, in order.

    Raises nothing that a site can cause. A refused call is halved until the items
    that spoil it stand alone; they are REFUSED, the others are written. What would
    befall every call (a wrong token, a site that is away) leaves the rest NOT_TRIED.
    A call in doubt stops as well: its items are read back where that is possible,
    those not found stay IN_DOUBT (Moodle may still be at work), the rest NOT_TRIED.
    """
    run = _Run(client=client, write=write, items=items)
    waiting = list(range(len(items)))
    while waiting:
        length = run.length_of_next(waiting)
        run.send(waiting[:length])
        waiting = waiting[length:]
    return tuple(run.outcomes[index] for index in range(len(items)))


@dataclass(slots=True, kw_only=True)
class _Run(Generic[T]):
    client: MoodleClient
    write: ItemWrite[T]
    items: Sequence[T]
    outcomes: dict[int, ItemOutcome[T]] = field(default_factory=dict)
    closed: dict[Hashable, Permanent] = field(default_factory=dict)
    stopped: RemoteError | None = None
    statuses_in_a_row: int = 0
    pace: float | None = None

    def length_of_next(self, waiting: Sequence[int]) -> int:
        packing = self.client.item_packing
        if self._goes_as_json(len(waiting)):
            quick = int(packing.seconds / (self.pace or packing.seconds))
            length = max(1, min(len(waiting), packing.most, quick))
            rows = [self.write.row(self.items[index]) for index in waiting[:length]]
            if len(json.dumps(rows)) <= packing.size:
                return length
        most = min(self.write.most or packing.items, packing.items)
        if self.pace:
            most = min(most, int(packing.seconds / self.pace))
        return max(1, min(most, self._length_that_fits(waiting[:most], packing)))

    def _goes_as_json(self, number: int) -> bool:
        """Say whether so many items may go in one call that is sent as JSON.

        Only when a call before it showed how quick the site is.
        """
        many = number > self.client.item_packing.items
        return many and bool(self.pace) and not self.write.most and self.client.can_wrap

    def _length_that_fits(self, waiting: Sequence[int], packing: ItemPacking) -> int:
        # The number of a row in its list grows; three digits are enough for it.
        name = f"{self.write.argument}[999]"
        rows = [
            form.fields({name: self.write.row(self.items[index])}) for index in waiting
        ]
        # Encoding tells the size, and takes as long as writing does: only if need be.
        all_fit = sum(map(form.most_bytes, rows)) <= packing.size
        fields = size = 0
        for position, row in enumerate(rows):
            fields += len(row)
            size += 0 if all_fit else len(form.encoded(row)) + 1
            if fields > packing.form_fields or size > packing.size:
                return position
        return len(waiting)

    def send(self, chunk: Sequence[int]) -> None:
        chunk = [index for index in chunk if not self._is_closed(index)]
        if self.stopped is not None:
            self._all(chunk, Outcome.NOT_TRIED, self.stopped)
            return
        if not chunk:
            return
        items = [self.items[index] for index in chunk]
        rows = [self.write.row(item) for item in items]
        started = self.client.clock()
        wrapped = self._goes_as_json(len(chunk))
        send = self.client.write_wrapped if wrapped else self.client.write
        try:
            answer = send(
                self.write.function, {self.write.argument: rows}, self.write.shape
            )
        except InDoubt as error:
            self.stopped = error
            self._look(chunk, items, error)
        except Transient as error:
            self.stopped = error
            self._all(chunk, Outcome.NOT_TRIED, error)
        except Permanent as error:
            if wrapped and not self.client.can_wrap:
                # The service lacks the batch function: as forms, then, and nothing
                # was done yet.
                self._in_parts(chunk)
            else:
                self._refused(chunk, error)
        else:
            self.statuses_in_a_row = 0
            took = (self.client.clock() - started).total_seconds()
            self.pace = took / len(chunk)
            outcomes = self.write.answered(items, answer.value)
            self.outcomes.update(zip(chunk, outcomes, strict=True))

    def _in_parts(self, chunk: Sequence[int]) -> None:
        while chunk:
            length = self.length_of_next(chunk)
            self.send(chunk[:length])
            chunk = chunk[length:]

    def _is_closed(self, index: int) -> bool:
        error = self.closed.get(self.write.scope(self.items[index]))
        if error is not None:
            self._all([index], Outcome.REFUSED, error)
        return error is not None

    def _refused(self, chunk: Sequence[int], error: Permanent) -> None:
        if error.concerns_all or error.code in _OF_ALL:
            self.stopped = error
            self._all(chunk, Outcome.NOT_TRIED, error)
            return
        scopes = {self.write.scope(self.items[index]) for index in chunk}
        if error.code in self.write.shared and len(scopes) == 1:
            self.closed[scopes.pop()] = error
            self._all(chunk, Outcome.REFUSED, error)
            return
        if len(chunk) > 1:
            middle = len(chunk) // 2
            for half in (chunk[:middle], chunk[middle:]):
                # Half of what went as JSON may still be more than a form holds.
                self._in_parts(half)
            return
        self._all(chunk, Outcome.REFUSED, error)
        # A web server that says no to one after another says no to all.
        self.statuses_in_a_row += error.code.isdigit()
        if self.statuses_in_a_row >= _STATUSES_IN_A_ROW:
            self.stopped = error

    def _look(self, chunk: Sequence[int], items: Sequence[T], error: InDoubt) -> None:
        self._all(chunk, Outcome.IN_DOUBT, error)
        try:
            found = self.write.settled(items)
        except RemoteError:
            return
        for index, outcome in zip(chunk, found, strict=True):
            if outcome is not None:
                self.outcomes[index] = outcome

    def _all(self, chunk: Sequence[int], outcome: Outcome, error: RemoteError) -> None:
        for index in chunk:
            self.outcomes[index] = failed(self.items[index], outcome, error)
