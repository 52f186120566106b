"""What a mailing list tells of its members, and lets the bridge change."""

from __future__ import annotations

from collections.abc import Sequence

from zope.interface import Interface

from moodle_bridge.model.list_members import (
    DeliveryMode,
    DeliveryStatus,
    HeldMessage,
    ListFault,
    ListMember,
)


class IListMembers(Interface):
    """A further contract that an `IMailingList` may keep: who is on the list.

    Every call asks the list's software. All raise Transient when it cannot be
    reached, Permanent when it refuses (wrong password, no such list). Every write is
    naturally repeatable: said twice it is the same as said once. Addresses are
    compared without regard to case.
    """

    def members() -> Sequence[ListMember]:
        """Return all members, each once; never owners or those only known of."""

    def subscribe(address: str, name: str = "") -> bool:
        """Make an address a member at once, without a word to its owner.

        No confirmation, no welcome: the caller has asked them. False when it was a
        member already; nothing is changed then. Raises Permanent for what is no
        address, or may not become a member.
        """

    def unsubscribe(address: str) -> bool:
        """Take an address off the list; false when it was not on it."""

    def set_delivery(
        address: str,
        *,
        status: DeliveryStatus | None = None,
        mode: DeliveryMode | None = None,
    ) -> bool:
        """Set whether, and what, the list mails to a member; None leaves it.

        False when the address is not a member; nothing is changed then.
        """

    def held() -> Sequence[HeldMessage]:
        """Return what waits for the list's moderator, oldest first."""

    def accept(message_id: str) -> bool:
        """Let a held mail, by `HeldMessage.id`, go to the list; false: no longer held."""

    def discard(message_id: str) -> bool:
        """Drop a held mail, by `HeldMessage.id`; false when it is no longer held."""

    def admit(address: str) -> None:
        """Let mails from this address to the list without a moderator.

        For the bridge's own address, member or not; nothing else of the list changes.
        """

    def faults(address: str, *, largest: int) -> Sequence[ListFault]:
        """Return what is set so that the bridge would fail, the worst first.

        `address` is that from which the bridge writes to the list; `largest` the most
        bytes that one of its mails may have. Changes nothing.
        """
