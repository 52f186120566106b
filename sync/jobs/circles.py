"""Stops programs that answer each other's mails by way of the forum, without a sign."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.mail_reading import read_mail
from sync.jobs.judged import Judged

if TYPE_CHECKING:
    from sync.ledger import Transaction

_DAY = timedelta(days=1)
# Nobody says the same a fifth time within a day, and answers so many mails.
_SAME_MOST, _A_DAY_MOST = 4, 100
# What programs write by themselves is short.
_LARGEST = 200_000


def seems_circling(transaction: Transaction, judged: Judged) -> bool:
    """Say whether a mail is one of many that a program may write without end.

    It says again, word for word, what the last four mails of its sender said within a
    day; or a hundred of theirs became posts within a day. Not when it was released.
    """
    inbound = judged.inbound
    if inbound.released:
        return False
    going = transaction.inbound.going_from(inbound.sender, inbound.received_at - _DAY)
    lately = [one for one in going if one[0] != inbound.id]
    if len(lately) >= _A_DAY_MOST:
        return True
    words = _plain(judged.trimmed.kept)
    return bool(words) and (
        len(lately) >= _SAME_MOST
        and all(
            size <= _LARGEST and _says(transaction, number, words)
            for number, size in lately[:_SAME_MOST]
        )
    )


def _says(transaction: Transaction, number: int, words: str) -> bool:
    """Say whether a mail begins with these words; below may be what it quotes."""
    mail = transaction.inbound.get(number)
    if mail is None or mail.raw is None:
        return False
    return _plain(read_mail(mail.raw).text).startswith(words)


def _plain(text: str) -> str:
    return " ".join(text.split())
