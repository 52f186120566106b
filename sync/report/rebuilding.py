"""Works out anew which questions waited, from what was said: the same comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from mappings.response.waits import Place, waits_of
from moodle_bridge.model.waits import DEFINITION, Mark, Utterance, Wait
from sync.jobs.watch import begun_in

if TYPE_CHECKING:
    from sync.ledger import Ledger, Transaction
    from sync.settings import Settings
    from sync.settings.pair import PairSettings

_AT_ONCE = 200


class Rule(Protocol):
    """What of a discussion waits, and until when; pure, as `waits_of` is."""

    def __call__(
        self,
        said: Iterable[Utterance],
        marks: Mapping[Place, Mark] | None = None,
        *,
        whole_thread: bool = False,
    ) -> tuple[Wait, ...]:
        """Return the waits of one discussion."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many `discussions` were weighed, and how many waits of them `changed`."""

    discussions: int
    changed: int


def rebuild(
    ledger: Ledger,
    settings: Settings,
    *,
    pairs: Sequence[str] | None = None,
    definition: str = DEFINITION,
    rule: Rule = waits_of,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Rebuilt:
    """Work out all waits anew, from what was said and how it was marked.

    `pairs` are names, None = all of bridge.toml. Under the definition that holds now
    nothing changes, unless a rule was mended. Another `definition` with its own `rule`
    stands beside it: the waits of the old one stay as they are. Moodle is not asked,
    and nobody is alerted of anything: what is history stays history. With `dry_run`
    it only counts. `progress` hears how many of how many discussions are done. May be
    repeated, stopped, and done while a run goes on.
    """
    chosen = [one for one in settings.pairs if pairs is None or one.name in pairs]
    with ledger.reading() as transaction:
        wanted = [
            (pair, number)
            for pair in chosen
            for number in transaction.utterances.discussions(pair.name)
        ]
    changed = done = 0
    for some in _grouped(wanted):
        with ledger.writing() as transaction:
            rehearsal = transaction.connection.begin_nested() if dry_run else None
            for pair, number in some:
                changed += _weigh(transaction, pair, number, definition, rule)
            if rehearsal is not None:
                rehearsal.rollback()
        done += len(some)
        progress(done, len(wanted))
    return Rebuilt(discussions=len(wanted), changed=changed)


def _weigh(
    transaction: Transaction,
    pair: PairSettings,
    discussion_id: int,
    definition: str,
    rule: Rule,
) -> int:
    said = transaction.utterances.of_discussion(pair.name, discussion_id)
    marks = transaction.marks.of_posts(pair.name, [one.post_id for one in said])
    return transaction.waits.replace(
        pair.name,
        discussion_id,
        rule(said, marks, whole_thread=pair.whole_thread),
        begun=begun_in(transaction, pair.name) or transaction.clock(),
        definition=definition,
    )


def _grouped(
    wanted: Sequence[tuple[PairSettings, int]],
) -> Iterator[list[tuple[PairSettings, int]]]:
    rest = iter(wanted)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
