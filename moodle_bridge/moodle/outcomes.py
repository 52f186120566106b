"""What came of each item of a write, and what was stored otherwise than asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

from moodle_bridge.errors import RemoteError

T = TypeVar("T")


class Outcome(StrEnum):
    """What is known of one item after a write.

    DONE: it is so now. ALREADY: it was so before. REFUSED: Moodle does not take it,
    and would not next time. NOT_TRIED: surely nothing was done; the next run may try.
    IN_DOUBT: it may have been done, or may yet be; look before it is repeated.
    """

    DONE = "done"
    ALREADY = "already so"
    REFUSED = "refused"
    NOT_TRIED = "not tried"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDifferently:
    """A field that Moodle did not store as it was asked to, without saying so.

    `stored` is None when Moodle shows nothing there: it was not stored, or the
    account may not see it.
    """

    field: str
    asked: str
    stored: str | None

    def __str__(self) -> str:
        stored = "nothing that can be seen" if self.stored is None else self.stored
        return f"{self.field}: asked {self.asked!r}, stored {stored!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome(Generic[T]):
    """What came of one item.

    `remote_id` is the id that Moodle gave it, or that of what stands in its way (a
    taken username); None when there is none. `code`, `what` and `advice` are those of
    the error; empty for DONE, but for code `unverified`: Moodle said so, and what it says
    there proves nothing, and it could not be read back. `stored_differently` is filled by a `verified` only.
    """

    item: T
    outcome: Outcome
    remote_id: int | None = None
    code: str = ""
    what: str = ""
    advice: str = ""
    stored_differently: tuple[StoredDifferently, ...] = ()

    @property
    def is_so(self) -> bool:
        """Whether it is now as it was asked to be, as far as Moodle said."""
        return self.outcome in {Outcome.DONE, Outcome.ALREADY}


def done(item: T, remote_id: int | None = None) -> ItemOutcome[T]:
    """Return the outcome of an item that was done."""
    return ItemOutcome(item=item, outcome=Outcome.DONE, remote_id=remote_id)


def already(item: T, remote_id: int | None = None) -> ItemOutcome[T]:
    """Return the outcome of an item that was so before."""
    return ItemOutcome(item=item, outcome=Outcome.ALREADY, remote_id=remote_id)


def failed(item: T, outcome: Outcome, error: RemoteError) -> ItemOutcome[T]:
    """Return the outcome of an item that met this error."""
    return ItemOutcome(
        item=item,
        outcome=outcome,
        code=error.code,
        what=str(error),
        advice=error.advice,
    )


def unverified(one: ItemOutcome[T]) -> ItemOutcome[T]:
    """Return an outcome that Moodle told and that could not be read back."""
    if not one.is_so or one.outcome is Outcome.ALREADY:
        return one
    return replace(
        one,
        code="unverified",
        what="Moodle said that it was done; it could not be read back",
        advice="Look at it in Moodle, or do it again: it may be repeated.",
    )


def refused(
    item: T, code: str, what: str, advice: str, *, remote_id: int | None = None
) -> ItemOutcome[T]:
    """Return the outcome of an item that cannot be as it was asked."""
    return ItemOutcome(
        item=item,
        outcome=Outcome.REFUSED,
        remote_id=remote_id,
        code=code,
        what=what,
        advice=advice,
    )


def passed_over(item: T, name: str, *, stray: bool) -> ItemOutcome[T]:
    """Return the outcome of an item that a call without error told nothing of.

    `stray` when the call told of one that it was not asked for: then this one may
    have been made under another name.
    """
    if stray:
        return ItemOutcome(
            item=item,
            outcome=Outcome.IN_DOUBT,
            what=f"{name}: Moodle told of others than those asked for",
            advice="Look whether it is there before making it again.",
        )
    return ItemOutcome(
        item=item,
        outcome=Outcome.NOT_TRIED,
        code="dropped",
        what=f"{name}: the site read only a part of what was sent",
        advice="Send fewer at a time: PHP's max_input_vars is small.",
    )


def difference(
    field: str, asked: str | None, stored: str | None
) -> tuple[StoredDifferently, ...]:
    """Return the difference in one field: none when it was not asked, or is equal."""
    if asked is None or (stored or "") == asked:
        return ()
    return (StoredDifferently(field=field, asked=asked, stored=stored or None),)
