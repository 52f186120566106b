"""Where the posts of a pair go as mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zope.interface import Attribute, Interface

from moodle_bridge.model.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail that a post becomes: to whom.

    `recipient` is the envelope and To address. `person` is None when it goes to a
    list whose members the bridge does not know; then only what everybody in the
    course may read may be sent.
    """

    recipient: str
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTraits:
    """What a list is, for planning.

    `addresses` are all addresses to which a member writes to reach the list;
    `list_ids` the RFC 2919 identifiers that mail from it carries (may be empty);
    `knows_members` whether each reader is addressed one by one;
    `returns_own_mail` whether the bridge, as a member, gets its own mail back.
    """

    addresses: tuple[str, ...]
    list_ids: tuple[str, ...] = ()
    knows_members: bool = False
    returns_own_mail: bool = False


class IMailingList(Interface):
    """One mailing list of a pair. It names deliveries; an IMailer carries them.

    A list may keep `IListMembers` and `IListEntrance` as well.
    """

    address = Attribute("ListAddress: the posting address, name and List-Id.")
    traits = Attribute("ListTraits: what the list is, for planning.")

    def deliveries(readers: Sequence[Person]) -> Sequence[Delivery]:
        """Return one delivery for each mail that a post is to become.

        `readers` are those in the course who may read the post now; somebody without
        an address gets no delivery. A list that does not know its members returns
        exactly one delivery, whoever the readers are. Pure: may be repeated.
        """


class IListEntrance(Interface):
    """A further contract that an `IMailingList` may keep: a way in of its own.

    Mail to the list then goes by it, and by it alone. It needs a list that sends the
    bridge its own mail back (`ListTraits.returns_own_mail`): a mail in doubt is
    settled by that copy, because no other recipient shares the transaction.
    """

    entrance = Attribute(
        "IMailer that carries the deliveries of this list; None: as all other mail."
    )
