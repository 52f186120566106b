"""Further copies of one mail: through the list and straight, or sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.mail_reading import ReadMail, read_mail
from mappings.senders import MailAuthor, author_of
from mappings.trimming import trim
from sync.ledger.inbound import Inbound, InboundState

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

_TAKEN = frozenset({InboundState.ACCEPTED, InboundState.POSTED, InboundState.ANSWERED})


def twin_of(
    transaction: Transaction, inbound: Inbound, pair: Pair, author: MailAuthor | None
) -> Inbound | None:
    """Return another mail with the same Message-ID that the pair took or holds.

    One that is held counts only when it came before and from the same hand: what a
    stranger sent must not keep out the mail of a participant.
    """
    if inbound.message_id is None:
        return None
    for other in transaction.inbound.find(inbound.message_id):
        if other.id == inbound.id or other.pair != pair.name:
            continue
        if other.state in _TAKEN:
            return other
        before = other.state is InboundState.HELD and other.id < inbound.id
        if before and author is not None and _hand(other, pair) == _folded(author):
            return other
    return None


def is_copy(
    twin: Inbound, mail: ReadMail, pair: Pair, author: MailAuthor | None
) -> bool:
    """Say whether a mail holds the same words of the same author as its twin.

    Lists add a foot and change the encoding, so that two copies of one mail differ in
    their bytes and yet say the same. A list may also hide who wrote.
    """
    if twin.raw is None:
        return True
    theirs = _hand(twin, pair)
    if author is not None and theirs is not None and theirs != _folded(author):
        return False
    first = "".join(trim(read_mail(twin.raw).text).kept.split())
    second = "".join(trim(mail.text).kept.split())
    if not (first and second):
        return first == second
    return first.startswith(second) or second.startswith(first)


def _hand(twin: Inbound, pair: Pair) -> str | None:
    """Return the address of who wrote a mail, None when it cannot be told."""
    if twin.raw is None:
        return None
    author = author_of(read_mail(twin.raw), pair.mailing_list.address)
    return None if author is None else _folded(author)


def _folded(author: MailAuthor) -> str:
    return folded(author.address)
