"""The order in which mails are taken up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sync.ledger.inbound import Inbound


def in_order(
    mails: Sequence[Inbound], answers: dict[int, set[str]]
) -> Iterator[Inbound]:
    """Yield mails as they came, save that none comes before one that it answers.

    `answers` holds, by number, the Message-IDs that each mail names.
    """
    by_id = {mail.message_id: mail for mail in mails if mail.message_id}
    given: set[int] = set()

    def give(mail: Inbound, above: frozenset[int]) -> Iterator[Inbound]:
        if mail.id in given or mail.id in above:
            return
        for name in sorted(answers.get(mail.id, ())):
            parent = by_id.get(name)
            if parent is not None:
                yield from give(parent, above | {mail.id})
        if mail.id not in given:
            given.add(mail.id)
            yield mail

    for mail in mails:
        yield from give(mail, frozenset())
