"""What the ledger knows of a person, or of an address that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mappings.addresses import folded
from sync.commands.person_address import told_of
from sync.participants import named

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction

_NEWEST = 10


def people_of(transaction: Transaction, name: str) -> list[Person]:
    """Return whom a name means, among all courses: username, address, or user id."""
    everybody = {
        person.user_id: person
        for course in transaction.people.courses()
        for person in transaction.people.of_course(course)
    }
    further = transaction.addresses.get(folded(name)) if "@" in name else None
    if further is not None and further.user_id in everybody:
        return [everybody[further.user_id]]
    return named(list(everybody.values()), name)


def told_of_person(transaction: Transaction, person: Person) -> Iterator[str]:
    """Give lines about a person: addresses, channel, token, newest mails."""
    what = "facilitator" if person.facilitator else "participant"
    yield f"{person.fullname} ({person.username}, user {person.user_id}), {what}"
    if person.suspended:
        yield "  suspended in Moodle: gets no mail, and what they write is held"
    channel = transaction.channels.get(person.user_id)
    if channel is None:
        yield "  channel: never chosen, so that of their course"
    else:
        paused = channel.paused_until
        until = f", paused until {paused:%Y-%m-%d %H:%M} UTC" if paused else ""
        yield f"  channel: {channel.kind.value}{until}"
    token = transaction.tokens.get(person.user_id)
    if token is not None:
        why = f" ({token.problem})" if token.problem else ""
        yield f"  posts in their own name: token {token.state.value}{why}"
    further = transaction.addresses.of_user(person.user_id)
    addresses = [*person.addresses, *(one.shown for one in further)]
    if not addresses:
        yield "  no address can be seen: gets no mail"
    for one in further:
        yield f"  {one.shown}: {one.state.value} by {one.source}"
    for address in addresses:
        yield from told_of_address(transaction, address)
    for issue in transaction.issues.of_person(person.user_id, limit=_NEWEST):
        sent = f"{issue.sent_at:%Y-%m-%d %H:%M} UTC" if issue.sent_at else "not yet"
        yield f"  issue-{issue.id}: {issue.kind.value}, sent {sent}"


def told_of_address(transaction: Transaction, address: str) -> Iterator[str]:
    """Give lines about an address: whether mail arrives, and what came from it."""
    standing = transaction.bounces.get(folded(address))
    yield f"  {address}: mail {told_of(standing)}"
    for mail in transaction.inbound.from_sender(address, limit=_NEWEST):
        yield (
            f"    mail-{mail.id} {mail.received_at:%Y-%m-%d %H:%M} UTC,"
            f" {mail.state.value}: {mail.subject}"
        )


def knows(transaction: Transaction, address: str) -> bool:
    """Say whether anything is known of an address that belongs to nobody."""
    standing = transaction.bounces.get(folded(address))
    heard: Sequence[object] = transaction.inbound.from_sender(address, limit=1)
    return bool(heard) or standing.last_at is not None
